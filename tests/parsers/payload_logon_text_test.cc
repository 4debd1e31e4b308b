// Sentences about logons, of programs nobody has taught us: in any wording, in members of JSON, in pairs, in Chinese; and texts
// that only speak of logons.

#include "parsers/logon_text.h"
#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

struct Sentence {
  std::string_view why, text, expected;
};

std::string said(const LogonText& logon) {
  std::string out;
  switch (logon.outcome) {
    case Outcome::none:
      return "none";
    case Outcome::success:
      out = "success";
      break;
    case Outcome::failure:
      out = "failure";
      break;
    case Outcome::unknown:
      out = "unknown";
      break;
  }
  if (!logon.user.empty()) out.append(" user=").append(logon.user);
  if (!logon.address.empty()) out.append(" from=").append(logon.address);
  if (!logon.port.empty()) out.append(" port=").append(logon.port);
  if (!logon.forwarded_for.empty()) out.append(" for=").append(logon.forwarded_for);
  return out;
}

constexpr Sentence kFailures[] = {
    {"user and address", "Failed login for bob from 203.0.113.9", "failure user=bob from=203.0.113.9"},
    {"address before user", "Login from 203.0.113.9 for user bob failed",
     "failure user=bob from=203.0.113.9"},
    {"a word between", "Failed SSH login for user 'bob' from 203.0.113.9 port 50022",
     "failure user=bob from=203.0.113.9 port=50022"},
    {"password", "Incorrect password for admin from 198.51.100.7", "failure user=admin from=198.51.100.7"},
    {"username or password", "Invalid username or password (client 203.0.113.9)", "failure from=203.0.113.9"},
    {"credentials", "Bad credentials for user \"bob smith\"", "failure user=bob smith"},
    {"denied", "Authentication request for bob has been denied (IP: 203.0.113.9).",
     "failure user=bob from=203.0.113.9"},
    {"made to wait", "Login attempt from 203.0.113.9 has been rate-limited.", "failure from=203.0.113.9"},
    {"slowed down", "authentication throttled for user bob from 203.0.113.9", "failure user=bob from=203.0.113.9"},
    {"rejected", "logon attempt rejected: user=bob rhost=203.0.113.9", "failure user=bob from=203.0.113.9"},
    {"unsuccessful", "Unsuccessful TOTP authentication attempt by user 'bob'", "failure user=bob"},
    {"to authenticate", "User 'bob' failed to authenticate", "failure user=bob"},
    {"to log in", "Unable to log in: account bob, remote_ip=203.0.113.9",
     "failure user=bob from=203.0.113.9"},
    {"in capitals", "LOGIN FAILED for user: \"bob\" from IP: 203.0.113.9",
     "failure user=bob from=203.0.113.9"},
    {"in one word", "AUTHFAIL: user=bob ip=203.0.113.9", "failure user=bob from=203.0.113.9"},
    {"an underscore", "EVENT LOGIN_FAILED username=bob addr=203.0.113.9",
     "failure user=bob from=203.0.113.9"},
    {"not allowed", "root login not allowed from 203.0.113.9", "failure from=203.0.113.9"},
    {"password is incorrect",
     "Username or password is incorrect. Try again. IP: 203.0.113.9. Username: bob@example.org.",
     "failure user=bob@example.org from=203.0.113.9"},
    {"an unknown user with an address", "unknown user bob tried from 203.0.113.9",
     "failure user=bob from=203.0.113.9"},
    {"a token with an address", "Invalid admin token. IP: 2001:db8::7", "failure from=2001:db8::7"},
    {"IPv6 with a port",
     "Failed authentication attempt for bob from [2001:db8::7]:50022: user does not exist",
     "failure user=bob from=2001:db8::7 port=50022"},
    {"IPv4 with a port", "Failed authentication attempt for bob from 203.0.113.9:50022: wrong password",
     "failure user=bob from=203.0.113.9 port=50022"},
    {"a domain's user", "Logon failure: user SCHOOL\\bob, workstation 10.1.0.7",
     "failure user=SCHOOL\\bob from=10.1.0.7"},
    {"user and address in one", "Failed login attempt for root@203.0.113.9",
     "failure user=root from=203.0.113.9"},
    {"a name that is quoted and has a quote", "Login failed for user 'O'Leary'. [CLIENT: 203.0.113.9]",
     "failure user=O'Leary from=203.0.113.9"},
    {"the peer's name", "authentication failure for bob from pc7.example.org",
     "failure user=bob from=pc7.example.org"},
    {"a proxy", "Unsuccessful login attempt from 10.1.0.1 (X-Forwarded-For: 203.0.113.9, 10.1.0.2)",
     "failure from=10.1.0.1 for=203.0.113.9"},
    {"a name that holds an address: the last one is the server's",
     "Failed login for x from 198.51.100.1 from 203.0.113.9 in session 7", "failure user=x from=203.0.113.9"},
    {"where to is no source", "Login denied to 10.1.0.5 for user bob", "failure user=bob"},
    {"twice",
     "AUTH failure (PLAIN): authentication failure: password verification failed, user=bob, "
     "relay=[203.0.113.9]",
     "failure user=bob from=203.0.113.9"},
    {"spaces around the sign", "AAA user authentication Rejected : user = bob : user IP = 203.0.113.9",
     "failure user=bob from=203.0.113.9"},
    {"another tongue", "Fehlerhafter Login Versuch von 203.0.113.9", "failure from=203.0.113.9"},
    {"could not", "could not authenticate user bob: bad answer (203.0.113.9)",
     "failure user=bob from=203.0.113.9"},
    {"a code", "2FA code rejected for bob@example.org from 203.0.113.9",
     "failure user=bob@example.org from=203.0.113.9"},
    {"do not match", "Username and password do not match or you do not have an account yet. 203.0.113.9",
     "failure from=203.0.113.9"},
    {"cut in the name", "Login failed for user \"bo", "failure"},
    {"cut in the address", "Login failed for user bob from 203.0.", "failure user=bob"},
};

