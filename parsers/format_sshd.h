#pragma once

#include "parsers/payload_writer.h"

namespace vigil {

/// What OpenSSH's server says. event.action tells the lines of one login apart, so that a rule counts an
/// attempt once:
///
///   ssh_login                 Accepted …, Failed … : one line per attempt and method
///   ssh_invalid_user          Invalid user …                       (comes before its "Failed …" line)
///   ssh_pam_failure           error: PAM: Authentication failure … (comes beside it)
///   ssh_max_attempts          maximum authentication attempts …, Too many authentication failures
///   ssh_login_postponed       one factor of several, or the question before the answer
///   ssh_key_refused           a file of keys that others may write
///   ssh_user_not_allowed      AllowUsers, DenyUsers, locked accounts, ROOT LOGIN REFUSED
///   ssh_connection_closed, ssh_disconnect, ssh_negotiation_failed, ssh_no_identification, ssh_timeout,
///   ssh_refused, ssh_connection, ssh_session_end, ssh_address_mismatch
///
/// A key of an existing user that was not accepted is outcome "unknown": clients try all their keys in turn.
///
/// Names of users are chosen by whoever knocks and may hold " from 10.0.0.1 port 22": the address is
/// therefore read from the right, where sshd wrote it.
void parse_sshd(PayloadWriter& out);

}  // namespace vigil
