#include "incidents/case_book.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <set>
#include <tuple>

#include "incidents/case_index.h"
#include "incidents/fold.h"
#include "incidents/profile.h"
#include "incidents/text.h"
#include "parsers/render.h"

namespace vigil {
namespace {

constexpr std::string_view kDaemon = "vigild";
/// A person's note or reason, and a name. Longer ones are refused, not cut: what people write is kept whole.
constexpr std::size_t kNoteBytesMax = 8000;
constexpr std::size_t kWhoBytesMax = 200;
constexpr std::size_t kNumberDigits = 4;
constexpr std::size_t kRelatedMax = 100;

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
};

Standing standing(const Case& incident) {
  const CaseDetection* lead = leading_detection(incident);
  return {incident.level.overall(), lead ? level_rank(lead->level) : 0, incident.category};
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
  return out;
}

CaseError bad_argument(std::string zh, std::string en) {
  return {CaseError::Code::bad_argument, std::move(zh), std::move(en)};
}

std::optional<CaseError> check_text(std::string_view what_zh, std::string_view what_en, std::string_view text,
                                    bool required, std::size_t bytes_max) {
  const bool blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
  if (required && blank) {
    return bad_argument(std::string(what_zh) + "不可空白", std::string(what_en) + " must not be empty");
  }
  if (text.size() > bytes_max) {
    return bad_argument(std::string(what_zh) + "過長（上限 " + std::to_string(bytes_max) + " 位元組）",
                        std::string(what_en) + " is longer than " + std::to_string(bytes_max) + " bytes");
  }
  return std::nullopt;
}

}  // namespace

struct CaseBook::Impl {
  Impl(std::shared_ptr<const AssetTable> table, std::vector<ChannelConfig> channels,
       CaseBookOptions book_options)
      : assets(std::move(table)),
        options(book_options),
        outbox(std::move(channels)),
        index(*assets, options) {}

  std::shared_ptr<const AssetTable> assets;
  CaseBookOptions options;
  Outbox outbox;
  CaseIndex index;
  std::map<std::string, Case, std::less<>> cases;             // nodes never move: the index points at them
  std::map<std::string, std::uint64_t, std::less<>> numbers;  // by number_key: the last one given
  std::vector<std::string> unreadable;

  void load(const StateStore& state);
  int zone_of(const Case& incident, std::int64_t at_ns) const;
  Case& open(const Detection& detection, std::int64_t now_ns, StateChange& change);
  void fold(Case& incident, const Detection& detection, std::int64_t now_ns);
  void relate(Case& incident, const CaseIndex::Match& match, std::set<Case*>& changed);
  void act(Case& incident, std::string_view what, std::string_view who, std::string_view note,
           std::int64_t now_ns) {
    incident.acts.push_back(
        {now_ns, std::string(what), clean_text(who, kWhoBytesMax), clean_text(note, kNoteBytesMax)});
    incident.updated_ns = now_ns;
  }
  void save(const Case& incident, StateChange& change) const {
    change.put(case_key(incident), incident.serialize());
  }
  Result<Case*, CaseError> candidate(std::string_view id, std::string_view verb_zh, std::string_view verb_en);
};

