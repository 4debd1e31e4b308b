#include "daemon/relp_listener.h"

#include <deque>
#include <optional>
#include <vector>

#include "daemon/delivery.h"

namespace vigil {

namespace {

constexpr std::string_view kDiskFull = "500 disk full";

class RelpSession : public StreamSession {
 public:
  RelpSession(const StreamParts& parts, AcceptedStream accepted, const RelpOptions& options,
              ResendWindow& resends)
      : StreamSession(parts, std::move(accepted)),
        options_(options),
        cutter_(options.frames),
        resends_(resends.open({parts.listener.description.transport, peer(), parts.listener.description.id},
                              options.window, std::chrono::steady_clock::now())) {}

  void finish() override {
    // What is under way is committed; the client, which hears nothing of it, sends it again and is told then.
    if (is_open()) hint();
    resends_->end(false, std::chrono::steady_clock::now());
    shut();
  }

 private:
  /// Answers that are due, in the order of their frames.
  struct Owed {
    std::uint32_t first = 0, count = 0;
    std::uint64_t delivery = 0;  ///< which decides; 0: `text` stands
    std::string_view verdict{};  ///< empty: still to come
    std::string text{};
  };

  bool holds_back() override { return !resends_->ready(std::chrono::steady_clock::now()); }
  std::chrono::seconds idle_timeout() const override {
    return dialogue_.is_open() ? options_.idle_timeout : StreamSession::idle_timeout();
  }

  void take(std::string_view bytes) override {
    const bool was_mid_frame = cutter_.mid_frame();
    bool any = false;
    cutter_.feed(bytes, [this, &any](const RelpFrame& frame) {
      any = true;
      return take_frame(frame);
    });
    if (!was_mid_frame || any) frame_started_ = last_read();
    if (cutter_.error() != RelpError::none && broken_.empty()) break_off(relp_error_name(cutter_.error()));
  }

  bool take_frame(const RelpFrame& frame) {
    using Act = RelpDialogue::Step::Act;
    RelpDialogue::Step step = dialogue_.take(frame);
    switch (step.act) {
      case Act::message:
        take_message(frame);
        return true;
      case Act::answer:
        owed_.push_back({frame.txnr, 1, 0, {}, std::move(step.text)});
        return true;
      case Act::closing:
      case Act::refuse:
        owed_.push_back({frame.txnr, 1, 0, {}, std::move(step.text)});
        ending_ = true;
        clean_ = step.act == Act::closing;
        if (!clean_) refused_ = true;
        return false;
      case Act::break_off:
        break_off("number out of step");
        return false;
    }
    return false;
  }

  void take_message(const RelpFrame& frame) {
    if (!delivery_) {
      delivery_.emplace(parts_.intake, parts_.writer, parts_.counters, parts_.listener);
      ++deliveries_;
    }
    const std::string_view raw = relp_message(frame.data);
    const ResendWindow::Key key = ResendWindow::key_of(raw);
    if (resends_->comparing() && resends_->is_resent(key)) {
      delivery_->discard(Discard::duplicate);
    } else {
      Arrival arrival = {.peer = peer(), .envelope = envelope_, .received_ns = received_ns_};
      if (frame.cut) arrival.tags.add(Tag::oversize);
      if (delivery_->add(arrival, raw)) keys_.push_back(key);
    }
    if (owed_.empty() || owed_.back().delivery != deliveries_) {
      owed_.push_back({frame.txnr, 1, deliveries_, {}, {}});
    } else {
      ++owed_.back().count;
    }
  }

  void wake_done() override {
    commit();
    if (!broken_.empty()) {
      hint();
      return close(Closed::bad_relp, broken_);
    }
    answer();
  }

  void commit() {
    if (!delivery_) return;
    resends_->begin_commit();
    delivery_->commit(
        [self = std::static_pointer_cast<RelpSession>(shared_from_this()), id = deliveries_,
         keys = std::move(keys_)](Delivery::Outcome outcome) { self->committed(id, outcome, keys); },
        // Reading has stopped by then, so what was read may pass.
        Writer::Overflow::allowed);
    keys_.clear();
    delivery_.reset();
  }

  void committed(std::uint64_t delivery, Delivery::Outcome outcome,
                 const std::vector<ResendWindow::Key>& keys) {
    const bool durable = outcome == Delivery::Outcome::durable;
    resends_->end_commit(durable ? std::span(keys) : std::span<const ResendWindow::Key>());
    if (!is_open()) return;
    if (!durable && outcome != Delivery::Outcome::disk_full) {
      hint();
      return close(Closed::unavailable, {});
    }
    for (Owed& owed : owed_) {
      if (owed.delivery == delivery) owed.verdict = durable ? kRelpOk : kDiskFull;
    }
    answer();
  }

  /// Sends the answers that are due, up to the first that is still to come.
  void answer() {
    while (!owed_.empty()) {
      const Owed& owed = owed_.front();
      if (owed.delivery != 0 && owed.verdict.empty()) break;
      const std::string_view text = owed.delivery != 0 ? owed.verdict : std::string_view(owed.text);
      std::uint32_t txnr = owed.first;
      for (std::uint32_t i = 0; i < owed.count; ++i) {
        append_relp_answer(txnr, text, out_);
        txnr = txnr == kTxnrMax ? 1 : txnr + 1;
      }
      owed_.pop_front();
    }
    if (!ending_ || !owed_.empty()) return send();
    hint();
    if (refused_) return close(Closed::bad_relp, "unexpected command");
    resends_->end(clean_, std::chrono::steady_clock::now());
    close_after_sending();
  }

  void tick(SteadyTime now) override {
    if (!paused() && cutter_.mid_frame() && now - frame_started_ > parts_.ledger.limits().frame_timeout) {
      hint();
      close(Closed::slow_frame, {});
    }
  }
  void resumed(SteadyTime now) override { frame_started_ = now; }
  void ended() override { resends_->end(false, std::chrono::steady_clock::now()); }

  void break_off(std::string_view why) {
    broken_ = why;
    ending_ = true;
  }
  void hint() {
    out_ += kRelpServerClose;
    send();
  }

  static constexpr std::uint32_t kTxnrMax = 999'999'999;

  const RelpOptions options_;
  RelpCutter cutter_;
  RelpDialogue dialogue_;
  std::unique_ptr<ResendWindow::Session> resends_;
  std::optional<Delivery> delivery_;  ///< of this wake
  std::vector<ResendWindow::Key> keys_;
  std::uint64_t deliveries_ = 0;
  std::deque<Owed> owed_;
  std::string_view broken_;
  bool clean_ = false, refused_ = false;
  SteadyTime frame_started_{};
};

}  // namespace

StreamListener::Make relp_sessions(RelpOptions options, ResendWindow& resends) {
  return [options, &resends](const StreamParts& parts,
                             AcceptedStream accepted) -> std::shared_ptr<StreamSession> {
    return std::make_shared<RelpSession>(parts, std::move(accepted), options, resends);
  };
}

}  // namespace vigil
