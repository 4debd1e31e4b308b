#include <algorithm>
#include <charconv>
#include <chrono>
#include <tuple>

#include "incidents/attack.h"
#include "incidents/case_book_impl.h"
#include "incidents/case_union.h"
#include "incidents/fold.h"
#include "incidents/link.h"
#include "incidents/profile.h"
#include "incidents/text.h"
#include "parsers/render.h"

namespace vigil {
namespace {

constexpr std::string_view kDaemon = "vigild";
constexpr std::size_t kNumberDigits = 4;
constexpr std::size_t kRelatedMax = 100;
/// Sightings that one detection draws into a case at most; the rest follows with the next.
constexpr std::size_t kAbsorbedMax = 1000;

/// Organisation ids as part of case ids and keys: bytes outside [A-Za-z0-9.-] become "_" and two hex digits,
/// so two organisations never share a name.
std::string safe_name(std::string_view organisation) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : organisation) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '_';
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
  }
  return out;
}

std::string number_key(std::string_view organisation, std::string_view year, bool drill) {
  return "case-number/" + safe_name(organisation) + "/" + std::string(year) + (drill ? "/drill" : "");
}

std::string case_key(const Case& incident) {
  return "case/" + safe_name(incident.organisation) + "/" + incident.id;
}

std::uint64_t number_of(std::string_view digits) {
  std::uint64_t out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

/// What a later detection has to exceed for people to be told again.
struct Standing {
  int level = 0;
  int rank = 0;  // of the leading rule
  std::string category;
  std::size_t tactic = 0;  // how far along, counted from 1
};

Standing standing(const Case& incident) {
  const CaseDetection* lead = leading_detection(incident);
  const std::size_t tactic = incident.attack.empty() ? 0 : tactic_of_name(incident.attack.back().tactic) + 1;
  return {incident.level.overall(), lead ? level_rank(lead->level) : 0, incident.category, tactic};
}

/// What moved forward, in words; empty if nothing did.
std::string progress(const Standing& before, const Standing& after) {
  std::string out;
  const auto say = [&](const std::string& what) { out += (out.empty() ? "" : "；") + what; };
  if (after.level > before.level) {
    say("建議等級 " + std::to_string(before.level) + " → " + std::to_string(after.level));
  }
  if (after.category != before.category) say("事件分類 " + before.category + " → " + after.category);
  if (after.rank > before.rank && after.rank >= static_cast<int>(Level::high)) {
    say("規則嚴重度升為 " + std::string(level_name(static_cast<Level>(after.rank))));
  }
  if (after.tactic > before.tactic && before.tactic > 0) {
    say("攻擊階段推進至" + std::string(tactic_zh(after.tactic - 1)));
  }
  return out;
}

CaseEdge joined_by(const std::string& type, const std::string& value) {
  return {.kind = "joined", .rule = {}, .type = type, .value = value};
}

}  // namespace

CaseBook::Impl::Impl(std::shared_ptr<const AssetTable> table, std::vector<ChannelConfig> channels,
                     CaseBookOptions book_options)
    : assets(std::move(table)),
      options(book_options),
      outbox(std::move(channels)),
      index(*assets, options, [this](const std::string& key, std::int64_t at_ns) { return risk.is_crowd(key, at_ns); }),
      sightings(*assets, options.sightings),
      risk(*assets, options.risk) {}

void CaseBook::Impl::load(const StateStore& state) {
  load_cases(state);
  sightings.load(state, unreadable);
  risk.load(state, unreadable);
  exceptions.load(state, unreadable);
  quality.load(state, unreadable);
}

