#include "daemon/forwarder.h"

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "config/asset_table.h"
#include "daemon/clock.h"
#include "daemon/instance_id.h"
#include "parsers/envelope.h"
#include "parsers/record.h"
#include "parsers/relay_syslog.h"
#include "storage/query_eval.h"
#include "storage/stored_event.h"

namespace vigil {

namespace {

using State = UpstreamStatus::State;
using Clock = std::chrono::steady_clock;

/// Texts of errors with their digits left out: ports and times in them are no news.
std::string without_digits(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out), [](char c) { return c < '0' || c > '9'; });
  return out;
}

bool same_source(const Source& a, const Source& b) {
  return a.host == b.host && a.peer == b.peer && a.listener == b.listener && a.transport == b.transport &&
         a.organisation == b.organisation && a.system == b.system && a.envelope == b.envelope &&
         a.zone_minutes == b.zone_minutes && a.charset == b.charset && a.drill == b.drill &&
         a.core == b.core && a.in_scope == b.in_scope && a.system_kinds == b.system_kinds;
}

/// Whether a record has passed an instance: so its envelope says, or its structured data.
bool passed(const StoredRecord& record, std::string_view instance) {
  if (instance.empty()) return false;
  bool found = false;
  if (!record.source->envelope.empty()) {
    Envelope::for_each(record.source->envelope, [&](std::string_view name, std::string_view value) {
      found = found || (name == "vigil.relay.hops" && value.find(instance) != std::string_view::npos);
    });
  }
  if (found) return true;
  if (record.raw.find(kRelayElement) == std::string_view::npos ||
      record.raw.find(instance) == std::string_view::npos)
    return false;
  Arena arena;
  const SyslogHeader header = parse_record_header(record.raw, *record.source, record.received_ns, arena);
  const auto trail = relay_trail(header.structured_data, arena);
  return std::find(trail.begin(), trail.end(), instance) != trail.end();
}

}  // namespace

std::string_view upstream_state_name(State state) {
  constexpr std::array<std::string_view, 4> kNames = {"connecting", "sending", "idle", "waiting"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view upstream_kind_name(UpstreamConfig::Kind kind) {
  constexpr std::array<std::string_view, 5> kNames = {"vigil", "relp", "syslog-tcp", "syslog-tls", "cef"};
  return kNames[static_cast<std::size_t>(kind)];
}

Forwarder::Forwarder(Archive& archive, const UpstreamConfig& config, Choice choice, std::string instance,
                     const MakeSink& make_sink, Say say, ForwarderOptions options)
    : archive_(archive),
      config_(config),
      choice_(std::move(choice)),
      instance_(std::move(instance)),
      say_(std::move(say)),
      options_(options),
      key_("upstream/" + config.id),
      sink_(make_sink(stopping_)),
      backoff_(options.backoff_min),
      dice_(static_cast<unsigned>(wall_clock_ns() / 1000)) {
  status_.id = config_.id;
  status_.kind = upstream_kind_name(config_.kind);
  status_.address = config_.kind == UpstreamConfig::Kind::vigil ? config_.url : config_.address;
  load();
}

Forwarder::~Forwarder() { stop(); }

/// "cursor begin stream": where we are, where the stream began, and its id.
void Forwarder::load() {
  if (const auto text = archive_.state().get(key_)) {
    const char* at = text->data();
    const char* const end = at + text->size();
    const auto first = std::from_chars(at, end, cursor_);
    if (first.ec == std::errc() && first.ptr != end) {
      const auto second = std::from_chars(first.ptr + 1, end, begin_);
      if (second.ec == std::errc() && second.ptr != end) stream_.assign(second.ptr + 1, end);
    }
  }
  if (stream_.empty()) {
    // A new upstream, whose first record is the next that comes, or the oldest there is.
    stream_ = random_id();
    begin_ = config_.from_oldest ? 0 : archive_.next_sequence();
    cursor_ = begin_;
    save();
  }
  saved_ = cursor_;
  status_.cursor = cursor_;
}

bool Forwarder::save() {
  StateChange change;
  change.put(key_, std::to_string(cursor_) + " " + std::to_string(begin_) + " " + stream_);
  const auto written = archive_.state().commit(change);
  if (!written && !save_failing_) {
    spdlog::warn(
        "W-UPSTREAM {}: its place could not be written: {} - after a crash records would be sent again / "
        "上游進度無法寫入",
        config_.id, written.error().what);
  }
  save_failing_ = !written;
  saved_ = cursor_;
  saved_at_ = Clock::now();
  return static_cast<bool>(written);
}

void Forwarder::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), ("up-" + config_.id).substr(0, 15).c_str());
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 5);  // receiving comes first
    run();
  });
}

