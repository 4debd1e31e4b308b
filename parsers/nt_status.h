#pragma once

#include <string_view>

namespace vigil {

/// What an NTSTATUS of a failed logon says, in words: "0xC000006A" or "0xc000006a" is a wrong password. Empty for success and
/// for codes that logons do not give. From [MS-ERREF] 2.3 and the documentation of events 4625 and 4776.
std::string_view nt_status_words(std::string_view code);

/// The same for the error codes of Kerberos (RFC 4120 7.5.9) in events 4768, 4769, 4771: "0x18" is a wrong password.
std::string_view kerberos_status_words(std::string_view code);

}  // namespace vigil
