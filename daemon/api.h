#pragma once

#include <boost/asio/thread_pool.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/case_desk.h"
#include "daemon/counters.h"
#include "daemon/dispatcher.h"
#include "daemon/evidence_desk.h"
#include "daemon/health_desk.h"
#include "daemon/file_tail.h"
#include "daemon/http_server.h"
#include "daemon/live_tail.h"
#include "daemon/night_shift.h"
#include "daemon/own_voice.h"
#include "daemon/rule_keeper.h"
#include "daemon/rule_sights.h"
#include "daemon/source_table.h"
#include "daemon/watch.h"
#include "daemon/writer.h"

namespace vigil {

class Forwarder;
class RetroHunt;
class WatchlistDesk;

/// What the API speaks for. Everything outlives it.
struct ApiParts {
  Archive& archive;
  Writer& writer;
  Counters& counters;
  SourceTable& sources;
  Watch& watch;
  CaseDesk& desk;
  Dispatcher& dispatcher;
  EvidenceDesk& evidence;
  LiveTail& tail;
  NightShift& night;
  HealthDesk& health;
  std::shared_ptr<const AssetTable> assets;
  RuleKeeper& rules;
  RuleSwitches& switches;
  RuleLedger& ledger;
  RuleSights& sights;
  OwnVoice& voice;
  std::vector<ChannelConfig> channels;
  RecoveryReport recovery;
  std::filesystem::path data;
  std::int64_t started_ns = 0;
  bool drill = false;
  std::string default_zone = "Asia/Taipei";
  std::vector<const Forwarder*> upstream{};
  WatchlistDesk* watchlists = nullptr;  ///< never null while requests come
  RetroHunt* hunts = nullptr;           ///< the same
  const FileTail* files = nullptr;  ///< null where no files are configured
};

/// The HTTP API of docs/api.md: routes, who may ask, answers. handle() is called on the I/O thread; what may
/// take time runs on a few threads of low priority, so that questions never hold up receiving.
class Api {
 public:
  explicit Api(ApiParts parts);
  ~Api();
  void handle(HttpRequest request, std::shared_ptr<HttpAnswer> answer);
  /// Gives up running queries and tails, ends the threads.
  void stop();

 private:
  using Work = void (Api::*)(const HttpRequest&, HttpAnswer&);
  struct Route;
  static const Route* find_route(const HttpRequest& request);

  void healthz(const HttpRequest& request, HttpAnswer& answer);
  void readyz(const HttpRequest& request, HttpAnswer& answer);
  void console(const HttpRequest& request, HttpAnswer& answer);
  void metrics(const HttpRequest& request, HttpAnswer& answer);
  void status(const HttpRequest& request, HttpAnswer& answer);
  void sources(const HttpRequest& request, HttpAnswer& answer);
  void equipment(const HttpRequest& request, HttpAnswer& answer);
  void search(const HttpRequest& request, HttpAnswer& answer);
  void histogram(const HttpRequest& request, HttpAnswer& answer);
  void fields(const HttpRequest& request, HttpAnswer& answer);
  void field_values(const HttpRequest& request, HttpAnswer& answer);
  void loki(const HttpRequest& request, HttpAnswer& answer);
  void surroundings(const HttpRequest& request, HttpAnswer& answer);
  void tail(const HttpRequest& request, HttpAnswer& answer);
  void rules(const HttpRequest& request, HttpAnswer& answer);
  void reload_rules(const HttpRequest& request, HttpAnswer& answer);
  void switch_rule(const HttpRequest& request, HttpAnswer& answer);
  void explain_rule(const HttpRequest& request, HttpAnswer& answer);
  void explain_lines(const HttpRequest& request, HttpAnswer& answer);
  void backtest(const HttpRequest& request, HttpAnswer& answer);
  void coverage(const HttpRequest& request, HttpAnswer& answer);
  void watchlists(const HttpRequest& request, HttpAnswer& answer);
  void watchlist(const HttpRequest& request, HttpAnswer& answer);
  void add_watchlist(const HttpRequest& request, HttpAnswer& answer);
  void remove_watchlist(const HttpRequest& request, HttpAnswer& answer);
  void hunt_watchlist(const HttpRequest& request, HttpAnswer& answer);
  void hunts(const HttpRequest& request, HttpAnswer& answer);
  void incidents(const HttpRequest& request, HttpAnswer& answer);
  void incident(const HttpRequest& request, HttpAnswer& answer);
  void decide(const HttpRequest& request, HttpAnswer& answer);
  void split_incident(const HttpRequest& request, HttpAnswer& answer);
  void merge_incident(const HttpRequest& request, HttpAnswer& answer);
  void exceptions(const HttpRequest& request, HttpAnswer& answer);
  void add_exception(const HttpRequest& request, HttpAnswer& answer);
  void end_exception(const HttpRequest& request, HttpAnswer& answer);
  void quality(const HttpRequest& request, HttpAnswer& answer);
  void risk(const HttpRequest& request, HttpAnswer& answer);
  void notifications(const HttpRequest& request, HttpAnswer& answer);
  void notification(const HttpRequest& request, HttpAnswer& answer);
  void make_evidence(const HttpRequest& request, HttpAnswer& answer);
  void evidence_file(const HttpRequest& request, HttpAnswer& answer);
  void seal(const HttpRequest& request, HttpAnswer& answer);
  void night(const HttpRequest& request, HttpAnswer& answer);

  /// Lets `work(book, change, now)` do something to the cases and answers with what it gives: the id of the case that is
  /// then shown.
  using CaseWork = std::function<Result<std::string, CaseError>(CaseBook&, StateChange&, std::int64_t)>;
  void change_case(const CaseWork& work, HttpAnswer& answer);
  static std::string asker(const HttpRequest& request);

  boost::json::object notification_row(const Case& incident, const std::vector<Notice>& notices,
                                       std::int64_t now, int zone) const;
  std::optional<Query> read_question(const HttpRequest& request, SearchRequest& wanted,
                                     HttpAnswer& answer) const;
  int zone_now() const;
  void add_standing(const std::string& id, std::int64_t now_ns, boost::json::object& row) const;

  ApiParts parts_;
  boost::asio::thread_pool pool_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> queued_{0};
  std::atomic<bool> backtesting_{false};
};

}  // namespace vigil
