#include "parsers/journal_export.h"

#include <algorithm>

namespace vigil {
namespace {

constexpr std::size_t kLengthBytes = 8;

std::uint64_t read_length(std::string_view bytes) {
  std::uint64_t length = 0;
  for (std::size_t i = kLengthBytes; i-- > 0;) length = length << 8U | static_cast<unsigned char>(bytes[i]);
  return length;
}

}  // namespace

JournalExport::Step JournalExport::scan(std::string_view text) {
  const auto broken = [this](JournalErrc error) {
    error_ = error;
    return Step::broken;
  };
  for (;;) {
    const std::string_view field = text.substr(scanned_);
    if (scanned_ > limits_.entry_bytes_max) return broken(JournalErrc::entry_too_large);
    if (field.starts_with('\n')) return Step::entry;
    const std::size_t end = field.find('\n', looked_);
    if (end == std::string_view::npos) {
      looked_ = field.size();
      return looked_ > limits_.field_bytes_max ? broken(JournalErrc::field_too_large) : Step::more;
    }
    looked_ = end;
    if (end > limits_.field_bytes_max) return broken(JournalErrc::field_too_large);
    const std::string_view line = field.substr(0, end);
    const std::size_t equals = line.find('=');
    if (equals == 0) return broken(JournalErrc::bad_field);
    std::size_t whole = end + 1;
    if (equals == std::string_view::npos) {
      if (field.size() < end + 1 + kLengthBytes) return Step::more;
      const std::uint64_t length = read_length(field.substr(end + 1));
      if (length > limits_.field_bytes_max) return broken(JournalErrc::field_too_large);
      whole += kLengthBytes + static_cast<std::size_t>(length) + 1;
      if (field.size() < whole) return Step::more;
      if (field[whole - 1] != '\n') return broken(JournalErrc::bad_field);
    }
    scanned_ += whole;
    looked_ = 0;
  }
}

JournalErrc JournalExport::feed(std::string_view piece, const Sink& sink) {
  if (error_ != JournalErrc::none) return error_;
  if (!held_.empty()) held_ += piece;
  const bool holding = !held_.empty();
  std::string_view text = holding ? std::string_view(held_) : piece;
  for (;;) {
    // Between entries there may be any number of blank lines.
    while (scanned_ == 0 && looked_ == 0 && text.starts_with('\n')) text.remove_prefix(1);
    const Step step = scan(text);
    if (step == Step::broken) {
      held_.clear();
      return error_;
    }
    if (step == Step::more) break;
    sink(text.substr(0, scanned_));
    text.remove_prefix(scanned_ + 1);
    scanned_ = looked_ = 0;
  }
  if (holding) {
    held_.erase(0, held_.size() - text.size());
  } else {
    held_ = text;
  }
  return JournalErrc::none;
}

JournalErrc JournalExport::finish(const Sink& sink) {
  if (error_ != JournalErrc::none) return error_;
  const std::string last = std::move(held_);
  held_.clear();
  // Written by hand, the last line may lack its end.
  const std::string_view rest = std::string_view(last).substr(scanned_);
  const std::size_t equals = rest.find('=');
  const bool line = equals != 0 && equals < rest.find('\n');
  const bool whole = rest.empty() || line;
  scanned_ = looked_ = 0;
  if (!whole) return error_ = JournalErrc::cut_off;
  if (!last.empty()) sink(last);
  return JournalErrc::none;
}

namespace detail {

bool next_journal_field(std::string_view& rest, JournalField& field) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  const std::size_t equals = line.find('=');
  if (equals != std::string_view::npos) {
    field = {line.substr(0, equals), line.substr(equals + 1)};
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return true;
  }
  if (end == 0 || end == rest.size()) return false;
  const std::string_view behind = rest.substr(end + 1);
  if (behind.size() < kLengthBytes) return false;
  const std::uint64_t length = read_length(behind);
  if (length > behind.size() - kLengthBytes) return false;
  field = {line, behind.substr(kLengthBytes, static_cast<std::size_t>(length))};
  rest = behind.substr(kLengthBytes + static_cast<std::size_t>(length));
  if (rest.starts_with('\n')) rest.remove_prefix(1);
  return true;
}

}  // namespace detail

std::optional<std::string_view> find_journal_field(std::string_view entry, std::string_view name) {
  std::optional<std::string_view> found;
  for_each_journal_field(entry, [&](const JournalField& field) {
    if (!found && field.name == name) found = field.value;
  });
  return found;
}

}  // namespace vigil