void CaseBook::Impl::load_cases(const StateStore& state) {
  constexpr std::string_view kCases = "case/", kNumbers = "case-number/", kOutbox = "outbox/";
  state.scan(kCases, [&](std::string_view key, std::string_view value) {
    auto incident = Case::deserialize(value);
    if (!incident || case_key(*incident) != key) {
      unreadable.emplace_back(key);
      return true;
    }
    // Should the counter ever be missing, a number in use is still not given twice.
    const auto dash = incident->id.rfind('-');
    if (dash != std::string::npos && dash > 4) {
      std::string_view digits = std::string_view(incident->id).substr(dash + 1);
      if (digits.starts_with('D')) digits.remove_prefix(1);
      const std::string_view year = std::string_view(incident->id).substr(dash - 4, 4);
      auto& last = numbers[number_key(incident->organisation, year, incident->drill)];
      last = std::max(last, number_of(digits));
    }
    std::string id = incident->id;
    cases.emplace(std::move(id), std::move(*incident));
    return true;
  });
  state.scan(kNumbers, [&](std::string_view key, std::string_view value) {
    auto& last = numbers[std::string(key)];
    last = std::max(last, number_of(value));
    return true;
  });
  state.scan(kOutbox, [&](std::string_view key, std::string_view value) {
    auto notice = Notice::deserialize(value);
    if (!notice || "outbox/" + notice->id != key) {
      unreadable.emplace_back(key);
    } else {
      outbox.restore(std::move(*notice));
    }
    return true;
  });
  // In order of opening, as it was before the restart: the index prefers the newest.
  std::vector<Case*> in_order;
  for (auto& [id, incident] : cases) {
    if (is_open(incident.state)) in_order.push_back(&incident);
  }
  std::sort(in_order.begin(), in_order.end(), [](const Case* a, const Case* b) {
    return std::tie(a->opened_ns, a->id) < std::tie(b->opened_ns, b->id);
  });
  for (Case* incident : in_order) index.add(*incident);
}

int CaseBook::Impl::zone_of(const Case& incident, std::int64_t at_ns) const {
  const Organisation* organisation = assets->organisation(incident.organisation);
  return zone_offset_minutes(organisation ? organisation->timezone : "Asia/Taipei", at_ns);
}

Case& CaseBook::Impl::open(const Detection& detection, std::int64_t now_ns, StateChange& change) {
  Case incident;
  incident.organisation = detection.organisation;
  incident.drill = detection.drill;
  incident.opened_ns = now_ns;
  if (const Organisation* organisation = assets->organisation(detection.organisation)) {
    incident.profile = organisation->profile;
    incident.overlay = organisation->overlay;
  }
  const std::string year = iso_time(now_ns, zone_of(incident, now_ns)).substr(0, 4);
  const std::string key = number_key(incident.organisation, year, incident.drill);
  std::string number = std::to_string(++numbers[key]);
  change.put(key, number);
  if (number.size() < kNumberDigits) number.insert(0, kNumberDigits - number.size(), '0');
  incident.id = safe_name(incident.organisation) + "-" + year + "-" + (incident.drill ? "D" : "") + number;
  std::string id = incident.id;
  return cases.emplace(std::move(id), std::move(incident)).first->second;
}

std::vector<std::size_t> CaseBook::Impl::fold(Case& incident, const Detection& detection, std::uint64_t times,
                                              CaseEdge edge, std::int64_t now_ns) {
  std::vector<std::size_t> added;
  fold_detection(incident, detection, *assets, now_ns, added, times);
  for (const std::size_t entity : added) index.add_entity(incident, entity);
  index.add_rule(incident, detection.rule->id);
  edge.at_ns = now_ns;
  edge.rule = clean_text(detection.rule->id, kEntityBytesMax);
  edge.count = times;
  add_edge(incident, std::move(edge));
  return added;
}

std::vector<std::size_t> CaseBook::Impl::fold_waiting(Case& incident, Sighting& sighting, CaseEdge edge,
                                                      std::int64_t now_ns) {
  sightings.assign(sighting, incident.id);
  return fold(incident, sighting.detection(), sighting.count, std::move(edge), now_ns);
}

void CaseBook::Impl::absorb(Case& incident, std::vector<std::size_t> entities, std::int64_t now_ns) {
  std::size_t taken = 0;
  while (!entities.empty()) {
    const CaseEntity entity = incident.entities[entities.back()];
    entities.pop_back();
    const auto link = entity.link ? link_key(entity.type, entity.value) : std::nullopt;
    if (!link) continue;
    const std::string key = scope_of(incident.organisation, incident.drill) + *link;
    if (!index.ties(key, entity.last_ns)) continue;
    for (Sighting* sighting : sightings.waiting_for(key)) {
      if (taken == kAbsorbedMax || !index.young(incident, sighting->last_ns)) continue;
      ++taken;
      const auto more = fold_waiting(incident, *sighting, joined_by(entity.type, entity.value), now_ns);
      entities.insert(entities.end(), more.begin(), more.end());
    }
    risk.spend(key);
  }
}