void Forwarder::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

UpstreamStatus Forwarder::status() const {
  const std::uint64_t next = archive_.next_sequence();
  const std::lock_guard lock(mutex_);
  UpstreamStatus status = status_;
  status.lag_records = next > status.cursor ? next - status.cursor : 0;
  if (status.lag_records > 0 && pending_since_ns_ != 0)
    status.lag_ns = std::max<std::int64_t>(0, wall_clock_ns() - pending_since_ns_);
  return status;
}

void Forwarder::set_state(State state) {
  const std::lock_guard lock(mutex_);
  status_.state = state;
}

void Forwarder::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, time, [this] { return stopping_.load(); });
}

void Forwarder::run() {
  while (!stopping_) {
    // Looked for before there is a connection too: so it is known what waits, and since when.
    if (window_.empty() && !gather()) {
      pause(options_.backoff_min);
      continue;
    }
    if (window_.empty()) {
      if (cursor_ != saved_ && Clock::now() - saved_at_ >= options_.cursor_every) save();
      if (open_) set_state(State::idle);
      if (!open_ && !connect()) continue;
      pause(options_.look_every);
      continue;
    }
    if (window_.front().records.empty()) {
      pass(window_.front());
      window_.pop_front();
      continue;
    }
    if (!open_ && !connect()) continue;
    if (!window_.empty()) send_front();
  }
  sink_->close();
  if (cursor_ != saved_) save();
}

/// One try, and the pause after one that failed.
bool Forwarder::connect() {
  set_state(State::connecting);
  const auto opened = sink_->open(stream_, begin_);
  if (!opened) {
    trouble(opened.error());
    return false;
  }
  if (!agree(*opened)) return false;
  open_ = true;
  return true;
}

/// What the other side has decides where we go on.
bool Forwarder::agree(const UpstreamSink::Opened& opened) {
  if (opened.instance != upstream_instance_) {
    // What comes from there was not known when the window was filled.
    upstream_instance_ = opened.instance;
    window_.clear();
  }
  if (opened.instance == instance_) {
    trouble("it is this instance itself: look at its url");
    return false;
  }
  if (!opened.next) return true;
  const std::uint64_t next = std::max(*opened.next, begin_);
  const std::uint64_t ours = archive_.next_sequence();
  if (next > ours) {
    // It has what we never had: this archive was put back to an older state, and its sequences will be given again. Under
    // a new id nothing of what comes now is taken for what it has.
    spdlog::warn(
        "W-UPSTREAM {}: it knows {} records more than this archive has, which was put back to an older "
        "state: "
        "a new stream begins / 上游擁有較新的紀錄，本機資料似曾回復至舊狀態，改以新串流傳送",
        config_.id, next - ours);
    stream_ = random_id();
    begin_ = cursor_ = std::min(cursor_, ours);
    window_.clear();
    save();
    sink_->close();
    return false;
  }
  if (next == cursor_) return true;
  if (next < cursor_) {
    spdlog::error(
        "E-UPSTREAM {}: it has lost records that it had acknowledged, {} to {}: they are sent again / "
        "上游遺失已確認的紀錄，重新傳送",
        config_.id, next, cursor_);
    say_gap(next, cursor_, 0, "the upstream had lost records that it had acknowledged; they were sent again");
    const std::lock_guard lock(mutex_);
    status_.sent_again += cursor_ - next;
  }
  cursor_ = next;
  window_.clear();
  save();
  const std::lock_guard lock(mutex_);
  status_.cursor = cursor_;
  return true;
}

ForwardBatch& Forwarder::open_batch(std::uint64_t first) {
  if (window_.empty() || window_.back().records.size() >= options_.batch_records_max ||
      window_.back().raw_bytes >= options_.batch_bytes_max) {
    window_.emplace_back().first = first;
  }
  return window_.back();
}

