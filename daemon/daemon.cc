#include "daemon/daemon.h"

#include <malloc.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <future>
#include <thread>

#include "config/asset_table.h"
#include "config/parser_files.h"
#include "daemon/alert_ledger.h"
#include "daemon/api.h"
#include "daemon/beats_listener.h"
#include "daemon/clock.h"
#include "daemon/enrichment_loader.h"
#include "daemon/forwarder.h"
#include "daemon/file_tail.h"
#include "daemon/gelf_listener.h"
#include "daemon/health_desk.h"
#include "daemon/ingest_http.h"
#include "daemon/instance_id.h"
#include "daemon/mailbox_watch.h"
#include "daemon/rule_keeper.h"
#include "daemon/relay_ledger.h"
#include "daemon/relp_listener.h"
#include "daemon/resend_window.h"
#include "daemon/socket.h"
#include "daemon/tcp_listener.h"
#include "daemon/tls_keeper.h"
#include "daemon/udp_listener.h"
#include "daemon/watchlist_desk.h"

namespace vigil {

namespace {

/// How often the sealer looks whether a lane is due.
constexpr std::chrono::milliseconds kSealEvery{200};
/// How often the sealer looks at other things than lanes.
constexpr std::chrono::seconds kUpkeepEvery{30};
/// Fewer records than this from one upkeep to the next: no burst.
constexpr std::uint64_t kQuietRecords = 20'000;
/// How often one looks whether a peer was held to its rate.
constexpr std::chrono::seconds kSuppressedEvery{5};
/// Enough descriptors for the connections we promise.
constexpr rlim_t kDescriptorsWanted = 16'384;

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min(std::max(limit.rlim_cur, kDescriptorsWanted), limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 1024) {
    spdlog::warn(
        "W-FILES only {} files may be open; connections will be refused early - raise LimitNOFILE / "
        "可開啟檔案數過低",
        limit.rlim_cur);
  }
}

}  // namespace

struct Daemon::Impl {
  /// One I/O thread and what belongs to it.
  struct IoThread {
    boost::asio::io_context context{1};
    std::unique_ptr<Intake> datagrams, streams;
    std::vector<std::unique_ptr<Listener>> listeners;
    std::thread thread;
  };

  Config config;
  std::shared_ptr<const AssetTable> assets;
  std::unique_ptr<RuleKeeper> rules;
  std::unique_ptr<RuleSwitches> switches;
  std::unique_ptr<RuleLedger> rule_ledger;
  std::unique_ptr<RuleSights> sights;
  RecoveryReport recovery;
  std::unique_ptr<Archive> archive;

  Counters counters;
  std::unique_ptr<SourceTable> sources;
  const std::shared_ptr<BatchPool> batches = std::make_shared<BatchPool>();
  std::unique_ptr<Writer> writer;
  std::unique_ptr<RelayLedger> relay_ledger;  ///< of those who forward to us
  std::unique_ptr<AlertLedger> alert_ledger;
  std::unique_ptr<CaseDesk> desk;
  std::unique_ptr<EvidenceDesk> evidence;
  std::unique_ptr<Watch> watch;
  std::unique_ptr<WatchlistDesk> watchlists;
  std::unique_ptr<RetroHunt> hunts;
  std::unique_ptr<Dispatcher> dispatcher;
  LiveTail tail;
  std::unique_ptr<NightShift> night;
  std::vector<std::unique_ptr<Forwarder>> upstream;
  std::unique_ptr<FileTail> files;
  std::unique_ptr<MailboxWatch> mailboxes;
  std::unique_ptr<Api> api;

  TlsKeeper tls;
  std::unique_ptr<TokenDesk> tokens;
  ReceiptBook receipts;                  ///< outlives the contexts, in which answers may lie to the end
  std::deque<IntakeListener> listeners;  ///< their addresses are kept by the sockets
  std::unique_ptr<OwnVoice> voice;       ///< what vigild itself has to say in the log
  LossBook losses;
  std::unique_ptr<HealthDesk> health;
  ConnectionLedger ledger{TcpLimits{}};
  ResendWindow resends;
  std::array<IoThread, 2> io;
  boost::asio::steady_timer suppressed_timer{io[0].context};
  std::vector<std::unique_ptr<HttpServer>> http;
  std::vector<std::unique_ptr<IngestHttp>> ingest;
  std::unique_ptr<HttpServer> local;
  std::thread sealer;
  std::mutex sealer_mutex;
  std::condition_variable sealer_wake;
  bool sealer_stopping = false;
  HealthOptions health_options;

