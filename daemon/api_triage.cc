// What stands between detections and incidents: split and merge, exceptions, risk, how good the rules are.

#include <boost/json.hpp>

#include "daemon/api.h"
#include "daemon/api_support.h"
#include "daemon/clock.h"
#include "incidents/attack.h"
#include "incidents/text.h"
#include "storage/archive.h"

namespace vigil {

namespace json = boost::json;

namespace {

constexpr std::size_t kTextBytesMax = 8192;

json::string text(std::string_view value) { return json::string(clean_text(value, kTextBytesMax)); }

/// "source.ip=203.0.113.9"
std::optional<std::pair<std::string, std::string>> read_entity(std::string_view written) {
  const auto equals = written.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == written.size()) return std::nullopt;
  return std::pair(std::string(written.substr(0, equals)), std::string(written.substr(equals + 1)));
}

void reply_bad_entity(HttpAnswer& answer) {
  reply_error(answer, 400, "bad_field", "entity is TYPE=VALUE, as in source.ip=203.0.113.9",
              "entity 應為 類型=值，例如 source.ip=203.0.113.9");
}

json::object exception_json(const CaseException& row, std::int64_t now, int zone) {
  json::array samples;
  for (const std::uint64_t sequence : row.samples) samples.emplace_back(record_id(sequence));
  const auto maybe = [](const std::string& value) {
    return value.empty() ? json::value(nullptr) : json::value(text(value));
  };
  const auto when = [zone](std::int64_t ns) {
    return ns == 0 ? json::value(nullptr) : json::value(iso_time(ns, zone));
  };
  return {{"id", row.id},
          {"state", row.state_at(now)},
          {"rule", maybe(row.rule)},
          {"entity", row.entity_type.empty() ? json::value(nullptr)
                                             : json::value(text(row.entity_type + "=" + row.entity_value))},
          {"organisation", maybe(row.organisation)},
          {"owner", text(row.owner)},
          {"reason", text(row.reason)},
          {"created_at", when(row.created_ns)},
          {"expires_at", when(row.expires_ns)},
          {"removed_at", when(row.ended_ns)},
          {"removed_by", maybe(row.ended_by)},
          {"count", row.count},
          {"last", when(row.last_ns)},
          {"samples", std::move(samples)}};
}

json::object risk_json(const RiskEntity& entity, int zone) {
  constexpr double kThousandths = 1000;
  json::array rules, tactics;
  Tactics seen = 0;
  for (const auto& rule : entity.rules) {
    seen = static_cast<Tactics>(seen | rule.tactics);
    rules.emplace_back(json::object{{"rule", text(rule.id)},
                                    {"title", text(rule.title)},
                                    {"title_zh", text(rule.title_zh)},
                                    {"level", level_name(rule.level)},
                                    {"hits", rule.hits},
                                    {"points", static_cast<double>(rule.points) / kThousandths},
                                    {"waiting", rule.waits},
                                    {"first", iso_time(rule.first_ns, zone)},
                                    {"last", iso_time(rule.last_ns, zone)}});
  }
  for (std::size_t i = 0; i < kTacticCount; ++i) {
    if ((static_cast<unsigned>(seen) >> i & 1U) != 0) tactics.emplace_back(tactic_name(i));
  }
  return {{"organisation", text(entity.organisation)},
          {"type", text(entity.type)},
          {"value", text(entity.value)},
          {"drill", entity.drill},
          {"risk", static_cast<double>(entity.points) / kThousandths},
          {"waiting", static_cast<double>(entity.waiting) / kThousandths},
          {"tactics", std::move(tactics)},
          {"rules", std::move(rules)}};
}

std::vector<std::string> organisations_of(const HttpRequest& request) {
  const std::string_view one = request.parameter("organisation");
  return {one.empty() ? std::string("*") : std::string(one)};
}

}  // namespace

void Api::split_incident(const HttpRequest& request, HttpAnswer& answer) {
  const std::string id(between(request.path, "/api/v1/incidents/", "/split"));
  const auto body = read_object(request.body, {"entity", "incident"}, answer);
  if (!body) return;
  const std::string& part = body->at("incident");
  const auto entity = read_entity(body->at("entity"));
  if (part.empty() == body->at("entity").empty()) {
    return reply_error(answer, 400, "bad_field", "name the entity to cut, or the incident that was merged",
                       "請指定要切開的對象（entity），或曾併入的案件（incident）");
  }
  if (part.empty() && !entity) return reply_bad_entity(answer);
  const auto work = [&](CaseBook& book, StateChange& change, std::int64_t now) {
    return part.empty() ? book.split(id, entity->first, entity->second, asker(request), now, change)
                        : book.split_case(id, part, asker(request), now, change);
  };
  change_case(work, answer);
}

void Api::merge_incident(const HttpRequest& request, HttpAnswer& answer) {
  const std::string id(between(request.path, "/api/v1/incidents/", "/merge"));
  const auto body = read_object(request.body, {"incident"}, answer);
  if (!body) return;
  const auto work = [&](CaseBook& book, StateChange& change, std::int64_t now) {
    return book.merge(id, body->at("incident"), asker(request), now, change);
  };
  change_case(work, answer);
}