constexpr Sentence kSuccesses[] = {
    {"logged in", "User \"bob\" logged in with \"password\" from ip \"203.0.113.9\"",
     "success user=bob from=203.0.113.9"},
    {"the name first", "admin logged in from 10.1.0.7", "success user=admin from=10.1.0.7"},
    {"successful", "Successful login for user 'bob' from: 203.0.113.9", "success user=bob from=203.0.113.9"},
    {"accepted", "Accepted password for user bob from 203.0.113.9", "success user=bob from=203.0.113.9"},
    {"authenticated", "user 'bob' authenticated", "success user=bob"},
    {"succeeded", "User authentication succeeded: IP address: 10.1.0.7, Uname: bob",
     "success user=bob from=10.1.0.7"},
    {"a session", "session opened for user bob by root", "success user=bob"},
    {"success before attempts", "successful login to 'bob' after 1 attempts", "success"},
};

constexpr Sentence kOthers[] = {
    {"tries, and no end told", "User is trying to login using \"bob\" (203.0.113.9)",
     "unknown user=bob from=203.0.113.9"},
    {"a limit that is only set", "login sessions limited to 5 for each user", "none"},
    {"a count of logins", "login: 3 logins since midnight", "none"},
    {"none failed", "0 failed logins in the last hour", "none"},
    {"a report of earlier ones", "3 failed login attempts since the last successful login", "none"},
    {"a connection that ended", "imap-login: Disconnected (no auth attempts in 2 secs): rip=203.0.113.9",
     "none"},
    {"reset before authentication", "Connection reset by 203.0.113.9 port 50022 [preauth]", "none"},
    {"policy", "Password policy: account is locked after 5 failed login attempts", "none"},
    {"a setting", "Setting failed login limit to 5", "none"},
    {"a condition", "Block the address if a login failed 5 times", "none"},
    {"another thing failed", "login.service: Failed to start Login Service", "none"},
    {"to start", "Failed to start User Login Management", "none"},
    {"a changed password", "password changed successfully for bob", "none"},
    {"a password that could not be changed", "password change failed for bob", "none"},
    {"a page", "GET /login failed upstream 203.0.113.9", "none"},
    {"a file", "cannot open auth.conf: access denied", "none"},
    {"a peer's words", "Wrong data received: Login failed for user 'bob' [CLIENT: 203.0.113.9]", "none"},
    {"an unknown user without an address", "chown: invalid user: 'bob'", "none"},
    {"no header", "access denied -- client 203.0.113.9: invalid Authorization header", "none"},
    {"a radio's authentication", "STA 02:00:5e:10:00:01 IEEE 802.11: authenticated", "none"},
    {"a service that started", "PAM authentication service restarted successfully", "none"},
    {"a nameless user", "unknown user '' from 203.0.113.9", "none"},
    {"not logged in", "bob is not logged in", "none"},
    {"a cut word", "Login fai", "none"},
    {"nothing", "", "none"},
};