/// Whether a record is meant for this upstream. Counts what is not.
bool Forwarder::take(const StoredRecord& record, LazyEvent* lazy) {
  ForwardBatch& batch = window_.back();
  const Source& source = *record.source;
  const bool meant = (choice_.both || source.drill == choice_.drills) &&
                     (choice_.organisations.empty() || choice_.organisations.contains(source.organisation));
  if (meant && (passed(record, instance_) || passed(record, upstream_instance_))) {
    ++batch.looped;
    return false;
  }
  if (meant && lazy == nullptr) return true;
  if (meant) {
    lazy->reset(record);
    if (satisfies(choice_.query->impl().filter, *lazy)) return true;
  }
  ++batch.filtered;
  return false;
}

void Forwarder::copy(const StoredRecord& record) {
  ForwardBatch& batch = window_.back();
  StoredRecord kept = record;
  kept.raw = batch.arena.copy(record.raw);
  const auto known =
      std::find_if(batch.sources.rbegin(), batch.sources.rend(),
                   [&record](const Source& source) { return same_source(source, *record.source); });
  kept.source = known != batch.sources.rend() ? &*known : &batch.sources.emplace_back(*record.source);
  batch.records.push_back(kept);
  batch.raw_bytes += record.raw.size();
}

bool Forwarder::gather() {
  const std::uint64_t to = archive_.next_sequence();
  if (to <= cursor_) {
    const std::lock_guard lock(mutex_);
    pending_since_ns_ = 0;
    return true;
  }
  ScanRange range;
  range.organisations = {"*"};
  range.newest_first = false;
  range.sequence_from = cursor_;
  range.sequence_to = to;
  const std::function<bool()> cancelled = [this] { return stopping_.load(std::memory_order_relaxed); };
  range.cancelled = &cancelled;
  LazyEvent lazy;
  std::size_t bytes = 0;
  std::uint64_t seen = 0;
  std::uint64_t at = cursor_;  // the next sequence expected
  bool whole = true;
  const auto cost = archive_.scan(range, [&](const StoredRecord& record) {
    if (seen >= options_.window_records_max || bytes >= options_.window_bytes_max) return whole = false;
    ForwardBatch& batch = open_batch(at);
    // What lies before the first record of a stream from the oldest on was given up before there was a stream.
    if (at != 0) batch.missing += record.sequence - at;
    if (take(record, choice_.query ? &lazy : nullptr)) {
      copy(record);
      bytes += record.raw.size();
    }
    ++seen;
    at = record.sequence + 1;
    batch.next = at;
    return true;
  });
  if (!cost && cost.error().code == StoreErrc::cancelled) {
    window_.clear();
    return false;
  }
  if (!cost && cost.error().code != StoreErrc::corrupt) {
    window_.clear();
    trouble("the archive could not be read: " + cost.error().what);
    return false;
  }
  // A damaged block does not hold up the others: what it had counts as missing.
  if (!cost)
    spdlog::error("E-UPSTREAM {}: {} - its records cannot be sent / 區塊損毀，無法傳送", config_.id,
                  cost.error().what);
  if (whole && at < to) {
    ForwardBatch& batch = open_batch(at);
    batch.missing += to - at;
    batch.next = to;
  }
  const auto first =
      std::find_if(window_.begin(), window_.end(), [](const auto& b) { return !b.records.empty(); });
  const std::lock_guard lock(mutex_);
  pending_since_ns_ = first == window_.end() ? 0 : first->records.front().received_ns;
  return true;
}

/// What was told, or need not be, lies behind us.
void Forwarder::pass(const ForwardBatch& batch) {
  cursor_ = batch.next;
  if (batch.missing > 0) {
    spdlog::warn(
        "W-UPSTREAM {}: {} records between {} and {} are no longer in the archive and were not sent / "
        "部分紀錄已不在封存中，未能傳送",
        config_.id, batch.missing, batch.first, batch.next);
    say_gap(batch.first, batch.next, batch.missing,
            "records were no longer in the archive and were not sent upstream");
  }
  const std::lock_guard lock(mutex_);
  status_.cursor = cursor_;
  status_.filtered += batch.filtered;
  status_.looped += batch.looped;
  status_.missing += batch.missing;
}

