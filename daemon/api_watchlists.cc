#include <algorithm>
#include <boost/json.hpp>

#include "daemon/api.h"
#include "daemon/api_support.h"
#include "daemon/clock.h"
#include "daemon/watchlist_desk.h"
#include "storage/duration_text.h"

namespace vigil {

namespace json = boost::json;

namespace {

constexpr std::string_view kRoot = "/api/v1/watchlists/";
/// Indicators of one answer where nothing is said, and at most.
constexpr std::uint64_t kIndicatorsUsual = 1000, kIndicatorsMax = 1'000'000;

bool is_id(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return !text.empty() && text.size() <= 64 && text != "." && text != ".." &&
         text.find_first_not_of(kLetters) == std::string_view::npos;
}

void refuse(HttpAnswer& answer, const WatchlistTrouble& trouble) {
  using enum WatchlistTrouble::Code;
  const auto [status, code] = [&]() -> std::pair<unsigned, std::string_view> {
    switch (trouble.code) {
      case not_found:
        return {404, "not_found"};
      case configured:
        return {409, "configured"};
      case too_many:
        return {422, "too_many"};
      case not_durable:
        return {507, "not_durable"};
      case bad_argument:
        break;
    }
    return {400, "bad_argument"};
  }();
  reply_error(answer, status, code, trouble.what.en, trouble.what.zh);
}

json::object summary_json(const WatchlistSummary& list, int zone) {
  json::object kinds;
  for (const IndicatorKind kind : kAllIndicatorKinds) {
    const std::size_t count = list.of_kind[static_cast<std::size_t>(kind)];
    if (count != 0) kinds[indicator_kind_name(kind)] = count;
  }
  json::object out{{"id", list.about.id},
                   {"name", list.about.name},
                   {"source", list.about.source},
                   {"tlp", list.about.tlp},
                   {"organisation", list.about.organisation},
                   {"indicators", list.indicators},
                   {"expired", list.expired},
                   {"kinds", std::move(kinds)},
                   {"configured", list.about.configured},
                   {"refused", list.refused}};
  if (list.about.created_ns != 0) out["created_at"] = iso_time(list.about.created_ns, zone);
  if (list.about.changed_ns != 0) out["changed_at"] = iso_time(list.about.changed_ns, zone);
  if (!list.path.empty()) out["path"] = list.path;
  if (!list.trouble.empty()) out["trouble"] = list.trouble;
  return out;
}

json::object indicator_json(const Indicator& indicator, std::string_view list, std::int64_t now, int zone) {
  json::object out{{"list", list}, {"kind", indicator_kind_name(indicator.kind)}, {"value", indicator.value}};
  if (!indicator.source.empty()) out["source"] = indicator.source;
  if (!indicator.tlp.empty()) out["tlp"] = indicator.tlp;
  if (indicator.confidence >= 0) out["confidence"] = indicator.confidence;
  out["added_at"] = iso_time(indicator.added_ns, zone);
  if (indicator.expires_ns != 0) {
    out["expires_at"] = iso_time(indicator.expires_ns, zone);
    out["expired"] = indicator.expires_ns <= now;
  }
  if (!indicator.comment.empty()) out["comment"] = indicator.comment;
  return out;
}

json::object hunt_json(const Hunt& hunt, int zone) {
  json::array found;
  for (const auto& [value, each] : hunt.found) {
    found.push_back(json::object{{"indicator", value},
                                 {"records", each.records},
                                 {"detections", each.told},
                                 {"newest", record_id(each.newest)}});
  }
  json::object out{{"id", hunt.id()},
                   {"watchlist", hunt.list},
                   {"reason", hunt.reason == Hunt::Reason::fresh ? "new" : "asked"},
                   {"state", hunt_state_name(hunt.state)},
                   {"created_at", iso_time(hunt.created_ns, zone)},
                   {"indicators", hunt.indicators},
                   {"searched", hunt.searched},
                   {"records_read", hunt.cursor},
                   {"records_to", hunt.sequence_to == 0 ? 0 : hunt.sequence_to - 1},
                   {"hits", hunt.records},
                   {"detections", hunt.told},
                   {"found", std::move(found)}};
  if (!hunt.value.empty()) out["indicator"] = hunt.value;
  if (hunt.from_ns != INT64_MIN) out["from"] = iso_time(hunt.from_ns, zone);
  if (hunt.to_ns != INT64_MAX) out["to"] = iso_time(hunt.to_ns, zone);
  if (hunt.ended_ns != 0) out["ended_at"] = iso_time(hunt.ended_ns, zone);
  if (!hunt.trouble.empty()) out["trouble"] = hunt.trouble;
  return out;
}

/// What the request says of a list and its indicators. False after a mistake, which is answered.
bool read_settings(const HttpRequest& request, const AssetTable& assets, WatchlistAbout& about, WatchlistDefaults& defaults,
                   WatchlistFormat& format, HttpAnswer& answer) {
  const auto wrong = [&](std::string_view code, const std::string& en, std::string_view zh) {
    reply_error(answer, 400, code, en, zh);
    return false;
  };
  about.id = request.parameter("id");
  if (!is_id(about.id))
    return wrong("bad_id", "id: letters, digits, '-', '_' and '.', at most 64", "id 僅可用英數字、-、_、.，最多 64 字");
  about.name = request.parameter("name");
  about.source = request.parameter("source");
  about.organisation = request.parameter("organisation");
  if (about.name.size() > 128 || about.source.size() > 128)
    return wrong("too_long", "name and source: at most 128 bytes", "name 與 source 最多 128 位元組");
  if (!about.organisation.empty() && assets.organisation(about.organisation) == nullptr)
    return wrong("bad_organisation", "no organisation '" + about.organisation + "'", "沒有這個機關");
  if (request.has("tlp")) {
    const auto tlp = normal_tlp(request.parameter("tlp"));
    if (!tlp) return wrong("bad_tlp", "tlp: clear, green, amber, amber+strict or red", "tlp 應為 clear、green、amber、amber+strict 或 red");
    about.tlp = *tlp;
  }
  if (request.has("kind")) {
    defaults.kind = indicator_kind_from_name(request.parameter("kind"));
    if (!defaults.kind && request.parameter("kind") != "auto")
      return wrong("bad_kind", "kind: ip, domain, url, hash, mail, account or auto", "kind 應為 ip、domain、url、hash、mail、account 或 auto");
  }
  if (request.has("format")) {
    const auto read = watchlist_format_from_name(request.parameter("format"));
    if (!read) return wrong("bad_format", "format: auto, text, csv, stix or misp", "format 應為 auto、text、csv、stix 或 misp");
    format = *read;
  }
  if (request.has("expires")) {
    const auto span = read_duration(request.parameter("expires"));
    if (!span || *span < 1'000'000'000) return wrong("bad_expires", "expires: a time such as 90d", "expires 應為期間，例如 90d");
    defaults.lifetime_ns = *span;
  }
  if (request.has("confidence")) {
    const auto number = read_whole_number(request.parameter("confidence"));
    if (!number || *number > 100) return wrong("bad_confidence", "confidence: 0 to 100", "confidence 應為 0 到 100");
    defaults.confidence = static_cast<int>(*number);
  }
  defaults.source = about.source.empty() ? about.id : about.source;
  defaults.tlp = about.tlp;
  defaults.now_ns = wall_clock_ns();
  if (request.parameter("force") == "1") defaults.danger = Danger::taken;
  return true;
}

}  // namespace

void Api::watchlists(const HttpRequest& request, HttpAnswer& answer) {
  json::array rows;
  const std::string_view value = request.parameter("value");
  const std::vector<std::string> holders = value.empty() ? std::vector<std::string>() : parts_.watchlists->lists_with(value);
  for (const WatchlistSummary& list : parts_.watchlists->lists()) {
    if (!value.empty() && std::find(holders.begin(), holders.end(), list.about.id) == holders.end()) continue;
    rows.push_back(summary_json(list, zone_now()));
  }
  answer.reply(200, kJson, json::serialize(json::object{{"watchlists", std::move(rows)}}) + "\n");
}

void Api::watchlist(const HttpRequest& request, HttpAnswer& answer) {
  const std::string_view id = between(request.path, kRoot);
  const auto limit = read_limit(request, kIndicatorsUsual, kIndicatorsMax, answer);
  if (!limit) return;
  const auto skip = read_whole_number(request.parameter("skip", "0"));
  if (!skip) return reply_error(answer, 400, "bad_skip", "skip is a whole number", "skip 應為整數");
  const auto found = parts_.watchlists->indicators(id, *skip, *limit);
  if (!found) return refuse(answer, found.error());
  json::array rows;
  const std::int64_t now = wall_clock_ns();
  for (const Indicator& each : *found) rows.push_back(indicator_json(each, id, now, zone_now()));
  answer.reply(200, kJson, json::serialize(json::object{{"indicators", std::move(rows)}}) + "\n");
}

void Api::add_watchlist(const HttpRequest& request, HttpAnswer& answer) {
  WatchlistAbout about;
  WatchlistDefaults defaults;
  WatchlistFormat format = WatchlistFormat::automatic;
  if (!read_settings(request, *parts_.assets, about, defaults, format, answer)) return;
  const std::string id = about.id;
  const auto how = request.parameter("replace") == "1" ? WatchlistDesk::How::replace : WatchlistDesk::How::merge;
  const auto changed = parts_.watchlists->add(std::move(about), request.body, format, defaults, how);
  if (!changed) return refuse(answer, changed.error());
  json::array problems;
  for (const WatchlistProblem& problem : changed->problems) {
    json::object each{{"value", problem.value}, {"reason", problem.reason.en}, {"reason_zh", problem.reason.zh}};
    if (problem.where.empty()) {
      each["line"] = problem.line;
    } else {
      each["where"] = problem.where;
    }
    problems.push_back(std::move(each));
  }
  json::object out{{"watchlist", id},
                   {"format", watchlist_format_name(changed->format)},
                   {"added", changed->added},
                   {"renewed", changed->renewed},
                   {"removed", changed->removed},
                   {"refused", changed->refused},
                   {"passed_over", changed->passed_over},
                   {"indicators", changed->indicators},
                   {"problems", std::move(problems)}};
  if (!changed->hunt.empty()) out["hunt"] = changed->hunt;
  const bool nothing = changed->added + changed->renewed + changed->removed == 0 && changed->refused != 0;
  answer.reply(nothing ? 422 : 200, kJson, json::serialize(out) + "\n");
}

void Api::remove_watchlist(const HttpRequest& request, HttpAnswer& answer) {
  const std::string_view rest = std::string_view(request.path).substr(kRoot.size());
  const std::size_t slash = rest.find('/');
  const std::string_view id = rest.substr(0, slash);
  const auto removed = slash == std::string_view::npos ? parts_.watchlists->remove(id)
                                                       : parts_.watchlists->remove(id, rest.substr(slash + 1));
  if (!removed) return refuse(answer, removed.error());
  answer.reply(200, kJson, json::serialize(json::object{{"removed", rest}}) + "\n");
}

void Api::hunt_watchlist(const HttpRequest& request, HttpAnswer& answer) {
  const std::string_view id = between(request.path, kRoot, "/hunt");
  ScanRange range;
  if (!read_range(request, zone_now(), range, answer)) return;
  const auto hunt = parts_.watchlists->hunt(id, request.parameter("value"), range.event_from_ns, range.event_to_ns);
  if (!hunt) return refuse(answer, hunt.error());
  answer.reply(202, kJson, json::serialize(hunt_json(*hunt, zone_now())) + "\n");
}

void Api::hunts(const HttpRequest&, HttpAnswer& answer) {
  json::array rows;
  for (const Hunt& hunt : parts_.hunts->hunts()) rows.push_back(hunt_json(hunt, zone_now()));
  answer.reply(200, kJson, json::serialize(json::object{{"hunts", std::move(rows)}}) + "\n");
}

}  // namespace vigil
