#include "daemon/intake.h"

#include <algorithm>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include "config/asset_table.h"
#include "daemon/clock.h"
#include "parsers/record.h"

namespace vigil {

namespace {

/// Senders one thread remembers without asking the shared table.
constexpr std::size_t kKnownMax = 20'000;
/// Bytes of an unparsed message kept as the source's sample.
constexpr std::size_t kSampleBytes = 512;
/// One sample in so many is written down: it takes a lock.
constexpr std::uint64_t kSampleEvery = 256;

/// What a stream reads at once, at least and at most.
constexpr std::size_t kReadBytesMin = 64 * 1024;
constexpr std::size_t kReadBytesMax = 256 * 1024;

constexpr std::int64_t kMinute = 60'000'000'000;

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
  const std::int64_t minute = now_ns / kMinute;
  if (&listener == zone_listener_ && minute == zone_minute_) return zone_offset_;
  auto& [known_minute, offset] = zones_[&listener];
  if (known_minute != minute) {
    known_minute = minute;
    offset = zone_offset_minutes(listener.zone, now_ns);
  }
  zone_listener_ = &listener;
  zone_minute_ = minute;
  zone_offset_ = offset;
  return offset;
}

Intake::Known& Intake::known_source(const IntakeListener& listener, std::string_view peer,
                                    std::string_view host, std::int64_t now_ns) {
  if (last_ != nullptr && last_listener_ == &listener && last_host_ == host && last_peer_ == peer)
    return *last_;
  key_.assign(listener.description.id).push_back('\0');
  key_.append(peer).push_back('\0');
  key_.append(host);
  if (known_.size() > kKnownMax) {
    known_.clear();
    last_ = nullptr;
  }
  auto [entry, fresh] = known_.try_emplace(key_);
  if (fresh) {
    SourceTable::Listener description = listener.description;
    description.zone_minutes = zone_minutes(listener, now_ns);
    entry->second.state = sources_.find(description, peer, host, now_ns);
  }
  last_ = &entry->second;
  last_listener_ = &listener;
  last_host_ = host;
  last_peer_ = peer;
  return *last_;
}

std::span<char> Intake::read_buffer() {
  // Small remainders of a chunk are passed over: a read should take what the kernel has in one go.
  const std::size_t room = open_->arena.room();
  const std::size_t bytes = room >= kReadBytesMin ? std::min(room, kReadBytesMax) : kReadBytesMax;
  return {open_->arena.allocate(bytes), bytes};
}

void Intake::add_in_place(const IntakeListener& listener, std::string_view peer, std::string_view frame,
                          bool in_place, Tags transport_tags, std::int64_t received_ns) {
  append(*open_, listener, peer, {}, in_place ? frame : open_->arena.copy(frame), transport_tags,
         received_ns);
}

void Intake::add(const IntakeListener& listener, std::string_view peer, std::string_view frame,
                 Tags transport_tags, std::int64_t received_ns) {
  add_to(*open_, listener, peer, {}, frame, transport_tags, received_ns);
  if (open_->raw_bytes >= kBatchBytes) flush();
}

bool Intake::add_to(Batch& batch, const IntakeListener& listener, std::string_view peer,
                    std::string_view host_hint, std::string_view frame, Tags transport_tags,
                    std::int64_t received_ns) {
  return append(batch, listener, peer, host_hint, batch.arena.copy(frame), transport_tags, received_ns);
}

bool Intake::append(Batch& batch, const IntakeListener& listener, std::string_view peer,
                    std::string_view host_hint, std::string_view raw, Tags transport_tags,
                    std::int64_t received_ns) {
  listener.stats->received.fetch_add(1, std::memory_order_relaxed);
  listener.stats->bytes.fetch_add(raw.size(), std::memory_order_relaxed);

  // The header is read with the source's own charset and zone: the same as when it is read again from the
  // archive.
  const std::string_view fallback_host = host_hint.empty() ? peer : host_hint;
  ParseContext context;
  context.received_ns = received_ns;
  context.zone_minutes = zone_minutes(listener, received_ns);
  context.charset = listener.description.charset;
  context.peer = peer;
  Record& record = batch.records.emplace_back();
  record.header = parse_syslog_header(raw, context, batch.arena);
  SyslogHeader& header = record.header;
  if (header.tags.has(Tag::empty)) {
    batch.records.pop_back();
    counters_.discard(Discard::empty);
    return false;
  }
  const std::string_view host = header.host_from_message ? header.host : fallback_host;
  Known& known = known_source(listener, peer, host, received_ns);
  if (known.batch != &batch || known.batch_serial != serial_) {
    known.batch = &batch;
    known.batch_serial = serial_;
    known.index = static_cast<std::uint32_t>(batch.sources.size());
    batch.sources.push_back(known.state->source);
  }
  SourceState& state = *known.state;
  if (state.source->transport == "http")
    header = parse_record_header(raw, *state.source, received_ns, batch.arena);

  record.raw = raw;
  record.received_ns = received_ns;
  record.source = known.index;
  record.transport_tags = transport_tags;
  record.format = detect_format(header);
  record.kinds = kinds_of(header, record.format);
  if (record.kinds.none()) record.kinds = state.source->system_kinds;
  record.event_ns = header.timestamp_ns;
  if (!header.has_timestamp) {
    if (const auto time = quick_payload_time(header, record.format, context.zone_minutes))
      record.event_ns = *time;
  }
  batch.raw_bytes += raw.size();

  const std::uint64_t count = state.received.fetch_add(1, std::memory_order_relaxed);
  state.bytes.fetch_add(raw.size(), std::memory_order_relaxed);
  state.last_seen_ns.store(received_ns, std::memory_order_relaxed);
  state.clock_skew_ns.store(record.event_ns - received_ns, std::memory_order_relaxed);
  state.dirty.store(true, std::memory_order_relaxed);
  state.kinds.fetch_or(record.kinds.bits(), std::memory_order_relaxed);
  state.formats.fetch_or(1U << static_cast<unsigned>(record.format), std::memory_order_relaxed);
  if (record.format == Format::none) {
    state.unparsed.fetch_add(1, std::memory_order_relaxed);
    if (count % kSampleEvery == 0) {
      const std::lock_guard lock(state.sample_mutex);
      state.last_unparsed = header.text.substr(0, kSampleBytes);
    }
  }
  return true;
}

void Intake::wake_done() {
  if (open_->records.empty() || lingering_) return;
  lingering_ = true;
  linger_.expires_after(kLinger);
  linger_.async_wait([this](const boost::system::error_code& error) {
    lingering_ = false;
    if (!error) flush();
  });
}

void Intake::flush() {
  if (open_->records.empty()) return;
  const std::uint64_t count = open_->records.size();
  const auto overflow = when_full_ == WhenFull::queue ? Writer::Overflow::allowed : Writer::Overflow::refused;
  if (!writer_.submit(std::move(open_), {}, overflow)) counters_.discard(Discard::queue_full, count);
  open_ = new_batch();
}

}  // namespace vigil
