// What a window's condition sees: counts, distinct values, rules seen, chains, aggregates; and its stored form.

#include <algorithm>
#include <bit>

#include "rules/varint.h"
#include "rules/window_index.h"

namespace vigil::sigma {
namespace {

using Type = Correlation::Type;

constexpr std::size_t kReferencesMax = 10;

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

std::optional<Window::Finding> Window::holds(const Correlation& correlation, const WindowEntry& entry,
                                             Detail detail) const {
  if (size_ == 0) return std::nullopt;
  Finding finding;
  Rows from = inside_, to = size_;
  const bool newest = entry.at_ns >= at(size_ - 1);
  const bool counted = extra_ != nullptr && extra_->index != nullptr;
  std::uint64_t alive = newest && counted ? extra_->index->alive_inside : size_ - std::uint64_t{inside_};
  if (newest) {
    if (!judge(correlation, from, to, alive, finding)) return std::nullopt;
    describe(correlation, from, to, detail, finding);
    return finding;
  }
  // One that came late: it may complete the window that ends with it, or one that ends later.
  from = lower_bound(entry.at_ns - correlation.span_ns);
  to = upper_bound(entry.at_ns);
  alive = alive_between(from, to);
  for (;;) {
    if (to > from && judge(correlation, from, to, alive, finding)) {
      describe(correlation, from, to, detail, finding);
      return finding;
    }
    if (to == size_ || at(to) - entry.at_ns > correlation.span_ns) return std::nullopt;
    const std::int64_t end_ns = at(to);
    for (; to < size_ && at(to) == end_ns; ++to) alive += dead(to) ? 0U : 1U;
    for (; at(from) < end_ns - correlation.span_ns; ++from) alive -= dead(from) ? 0U : 1U;
  }
}

bool Window::judge(const Correlation& correlation, Rows from, Rows to, std::uint64_t alive, Finding& finding) const {
  finding.count = alive;
  switch (correlation.type) {
    case Type::event_count:
    case Type::value_count: return bounds_hold(correlation, static_cast<double>(alive));
    case Type::temporal_ordered:
      if (!ordered_chain(correlation, from, to)) return false;
      [[fallthrough]];
    case Type::temporal: {
      std::uint64_t seen = 0;  // a correlation has at most 64 slots
      for (Rows i = from; i < to; ++i) seen |= std::uint64_t{1} << slot(i);
      finding.count = weight(correlation, from, to);
      return correlation.expression ? slots_match(*correlation.expression, correlation.expression->root(), seen)
                                    : bounds_hold(correlation, std::popcount(seen));
    }
    case Type::value_sum:
    case Type::value_avg:
    case Type::value_percentile: return bounds_hold(correlation, aggregate(correlation, from, to));
    case Type::new_value: return false;  // take() says so
  }
  return false;
}

void Window::describe(const Correlation& correlation, Rows from, Rows to, Detail detail, Finding& finding) const {
  while (dead(from)) ++from;  // the newest of a window is alive
  finding.first_ns = at(from);
  finding.last_ns = at(to - 1);
  if (is_sum(correlation.type)) {
    finding.count = 0;
    for (Rows i = from; i < to; ++i) finding.count += row(i)[3];
  }
  finding.references.clear();
  if (detail == Detail::count) return;
  // The first four tell how it began, the rest how it came to this.
  constexpr Rows kFirst = 4;
  const auto add = [&](Rows i) {
    if (!dead(i) && (finding.references.empty() || finding.references.back() != sequence(i))) {
      finding.references.push_back(sequence(i));
    }
  };
  for (Rows i = from; i < to && finding.references.size() < kFirst; ++i) {
    add(i);
    ++from;
  }
  Rows tail = to, left = kReferencesMax - kFirst;
  while (tail > from && left > 0) left -= dead(--tail) ? 0U : 1U;
  for (Rows i = tail; i < to; ++i) add(i);
}

std::uint64_t Window::alive_between(Rows from, Rows to) const {
  if (extra_ == nullptr || extra_->index == nullptr || extra_->index->dead == 0) return to > from ? to - from : 0;
  std::uint64_t alive = 0;
  for (Rows i = from; i < to; ++i) alive += dead(i) ? 0U : 1U;
  return alive;
}

// A slot that listens to another correlation counts what that one counted.
std::uint64_t Window::weight(const Correlation& correlation, Rows from, Rows to) const {
  std::uint64_t sum = 0;
  for (std::uint32_t wanted = 0; wanted < correlation.slots.size(); ++wanted) {
    std::uint64_t heaviest = 0;
    for (Rows i = from; i < to; ++i) {
      if (slot(i) == wanted) heaviest = std::max(heaviest, tag(i));
    }
    sum += heaviest;
  }
  return sum;
}

bool Window::ordered_chain(const Correlation& correlation, Rows from, Rows to) const {
  if (from == to) return false;
  const std::int64_t begin_ns = at(to - 1) - correlation.span_ns;
  for (Rows i = from; i < to; ++i) {
    if (slot(i) + 1 == correlation.slots.size() && static_cast<std::int64_t>(row(i)[3]) >= begin_ns) return true;
  }
  return false;
}

double Window::aggregate(const Correlation& correlation, Rows from, Rows to) const {
  if (is_sum(correlation.type)) {
    Wide sum = 0;
    std::uint64_t count = 0;
    if (from == inside_ && to == size_ && extra_ != nullptr && extra_->index != nullptr) {
      sum = extra_->index->sum_inside;
      count = extra_->index->count_inside;
    } else {
      for (Rows i = from; i < to; ++i) {
        sum += fixed(tag(i));
        count += row(i)[3];
      }
    }
    return correlation.type == Type::value_sum ? unfixed(sum) : unfixed(sum) / static_cast<double>(count);
  }
  // Linear between the two nearest ranks.
  std::vector<double> values(to - from);
  for (Rows i = from; i < to; ++i) values[i - from] = std::bit_cast<double>(tag(i));
  const double rank = static_cast<double>(values.size() - 1) * correlation.percentile / 100;
  const auto low = static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), values.begin() + low, values.end());
  const double below = values[static_cast<std::size_t>(low)];
  if (low + 1 == static_cast<std::ptrdiff_t>(values.size())) return below;
  const double above = *std::min_element(values.begin() + low + 1, values.end());
  return below + (above - below) * (rank - static_cast<double>(low));
}

