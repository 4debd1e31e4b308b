#pragma once

#include "parsers/payload_writer.h"

namespace vigil {

/// Lines of PAM modules, whatever program carries them: `pam_unix(sshd:auth): authentication failure;
/// logname= uid=0 euid=0 tty=ssh ruser= rhost=10.0.0.5  user=root`, sessions opened and closed, accounts
/// locked, passwords changed; older spellings `(pam_unix) …`, `pam_unix: …` and `sshd(pam_unix)[pid]: …` too.
/// user.name is the account asked for; who asked (ruser) stays under vendor.ruser.
void parse_pam(PayloadWriter& out);

}  // namespace vigil
