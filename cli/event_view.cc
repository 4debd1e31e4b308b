#include "cli/event_view.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <iterator>

#include "cli/rows.h"
#include "config/text_width.h"
#include "parsers/csv_text.h"

namespace vigil::cli {

namespace json = boost::json;

namespace {

/// Rows of a pipe that are looked at before the first is shown; a `stats` has rarely more.
constexpr std::size_t kRowsMeasured = 1000;
/// Longest line taken in one piece: an event of 64 KiB with every byte escaped and its fields beside it.
constexpr std::size_t kLineBytesMax = std::size_t{64} * 1024 * 1024;

constexpr std::string_view kCsvColumns[] = {
    "@timestamp",   "vigil.id",  "vigil.org", "vigil.system",  "host.name", "log.source.address",
    "process.name", "user.name", "source.ip", "event.outcome", "rule.name", "event.original"};

bool is_event(const json::value& value) {
  return find_path(value, "@timestamp") != nullptr && find_path(value, "vigil.id") != nullptr;
}

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t columns = text_columns(text);
  return columns < width ? text + std::string(width - columns, ' ') : text;
}

}  // namespace

bool EventView::feed(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    if (end == std::string_view::npos) {
      partial_ += piece;
      if (partial_.size() <= kLineBytesMax) return true;
      complain(say("a line of the answer is too long", "回應中有一行過長"));
      exit_ = Exit::failed;
      return false;
    }
    bool more = true;
    if (partial_.empty()) {
      more = line(piece.substr(0, end));
    } else {
      partial_ += piece.substr(0, end);
      more = line(partial_);
      partial_.clear();
    }
    if (!more) return false;
    piece.remove_prefix(end + 1);
  }
  // What has come is shown now, in a pipe too: the next line may take its time, and somebody may be waiting
  // for this one.
  return session_.out.flush();
}

bool EventView::line(std::string_view text) {
  if (text.empty()) return session_.out.open();  // A sign of life.
  const bool verbatim = session_.format == Format::ndjson || session_.format == Format::raw;
  const bool special = text.starts_with("{\"error\":") || text.starts_with("{\"missed\":") ||
                       text.starts_with("{\"explain\":");
  if (verbatim && !special)
    return session_.out.line(session_.out.terminal() ? terminal_json(text) : std::string(text));

  const auto value = read_json(text);
  if (!value) {
    complain(say("a line of the answer is no JSON", "回應中有一行不是 JSON"));
    exit_ = Exit::unreachable;
    return false;
  }
  if (special && value->as_object().size() == 1) {
    if (const json::value* const error = find_path(*value, "error")) {
      complain(plain_at(*error, "message"));
      exit_ = Exit::unreachable;
      return true;
    }
    if (const json::value* const missed = find_path(*value, "missed")) {
      advise(std::string(say("events left out because they came too fast: ", "因速度過快而略過的事件數：")) +
             plain(*missed));
      return true;
    }
    if (!verbatim) {
      tell_explain(*find_path(*value, "explain"));
      return true;
    }
  }
  if (verbatim) return session_.out.line(session_.out.terminal() ? terminal_json(text) : std::string(text));
  return is_event(*value) ? show_event(*value) : show_row(*value);
}

bool EventView::show_event(const json::value& event) {
  if (session_.format == Format::csv) {
    if (!header_written_) {
      header_written_ = true;
      session_.out.write(csv_line({std::begin(kCsvColumns), std::end(kCsvColumns)}));
    }
    std::vector<std::string> cells;
    for (const std::string_view key : kCsvColumns) cells.push_back(csv_cell(plain_at(event, key)));
    return session_.out.write(csv_line(cells));
  }
  std::string host = plain_at(event, "host.name");
  if (host.empty()) host = plain_at(event, "log.source.address");
  std::string app = plain_at(event, "process.name");
  if (const std::string pid = plain_at(event, "process.pid"); !pid.empty()) app += "[" + pid + "]";
  std::string message = plain_at(event, "message");
  if (message.empty()) message = plain_at(event, "event.original");
  std::string text = short_time(plain_at(event, "@timestamp")) + "  " + padded(one_line(host), 15) + "  ";
  if (!app.empty()) text += one_line(app) + ": ";
  text += one_line(message);
  const std::size_t fits = bytes_within(text, session_.out.columns());
  if (fits < text.size()) text = text.substr(0, bytes_within(text, session_.out.columns() - 1)) + "…";
  return session_.out.line(text);
}

bool EventView::show_row(const json::value& row) {
  const json::object* const object = row.if_object();
  if (object == nullptr) return session_.out.line(one_line(plain(row)));
  if (titles_.empty()) {
    for (const auto& [key, value] : *object) titles_.emplace_back(key);
  }
  std::vector<std::string> cells;
  for (const std::string& key : titles_) {
    const json::value* const value = object->if_contains(key);
    const std::string text = value == nullptr ? std::string() : plain(*value);
    cells.push_back(session_.format == Format::csv ? csv_cell(text, value != nullptr && value->is_number())
                                                   : one_line(text));
  }
  if (session_.format == Format::csv) {
    if (!header_written_) {
      header_written_ = true;
      std::vector<std::string> names;
      for (const std::string& key : titles_) names.push_back(csv_cell(key));
      session_.out.write(csv_line(names));
    }
    return session_.out.write(csv_line(cells));
  }
  rows_.push_back(std::move(cells));
  return rows_.size() < kRowsMeasured || flush_rows();
}

bool EventView::flush_rows() {
  if (rows_.empty()) return true;
  std::vector<std::string> titles;
  for (const std::string& key : titles_) titles.push_back(header_written_ ? std::string() : one_line(key));
  std::string table = render_table(titles, {}, rows_, session_.out.columns());
  if (header_written_) table.erase(0, table.find('\n') + 1);
  header_written_ = true;
  rows_.clear();
  return session_.out.write(table);
}

void EventView::tell_explain(const json::value& explain) const {
  const auto number = [&](std::string_view key) { return grouped(plain_at(explain, key)); };
  advise(std::string(say("rows ", "列數 ")) + number("rows") +
         std::string(say(", blocks read ", "，讀取區塊 ")) + number("blocks_read") + "/" +
         number("blocks_total") + std::string(say(", parts searched ", "，搜尋分段 ")) + number("parts_searched") +
         std::string(say(" and read ", "、讀取分段 ")) + number("parts_read") + "/" + number("parts_total") +
         std::string(say(", records seen ", "，檢視紀錄 ")) +
         number("records_seen") + std::string(say(", raw bytes ", "，原始位元組 ")) + number("raw_bytes"));
}

Exit EventView::finish() {
  if (!partial_.empty()) {
    const std::string rest = std::move(partial_);
    partial_.clear();
    line(rest);
  }
  flush_rows();
  return exit_;
}

}  // namespace vigil::cli