void CaseBook::Impl::act(Case& incident, std::string_view what, std::string_view who, std::string_view note,
                         std::int64_t now_ns) {
  incident.acts.push_back(
      {now_ns, std::string(what), clean_text(who, kWhoBytesMax), clean_text(note, kNoteBytesMax)});
  incident.updated_ns = now_ns;
}

void CaseBook::Impl::save(const Case& incident, StateChange& change) const {
  change.put(case_key(incident), incident.serialize());
}

void CaseBook::Impl::tell(Case& incident, std::string_view reason, std::int64_t not_before_ns, std::int64_t now_ns,
                          StateChange& change) {
  outbox.tell(incident, reason, not_before_ns, now_ns, change);
  incident.told_ns = now_ns;
}

void CaseBook::Impl::relate(Case& incident, Case& other) {
  if (&incident == &other) return;
  if (std::find(incident.related.begin(), incident.related.end(), other.id) != incident.related.end()) return;
  if (incident.related.size() >= kRelatedMax || other.related.size() >= kRelatedMax) return;
  incident.related.push_back(other.id);
  other.related.push_back(incident.id);
  changed.insert(&other);
}

Case& CaseBook::Impl::tie(Case& incident, const CaseIndex::Match& match, std::int64_t now_ns, StateChange& change) {
  Case* standing = &incident;
  for (const auto& [other, type, value] : match.related) {
    const auto apart = [&](const Case& one, const Case& two) {
      return std::find(one.apart.begin(), one.apart.end(), two.id) != one.apart.end();
    };
    if (!standing->untouched() || !other->untouched() || apart(*standing, *other)) {
      relate(*standing, *other);
      continue;
    }
    const bool older = std::tie(standing->opened_ns, standing->id) < std::tie(other->opened_ns, other->id);
    Case& stays = older ? *standing : *other;
    Case& goes = older ? *other : *standing;
    unite(stays, goes, {.kind = "merged", .rule = {}, .type = type, .value = value, .incident = goes.id}, kDaemon,
          now_ns, change);
    standing = &stays;
  }
  return *standing;
}

void CaseBook::Impl::unite(Case& older, Case& younger, CaseEdge edge, std::string_view who, std::int64_t now_ns,
                           StateChange& change) {
  const std::string why = edge.type.empty() ? std::string() : "，因 " + edge.type + " " + one_line(edge.value, 200);
  index.remove(younger);
  std::vector<std::size_t> added;
  unite_cases(older, younger, added);
  for (const std::size_t entity : added) index.add_entity(older, entity);
  for (const auto& row : younger.detections) index.add_rule(older, row.rule_id);
  edge.at_ns = now_ns;
  add_edge(older, std::move(edge));
  older.aliases.push_back(younger.id);
  older.aliases.insert(older.aliases.end(), younger.aliases.begin(), younger.aliases.end());
  std::erase(older.related, younger.id);
  for (const auto& id : younger.related) {
    const auto other = cases.find(id);
    if (other != cases.end() && is_open(other->second.state)) relate(older, other->second);
  }
  sightings.move(younger.id, older.id);
  younger.state = CaseState::closed;
  younger.merged_into = older.id;
  act(younger, "merged", who, "併入 " + older.id + why, now_ns);
  act(older, "merged", who, younger.id + " 併入" + why, now_ns);
  outbox.withdraw(younger.id, change);
  tell(older, "escalated", now_ns + std::chrono::nanoseconds(options.notice_delay).count(), now_ns, change);
  changed.insert(&older);
  changed.insert(&younger);
}

bool CaseBook::Impl::opens(const RuleMeta& rule) const {
  if (rule.alert) return options.alerts_open && rule.level >= *options.alerts_open;
  return rule.opens_candidate;
}