  IntakeListener& add_listener(std::string id, std::string_view protocol, const std::string& address,
                               const std::string& organisation, const std::string& zone, Charset charset,
                               bool drill);
  Result<void, std::string> listen(const ListenerConfig& wanted);
  Result<std::vector<int>, std::string> bind(Endpoint& endpoint, std::string_view protocol, int type,
                                             std::size_t sockets);
  void listen_streams(const ListenerConfig& wanted, const IntakeListener& listener, const std::vector<int>& fds,
                      const TlsServer* secure);
  Result<void, std::string> listen_gelf_udp(const ListenerConfig& wanted, IntakeListener& listener, Endpoint& endpoint);
  void set_wanted_receive_buffer(int fd, const ListenerConfig& wanted, const IntakeListener& listener,
                                 bool tell);
  /// Told by a listener's socket: the kernel has dropped so many datagrams more.
  std::function<void(std::uint64_t)> loss_teller(const IntakeListener& listener);
  void follow_files();
  void watch_mailboxes();
  void tell_suppressed(bool all);
  void tell_suppressed_later();
  void give_way() const;
  void reload_parsers();
  void watch_rules();
  void reload_enrichment();
  void reload_on(boost::asio::signal_set& signal);
  void report_recovery();
  void run_sealer();
  std::unique_ptr<HttpServer> make_http(IntakeListener& listener);
  void stop();
};

Daemon::Daemon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Daemon::~Daemon() = default;

namespace {

CaseBookOptions book_options(const AlertsConfig& alerts) {
  CaseBookOptions options;
  switch (alerts.open) {
    case AlertsConfig::Open::all:
      options.alerts_open = Level::informational;
      break;
    case AlertsConfig::Open::medium:
      options.alerts_open = Level::medium;
      break;
    case AlertsConfig::Open::high:
      options.alerts_open = Level::high;
      break;
    case AlertsConfig::Open::none:
      options.alerts_open.reset();
      break;
  }
  return options;
}

}  // namespace

Result<std::unique_ptr<Daemon>, std::string> Daemon::open(const Config& config,
                                                          const HealthOptions& health) {
  auto impl = std::make_unique<Impl>();
  impl->health_options = health;
  impl->config = config;
  raise_descriptor_limit();
  ::umask(0077);  // Evidence is for its owner alone.

  std::error_code error;
  std::filesystem::create_directories(config.data, error);
  if (error) {
    return "E-DATA cannot make the data directory " + config.data.string() + ": " + error.message() +
           " - choose another with --data / 無法建立資料目錄，請以 --data 指定";
  }
  ArchiveOptions options;
  options.directory = config.data / "archive";
  auto archive = Archive::open(options, &impl->recovery);
  if (!archive) return "E-STORE " + archive.error().what;
  impl->archive = std::move(*archive);

  impl->rules = std::make_unique<RuleKeeper>(config.rules);
  impl->rules->load();

  impl->assets = std::make_shared<const AssetTable>(config);
  impl->tokens = std::make_unique<TokenDesk>(config.tokens);
  impl->sources = std::make_unique<SourceTable>(impl->assets);
  if (auto loaded = impl->resends.load(*impl->archive, std::chrono::steady_clock::now()); !loaded) {
    spdlog::warn("W-RESEND what was stored last could not be read, clients may have some of it stored twice: {}",
                 loaded.error().what);
  }
  impl->writer = std::make_unique<Writer>(*impl->archive, impl->counters);
  auto instance = instance_id(impl->archive->state());
  if (!instance) return "E-STORE this instance's id cannot be written: " + instance.error().what;
  impl->relay_ledger = std::make_unique<RelayLedger>(*impl->archive, *instance);
  impl->alert_ledger = std::make_unique<AlertLedger>(*impl->archive);
  auto upstream = make_forwarders(*impl->archive, config.upstream, *impl->assets, config.drill, *instance,
                                  [self = impl.get()](OwnVoice::Message gap) { self->voice->say(std::move(gap)); });
  if (!upstream) return upstream.error();
  impl->upstream = std::move(*upstream);
  impl->desk =
      std::make_unique<CaseDesk>(impl->archive->state(), impl->assets, config.channels, book_options(config.alerts));
  impl->evidence = std::make_unique<EvidenceDesk>(*impl->archive, impl->assets, config.data / "evidence");
  auto enrichment = load_enrichment(config);
  if (!enrichment) return "E-ENRICHMENT " + enrichment.error();
  impl->watch = std::make_unique<Watch>(*impl->archive, impl->rules->rules(), *impl->desk);
  impl->watch->use(std::move(*enrichment));
  impl->switches = std::make_unique<RuleSwitches>(impl->archive->state());
  impl->rule_ledger = std::make_unique<RuleLedger>(impl->archive->state());
  impl->watch->keep_books(*impl->switches, *impl->rule_ledger);
  impl->sights = std::make_unique<RuleSights>(*impl->archive);
  impl->watchlists = std::make_unique<WatchlistDesk>(*impl->archive, impl->assets, config.watchlists);
  const auto current_lists = [lists = impl->watchlists.get()] { return lists->index(); };
  impl->hunts = std::make_unique<RetroHunt>(*impl->archive, *impl->desk, current_lists,
                                            [self = impl.get()] { self->give_way(); });
  impl->watchlists->hunt_with(*impl->hunts);
  impl->watch->watch_lists(current_lists);
  impl->dispatcher =
      std::make_unique<Dispatcher>(*impl->desk, *impl->evidence, impl->assets, config.channels);
  for (auto& io : impl->io) {
    io.datagrams = std::make_unique<Intake>(io.context, *impl->writer, *impl->sources, impl->counters,
                                            impl->batches, Intake::WhenFull::drop);
    io.streams = std::make_unique<Intake>(io.context, *impl->writer, *impl->sources, impl->counters,
                                          impl->batches, Intake::WhenFull::queue);
  }
  return std::unique_ptr<Daemon>(new Daemon(std::move(impl)));
}

