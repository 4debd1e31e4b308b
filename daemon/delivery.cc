#include "daemon/delivery.h"

#include <boost/asio/post.hpp>

namespace vigil {

Delivery::Delivery(Intake& intake, Writer& writer, Counters& counters, const IntakeListener& listener)
    : intake_(intake),
      writer_(writer),
      counters_(counters),
      listener_(listener),
      batch_(intake.new_batch()) {}

Delivery::~Delivery() {
  if (!batch_ || batch_->records.empty()) return;
  intake_.settle();
  counters_.discard(Discard::unavailable, batch_->records.size());
  intake_.give_up(*batch_);
}

bool Delivery::add(const Arrival& arrival, std::string_view raw, const IntakeListener& listener) {
  return intake_.add_to(*batch_, listener, arrival, raw);
}

void Delivery::discard(Discard reason, std::uint64_t count) {
  listener_.stats->received.fetch_add(count, std::memory_order_relaxed);
  counters_.discard(reason, count);
}

void Delivery::commit(Done done, Writer::Overflow overflow) {
  intake_.settle();
  const std::uint64_t records = batch_->records.size();
  const auto answer = [&io = intake_.io()](const Done& to, Outcome outcome) {
    boost::asio::post(io, [to, outcome] { to(outcome); });
  };
  if (records == 0) return answer(done, Outcome::durable);
  const bool taken = writer_.submit(
      std::move(batch_),
      [answer, done](const StoreError* error) {
        if (error == nullptr) return answer(done, Outcome::durable);
        answer(done, error->code == StoreErrc::disk_full ? Outcome::disk_full : Outcome::failed);
      },
      overflow);
  if (!taken) {
    counters_.discard(Discard::unavailable, records);
    intake_.give_up(*batch_);
  }
  batch_ = intake_.new_batch();
  if (taken) return;
  answer(done, Outcome::busy);
}

}  // namespace vigil
