#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

constexpr std::string_view kPrograms[] = {"RSA", "rsa", "securid"};

/// The part that begins at the logger's name: `audit.runtime.com.rsa.ims…, INFO, …`
std::string_view body_of(std::string_view text) {
  const std::size_t at = text.substr(0, 256).find("com.rsa.");
  if (at == std::string_view::npos) return {};
  return text.substr(at);
}

bool is_identifier(std::string_view cell) {
  if (cell.size() != 32) return false;
  for (const char c : cell) {
    const char l = lower(c);
    if (!is_digit(l) && (l < 'a' || l > 'f')) return false;
  }
  return true;
}

/// RSA Authentication Manager: `…com.rsa.ims.authn…, INFO, event,correlation,client,instance,AUTHN_LOGIN_EVENT,13002,FAIL,
/// AUTHN_METHOD_FAILED,…,user,…`. Between the reason and the user stand identifiers, as many as the version likes.
void parse_rsa_securid(PayloadWriter& out) {
  out.observer("RSA", "Authentication Manager", "iam");
  std::string_view text = body_of(out.text());
  std::string_view action, result, reason, user;
  bool client = false;
  while (!text.empty() && user.empty()) {
    const std::string_view cell = trim(take_until(text, ','));
    if (action.empty()) {
      if (!client && !plain_address(cell).empty()) {
        client = true;
        out.add_endpoint(Side::source, cell);
      } else if (cell.size() > 3 && cell.find('_') != std::string_view::npos && cell.front() >= 'A' &&
                 cell.front() <= 'Z') {
        action = cell;
        out.add("event.code", trim(take_until(text, ',')));
        result = trim(take_until(text, ','));
        reason = trim(take_until(text, ','));
      }
    } else if (!cell.empty() && !is_identifier(cell) && cell != "null" && plain_address(cell).empty() &&
               !cell.starts_with("ims.")) {
      user = cell;
    }
  }
  out.add("user.name", user);
  out.add("event.reason", reason);
  if (action == "AUTHN_LOGIN_EVENT" || action == "AUTHENTICATE") {
    return out.logon(action, result == "SUCCESS"                       ? Outcome::success
                             : result == "FAIL" || result == "FAILURE" ? Outcome::failure
                                                                       : Outcome::unknown);
  }
  out.classify("iam", "info", action, result == "SUCCESS" ? Outcome::success : Outcome::none);
}

}  // namespace

extern const FormatSpec kFormat_rsa_securid = {
    .number = Format{122},
    .name = "rsa_securid",
    .title = "RSA Authentication Manager",
    .sample =
        R"(2026-11-20 14:59:00,123, , audit.runtime.com.rsa.ims.authn.impl.AuthenticationBrokerImpl, INFO, 0a1,0b2,203.0.113.9,10.1.0.2,AUTHN_LOGIN_EVENT,13002,FAIL,AUTHN_METHOD_FAILED,,,,amy,Amy,Lee)",
    .rank = 65,
    .programs = kPrograms,
    .first_bytes = "a,012",
    .claims =
        [](const SyslogHeader&, std::string_view text) {
          return contains(body_of(text).substr(0, 512), "_EVENT,") ||
                 contains(body_of(text).substr(0, 512), "AUTHENTICATE,");
        },
    .parse = parse_rsa_securid,
    .kinds = Kind::application | Kind::logon,
    .own_action = true,
};

}  // namespace vigil