IntakeListener& Daemon::Impl::add_listener(std::string id, std::string_view protocol,
                                           const std::string& address, const std::string& organisation,
                                           const std::string& zone, Charset charset, bool drill) {
  IntakeListener& listener = listeners.emplace_back();
  listener.description.id = id;
  listener.description.transport = protocol;
  listener.description.organisation = organisation;
  listener.description.charset = charset;
  listener.description.drill = drill || config.drill;
  listener.zone = zone;
  listener.stats = &counters.add_listener(std::move(id), std::string(protocol), address);
  return listener;
}

/// Binds a listener's sockets, one for each I/O thread that shall serve it.
Result<std::vector<int>, std::string> Daemon::Impl::bind(Endpoint& endpoint, std::string_view protocol,
                                                         int type, std::size_t sockets) {
  std::vector<int> fds;
  for (std::size_t i = 0; i < sockets; ++i) {
    std::string trouble;
    // SO_REUSEPORT lets our own threads share a port, but would also let a second vigild in unseen: so probe
    // first.
    const int fd =
        open_bound_socket(endpoint, type, i == 0 ? PortSharing::probe_first : PortSharing::shared, trouble);
    if (fd < 0) {
      for (const int open : fds) ::close(open);
      return "E-LISTEN " + std::string(protocol) + ": " + trouble;
    }
    endpoint.port = bound_port(fd);
    fds.push_back(fd);
  }
  return fds;
}

