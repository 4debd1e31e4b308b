#pragma once

#include <string_view>

#include "parsers/payload_writer.h"

namespace vigil {

/// Tells a logon from the members of a document or the pairs of a line that have been put into the event: what it calls itself
/// (`"event":"user.login"`, `action=login_failed`, a sentence in `msg`), how it ended (`"success":false`, `status=failed`, an
/// answer 401 to a request for a login page), who (`username`, `account`, …) and from where (`remote_addr`, `ip`, …). Puts
/// authentication's fields where the event lacks them. For the formats that read what nobody has taught us.
void add_logon_of_members(PayloadWriter& out);

/// Whether the text of such a document or line tells of a logon, without reading it whole: for its kind at arrival.
bool tells_of_logon(std::string_view text);

}  // namespace vigil