// reported, since; then opened, closes, closed and known since where there are any (their bits first); count; then for
// each hit: time and sequence as steps from the one before, slot, and what its type needs: the value or weight, and how
// far back its chain begins plus one (0: none) or how many were added up.
void Window::append_to(const Correlation& correlation, std::string& out) const {
  append_signed(reported_ns, out);
  append_varint(since_report, out);
  const Extra none;
  const Extra& more = extra_ != nullptr ? *extra_ : none;
  const std::int64_t times[] = {more.opened_ns, more.closes_ns, more.closed_ns, more.known_since_ns};
  std::uint64_t present = 0;
  for (unsigned i = 0; i < std::size(times); ++i) present |= times[i] != INT64_MIN ? std::uint64_t{1} << i : 0;
  append_varint(present, out);
  for (const std::int64_t time : times) {
    if (time != INT64_MIN) append_signed(time, out);
  }
  append_varint(alive_between(0, size_), out);
  std::int64_t at_before = 0;
  std::uint64_t sequence_before = 0;
  for (Rows i = 0; i < size_; ++i) {
    if (dead(i)) continue;
    append_signed(at(i) - at_before, out);
    append_signed(static_cast<std::int64_t>(sequence(i) - sequence_before), out);
    append_varint(slot(i), out);
    if (stride_ > 2) append_varint(tag(i), out);
    if (stride_ > 3) {
      const auto chain = static_cast<std::int64_t>(row(i)[3]);
      if (is_sum(correlation.type)) append_varint(row(i)[3], out);
      else append_varint(chain == INT64_MIN ? 0 : static_cast<std::uint64_t>(at(i) - chain) + 1, out);
    }
    at_before = at(i);
    sequence_before = sequence(i);
  }
}

bool Window::read_from(std::string_view& text, const Correlation& correlation) {
  *this = Window();
  std::uint64_t since = 0, present = 0, count = 0;
  if (!read_signed(text, reported_ns) || (reported_ns != INT64_MIN && !in_reach(reported_ns)) ||
      !read_varint(text, since) || since > UINT32_MAX || !read_varint(text, present) || present > 15) {
    return false;
  }
  if (present != 0) {
    Extra& more = extra();
    std::int64_t* const times[] = {&more.opened_ns, &more.closes_ns, &more.closed_ns, &more.known_since_ns};
    for (unsigned i = 0; i < std::size(times); ++i) {
      if ((present >> i & 1U) != 0 && (!read_signed(text, *times[i]) || !in_reach(*times[i]))) return false;
    }
  }
  if (!read_varint(text, count) || count > text.size() || count > kRowsMax) return false;
  stride_ = stride_of(correlation.type);
  WindowEntry entry;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::int64_t step = 0, sequence_step = 0;
    std::uint64_t slot = 0, extra_word = 0;
    if (!read_signed(text, step) || !read_signed(text, sequence_step) || !read_varint(text, slot) ||
        slot >= correlation.slots.size() || (stride_ > 2 && !read_varint(text, entry.tag)) ||
        (stride_ > 3 && !read_varint(text, extra_word))) {
      return false;
    }
    if (!in_reach(step) || (step < 0 && i > 0) || !in_reach(entry.at_ns + step)) return false;
    entry.at_ns += step;
    entry.sequence = (entry.sequence + static_cast<std::uint64_t>(sequence_step)) & (UINT64_MAX >> 8U);
    entry.slot = static_cast<std::uint32_t>(slot);
    insert(correlation, entry);
    if (stride_ < 4) continue;
    if (is_sum(correlation.type)) {
      if (extra_word == 0 || extra_word > UINT32_MAX) return false;
      row(size_ - 1U)[3] = extra_word;
    } else if (extra_word > 0) {
      if (extra_word > static_cast<std::uint64_t>(kLatestNs)) return false;
      row(size_ - 1U)[3] = static_cast<std::uint64_t>(entry.at_ns - static_cast<std::int64_t>(extra_word - 1));
    }
  }
  since_report = static_cast<std::uint32_t>(since);
  slide(correlation);
  const bool indexed = has_values(correlation.type) || is_sum(correlation.type);
  if (indexed && size_ > kPlainRowsMax) rebuild(correlation);
  return true;
}

}  // namespace vigil::sigma