Result<void, std::string> Daemon::Impl::listen(const ListenerConfig& wanted) {
  using Protocol = ListenerConfig::Protocol;
  auto endpoint = parse_endpoint(wanted.address);
  if (!endpoint) return "E-LISTEN " + endpoint.error();
  const std::string_view protocol = protocol_name(wanted.protocol);
  const bool datagrams = wanted.protocol == Protocol::syslog_udp;
  const std::size_t sockets = wanted.protocol == Protocol::http ? 1 : io.size();
  const TlsServer* secure = nullptr;
  if (wanted.tls) {
    const bool only_write = wanted.protocol == Protocol::syslog_tls || wanted.protocol == Protocol::gelf;
    auto opened = tls.open(std::string(protocol) + " " + wanted.address, *wanted.tls,
                           only_write ? TlsClients::only_write : TlsClients::read);
    if (!opened) return opened.error() + " (" + std::string(protocol) + " " + wanted.address + ")";
    secure = *opened;
  }
  auto bound = bind(*endpoint, protocol, datagrams ? SOCK_DGRAM : SOCK_STREAM, sockets);
  if (!bound) return bound.error();
  const std::vector<int>& fds = *bound;
  const std::string address = endpoint_text(*endpoint);
  IntakeListener& listener = add_listener(std::string(protocol) + ":" + address, protocol, address,
                                          wanted.organisation, wanted.timezone, wanted.charset, wanted.drill);
  for (const std::string& relay : wanted.relays) {
    if (const auto network = config::read_network(relay)) listener.relays.push_back(*network);
  }
  if (wanted.messages_per_second_per_peer > 0) {
    listener.rate =
        std::make_unique<PeerRate>(static_cast<std::uint32_t>(wanted.messages_per_second_per_peer));
  }
  const auto message_bytes_max = static_cast<std::size_t>(wanted.frame_bytes_max);
  switch (wanted.protocol) {
    case Protocol::http:
      http.push_back(make_http(listener));
      if (secure != nullptr) {
        http.back()->listen_tls(fds.front(), listener, counters, ledger, *secure);
      } else {
        http.back()->listen(fds.front());
      }
      break;
    case Protocol::syslog_udp:
      for (std::size_t i = 0; i < fds.size(); ++i) {
        set_wanted_receive_buffer(fds[i], wanted, listener, i == 0);
        io[i].listeners.push_back(std::make_unique<UdpListener>(
            io[i].context, fds[i], listener,
            UdpListener::Options{.message_bytes_max = message_bytes_max,
                                 .compressed_rsyslog = wanted.compressed_rsyslog},
            *io[i].datagrams, loss_teller(listener)));
      }
      break;
    case Protocol::syslog_tcp:
    case Protocol::syslog_tls:
      for (std::size_t i = 0; i < fds.size(); ++i) {
        io[i].listeners.push_back(
            std::make_unique<TcpListener>(io[i].context, fds[i], listener,
                                          FramerOptions{.frame_bytes_max = message_bytes_max,
                                                        .multiline_pri = wanted.multiline_pri,
                                                        .compressed_rsyslog = wanted.compressed_rsyslog},
                                          *io[i].streams, counters, ledger, secure));
      }
      break;
    case Protocol::relp:
    case Protocol::beats:
    case Protocol::gelf:
      listen_streams(wanted, listener, fds, secure);
      if (wanted.protocol != Protocol::gelf) break;
      if (auto ready = listen_gelf_udp(wanted, listener, *endpoint); !ready) return ready;
      break;
  }
  spdlog::info("listening: {} {}", protocol, address);
  return {};
}

/// RELP, Beats and GELF on TCP: the same sockets, with or without TLS, and sessions of their own.
void Daemon::Impl::listen_streams(const ListenerConfig& wanted, const IntakeListener& listener,
                                  const std::vector<int>& fds, const TlsServer* secure) {
  StreamListener::Make make;
  std::size_t sessions_max = 0;
  if (wanted.protocol == ListenerConfig::Protocol::relp) {
    RelpOptions options;
    options.frames.data_bytes_max = static_cast<std::size_t>(wanted.frame_bytes_max);
    sessions_max = options.sessions_max;
    make = relp_sessions(options, resends);
  } else if (wanted.protocol == ListenerConfig::Protocol::beats) {
    sessions_max = BeatsOptions().sessions_max;
    make = beats_sessions({}, resends);
  } else {
    sessions_max = GelfTcpOptions().sessions_max;
    make = gelf_sessions({});
  }
  for (std::size_t i = 0; i < fds.size(); ++i) {
    const StreamParts parts = {io[i].context, listener, *io[i].streams, *writer, counters, ledger};
    io[i].listeners.push_back(std::make_unique<StreamListener>(parts, fds[i], secure, sessions_max, make));
  }
}

Result<void, std::string> Daemon::Impl::listen_gelf_udp(const ListenerConfig& wanted, IntakeListener& listener,
                                                        Endpoint& endpoint) {
  auto bound = bind(endpoint, "gelf", SOCK_DGRAM, io.size());
  if (!bound) return bound.error();
  for (std::size_t i = 0; i < bound->size(); ++i) {
    const int fd = (*bound)[i];
    set_wanted_receive_buffer(fd, wanted, listener, i == 0);
    io[i].listeners.push_back(std::make_unique<GelfUdpListener>(
        io[i].context, fd, listener, *io[i].datagrams, counters, loss_teller(listener)));
  }
  return {};
}

