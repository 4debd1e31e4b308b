// vigil notifications list, show, form.

#include <boost/json/object.hpp>

#include "cli/args.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "parsers/render.h"

namespace vigil::cli {

namespace json = boost::json;

namespace {

std::string notification_path(const std::string& id) { return "/api/v1/notifications/" + percent_encode(id); }

std::vector<Column> list_columns() {
  return {{"id", {"id", "編號"}},
          {"incident", {"incident", "事件"}},
          {"title", {"title", "名稱"}},
          {"organisation", {"organisation", "機關"}},
          {"drafted_at", {"drafted", "草擬"}},
          {"required_empty", {"to fill", "待填"}, true},
          {"drill", {"drill", "演練"}},
          {"form_html", {"form", "通報單"}},
          {"bundle", {"evidence", "證據包"}}};
}

Exit list(const Arguments&, Session& session) {
  Exit exit = Exit::done;
  const auto answer = ask(session, {"GET", "/api/v1/notifications", {}}, exit);
  if (!answer) return exit;
  const json::value* const rows = find_path(*answer, "notifications");
  return print_rows(session, list_columns(),
                    rows != nullptr && rows->is_array() ? rows->as_array() : json::array());
}

/// A text of several lines, the later ones indented below the first.
std::string lines_of(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t end = text.find('\n');
    out += one_line(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += "\n      ";
    text.remove_prefix(end + 1);
  }
}

/// The form's fields, one a line: filled ones with their value, proposals marked, required empty ones
/// visible.
void show_form(Session& session, const json::value& form) {
  const json::value* const sections = find_path(form, "sections");
  if (sections == nullptr || !sections->is_array()) return;
  for (const json::value& section : sections->as_array()) {
    session.out.line("\n" + one_line(plain_at(section, "title")));
    const json::value* const fields = find_path(section, "fields");
    if (fields == nullptr || !fields->is_array()) continue;
    for (const json::value& field : fields->as_array()) {
      std::string value = plain_at(field, "value");
      if (value.empty()) value = plain_at(field, "chosen");
      const bool required = plain_at(field, "required") == "true";
      std::string line = std::string(required ? "  ◎ " : "    ") + one_line(plain_at(field, "label")) + ": ";
      if (value.empty()) {
        line += say("(to be filled)", "（待填）");
      } else {
        line += lines_of(value);
        if (plain_at(field, "fill") == "proposed") line += say("  [proposed]", "  【建議】");
      }
      session.out.line(line);
    }
  }
}

Exit show(const Arguments& arguments, Session& session) {
  Exit exit = Exit::done;
  const auto answer = ask(session, {"GET", notification_path(arguments.positional.front()), {}}, exit);
  if (!answer) return exit;
  if (session.format != Format::table) return print_rows(session, list_columns(), {*answer});
  std::string out = one_line(plain_at(*answer, "id") + "  " + plain_at(*answer, "title")) + "\n";
  if (plain_at(*answer, "drill") == "true") out += std::string(say("  [DRILL]", "  【演練】")) + "\n";
  session.out.write(out);
  if (const json::value* const deliveries = find_path(*answer, "deliveries");
      deliveries != nullptr && deliveries->is_array()) {
    for (const json::value& each : deliveries->as_array()) {
      const std::string error = plain_at(each, "last_error");
      std::string line = "  " + plain_at(each, "channel") + ": ";
      line += plain_at(each, "done") == "true"
                  ? std::string(say("delivered ", "已送達 ")) + plain_at(each, "done_at")
                  : std::string(say("waiting", "等待中"));
      if (!error.empty()) line += "  " + error;
      session.out.line(one_line(line));
    }
  }
  if (const json::value* const form = find_path(*answer, "form")) show_form(session, *form);
  return Exit::done;
}

Exit form(const Arguments& arguments, Session& session) {
  const std::string format = arguments.get_or("format", "html");
  if (format == "odt") {
    complain(say("the form as odt comes with a later version; html and json are here",
                 "odt 格式於後續版本提供，目前可用 html 與 json"));
    return Exit::usage;
  }
  if (format != "html" && format != "json") {
    complain("--format '" + format + "': " + std::string(say("expected html or json", "應為 html 或 json")));
    return Exit::usage;
  }
  const Request request{
      "GET", with_query(notification_path(arguments.positional.front()) + "/form", {{"format", format}}), {}};
  const auto answer = exchange(session.target, request);
  if (!answer) return tell(answer.error());
  if (answer->status != 200) return tell(*answer);
  if (!session.out.terminal()) {
    session.out.write(answer->body);
    return Exit::done;
  }
  std::string_view rest = answer->body;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::string safe;
    append_terminal_safe(rest.substr(0, end), safe);
    if (!session.out.line(safe) || end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return Exit::done;
}

}  // namespace

void add_notification_verbs(std::vector<Verb>& out) {
  out.push_back({"notifications list",
                 "",
                 {"drafted notifications and where they went", "已草擬的通報與送達情形"},
                 {},
                 "vigil notifications list",
                 0,
                 0,
                 list});
  out.push_back({"notifications show",
                 "ID",
                 {"one notification with its fields", "單一通報與其欄位"},
                 {},
                 "vigil notifications show N-2026-0001",
                 1,
                 1,
                 show});
  out.push_back({"notifications form",
                 "ID --format html|json",
                 {"the form itself", "通報單本身"},
                 {{"format", "FORMAT", {"html (default) or json", "html（預設）或 json"}}},
                 "vigil notifications form N-2026-0001 --format html > form.html",
                 1,
                 1,
                 form});
}

}  // namespace vigil::cli