void CaseBook::Impl::take(const Detection& detection, std::int64_t now_ns, StateChange& change) {
  if (exceptions.keeps_out(detection, now_ns)) return;
  const RuleMeta& rule = *detection.rule;
  if (opens(rule) || rule.weighs) risk.add(detection, true);
  const CaseIndex::Match match = index.find(detection);
  if (match.joined) return join(detection, match, now_ns, change);
  if (opens(rule)) return open_for(detection, now_ns, change);
  if (rule.weighs) return weigh(detection, now_ns, change);
  // Context of nothing: it stays findable in the archive.
}

void CaseBook::Impl::join(const Detection& detection, const CaseIndex::Match& match, std::int64_t now_ns,
                          StateChange& change) {
  Case& incident = *match.joined;
  const Standing before = standing(incident);
  CaseEdge edge = joined_by(match.type, match.type.empty() ? match.because : match.value);
  std::vector<std::size_t> added;
  if (Sighting* earlier = sightings.find(detection); earlier && earlier->incident.empty()) {
    added = fold_waiting(incident, *earlier, edge, now_ns);
  }
  const auto more = fold(incident, detection, 1, std::move(edge), now_ns);
  added.insert(added.end(), more.begin(), more.end());
  sightings.note(detection, incident.id, now_ns);
  for (const auto& key : link_keys_of(detection, *assets)) risk.spend(key);
  absorb(incident, std::move(added), now_ns);
  changed.insert(&incident);
  const Standing after = standing(incident);
  Case& stands = tie(incident, match, now_ns, change);
  const std::string what = progress(before, after);
  if (what.empty()) return remind(stands, now_ns, change);
  tell_progress(stands, what, after.level > before.level, now_ns, change);
}

void CaseBook::Impl::tell_progress(Case& incident, const std::string& what, bool level_rose, std::int64_t now_ns,
                                   StateChange& change) {
  act(incident, "escalated", kDaemon, what, now_ns);
  if (incident.known_ns && level_rose) {
    start_clocks(incident, profile_for(incident.profile, *incident.known_ns), zone_of(incident, now_ns), now_ns);
  }
  tell(incident, "escalated", now_ns + std::chrono::nanoseconds(options.notice_delay).count(), now_ns, change);
}

void CaseBook::Impl::remind(Case& incident, std::int64_t now_ns, StateChange& change) {
  const CaseDetection* lead = leading_detection(incident);
  if (!incident.untouched() || !lead || incident.told_ns == 0) return;
  const bool high = level_rank(lead->level) >= static_cast<int>(Level::high);
  const std::int64_t wait_ns = std::chrono::nanoseconds(high ? options.repeat_high : options.repeat).count();
  if (now_ns - incident.told_ns < wait_ns) return;
  act(incident, "repeated", kDaemon, "仍在發生，尚無人處理；累計偵測 " + shown_count(lead->count) + " 次", now_ns);
  tell(incident, "repeated", now_ns, now_ns, change);
}

void CaseBook::Impl::open_for(const Detection& detection, std::int64_t now_ns, StateChange& change) {
  Case& incident = open(detection, now_ns, change);
  auto added = fold(incident, detection, 1, {.kind = "opened"}, now_ns);
  if (Sighting* earlier = sightings.find(detection); earlier && earlier->incident.empty()) {
    fold_waiting(incident, *earlier, {.kind = "opened"}, now_ns);
  }
  sightings.note(detection, incident.id, now_ns);
  index.add(incident);
  for (const auto& key : link_keys_of(detection, *assets)) risk.spend(key);
  absorb(incident, std::move(added), now_ns);
  announce(incident, "", now_ns, change);
}

void CaseBook::Impl::announce(Case& incident, const std::string& because, std::int64_t now_ns, StateChange& change) {
  act(incident, "opened", kDaemon, incident.title_zh + (because.empty() ? "" : "；" + because), now_ns);
  tell(incident, "opened", now_ns + std::chrono::nanoseconds(options.notice_delay).count(), now_ns, change);
  changed.insert(&incident);
}

