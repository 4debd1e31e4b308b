#include "incidents/evidence_plan.h"

#include <algorithm>
#include <limits>

#include "incidents/link.h"
#include "parsers/caseless.h"

namespace vigil {
namespace {

constexpr std::int64_t kAroundNs = 5LL * 60 * 1'000'000'000;
/// Each record in the span is searched for each of them.
constexpr std::size_t kNeedlesMax = 64;
/// Shorter values are found everywhere.
constexpr std::size_t kNeedleBytesMin = 3;


bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Nothing of the same word, address or decimal number goes on beyond the match.
bool stands_alone(std::string_view raw, std::size_t at, std::size_t length) {
  const auto goes_on = [&](char edge, char next, bool has_after, char after) {
    if (is_word(edge) && is_word(next)) return true;
    return is_digit(edge) && (next == '.' || next == ':') && has_after && is_digit(after) && next == '.';
  };
  if (at > 0 && goes_on(raw[at], raw[at - 1], at > 1, at > 1 ? raw[at - 2] : ' ')) return false;
  const std::size_t end = at + length;
  return end >= raw.size() ||
         !goes_on(raw[end - 1], raw[end], end + 1 < raw.size(), end + 1 < raw.size() ? raw[end + 1] : ' ');
}

std::int64_t shifted(std::int64_t ns, std::int64_t by) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (by > 0 && ns > Limits::max() - by) return Limits::max();
  if (by < 0 && ns < Limits::min() - by) return Limits::min();
  return ns + by;
}

}  // namespace

bool EvidencePlan::mentions(std::string_view raw) const {
  for (const auto& needle : needles) {
    auto from = raw.begin();
    while (true) {
      const auto found = std::search(from, raw.end(), needle.begin(), needle.end(),
                                     [](char a, char b) { return lower_ascii(a) == b; });
      if (found == raw.end()) break;
      if (stands_alone(raw, static_cast<std::size_t>(found - raw.begin()), needle.size())) return true;
      from = found + 1;
    }
  }
  return false;
}

EvidencePlan plan_evidence(const Case& incident) {
  EvidencePlan plan;
  plan.organisation = incident.organisation;
  for (const auto& row : incident.detections) {
    plan.samples.insert(plan.samples.end(), row.samples.begin(), row.samples.end());
  }
  std::sort(plan.samples.begin(), plan.samples.end());
  plan.samples.erase(std::unique(plan.samples.begin(), plan.samples.end()), plan.samples.end());
  const auto [first_ns, last_ns] = incident.event_span();
  plan.event_from_ns = shifted(first_ns, -kAroundNs);
  plan.event_to_ns = shifted(last_ns, kAroundNs + 1);

  std::vector<const CaseEntity*> by_count;
  for (const auto& entity : incident.entities) {
    if (entity.link && entity.value.size() >= kNeedleBytesMin && link_key(entity.type, entity.value)) {
      by_count.push_back(&entity);
    }
  }
  std::stable_sort(by_count.begin(), by_count.end(),
                   [](const CaseEntity* a, const CaseEntity* b) { return a->count > b->count; });
  for (const CaseEntity* entity : by_count) {
    std::string needle = lower_ascii(entity->value);
    if (plan.needles.size() == kNeedlesMax) break;
    if (std::find(plan.needles.begin(), plan.needles.end(), needle) == plan.needles.end()) {
      plan.needles.push_back(std::move(needle));
    }
  }
  return plan;
}

}  // namespace vigil
