#include "parsers/nt_status.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <span>

namespace vigil {
namespace {

struct Words {
  std::uint32_t code;
  std::string_view words;
};
constexpr Words kNtStatus[] = {
    {0xC0000022, "access denied"},
    {0xC000005E, "no logon servers available"},
    {0xC0000062, "account name is not properly formed"},
    {0xC0000064, "user name does not exist"},
    {0xC000006A, "wrong password"},
    {0xC000006C, "password does not meet the policy"},
    {0xC000006D, "bad user name or password"},
    {0xC000006E, "account restriction"},
    {0xC000006F, "outside authorized hours"},
    {0xC0000070, "unauthorized workstation"},
    {0xC0000071, "password expired"},
    {0xC0000072, "account disabled"},
    {0xC000009A, "insufficient resources"},
    {0xC00000DC, "server in the wrong state"},
    {0xC0000133, "clocks out of sync"},
    {0xC000015B, "logon type not granted"},
    {0xC000018C, "trust relationship failed"},
    {0xC000018D, "trust relationship between workstation and domain failed"},
    {0xC0000190, "trust account failure"},
    {0xC0000192, "netlogon service not started"},
    {0xC0000193, "account expired"},
    {0xC0000199, "computer account used to log on"},
    {0xC0000224, "password must be changed at next logon"},
    {0xC0000225, "not found, possibly a bug in Windows"},
    {0xC0000234, "account locked out"},
    {0xC00002EE, "failure to authenticate, cause unknown"},
    {0xC0000371, "no secrets for this account on the read-only domain controller"},
    {0xC0000380, "wrong smart card PIN"},
    {0xC0000388, "possible downgrade attack"},
    {0xC0000413, "authentication firewall does not allow it"},
    {0xC000A100, "clients of NTLM are blocked"},
};
constexpr Words kKerberos[] = {
    {0x1, "client entry expired"},
    {0x2, "server entry expired"},
    {0x3, "protocol version not supported"},
    {0x6, "user name does not exist"},
    {0x7, "server not found"},
    {0x8, "name is not unique"},
    {0x9, "no key"},
    {0xA, "ticket cannot be postdated"},
    {0xB, "requested times invalid"},
    {0xC, "workstation or time restriction"},
    {0xD, "option cannot be granted"},
    {0xE, "encryption type not supported"},
    {0xF, "checksum type not supported"},
    {0x10, "pre-authentication type not supported"},
    {0x12, "account disabled, expired or locked out"},
    {0x17, "password expired"},
    {0x18, "wrong password"},
    {0x19, "further pre-authentication required"},
    {0x1B, "user-to-user authentication required"},
    {0x1D, "no domain controller available"},
    {0x1F, "integrity check failed"},
    {0x20, "ticket expired"},
    {0x21, "ticket not yet valid"},
    {0x22, "request is a replay"},
    {0x25, "clocks out of sync"},
    {0x29, "message modified"},
    {0x34, "response too big for UDP"},
    {0x3C, "generic error"},
    {0x44, "wrong realm"},
};

std::optional<std::uint32_t> hex_code(std::string_view text) {
  if (!text.starts_with("0x") && !text.starts_with("0X")) return std::nullopt;
  text.remove_prefix(2);
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return code;
}

std::string_view words_of(std::span<const Words> table, std::string_view text) {
  const auto code = hex_code(text);
  if (!code) return {};
  for (const Words& row : table) {
    if (row.code == *code) return row.words;
  }
  return {};
}

}  // namespace

std::string_view nt_status_words(std::string_view code) { return words_of(kNtStatus, code); }

std::string_view kerberos_status_words(std::string_view code) { return words_of(kKerberos, code); }

}  // namespace vigil
