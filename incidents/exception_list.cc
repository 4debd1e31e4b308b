#include "incidents/exception_list.h"

#include <algorithm>
#include <charconv>

#include "incidents/link.h"
#include "incidents/stored_json.h"
#include "incidents/text.h"
#include "parsers/caseless.h"

namespace vigil {
namespace {

namespace json = boost::json;
using stored::Reader;

constexpr std::string_view kPrefix = "exception/";
constexpr std::int64_t kVersion = 1;
constexpr std::size_t kSamplesMax = 3, kNameBytesMax = 256, kNumberDigits = 4;

std::string write(const CaseException& row) {
  return json::serialize(json::object{{"v", kVersion},
                                      {"rule", row.rule},
                                      {"type", row.entity_type},
                                      {"value", row.entity_value},
                                      {"org", row.organisation},
                                      {"owner", row.owner},
                                      {"reason", row.reason},
                                      {"created", row.created_ns},
                                      {"expires", row.expires_ns},
                                      {"ended", row.ended_ns},
                                      {"ended_by", row.ended_by},
                                      {"count", row.count},
                                      {"last", row.last_ns},
                                      {"samples", json::array(row.samples.begin(), row.samples.end())}});
}

std::optional<CaseException> read(std::string_view id, std::string_view text) {
  const auto object = stored::parse(text);
  if (!object) return std::nullopt;
  bool ok = true;
  const Reader in(*object, ok);
  CaseException out;
  std::int64_t version = 0;
  out.id = id;
  in.read("v", version);
  in.read("rule", out.rule);
  in.read("type", out.entity_type);
  in.read("value", out.entity_value);
  in.read("org", out.organisation);
  in.read("owner", out.owner);
  in.read("reason", out.reason);
  in.read("created", out.created_ns);
  in.read("expires", out.expires_ns);
  in.read("ended", out.ended_ns);
  in.read("ended_by", out.ended_by);
  in.read("count", out.count);
  in.read("last", out.last_ns);
  in.read("samples", out.samples);
  if (!ok || version < 1 || version > kVersion) return std::nullopt;
  return out;
}

}  // namespace

bool CaseException::covers(const Detection& detection) const {
  if (!organisation.empty() && detection.organisation != organisation) return false;
  if (!rule.empty() && detection.rule->id != rule) return false;
  if (entity_type.empty()) return true;
  const auto wanted = link_key(entity_type, entity_value);
  const auto is_it = [&](std::string_view type, std::string_view value) {
    if (wanted) return link_key(type, value) == wanted;
    return type == entity_type && lower_ascii(value) == lower_ascii(entity_value);
  };
  return std::any_of(detection.entities.begin(), detection.entities.end(),
                     [&](const auto& entity) { return is_it(entity.first, entity.second); }) ||
         is_it("host.name", detection.host);
}

std::string CaseException::state_at(std::int64_t now_ns) const {
  if (ended_ns != 0) return "removed";
  return now_ns < expires_ns ? "active" : "expired";
}

void ExceptionList::load(const StateStore& state, std::vector<std::string>& unreadable) {
  state.scan(kPrefix, [&](std::string_view key, std::string_view value) {
    auto row = read(key.substr(kPrefix.size()), value);
    if (!row) {
      unreadable.emplace_back(key);
      return true;
    }
    std::uint64_t number = 0;
    const std::string_view digits = std::string_view(row->id).substr(std::min<std::size_t>(2, row->id.size()));
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    last_number_ = std::max(last_number_, number);
    std::string id = row->id;
    exceptions_.emplace(std::move(id), std::move(*row));
    return true;
  });
}

Result<CaseException, CaseError> ExceptionList::add(CaseException wanted, std::int64_t now_ns, StateChange& change) {
  if (wanted.rule.empty() && wanted.entity_type.empty()) {
    return bad_argument("請指定規則（rule）或對象（entity），例外不可涵蓋一切",
                        "name a rule or an entity: an exception for everything would be blindness");
  }
  if (wanted.entity_type.empty() != wanted.entity_value.empty()) {
    return bad_argument("對象應為 類型=值，例如 source.ip=203.0.113.9",
                        "an entity is TYPE=VALUE, as in source.ip=203.0.113.9");
  }
  for (const auto* text : {&wanted.rule, &wanted.entity_type, &wanted.entity_value, &wanted.organisation}) {
    if (text->size() > kNameBytesMax) return bad_argument("名稱過長（上限 256 位元組）", "a name is longer than 256 bytes");
  }
  if (auto error = check_text("負責人", "owner", wanted.owner, true, kWhoBytesMax)) return *error;
  if (auto error = check_text("理由", "the reason", wanted.reason, true, kNoteBytesMax)) return *error;
  if (wanted.expires_ns <= now_ns) {
    return bad_argument("到期時間必填，且須晚於現在", "an exception needs an expiry, and one that is yet to come");
  }
  if (wanted.expires_ns - now_ns > kLongestNs) {
    return bad_argument("例外最長一年，請縮短到期時間", "an exception lasts a year at most; choose an earlier expiry");
  }
  const auto active = std::count_if(exceptions_.begin(), exceptions_.end(),
                                    [&](const auto& row) { return row.second.active(now_ns); });
  if (static_cast<std::size_t>(active) >= kActiveMax) {
    return bad_argument("生效中的例外已達上限 1000 項，請先移除或改寫規則過濾條件",
                        "1000 exceptions are active already; remove some, or write a filter");
  }
  std::string number = std::to_string(++last_number_);
  if (number.size() < kNumberDigits) number.insert(0, kNumberDigits - number.size(), '0');
  wanted.id = "X-" + number;
  wanted.created_ns = now_ns;
  wanted.owner = clean_text(wanted.owner, kWhoBytesMax);
  wanted.reason = clean_text(wanted.reason, kNoteBytesMax);
  change.put(std::string(kPrefix) + wanted.id, write(wanted));
  return exceptions_.emplace(wanted.id, wanted).first->second;
}

Result<CaseException, CaseError> ExceptionList::end(std::string_view id, std::string_view who, std::int64_t now_ns,
                                                    StateChange& change) {
  const auto found = exceptions_.find(id);
  if (found == exceptions_.end()) {
    return CaseError{CaseError::Code::not_found, "沒有這項例外：" + one_line(id, 100),
                     "no such exception: " + one_line(id, 100)};
  }
  CaseException& row = found->second;
  if (row.ended_ns != 0) {
    return CaseError{CaseError::Code::wrong_state, row.id + " 已移除", row.id + " was removed already"};
  }
  row.ended_ns = now_ns;
  row.ended_by = clean_text(who, kWhoBytesMax);
  change.put(std::string(kPrefix) + row.id, write(row));
  return row;
}

bool ExceptionList::keeps_out(const Detection& detection, std::int64_t now_ns) {
  for (auto& [id, row] : exceptions_) {
    if (!row.active(now_ns) || !row.covers(detection)) continue;
    ++row.count;
    row.last_ns = std::max(row.last_ns, detection.at_ns);
    row.samples.push_back(detection.sequence);
    if (row.samples.size() > kSamplesMax) row.samples.erase(row.samples.begin());
    if (std::find(changed_.begin(), changed_.end(), id) == changed_.end()) changed_.push_back(id);
    return true;
  }
  return false;
}

std::vector<CaseException> ExceptionList::list() const {
  std::vector<CaseException> out;
  for (const auto& [id, row] : exceptions_) out.push_back(row);
  return out;
}

void ExceptionList::settle(std::int64_t now_ns, StateChange& change) {
  for (const auto& id : changed_) change.put(std::string(kPrefix) + id, write(exceptions_.find(id)->second));
  changed_.clear();
  // The newest stays whatever its age: its number is not given twice.
  for (auto at = exceptions_.begin(); at != exceptions_.end() && std::next(at) != exceptions_.end();) {
    const CaseException& row = at->second;
    const std::int64_t over_ns = row.ended_ns != 0 ? row.ended_ns : row.expires_ns;
    if (row.active(now_ns) || now_ns - over_ns < kKeptNs) {
      ++at;
      continue;
    }
    change.erase(std::string(kPrefix) + at->first);
    at = exceptions_.erase(at);
  }
}

}  // namespace vigil
