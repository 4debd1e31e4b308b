#include "rules/correlation_window.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace vigil::sigma {
namespace {

using Type = Correlation::Type;

constexpr std::size_t kOrderedPerSlot = 8;
/// Values an average or percentile is taken over; older ones are let go.
constexpr std::size_t kAggregateMax = 1024;
constexpr std::size_t kReferencesMax = 10;

double highest_bound(const Correlation& correlation) {
  double highest = 0;
  for (const Correlation::Bound& bound : correlation.bounds) highest = std::max(highest, bound.value);
  return highest;
}

std::size_t capacity(const Correlation& correlation) {
  const auto threshold = static_cast<std::size_t>(std::ceil(highest_bound(correlation)));
  switch (correlation.type) {
    case Type::event_count: return std::max(threshold + 2, kReferencesMax);  // one more than an upper bound allows
    case Type::value_count: return 2 * threshold + 64;
    case Type::temporal: return correlation.slots.size();
    case Type::temporal_ordered: return correlation.slots.size() * kOrderedPerSlot;
    case Type::value_sum:
    case Type::value_avg:
    case Type::value_percentile: return kAggregateMax;
  }
  return kAggregateMax;
}

bool in_reach(std::int64_t ns) { return ns >= kEarliestNs && ns <= kLatestNs; }

bool bounds_hold(const Correlation& correlation, double value) {
  return std::all_of(correlation.bounds.begin(), correlation.bounds.end(), [&](const Correlation::Bound& bound) {
    return compare(bound.comparison, value, bound.value);
  });
}

bool slots_match(const Expression& expression, Expression::Index index, std::uint64_t seen) {
  const Expression::Node& node = expression.node(index);
  const auto child = [&](Expression::Index i) { return slots_match(expression, i, seen); };
  switch (node.op) {
    case Expression::Op::item: return ((seen >> node.item) & 1U) != 0;
    case Expression::Op::all_of: return std::all_of(node.children.begin(), node.children.end(), child);
    case Expression::Op::any_of: return std::any_of(node.children.begin(), node.children.end(), child);
    case Expression::Op::negation: return !child(node.children.front());
  }
  return false;
}

}  // namespace

bool Window::take(const Correlation& correlation, const WindowEntry& entry) {
  const std::int64_t reach = correlation.span_ns + kLatenessNs;
  if (newest_ns_ != INT64_MIN && entry.at_ns < newest_ns_ - reach) return false;
  newest_ns_ = std::max(newest_ns_, entry.at_ns);
  // They stand by time: most hits find nothing to let go of and look at one.
  const auto kept = std::find_if(entries_.begin(), entries_.end(),
                                 [&](const WindowEntry& old) { return old.at_ns >= newest_ns_ - reach; });
  entries_.erase(entries_.begin(), kept);
  if (entries_.empty()) since_report = 0;
  ++since_report;

  const auto same_key = [&](const WindowEntry& old) {
    return correlation.type == Type::value_count ? old.tag == entry.tag : old.slot == entry.slot;
  };
  if (correlation.type == Type::value_count || correlation.type == Type::temporal) {
    const auto old = std::find_if(entries_.begin(), entries_.end(), same_key);
    if (old != entries_.end() && old->at_ns > entry.at_ns) return true;
    if (old != entries_.end()) entries_.erase(old);
  }
  const auto later = [](std::int64_t at, const WindowEntry& old) { return at < old.at_ns; };
  entries_.insert(std::upper_bound(entries_.begin(), entries_.end(), entry.at_ns, later), entry);
  if (correlation.type == Type::temporal_ordered) keep_chains(correlation, entry.slot);
  if (entries_.size() > capacity(correlation)) entries_.erase(entries_.begin());
  return true;
}

// A chain that can still become whole is worth as much as its beginning is late: of each slot the 8 hits with the
// latest beginnings stay, more than one only for hits that arrive late. Exact without keeping partial matches.
void Window::keep_chains(const Correlation& correlation, std::uint32_t slot) {
  std::vector<std::int64_t> latest(correlation.slots.size(), INT64_MIN);
  for (WindowEntry& entry : entries_) {
    const std::int64_t begun = entry.slot == 0 ? entry.at_ns : latest[entry.slot - 1];
    entry.chain_ns = std::max(entry.chain_ns, begun);
    latest[entry.slot] = std::max(latest[entry.slot], entry.chain_ns);
  }
  std::size_t hits = 0;
  auto worst = entries_.end();
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->slot != slot) continue;
    ++hits;
    if (worst == entries_.end() || entry->chain_ns < worst->chain_ns) worst = entry;
  }
  if (hits > kOrderedPerSlot) entries_.erase(worst);
}