/// A server whose ingest paths bring what they take to this listener; its other paths are the API's.
std::unique_ptr<HttpServer> Daemon::Impl::make_http(IntakeListener& listener) {
  IngestHttp& paths = *ingest.emplace_back(std::make_unique<IngestHttp>(
      IngestParts{*io[0].streams, *writer, counters, listener, *tokens, receipts, *relay_ledger, *alert_ledger}));
  return std::make_unique<HttpServer>(
      io[0].context,
      [this, &paths](HttpRequest request, std::shared_ptr<HttpAnswer> answer) {
        if (!paths.handle(request, answer)) api->handle(std::move(request), std::move(answer));
      },
      HttpLimits{}, [&paths](const HttpRequest& request) { return paths.lets_in(request); },
      [&paths](const HttpRequest& request) { return paths.open(request); });
}

void Daemon::Impl::set_wanted_receive_buffer(int fd, const ListenerConfig& wanted,
                                             const IntakeListener& listener, bool tell) {
  const int given = set_receive_buffer(fd, wanted.receive_buffer_bytes);
  if (!tell || given >= wanted.receive_buffer_bytes) return;
  spdlog::warn(
      "W-RCVBUF {} has a receive buffer of {} bytes instead of {}; bursts may be lost (they are counted) - "
      "sysctl -w net.core.rmem_max={} / UDP 接收緩衝區不足",
      listener.description.id, given, wanted.receive_buffer_bytes, wanted.receive_buffer_bytes);
}

std::function<void(std::uint64_t)> Daemon::Impl::loss_teller(const IntakeListener& listener) {
  return [this, place = LossBook::Place{.loss = Loss::gap,
                                        .listener = listener.description.id,
                                        .organisation = listener.description.organisation,
                                        .drill = listener.description.drill}](std::uint64_t lost) {
    const std::int64_t now = wall_clock_ns();
    if (!losses.add(place, lost, now)) return;
    for (OwnVoice::Message& record : losses.due(now)) voice->say(std::move(record));
  };
}

void Daemon::Impl::follow_files() {
  if (config.files.empty()) return;
  const std::string machine = machine_name();
  std::vector<FileGroup> groups;
  for (const FileConfig& wanted : config.files) {
    std::string patterns;
    for (const std::string& pattern : wanted.paths) patterns += (patterns.empty() ? "" : ", ") + pattern;
    FileGroup group{.listener = &add_listener("file:" + readable_path(wanted.paths.front()), transport::kFile,
                                              readable_path(patterns), wanted.organisation, wanted.timezone,
                                              wanted.charset, false),
                    .patterns = FilePatterns(wanted.paths),
                    .record_start = std::nullopt,
                    .peer = machine,
                    .host = wanted.host.empty() ? machine : wanted.host};
    // What is no pattern the configuration has refused.
    if (!wanted.multiline.empty()) {
      if (auto start = RecordStart::compile(wanted.multiline)) group.record_start = std::move(*start);
    }
    groups.push_back(std::move(group));
    spdlog::info("following: {}", readable_path(patterns));
  }
  files = std::make_unique<FileTail>(*archive, *writer, *sources, counters, batches, std::move(groups));
  writer->observe([this](const std::shared_ptr<Batch>& batch) { files->committed(batch); });
}

void Daemon::Impl::watch_mailboxes() {
  if (config.mailboxes.empty()) return;
  std::vector<Mailbox> boxes;
  for (const MailboxConfig& wanted : config.mailboxes) {
    const std::string path = readable_path(wanted.directory.native());
    Mailbox box{&add_listener("mail:" + path, transport::kAlert, path, wanted.organisation, wanted.timezone,
                              Charset::automatic, wanted.drill),
                wanted.directory, wanted.templates};
    for (MailTemplate& each : box.templates) {
      if (each.source.empty()) each.source = wanted.source;
    }
    // Mails that no template fits are of the mailbox's source too.
    if (!wanted.source.empty()) box.templates.push_back({"mailbox", wanted.source, {}, {}, {}, {}});
    boxes.push_back(std::move(box));
    spdlog::info("watching for mails: {}", path);
  }
  mailboxes = std::make_unique<MailboxWatch>(*alert_ledger, *writer, *sources, counters, batches,
                                             std::move(boxes), machine_name());
}

