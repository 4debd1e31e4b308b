// What people do to cases: confirm, reject, note, split, merge; exceptions; what their decisions say about rules.

#include <algorithm>
#include <tuple>

#include "incidents/case_book_impl.h"
#include "incidents/case_union.h"
#include "incidents/fold.h"
#include "incidents/link.h"
#include "incidents/profile.h"
#include "incidents/text.h"

namespace vigil {
namespace {

CaseError wrong_state(std::string zh, std::string en) {
  return {CaseError::Code::wrong_state, std::move(zh), std::move(en)};
}

/// " (part of school-a-2026-0001)"
std::string part_of(const Case& incident) {
  return incident.merged_into.empty() ? "" : " (part of " + incident.merged_into + ")";
}
std::string part_of_zh(const Case& incident) {
  return incident.merged_into.empty() ? "" : "（已併入 " + incident.merged_into + "）";
}

}  // namespace

Result<Case*, CaseError> CaseBook::Impl::existing(std::string_view id) {
  const auto found = cases.find(id);
  if (found != cases.end()) return &found->second;
  return CaseError{CaseError::Code::not_found, "沒有這個案件：" + one_line(id, 100),
                   "no such case: " + one_line(id, 100)};
}

Result<Case*, CaseError> CaseBook::Impl::candidate(std::string_view id, std::string_view verb_zh,
                                                   std::string_view verb_en) {
  const auto found = existing(id);
  if (!found) return found.error();
  const Case& incident = **found;
  if (incident.state == CaseState::candidate) return *found;
  return wrong_state(incident.id + " 目前為「" + std::string(case_state_zh(incident.state)) + "」" +
                         part_of_zh(incident) + "，只有候選事件可以" + std::string(verb_zh),
                     incident.id + " is " + std::string(case_state_name(incident.state)) + part_of(incident) +
                         "; only a candidate can be " + std::string(verb_en));
}

Result<Case*, CaseError> CaseBook::Impl::open_case(std::string_view id) {
  const auto found = existing(id);
  if (!found) return found.error();
  const Case& incident = **found;
  if (is_open(incident.state)) return *found;
  return wrong_state(incident.id + " 目前為「" + std::string(case_state_zh(incident.state)) + "」" +
                         part_of_zh(incident) + "，不可再拆分或合併",
                     incident.id + " is " + std::string(case_state_name(incident.state)) + part_of(incident) +
                         "; it can neither be split nor merged");
}

Result<void, CaseError> CaseBook::confirm(std::string_view id, std::string_view who, std::string_view note,
                                          std::int64_t now_ns, StateChange& change) {
  const auto found = impl_->candidate(id, "確認", "confirmed");
  if (!found) return found.error();
  if (auto error = check_text("確認人", "who", who, true, kWhoBytesMax)) return *error;
  if (auto error = check_text("說明", "the note", note, false, kNoteBytesMax)) return *error;
  Case& incident = **found;
  incident.state = CaseState::incident;
  if (!incident.known_ns) incident.known_ns = now_ns;  // without an explicit "known", confirming is knowing
  const RegulationProfile& profile = profile_for(incident.profile, *incident.known_ns);
  incident.profile = profile.id;
  start_clocks(incident, profile, impl_->zone_of(incident, now_ns), now_ns);
  impl_->quality.record(incident, impl_->sightings.of_case(incident.id), Disposition::true_positive, change);
  impl_->act(incident, "confirmed", who, note, now_ns);
  impl_->tell(incident, "confirmed", now_ns, now_ns, change);
  impl_->save(incident, change);
  return {};
}

Result<void, CaseError> CaseBook::reject(std::string_view id, std::string_view who, std::string_view reason,
                                         std::int64_t now_ns, StateChange& change, Disposition as) {
  const auto found = impl_->candidate(id, "排除", "rejected");
  if (!found) return found.error();
  if (auto error = check_text("排除人", "who", who, true, kWhoBytesMax)) return *error;
  if (auto error = check_text("排除理由", "the reason", reason, true, kNoteBytesMax)) return *error;
  if (as == Disposition::true_positive) {
    return bad_argument("排除之類別為 false（誤判）或 benign（屬實但無害）",
                        "a rejection is false (the rule was wrong) or benign (it was right, and wanted)");
  }
  Case& incident = **found;
  impl_->index.remove(incident);
  incident.state = CaseState::rejected;
  incident.reject_reason = clean_text(reason, kNoteBytesMax);
  impl_->quality.record(incident, impl_->sightings.of_case(incident.id), as, change);
  impl_->sightings.forget(incident.id, change);
  impl_->act(incident, "rejected", who, reason, now_ns);
  impl_->tell(incident, "rejected", now_ns, now_ns, change);
  impl_->save(incident, change);
  return {};
}

Result<void, CaseError> CaseBook::note(std::string_view id, std::string_view who, std::string_view text,
                                       std::int64_t now_ns, StateChange& change) {
  const auto found = impl_->existing(id);
  if (!found) return found.error();
  if (auto error = check_text("記錄人", "who", who, true, kWhoBytesMax)) return *error;
  if (auto error = check_text("註記", "the note", text, true, kNoteBytesMax)) return *error;
  impl_->act(**found, "note", who, text, now_ns);
  impl_->save(**found, change);
  return {};
}

void CaseBook::Impl::take_out(Case& whole, Case& part, std::string_view who, const std::string& what,
                              std::int64_t now_ns, StateChange& change) {
  index.remove(whole);
  take_apart(whole, part);
  whole.apart.push_back(part.id);
  part.apart.push_back(whole.id);
  relate(whole, part);
  act(whole, "split", who, what + " 拆分為 " + part.id, now_ns);
  act(part, "split", who, "自 " + whole.id + " 拆分：" + what, now_ns);
  index.add(whole);
  tell(part, "opened", now_ns, now_ns, change);
  changed.insert(&whole);
  changed.insert(&part);
}

Result<std::string, CaseError> CaseBook::split(std::string_view id, std::string_view type, std::string_view value,
                                               std::string_view who, std::int64_t now_ns, StateChange& change) {
  const auto found = impl_->open_case(id);
  if (!found) return found.error();
  if (auto error = check_text("拆分人", "who", who, true, kWhoBytesMax)) return *error;
  Case& whole = **found;
  const std::string what = one_line(type, 100) + "=" + one_line(value, 200);
  std::vector<Sighting*> moved;
  std::uint64_t moving = 0, all = 0;
  for (Sighting* sighting : impl_->sightings.of_case(whole.id)) {
    if (!sighting->names(type, value)) continue;
    moved.push_back(sighting);
    moving += sighting->count;
  }
  for (const auto& row : whole.detections) all += row.count;
  if (moved.empty()) {
    return bad_argument(whole.id + " 中沒有可依 " + what + " 拆分之偵測，請以 vigil incidents show 查看對象",
                        "nothing in " + whole.id + " can be taken out by " + what +
                            "; vigil incidents show lists its entities");
  }
  if (moving >= all) {
    return bad_argument(whole.id + " 之全部偵測皆涉及 " + what + "，拆分後原案件將無內容",
                        "all of " + whole.id + " is about " + what + "; nothing would remain");
  }
  Case& part = impl_->open(moved.front()->detection(), now_ns, change);
  for (Sighting* sighting : moved) {
    impl_->fold_waiting(part, *sighting,
                        {.kind = "split", .rule = {}, .type = std::string(type), .value = std::string(value),
                         .incident = whole.id},
                        now_ns);
  }
  impl_->index.add(part);
  const auto cut = link_key(type, value);
  const auto is_cut = [&](const std::string& other_type, const std::string& other_value) {
    return other_type == type && (cut ? link_key(other_type, other_value) == cut : other_value == value);
  };
  impl_->take_out(whole, part, who, what, now_ns, change);
  impl_->index.remove(whole);
  std::erase_if(whole.edges, [&](const CaseEdge& edge) { return edge.kind != "merged" && is_cut(edge.type, edge.value); });
  bool known = false;
  for (auto& entity : whole.entities) {
    if (!is_cut(entity.type, entity.value)) continue;
    known = entity.cut = true;
    entity.link = false;
  }
  if (!known) {
    whole.entities.push_back({.type = clean_text(type, kEntityBytesMax),
                              .value = clean_text(value, kEntityBytesMax),
                              .first_ns = now_ns,
                              .last_ns = now_ns,
                              .count = 0,
                              .link = false,
                              .cut = true});
  }
  impl_->index.add(whole);
  impl_->settle(now_ns, change);
  impl_->save_changed(change);
  return part.id;
}

Result<std::string, CaseError> CaseBook::split_case(std::string_view id, std::string_view part_id,
                                                    std::string_view who, std::int64_t now_ns, StateChange& change) {
  const auto found = impl_->open_case(id);
  if (!found) return found.error();
  const auto other = impl_->existing(part_id);
  if (!other) return other.error();
  if (auto error = check_text("拆分人", "who", who, true, kWhoBytesMax)) return *error;
  Case &whole = **found, &part = **other;
  if (part.merged_into != whole.id) {
    return wrong_state(part.id + " 並未併入 " + whole.id, part.id + " is no part of " + whole.id);
  }
  part.state = CaseState::candidate;
  part.merged_into.clear();
  std::erase_if(whole.aliases, [&](const std::string& alias) {
    return alias == part.id || std::find(part.aliases.begin(), part.aliases.end(), alias) != part.aliases.end();
  });
  std::erase_if(whole.edges, [&](const CaseEdge& edge) { return edge.kind == "merged" && edge.incident == part.id; });
  impl_->sightings.move_back(part.id);
  impl_->take_out(whole, part, who, part.id, now_ns, change);
  impl_->index.add(part);
  impl_->settle(now_ns, change);
  impl_->save_changed(change);
  return part.id;
}

Result<std::string, CaseError> CaseBook::merge(std::string_view id, std::string_view other, std::string_view who,
                                               std::int64_t now_ns, StateChange& change) {
  const auto one = impl_->open_case(id);
  if (!one) return one.error();
  const auto two = impl_->open_case(other);
  if (!two) return two.error();
  if (auto error = check_text("合併人", "who", who, true, kWhoBytesMax)) return *error;
  Case *stays = *one, *goes = *two;
  if (stays == goes) return bad_argument("請指定兩個不同的案件", "name two different cases");
  if (stays->organisation != goes->organisation || stays->drill != goes->drill) {
    return bad_argument("不同機關、或演練與實際案件，不可合併",
                        "cases of two organisations, or a drill and a real one, are never merged");
  }
  if (std::tie(goes->opened_ns, goes->id) < std::tie(stays->opened_ns, stays->id)) std::swap(stays, goes);
  if (goes->state != CaseState::candidate) std::swap(stays, goes);
  if (goes->state != CaseState::candidate) {
    return wrong_state("兩者皆已確認，各有時限，不可合併", "both are confirmed, each with clocks of its own");
  }
  for (Case* each : {stays, goes}) {
    const std::string& counterpart = each == stays ? goes->id : stays->id;
    std::erase(each->apart, counterpart);
  }
  impl_->unite(*stays, *goes, {.kind = "merged", .rule = {}, .type = {}, .value = {}, .incident = goes->id}, who, now_ns,
               change);
  impl_->settle(now_ns, change);
  impl_->save_changed(change);
  return stays->id;
}

Result<CaseException, CaseError> CaseBook::add_exception(CaseException wanted, std::int64_t now_ns,
                                                         StateChange& change) {
  return impl_->exceptions.add(std::move(wanted), now_ns, change);
}

Result<CaseException, CaseError> CaseBook::end_exception(std::string_view id, std::string_view who,
                                                         std::int64_t now_ns, StateChange& change) {
  return impl_->exceptions.end(id, who, now_ns, change);
}

std::vector<CaseException> CaseBook::exceptions() const { return impl_->exceptions.list(); }

std::vector<RuleQuality> CaseBook::quality(const std::vector<std::string>& organisations) const {
  return impl_->quality.list(organisations);
}

std::vector<RiskEntity> CaseBook::risk(const std::vector<std::string>& organisations, std::int64_t now_ns,
                                       std::size_t limit) const {
  return impl_->risk.top(organisations, now_ns, limit);
}

CaseBook::Limits CaseBook::limits() const {
  return {impl_->sightings.size(), impl_->risk.size(), impl_->sightings.evicted(), impl_->risk.evicted()};
}

}  // namespace vigil