void Window::empty() {
  entries_.clear();
  since_report = 0;
}

std::optional<Window::Finding> Window::holds(const Correlation& correlation, const WindowEntry& entry,
                                             Detail detail) const {
  Finding finding;
  if (holds_at(correlation, entry.at_ns, detail, finding)) return finding;
  // A late hit may complete a window that ends after it.
  for (auto later = entries_.rbegin(); later != entries_.rend() && later->at_ns > entry.at_ns; ++later) {
    const bool reached = later->at_ns - entry.at_ns <= correlation.span_ns;
    if (reached && holds_at(correlation, later->at_ns, detail, finding)) return finding;
  }
  return std::nullopt;
}

bool Window::holds_at(const Correlation& correlation, std::int64_t end_ns, Detail detail, Finding& finding) const {
  const auto before = [](const WindowEntry& entry, std::int64_t at) { return entry.at_ns < at; };
  const auto after = [](std::int64_t at, const WindowEntry& entry) { return at < entry.at_ns; };
  const auto begin = std::lower_bound(entries_.begin(), entries_.end(), end_ns - correlation.span_ns, before);
  const auto end = std::upper_bound(begin, entries_.end(), end_ns, after);
  if (begin == end) return false;
  const auto from = static_cast<std::size_t>(begin - entries_.begin());
  const auto to = static_cast<std::size_t>(end - entries_.begin());

  finding.count = to - from;
  bool good = false;
  switch (correlation.type) {
    case Type::event_count:
    case Type::value_count: good = bounds_hold(correlation, static_cast<double>(finding.count)); break;
    case Type::temporal_ordered:
      if (!ordered_chain(correlation, from, to)) return false;
      [[fallthrough]];
    case Type::temporal: {
      bool expression = false;
      const std::size_t seen = slots_seen(correlation, from, to, expression);
      good = correlation.expression ? expression : bounds_hold(correlation, static_cast<double>(seen));
      finding.count = weight(correlation, from, to);
      break;
    }
    case Type::value_sum:
    case Type::value_avg:
    case Type::value_percentile: good = bounds_hold(correlation, aggregate(correlation, from, to)); break;
  }
  if (!good) return false;
  finding.first_ns = begin->at_ns;
  finding.last_ns = (end - 1)->at_ns;
  finding.references.clear();
  if (detail == Detail::count) return true;
  // The first four tell how it began, the rest how it came to this.
  constexpr std::size_t kFirst = 4;
  for (std::size_t i = from; i < to; ++i) {
    if (to - from > kReferencesMax && i - from >= kFirst && to - i > kReferencesMax - kFirst) continue;
    if (finding.references.empty() || finding.references.back() != entries_[i].sequence) {
      finding.references.push_back(entries_[i].sequence);
    }
  }
  return true;
}

std::size_t Window::slots_seen(const Correlation& correlation, std::size_t from, std::size_t to,
                               bool& expression) const {
  std::uint64_t seen = 0;  // a correlation has at most 64 slots
  for (std::size_t i = from; i < to; ++i) seen |= std::uint64_t{1} << entries_[i].slot;
  expression = correlation.expression && slots_match(*correlation.expression, correlation.expression->root(), seen);
  return static_cast<std::size_t>(std::popcount(seen));
}

// A slot that listens to another correlation counts what that one counted.
std::uint64_t Window::weight(const Correlation& correlation, std::size_t from, std::size_t to) const {
  std::uint64_t sum = 0;
  for (std::uint32_t slot = 0; slot < correlation.slots.size(); ++slot) {
    std::uint64_t heaviest = 0;
    for (std::size_t i = from; i < to; ++i) {
      if (entries_[i].slot == slot) heaviest = std::max(heaviest, entries_[i].tag);
    }
    sum += heaviest;
  }
  return sum;
}

bool Window::ordered_chain(const Correlation& correlation, std::size_t from, std::size_t to) const {
  if (from == to) return false;
  const std::int64_t begin_ns = entries_[to - 1].at_ns - correlation.span_ns;
  return std::any_of(entries_.begin() + static_cast<std::ptrdiff_t>(from),
                     entries_.begin() + static_cast<std::ptrdiff_t>(to), [&](const WindowEntry& entry) {
                       return entry.slot + 1 == correlation.slots.size() && entry.chain_ns >= begin_ns;
                     });
}

