#include "daemon/alert_desk.h"

#include <boost/asio/post.hpp>
#include <unordered_map>

#include "parsers/envelope.h"

namespace vigil {

/// What is known until all is on disk.
struct AlertDesk::Storing {
  std::vector<std::string> claimed;         ///< each alert once …
  std::vector<AlertLedger::Entry> entries;  ///< … and what is known of it
  std::vector<Verdict> verdicts;            ///< of the items …
  std::vector<std::size_t> entry_of;        ///< … and which of the entries they are
  std::vector<std::size_t> item_of;         ///< of the records: which item it says
  std::shared_ptr<const Batch> batch;

  /// The records are there: their sequences become known.
  void number() {
    for (std::size_t row = 0; row < item_of.size(); ++row) {
      AlertLedger::Entry& entry = entries[entry_of[item_of[row]]];
      entry.newest = batch->records[row].sequence;
      if (entry.first == 0) entry.first = entry.newest;
    }
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      const AlertLedger::Entry& entry = entries[entry_of[i]];
      verdicts[i].first = entry.first;
      verdicts[i].newest = entry.newest;
    }
  }
  std::vector<std::pair<std::string, AlertLedger::Entry>> stored() const {
    std::vector<std::pair<std::string, AlertLedger::Entry>> out;
    for (const std::size_t item : item_of) out.emplace_back(claimed[entry_of[item]], entries[entry_of[item]]);
    return out;
  }
};

AlertDesk::AlertDesk(AlertLedger& ledger, Intake& intake, Writer& writer, Counters& counters,
                     const IntakeListener& listener)
    : ledger_(ledger), intake_(intake), writer_(writer), counters_(counters), listener_(listener) {
  drill_.description = listener.description;
  drill_.description.drill = true;
  drill_.zone = listener.zone;
  drill_.zone_minutes = listener.zone_minutes;
  drill_.stats = listener.stats;
}

bool AlertDesk::store(const std::vector<Item>& items, const Sender& sender, Done done,
                      std::function<void()> again) {
  const std::string& organisation =
      sender.organisation.empty() ? listener_.description.organisation : sender.organisation;
  const auto storing = std::make_shared<Storing>();
  std::unordered_map<std::string, std::size_t> places;
  for (const Item& item : items) {
    std::string which = AlertLedger::which(organisation, item.alert.source, item.alert.ref);
    const auto [place, fresh] = places.try_emplace(which, storing->claimed.size());
    if (fresh) storing->claimed.push_back(std::move(which));
    storing->entry_of.push_back(place->second);
  }
  boost::asio::io_context& io = intake_.io();
  const auto later = [&io, again = std::move(again)] { boost::asio::post(io, again); };
  if (!ledger_.claim(storing->claimed, storing->entries, later)) return false;

  Delivery delivery(intake_, writer_, counters_, listener_);
  Envelope warning;
  warning.add("vigil.early_warning", "true");
  const std::string warning_envelope = sender.envelope + warning.text();
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Alert& alert = items[i].alert;
    AlertLedger::Entry& entry = storing->entries[storing->entry_of[i]];
    Verdict& verdict = storing->verdicts.emplace_back();
    std::string content = AlertLedger::content(alert.document);
    if (entry.revision != 0 && entry.content == content) {
      delivery.discard(Discard::duplicate);
      verdict = {Verdict::What::duplicate, 0, 0, entry.revision};
      continue;
    }
    const Arrival arrival{.peer = sender.peer,
                          .host_hint = alert.source,
                          .transport = transport::kAlert,
                          .organisation = sender.organisation,
                          .envelope = alert.early_warning ? warning_envelope : sender.envelope,
                          .event_ns = alert.time_ns,
                          .received_ns = sender.received_ns,
                          .tags = items[i].tags};
    const std::string hash = storing->claimed[storing->entry_of[i]] + content;
    if (!delivery.add(arrival, alert_record(alert, hash, entry.revision + 1),
                      alert.drill ? drill_ : listener_)) {
      verdict = {Verdict::What::refused, 0, 0, entry.revision};
      continue;
    }
    ++entry.revision;
    entry.content = std::move(content);
    entry.received_s = sender.received_ns / 1'000'000'000;
    verdict = {entry.revision == 1 ? Verdict::What::stored : Verdict::What::updated, 0, 0, entry.revision};
    storing->item_of.push_back(i);
  }
  storing->batch = delivery.batch();
  delivery.commit([this, &io, storing, done = std::move(done)](Delivery::Outcome outcome) {
    if (outcome != Delivery::Outcome::durable) {
      ledger_.release(storing->claimed);
      return done(outcome, {});
    }
    storing->number();
    // Nothing new: nothing to be written.
    if (storing->item_of.empty()) {
      ledger_.release(storing->claimed);
      return done(outcome, storing->verdicts);
    }
    ledger_.commit(storing->claimed, storing->stored(), [&io, storing, done](bool durable) {
      boost::asio::post(io, [storing, done, durable] {
        done(durable ? Delivery::Outcome::durable : Delivery::Outcome::disk_full, storing->verdicts);
      });
    });
  });
  return true;
}

}  // namespace vigil
