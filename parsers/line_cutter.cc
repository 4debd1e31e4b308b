#include "parsers/line_cutter.h"

#include <algorithm>
#include <cstring>

#include "parsers/charset.h"

namespace vigil {

namespace {

constexpr std::string_view mark_of(FileEncoding encoding) {
  switch (encoding) {
    case FileEncoding::utf16le:
      return "\xff\xfe";
    case FileEncoding::utf16be:
      return "\xfe\xff";
    case FileEncoding::bytes:
      break;
  }
  return "";
}

std::size_t leading_nuls(std::string_view bytes) {
  const std::size_t at = bytes.find_first_not_of('\0');
  return at == std::string_view::npos ? bytes.size() : at;
}

std::size_t trailing_nuls(std::string_view bytes) {
  const std::size_t at = bytes.find_last_not_of('\0');
  return at == std::string_view::npos ? bytes.size() : bytes.size() - at - 1;
}

}  // namespace

FileEncoding encoding_of(std::string_view front) {
  if (front.starts_with(mark_of(FileEncoding::utf16le))) return FileEncoding::utf16le;
  if (front.starts_with(mark_of(FileEncoding::utf16be))) return FileEncoding::utf16be;
  return FileEncoding::bytes;
}

LineCutter::LineCutter(LineCutterOptions options, std::uint64_t offset)
    : options_(std::move(options)), offset_(offset), taken_(offset), arena_(4096) {
  if (offset == 0) mark_left_ = mark_of(options_.encoding).size();
}

/// Bytes of a line that are kept: in UTF-16 the mark before it counts.
std::size_t LineCutter::room() const {
  return options_.encoding == FileEncoding::bytes ? options_.line_bytes_max
                                                  : (options_.line_bytes_max - 2) / 2 * 2;
}

bool LineCutter::is_unit(std::string_view text, std::size_t at, char c) const {
  switch (options_.encoding) {
    case FileEncoding::utf16le:
      return text[at] == c && text[at + 1] == '\0';
    case FileEncoding::utf16be:
      return text[at] == '\0' && text[at + 1] == c;
    case FileEncoding::bytes:
      break;
  }
  return text[at] == c;
}

bool LineCutter::blank(std::string_view text) const {
  for (std::size_t at = 0; at + unit() <= text.size(); at += unit()) {
    const bool is_blank = is_unit(text, at, ' ') || is_unit(text, at, '\t') || is_unit(text, at, '\r') ||
                          is_unit(text, at, '\n') || is_unit(text, at, '\0');
    if (!is_blank) return false;
  }
  return true;
}

bool LineCutter::begins_record(std::string_view text) {
  const std::size_t front = RecordStart::kFrontBytes * unit();
  out_.assign(mark_of(options_.encoding)).append(text.substr(0, front));
  arena_.reset();
  return options_.record_start->begins(decode_text(out_, options_.charset, Controls::kept, arena_).text);
}

void LineCutter::run(std::string_view data, Emit emit, void* sink) {
  if (unit() == 2) return run_units(data, emit, sink);
  while (!data.empty()) {
    const void* const found = std::memchr(data.data(), '\n', data.size());
    if (found == nullptr) {
      piece(data);
      offset_ += data.size();
      break;
    }
    const auto length = static_cast<std::size_t>(static_cast<const char*>(found) - data.data());
    offset_ += length + 1;
    if (line_.empty() && !over_ && !given_) {
      std::string_view whole = data.substr(0, length);
      whole.remove_prefix(leading_nuls(whole));
      padding_ = 0;
      Tags tags;
      if (whole.size() > room()) {
        whole = whole.substr(0, room());
        tags.add(Tag::oversize);
      }
      line(whole, tags, emit, sink);
    } else {
      piece(data.substr(0, length));
      end_line(emit, sink);
    }
    data.remove_prefix(length + 1);
  }
  if (!waiting() && !over_ && !given_) taken_ = offset_ - padding_;
}

void LineCutter::run_units(std::string_view data, Emit emit, void* sink) {
  const std::size_t mark = std::min(mark_left_, data.size());
  mark_left_ -= mark;
  offset_ += mark;
  data.remove_prefix(mark);
  std::string joined;  // a unit that two reads share
  while (!data.empty()) {
    std::string_view units = data;
    if (!half_.empty()) {
      joined = half_ + data.front();
      half_.clear();
      units = joined;
      offset_ += 1;
      data.remove_prefix(1);
    } else {
      units = data.substr(0, data.size() / 2 * 2);
      if (units.empty()) {
        half_ = data;
        offset_ += 1;
        break;
      }
      data.remove_prefix(units.size());
      offset_ += units.size();
    }
    const std::uint64_t end = offset_;
    while (!units.empty()) {
      std::size_t at = 0;
      while (at < units.size() && !is_unit(units, at, '\n')) at += 2;
      piece(units.substr(0, at));
      if (at == units.size()) break;
      units.remove_prefix(at + 2);
      offset_ = end - units.size();
      end_line(emit, sink);
    }
    offset_ = end;
  }
  if (!waiting() && !over_ && !given_) taken_ = offset_ - padding_ - half_.size();
}

/// More of the partial line.
void LineCutter::piece(std::string_view bytes) {
  // In UTF-16 a NUL is half of most letters: only whole units of two are padding.
  std::size_t front = leading_nuls(bytes) / unit() * unit();
  std::size_t back = trailing_nuls(bytes) / unit() * unit();
  if (front == bytes.size()) {
    padding_ += bytes.size();
    return;
  }
  if (!line_.empty() || over_ || given_) {
    // They stand inside of the line.
    const std::uint64_t kept = std::min<std::uint64_t>(padding_, room() + 1);
    keep(std::string(static_cast<std::size_t>(kept), '\0'));
    front = 0;
  }
  padding_ = back;
  keep(bytes.substr(front, bytes.size() - front - back));
}

void LineCutter::keep(std::string_view bytes) {
  if (given_) return;
  const std::size_t most = room() - line_.size();
  if (bytes.size() > most) over_ = true;
  line_.append(bytes.substr(0, most));
}

void LineCutter::end_line(Emit emit, void* sink) {
  if (!line_.empty() && padding_ != 0) {
    keep(std::string(static_cast<std::size_t>(std::min<std::uint64_t>(padding_, room() + 1)), '\0'));
  }
  padding_ = 0;
  Tags tags;
  if (over_) tags.add(Tag::oversize);
  const bool wanted = !given_;
  over_ = given_ = false;
  if (wanted) line(line_, tags, emit, sink);
  line_.clear();
}

/// A whole line; offset_ is behind its end.
void LineCutter::line(std::string_view bytes, Tags tags, Emit emit, void* sink) {
  std::string_view end(bytes.data() + bytes.size(), 0);
  if (bytes.size() >= unit() && is_unit(bytes, bytes.size() - unit(), '\r') && !tags.has(Tag::oversize)) {
    end = bytes.substr(bytes.size() - unit());
    bytes.remove_suffix(unit());
  }
  if (!options_.record_start) {
    if (!blank(bytes)) give(bytes, tags, emit, sink);
    taken_ = offset_;
    return;
  }
  const bool fits = record_.size() + record_end_.size() + bytes.size() <= room();
  if (!record_.empty() && (!fits || begins_record(bytes))) give_record(emit, sink);
  if (record_.empty() && blank(bytes)) {
    taken_ = offset_;
    return;
  }
  record_.append(record_end_).append(bytes);
  record_tags_.add(tags);
  record_end_.assign(end);
  if (options_.encoding == FileEncoding::utf16be) record_end_ += '\0';
  record_end_ += '\n';
  if (options_.encoding == FileEncoding::utf16le) record_end_ += '\0';
  record_to_ = offset_;
}

void LineCutter::give_record(Emit emit, void* sink) {
  // Blank lines at the end belong to nobody.
  std::string_view text = record_;
  while (text.size() >= unit() &&
         (is_unit(text, text.size() - unit(), '\n') || is_unit(text, text.size() - unit(), '\r'))) {
    text.remove_suffix(unit());
  }
  give(text, record_tags_, emit, sink);
  taken_ = record_to_;
  record_.clear();
  record_end_.clear();
  record_tags_ = Tags();
}

void LineCutter::give(std::string_view bytes, Tags tags, Emit emit, void* sink) {
  if (options_.encoding == FileEncoding::bytes) return emit(sink, bytes, tags);
  out_.assign(mark_of(options_.encoding)).append(bytes);
  emit(sink, out_, tags);
}

void LineCutter::give_up(Emit emit, void* sink) {
  if (!line_.empty()) {
    Tags tags;
    tags.add(Tag::partial_eof);
    if (over_) tags.add(Tag::oversize);
    given_ = over_;
    over_ = false;
    line(line_, tags, emit, sink);
    line_.clear();
  }
  if (!record_.empty()) give_record(emit, sink);
  taken_ = offset_ - padding_ - half_.size();
}

void LineCutter::take_padding_back() {
  if (!half_.empty()) {
    offset_ -= half_.size();
    half_.clear();
  }
  offset_ -= padding_;
  padding_ = 0;
}

}  // namespace vigil