double Window::aggregate(const Correlation& correlation, std::size_t from, std::size_t to) const {
  std::vector<double> values;
  for (std::size_t i = from; i < to; ++i) values.push_back(std::bit_cast<double>(entries_[i].tag));
  double sum = 0;
  for (const double value : values) sum += value;
  if (correlation.type == Type::value_sum) return sum;
  if (correlation.type == Type::value_avg) return sum / static_cast<double>(values.size());
  // Linear between the two nearest ranks.
  std::sort(values.begin(), values.end());
  const double rank = static_cast<double>(values.size() - 1) * correlation.percentile / 100;
  const auto low = static_cast<std::size_t>(rank);
  const std::size_t high = std::min(low + 1, values.size() - 1);
  return values[low] + (values[high] - values[low]) * (rank - static_cast<double>(low));
}

// newest, reported, since, count; then for each entry: time and sequence as steps from the entry before, tag, slot, and
// how far back its chain begins plus one (0: none).
void Window::append_to(std::string& out) const {
  append_signed(newest_ns_, out);
  append_signed(reported_ns, out);
  append_varint(since_report, out);
  append_varint(entries_.size(), out);
  WindowEntry before;
  for (const WindowEntry& entry : entries_) {
    append_signed(entry.at_ns - before.at_ns, out);
    append_signed(static_cast<std::int64_t>(entry.sequence - before.sequence), out);
    append_varint(entry.tag, out);
    append_varint(entry.slot, out);
    const bool chained = entry.chain_ns != INT64_MIN;
    append_varint(chained ? static_cast<std::uint64_t>(entry.at_ns - entry.chain_ns) + 1 : 0, out);
    before = entry;
  }
}

bool Window::read_from(std::string_view& text, const Correlation& correlation) {
  std::uint64_t count = 0;
  if (!read_signed(text, newest_ns_) || !read_signed(text, reported_ns) || !read_varint(text, since_report) ||
      !read_varint(text, count) || count > text.size() || !in_reach(newest_ns_)) {
    return false;
  }
  if (reported_ns != INT64_MIN && !in_reach(reported_ns)) return false;
  entries_.clear();
  WindowEntry before;
  for (std::uint64_t i = 0; i < count; ++i) {
    WindowEntry entry;
    std::int64_t step = 0, sequence_step = 0;
    std::uint64_t slot = 0, chain = 0;
    if (!read_signed(text, step) || !read_signed(text, sequence_step) || !read_varint(text, entry.tag) ||
        !read_varint(text, slot) || slot >= correlation.slots.size() || !read_varint(text, chain)) {
      return false;
    }
    if (!in_reach(step) || (step < 0 && i > 0)) return false;
    entry.at_ns = before.at_ns + step;
    if (!in_reach(entry.at_ns)) return false;
    entry.sequence = before.sequence + static_cast<std::uint64_t>(sequence_step);
    entry.slot = static_cast<std::uint32_t>(slot);
    if (chain > static_cast<std::uint64_t>(kLatestNs)) return false;
    if (chain > 0) entry.chain_ns = entry.at_ns - static_cast<std::int64_t>(chain - 1);
    entries_.push_back(entry);
    before = entry;
  }
  return true;
}

void append_varint(std::uint64_t value, std::string& out) {
  char bytes[10];
  std::size_t size = 0;
  for (; value >= 0x80; value >>= 7U) bytes[size++] = static_cast<char>(0x80U | (value & 0x7FU));
  bytes[size++] = static_cast<char>(value);
  out.append(bytes, size);
}

bool read_varint(std::string_view& text, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (text.empty()) return false;
    const auto byte = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

void append_signed(std::int64_t value, std::string& out) {
  const auto bits = static_cast<std::uint64_t>(value);
  append_varint((bits << 1U) ^ (value < 0 ? ~std::uint64_t{0} : 0), out);
}

bool read_signed(std::string_view& text, std::int64_t& value) {
  std::uint64_t bits = 0;
  if (!read_varint(text, bits)) return false;
  value = static_cast<std::int64_t>((bits >> 1U) ^ ((bits & 1U) != 0 ? ~std::uint64_t{0} : 0));
  return true;
}

void append_text(std::string_view value, std::string& out) {
  append_varint(value.size(), out);
  out += value;
}

bool read_text(std::string_view& text, std::string& value) {
  std::uint64_t size = 0;
  if (!read_varint(text, size) || size > text.size()) return false;
  value = text.substr(0, size);
  text.remove_prefix(size);
  return true;
}

}  // namespace vigil::sigma
