#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

constexpr FieldRow kRows[] = {
    {"when", "_"},
    {"who", "who"},
    {"who_ip", "source"},
    {"event", "event.action"},
    {"status", "status"},
    {"reason", "event.reason"},
    {"target", "target"},
    {"site", "site"},
    {"user:username", "user"},
    {"username", "user"},
};
constexpr FieldMap kMap(kRows);

constexpr std::string_view kPrograms[] = {"BG", "bomgar", "beyondtrust"};

/// Behind `1427:01:01:` (message, segment, of how many segments).
std::string_view body_of(std::string_view text) {
  for (int i = 0; i < 3; ++i) {
    if (!all_digits(take_until(text, ':'))) return {};
  }
  return text;
}

bool claims_beyondtrust(const SyslogHeader&, std::string_view text) {
  const std::string_view front = body_of(text.substr(0, 512));
  return contains(front, "when=") && contains(front, ";who=");
}

/// BeyondTrust Remote Support and Privileged Remote Access: pairs parted by ";", `who` is "Amy Lee (amy)".
void parse_beyondtrust(PayloadWriter& out) {
  out.observer("BeyondTrust", "Remote Support", "pam");
  std::string_view text = body_of(out.text()), status;
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == PayloadWriter::kFieldsMax) return out.overflow(text);
    std::string_view value = take_until(text, ';');
    const std::string_view key = take_until(value, '=');
    if (key.empty()) continue;
    if (key == "status") status = value;
    if (key == "who") {
      const std::size_t open = value.rfind('(');
      std::string_view name = open == std::string_view::npos ? value : value.substr(open + 1);
      take_suffix(name, ")");
      out.add("user.name", name);
      if (open != std::string_view::npos) out.add("user.full_name", trim(value.substr(0, open)));
      continue;
    }
    FieldTable(kMap).put_or_keep(out, key, value);
  }
  const std::string_view event = out.event().text_of("event.action");
  if (event == "login")
    return out.logon({}, status == "success"   ? Outcome::success
                         : status == "failure" ? Outcome::failure
                                               : Outcome::unknown);
  if (event == "logout") return out.classify("authentication", "end");
  out.classify("configuration", "change");
}

std::optional<std::int64_t> time_of_beyondtrust(const SyslogHeader&, std::string_view text, int) {
  const std::string_view value = peek_pair(text, "when=");
  return read_epoch(value.substr(0, value.find(';')));
}

}  // namespace

extern const FormatSpec kFormat_beyondtrust = {
    .number = Format{119},
    .name = "beyondtrust",
    .title = "BeyondTrust Remote Support",
    .sample =
        R"(1427:01:01:site=support.example.com;when=1795157940;who=Amy Lee (amy);who_ip=203.0.113.9;event=login;status=failure;reason=failed)",
    .rank = 29,
    .programs = kPrograms,
    .first_bytes = "0123456789",
    .claims = claims_beyondtrust,
    .parse = parse_beyondtrust,
    .time = time_of_beyondtrust,
    .kinds = Kind::application | Kind::device,
    .own_action = true,
};

}  // namespace vigil
