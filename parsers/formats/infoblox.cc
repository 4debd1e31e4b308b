#include "parsers/format.h"

#include "parsers/field_target.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/server_text.h"

namespace vigil {
namespace {

constexpr FieldRow kKeys[] = {
    {"ip", "source"},          {"group", "user.group.name"}, {"to", "to"},
    {"auth", "auth"},          {"error", "event.reason"},    {"info", "info"},
    {"apparently_via", "via"}, {"apparentlyi_via", "via"},   {"trigger_event", "event.reason"},
};
constexpr FieldMap kMap(kKeys);

constexpr std::string_view kPrograms[] = {"threat-protect-log"};
constexpr std::string_view kFirst = "0123456789";
constexpr LogSource kLogSources[] = {{"infoblox", "", "audit"}};

/// "2026-11-20 06:59:00.123Z [admin]: Login_Denied - - …", perhaps with the sender's address and program in front.
std::string_view audit_text(std::string_view text) {
  if (const std::string_view program = second_program(text); !program.empty()) {
    const std::size_t colon = text.find(": ", static_cast<std::size_t>(program.data() - text.data()));
    text = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 2);
  }
  if (!begins_with_iso_date(text) || text.size() < 32 || text[10] != ' ' || text[19] != '.' ||
      text[23] != 'Z' || text[24] != ' ' || text[25] != '[') {
    return {};
  }
  const std::size_t close = text.find("]: ", 26);
  return close == std::string_view::npos || close > 26 + 128 ? std::string_view() : text;
}

/// "fefdn\040wdbj": octal escapes of what is no plain character.
std::string_view unescape(std::string_view text, Arena& arena) {
  if (text.find('\\') == std::string_view::npos) return text;
  char* const to = arena.allocate(text.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octal = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
    if (text[i] == '\\' && octal(i + 1) && octal(i + 2) && octal(i + 3) && text[i + 1] < '4') {
      to[size++] =
          static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      to[size++] = text[i];
    }
  }
  return {to, size};
}

/// key=value pairs without quotes; values have no blanks, those are escaped.
void put_words(PayloadWriter& out, std::string_view text) {
  const FieldTable table = kMap;
  while (!text.empty()) {
    text = trim_left(text);
    std::string_view word = take_word(text);
    if (word.find('=') == std::string_view::npos) continue;
    const std::string_view key = take_until(word, '=');
    table.put_or_keep(out, key, unescape(word, out.arena()));
  }
}

/// NIOS' audit log: who logged in at the grid master and what he changed; and its threat protection's own messages.
void parse_infoblox(PayloadWriter& out) {
  out.observer("Infoblox", "NIOS", "ddi");
  std::string_view text = audit_text(trim(out.text()));
  const std::string_view second = out.text().substr(0, out.text().find(' '));
  add_reporting_server(out, second_program(out.text()).empty() ? std::string_view() : second);
  if (text.empty()) return out.add("event.category", "network");
  out.log_source("infoblox", {}, "audit");
  text.remove_prefix(26);
  const std::string_view user = unescape(text.substr(0, text.find("]: ")), out.arena());
  text.remove_prefix(text.find("]: ") + 3);
  out.set("message", text);
  const std::string_view action = text.substr(0, text.find(' '));

  const bool denied = action == "Login_Denied";
  if (denied || action == "Login_Allowed" || action == "First_Login") {
    out.add("user.name", user);
    put_words(out, text);
    return out.logon(out.lower_case(action), denied ? Outcome::failure : Outcome::success);
  }
  out.add("user.name", user);
  if (action == "Logout") {
    put_words(out, text);
    return out.classify("session", "end", "logout");
  }
  if (action == "Created" || action == "Modified" || action == "Deleted") {
    // Modified Network 10.1.0.0/16 network_view=default: Changed …
    std::string_view rest = trim_left(text.substr(action.size()));
    const std::string_view type = take_word(rest);
    if (!type.empty()) out.add_vendor("object_type", type);
    rest = trim_left(rest);
    const std::size_t end = std::min(rest.find(": "), rest.size());
    std::string_view object = rest.substr(0, end);
    const std::string_view name = take_word(object);
    if (!name.empty()) out.add_vendor("object_name", unescape(name, out.arena()));
    if (end < rest.size()) out.add_vendor("change", rest.substr(end + 2));
    return out.classify("configuration", "change", out.lower_case(action));
  }
  out.classify(
      "configuration", "info",
      action.find_first_of("=:") == std::string_view::npos ? out.lower_case(action) : std::string_view());
}

constexpr std::string_view kDerived[] = {"event.reason", "user.name", "vendor."};

}  // namespace

extern const FormatSpec kFormat_infoblox = {
    .number = Format{99},
    .name = "infoblox",
    .title = "Infoblox NIOS: audit log",
    .sample =
        R"(2026-11-20 06:59:00.123Z [admin]: Login_Denied - - to=AdminConnector ip=203.0.113.9 info=Local apparently_via=GUI)",
    .rank = 18,
    .programs = kPrograms,
    .first_bytes = kFirst,
    .claims =
        [](const SyslogHeader& header, std::string_view text) {
          return header.app == "threat-protect-log" || !audit_text(text).empty();
        },
    .parse = parse_infoblox,
    .time = [](const SyslogHeader&, std::string_view text,
               int) { return read_iso_time(audit_text(text).substr(0, 24), 0); },
    .time_first = true,
    .kinds_of =
        [](const SyslogHeader&, std::string_view text) {
          const std::string_view front = text.substr(0, 256);
          const bool logon = contains(front, "]: Login_") || contains(front, "]: First_Login");
          return logon ? Kind::device | Kind::logon : Kinds(Kind::device);
        },
    .log_sources = kLogSources,
    .derived = kDerived,
};

}  // namespace vigil