constexpr Sentence kChinese[] = {
    {"failed", "使用者 bob 登入失敗，來源 IP：203.0.113.9", "failure user=bob from=203.0.113.9"},
    {"no blanks", "使用者bob登入失敗，來源203.0.113.9", "failure user=bob from=203.0.113.9"},
    {"a wrong password", "帳號「admin」密碼錯誤（203.0.113.9）", "failure user=admin from=203.0.113.9"},
    {"verification", "身分驗證失敗：帳號=bob 用戶端 203.0.113.9", "failure user=bob from=203.0.113.9"},
    {"well", "使用者名稱: bob 登入成功 (203.0.113.9)", "success user=bob from=203.0.113.9"},
    {"logged in", "bob 已登入", "success user=bob"},
    {"words between", "[203.0.113.9] bob 登入系統失敗", "failure user=bob from=203.0.113.9"},
    {"simplified", "用户 bob 登录失败 203.0.113.9", "failure user=bob from=203.0.113.9"},
    {"policy", "設定：登入失敗 5 次後鎖定帳號", "none"},
    {"cut in a character", "使用者 bob 登入失\xe6", "none"},
};

TEST(LogonText, ReadsFailuresInWhateverWords) {
  for (const auto& [why, text, expected] : kFailures)
    EXPECT_EQ(said(read_logon_text(text)), expected) << why << "\n  " << text;
}
TEST(LogonText, ReadsSuccesses) {
  for (const auto& [why, text, expected] : kSuccesses)
    EXPECT_EQ(said(read_logon_text(text)), expected) << why << "\n  " << text;
}
TEST(LogonText, LeavesAloneWhatOnlySpeaksOfLogons) {
  for (const auto& [why, text, expected] : kOthers)
    EXPECT_EQ(said(read_logon_text(text)), expected) << why << "\n  " << text;
}
TEST(LogonText, ReadsChinese) {
  for (const auto& [why, text, expected] : kChinese)
    EXPECT_EQ(said(read_logon_text(text)), expected) << why << "\n  " << text;
}
// What mentions_logon() does not see, no format would ask about.
TEST(LogonText, IsMentionedWhereItIsRead) {
  for (const auto& [why, text, expected] : kFailures) EXPECT_TRUE(mentions_logon(text)) << why;
  for (const auto& [why, text, expected] : kSuccesses) EXPECT_TRUE(mentions_logon(text)) << why;
  for (const auto& [why, text, expected] : kChinese)
    EXPECT_TRUE(mentions_logon(text) || expected == "none") << why;
  EXPECT_FALSE(mentions_logon("link eth0 is up"));
}
// Any beginning of a sentence is read without harm, and no view leaves it.
TEST(LogonText, MayBeCutAnywhere) {
  for (const auto* table : {&kFailures[0], &kSuccesses[0], &kOthers[0], &kChinese[0]}) {
    const std::string text(table->text);
    for (std::size_t size = 0; size <= text.size(); ++size) {
      const std::string cut = text.substr(0, size);
      const LogonText logon = read_logon_text(cut);
      for (const std::string_view view : {logon.user, logon.address, logon.port}) {
        EXPECT_TRUE(view.empty() ||
                    (view.data() >= cut.data() && view.data() + view.size() <= cut.data() + cut.size()));
      }
    }
  }
}

