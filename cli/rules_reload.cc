// vigil rules reload: the daemon reads its rules again.

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "cli/args.h"
#include "cli/rows.h"
#include "cli/session.h"

namespace vigil::cli {

namespace json = boost::json;

namespace {

std::size_t length_at(const json::value& answer, std::string_view key) {
  const json::value* const list = find_path(answer, key);
  return list != nullptr && list->is_array() ? list->as_array().size() : 0;
}

Exit reload(const Arguments&, Session& session) {
  Exit exit = Exit::done;
  const auto answer = ask(session, {"POST", "/api/v1/rules/reload", {}}, exit);
  if (!answer) return exit;
  if (session.format_given && session.format != Format::table) {
    session.out.line(json::serialize(*answer));
  } else {
    if (const json::value* const problems = find_path(*answer, "problems"); problems != nullptr && problems->is_array()) {
      for (const json::value& each : problems->as_array()) {
        advise(plain_at(each, "file") + ":" + plain_at(each, "line") + ": " + plain_at(each, "reason"));
      }
    }
    if (const json::value* const changed = find_path(*answer, "restarted"); changed != nullptr && changed->is_array()) {
      for (const json::value& id : changed->as_array()) {
        session.out.line(std::string(say("counts anew: ", "重新計數：")) + one_line(std::string(id.as_string())));
      }
    }
    session.out.line(std::string(say("loaded ", "已載入 ")) + plain_at(*answer, "loaded") +
                     std::string(say(", new ", "，新增 ")) + std::to_string(length_at(*answer, "added")) +
                     std::string(say(", gone ", "，移除 ")) + std::to_string(length_at(*answer, "removed")) +
                     std::string(say(", refused ", "，拒絕 ")) + plain_at(*answer, "refused"));
  }
  return plain_at(*answer, "refused") == "0" ? Exit::done : Exit::no;
}

}  // namespace

void add_rules_reload_verb(std::vector<Verb>& out) {
  out.push_back({"rules reload",
                 "",
                 {"the daemon reads its rules again; windows of unchanged rules go on",
                  "重新讀取規則，未變更的關聯規則繼續計數"},
                 {},
                 "vigil rules reload",
                 0,
                 0,
                 reload});
}

}  // namespace vigil::cli
