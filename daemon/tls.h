#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.h"
#include "daemon/byte_stream.h"
#include "daemon/counters.h"
#include "parsers/result.h"

struct ssl_ctx_st;

namespace vigil {

/// Whether clients read what we send. After a TLS 1.3 handshake a ticket waits for them; one that only ever writes (syslog,
/// GELF) leaves it in its kernel, which then answers its close() with a reset and throws away what it had not sent yet. So it
/// is given none; TLS 1.2 gives its ticket within the handshake, to everybody.
enum class TlsClients : std::uint8_t { read, only_write };

struct TlsLimits {
  /// A client's certificate chain as it comes on the wire; a dozen ordinary certificates (BI-26).
  std::size_t chain_bytes_max = 64 * 1024;
  /// Certificates a client may send: its own, and what leads to a CA.
  int chain_max = 8;
  /// A 16k RSA signature takes tens of milliseconds to check.
  int rsa_bits_max = 8192;
  /// Names in one certificate.
  int names_max = 100;
};

/// Why a handshake or a session failed: what it is counted as, and in words for the audit line. All text is escaped.
struct TlsFailure {
  Closed reason = Closed::tls_broken;
  std::string what;                  ///< "its certificate has expired"
  std::string subject, fingerprint;  ///< of the certificate the client has shown, if any

  std::string text() const;  ///< all of it in one line
};

/// The server's side of TLS for one listener: certificate, key, and who may come in. What is on disk can change while it
/// runs: new sessions use the new files, and files that are no good leave the old ones in force. Thread-safe.
///
/// TLS 1.2 and 1.3 with forward secrecy and AEAD ciphers only. No renegotiation, no compression. Session tickets are made
/// with keys that live in memory and go with a reload, so nobody who was revoked comes back with a ticket.
class TlsServer {
 public:
  /// Loads everything. A mistake names the file, the field and the remedy, in English and Chinese.
  static Result<std::unique_ptr<TlsServer>, std::string> open(const TlsConfig& config,
                                                              TlsClients clients = TlsClients::read,
                                                              TlsLimits limits = {});
  ~TlsServer();

  /// A session in the server's role, of the files now in force. The session keeps its context alive.
  TlsSession new_session() const;
  /// The context now in force, for libraries that make their sessions themselves; it stays valid while it is held.
  std::shared_ptr<ssl_ctx_st> native() const;

  enum class Reloaded : std::uint8_t { unchanged, renewed, failed };
  /// Loads the files again if one of them has changed since (or `always`). On failure `trouble` says what is wrong; the old
  /// ones stay in force, and the same files are not tried again.
  Reloaded reload(bool always, std::string& trouble);

  /// What should be said at start and after a reload although everything works: a key others can read, a certificate or
  /// CRL about to expire. One sentence each.
  std::vector<std::string> warnings() const;
  const TlsConfig& config() const { return config_; }

 private:
  TlsServer(TlsConfig config, TlsClients clients, TlsLimits limits)
      : config_(std::move(config)), clients_(clients), limits_(limits) {}
  std::string stamps() const;

  TlsConfig config_;
  TlsClients clients_;
  TlsLimits limits_;
  mutable std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> context_;
  std::vector<std::string> warnings_;
  std::string loaded_stamps_;  ///< of the files as they were last tried
};

/// The client's certificate in an established session; empty without one.
PeerCertificate peer_certificate(ssl_st* session);

/// Explains the latest call on `session` that failed for good, from OpenSSL's error queue (which it empties) and from what
/// the verification has noted. Call it right after the failure, on the same thread.
TlsFailure explain_failure(ssl_st* session);

/// Whether the client has asked to renegotiate (TLS 1.2). It was refused; close it.
bool renegotiation_asked(const ssl_st* session);

}  // namespace vigil
