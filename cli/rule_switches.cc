// vigil rules disable, enable.

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "cli/rows.h"
#include "cli/rule_text.h"
#include "cli/rule_verbs.h"
#include "cli/times.h"
#include "parsers/render.h"

namespace vigil::cli {

namespace json = boost::json;

namespace {

/// `--until` as a time: a moment, or a span from now.
std::optional<std::string> read_until(const Arguments& arguments) {
  const auto given = arguments.get("until");
  if (!given) return std::string();
  const std::int64_t now = now_ns();
  if (const auto span = read_span_ns(*given)) return iso_time(now + *span, local_zone_minutes(now));
  if (const auto time = read_local_time(*given)) return iso_time(*time, local_zone_minutes(*time));
  complain("--until '" + *given + "': " +
           std::string(say("expected a time (2026-12-01T09:00) or a span (8h, 7d)",
                           "應為時間（2026-12-01T09:00）或時間長度（8h、7d）")));
  return std::nullopt;
}

Exit switch_rule(Session& session, const std::string& rule, std::string_view verb, json::object body) {
  Exit exit = Exit::done;
  const auto answer =
      ask(session, {"POST", "/api/v1/rules/" + percent_encode(rule) + "/" + std::string(verb), json::serialize(body)}, exit);
  if (!answer) return exit;
  if (session.format != Format::table) {
    const std::string text = json::serialize(*answer);
    session.out.line(session.out.terminal() ? terminal_json(text) : text);
    return Exit::done;
  }
  const bool off = plain_at(*answer, "state") == "off";
  std::string line = one_line(title_text(*answer) + " (" + plain_at(*answer, "id") + ")");
  line += off ? say(" is off", " 已停用") : say(" is on", " 已啟用");
  if (plain_at(*answer, "before") == plain_at(*answer, "state")) line += say(", as before", "（先前即是）");
  if (const std::string until = plain_at(*answer, "until"); !until.empty())
    line += std::string(say(" until ", "，至 ")) + short_time(until);
  session.out.line(line);
  const json::value* const feeds = find_path(*answer, "feeds");
  if (feeds == nullptr || !feeds->is_array() || feeds->as_array().empty()) return Exit::done;
  session.out.line(say("What counts on it goes on; switch these off too if they shall be silent:",
                       "引用此規則的關聯規則仍會運作；如需靜音請一併停用："));
  for (const json::value& each : feeds->as_array())
    session.out.line("  " + one_line(plain_at(each, "id") + "  " + title_text(each)));
  return Exit::done;
}

Exit disable(const Arguments& arguments, Session& session) {
  const auto until = read_until(arguments);
  if (!until) return Exit::usage;
  json::object body;
  if (const auto reason = arguments.get("reason")) body["reason"] = *reason;
  if (!until->empty()) body["until"] = *until;
  return switch_rule(session, arguments.positional.front(), "disable", std::move(body));
}

Exit enable(const Arguments& arguments, Session& session) {
  return switch_rule(session, arguments.positional.front(), "enable", {});
}

}  // namespace

void add_rule_switch_verbs(std::vector<Verb>& out) {
  out.push_back({"rules disable",
                 "ID",
                 {"what the rule finds is counted, but told to nobody", "規則停用：只計數、不通知"},
                 {{"reason", "TEXT", {"why, for those who come later", "原因，供日後查考"}},
                  {"until", "TIME|SPAN", {"on again by itself: 2026-12-01T09:00, 8h, 7d", "到期自動啟用：2026-12-01T09:00、8h、7d"}}},
                 "vigil rules disable 71958462-4bb8-46b6-a36a-1becf56c22dc --reason 'scanner of the county' --until 7d",
                 1,
                 1,
                 disable});
  out.push_back({"rules enable",
                 "ID",
                 {"the rule tells again", "重新啟用規則"},
                 {},
                 "vigil rules enable 71958462-4bb8-46b6-a36a-1becf56c22dc",
                 1,
                 1,
                 enable});
}

}  // namespace vigil::cli
