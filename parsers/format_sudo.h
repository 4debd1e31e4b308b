#pragma once

#include "parsers/payload_writer.h"

namespace vigil {

/// sudo, su and doas: who became whom, and what was run.
///
///   alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/cat /etc/shadow
///   alice : 3 incorrect password attempts ; TTY=… ; user NOT in sudoers ; command not allowed
///   (to root) alice on pts/0            FAILED SU (to root) alice on pts/0
///
/// user.name is who asked, user.effective.name whom they became.
void parse_sudo(PayloadWriter& out);

}  // namespace vigil
