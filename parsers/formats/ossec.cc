#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

struct Key {
  std::string_view key;  ///< behind "; "
  std::string_view target;
};
constexpr Key kKeys[] = {
    {"Rule: ", {}},
    {"Location: ", {}},
    {"classification: ", "rule.category"},
    {"srcip: ", "source"},
    {"src_ip: ", "source"},
    {"dstip: ", "destination"},
    {"dst_ip: ", "destination"},
    {"srcport: ", "source.port"},
    {"src_port: ", "source.port"},
    {"dstport: ", "destination.port"},
    {"dst_port: ", "destination.port"},
    {"user: ", "user"},
    {"username: ", "user"},
    {"protocol: ", "transport"},
    {"action: ", "event.action"},
    {"id: ", "event.code"},
    {"url: ", "url"},
    {"Previous MD5: ", "previous_md5"},
    {"Current MD5: ", "file.hash"},
    {"Previous SHA1: ", "previous_sha1"},
    {"Current SHA1: ", "file.hash"},
    {"message: ", "message"},
};

constexpr std::string_view kPrograms[] = {"ossec", "wazuh"};
constexpr std::string_view kStarts[] = {"Alert Level: ", "ossec: Alert Level: "};
constexpr LogSource kLogSources[] = {{"wazuh", "", ""}};

bool is_of(std::string_view groups, std::string_view group) {
  while (!groups.empty()) {
    if (trim(take_until(groups, ',')) == group) return true;
  }
  return false;
}

void take(PayloadWriter& out, const Key& key, std::string_view value) {
  if (!key.target.empty()) return put(out, target_of(key.target), value);
  if (key.key == "Rule: ") {
    const std::size_t dash = value.find(" - ");
    out.add("rule.id", value.substr(0, dash));
    if (dash == std::string_view::npos) return;
    std::string_view name = value.substr(dash + 3);
    take_suffix(name, ".");
    return out.alert(name);
  }
  // "(agent) 10.1.0.7->/var/log/auth.log", "host->/var/log/auth.log"
  const std::size_t arrow = value.find("->");
  std::string_view from = value.substr(0, arrow);
  if (arrow != std::string_view::npos) out.add("log.file.path", value.substr(arrow + 2));
  if (take_prefix(from, "(")) {
    out.set("host.name", take_until(from, ')'));
    return out.add("host.ip", plain_address(trim(from)));
  }
  if (!from.empty()) out.set("host.name", from);
}

/// OSSEC's and Wazuh's alerts over syslog (csyslogd's default format):
/// `Alert Level: 5; Rule: 5716 - SSHD authentication failed.; Location: (web1) 10.1.0.7->/var/log/auth.log; srcip: …; the log`
void parse_ossec(PayloadWriter& out) {
  std::string_view text = out.text();
  out.observer("Wazuh", "OSSEC", "ids");
  out.log_source("wazuh", {}, {});
  take_prefix(text, "ossec: ");
  if (!take_prefix(text, "Alert Level: ")) return;
  out.set("event.kind", "alert");
  out.add_number("event.severity", trim(take_until(text, ';')));
  for (;;) {
    text = trim_left(text);
    const Key* key = nullptr;
    for (const Key& one : kKeys) {
      if (text.starts_with(one.key)) key = &one;
    }
    if (key == nullptr) break;
    text.remove_prefix(key->key.size());
    take(out, *key, trim(take_until(text, ';')));
  }
  if (!trim(text).empty()) out.set("message", trim(text));
  const std::string_view groups = out.event().text_of("rule.category");
  if (is_of(groups, "authentication_success")) return out.logon("login", Outcome::success);
  if (is_of(groups, "authentication_failed") || is_of(groups, "authentication_failures") ||
      is_of(groups, "invalid_login")) {
    return out.logon("login", Outcome::failure);
  }
  out.classify("intrusion_detection", "info");
}

}  // namespace

extern const FormatSpec kFormat_ossec = {
    .number = Format{110},
    .name = "ossec",
    .title = "OSSEC and Wazuh alerts over syslog",
    .sample =
        R"(Alert Level: 5; Rule: 5716 - SSHD authentication failed.; Location: (web1) 10.1.0.7->/var/log/auth.log; classification: syslog,sshd,authentication_failed,; srcip: 203.0.113.9; Nov 20 14:59:00 web1 sshd[9]: Failed password)",
    .rank = 23,
    .programs = kPrograms,
    .starts = kStarts,
    .claims =
        [](const SyslogHeader&, std::string_view text) {
          return text.substr(0, 32).find("Alert Level: ") != std::string_view::npos;
        },
    .parse = parse_ossec,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
