#include "daemon/dispatcher.h"

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/clock.h"
#include "daemon/durable_file.h"
#include "daemon/mail_sender.h"
#include "incidents/report_files.h"

namespace vigil {

namespace {

/// How often the outbox is looked at when nobody wakes us: retries are due in seconds to minutes.
constexpr std::chrono::seconds kLookEvery{1};

}  // namespace

Dispatcher::Dispatcher(CaseDesk& desk, EvidenceDesk& evidence, std::shared_ptr<const AssetTable> assets,
                       std::vector<ChannelConfig> channels)
    : desk_(desk), evidence_(evidence), assets_(std::move(assets)), channels_(std::move(channels)) {}

Dispatcher::~Dispatcher() { stop(); }

void Dispatcher::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "dispatcher");
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 5);  // bundles yield to receiving
    run();
  });
}

void Dispatcher::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Dispatcher::wake() { wake_.notify_all(); }

std::map<std::pair<std::string, std::string>, std::uint64_t> Dispatcher::attempts() const {
  const std::lock_guard lock(mutex_);
  return attempts_;
}

void Dispatcher::run() {
  for (;;) {
    const auto due = desk_.read([](const CaseBook& book) { return book.due_notices(wall_clock_ns()); });
    for (const Notice& notice : due) {
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
      }
      tell(notice);
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, kLookEvery);
    if (stopping_) return;
  }
}

void Dispatcher::tell(const Notice& notice) {
  const std::int64_t now = wall_clock_ns();
  const auto incident = desk_.read([&notice](const CaseBook& book) -> std::optional<Case> {
    const Case* const found = book.find(notice.case_id);
    return found ? std::optional<Case>(*found) : std::nullopt;
  });
  if (!incident) return;
  const NotificationForm form = draft_notification(*incident, *assets_, now);

  auto bundle = bundles_.find(notice.id);
  std::string trouble;
  if (bundle == bundles_.end()) {
    auto made = evidence_.for_case(*incident, form, EvidenceDesk::Extent::notice, "vigild", now);
    if (made) {
      bundle = bundles_.emplace(notice.id, *made).first;
    } else {
      // People are told even where the bundle cannot be made: the clock does not wait for it.
      spdlog::error(
          "E-BUNDLE {}: {} - export it by hand: vigil evidence export {} / 證據包無法產生，請手動匯出",
          notice.case_id, made.error().what, notice.case_id);
      bundle = bundles_.emplace(notice.id, EvidenceDesk::Bundle{}).first;
    }
  }

  bool all_done = true;
  for (const Notice::Delivery& delivery : notice.deliveries) {
    if (delivery.done) continue;
    if (delivery.next_try_ns > now) {
      all_done = false;
      continue;
    }
    const auto channel =
        std::find_if(channels_.begin(), channels_.end(),
                     [&delivery](const ChannelConfig& c) { return c.id == delivery.channel; });
    Result<void, std::string> outcome = std::string("the channel is no longer configured");
    if (channel != channels_.end()) outcome = deliver(*channel, notice, *incident, form, bundle->second, now);
    const std::string why = outcome ? std::string() : outcome.error();
    if (!outcome) {
      all_done = false;
      spdlog::warn("E-NOTIFY {} could not be told by {}: {} - tried again later / 通知未送達，稍後重試",
                   notice.case_id, delivery.channel, why);
    }
    const auto recorded = desk_.change([&](CaseBook& book, StateChange& change) {
      book.record_delivery(notice.id, delivery.channel, static_cast<bool>(outcome), why, wall_clock_ns(),
                           change);
    });
    if (!recorded)
      spdlog::error("E-STORE the outcome of a notice could not be written: {}", recorded.error().what);
    const std::lock_guard lock(mutex_);
    ++attempts_[{delivery.channel, outcome ? "ok" : "failed"}];
  }
  if (all_done) bundles_.erase(notice.id);
}

Result<void, std::string> Dispatcher::deliver(const ChannelConfig& channel, const Notice& notice,
                                              const Case& incident, const NotificationForm& form,
                                              const EvidenceDesk::Bundle& bundle, std::int64_t now_ns) {
  const Organisation* const organisation = assets_->organisation(incident.organisation);
  if (organisation == nullptr)
    return std::string("the organisation is no longer configured: " + incident.organisation);
  const std::string from = channel.from.empty() ? "vigil@localhost" : channel.from;
  const MailMessage mail = render_mail(incident, form, *organisation, from, bundle.name, now_ns);
  switch (channel.kind) {
    case ChannelConfig::Kind::smtp:
      return send_mail(channel, mail);
    case ChannelConfig::Kind::spool:
      break;
  }
  auto files = notification_files(incident, form, bundle.name, now_ns);
  files.emplace_back("mail.eml", mail.rfc5322);
  files.emplace_back("bundle.txt", bundle.path.string() + "\n");
  return write_folder(channel.directory / (notice.case_id + "-" + notice.id), files);
}

}  // namespace vigil
