#include "daemon/intake.h"

#include <algorithm>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <cstring>

#include "config/asset_table.h"
#include "daemon/clock.h"
#include "parsers/format.h"
#include "parsers/record.h"

namespace vigil {

namespace {

/// Senders one thread remembers without asking the shared table.
constexpr std::size_t kKnownMax = 20'000;
/// Bytes of an unparsed message kept as the source's sample.
constexpr std::size_t kSampleBytes = 512;
/// One unparsed message in so many becomes the sample: it takes a lock.
constexpr std::uint64_t kSampleEvery = 256;

constexpr std::int64_t kMinute = 60'000'000'000;

/// Up to eight bytes at the end of a text as one number. With the length it tells all texts up to eight bytes
/// apart.
std::uint64_t last_bytes(std::string_view text) {
  const auto load = [text]<class Number>(std::size_t at, Number number) {
    std::memcpy(&number, text.data() + at, sizeof number);
    return std::uint64_t{number};
  };
  if (text.size() >= 8) return load(text.size() - 8, std::uint64_t{});
  if (text.size() >= 4) return load(0, std::uint32_t{}) << 32U | load(text.size() - 4, std::uint32_t{});
  std::uint64_t value = 0;
  for (const char c : text) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

/// Equality of names without a call: most have up to 16 bytes.
bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size() || last_bytes(a) != last_bytes(b)) return false;
  const std::size_t front = a.size() <= 8 ? 0 : a.size() - 8;
  return last_bytes(a.substr(0, front)) == last_bytes(b.substr(0, front)) &&
         (front <= 8 || a.substr(0, front - 8) == b.substr(0, front - 8));
}

/// A number that differs for most senders: names that differ do so in their last bytes or their lengths.
std::size_t name_hash(std::string_view peer, std::string_view host) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;  // the golden ratio's bits: Knuth's multiplicative hash
  const std::uint64_t of_host = (last_bytes(host) + host.size()) * kOdd;
  return static_cast<std::size_t>((of_host ^ last_bytes(peer)) * kOdd >> 32U);
}

}  // namespace

