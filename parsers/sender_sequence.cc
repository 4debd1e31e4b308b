#include "parsers/sender_sequence.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace vigil {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(SequenceKind::count_)> kKindNames = {
    "cisco", "sequence_id", "pan_os", "snare", "journal"};

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// FNV-1a: series of one sender are few, and what names them is short.
std::uint32_t short_hash(std::string_view text) {
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  return hash;
}

// [meta sequenceId="17" sysUpTime="37"]. The text is checked structured data; a value that holds the same words has
// its quotes escaped, so it cannot be taken for the element.
std::optional<SenderSequence> meta_sequence(std::string_view structured_data) {
  constexpr std::string_view kElement = "[meta ";
  constexpr std::string_view kName = " sequenceId=\"";
  for (std::size_t at = structured_data.find(kElement); at != std::string_view::npos;
       at = structured_data.find(kElement, at + 1)) {
    if (at != 0 && structured_data[at - 1] != ']') continue;
    const std::size_t name = structured_data.find(kName, at + kElement.size() - 1);
    if (name == std::string_view::npos) return std::nullopt;
    if (structured_data.find(']', at) < name) continue;
    const std::string_view rest = structured_data.substr(name + kName.size());
    const auto number = whole_number(rest.substr(0, rest.find('"')));
    if (!number) return std::nullopt;
    return SenderSequence{SequenceKind::sequence_id, 0, *number};
  }
  return std::nullopt;
}

/// Steps over one comma-separated value; quoted ones may hold commas, and "" for a quote.
std::string_view next_value(std::string_view& rest) {
  std::size_t end = 0;
  if (!rest.empty() && rest.front() == '"') {
    for (end = 1; end < rest.size(); ++end) {
      if (rest[end] != '"') continue;
      if (end + 1 < rest.size() && rest[end + 1] == '"') {
        ++end;
        continue;
      }
      break;
    }
    end = rest.find(',', std::min(end, rest.size()));
  } else {
    end = rest.find(',');
  }
  const std::string_view value = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return value;
}

// 1,2026/11/20 14:59:00,007200001056,TRAFFIC,end,…: the seqno's place depends on the type (PAN-OS syslog field
// descriptions). CONFIG has optional fields before it, so its place is not certain.
std::optional<SenderSequence> pan_sequence(std::string_view message) {
  struct Place {
    std::string_view type;
    std::size_t index;
  };
  constexpr Place kPlaces[] = {{"TRAFFIC", 39}, {"THREAT", 36}, {"SYSTEM", 15}};
  std::string_view rest = message;
  next_value(rest);
  const std::string_view time = next_value(rest);
  if (time.size() != 19 || time[4] != '/' || time[7] != '/' || time[13] != ':') return std::nullopt;
  const std::string_view serial = next_value(rest);
  const std::string_view type = next_value(rest);
  const auto* const place =
      std::find_if(std::begin(kPlaces), std::end(kPlaces), [type](const Place& each) { return each.type == type; });
  if (place == std::end(kPlaces)) return std::nullopt;
  for (std::size_t index = 4; index < place->index; ++index) {
    if (rest.empty()) return std::nullopt;
    next_value(rest);
  }
  const auto number = whole_number(next_value(rest));
  if (!number) return std::nullopt;
  return SenderSequence{SequenceKind::pan_os, short_hash(type) ^ short_hash(serial), *number};
}

// MSWinEventLog <TAB> criticality <TAB> log <TAB> counter <TAB> …, behind a syslog header or behind `host<TAB>`.
std::optional<SenderSequence> snare_sequence(std::string_view message) {
  constexpr std::string_view kMark = "MSWinEventLog\t";
  constexpr std::size_t kHostMax = 256;
  const std::size_t tab = message.find('\t');
  if (tab == std::string_view::npos || tab > kHostMax) return std::nullopt;
  if (!message.starts_with(kMark)) message.remove_prefix(tab + 1);
  if (!message.starts_with(kMark)) return std::nullopt;
  message.remove_prefix(kMark.size());
  for (int skipped = 0; skipped < 2; ++skipped) {
    const std::size_t end = message.find('\t');
    if (end == std::string_view::npos) return std::nullopt;
    message.remove_prefix(end + 1);
  }
  const auto number = whole_number(message.substr(0, message.find('\t')));
  if (!number) return std::nullopt;
  return SenderSequence{SequenceKind::snare, 0, *number};
}

}  // namespace

