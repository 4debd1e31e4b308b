#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/result.h"

namespace vigil {

/// What a certificate says of its owner, as far as it is compared with permitted_peers.
struct CertificateIdentity {
  std::string sha1, sha256;            ///< of the whole certificate, hex, upper case
  std::vector<std::string> dns_names;  ///< SAN dNSName, byte for byte (a NUL in it is still there)
  std::vector<std::string> addresses;  ///< SAN iPAddress: 4 or 16 bytes
  bool has_names = false;  ///< there is a SAN with a dNSName or an iPAddress: then the CN does not count
  std::string common_name;
};

/// The fingerprints a listener lets in. An entry is
///
///   SHA1:E1:2D:53:…      SHA256:71:88:…        as rsyslog writes them, colons and case as you like
///   sha-1:E1:2D:53:…     sha-256:71:88:…       as RFC 5425 4.2.2 writes them
class PermittedFingerprints {
 public:
  /// Fails with the first entry that is none, and how it should look.
  static Result<PermittedFingerprints, std::string> read(const std::vector<std::string>& entries);
  bool permit(const CertificateIdentity& identity) const;

 private:
  std::vector<std::string> sha1_, sha256_;
};

/// The names a listener lets in: host names, "*" in place of the whole leftmost label if at least two labels follow, and
/// addresses. A certificate is compared by its SAN; by its CN only if it has none.
///
///   permitted            certificate says         in?
///   a.school.edu.tw      a.school.edu.tw          yes, in any case, with or without the final dot
///   *.school.edu.tw      a.school.edu.tw          yes; not b.a.school.edu.tw, not school.edu.tw
///   a.school.edu.tw      *.school.edu.tw          yes (RFC 5425 5.2: wildcards in certificates are honoured) …
///   a.school.edu.tw      a.*.edu.tw, a*.…, *, *.tw    … but none of these; nor any of them as an entry
///   192.0.2.7            iPAddress 192.0.2.7      yes; a dNSName of that text is no address
class PermittedNames {
 public:
  static Result<PermittedNames, std::string> read(const std::vector<std::string>& entries);
  bool permit(const CertificateIdentity& identity) const;

 private:
  std::vector<std::string> names_, addresses_;  ///< lower case, no final dot; 4 or 16 bytes
};

/// Whether a name permitted and a certificate's name mean the same host; both may have a wildcard.
bool same_host(std::string_view permitted, std::string_view certificate);

}  // namespace vigil