void CaseBook::Impl::weigh(const Detection& detection, std::int64_t now_ns, StateChange& change) {
  sightings.note(detection, "", now_ns);
  const std::int64_t at_ns = event_time(detection);
  for (const auto& key : link_keys_of(detection, *assets)) {
    const auto reason = index.ties(key, at_ns) ? risk.opens(key, at_ns) : std::nullopt;
    if (!reason) continue;
    Case& incident = open(detection, now_ns, change);
    std::vector<std::size_t> added;
    for (const auto& wanted : reason->keys) {
      for (Sighting* sighting : sightings.waiting_for(wanted)) {
        const CaseEdge edge{.kind = "opened", .rule = {}, .type = reason->type, .value = reason->value};
        const auto more = fold_waiting(incident, *sighting, edge, now_ns);
        added.insert(added.end(), more.begin(), more.end());
      }
      risk.spend(wanted);
    }
    index.add(incident);
    absorb(incident, std::move(added), now_ns);
    return announce(incident, reason->text_zh, now_ns, change);
  }
}

void CaseBook::Impl::settle(std::int64_t now_ns, StateChange& change) {
  sightings.settle(
      now_ns,
      [this](const std::string& id) {
        const auto found = cases.find(id);
        return found != cases.end() && found->second.state == CaseState::candidate;
      },
      change);
  risk.settle(change);
  exceptions.settle(now_ns, change);
}

std::vector<std::string> CaseBook::Impl::save_changed(StateChange& change) {
  std::vector<std::string> ids;
  for (const Case* incident : changed) {
    save(*incident, change);
    ids.push_back(incident->id);
  }
  changed.clear();
  std::sort(ids.begin(), ids.end());
  return ids;
}

CaseBook::CaseBook(const StateStore& state, std::shared_ptr<const AssetTable> assets,
                   std::vector<ChannelConfig> channels, CaseBookOptions options)
    : impl_(std::make_unique<Impl>(std::move(assets), std::move(channels), options)) {
  impl_->load(state);
}

CaseBook::~CaseBook() = default;

std::vector<std::string> CaseBook::apply(std::span<const Detection> detections, std::int64_t now_ns,
                                         StateChange& change) {
  for (const auto& detection : detections) impl_->take(detection, now_ns, change);
  impl_->settle(now_ns, change);
  return impl_->save_changed(change);
}

const std::vector<std::string>& CaseBook::unreadable() const { return impl_->unreadable; }

const Case* CaseBook::find(std::string_view id) const {
  const auto found = impl_->cases.find(id);
  return found == impl_->cases.end() ? nullptr : &found->second;
}

std::vector<const Case*> CaseBook::list(const std::vector<std::string>& organisations) const {
  const auto allowed = [&](const std::string& organisation) {
    return std::any_of(organisations.begin(), organisations.end(),
                       [&](const std::string& name) { return name == "*" || name == organisation; });
  };
  std::vector<const Case*> out;
  for (const auto& [id, incident] : impl_->cases) {
    if (allowed(incident.organisation) && incident.merged_into.empty()) out.push_back(&incident);
  }
  std::sort(out.begin(), out.end(), [](const Case* a, const Case* b) {
    return std::tie(b->opened_ns, b->id) < std::tie(a->opened_ns, a->id);
  });
  return out;
}

std::vector<Notice> CaseBook::due_notices(std::int64_t now_ns) const { return impl_->outbox.due(now_ns); }

std::optional<std::int64_t> CaseBook::next_notice_ns() const { return impl_->outbox.next_ns(); }

std::vector<Notice> CaseBook::notices() const { return impl_->outbox.all(); }

void CaseBook::record_delivery(std::string_view notice_id, std::string_view channel, bool ok,
                               std::string_view error, std::int64_t now_ns, StateChange& change) {
  const Notice* notice = impl_->outbox.record(notice_id, channel, ok, error, now_ns, change);
  if (!notice || !ok) return;
  const auto found = impl_->cases.find(notice->case_id);
  if (found == impl_->cases.end()) return;
  impl_->act(found->second, "told", kDaemon, std::string(channel) + " (" + notice->reason + ")", now_ns);
  impl_->save(found->second, change);
}

}  // namespace vigil