std::string_view sequence_kind_name(SequenceKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

std::optional<SenderSequence> find_sequence(const SyslogHeader& header) {
  if (!may_have_sequence(header)) return std::nullopt;  // Words of Snare's in somebody else's message.
  if (header.sequence) return SenderSequence{SequenceKind::cisco, 0, *header.sequence};
  if (!header.structured_data.empty()) {
    if (const auto found = meta_sequence(header.structured_data)) return found;
  }
  const std::string_view message = header.message;
  if (message.size() > 2 && message[1] == ',' && (message[0] == '0' || message[0] == '1')) return pan_sequence(message);
  return snare_sequence(message);
}

std::optional<SenderSequence> find_journal_sequence(std::string_view entry) {
  // The fields journald itself adds come first, so the number stands in a field of its own near the front; one inside a
  // message would lie behind a binary field's length or after MESSAGE=.
  const auto field = [entry](std::string_view name) -> std::string_view {
    std::size_t at = entry.find(name);
    while (at != std::string_view::npos && at != 0 && entry[at - 1] != '\n') at = entry.find(name, at + 1);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = entry.substr(at + name.size());
    return rest.substr(0, rest.find('\n'));
  };
  const auto number = whole_number(field("__SEQNUM="));
  if (!number) return std::nullopt;
  return SenderSequence{SequenceKind::journal, short_hash(field("__SEQNUM_ID=")), *number};
}

void MissingNumbers::add(const MissingNumbers& more) {
  if (more.count == 0) return;
  first = count == 0 ? more.first : std::min(first, more.first);
  last = count == 0 ? more.last : std::max(last, more.last);
  count += more.count;
}

MissingNumbers SequenceTracker::unseen(std::size_t behind_from, std::size_t behind_to) const {
  MissingNumbers missing;
  for (std::size_t behind = behind_from; behind < behind_to; ++behind) {
    if (!seen_[behind]) missing.add({1, newest_ - behind, newest_ - behind});
  }
  return missing;
}

MissingNumbers SequenceTracker::take(std::uint64_t number) {
  if (number > newest_) {
    again_count_ = 0;
    const std::uint64_t ahead = number - newest_;
    if (ahead > kLeapMax) return restart(number);
    return advance(ahead);
  }
  const std::uint64_t behind = newest_ - number;
  if (behind < kWindow && !seen_[behind]) {
    seen_.set(behind);  // It was only late.
    return {};
  }
  return take_known(number, behind >= kWindow);
}

MissingNumbers SequenceTracker::advance(std::uint64_t ahead) {
  MissingNumbers missing;
  if (ahead == 1 && seen_[kWindow - 1]) {
    seen_ <<= 1;
  } else if (ahead < kWindow) {
    if (!seen_.all()) missing = unseen(kWindow - ahead, kWindow);
    seen_ <<= ahead;
  } else {
    missing = unseen(0, kWindow);
    // Those that would not fit into the window behind the new number are given up at once.
    const std::uint64_t beyond = ahead - kWindow;
    if (beyond != 0) missing.add({beyond, newest_ + 1, newest_ + beyond});
    seen_.reset();
  }
  newest_ += ahead;
  seen_.set(0);
  ++steps_;
  holes_ = holes_ - holes_ / 32 + (missing.count != 0 ? kOne / 32 : 0);
  return missing;
}

MissingNumbers SequenceTracker::take_known(std::uint64_t number, bool far_behind) {
  const bool goes_on = again_count_ != 0 && number > again_last_ && number - again_last_ <= kWindow / 4;
  if (!goes_on) {
    again_first_ = number;
    again_count_ = 0;
  }
  again_last_ = number;
  ++again_count_;
  if (again_count_ < (far_behind ? 2U : 4U)) return {};
  const std::uint64_t begin = again_first_;
  MissingNumbers missing = restart(begin);
  missing.add(take(number));
  // What lay between was part of the run, or is waited for: a run seldom has holes.
  for (std::uint64_t behind = 1; behind < number - begin && behind < kWindow; ++behind) seen_.set(behind);
  return missing;
}

MissingNumbers SequenceTracker::restart(std::uint64_t at) {
  const MissingNumbers missing = unseen(0, kWindow);
  newest_ = mark_ = at;
  seen_.set();
  again_count_ = 0;
  ++restarts_;
  return missing;
}

MissingNumbers SequenceTracker::settle() {
  MissingNumbers missing;
  if (mark_ <= newest_ && newest_ - mark_ < kWindow && !seen_.all()) {
    missing = unseen(newest_ - mark_, kWindow);
    for (std::size_t behind = newest_ - mark_; behind < kWindow; ++behind) seen_.set(behind);
    if (missing.count != 0) holes_ += kOne / 32;
  }
  mark_ = newest_;
  return missing;
}

MissingNumbers SenderSequences::take(const SenderSequence& sequence) {
  ++taken_;
  for (Series& each : series_) {
    if (each.kind == sequence.kind && each.series == sequence.series) {
      each.used = taken_;
      return each.tracker.take(sequence.number);
    }
  }
  Series fresh{sequence.kind, sequence.series, taken_, SequenceTracker(sequence.number)};
  if (series_.size() < kSeriesMax) {
    series_.push_back(fresh);
    return {};
  }
  const auto oldest = std::min_element(series_.begin(), series_.end(),
                                       [](const Series& a, const Series& b) { return a.used < b.used; });
  *oldest = fresh;
  return {};
}

MissingNumbers SenderSequences::settle() {
  MissingNumbers missing;
  for (Series& each : series_) missing.add(each.tracker.settle());
  return missing;
}

std::uint64_t SenderSequences::restarts() const {
  std::uint64_t sum = 0;
  for (const Series& each : series_) sum += each.tracker.restarts();
  return sum;
}

std::uint64_t SenderSequences::awaited() const {
  std::uint64_t sum = 0;
  for (const Series& each : series_) sum += each.tracker.awaited();
  return sum;
}

bool SenderSequences::habitual() const {
  return std::any_of(series_.begin(), series_.end(), [](const Series& each) { return each.tracker.habitual(); });
}

std::string SenderSequences::kinds() const {
  std::string out;
  for (std::size_t kind = 0; kind < kKindNames.size(); ++kind) {
    if (std::none_of(series_.begin(), series_.end(),
                     [kind](const Series& each) { return each.kind == static_cast<SequenceKind>(kind); }))
      continue;
    if (!out.empty()) out += ", ";
    out += kKindNames[kind];
  }
  return out;
}

std::string SenderSequences::save() const {
  std::string out;
  for (const Series& each : series_) {
    if (!out.empty()) out += ' ';
    out += std::to_string(static_cast<unsigned>(each.kind)) + ":" + std::to_string(each.series) + ":" +
           std::to_string(each.tracker.newest());
  }
  return out;
}

void SenderSequences::load(std::string_view text) {
  series_.clear();
  while (!text.empty() && series_.size() < kSeriesMax) {
    const std::string_view item = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
    const std::size_t one = item.find(':');
    const std::size_t two = one == std::string_view::npos ? one : item.find(':', one + 1);
    if (two == std::string_view::npos) continue;
    const auto kind = whole_number(item.substr(0, one));
    const auto series = whole_number(item.substr(one + 1, two - one - 1));
    const auto number = whole_number(item.substr(two + 1));
    if (!kind || *kind >= kKindNames.size() || !series || *series > UINT32_MAX || !number) continue;
    series_.push_back({static_cast<SequenceKind>(*kind), static_cast<std::uint32_t>(*series), 0,
                       SequenceTracker(*number)});
  }
}

}  // namespace vigil
