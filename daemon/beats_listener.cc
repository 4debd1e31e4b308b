#include "daemon/beats_listener.h"

#include <deque>
#include <optional>
#include <vector>

#include "daemon/delivery.h"
#include "parsers/json_object.h"

namespace vigil {

namespace {

/// Two windows may be on their way: Filebeat pipelines.
constexpr std::size_t kWindowsRemembered = 2;
/// Before the first window says how large they are.
constexpr std::size_t kRememberedFirst = 128;

class BeatsSession : public StreamSession {
 public:
  BeatsSession(const StreamParts& parts, AcceptedStream accepted, const BeatsOptions& options,
               ResendWindow& resends)
      : StreamSession(parts, std::move(accepted)),
        options_(options),
        reader_(options.frames),
        resends_(resends.open({parts.listener.description.transport, peer(), parts.listener.description.id},
                              kRememberedFirst, std::chrono::steady_clock::now())) {}

  void finish() override {
    ended();
    shut();
  }

 private:
  /// Commits under way, in the order in which they were begun.
  struct UnderWay {
    std::uint64_t delivery = 0;
    bool durable = false;
  };
  /// Windows that are complete and not acknowledged.
  struct Owed {
    std::uint64_t delivery = 0;  ///< the last one that holds events of it
    std::uint32_t sequence = 0;
    char version = '2';
  };

  bool holds_back() override { return !resends_->ready(std::chrono::steady_clock::now()); }

  void take(std::string_view bytes) override {
    const bool was_mid_frame = reader_.mid_frame();
    bool any = false;
    reader_.feed(bytes, [this, &any](const LumberjackItem& item) {
      any = true;
      switch (item.kind) {
        case LumberjackItem::Kind::window:
          resends_->widen(item.number * kWindowsRemembered);
          window_started_ = last_read();
          version_ = item.version;
          return;
        case LumberjackItem::Kind::event:
          return take_event(item.document);
        case LumberjackItem::Kind::complete:
          if (owed_.empty()) told_ = last_read();
          return owed_.push_back({deliveries_, item.number, item.version});
      }
    });
    if (!was_mid_frame || any) frame_started_ = last_read();
    if (reader_.error() != LumberjackError::none) ending_ = true;
  }

  void take_event(std::string_view document) {
    if (!delivery_) {
      delivery_.emplace(parts_.intake, parts_.writer, parts_.counters, parts_.listener);
      under_way_.push_back({++deliveries_});
    }
    const ResendWindow::Key key = ResendWindow::key_of(document);
    if (resends_->comparing() && resends_->is_resent(key)) return delivery_->discard(Discard::duplicate);
    const Arrival arrival = {.peer = peer(),
                             .host_hint = peek_document_host(document),
                             .envelope = envelope_,
                             .received_ns = received_ns_};
    if (delivery_->add(arrival, document)) keys_.push_back(key);
  }

  void wake_done() override {
    if (delivery_) {
      resends_->begin_commit();
      delivery_->commit(
          [self = std::static_pointer_cast<BeatsSession>(shared_from_this()), id = deliveries_,
           keys = std::move(keys_)](Delivery::Outcome outcome) { self->committed(id, outcome, keys); },
          // Reading has stopped by then, so what was read may pass.
          Writer::Overflow::allowed);
      keys_.clear();
      delivery_.reset();
    }
    if (reader_.error() != LumberjackError::none)
      close(Closed::bad_beats, lumberjack_error_name(reader_.error()));
  }

  void committed(std::uint64_t delivery, Delivery::Outcome outcome,
                 const std::vector<ResendWindow::Key>& keys) {
    const bool durable = outcome == Delivery::Outcome::durable;
    resends_->end_commit(durable ? std::span(keys) : std::span<const ResendWindow::Key>());
    if (!is_open()) return;
    if (!durable)
      return close(outcome == Delivery::Outcome::disk_full ? Closed::disk_full : Closed::unavailable, {});
    for (UnderWay& each : under_way_) each.durable = each.durable || each.delivery == delivery;
    while (!under_way_.empty() && under_way_.front().durable) under_way_.pop_front();
    // One of duplicates only is decided at once, perhaps before those in front of it.
    const std::uint64_t open = under_way_.empty() ? deliveries_ + 1 : under_way_.front().delivery;
    while (!owed_.empty() && owed_.front().delivery < open) {
      append_lumberjack_ack(owed_.front().version, owed_.front().sequence, out_);
      owed_.pop_front();
      told_ = std::chrono::steady_clock::now();
    }
    send();
  }

  void tick(SteadyTime now) override {
    const bool pending = !owed_.empty() || reader_.mid_window();
    if (pending && now - told_ >= options_.keep_alive && now - window_started_ >= options_.keep_alive) {
      told_ = now;
      append_lumberjack_ack(version_, 0, out_);
      send();
      if (!is_open()) return;
    }
    if (paused()) return;
    if (reader_.mid_frame() && now - frame_started_ > parts_.ledger.limits().frame_timeout)
      return close(Closed::slow_frame, {});
    if (reader_.mid_window() && now - window_started_ > options_.window_timeout)
      close(Closed::slow_window, {});
  }
  void resumed(SteadyTime now) override {
    frame_started_ = now;
    window_started_ = now;
  }
  void ended() override {
    // Lumberjack has no goodbye: the client may not have seen the last acknowledgement.
    resends_->end(false, std::chrono::steady_clock::now());
  }

  const BeatsOptions options_;
  LumberjackReader reader_;
  std::unique_ptr<ResendWindow::Session> resends_;
  std::optional<Delivery> delivery_;  ///< of this wake
  std::vector<ResendWindow::Key> keys_;
  std::uint64_t deliveries_ = 0;
  std::deque<UnderWay> under_way_;
  std::deque<Owed> owed_;
  char version_ = '2';
  SteadyTime frame_started_{}, window_started_{}, told_{};
};

}  // namespace

StreamListener::Make beats_sessions(BeatsOptions options, ResendWindow& resends) {
  return [options, &resends](const StreamParts& parts,
                             AcceptedStream accepted) -> std::shared_ptr<StreamSession> {
    return std::make_shared<BeatsSession>(parts, std::move(accepted), options, resends);
  };
}

}  // namespace vigil