void Api::exceptions(const HttpRequest&, HttpAnswer& answer) {
  const std::int64_t now = wall_clock_ns();
  const int zone = zone_now();
  const auto rows = parts_.desk.read([](const CaseBook& book) { return book.exceptions(); });
  json::array out;
  for (const auto& row : rows) out.emplace_back(exception_json(row, now, zone));
  answer.reply(200, kJson, json::serialize(json::object{{"exceptions", std::move(out)}}) + "\n");
}

void Api::add_exception(const HttpRequest& request, HttpAnswer& answer) {
  const auto body =
      read_object(request.body, {"rule", "entity", "organisation", "owner", "reason", "expires"}, answer);
  if (!body) return;
  const int zone = zone_now();
  CaseException wanted;
  wanted.rule = body->at("rule");
  wanted.organisation = body->at("organisation");
  wanted.owner = body->at("owner").empty() ? asker(request) : body->at("owner");
  wanted.reason = body->at("reason");
  if (!body->at("entity").empty()) {
    const auto entity = read_entity(body->at("entity"));
    if (!entity) return reply_bad_entity(answer);
    wanted.entity_type = entity->first;
    wanted.entity_value = entity->second;
  }
  if (!body->at("expires").empty()) {
    const auto expires = read_time(body->at("expires"), zone);
    if (!expires) return reply_error(answer, 400, "bad_time", "expires is no time", "expires 不是時間");
    wanted.expires_ns = *expires;
  }
  if (!wanted.organisation.empty() && parts_.assets->organisation(wanted.organisation) == nullptr) {
    return reply_error(answer, 400, "bad_field", "no such organisation: " + wanted.organisation,
                       "沒有這個機關：" + wanted.organisation);
  }
  const std::int64_t now = wall_clock_ns();
  Result<CaseException, CaseError> done = CaseError{CaseError::Code::bad_argument, {}, {}};
  const auto committed = parts_.desk.change([&](CaseBook& book, StateChange& change) {
    done = book.add_exception(std::move(wanted), now, change);
  });
  if (!done) return reply_case_error(answer, done.error());
  if (!committed) return reply_not_durable(answer, committed.error());
  answer.reply(200, kJson, json::serialize(exception_json(*done, now, zone)) + "\n");
}

void Api::end_exception(const HttpRequest& request, HttpAnswer& answer) {
  const std::string id(between(request.path, "/api/v1/exceptions/"));
  const std::int64_t now = wall_clock_ns();
  Result<CaseException, CaseError> done = CaseError{CaseError::Code::bad_argument, {}, {}};
  const auto committed = parts_.desk.change([&](CaseBook& book, StateChange& change) {
    done = book.end_exception(id, asker(request), now, change);
  });
  if (!done) return reply_case_error(answer, done.error());
  if (!committed) return reply_not_durable(answer, committed.error());
  answer.reply(200, kJson, json::serialize(exception_json(*done, now, zone_now())) + "\n");
}

void Api::quality(const HttpRequest& request, HttpAnswer& answer) {
  const auto rows = parts_.desk.read(
      [&](const CaseBook& book) { return book.quality(organisations_of(request)); });
  json::array out;
  for (const auto& row : rows) {
    json::array entities;
    for (const auto& [name, counts] : row.entities) {
      entities.emplace_back(json::object{
          {"entity", text(name)}, {"true", counts.right}, {"false", counts.wrong}, {"benign", counts.benign}});
    }
    out.emplace_back(json::object{{"organisation", text(row.organisation)},
                                  {"rule", text(row.rule)},
                                  {"title", text(row.title)},
                                  {"title_zh", text(row.title_zh)},
                                  {"true", row.cases.right},
                                  {"false", row.cases.wrong},
                                  {"benign", row.cases.benign},
                                  {"precision", row.precision()},
                                  {"precision_low", row.lower_bound()},
                                  {"precision_high", row.upper_bound()},
                                  {"wants_filter", row.wants_filter()},
                                  {"filter", row.wants_filter() ? json::value(text(row.filter())) : json::value(nullptr)},
                                  {"entities", std::move(entities)}});
  }
  answer.reply(200, kJson, json::serialize(json::object{{"rules", std::move(out)}}) + "\n");
}

void Api::risk(const HttpRequest& request, HttpAnswer& answer) {
  constexpr std::uint64_t kDefault = 20, kMost = 1000;
  const auto limit = read_limit(request, kDefault, kMost, answer);
  if (!limit) return;
  const int zone = zone_now();
  const auto rows = parts_.desk.read([&](const CaseBook& book) {
    return book.risk(organisations_of(request), wall_clock_ns(), static_cast<std::size_t>(*limit));
  });
  json::array out;
  for (const auto& row : rows) out.emplace_back(risk_json(row, zone));
  answer.reply(200, kJson, json::serialize(json::object{{"entities", std::move(out)}}) + "\n");
}

}  // namespace vigil
