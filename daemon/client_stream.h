#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/model.h"
#include "parsers/result.h"

namespace vigil {

struct ClientStreamLimits {
  std::chrono::milliseconds connect{10'000};  ///< each address that the name has; then again for TLS
  std::chrono::milliseconds write{30'000};    ///< for the other side to take anything at all
};

/// A connection that we open: TCP, or TLS 1.2 and later over it. The certificate must be good for the name we connect to, or
/// for `tls.name`, and come from `tls.ca` or, without one, from the authorities this system trusts: there is no way round
/// that. Blocking, for a thread of its own; every wait ends soon after `stopping`.
class ClientStream {
 public:
  /// `address` as "host:port" or "[::1]:port". A sentence on failure.
  static Result<std::unique_ptr<ClientStream>, std::string> connect(
      const std::string& address, const std::optional<UpstreamConfig::Tls>& tls,
      const std::atomic<bool>& stopping, ClientStreamLimits limits = {});
  ~ClientStream();
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;

  /// All of it.
  Result<void, std::string> write(std::string_view bytes);
  /// What has come, waiting for at most `wait`: 0 if nothing did. The end of the stream is an error.
  Result<std::size_t, std::string> read(std::span<char> into, std::chrono::milliseconds wait);
  /// Waits until the other side's kernel has taken everything written. The most that can be known of a protocol without
  /// acknowledgements.
  Result<void, std::string> drain(std::chrono::milliseconds wait);

 private:
  struct Impl;
  explicit ClientStream(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigil
