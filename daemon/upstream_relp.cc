// RELP: rsyslog's imrelp, or another Vigil. What is acknowledged is on the other side's disk, if it keeps its word.

#include <array>
#include <deque>

#include "daemon/client_stream.h"
#include "daemon/upstream_sink.h"
#include "daemon/upstream_text.h"
#include "parsers/relp_client.h"

namespace vigil {

namespace {

/// A receiver may hold an answer back while its own disk or queue is slow.
constexpr std::chrono::seconds kAnswerWait{60};
constexpr std::chrono::seconds kOpenWait{10};

class RelpSink : public UpstreamSink {
 public:
  RelpSink(const UpstreamConfig& config, UpstreamSelf self, const std::atomic<bool>& stop)
      : UpstreamSink(stop), config_(config), text_(std::move(self.instance)) {}

  Result<Opened, std::string> open(const std::string&, std::uint64_t) override {
    auto connected = ClientStream::connect(config_.address, config_.tls, stopping_flag());
    if (!connected) return connected.error();
    stream_ = std::move(*connected);
    answers_ = {};
    txnr_ = 1;
    std::string offer;
    append_relp_frame(txnr_, "open", relp_offer(VIGIL_VERSION), offer);
    if (auto written = stream_->write(offer); !written) return written.error();
    auto answer = next_answer(kOpenWait);
    if (!answer) return answer.error();
    if (answer->txnr != txnr_ || answer->code != 200) return refused(*answer);
    return Opened{};
  }

  Sent send(const ForwardBatch& batch) override {
    if (!stream_) return {0, "not connected"};
    std::deque<std::uint32_t> waiting;
    Sent sent;
    std::size_t written = 0;
    std::string frames;
    while (sent.acknowledged < batch.records.size()) {
      frames.clear();
      while (written < batch.records.size() && waiting.size() < kRelpWindow) {
        txnr_ = next_relp_txnr(txnr_);
        append_relp_frame(txnr_, "syslog", text_.original(batch.records[written++]), frames);
        waiting.push_back(txnr_);
      }
      if (!frames.empty()) {
        if (auto done = stream_->write(frames); !done) return failed(sent, done.error());
      }
      // At least one answer; then whatever else has come, so that the window opens by more than one.
      auto answer = next_answer(kAnswerWait);
      if (!answer) return failed(sent, answer.error());
      do {
        if (answer->txnr != waiting.front()) return failed(sent, "it acknowledges what it was not sent");
        if (answer->code != 200) return failed(sent, refused(*answer));
        waiting.pop_front();
        ++sent.acknowledged;
        if (waiting.empty()) break;
        answer = known_answer();
        if (!answer) return failed(sent, answer.error());
      } while (answer->txnr != 0);
    }
    return sent;
  }

  void close() override {
    if (!stream_) return;
    std::string goodbye;
    append_relp_frame(next_relp_txnr(txnr_), "close", "", goodbye);
    // Nobody waits for the answer: what counts has been acknowledged.
    static_cast<void>(stream_->write(goodbye));
    stream_.reset();
  }

 private:
  static std::string refused(const RelpAnswer& answer) {
    return "it refuses (" + std::to_string(answer.code) + "): " + printable_line(answer.text);
  }
  Sent failed(Sent sent, std::string why) {
    stream_.reset();
    sent.error = std::move(why);
    return sent;
  }

  /// An answer that is here already; txnr 0 if there is none.
  Result<RelpAnswer, std::string> known_answer() {
    const auto answer = answers_.next();
    if (answers_.broken()) return std::string("it does not speak RELP");
    if (!answer) return RelpAnswer{};
    if (answer->server_closes) return std::string("it closed the session");
    return *answer;
  }
  Result<RelpAnswer, std::string> next_answer(std::chrono::milliseconds wait) {
    const auto until = std::chrono::steady_clock::now() + wait;
    std::array<char, 16 * 1024> bytes{};
    for (;;) {
      auto answer = known_answer();
      if (!answer || answer->txnr != 0) return answer;
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      if (left.count() <= 0 || stopping()) return std::string("no answer");
      auto got = stream_->read(bytes, left);
      if (!got) return got.error();
      answers_.feed({bytes.data(), *got});
    }
  }

  const UpstreamConfig config_;
  UpstreamText text_;
  std::unique_ptr<ClientStream> stream_;
  RelpAnswers answers_;
  std::uint32_t txnr_ = 0;
};

}  // namespace

std::unique_ptr<UpstreamSink> make_relp_sink(const UpstreamConfig& config, const UpstreamSelf& self,
                                             const std::atomic<bool>& stopping) {
  return std::make_unique<RelpSink>(config, self, stopping);
}

}  // namespace vigil
