#include "parsers/logon_members.h"

#include <array>

#include "parsers/key_table.h"
#include "parsers/logon_names.h"
#include "parsers/logon_text.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

enum class Member : std::uint8_t {
  sentence,
  name,
  ending,
  success,
  failure,
  user,
  mail,
  peer,
  forwarded,
  status,
  path
};
struct Row {
  std::string_view key;  ///< the last part of a member's path, in lower case, without "_" and "-"
  Member member;
};
constexpr Row kRows[] = {
    {"message", Member::sentence},
    {"msg", Member::sentence},
    {"log", Member::sentence},
    {"description", Member::sentence},
    {"details", Member::sentence},
    {"detail", Member::sentence},
    {"summary", Member::sentence},
    {"reason", Member::sentence},
    {"error", Member::sentence},
    {"errormessage", Member::sentence},
    {"logdesc", Member::sentence},
    {"event", Member::name},
    {"eventname", Member::name},
    {"eventtype", Member::name},
    {"eventid", Member::name},
    {"eventaction", Member::name},
    {"action", Member::name},
    {"act", Member::name},
    {"activity", Member::name},
    {"operation", Member::name},
    {"type", Member::name},
    {"subtype", Member::name},
    {"category", Member::name},
    {"kind", Member::name},
    {"result", Member::ending},
    {"outcome", Member::ending},
    {"status", Member::ending},
    {"success", Member::success},
    {"succeeded", Member::success},
    {"issuccess", Member::success},
    {"authenticated", Member::success},
    {"authenticationfailed", Member::failure},
    {"failed", Member::failure},
    {"statuscode", Member::status},
    {"httpstatus", Member::status},
    {"responsecode", Member::status},
    {"user", Member::user},
    {"username", Member::user},
    {"usr", Member::user},
    {"login", Member::user},
    {"loginname", Member::user},
    {"account", Member::user},
    {"accountname", Member::user},
    {"uname", Member::user},
    {"identifier", Member::user},
    {"principal", Member::user},
    {"principalname", Member::user},
    {"authuser", Member::user},
    {"suser", Member::user},
    {"email", Member::mail},
    {"useremail", Member::mail},
    {"ip", Member::peer},
    {"ipaddress", Member::peer},
    {"ipaddr", Member::peer},
    {"remote", Member::peer},
    {"remoteip", Member::peer},
    {"remoteaddr", Member::peer},
    {"remoteaddress", Member::peer},
    {"remotehost", Member::peer},
    {"client", Member::peer},
    {"clientip", Member::peer},
    {"clientaddr", Member::peer},
    {"clientaddress", Member::peer},
    {"src", Member::peer},
    {"srcip", Member::peer},
    {"source", Member::peer},
    {"sourceip", Member::peer},
    {"sourceaddress", Member::peer},
    {"sourceipaddress", Member::peer},
    {"peer", Member::peer},
    {"peerip", Member::peer},
    {"requestip", Member::peer},
    {"rhost", Member::peer},
    {"hostip", Member::peer},
    {"userip", Member::peer},
    {"loginip", Member::peer},
    {"xforwardedfor", Member::forwarded},
    {"xrealip", Member::forwarded},
    {"path", Member::path},
    {"url", Member::path},
    {"uri", Member::path},
    {"requesturi", Member::path},
};
constexpr KeyTable kTable(kRows);
constexpr std::size_t kKeyMax = 24;

const Row* row_of(std::string_view name) {
  if (const std::size_t dot = name.rfind('.'); dot != std::string_view::npos) name.remove_prefix(dot + 1);
  char key[kKeyMax];
  std::size_t size = 0;
  for (const char c : name) {
    if (c == '_' || c == '-') continue;
    if (size == kKeyMax) return nullptr;
    key[size++] = lower(c);
  }
  return kTable.find({key, size});
}

bool is_nobody(std::string_view user) {
  return user.empty() || is_any(user, {"-", "--", "null", "<nil>", "None", "N/A", "(null)", "AnonymousUser"});
}

Outcome outcome_of_ending(std::string_view value) {
  for (const std::string_view word : {"success", "succeed", "ok", "pass", "allow", "granted", "accept"}) {
    if (starts_with_ignoring_case(value, word)) return Outcome::success;
  }
  for (const std::string_view word :
       {"fail", "den", "error", "reject", "invalid", "unsuccessful", "refused", "wrong"}) {
    if (starts_with_ignoring_case(value, word)) return Outcome::failure;
  }
  if (value.starts_with("成功")) return Outcome::success;
  if (value.starts_with("失敗") || value.starts_with("失败")) return Outcome::failure;
  return Outcome::none;
}

bool is_login_page(std::string_view path) {
  for (const std::string_view word : {"login", "logon", "signin", "sign_in", "sign-in", "auth", "session",
                                      "token", "firstfactor", "secondfactor"}) {
    if (contains_ignoring_case(path, word)) return true;
  }
  return false;
}

