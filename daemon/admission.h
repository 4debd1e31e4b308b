#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/model.h"
#include "daemon/http_request.h"

namespace vigil {

/// Whether a request may bring records, and whose they become.
struct Admission {
  enum class Verdict : std::uint8_t {
    admitted,
    missing,    ///< a token is needed and none came
    malformed,  ///< an Authorization that cannot be read
    unknown,    ///< no such token
    disabled,
    expired,
    in_query,    ///< `?token=`, which is not enabled: tokens in addresses end up in logs
    not_local,   ///< no tokens are configured, and the request comes from another machine
    wrong_host,  ///< without a token, and Host names another machine (DNS rebinding)
    cross_site   ///< without a token, from another site's page
  };
  Verdict verdict = Verdict::missing;
  std::string token;         ///< its id; empty without one
  std::string organisation;  ///< the token's; empty: the listener's
  std::string envelope;      ///< Envelope::text() of the client's certificate; handlers add to it
  /// This peer has shown so many wrong tokens lately that it had better wait.
  bool back_off = false;

  bool admitted() const { return verdict == Verdict::admitted; }
};

struct AdmissionOptions {
  bool query_tokens = false;
  /// A peer that shows more wrong tokens than this in a minute is told to wait. Right ones are taken all the same, so that
  /// nobody behind the same address is shut out by it.
  unsigned failures_max = 20;
  /// Peers whose failures are remembered.
  std::size_t peers_max = 4096;
};

/// The device tokens of the configuration.
///
/// With tokens configured, every request over TCP needs one, or a client certificate that the listener's TLS rules let in.
/// Without, this machine's programs are taken, whatever they send as Authorization. The Unix socket needs none.
///
/// Read from Authorization: `Bearer T`, `Splunk T`, `Basic base64(any:T)`, `ApiKey base64(any:T)`. A token is compared by its
/// SHA-256 with all that there are, in constant time: how long the answer takes says nothing about them. On one thread.
class TokenDesk {
 public:
  explicit TokenDesk(const std::vector<TokenConfig>& tokens, AdmissionOptions options = {});

  /// Counts nothing: may be asked several times of one request.
  Admission look(const HttpRequest& request, std::int64_t now_ns) const;
  /// Decides, counts a wrong token against its peer, and logs that (once a minute and peer).
  Admission admit(const HttpRequest& request, std::int64_t now_ns);

 private:
  using Digest = std::array<std::uint8_t, 32>;
  struct Token {
    TokenConfig config;
    Digest digest{};
  };
  struct Failures {
    std::int64_t minute = 0;
    unsigned count = 0;
  };
  const Token* find(std::string_view text) const;

  std::vector<Token> tokens_;
  AdmissionOptions options_;
  std::unordered_map<std::string, Failures> failures_;
};

/// The text of a base64 (either alphabet, padding optional); empty where it is none.
std::string from_base64(std::string_view text);

}  // namespace vigil