void CaseBook::Impl::load(const StateStore& state) {
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

void CaseBook::Impl::fold(Case& incident, const Detection& detection, std::int64_t now_ns) {
  std::vector<std::size_t> added;
  fold_detection(incident, detection, *assets, now_ns, added);
  for (const std::size_t entity : added) index.add_entity(incident, entity);
  index.add_rule(incident, detection.rule->id);
}

void CaseBook::Impl::relate(Case& incident, const CaseIndex::Match& match, std::set<Case*>& changed) {
  for (Case* other : match.related) {
    if (std::find(incident.related.begin(), incident.related.end(), other->id) != incident.related.end())
      continue;
    if (incident.related.size() >= kRelatedMax || other->related.size() >= kRelatedMax) return;
    incident.related.push_back(other->id);
    other->related.push_back(incident.id);
    changed.insert(other);
  }
}

Result<Case*, CaseError> CaseBook::Impl::candidate(std::string_view id, std::string_view verb_zh,
                                                   std::string_view verb_en) {
  const auto found = cases.find(id);
  if (found == cases.end()) {
    return CaseError{CaseError::Code::not_found, "沒有這個案件：" + one_line(id, 100),
                     "no such case: " + one_line(id, 100)};
  }
  Case& incident = found->second;
  if (incident.state != CaseState::candidate) {
    return CaseError{CaseError::Code::wrong_state,
                     incident.id + " 目前為「" + std::string(case_state_zh(incident.state)) +
                         "」，只有候選事件可以" + std::string(verb_zh),
                     incident.id + " is " + std::string(case_state_name(incident.state)) +
                         "; only a candidate can be " + std::string(verb_en)};
  }
  return &incident;
}

CaseBook::CaseBook(const StateStore& state, std::shared_ptr<const AssetTable> assets,
                   std::vector<ChannelConfig> channels, CaseBookOptions options)
    : impl_(std::make_unique<Impl>(std::move(assets), std::move(channels), options)) {
  impl_->load(state);
}

CaseBook::~CaseBook() = default;

std::vector<std::string> CaseBook::apply(std::span<const Detection> detections, std::int64_t now_ns,
                                         StateChange& change) {
  const std::int64_t told_ns = now_ns + std::chrono::nanoseconds(impl_->options.notice_delay).count();
  std::set<Case*> changed;
  for (const auto& detection : detections) {
    const CaseIndex::Match match = impl_->index.find(detection);
    if (!match.joined) {
      if (!detection.rule->opens_candidate) continue;  // context of nothing: it stays findable in the archive
      Case& incident = impl_->open(detection, now_ns, change);
      impl_->fold(incident, detection, now_ns);
      impl_->index.add(incident);
      impl_->act(incident, "opened", kDaemon, incident.title_zh, now_ns);
      impl_->outbox.tell(incident, "opened", told_ns, now_ns, change);
      changed.insert(&incident);
      continue;
    }
    Case& incident = *match.joined;
    const Standing before = standing(incident);
    impl_->fold(incident, detection, now_ns);
    impl_->relate(incident, match, changed);
    changed.insert(&incident);
    const Standing after = standing(incident);
    const std::string what = progress(before, after);
    if (what.empty()) continue;
    impl_->act(incident, "escalated", kDaemon, what, now_ns);
    if (incident.known_ns && after.level > before.level) {
      start_clocks(incident, profile_for(incident.profile, *incident.known_ns),
                   impl_->zone_of(incident, now_ns), now_ns);
    }
    impl_->outbox.tell(incident, "escalated", told_ns, now_ns, change);
  }
  std::vector<std::string> ids;
  for (const Case* incident : changed) {
    impl_->save(*incident, change);
    ids.push_back(incident->id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
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
  impl_->act(incident, "confirmed", who, note, now_ns);
  impl_->outbox.tell(incident, "confirmed", now_ns, now_ns, change);
  impl_->save(incident, change);
  return {};
}

Result<void, CaseError> CaseBook::reject(std::string_view id, std::string_view who, std::string_view reason,
                                         std::int64_t now_ns, StateChange& change) {
  const auto found = impl_->candidate(id, "排除", "rejected");
  if (!found) return found.error();
  if (auto error = check_text("排除人", "who", who, true, kWhoBytesMax)) return *error;
  if (auto error = check_text("排除理由", "the reason", reason, true, kNoteBytesMax)) return *error;
  Case& incident = **found;
  impl_->index.remove(incident);
  incident.state = CaseState::rejected;
  incident.reject_reason = clean_text(reason, kNoteBytesMax);
  impl_->act(incident, "rejected", who, reason, now_ns);
  impl_->outbox.tell(incident, "rejected", now_ns, now_ns, change);
  impl_->save(incident, change);
  return {};
}

Result<void, CaseError> CaseBook::note(std::string_view id, std::string_view who, std::string_view text,
                                       std::int64_t now_ns, StateChange& change) {
  const auto found = impl_->cases.find(id);
  if (found == impl_->cases.end()) {
    return CaseError{CaseError::Code::not_found, "沒有這個案件：" + one_line(id, 100),
                     "no such case: " + one_line(id, 100)};
  }
  if (auto error = check_text("記錄人", "who", who, true, kWhoBytesMax)) return *error;
  if (auto error = check_text("註記", "the note", text, true, kNoteBytesMax)) return *error;
  impl_->act(found->second, "note", who, text, now_ns);
  impl_->save(found->second, change);
  return {};
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
    if (allowed(incident.organisation)) out.push_back(&incident);
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
