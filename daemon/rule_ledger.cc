#include "daemon/rule_ledger.h"

#include <algorithm>
#include <boost/json.hpp>

namespace vigil {

namespace json = boost::json;

namespace {

constexpr std::string_view kPrefix = "rule-count/";
constexpr std::int64_t kHourNs = 3'600'000'000'000, kDayNs = 24 * kHourNs;

json::array write_counts(const std::map<std::int64_t, std::uint64_t>& counts) {
  json::array out;
  for (const auto& [number, count] : counts) out.push_back(json::array{number, count});
  return out;
}

void read_counts(const json::value* from, std::map<std::int64_t, std::uint64_t>& out) {
  if (from == nullptr || !from->is_array()) return;
  for (const json::value& pair : from->as_array()) {
    const json::array* const both = pair.if_array();
    if (both == nullptr || both->size() != 2 || !(*both)[0].is_int64() || !(*both)[1].is_int64()) continue;
    out[(*both)[0].as_int64()] = static_cast<std::uint64_t>((*both)[1].as_int64());
  }
}

std::string write_count(const RuleCount& count) {
  return json::serialize(json::object{{"total", count.total},
                                      {"withheld", count.withheld},
                                      {"first_ns", count.first_ns},
                                      {"last_ns", count.last_ns},
                                      {"hours", write_counts(count.hours)},
                                      {"days", write_counts(count.days)}});
}

RuleCount read_count(std::string_view text) {
  RuleCount count;
  boost::system::error_code error;
  const json::value value = json::parse(json::string_view(text.data(), text.size()), error);
  const json::object* const object = error ? nullptr : value.if_object();
  if (object == nullptr) return count;
  const auto number = [&](std::string_view key) {
    const json::value* const found = object->if_contains(key);
    return found != nullptr && found->is_int64() ? found->as_int64() : 0;
  };
  count.total = static_cast<std::uint64_t>(number("total"));
  count.withheld = static_cast<std::uint64_t>(number("withheld"));
  count.first_ns = number("first_ns");
  count.last_ns = number("last_ns");
  read_counts(object->if_contains("hours"), count.hours);
  read_counts(object->if_contains("days"), count.days);
  return count;
}

/// Drops what is older than `kept` before the newest. A time far ahead, of a clock that was wrong, does not empty it: what
/// is newer than the one added stays.
void add_and_trim(std::map<std::int64_t, std::uint64_t>& counts, std::int64_t number, std::int64_t kept) {
  ++counts[number];
  while (counts.begin()->first <= number - kept) counts.erase(counts.begin());
  while (counts.size() > static_cast<std::size_t>(2 * kept)) counts.erase(counts.begin());
}

std::uint64_t sum_from(const std::map<std::int64_t, std::uint64_t>& counts, std::int64_t first, std::int64_t last) {
  std::uint64_t sum = 0;
  for (auto at = counts.lower_bound(first); at != counts.end() && at->first <= last; ++at) sum += at->second;
  return sum;
}

}  // namespace

void RuleCount::add(std::int64_t at_ns, bool told) {
  if (!told) {
    ++withheld;
    return;
  }
  if (total++ == 0) first_ns = at_ns;
  last_ns = std::max(last_ns, at_ns);
  add_and_trim(hours, at_ns / kHourNs, 24);
  add_and_trim(days, at_ns / kDayNs, kDaysKept);
}

std::uint64_t RuleCount::within_day(std::int64_t now_ns) const {
  return sum_from(hours, now_ns / kHourNs - 23, now_ns / kHourNs);
}
std::uint64_t RuleCount::within_days(std::int64_t now_ns, std::int64_t number) const {
  return sum_from(days, now_ns / kDayNs - number + 1, now_ns / kDayNs);
}

RuleLedger::RuleLedger(const StateStore& state) {
  state.scan(kPrefix, [this](std::string_view key, std::string_view value) {
    counts_.emplace(key.substr(kPrefix.size()), read_count(value));
    return true;
  });
}

void RuleLedger::add(const std::string& id, std::int64_t at_ns, bool told) {
  const std::lock_guard lock(mutex_);
  counts_[id].add(at_ns, told);
  changed_.insert(id);
}

void RuleLedger::put_changes(StateChange& change) {
  const std::lock_guard lock(mutex_);
  for (const std::string& id : changed_) change.put(std::string(kPrefix) + id, write_count(counts_[id]));
  changed_.clear();
}

std::optional<RuleCount> RuleLedger::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(id);
  return found == counts_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace vigil
