#include "rules/correlation_window.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "rules/window_index.h"

namespace vigil::sigma {
namespace {

using Type = Correlation::Type;

constexpr std::size_t kOrderedPerSlot = 8;
/// Values a percentile is taken over; older ones are let go.
constexpr std::size_t kPercentileMax = 1024;
/// Rows a sum is made of before they are put together.
constexpr std::size_t kSumRowsMax = 512, kSumParts = 256;
/// Values that new_value remembers of one group.
constexpr std::size_t kNewValuesMax = 256;
/// A count keeps as many hits, however low its threshold: a detection shows ten.
constexpr std::size_t kHitsMin = 10;

std::size_t capacity(const Correlation& correlation) {
  double highest = 0;
  for (const Correlation::Bound& bound : correlation.bounds) highest = std::max(highest, bound.value);
  const auto threshold = static_cast<std::size_t>(std::ceil(highest));
  switch (correlation.type) {
    case Type::event_count: return std::max(threshold + 2, kHitsMin);  // one more than an upper bound allows
    case Type::value_count: return 2 * threshold + 64;
    case Type::temporal: return correlation.slots.size();
    case Type::temporal_ordered: return correlation.slots.size() * kOrderedPerSlot;
    case Type::value_sum:
    case Type::value_avg: return kSumRowsMax;
    case Type::value_percentile: return kPercentileMax;
    case Type::new_value: return kNewValuesMax;
  }
  return kHitsMin;
}

bool negates(const Expression& expression, Expression::Index index) {
  const Expression::Node& node = expression.node(index);
  if (node.op == Expression::Op::negation) return true;
  if (node.op == Expression::Op::item) return false;
  return std::any_of(node.children.begin(), node.children.end(),
                     [&](Expression::Index child) { return negates(expression, child); });
}

std::size_t chunk(std::size_t bytes) { return (std::max<std::size_t>(bytes, 24) + 8 + 15) / 16 * 16; }

}  // namespace

Window::Window() = default;
Window::~Window() { delete[] words_; }

Window::Window(Window&& other) noexcept { *this = std::move(other); }

Window& Window::operator=(Window&& other) noexcept {
  if (this == &other) return *this;
  delete[] words_;
  reported_ns = other.reported_ns;
  since_report = other.since_report;
  stride_ = other.stride_;
  words_ = std::exchange(other.words_, nullptr);
  begin_ = std::exchange(other.begin_, std::uint16_t{0});
  size_ = std::exchange(other.size_, std::uint16_t{0});
  room_ = std::exchange(other.room_, std::uint16_t{0});
  inside_ = std::exchange(other.inside_, std::uint16_t{0});
  extra_ = std::move(other.extra_);
  return *this;
}

Window::Extra& Window::extra() {
  if (extra_ == nullptr) extra_ = std::make_unique<Extra>();
  return *extra_;
}

Window::Rows Window::lower_bound(std::int64_t at_ns) const {
  Rows low = 0, high = size_;
  while (low < high) {
    const Rows middle = (low + high) / 2;
    if (at(middle) < at_ns) low = middle + 1;
    else high = middle;
  }
  return low;
}
Window::Rows Window::upper_bound(std::int64_t at_ns) const {
  return at_ns == INT64_MAX ? size_ : lower_bound(at_ns + 1);
}

Window::Taken Window::take(const Correlation& correlation, const WindowEntry& entry) {
  stride_ = stride_of(correlation.type);
  const std::int64_t reach = correlation.span_ns + kLatenessNs;
  std::int64_t newest = entry.at_ns;
  if (size_ > 0) {
    newest = std::max(newest, at(size_ - 1));
    if (entry.at_ns < newest - reach) return Taken::late;
  }
  if (extra_ != nullptr && entry.at_ns <= extra_->closed_ns) return Taken::late;
  // They stand by time: most hits find nothing to let go of and look at one.
  Rows old = 0;
  while (old < size_ && at(old) < newest - reach) ++old;
  if (old > 0) drop_front(correlation, old);
  if (size_ == 0) since_report = 0;
  if (since_report != UINT32_MAX) ++since_report;

  if (has_values(correlation.type)) return take_value(correlation, entry);
  if (correlation.type == Type::temporal) {
    for (Rows i = 0; i < size_; ++i) {
      if (slot(i) != entry.slot) continue;
      if (at(i) > entry.at_ns) return Taken::counted;
      remove(i);
      break;
    }
  }
  insert(correlation, entry);
  if (correlation.type == Type::temporal_ordered) keep_chains(entry.slot);
  if (size_ > capacity(correlation)) {
    if (is_sum(correlation.type)) coarsen(correlation);
    else drop_front(correlation, 1);
  }
  slide(correlation);
  if (is_sum(correlation.type) && size_ > kPlainRowsMax && (extra_ == nullptr || extra_->index == nullptr)) {
    rebuild(correlation);
  }
  return Taken::counted;
}

Window::Taken Window::take_value(const Correlation& correlation, const WindowEntry& entry) {
  const auto known = find_value(entry.tag);
  if (correlation.type == Type::new_value && extra().known_since_ns == INT64_MIN) extra_->known_since_ns = entry.at_ns;
  if (known && at(*known) > entry.at_ns) return Taken::counted;
  const bool fresh = !known || entry.at_ns - at(*known) > correlation.span_ns;
  Index* const index = extra_ != nullptr ? extra_->index.get() : nullptr;
  if (known && index == nullptr) {
    remove(*known);
  } else if (known) {
    row(*known)[1] = kDeadRow;
    ++index->dead;
    if (*known >= inside_) --index->alive_inside;
  }
  const bool in_order = size_ == 0 || entry.at_ns >= at(size_ - 1);
  insert(correlation, entry);
  if (index != nullptr && in_order) {
    Index::Slot* const place = index->find(entry.tag);
    *place = {entry.tag, index->gone + size_ - 1};
  }
  const std::size_t dead = index != nullptr ? index->dead : 0;
  if (size_ - dead > capacity(correlation)) {
    Rows first = 0;
    while (dead > 0 && this->dead(first)) ++first;
    drop_front(correlation, first + 1);
  }
  slide(correlation);
  if (index == nullptr) {
    if (size_ > kPlainRowsMax) rebuild(correlation);
  } else if (!in_order || 2 * (size_ - index->dead) > index->slots.size() ||
             (index->dead > kPlainRowsMax && 2 * index->dead > size_)) {
    compact();
    rebuild(correlation);
  }
  return fresh && correlation.type == Type::new_value ? Taken::fresh : Taken::counted;
}

std::optional<Window::Rows> Window::find_value(std::uint64_t tag) const {
  if (extra_ != nullptr && extra_->index != nullptr && !extra_->index->slots.empty()) {
    const Index::Slot* const found = extra_->index->find(tag);
    if (found->place == Index::kNone) return std::nullopt;
    return found->place - extra_->index->gone;
  }
  for (Rows i = size_; i-- > 0;) {
    if (row(i)[2] == tag) return i;
  }
  return std::nullopt;
}

void Window::grow() {
  if (begin_ > 0 && begin_ >= size_ / 2) {
    std::memmove(words_, row(0), std::size_t{size_} * stride_ * 8);
    begin_ = 0;
    return;
  }
  const std::size_t room = std::min<std::size_t>(size_ + size_ / 2 + 1U, UINT16_MAX);
  auto* const words = new std::uint64_t[room * stride_];
  if (size_ > 0) std::memcpy(words, row(0), std::size_t{size_} * stride_ * 8);
  delete[] words_;
  words_ = words;
  begin_ = 0;
  room_ = static_cast<std::uint16_t>(room);
}

void Window::insert(const Correlation& correlation, const WindowEntry& entry) {
  if (begin_ + size_ == room_) grow();
  const Rows place = size_ == 0 || entry.at_ns >= at(size_ - 1) ? size_ : upper_bound(entry.at_ns);
  if (place < size_) std::memmove(row(place + 1), row(place), std::size_t{size_ - place} * stride_ * 8);
  ++size_;
  std::uint64_t* const words = row(place);
  words[0] = static_cast<std::uint64_t>(entry.at_ns);
  words[1] = entry.sequence << 8U | entry.slot;
  if (stride_ > 2) words[2] = entry.tag;
  if (stride_ > 3) {
    words[3] = is_sum(correlation.type) ? 1 : std::bit_cast<std::uint64_t>(std::int64_t{INT64_MIN});
  }
  if (place < inside_) {
    ++inside_;
  } else if (extra_ != nullptr && extra_->index != nullptr) {
    Index& index = *extra_->index;
    ++index.alive_inside;
    if (is_sum(correlation.type)) {
      index.sum_inside += fixed(entry.tag);
      ++index.count_inside;
    }
  }
}

void Window::remove(Rows i) {
  std::memmove(row(i), row(i + 1), std::size_t{size_ - i - 1} * stride_ * 8);
  --size_;
  if (i < inside_) --inside_;
}

void Window::drop_front(const Correlation& correlation, Rows count) {
  if (extra_ != nullptr && extra_->index != nullptr) {
    Index& index = *extra_->index;
    for (Rows i = 0; i < count; ++i) {
      if (dead(i)) {
        --index.dead;
        continue;
      }
      if (!index.slots.empty()) index.erase(tag(i));
      if (i < inside_) continue;
      --index.alive_inside;
      if (!is_sum(correlation.type)) continue;
      index.sum_inside -= fixed(tag(i));
      index.count_inside -= row(i)[3];
    }
    index.gone += count;
  }
  begin_ = static_cast<std::uint16_t>(begin_ + count);
  size_ = static_cast<std::uint16_t>(size_ - count);
  inside_ = static_cast<std::uint16_t>(inside_ > count ? inside_ - count : 0);
  if (size_ == 0) begin_ = 0;
}

void Window::slide(const Correlation& correlation) {
  if (size_ == 0) return;
  const std::int64_t from = at(size_ - 1) - correlation.span_ns;
  Index* const index = extra_ != nullptr ? extra_->index.get() : nullptr;
  for (; at(inside_) < from; ++inside_) {
    if (index == nullptr || dead(inside_)) continue;
    --index->alive_inside;
    if (!is_sum(correlation.type)) continue;
    index->sum_inside -= fixed(tag(inside_));
    index->count_inside -= row(inside_)[3];
  }
}

void Window::compact() {
  Rows kept = 0;
  for (Rows i = 0; i < size_; ++i) {
    if (dead(i)) continue;
    if (kept != i) std::memcpy(row(kept), row(i), std::size_t{stride_} * 8);
    ++kept;
  }
  size_ = static_cast<std::uint16_t>(kept);
}

/// Makes the index, or makes it again.
void Window::rebuild(const Correlation& correlation) {
  auto made = std::make_unique<Index>();
  inside_ = static_cast<std::uint16_t>(size_ == 0 ? 0 : lower_bound(at(size_ - 1) - correlation.span_ns));
  if (has_values(correlation.type)) {
    made->slots.resize(std::bit_ceil(std::size_t{size_} * 4));
    for (Rows i = 0; i < size_; ++i) {
      if (dead(i)) ++made->dead;
      else *made->find(tag(i)) = {tag(i), i};
    }
  }
  for (Rows i = inside_; i < size_; ++i) {
    if (dead(i)) continue;
    ++made->alive_inside;
    if (!is_sum(correlation.type)) continue;
    made->sum_inside += fixed(tag(i));
    made->count_inside += row(i)[3];
  }
  extra().index = std::move(made);
}

// A chain that can still become whole is worth as much as its beginning is late: of each slot the 8 hits with the
// latest beginnings stay, more than one only for hits that arrive late. Exact without keeping partial matches.
void Window::keep_chains(std::uint32_t wanted) {
  std::array<std::int64_t, 64> latest;  // a correlation has at most 64 slots
  latest.fill(INT64_MIN);
  Rows hits = 0, worst = 0;
  for (Rows i = 0; i < size_; ++i) {
    const std::uint32_t s = slot(i);
    const std::int64_t begun = s == 0 ? at(i) : latest[s - 1];
    const std::int64_t chain = std::max(static_cast<std::int64_t>(row(i)[3]), begun);
    row(i)[3] = static_cast<std::uint64_t>(chain);
    latest[s] = std::max(latest[s], chain);
    if (s != wanted) continue;
    if (hits++ == 0 || chain < static_cast<std::int64_t>(row(worst)[3])) worst = i;
  }
  if (hits > kOrderedPerSlot) remove(worst);
}

/// Puts together what lies within one 256th of the time that is kept: the sum stays, its edge moves by that much.
void Window::coarsen(const Correlation& correlation) {
  const std::int64_t width = (correlation.span_ns + kLatenessNs) / static_cast<std::int64_t>(kSumParts) + 1;
  const auto part = [&](Rows i) { return (at(i) - kEarliestNs) / width; };
  Rows last = 0;
  for (Rows i = 1; i < size_; ++i) {
    if (part(i) == part(last)) {
      const double sum = std::bit_cast<double>(tag(last)) + std::bit_cast<double>(tag(i));
      const std::uint64_t count = row(last)[3] + row(i)[3];
      std::memcpy(row(last), row(i), 16);
      row(last)[2] = std::bit_cast<std::uint64_t>(sum);
      row(last)[3] = count;
    } else if (++last != i) {
      std::memcpy(row(last), row(i), std::size_t{stride_} * 8);
    }
  }
  size_ = static_cast<std::uint16_t>(last + 1);
  rebuild(correlation);
}

void Window::empty() {
  size_ = begin_ = inside_ = 0;
  since_report = 0;
  if (extra_ != nullptr) extra_->index.reset();
}

std::optional<WindowEntry> Window::single(const Correlation& correlation) const {
  if (size_ != 1 || extra_ != nullptr || reported_ns != INT64_MIN) return std::nullopt;
  if (is_sum(correlation.type) && row(0)[3] != 1) return std::nullopt;
  return WindowEntry{at(0), sequence(0), tag(0), slot(0)};
}

std::size_t Window::heap_bytes() const {
  std::size_t bytes = words_ != nullptr ? chunk(std::size_t{room_} * stride_ * 8) : 0;
  if (extra_ == nullptr) return bytes;
  bytes += chunk(sizeof(Extra));
  if (extra_->index != nullptr) {
    bytes += chunk(sizeof(Index)) + chunk(extra_->index->slots.capacity() * sizeof(Index::Slot));
  }
  return bytes;
}

// ---- conditions that are judged when the window closes

bool judged_at_close(const Correlation& correlation) {
  if (correlation.expression) return negates(*correlation.expression, correlation.expression->root());
  switch (correlation.type) {
    case Type::value_avg:
    case Type::value_percentile:
    case Type::new_value: return false;
    default: break;
  }
  return std::none_of(correlation.bounds.begin(), correlation.bounds.end(), [](const Correlation::Bound& bound) {
    return bound.comparison == Comparison::gt || bound.comparison == Comparison::gte;
  });
}

bool Window::open(const Correlation& correlation, std::int64_t received_ns) {
  if (size_ == 0) return false;
  Extra& more = extra();
  if (more.opened_ns != INT64_MIN) {
    // One that came late: the window began earlier than we knew.
    more.opened_ns = std::min(more.opened_ns, at(0));
    return false;
  }
  more.opened_ns = at(0);
  more.closes_ns = received_ns + correlation.span_ns + kLatenessNs;
  return true;
}

std::optional<std::int64_t> Window::opened_ns() const {
  if (extra_ == nullptr || extra_->opened_ns == INT64_MIN) return std::nullopt;
  return extra_->opened_ns;
}

std::int64_t Window::closes_ns() const { return extra_ != nullptr ? extra_->closes_ns : INT64_MIN; }

std::int64_t Window::known_since_ns() const { return extra_ != nullptr ? extra_->known_since_ns : INT64_MIN; }

std::optional<Window::Finding> Window::close(const Correlation& correlation) {
  Extra& more = extra();
  const std::int64_t end_ns = more.opened_ns + correlation.span_ns;
  const Rows to = upper_bound(end_ns);
  Finding finding;
  const bool holds = to > 0 && judge(correlation, 0, to, alive_between(0, to), finding);
  if (holds) {
    describe(correlation, 0, to, Detail::references, finding);
    finding.last_ns = std::max(finding.last_ns, finding.first_ns);
  }
  if (to > 0) drop_front(correlation, to);
  more.opened_ns = more.closes_ns = INT64_MIN;
  more.closed_ns = end_ns;
  if (!holds) return std::nullopt;
  return finding;
}

}  // namespace vigil::sigma
