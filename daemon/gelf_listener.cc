#include "daemon/gelf_listener.h"

#include "daemon/clock.h"
#include "parsers/json_object.h"

namespace vigil {

namespace {

constexpr std::chrono::seconds kExpireEvery{1};

}  // namespace

void describe_gelf(std::string_view document, Arrival& arrival) {
  const GelfHead head = read_gelf_head(document);
  arrival.host_hint = head.host;
  arrival.event_ns = head.event_ns;
  if (!is_json_object(document)) arrival.tags.add(Tag::not_json);
}

void GelfIntake::take(const Arrival& arrival, std::string_view document) {
  Arrival described = arrival;
  describe_gelf(document, described);
  intake_.add(listener_, described, document);
}

void GelfIntake::take_packed(std::string_view peer, std::string_view message, Tags tags,
                             std::int64_t received_ns) {
  Arrival arrival = {.peer = peer, .received_ns = received_ns, .tags = tags};
  const GelfUnpacked unpacked = gelf_unpack(message, room_);
  switch (unpacked.verdict) {
    case GelfUnpacked::Verdict::plain:
    case GelfUnpacked::Verdict::unpacked:
      return take(arrival, unpacked.text);
    case GelfUnpacked::Verdict::too_long:
      // Kept packed: 2 MiB for a datagram of 2 KiB would be a way to fill our disk.
      arrival.tags.add(Tag::oversize);
      break;
    case GelfUnpacked::Verdict::broken:
      break;
  }
  arrival.tags.add(Tag::bad_payload);
  intake_.add(listener_, arrival, message);
}

GelfUdpListener::GelfUdpListener(boost::asio::io_context& io, int fd, const IntakeListener& listener,
                                 Intake& intake, Counters& counters,
                                 std::function<void(std::uint64_t)> on_loss)
    : listener_(listener),
      counters_(counters),
      into_(intake, listener),
      timer_(io),
      udp_(io, fd, listener, UdpListener::Options(), intake, std::move(on_loss),
           [this](std::string_view peer, std::string_view datagram, Tags tags, std::int64_t now_ns) {
             take(peer, datagram, tags, now_ns);
           }) {}

void GelfUdpListener::start() {
  udp_.start();
  expire_later();
}

void GelfUdpListener::stop() {
  timer_.cancel();
  udp_.stop();
  // What is still waiting for its chunks can no longer become a message.
  discard(Discard::chunks_missing, assembler_.partials());
}

void GelfUdpListener::take(std::string_view peer, std::string_view datagram, Tags tags, std::int64_t now_ns) {
  const GelfAssembler::Taken taken = assembler_.take(peer, datagram, now_ns);
  switch (taken.verdict) {
    case GelfAssembler::Verdict::whole:
      into_.take_packed(peer, taken.message, tags, now_ns);
      break;
    case GelfAssembler::Verdict::waiting:
      break;
    case GelfAssembler::Verdict::bad_chunk:
      discard(Discard::bad_chunk, 1);
      break;
  }
  count_given_up();
}

void GelfUdpListener::expire_later() {
  timer_.expires_after(kExpireEvery);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    assembler_.expire(wall_clock_ns());
    count_given_up();
    expire_later();
  });
}

void GelfUdpListener::count_given_up() {
  if (assembler_.given_up() == counted_) return;
  discard(Discard::chunks_missing, assembler_.given_up() - counted_);
  counted_ = assembler_.given_up();
}

void GelfUdpListener::discard(Discard reason, std::uint64_t count) {
  if (count == 0) return;
  listener_.stats->received.fetch_add(count, std::memory_order_relaxed);
  counters_.discard(reason, count);
}

namespace {

class GelfSession : public StreamSession {
 public:
  GelfSession(const StreamParts& parts, AcceptedStream accepted, const GelfTcpOptions& options)
      : StreamSession(parts, std::move(accepted)),
        framer_(options.messages),
        into_(parts.intake, parts.listener) {}

  void finish() override {
    if (is_open()) drain();
    ended();
    shut();
  }

 private:
  void take(std::string_view bytes) override {
    const bool was_mid_frame = framer_.mid_frame();
    bool any = false;
    framer_.feed(bytes, [this, &any](std::string_view message, Tags tags) {
      any = true;
      keep(message, tags);
    });
    if (!was_mid_frame || any) frame_started_ = last_read();
  }
  void keep(std::string_view message, Tags tags) {
    into_.take({.peer = peer(), .envelope = envelope_, .received_ns = received_ns_, .tags = tags}, message);
  }
  void wake_done() override { parts_.intake.wake_done(); }
  /// The last message need not have its NUL, but has to be whole: what is not is kept and says so.
  void ended() override {
    framer_.finish([this](std::string_view message, Tags tags) {
      if (is_json_object(message)) tags.remove(Tag::partial_eof);
      keep(message, tags);
    });
    parts_.intake.wake_done();
  }
  void tick(SteadyTime now) override {
    if (paused() || !framer_.mid_frame() || now - frame_started_ <= parts_.ledger.limits().frame_timeout)
      return;
    ended();
    close(Closed::slow_frame, {});
  }
  void resumed(SteadyTime now) override { frame_started_ = now; }

  GelfFramer framer_;
  GelfIntake into_;
  SteadyTime frame_started_{};
};

}  // namespace

StreamListener::Make gelf_sessions(GelfTcpOptions options) {
  return [options](const StreamParts& parts, AcceptedStream accepted) -> std::shared_ptr<StreamSession> {
    return std::make_shared<GelfSession>(parts, std::move(accepted), options);
  };
}

}  // namespace vigil
