#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parsers/payload_writer.h"

namespace vigil {

/// What a sentence says of a logon, in whatever words: "Failed login for 'bob' from 203.0.113.9:50022",
/// "Authentication attempt from [203.0.113.9] for user bob denied", "User "bob" logged in with password, ip 203.0.113.9",
/// "使用者 bob 登入失敗，來源 203.0.113.9". Views of the sentence.
struct LogonText {
  Outcome outcome = Outcome::none;  ///< none: it is about no logon, and nothing else is set
  std::string_view user;
  std::string_view address, port;
  std::string_view forwarded_for;  ///< whom a proxy says it asks for
};

/// What stands beside a sentence in the same message.
enum class LogonBeside : std::uint8_t {
  nothing,
  login_page  ///< a request for a login page, so that "user not found" is a failure
};

/// Whether a text has a word that sentences about logons have. Cheap: every text that no format claims is asked; looks at
/// the first kLogonBytesMax bytes.
bool mentions_logon(std::string_view text);

/// Reads the sentence. An outcome is only told where a word of failure or success belongs to a word of authentication:
///
///   outcome [≤ 3 words] subject        Failed SSH login, Invalid username or password, Accepted publickey …
///   subject [fillers] outcome          Login failed, authentication attempt was rejected
///   subject [fillers] for|from|with|user … outcome      Login with username bob from 203.0.113.9 failed
///   failed to authenticate, unable to log in, logged in, session opened for user, unknown user
///
/// in one sentence. Policies, hints, counters ("0 failed logins", "max failed logins=5"), the last login, changed passwords and
/// connections that ended are none. Words that mean little alone (unknown user, access denied, invalid token) count with an
/// address beside them.
///
/// One pass over the first kLogonBytesMax bytes; allocates nothing.
LogonText read_logon_text(std::string_view text, LogonBeside beside = LogonBeside::nothing);

/// Whom such a text names, whether or not it tells an outcome.
std::string_view read_logon_user(std::string_view text);

/// The same of a name: "LOGIN_FAILED", "user.login.success", "CustomerLoginSuccess", "login". For a bare "login" the outcome is
/// unknown: another member of the document says how it ended.
Outcome read_logon_name(std::string_view name);

/// Authentication's category and outcome, user.name, source.* and client.ip, where the event lacks those.
void add_logon(PayloadWriter& out, const LogonText& logon);

/// Sentences are short; what stands behind this is somebody's stack trace.
inline constexpr std::size_t kLogonBytesMax = 2048;

}  // namespace vigil