void Forwarder::say_gap(std::uint64_t from, std::uint64_t to, std::uint64_t missing, std::string text) {
  OwnVoice::Message gap;
  gap.id = "gap";
  gap.data = {{"upstream", config_.id}, {"from", record_id(from)}, {"to", record_id(to)}};
  if (missing > 0) gap.data.emplace_back("missing", std::to_string(missing));
  gap.text = std::move(text);
  say_(std::move(gap));
}

bool Forwarder::send_front() {
  ForwardBatch& batch = window_.front();
  set_state(State::sending);
  const UpstreamSink::Sent sent = sink_->send(batch);
  const bool all = sent.error.empty();
  if (all) {
    pass(batch);
  } else if (sent.acknowledged > 0) {
    cursor_ = batch.records[sent.acknowledged - 1].sequence + 1;
  }
  if (cursor_ != saved_) save();
  {
    const std::lock_guard lock(mutex_);
    status_.cursor = cursor_;
    status_.sent += batch.records.size();
    status_.acknowledged += sent.acknowledged;
    if (sent.acknowledged > 0) status_.last_acknowledged_ns = wall_clock_ns();
  }
  if (!all) {
    trouble(sent.error);
    return false;
  }
  if (!told_trouble_.empty()) spdlog::info("upstream {} takes records again / 上游已恢復", config_.id);
  told_trouble_.clear();
  backoff_ = options_.backoff_min;
  window_.pop_front();
  const std::lock_guard lock(mutex_);
  status_.last_error.clear();
  pending_since_ns_ =
      window_.empty() || window_.front().records.empty() ? 0 : window_.front().records.front().received_ns;
  return true;
}

/// Says what went wrong, once until something else does; then waits.
void Forwarder::trouble(std::string what) {
  sink_->close();
  open_ = false;
  if (stopping_) return;
  std::string gist = without_digits(what);
  if (gist != told_trouble_) {
    spdlog::warn(
        "W-UPSTREAM {} ({}): {} - records wait in the archive and are sent later / "
        "上游無法傳送，紀錄保留於本機，"
        "稍後重試",
        config_.id, status_.address, what);
    told_trouble_ = std::move(gist);
  }
  {
    const std::lock_guard lock(mutex_);
    ++status_.errors;
    status_.last_error = std::move(what);
    status_.last_error_ns = wall_clock_ns();
    status_.state = State::waiting;
  }
  // The window is read again: the cursor may have moved in the middle of it.
  window_.clear();
  std::uniform_int_distribution<std::int64_t> fifth(-backoff_.count() / 5, backoff_.count() / 5);
  pause(backoff_ + std::chrono::milliseconds(fifth(dice_)));
  backoff_ = std::min(backoff_ * 2, options_.backoff_max);
}

Result<std::vector<std::unique_ptr<Forwarder>>, std::string> make_forwarders(
    Archive& archive, const std::vector<UpstreamConfig>& configs, const AssetTable& assets, bool drill,
    const std::string& instance, const Forwarder::Say& say) {
  std::vector<std::unique_ptr<Forwarder>> made;
  const UpstreamSelf self{instance, machine_name()};
  for (const UpstreamConfig& config : configs) {
    Forwarder::Choice choice;
    choice.drills = drill;
    choice.both = config.kind == UpstreamConfig::Kind::vigil;
    if (!config.organisation.empty()) {
      for (auto& id : assets.visible_from(config.organisation)) choice.organisations.insert(std::move(id));
    }
    if (!config.query.empty()) {
      auto query = Query::parse(config.query);
      if (!query)
        return "E-UPSTREAM upstream '" + config.id + "': its query cannot be read:\n" +
               query.error().render(config.query);
      if (query->has_pipes())
        return "E-UPSTREAM upstream '" + config.id +
               "': a query that chooses records has no pipes: " + config.query + " / 篩選條件不可含管線";
      choice.query = std::move(*query);
    }
    made.push_back(std::make_unique<Forwarder>(
        archive, config, std::move(choice), instance,
        [&config, &self](const std::atomic<bool>& stopping) { return make_sink(config, self, stopping); },
        say));
  }
  return made;
}

}  // namespace vigil