std::string peer_text(const boost::asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

Intake::Intake(boost::asio::io_context& io, Writer& writer, SourceTable& sources, Counters& counters,
               std::shared_ptr<BatchPool> pool, WhenFull when_full)
    : io_(io),
      writer_(writer),
      sources_(sources),
      counters_(counters),
      pool_(std::move(pool)),
      when_full_(when_full),
      linger_(io_) {
  open_ = new_batch();
}

std::shared_ptr<Batch> Intake::new_batch() {
  // Indices remembered for older batches are void from here on: a new one may get a freed one's address.
  ++serial_;
  return pool_->take();
}

int Intake::zone_minutes(const IntakeListener& listener, std::int64_t now_ns) {
  if (listener.zone_minutes) return *listener.zone_minutes;
  if (&listener == zone_listener_ && now_ns >= zone_from_ns_ && now_ns < zone_from_ns_ + kMinute)
    return zone_offset_;
  const std::int64_t minute = now_ns / kMinute;
  auto& [known_minute, offset] = zones_[&listener];
  if (known_minute != minute) {
    known_minute = minute;
    offset = zone_offset_minutes(listener.zone, now_ns);
  }
  zone_listener_ = &listener;
  zone_from_ns_ = minute * kMinute;
  zone_offset_ = offset;
  return offset;
}

Intake::Known& Intake::known_source(const IntakeListener& listener, const Arrival& arrival,
                                    std::string_view host) {
  const std::string_view transport =
      arrival.transport.empty() ? std::string_view(listener.description.transport) : arrival.transport;
  const std::string_view organisation = arrival.organisation.empty()
                                            ? std::string_view(listener.description.organisation)
                                            : arrival.organisation;
  Known*& recent = recent_[name_hash(arrival.peer, host) % kRecent];
  if (recent != nullptr && recent->listener == &listener) {
    const Source& source = *recent->state->source;
    if (same_name(source.host, host) && same_name(source.peer, arrival.peer) &&
        source.transport == transport && source.envelope == arrival.envelope &&
        recent->organisation == organisation) {
      return *recent;
    }
  }
  key_.assign(listener.description.id).push_back('\0');
  for (const std::string_view part : {arrival.peer, host, transport, organisation})
    key_.append(part).push_back('\0');
  key_.append(arrival.envelope);
  if (known_.size() > kKnownMax) {
    settle();
    recent_.fill(nullptr);
    known_.clear();
  }
  auto [entry, fresh] = known_.try_emplace(key_);
  Known& known = entry->second;
  if (fresh) {
    SourceTable::Listener description = listener.description;
    description.zone_minutes = zone_minutes(listener, arrival.received_ns);
    description.transport = transport;
    description.organisation = organisation;
    known.state = sources_.find(description, {arrival.peer, host, arrival.envelope}, arrival.received_ns);
    known.listener = &listener;
    known.organisation = std::move(description.organisation);
    known.is_document = known.state->source->carries_documents();
    known.is_journal = known.state->source->transport == transport::kJournal;
  }
  recent = &known;
  return known;
}

FrameBuffer& Intake::frames() {
  if (!open_->frames) open_->frames = std::make_shared<FrameBuffer>(pool_->buffers());
  return *open_->frames;
}

std::span<char> Intake::read_buffer() {
  FrameBuffer& into = frames();
  const std::size_t bytes = std::min(into.room() - kCopyRoom, kReadBytesMax);
  return {into.allocate(bytes), bytes};
}

void Intake::read_done(std::span<char> buffer, std::size_t used) {
  cut_to_ = buffer.data();
  read_end_ = buffer.data() + used;
  open_->frames->give_up(read_end_, buffer.data() + buffer.size());
}

void Intake::read_cut() {
  open_->frames->give_up(cut_to_, read_end_);
  flush_if_full();
}

std::string_view Intake::own(std::string_view frame) {
  FrameBuffer& into = frames();
  if (frame.size() > into.room()) return open_->arena.copy(frame);
  char* const at = into.allocate(frame.size());
  std::copy(frame.begin(), frame.end(), at);
  return {at, frame.size()};
}

void Intake::flush_if_full() {
  const std::size_t used = open_->frames ? FrameBuffer::kTextMax - open_->frames->room() : 0;
  const std::size_t rows = open_->records.size() * kRowRoom;
  if (used + kReadBytesMin + kCopyRoom <= FrameBuffer::kTextMax &&
      used + kReadBytesMin + rows <= BufferPool::kPooledBytes)
    return;
  // A peer may send nothing but blanks, or the endless rest of a line too long to be kept.
  if (open_->records.empty()) return open_->clear();
  flush();
}

void Intake::add_in_place(const IntakeListener& listener, const Arrival& arrival, std::string_view frame,
                          bool in_place) {
  if (in_place) cut_to_ = const_cast<char*>(frame.data()) + frame.size();
  append(*open_, listener, arrival, in_place ? frame : own(frame));
}

void Intake::add(const IntakeListener& listener, const Arrival& arrival, std::string_view frame) {
  append(*open_, listener, arrival, own(frame));
  flush_if_full();
}

bool Intake::add_to(Batch& batch, const IntakeListener& listener, const Arrival& arrival,
                    std::string_view frame) {
  return append(batch, listener, arrival, batch.arena.copy(frame));
}

bool Intake::append(Batch& batch, const IntakeListener& listener, const Arrival& arrival,
                    std::string_view raw) {
  if (counted_ != &listener) {
    settle();
    counted_ = &listener;
  }
  ++received_;
  received_bytes_ += raw.size();
  if (listener.rate && !listener.rate->take(arrival.peer, arrival.received_ns)) {
    counters_.discard(Discard::rate_limited);
    return false;
  }

  // The header is read with the source's own charset and zone: the same as when it is read again from the
  // archive.
  const std::string_view fallback_host = arrival.host_hint.empty() ? arrival.peer : arrival.host_hint;
  ParseContext context;
  context.received_ns = arrival.received_ns;
  context.zone_minutes = zone_minutes(listener, arrival.received_ns);
  context.charset = listener.description.charset;
  context.peer = arrival.peer;
  context.envelope = arrival.envelope;
  context.transport = arrival.transport.empty() ? std::string_view(listener.description.transport) : arrival.transport;
  Record& record = batch.records.emplace_back();
  SyslogHeader& header = record.header;
  read_record_header(raw, context, batch.arena, header);
  if (header.tags.has(Tag::empty)) {
    batch.records.pop_back();
    counters_.discard(Discard::empty);
    return false;
  }
  record.format = detect_format(header);
  settle_header(header, record.format, fallback_host);
  const std::string_view host = header.host_from_message ? header.host : fallback_host;
  Known& known = known_source(listener, arrival, host);
  if (known.batch != &batch || known.batch_serial != serial_) {
    known.batch = &batch;
    known.batch_serial = serial_;
    known.index = static_cast<std::uint32_t>(batch.sources.size());
    batch.sources.push_back(known.state->source);
  }
  const Source& source = *known.state->source;
  adjust_to_source(source, header);

  record.raw = raw;
  record.received_ns = arrival.received_ns;
  record.source = known.index;
  record.transport_tags = arrival.tags;
  record.kinds = kinds_of(header, record.format);
  if (record.kinds.none()) record.kinds = source.system_kinds;
  record.event_ns = arrival.event_ns.value_or(header.timestamp_ns);
  if (!arrival.event_ns && payload_time_first(header, record.format)) {
    if (const auto time = quick_payload_time(header, record.format, context.zone_minutes))
      record.event_ns = *time;
  }
  batch.raw_bytes += raw.size();

  if (known.received++ == 0) unsettled_.push_back(&known);
  known.bytes += raw.size();
  known.last_seen_ns = arrival.received_ns;
  known.clock_skew_ns = record.event_ns - arrival.received_ns;
  known.kinds = known.kinds | record.kinds;
  known.formats.add(record.format);
  known.tags.add(header.tags);
  known.tags.add(arrival.tags);
  if (!known.is_document ? may_have_sequence(header) : known.is_journal) {
    const auto number = known.is_journal ? find_journal_sequence(raw) : find_sequence(header);
    if (number) take_number(known, *number);
  }
  if (record.format == Format::none) {
    ++known.unparsed;
    if (known.samples++ % kSampleEvery == 0) {
      const std::lock_guard lock(known.state->sample_mutex);
      known.state->last_unparsed = header.text.substr(0, kSampleBytes);
    }
  }
  return true;
}

void Intake::take_number(Known& known, const SenderSequence& number) {
  SourceState& state = *known.state;
  const std::lock_guard lock(state.sequence_mutex);
  if (!state.sequences) state.sequences = std::make_unique<SenderSequences>();
  const MissingNumbers missing = state.sequences->take(number);
  if (missing.count == 0) return;
  state.untold.add(missing);
  state.missing.fetch_add(missing.count, std::memory_order_relaxed);
}

void Intake::give_up(const Batch& batch) {
  std::vector<std::uint64_t> of_source(batch.sources.size());
  for (const Record& record : batch.records) ++of_source[record.source];
  for (auto& [key, known] : known_) {
    if (known.batch == &batch && known.index < of_source.size() &&
        batch.sources[known.index] == known.state->source) {
      known.state->discarded.fetch_add(of_source[known.index], std::memory_order_relaxed);
    }
  }
}

void Intake::settle() {
  if (received_ != 0) {
    counted_->stats->received.fetch_add(received_, std::memory_order_relaxed);
    counted_->stats->bytes.fetch_add(received_bytes_, std::memory_order_relaxed);
    received_ = received_bytes_ = 0;
  }
  for (Known* const known : unsettled_) {
    SourceState& state = *known->state;
    state.received.fetch_add(known->received, std::memory_order_relaxed);
    state.bytes.fetch_add(known->bytes, std::memory_order_relaxed);
    state.unparsed.fetch_add(known->unparsed, std::memory_order_relaxed);
    state.last_seen_ns.store(known->last_seen_ns, std::memory_order_relaxed);
    state.clock_skew_ns.store(known->clock_skew_ns, std::memory_order_relaxed);
    state.kinds.fetch_or(known->kinds.bits(), std::memory_order_relaxed);
    for (std::size_t word = 0; word < FormatSet::kWords; ++word) {
      state.formats[word].fetch_or(known->formats.word(word), std::memory_order_relaxed);
    }
    state.tags.fetch_or(known->tags.bits(), std::memory_order_relaxed);
    state.dirty.store(true, std::memory_order_relaxed);
    known->received = known->bytes = known->unparsed = 0;
  }
  unsettled_.clear();
}

void Intake::wake_done() {
  settle();
  if (open_->records.empty() || lingering_) return;
  lingering_ = true;
  linger_.expires_after(kLinger);
  linger_.async_wait([this](const boost::system::error_code& error) {
    lingering_ = false;
    if (!error) flush();
  });
}

void Intake::flush() {
  settle();
  if (open_->records.empty()) return;
  const std::uint64_t count = open_->records.size();
  if (leaves_) leaves_(open_);
  const auto overflow = when_full_ == WhenFull::queue ? Writer::Overflow::allowed : Writer::Overflow::refused;
  if (!writer_.submit(std::move(open_), {}, overflow)) {
    counters_.discard(Discard::queue_full, count);
    give_up(*open_);
  }
  open_ = new_batch();
}

}  // namespace vigil
