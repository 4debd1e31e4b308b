// Syslog over TCP or TLS: RFC 5424 by octet counting, or CEF by lines. There are no acknowledgements: the most that can be
// known is that the other side's kernel has taken a message, and that is when it counts as sent.

#include <array>

#include "daemon/client_stream.h"
#include "daemon/upstream_sink.h"
#include "daemon/upstream_text.h"
#include "parsers/relay_syslog.h"

namespace vigil {

namespace {

constexpr std::chrono::seconds kDrainWait{30};
/// Written at once.
constexpr std::size_t kChunkBytes = 256 * 1024;

class SyslogSink : public UpstreamSink {
 public:
  SyslogSink(const UpstreamConfig& config, UpstreamSelf self, const std::atomic<bool>& stop)
      : UpstreamSink(stop), config_(config), text_(std::move(self.instance)) {}

  Result<Opened, std::string> open(const std::string&, std::uint64_t) override {
    auto connected = ClientStream::connect(config_.address, config_.tls, stopping_flag());
    if (!connected) return connected.error();
    stream_ = std::move(*connected);
    return Opened{};
  }

  Sent send(const ForwardBatch& batch) override {
    if (!stream_) return {0, "not connected"};
    // A connection that the other side has closed takes one more write and loses it: look first.
    std::array<char, 4096> ignored{};
    if (auto alive = stream_->read(ignored, std::chrono::milliseconds(0)); !alive)
      return failed(alive.error());
    chunk_.clear();
    for (const StoredRecord& record : batch.records) {
      if (config_.kind == UpstreamConfig::Kind::cef) {
        chunk_.append(text_.cef(record)).push_back('\n');
      } else {
        append_counted(text_.rfc5424(record), chunk_);
      }
      if (chunk_.size() < kChunkBytes) continue;
      if (auto written = stream_->write(chunk_); !written) return failed(written.error());
      chunk_.clear();
    }
    if (auto written = stream_->write(chunk_); !written) return failed(written.error());
    if (auto drained = stream_->drain(kDrainWait); !drained) return failed(drained.error());
    return {batch.records.size(), {}};
  }

  void close() override { stream_.reset(); }

 private:
  Sent failed(std::string why) {
    stream_.reset();
    return {0, std::move(why)};
  }

  const UpstreamConfig config_;
  UpstreamText text_;
  std::unique_ptr<ClientStream> stream_;
  std::string chunk_;
};

}  // namespace

std::unique_ptr<UpstreamSink> make_syslog_sink(const UpstreamConfig& config, const UpstreamSelf& self,
                                               const std::atomic<bool>& stopping) {
  return std::make_unique<SyslogSink>(config, self, stopping);
}

}  // namespace vigil
