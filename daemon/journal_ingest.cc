#include "daemon/journal_ingest.h"

#include "daemon/clock.h"

namespace vigil {
namespace {

constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kJournalType = "application/vnd.fdo.journal";
/// What is gathered while a commit is under way; beyond it the upload waits.
constexpr std::size_t kGatheredBytesMax = 1024 * 1024;

/// A type may have parameters behind it.
bool is_journal(std::string_view type) {
  return type.starts_with(kJournalType) &&
         (type.size() == kJournalType.size() || type[kJournalType.size()] == ';');
}

std::string_view words_of(JournalErrc error) {
  switch (error) {
    case JournalErrc::none:
      break;
    case JournalErrc::field_too_large:
      return "a field is larger than 768 KiB\n";
    case JournalErrc::entry_too_large:
      return "an entry is larger than 16 MiB\n";
    case JournalErrc::bad_field:
      return "a field has no name, or its length does not fit its bytes\n";
    case JournalErrc::cut_off:
      return "the journal ends inside a field\n";
  }
  return "";
}

}  // namespace

/// One upload. At most one commit is under way; what comes meanwhile is gathered for the next.
class JournalIngest::Upload : public HttpBodySink, public std::enable_shared_from_this<Upload> {
 public:
  Upload(JournalIngest& desk, const HttpRequest& request, const Admission& admission)
      : desk_(desk),
        delivery_(desk.parts_.intake, desk.parts_.writer, desk.parts_.counters, desk.parts_.listener),
        peer_(request.peer),
        organisation_(admission.organisation),
        envelope_(admission.envelope) {}

  Next take(std::string_view piece, std::function<void()> go_on) override {
    if (error_ == JournalErrc::none)
      error_ = journal_.feed(piece, [this](std::string_view entry) { add(entry); });
    if (error_ != JournalErrc::none || outcome_ != Delivery::Outcome::durable) return Next::enough;
    commit();
    if (delivery_.raw_bytes() < kGatheredBytesMax) return Next::more;
    go_on_ = std::move(go_on);
    return Next::wait;
  }

  /// The body is whole: answers once everything of it is on disk. What stands before a mistake is whole, and stored.
  void finish(const std::shared_ptr<HttpAnswer>& answer) {
    if (error_ == JournalErrc::none) error_ = journal_.finish([this](std::string_view entry) { add(entry); });
    answer_ = answer;
    commit();
    if (!committing_) reply();
  }

 private:
  void add(std::string_view entry) {
    const Arrival arrival{.peer = peer_,
                          .transport = transport::kJournal,
                          .organisation = organisation_,
                          .envelope = envelope_,
                          .received_ns = wall_clock_ns()};
    if (const auto cursor = find_journal_field(entry, "__CURSOR")) {
      const Key128 name = key_of(organisation_ + '\n' + std::string(*cursor));
      const DuplicateWindow::State state = desk_.cursors_.look(name, arrival.received_ns);
      if (state == DuplicateWindow::State::stored) return delivery_.discard(Discard::duplicate);
      // One that another upload has under way may not come through there: better twice than not at all.
      if (state == DuplicateWindow::State::fresh) {
        desk_.cursors_.hold(name);
        held_.push_back(name);
      }
    }
    delivery_.add(arrival, entry);
  }

  void commit() {
    if (committing_ || delivery_.count() == 0) return;
    committing_ = true;
    // No more than that is ever on its way from one upload, so the queue's limit is no reason to refuse it.
    delivery_.commit([self = shared_from_this(), held = std::exchange(held_, {})](
                         Delivery::Outcome outcome) { self->committed(outcome, held); },
                     Writer::Overflow::allowed);
  }

  void committed(Delivery::Outcome outcome, const std::vector<Key128>& held) {
    committing_ = false;
    for (const Key128& name : held) desk_.cursors_.settle(name, outcome == Delivery::Outcome::durable);
    if (outcome != Delivery::Outcome::durable) outcome_ = outcome;
    commit();
    if (answer_ && !committing_) reply();
    if (go_on_) std::exchange(go_on_, {})();
  }

  void reply() {
    const std::shared_ptr<HttpAnswer> answer = std::exchange(answer_, {});
    switch (outcome_) {
      case Delivery::Outcome::durable:
        break;
      case Delivery::Outcome::busy:
        return answer->reply(429, kText, "the queue is full; try again\n", {{"Retry-After", "1"}});
      case Delivery::Outcome::disk_full:
        return answer->reply(507, kText, "the disk is full; keep it and try again\n",
                             {{"Retry-After", "10"}});
      case Delivery::Outcome::failed:
        return answer->reply(503, kText, "could not be made durable; keep it and try again\n",
                             {{"Retry-After", "10"}});
    }
    if (error_ == JournalErrc::none) return answer->reply(200, "text/plain", "OK\n");
    const bool too_large = error_ == JournalErrc::field_too_large || error_ == JournalErrc::entry_too_large;
    answer->reply(too_large ? 413 : 400, kText, std::string(words_of(error_)), {{"Connection", "close"}});
  }

  JournalIngest& desk_;
  Delivery delivery_;
  const std::string peer_, organisation_, envelope_;
  JournalExport journal_;
  JournalErrc error_ = JournalErrc::none;
  Delivery::Outcome outcome_ = Delivery::Outcome::durable;  ///< of all commits so far
  bool committing_ = false;
  std::vector<Key128> held_;  ///< cursors of the entries gathered
  std::function<void()> go_on_;
  std::shared_ptr<HttpAnswer> answer_;
};

std::shared_ptr<HttpBodySink> JournalIngest::open(const HttpRequest& request, const Admission& admission) {
  if (request.method != "POST" || !is_journal(request.header("Content-Type"))) return nullptr;
  return std::make_shared<Upload>(*this, request, admission);
}

void JournalIngest::handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
                           const Admission& admission) {
  if (request.method != "POST") return answer->reply(405, kText, "POST the journal\n", {{"Allow", "POST"}});
  if (!is_journal(request.header("Content-Type"))) {
    return answer->reply(415, kText, "the Content-Type must be application/vnd.fdo.journal\n");
  }
  // A body that came compressed was read whole first.
  const auto upload = request.sink ? std::static_pointer_cast<Upload>(request.sink)
                                   : std::make_shared<Upload>(*this, request, admission);
  if (!request.sink) upload->take(request.body, [] {});
  upload->finish(answer);
}

void JournalIngest::refuse(const HttpRequest&, HttpAnswer& answer, const Admission& admission) const {
  const Refusal refusal = refusal_of(admission);
  answer.reply(refusal.status, kText, std::string(refusal.message) + "\n", refusal.headers);
}

void JournalIngest::busy(const HttpRequest&, HttpAnswer& answer) const {
  answer.reply(429, kText, "the queue is full; try again\n", {{"Retry-After", "1"}});
}

}  // namespace vigil
