#pragma once

#include <string_view>

#include "parsers/kinds.h"
#include "parsers/syslog_header.h"

namespace vigil {

/// The law's kinds of a text whose product has no parser here, told from how it looks: words and shapes that hardly anyone
/// else writes.
struct KindSigns {
  Kinds sure;    ///< a word or shape of one family of products: goes before the program's name
  Kinds likely;  ///< a maker's or product's name stands in it: only where nobody knows the program
};

/// Every text that no format knows is asked, at arrival: one walk over the words of its first 256 bytes (768 of JSON).
KindSigns kind_signs(const SyslogHeader& header);

/// What a sender named "infoblox-2" or "fgt-dc1" is, beside what its program says: appliances run kernels, crons and sshds
/// too. None for ordinary names.
Kinds kinds_of_host(const SyslogHeader& header);

}  // namespace vigil
