// Switching rules off and on, and explaining them.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <spdlog/spdlog.h>

#include "daemon/api.h"
#include "daemon/api_support.h"
#include "daemon/clock.h"
#include "rules/compiled.h"
#include "rules/event_fields.h"
#include "rules/explain_json.h"
#include "rules/rule_explain.h"
#include "storage/stored_event.h"

namespace vigil {

namespace json = boost::json;

namespace {

/// Lines explained in one question: a person reads them.
constexpr std::size_t kLinesMax = 100;
/// Reasons are sentences.
constexpr std::size_t kReasonBytesMax = 1000;

std::string who_asks(const HttpRequest& request) {
  return request.trusted ? "administrator" : "administrator@" + request.peer;
}

}  // namespace

std::optional<sigma::RuleReference> find_rule_or_reply(const CompiledRules& rules, std::string_view wanted,
                                                       HttpAnswer& answer) {
  const auto found = sigma::find_rule(rules, wanted);
  if (found) return found;
  std::string near;
  for (const std::string& each : sigma::nearest_rules(rules, wanted)) near += (near.empty() ? "" : "; ") + each;
  const std::string name(wanted);
  reply_error(answer, 404, "no_such_rule",
              "no such rule: '" + name + "'" +
                  (near.empty() ? "; vigil rules list shows them all" : "; did you mean: " + near),
              "沒有這條規則：「" + name + "」" +
                  (near.empty() ? "；可用 vigil rules list 查詢" : "；您是不是要找：" + near));
  return std::nullopt;
}

void Api::switch_rule(const HttpRequest& request, HttpAnswer& answer) {
  const bool off = request.path.ends_with("/disable");
  const std::string_view wanted = between(request.path, "/api/v1/rules/", off ? "/disable" : "/enable");
  auto body = read_object(request.body.empty() ? "{}" : request.body, {"reason", "until"}, answer);
  if (!body) return;
  const std::int64_t now = wall_clock_ns();
  const auto rules = parts_.rules.rules();
  const auto which = find_rule_or_reply(rules->compiled(), wanted, answer);
  if (!which) return;
  const RuleMeta& meta = sigma::meta_of(rules->compiled(), *which);
  RuleSwitch given{who_asks(request), body->at("reason"), now, 0};
  if (given.reason.size() > kReasonBytesMax)
    return reply_error(answer, 400, "bad_reason", "the reason is longer than 1000 bytes", "原因過長（上限 1000 位元組）");
  if (const std::string& until = body->at("until"); !until.empty()) {
    const auto time = read_time(until, zone_now());
    if (!time || *time <= now)
      return reply_error(answer, 400, "bad_until", "until is a time that is still to come: 2026-12-01T09:00:00+08:00",
                         "until 需為未來的時間，格式如 2026-12-01T09:00:00+08:00");
    given.until_ns = *time;
  }
  const bool was_off = parts_.switches.off(meta.id, now);
  Result<void, StoreError> done = {};
  if (off) {
    done = parts_.switches.switch_off(meta.id, given);
  } else if (const auto on = parts_.switches.switch_on(meta.id, now); !on) {
    done = on.error();
  }
  if (!done) return reply_error(answer, 503, store_errc_name(done.error().code), done.error().what, done.error().what);

  const std::string until = given.until_ns == 0 ? std::string() : iso_time(given.until_ns, zone_now());
  if (off || was_off) {
    spdlog::warn("W-RULE-SWITCH {} {} ({}) by {}: {} / 規則已{}", off ? "off:" : "on:", meta.id, meta.title, given.who,
                 given.reason.empty() ? "no reason given" : given.reason, off ? "停用" : "啟用");
    // Without the title: a rule must not find itself in what is said of it.
    OwnVoice::Message message{.id = "rule-switch",
                              .text = off ? "a rule was switched off / 規則已停用" : "a rule was switched on / 規則已啟用"};
    message.data = {{"rule", meta.id}, {"state", off ? "off" : "on"}, {"who", given.who}, {"reason", given.reason}};
    if (!until.empty()) message.data.emplace_back("until", until);
    parts_.voice.say(std::move(message));
  }
  json::object out{{"id", meta.id}, {"title", meta.title}, {"title_zh", meta.title_zh},
                   {"state", off ? "off" : "on"}, {"before", was_off ? "off" : "on"}};
  if (!until.empty()) out["until"] = until;
  // What listens to it goes on: who wants that silent too has to say so.
  json::array listeners;
  const auto& tables = which->correlation ? rules->compiled().correlation_listeners : rules->compiled().rule_listeners;
  if (off && which->index < tables.size()) {
    for (const sigma::Listener& listener : tables[which->index]) {
      const auto& correlation = rules->compiled().correlations[listener.correlation];
      listeners.push_back(json::object{{"id", correlation.meta->id}, {"title", correlation.meta->title},
                                       {"title_zh", correlation.meta->title_zh}});
    }
  }
  out["feeds"] = std::move(listeners);
  answer.reply(200, kJson, json::serialize(out) + "\n");
}

void Api::explain_rule(const HttpRequest& request, HttpAnswer& answer) {
  const auto rules = parts_.rules.rules();
  const auto which = find_rule_or_reply(rules->compiled(), request.parameter("rule"), answer);
  if (!which) return;
  const RuleMeta& meta = sigma::meta_of(rules->compiled(), *which);
  json::object out;
  if (!request.has("event")) {
    out = sigma::explanation_json(sigma::explain(rules->compiled(), *which, nullptr));
  } else {
    const auto sequence = record_sequence(request.parameter("event"));
    if (!sequence)
      return reply_error(answer, 400, "bad_id", "event is a record's vigil.id, 16 hex digits",
                         "event 需為紀錄的 vigil.id（16 位十六進位）");
    const auto kept = parts_.archive.get(*sequence, {"*"});
    if (!kept) {
      const bool absent = kept.error().code == StoreErrc::not_found;
      return reply_error(answer, absent ? 404 : 500, store_errc_name(kept.error().code),
                         absent ? "no record has the id " + std::string(request.parameter("event")) : kept.error().what,
                         absent ? "沒有這筆紀錄" : kept.error().what);
    }
    Event event;
    Arena arena;
    parse_stored(kept->record, event, arena);
    const sigma::EventFields fields(event);
    const sigma::ExplainedMessage message{&fields, &event};
    out = sigma::explanation_json(sigma::explain(rules->compiled(), *which, &message));
    out["event"] = json::object{{"id", record_id(kept->record.sequence)},
                                {"@timestamp", iso_time(kept->record.event_ns, zone_now())},
                                {"original", std::string_view(event.header.text)}};
  }
  out["state"] = parts_.switches.off(meta.id, wall_clock_ns()) ? "off" : "on";
  answer.reply(200, kJson, json::serialize(out) + "\n");
}

void Api::explain_lines(const HttpRequest& request, HttpAnswer& answer) {
  const auto rules = parts_.rules.rules();
  const auto which = find_rule_or_reply(rules->compiled(), request.parameter("rule"), answer);
  if (!which) return;
  const sigma::LineReading reading{wall_clock_ns(), zone_now(), request.has("frames")};
  std::string out;
  std::string_view rest = request.body;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    if (number > kLinesMax)
      return reply_error(answer, 413, "too_many_lines", "at most 100 lines at a time", "一次最多 100 行");
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const auto said = sigma::explain_line(rules->compiled(), *which, rest.substr(0, end), reading);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    json::object line{{"line", number}};
    if (said) {
      line["explanation"] = sigma::explanation_json(*said);
    } else {
      line["error"] = "not a JSON document: " + said.error();
    }
    out += json::serialize(line) + "\n";
  }
  answer.reply(200, "application/x-ndjson", std::move(out));
}

}  // namespace vigil