constexpr PayloadCase kFrames[] = {
    {"a chain of proxies in JSON",
     R"(<14>Nov 20 14:59:00 srv7 portal[77]: {"event":"login_failed","user":"bob","request_ip":"203.0.113.9, 10.0.0.4"})",
     "event.outcome=failure | user.name=bob | source.ip=203.0.113.9"},
    {"over syslog", "<86>Nov 20 14:59:00 srv7 portal[77]: Login failed for user 'bob' from 203.0.113.9",
     "format=logon_text | event.category=authentication | event.outcome=failure | user.name=bob | "
     "source.ip=203.0.113.9 | host.name=srv7 | "
     "process.name=portal | kinds=os logon"},
    {"of an application", "<14>Nov 20 14:59:00 srv7 portal[77]: Successful login for bob from 203.0.113.9",
     "event.outcome=success | kinds=application logon"},
    {"of a file with its own time",
     "[2026-11-20 14:59:00,123]  WARN {portal:7} Login failed for user \"bob\" IP-address: 203.0.113.9",
     "format=logon_text | time=1795157940123000000 | user.name=bob | source.ip=203.0.113.9"},
    {"a file's level is no host",
     "2026-11-20 14:59:00 WARNING (Main) [http.ban] Login attempt with invalid authentication from pc7 "
     "(203.0.113.9)",
     "event.outcome=failure | source.ip=203.0.113.9 | host.name=192.0.2.9"},
    {"a mapped address stays as it is written",
     "<30>Nov 20 14:59:00 h portal[7]: authentication failure; rhost=::ffff:203.0.113.9 user=root@pam msg=no "
     "such user",
     "source.address=::ffff:203.0.113.9 | source.ip=203.0.113.9 | user.name=root@pam | "
     "event.outcome=failure"},
    {"JSON: an event and an outcome",
     R"({"event":"user.login","user":"bob","success":false,"error":"invalid second factor","addr.remote":"203.0.113.9:50022"})",
     "format=json | event.category=authentication | event.outcome=failure | user.name=bob | "
     "source.ip=203.0.113.9 | source.port=50022 | "
     "kinds=application logon"},
    {"JSON: a sentence",
     R"x({"user":"--","remoteAddr":"2001:db8::7","message":"Login failed: bob (Remote IP: 2001:db8::7)"})x",
     "event.outcome=failure | user.name=bob | source.ip=2001:db8::7"},
    {"JSON: a name", R"({"action":"login_failed","client_ip":"203.0.113.9","context":{"username":"bob"}})",
     "event.outcome=failure | user.name=bob | source.ip=203.0.113.9"},
    {"JSON: well", R"({"msg":"Successful Login","User":"bob@example.org","level":"info"})",
     "event.outcome=success | user.name=bob@example.org"},
    {"JSON: refused at the login page",
     R"({"method":"post","statusCode":401,"req":{"url":"/auth/login","remoteAddress":"203.0.113.9"}})",
     "event.outcome=failure | source.ip=203.0.113.9"},
    {"JSON: refused elsewhere",
     R"({"method":"get","statusCode":401,"req":{"url":"/files/7","remoteAddress":"203.0.113.9"}})",
     "!event.outcome"},
    {"JSON: what says so itself stays",
     R"({"event":{"category":"authentication","outcome":"success"},"message":"login failed earlier"})",
     "event.outcome=success"},
    {"JSON: nothing of the kind", R"({"event":"backup","success":false,"user":"bob"})",
     "!event.category | user.name=bob"},
    {"pairs",
     "time=2026-11-20T06:59:00Z level=error msg=\"Unsuccessful 1FA authentication attempt by user 'bob'\" "
     "path=/api/firstfactor remote_ip=203.0.113.9",
     "format=key_value | event.outcome=failure | user.name=bob | source.ip=203.0.113.9 | kinds=application "
     "logon"},
    {"pairs: action and status", "user=bob src=203.0.113.9 action=login status=failed",
     "event.outcome=failure | user.name=bob | source.ip=203.0.113.9"},
    {"pairs: an empty name",
     "logger=context uname= level=error msg=\"Invalid username or password\" remote_addr=203.0.113.9",
     "event.outcome=failure | !user.name | source.ip=203.0.113.9"},
    {"policy is none", "<14>Nov 20 14:59:00 h portal[7]: policy: lock after 5 failed logins", "format=none"},
};
TEST(LogonText, BecomesEventsOfOneShape) { check_all(kFrames); }

}  // namespace
}  // namespace vigil