/// What the members say, one after the other.
struct Told {
  static constexpr std::size_t kTextsMax = 4;  ///< msg, error, reason and one more
  std::array<std::string_view, kTextsMax> texts{};
  std::size_t text_count = 0;
  LogonText sentence;            ///< the first sentence about a logon
  Outcome name = Outcome::none;  ///< of what the event is called; unknown: it is a login, however it ended
  Outcome ending = Outcome::none;
  bool unauthorized = false, login_page = false;
  std::string_view user, mail, forwarded;
  LogonPeer peer;
};

void take_sentence(Told& told, std::string_view value) {
  if (value.find(' ') == std::string_view::npos) {
    if (value.size() > 64) return;
    const Outcome outcome = read_logon_name(value);
    if (outcome == Outcome::success || outcome == Outcome::failure) told.name = outcome;
    return;
  }
  if (told.text_count < Told::kTextsMax) told.texts[told.text_count++] = value;
  if (told.sentence.outcome == Outcome::none || told.sentence.outcome == Outcome::unknown) {
    const LogonText sentence = read_logon_text(value);
    if (sentence.outcome != Outcome::none) told.sentence = sentence;
  }
}

void take(Told& told, Member member, std::string_view value) {
  switch (member) {
    case Member::sentence:
      return take_sentence(told, value);
    case Member::name: {
      if (value.find(' ') != std::string_view::npos) return take_sentence(told, value);
      const Outcome outcome = read_logon_name(value);
      if (outcome != Outcome::none && (told.name == Outcome::none || told.name == Outcome::unknown))
        told.name = outcome;
      return;
    }
    case Member::ending:
      if (value == "401") told.unauthorized = true;
      if (told.ending == Outcome::none) told.ending = outcome_of_ending(value);
      return;
    case Member::success:
      if (value == "true" || value == "1") told.ending = Outcome::success;
      if (value == "false" || value == "0") told.ending = Outcome::failure;
      return;
    case Member::failure:
      if (value == "true") told.ending = Outcome::failure;
      return;
    case Member::status:
      if (value == "401") told.unauthorized = true;
      return;
    case Member::user:
      if (told.user.empty() && !is_nobody(value)) told.user = value;
      return;
    case Member::mail:
      if (told.mail.empty() && !is_nobody(value)) told.mail = value;
      return;
    case Member::peer:
      if (told.peer.end == 0) {
        // Of "client, proxy, proxy" the first one is who knocks.
        const std::string_view first = trim(value.substr(0, value.find(',')));
        const LogonPeer peer = read_logon_peer(first);
        if (peer.end == first.size()) told.peer = peer;
      }
      return;
    case Member::forwarded: {
      const std::string_view first = trim(value.substr(0, value.find(',')));
      if (told.forwarded.empty() && !plain_address(first).empty()) told.forwarded = first;
      return;
    }
    case Member::path:
      told.login_page = told.login_page || is_login_page(value);
      return;
  }
}

Outcome outcome_of(const Told& told) {
  for (const Outcome one : {told.sentence.outcome, told.name}) {
    if (one == Outcome::success || one == Outcome::failure) return one;
  }
  if (told.name == Outcome::unknown) return told.ending == Outcome::none ? Outcome::unknown : told.ending;
  if (told.unauthorized && told.login_page) return Outcome::failure;
  return told.sentence.outcome;
}

}  // namespace

void add_logon_of_members(PayloadWriter& out) {
  if (!mentions_logon(out.text())) return;
  Told told;
  for (const Field& field : out.event().fields()) {
    if (field.name == "event.category" && field.value == "authentication") return;  // it says so itself
    if (field.type == ValueType::null || field.value.empty()) continue;
    if (field.name == "message" && field.value.size() == out.text().size()) continue;  // the whole text
    if (const Row* row = row_of(field.name)) take(told, row->member, field.value);
  }
  if (told.sentence.outcome == Outcome::none && told.login_page) {
    for (std::size_t i = 0; i < told.text_count && told.sentence.outcome == Outcome::none; ++i) {
      told.sentence = read_logon_text(told.texts[i], LogonBeside::login_page);
    }
  }
  LogonText logon = told.sentence;
  logon.outcome = outcome_of(told);
  if (logon.outcome == Outcome::none) return;
  // A sentence names whom it is about; members may also name who is logged on otherwise.
  if (logon.user.empty()) logon.user = told.user.empty() ? told.mail : told.user;
  for (std::size_t i = 0; i < told.text_count && logon.user.empty(); ++i)
    logon.user = read_logon_user(told.texts[i]);
  if (told.peer.end > 0) {
    logon.address = told.peer.address;
    logon.port = told.peer.port;
  }
  if (logon.forwarded_for.empty()) logon.forwarded_for = told.forwarded;
  add_logon(out, logon);
}

bool tells_of_logon(std::string_view text) {
  return mentions_logon(text) && read_logon_text(text).outcome != Outcome::none;
}

}  // namespace vigil
