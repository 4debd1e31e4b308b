#include <algorithm>
#include <array>
#include <charconv>

#include "parsers/csv_cells.h"
#include "rules/watchlist.h"

namespace vigil::detail {
namespace {

/// What a column is for.
enum class Column : std::uint8_t { unknown, value, kind, source, tlp, expires, confidence, comment };
struct Use {
  Column column = Column::unknown;
  std::optional<IndicatorKind> kind;  ///< of a value's column: "sha256", "dst_ip"
};

struct ColumnName {
  std::string_view name;
  Column column;
};
constexpr ColumnName kColumns[] = {
    {"indicator", Column::value},        {"value", Column::value},          {"ioc", Column::value},
    {"ioc_value", Column::value},        {"observable", Column::value},     {"情資", Column::value},
    {"指標", Column::value},             {"type", Column::kind},            {"kind", Column::kind},
    {"ioc_type", Column::kind},          {"indicator_type", Column::kind},  {"類型", Column::kind},
    {"source", Column::source},          {"feed", Column::source},          {"provider", Column::source},
    {"來源", Column::source},            {"tlp", Column::tlp},              {"expires", Column::expires},
    {"expires_at", Column::expires},     {"expiration", Column::expires},   {"expiry", Column::expires},
    {"valid_until", Column::expires},    {"到期", Column::expires},         {"confidence", Column::confidence},
    {"confidence_level", Column::confidence}, {"信心", Column::confidence}, {"comment", Column::comment},
    {"description", Column::comment},    {"note", Column::comment},         {"malware", Column::comment},
    {"threat", Column::comment},         {"tags", Column::comment},         {"reason", Column::comment},
    {"備註", Column::comment},           {"說明", Column::comment}};

constexpr std::array<std::pair<std::string_view, IndicatorKind>, 14> kValueColumns = {
    {{"dst_ip", IndicatorKind::ip},
     {"src_ip", IndicatorKind::ip},
     {"ip_address", IndicatorKind::ip},
     {"ipaddress", IndicatorKind::ip},
     {"md5_hash", IndicatorKind::hash},
     {"sha1_hash", IndicatorKind::hash},
     {"sha256_hash", IndicatorKind::hash},
     {"file_hash", IndicatorKind::hash},
     {"domain_name", IndicatorKind::domain},
     {"email_address", IndicatorKind::mail},
     {"user_name", IndicatorKind::account},
     {"login", IndicatorKind::account},
     {"ip位址", IndicatorKind::ip},
     {"電子郵件", IndicatorKind::mail}}};

std::string plain(std::string_view cell) {
  const std::size_t from = cell.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return std::string(cell.substr(from, cell.find_last_not_of(" \t") - from + 1));
}

Use use_of(std::string_view cell) {
  std::string name = plain(cell);
  for (char& c : name) c = c == ' ' || c == '-' ? '_' : (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  for (const ColumnName& each : kColumns) {
    if (each.name == name) return {each.column, std::nullopt};
  }
  for (const auto& [known, kind] : kValueColumns) {
    if (known == name) return {Column::value, kind};
  }
  if (const auto kind = indicator_kind_from_name(name)) return {Column::value, kind};
  return {};
}

char comma_of(std::string_view line) {
  char best = ',';
  std::ptrdiff_t most = 0;
  for (const char each : {',', ';', '\t'}) {
    const std::ptrdiff_t count = std::count(line.begin(), line.end(), each);
    if (count > most) {
      most = count;
      best = each;
    }
  }
  return best;
}

std::vector<std::string> cells_of(std::string_view line, char comma) {
  constexpr std::size_t kCellsMax = 100;
  Arena arena;
  CsvCells cells(line, comma);
  std::vector<std::string> out;
  std::string_view cell;
  while (out.size() < kCellsMax && cells.next(cell, arena)) out.push_back(plain(cell));
  return out;
}

/// The columns, if this line is a header: a value's column and nothing that is an indicator itself.
std::vector<Use> header_of(const std::vector<std::string>& cells) {
  std::vector<Use> uses;
  bool value = false;
  for (const std::string& cell : cells) {
    if (const auto normal = normal_indicator(std::nullopt, cell); normal || normal.error().dangerous) return {};
    uses.push_back(use_of(cell));
    value = value || uses.back().column == Column::value;
  }
  return value ? uses : std::vector<Use>();
}

class Reader {
 public:
  explicit Reader(WatchlistSink& sink) : sink_(sink) {}

  void line(std::string_view text, std::size_t number) {
    sink_.at_line(number);
    const std::size_t from = text.find_first_not_of(" \t");
    if (from == std::string_view::npos) return;
    if (text[from] == '#' || text[from] == ';') {
      // Some feeds keep their header behind '#'.
      if (begun_) return;
      const std::string_view rest = text.substr(std::min(text.size(), text.find_first_not_of("#; \t")));
      if (auto found = header_of(cells_of(rest, comma_of(rest))); found.size() > 1) uses_ = std::move(found);
      return;
    }
    if (!begun_) comma_ = comma_of(text);
    const std::vector<std::string> cells = cells_of(text, comma_);
    if (!begun_) {
      begun_ = true;
      if (auto found = header_of(cells); !found.empty()) {
        uses_ = std::move(found);
        return;
      }
    }
    if (uses_.empty()) {
      bare_row(cells);
    } else {
      named_row(cells);
    }
  }

 private:
  /// Without a header: the value, then maybe its kind (either way round), then what somebody noted.
  void bare_row(const std::vector<std::string>& cells) {
    std::size_t value = 0;
    std::optional<IndicatorKind> kind;
    if (cells.size() > 1) {
      if ((kind = indicator_kind_from_name(cells[0]))) {
        value = 1;
      } else {
        kind = indicator_kind_from_name(cells[1]);
      }
    }
    Indicator row;
    for (std::size_t i = kind ? 2 : 1; i < cells.size(); ++i) {
      if (!cells[i].empty()) row.comment += (row.comment.empty() ? "" : ", ") + cells[i];
    }
    sink_.add(kind, cells[value], std::move(row));
  }

  void named_row(const std::vector<std::string>& cells) {
    Indicator row;
    std::optional<IndicatorKind> kind;
    for (std::size_t i = 0; i < cells.size() && i < uses_.size(); ++i) {
      if (!cells[i].empty() && !describe(uses_[i].column, cells[i], row, kind)) return;
    }
    bool any = false;
    for (std::size_t i = 0; i < cells.size() && i < uses_.size(); ++i) {
      if (uses_[i].column != Column::value || cells[i].empty()) continue;
      any = true;
      sink_.add(uses_[i].kind ? uses_[i].kind : kind, cells[i], row);
    }
    if (!any) sink_.refuse({}, {"the row has no value", "此列沒有值"});
  }

  bool describe(Column column, const std::string& cell, Indicator& row, std::optional<IndicatorKind>& kind) {
    switch (column) {
      case Column::kind:
        kind = indicator_kind_from_name(cell);
        // "ip:port" and the like: the value's own form tells.
        return true;
      case Column::source:
        row.source = cell;
        return true;
      case Column::comment:
        row.comment += (row.comment.empty() ? "" : ", ") + cell;
        return true;
      case Column::tlp:
        if (const auto tlp = normal_tlp(cell)) {
          row.tlp = *tlp;
          return true;
        }
        sink_.refuse(cell, {"'" + cell + "' is no TLP marking - clear, green, amber, amber+strict or red",
                            "「" + cell + "」不是 TLP 標示，應為 clear、green、amber、amber+strict 或 red"});
        return false;
      case Column::expires:
        if (const auto time = read_list_time(cell)) {
          row.expires_ns = *time;
          return true;
        }
        sink_.refuse(cell, {"'" + cell + "' is no time - write 2026-12-31 or 2026-12-31T00:00:00+08:00",
                            "「" + cell + "」不是時間，請寫成 2026-12-31 或 2026-12-31T00:00:00+08:00"});
        return false;
      case Column::confidence: {
        int number = -1;
        const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
        if (error == std::errc() && end == cell.data() + cell.size() && number >= 0 && number <= 100) {
          row.confidence = number;
          return true;
        }
        sink_.refuse(cell, {"'" + cell + "' is no confidence - a whole number from 0 to 100",
                            "「" + cell + "」不是信心值，應為 0 到 100 的整數"});
        return false;
      }
      default:
        return true;
    }
  }

  WatchlistSink& sink_;
  std::vector<Use> uses_;
  char comma_ = ',';
  bool begun_ = false;
};

/// One line, or several while a quote is open. Steps over it and counts its lines.
std::string_view take_row(std::string_view& text, std::size_t& lines, std::size_t bytes_max) {
  bool quoted = false;
  std::size_t at = 0;
  lines = 1;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') quoted = !quoted;
    if (c != '\n' && c != '\r') continue;
    if (!quoted || at > bytes_max) break;
    if (c == '\n' || text.substr(at, 2) != "\r\n") ++lines;
  }
  const std::string_view row = text.substr(0, at);
  const bool crlf = text.substr(at, 2) == "\r\n";
  text.remove_prefix(std::min(text.size(), at + (crlf ? 2 : 1)));
  return row;
}

}  // namespace

bool resembles_csv(std::string_view text) {
  for (int lines = 0; lines < 50 && !text.empty(); ++lines) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    const std::size_t from = line.find_first_not_of(" \t");
    if (from == std::string_view::npos || line[from] == '#' || line[from] == ';') continue;
    const std::vector<std::string> cells = cells_of(line, comma_of(line));
    if (cells.size() > 1) {
      // "evil.example  # a, b" is a line of text.
      const std::size_t comment = line.find(" #");
      return comment == std::string_view::npos || line.find(comma_of(line)) < comment;
    }
    return !cells.empty() && use_of(cells[0]).column == Column::value;
  }
  return false;
}

void read_watchlist_csv(std::string_view text, WatchlistSink& sink) {
  Reader reader(sink);
  std::size_t number = 1;
  while (!text.empty() && !sink.full()) {
    std::size_t lines = 1;
    const std::string_view row = take_row(text, lines, sink.limits().line_bytes_max);
    if (row.size() > sink.limits().line_bytes_max) {
      sink.at_line(number);
      sink.refuse(row, {"a row longer than 64 KiB: is a quote left open?", "單列超過 64 KiB，是否有未結束的引號？"});
    } else {
      reader.line(row, number);
    }
    number += lines;
  }
}

}  // namespace vigil::detail