/// What was beyond a peer's rate and so not stored: one record a peer and minute.
void Daemon::Impl::tell_suppressed(bool all) {
  const std::int64_t now = wall_clock_ns();
  for (const IntakeListener& listener : listeners) {
    if (!listener.rate) continue;
    for (const auto& [peer, count] : listener.rate->to_tell(now, all)) {
      const std::string number = std::to_string(count);
      voice->say({.id = "suppressed",
                  .organisation = listener.description.organisation,
                  .drill = listener.description.drill,
                  .data = {{"listener", listener.description.id}, {"peer", peer}, {"count", number}},
                  .text = "suppressed " + number + " from " + peer + ": beyond messages_per_second_per_peer"});
    }
  }
}

void Daemon::Impl::tell_suppressed_later() {
  suppressed_timer.expires_after(kSuppressedEvery);
  suppressed_timer.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    tell_suppressed(false);
    tell_suppressed_later();
  });
}

/// Work in the background waits a moment while records wait to be written.
void Daemon::Impl::give_way() const {
  constexpr std::size_t kQueueBytesMax = std::size_t{1024} * 1024;
  for (int i = 0; i < 50 && writer->queued_bytes() > kQueueBytesMax; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

/// The site's own parsers are read again; those in force stay where a new one is wrong.
void Daemon::Impl::reload_parsers() {
  auto parsers = load_parsers(config.parsers.directories);
  if (!parsers) {
    for (const Diagnostic& mistake : parsers.error()) spdlog::error("{}", mistake.render());
    spdlog::error("the parsers of before stay in force / 沿用先前的剖析器");
    return;
  }
  spdlog::info("{} parsers of this site / 已載入 {} 個自訂剖析器", parsers->size(), parsers->size());
  UserParsers::install(std::move(*parsers));
}

/// A new set of rules goes to the watch, and a line about it into the archive.
void Daemon::Impl::watch_rules() {
  rules->on_replaced = [this](const std::shared_ptr<const RuleSet>& set) { watch->replace_rules(set); };
  rules->on_report = [this](const RuleKeeper::Report& report) {
    OwnVoice::Message message{.id = "rules", .text = "the rules were loaded again / 規則已重新載入"};
    message.data = {{"loaded", std::to_string(report.loaded)},
                    {"refused", std::to_string(report.refused)},
                    {"added", std::to_string(report.added.size())},
                    {"removed", std::to_string(report.removed.size())}};
    for (const std::string& id : report.restarted) message.data.emplace_back("restarted", id);
    voice->say(std::move(message));
  };
}

/// The operator's lists of places and accounts are read again; those in force stay where a new one is wrong.
void Daemon::Impl::reload_enrichment() {
  auto enrichment = load_enrichment(config);
  if (!enrichment) {
    spdlog::error("E-ENRICHMENT {} - the lists of before stay in force / 沿用先前的清單", enrichment.error());
    return;
  }
  watch->use(std::move(*enrichment));
}

/// SIGHUP: certificates, revocation lists, the site's own parsers, its lists, the watchlists' files and the rules are loaded again.
void Daemon::Impl::reload_on(boost::asio::signal_set& signal) {
  signal.async_wait([this, &signal](const boost::system::error_code& error, int) {
    if (error) return;
    spdlog::info("told to load again (SIGHUP) / 收到重新載入訊號");
    tls.reload();
    reload_parsers();
    rules->reload_soon();
    reload_enrichment();
    watchlists->reload();
    reload_on(signal);
  });
}

void Daemon::Impl::report_recovery() {
  if (recovery.clean) return;
  if (recovery.lost_to > recovery.lost_from) {
    spdlog::error("E-LOSS {} / 復原後仍有遺失，已寫入遺失紀錄", recovery.what);
    voice->say({.id = "loss",
                .data = {{"from", record_id(recovery.lost_from)},
                         {"to", record_id(recovery.lost_to)},
                         {"salvaged", std::to_string(recovery.salvaged)}},
                .text = "acknowledged records could not be recovered from the damaged journal"});
  } else {
    spdlog::warn("W-RECOVERED {}", recovery.what);
    voice->say({.id = "recovered",
                .data = {{"salvaged", std::to_string(recovery.salvaged)}},
                .text = "the journal was damaged; every acknowledged record was recovered"});
  }
}

void Daemon::Impl::run_sealer() {
  pthread_setname_np(pthread_self(), "sealer");
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 5);
  auto upkeep_done = std::chrono::steady_clock::now();
  std::uint64_t taken_before = archive->next_sequence();
  std::uint64_t verify_failures = 0;
  bool busy = false;
  for (;;) {
    {
      std::unique_lock lock(sealer_mutex);
      sealer_wake.wait_for(lock, kSealEvery, [this] { return sealer_stopping; });
      if (sealer_stopping) return;
    }
    const auto sealed = archive->seal(false, wall_clock_ns());
    if (!sealed && sealed.error().code != StoreErrc::disk_full) {
      spdlog::error("E-SEAL {} - records stay in the journal and are tried again / 封存區塊失敗，將再試",
                    sealed.error().what);
    }
    const auto now = std::chrono::steady_clock::now();
    if (now - upkeep_done > kUpkeepEvery) {
      upkeep_done = now;
      if (const std::uint64_t failures = archive->stats().verify_failures; failures > verify_failures) {
        verify_failures = failures;
        spdlog::error(
            "E-VERIFY {} parts of blocks did not read back as they were written and were kept as plain text: "
            "check the machine's memory / 有 {} 個區塊分段寫入後讀回不符，已改以原文保存，請檢查記憶體",
            failures, failures);
        voice->say({.id = "verify",
                    .data = {{"failures", std::to_string(failures)}},
                    .text = "parts of blocks did not read back as they were written; they were kept as plain text"});
      }
      // What is kept for the next burst, by us and by glibc, is given back once a burst is over.
      const std::uint64_t taken = archive->next_sequence();
      const bool quiet = taken - taken_before < kQuietRecords;
      if (quiet && busy) {
        batches->trim();
        ::malloc_trim(0);
      }
      busy = !quiet;
      taken_before = taken;
    }
  }
}

Result<void, std::string> Daemon::run_until_signal() {
  Impl& d = *impl_;
  const std::string operator_id = d.config.organisations.empty() ? "default" : d.config.organisations.front().id;
  d.voice = std::make_unique<OwnVoice>(d.io[0].context, *d.io[0].streams,
                                       d.counters.add_listener("vigild", "internal", ""), operator_id, d.config.drill);
  d.health = std::make_unique<HealthDesk>(*d.sources, d.archive->state(), *d.voice, d.losses, *d.writer, d.assets,
                                          d.health_options);
  d.health->load(wall_clock_ns());

  const std::string zone =
      d.config.organisations.empty() ? "Asia/Taipei" : d.config.organisations.front().timezone;
  d.night = std::make_unique<NightShift>(*d.archive, *d.writer, *d.desk, d.config.retention, zone);
  d.follow_files();
  d.watch_mailboxes();
  ApiParts parts{*d.archive,      *d.writer,         d.counters,    *d.sources,
                 *d.watch,        *d.desk,           *d.dispatcher, *d.evidence,
                 d.tail,          *d.night,          *d.health,     d.assets,
                 *d.rules,        *d.switches,       *d.rule_ledger, *d.sights,
                 *d.voice,        d.config.channels, d.recovery,
                 std::filesystem::absolute(d.config.data), wall_clock_ns(), d.config.drill};
  parts.default_zone = zone;
  for (const auto& upstream : d.upstream) parts.upstream.push_back(upstream.get());
  parts.watchlists = d.watchlists.get();
  parts.hunts = d.hunts.get();
  parts.files = d.files.get();
  d.api = std::make_unique<Api>(std::move(parts));

  for (const ListenerConfig& listener : d.config.listeners) {
    const auto listening = d.listen(listener);
    if (listening) continue;
    if (!listener.optional) return listening;
    // Nobody asked for it by name: somebody else may have its port.
    spdlog::warn("{} - going on without it / 略過此接收端", listening.error());
  }
  d.local = d.make_http(
      d.add_listener("http:unix", "http", "vigil.sock",
                     d.config.organisations.empty() ? "default" : d.config.organisations.front().id,
                     "Asia/Taipei", Charset::automatic, false));
  if (const std::string trouble = d.local->listen_unix(d.config.data / "vigil.sock"); !trouble.empty()) {
    return "E-LISTEN " + trouble;
  }

  d.writer->observe([&d](const std::shared_ptr<Batch>& batch) { d.watch->offer(batch); });
  d.writer->observe([&d](const std::shared_ptr<Batch>& batch) { d.tail.publish(batch); });
  d.writer->observe([&d](const std::shared_ptr<Batch>& batch) { d.sights->offer(batch); });
  d.watch->on_cases_changed = [&d] { d.dispatcher->wake(); };
  d.watch_rules();
  d.hunts->on_cases_changed = [&d] { d.dispatcher->wake(); };
  d.watch->on_evicted = [&d](const CaseBook::Limits& limits) {
    d.voice->say({.id = "candidates",
                  .data = {{"sightings", std::to_string(limits.sightings_evicted)},
                           {"risk_entities", std::to_string(limits.risk_evicted)}},
                  .text = "more findings than can be kept wait to become candidates; the oldest and least grave were let go / "
                          "待彙整之偵測超過上限，已捨棄最舊且嚴重度最低者"});
  };
  d.report_recovery();

  boost::asio::signal_set signals(d.io[0].context, SIGINT, SIGTERM);
  signals.async_wait([&d](const boost::system::error_code& error, int) {
    if (!error) d.stop();
  });
  boost::asio::signal_set reload(d.io[0].context, SIGHUP);
  d.reload_on(reload);
  d.tell_suppressed_later();
  d.tls.start();
  for (std::size_t i = 0; i < d.io.size(); ++i) {
    for (const auto& listener : d.io[i].listeners) listener->start();
  }
  d.writer->start();
  d.relay_ledger->start();
  d.alert_ledger->start();
  for (const auto& upstream : d.upstream) upstream->start();
  d.watch->start();
  d.sights->start();
  d.watchlists->start();
  d.hunts->start();
  d.dispatcher->start();
  d.sealer = std::thread([&d] { d.run_sealer(); });
  d.night->start();
  d.health->start();
  if (d.files) d.files->start();
  if (d.mailboxes) d.mailboxes->start();
  spdlog::info("vigild {} is ready: data in {}, {} rules / 已就緒", VIGIL_VERSION, d.config.data.string(),
               d.rules->rules()->size());

  // Signals belong to this thread: it runs the first I/O context, the second has a thread of its own.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  // A second I/O context without listeners (HTTP only) must wait too.
  auto keep = boost::asio::make_work_guard(d.io[1].context);
  d.io[1].thread = std::thread([&d] {
    pthread_setname_np(pthread_self(), "io-1");
    d.io[1].context.run();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  d.io[0].context.run();
  keep.reset();
  d.io[1].context.stop();
  d.io[1].thread.join();
  // In this order nothing is left over: what was read is committed, what is committed is watched, then
  // sealed.
  for (const auto& upstream : d.upstream) upstream->stop();
  d.rules->stop();
  d.voice->alone();
  d.tell_suppressed(true);
  d.health->stop();
  for (auto& io : d.io) {
    io.datagrams->flush();
    io.streams->flush();
  }
  if (d.files) d.files->stop();
  if (d.mailboxes) d.mailboxes->stop();
  d.tls.stop();
  d.writer->stop();
  d.relay_ledger->stop();
  d.alert_ledger->stop();
  if (d.files) d.files->finish();
  d.watchlists->stop();
  d.hunts->stop();
  d.watch->stop();
  d.sights->stop();
  d.night->stop();
  d.api->stop();
  d.dispatcher->stop();
  {
    const std::lock_guard lock(d.sealer_mutex);
    d.sealer_stopping = true;
  }
  d.sealer_wake.notify_one();
  d.sealer.join();
  const auto sealed = d.archive->seal(true, wall_clock_ns());
  if (!sealed) spdlog::error("E-SEAL at the end: {} - the records stay in the journal", sealed.error().what);
  spdlog::info("stopped: received {}, stored {}, discarded {} / 已停止", d.counters.received(),
               d.counters.stored(), d.counters.discarded());
  return {};
}

/// On the first I/O thread: stops reading everywhere, then lets both contexts run dry.
void Daemon::Impl::stop() {
  spdlog::info("stopping: reading what has arrived, then closing / 正在停止");
  for (const auto& server : http) server->stop();
  if (local) local->stop();
  // The second thread's sockets are its own: stop them there, then ours.
  std::promise<void> second;
  boost::asio::post(io[1].context, [this, &second] {
    for (const auto& listener : io[1].listeners) listener->stop();
    second.set_value();
  });
  second.get_future().wait();
  for (const auto& listener : io[0].listeners) listener->stop();
  io[0].context.stop();
}

}  // namespace vigil
