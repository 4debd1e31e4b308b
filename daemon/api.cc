#include "daemon/api.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <thread>

#include "daemon/api_support.h"
#include "daemon/clock.h"

namespace vigil {

namespace {

/// Threads that answer questions: two, so that one long scan does not hold up the status page.
constexpr std::size_t kWorkers = 3;
/// Questions waiting for a thread; past it 429 (BI-66).
constexpr int kQueuedMax = 64;
void lower_priority() {
  // Linux gives each thread its own nice value; questions yield to receiving.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 5);
}

}  // namespace

/// A path, the methods it takes and who answers: the path as it stands, or one name between prefix and suffix, or
/// anything between them.
struct Api::Route {
  std::string_view method, prefix, suffix;
  enum class Match : std::uint8_t { exact, name, anything } match;
  Work work;
  enum class On : std::uint8_t { io, pool, own_thread } on;

  bool fits(std::string_view path) const {
    switch (match) {
      case Match::exact:
        return path == prefix;
      case Match::name:
        return !between(path, prefix, suffix).empty();
      case Match::anything:
        return path.size() >= prefix.size() + suffix.size() && path.starts_with(prefix) &&
               path.ends_with(suffix);
    }
    return false;
  }
};

const Api::Route* Api::find_route(const HttpRequest& request) {
  using enum Route::On;
  using enum Route::Match;
  static constexpr Route kRoutes[] = {
      {"GET", "/healthz", "", exact, &Api::healthz, io},
      {"GET", "/readyz", "", exact, &Api::readyz, pool},
      {"GET", "/ready", "", exact, &Api::readyz, pool},  // as Loki's clients ask
      {"GET", "/console/", "", exact, &Api::console, io},
      {"GET", "/metrics", "", exact, &Api::metrics, pool},
      {"GET", "/api/v1/status", "", exact, &Api::status, pool},
      {"GET", "/api/v1/sources", "", exact, &Api::sources, pool},
      {"GET", "/api/v1/reports/equipment", "", exact, &Api::equipment, pool},
      {"GET", "/api/v1/search", "", exact, &Api::search, pool},
      {"GET", "/api/v1/histogram", "", exact, &Api::histogram, pool},
      {"GET", "/api/v1/fields", "", exact, &Api::fields, pool},
      // A field's name may hold a slash.
      {"GET", "/api/v1/fields/", "/values", anything, &Api::field_values, pool},
      {"GET", "/loki/api/v1/", "", anything, &Api::loki, pool},
      {"POST", "/loki/api/v1/", "", anything, &Api::loki, pool},
      {"GET", "/api/v1/surroundings", "", exact, &Api::surroundings, pool},
      {"GET", "/api/v1/tail", "", exact, &Api::tail, own_thread},
      {"GET", "/api/v1/rules", "", exact, &Api::rules, pool},
      {"POST", "/api/v1/rules/reload", "", exact, &Api::reload_rules, pool},
      {"POST", "/api/v1/rules/", "/enable", name, &Api::switch_rule, pool},
      {"POST", "/api/v1/rules/", "/disable", name, &Api::switch_rule, pool},
      {"GET", "/api/v1/rules/explain", "", exact, &Api::explain_rule, pool},
      {"POST", "/api/v1/rules/explain", "", exact, &Api::explain_lines, pool},
      {"POST", "/api/v1/rules/backtest", "", exact, &Api::backtest, own_thread},
      {"GET", "/api/v1/rules/coverage", "", exact, &Api::coverage, pool},
      {"GET", "/api/v1/watchlists", "", exact, &Api::watchlists, pool},
      {"POST", "/api/v1/watchlists", "", exact, &Api::add_watchlist, pool},
      {"GET", "/api/v1/watchlists/", "", name, &Api::watchlist, pool},
      {"POST", "/api/v1/watchlists/", "/hunt", name, &Api::hunt_watchlist, pool},
      // A URL holds slashes.
      {"DELETE", "/api/v1/watchlists/", "", anything, &Api::remove_watchlist, pool},
      {"GET", "/api/v1/hunts", "", exact, &Api::hunts, pool},
      {"GET", "/api/v1/incidents", "", exact, &Api::incidents, pool},
      {"GET", "/api/v1/incidents/", "", name, &Api::incident, pool},
      {"POST", "/api/v1/incidents/", "/confirm", name, &Api::decide, pool},
      {"POST", "/api/v1/incidents/", "/reject", name, &Api::decide, pool},
      {"POST", "/api/v1/incidents/", "/note", name, &Api::decide, pool},
      {"POST", "/api/v1/incidents/", "/split", name, &Api::split_incident, pool},
      {"POST", "/api/v1/incidents/", "/merge", name, &Api::merge_incident, pool},
      {"GET", "/api/v1/exceptions", "", exact, &Api::exceptions, pool},
      {"POST", "/api/v1/exceptions", "", exact, &Api::add_exception, pool},
      {"DELETE", "/api/v1/exceptions/", "", name, &Api::end_exception, pool},
      {"GET", "/api/v1/rules/quality", "", exact, &Api::quality, pool},
      {"GET", "/api/v1/risk", "", exact, &Api::risk, pool},
      {"GET", "/api/v1/notifications", "", exact, &Api::notifications, pool},
      {"GET", "/api/v1/notifications/", "/form", name, &Api::notification, pool},
      {"GET", "/api/v1/notifications/", "", name, &Api::notification, pool},
      {"POST", "/api/v1/evidence", "", exact, &Api::make_evidence, pool},
      {"GET", "/api/v1/evidence/", "", anything, &Api::evidence_file, pool},
      {"POST", "/api/v1/archive/seal", "", exact, &Api::seal, pool},
      {"POST", "/api/v1/archive/night", "", exact, &Api::night, own_thread},
  };
  const std::string_view method =
      request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
  for (const Route& route : kRoutes) {
    if (route.method == method && route.fits(request.path)) return &route;
  }
  return nullptr;
}

Api::Api(ApiParts parts) : parts_(std::move(parts)), pool_(kWorkers) {
  for (std::size_t i = 0; i < kWorkers; ++i) boost::asio::post(pool_, lower_priority);
}

Api::~Api() { stop(); }

void Api::stop() {
  stopping_ = true;
  pool_.join();
  // Tails have threads of their own; each looks at stopping_ several times a second.
  while (queued_ > 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

int Api::zone_now() const { return zone_offset_minutes(parts_.default_zone, wall_clock_ns()); }

void Api::handle(HttpRequest request, std::shared_ptr<HttpAnswer> answer) {
  const Route* const route = find_route(request);
  if (route == nullptr)
    return reply_error(*answer, 404, "not_found", "no such path: " + request.path, "沒有這個路徑");
  if (request.foreign_host) {
    return reply_error(*answer, 421, "wrong_host", "this name is not ours: use the address or localhost",
                       "主機名稱不符，請使用位址或 localhost");
  }
  // Until there are accounts, questions are answered to this machine alone; docs/api.md.
  if (!request.trusted && !request.loopback) {
    return reply_error(*answer, 401, "not_allowed", "only from this machine until accounts exist",
                       "帳號功能完成前僅限本機存取");
  }
  if (request.cross_site) {
    return reply_error(*answer, 403, "cross_site", "a page of another site may not ask this",
                       "拒絕來自其他網站的請求");
  }
  switch (route->on) {
    case Route::On::io:
      return (this->*route->work)(request, *answer);
    case Route::On::own_thread:
      // A tail lasts as long as its reader; the follower limit bounds how many there are.
      ++queued_;
      std::thread([this, work = route->work, request = std::move(request), answer = std::move(answer)] {
        lower_priority();
        (this->*work)(request, *answer);
        --queued_;
      }).detach();
      return;
    case Route::On::pool:
      break;
  }
  if (queued_.fetch_add(1) >= kQueuedMax) {
    --queued_;
    return reply_error(*answer, 429, "busy", "too many questions at once; try again", "查詢過多，請稍後再試");
  }
  boost::asio::post(pool_,
                    [this, work = route->work, request = std::move(request), answer = std::move(answer)] {
                      if (!stopping_) (this->*work)(request, *answer);
                      --queued_;
                    });
}

void Api::console(const HttpRequest&, HttpAnswer& answer) {
  answer.reply(404, "text/html; charset=utf-8",
               "<!doctype html><html lang=\"zh-Hant\"><title>Vigil 守望</title><p>網頁主控台尚未提供，請使用指令 vigil。"
               "<p lang=\"en\">There is no web console yet. Please use the command vigil.</html>\n");
}

void Api::healthz(const HttpRequest&, HttpAnswer& answer) { answer.reply(200, "text/plain", "ok\n"); }

void Api::readyz(const HttpRequest&, HttpAnswer& answer) {
  const auto trouble = parts_.writer.trouble();
  if (trouble) return answer.reply(503, "text/plain", "not ready: " + *trouble + "\n");
  if (parts_.writer.congested()) return answer.reply(503, "text/plain", "not ready: the queue is full\n");
  answer.reply(200, "text/plain", "ready\n");
}

}  // namespace vigil
