#include "daemon/mailbox_watch.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "config/asset_table.h"
#include "daemon/clock.h"
#include "daemon/tailed_file.h"
#include "parsers/payload_text.h"
#include "parsers/render.h"
#include "storage/sha256.h"

namespace vigil {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDone = ".done";
constexpr std::string_view kSeen = ":2,S";  // as mail programs mark a mail that was read (maildir(5))
/// Names that are tried for a mail whose name is taken where it goes.
constexpr unsigned kNamesMax = 1'000;

std::string shown(const fs::path& path) {
  std::string out;
  append_terminal_safe(path.native(), out);
  return out;
}

bool is_eml(const fs::path& file) { return equals_ignoring_case(file.extension().native(), ".eml"); }

std::int64_t changed_ns(const struct stat& st) {
  return st.st_mtim.tv_sec * std::int64_t{1'000'000'000} + st.st_mtim.tv_nsec;
}

/// Closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

MailboxWatch::MailboxWatch(AlertLedger& ledger, Writer& writer, SourceTable& sources, Counters& counters,
                           std::shared_ptr<BatchPool> pool, std::vector<Mailbox> boxes, std::string machine,
                           MailboxLimits limits)
    : limits_(limits),
      machine_(std::move(machine)),
      intake_(io_, writer, sources, counters, std::move(pool), Intake::WhenFull::queue),
      wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  for (Mailbox& box : boxes) {
    auto desk = std::make_unique<AlertDesk>(ledger, intake_, writer, counters, *box.listener);
    boxes_.push_back({std::move(box), std::move(desk), {}});
  }
}

MailboxWatch::~MailboxWatch() {
  stop();
  if (wake_fd_ >= 0) ::close(wake_fd_);
}

void MailboxWatch::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "mail");
    run();
  });
}

void MailboxWatch::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  const std::uint64_t one = 1;
  if (::write(wake_fd_, &one, sizeof one) < 0) spdlog::debug("the mail thread is awake");
  thread_.join();
}

void MailboxWatch::run() {
  while (!stopping_) {
    bool more = false;
    if (std::chrono::steady_clock::now() >= not_before_) {
      for (auto& [path, met] : met_) met.seen = false;
      for (Box& box : boxes_) more = look(box) || more;
      if (!more) std::erase_if(met_, [](const auto& each) { return !each.second.seen; });
    }
    pollfd fds[] = {{wake_fd_, POLLIN, 0}, {watch_.fd(), POLLIN, 0}};
    ::poll(fds, watch_.fd() < 0 ? 1 : 2, more ? 0 : static_cast<int>(limits_.look_every.count()));
    watch_.read([](DirectoryWatch::What, std::string_view, std::string_view) {});
  }
}

bool MailboxWatch::look(Box& box) {
  const fs::path& directory = box.mailbox.directory;
  std::error_code error;
  const bool maildir =
      fs::is_directory(directory / "new", error) && fs::is_directory(directory / "cur", error);
  const Form form = maildir ? Form::maildir : Form::folder;
  const fs::path folder = maildir ? directory / "new" : directory;
  watch_.add(folder.native());
  std::vector<fs::path> files;
  error.clear();
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const fs::path& file = at->path();
    if (!file.filename().native().starts_with('.') && (maildir || is_eml(file))) files.push_back(file);
  }
  if (error) {
    tell(box, error.message());
    return false;
  }
  tell(box, {});
  std::erase_if(files, [&](const fs::path& file) {
    struct stat st {};
    return ::lstat(file.c_str(), &st) != 0 || !is_ripe(file, st, form);
  });
  // Names of a Maildir begin with the time.
  std::sort(files.begin(), files.end());
  std::size_t count = 0;
  for (const fs::path& file : files) {
    if (stopping_) return false;
    if (count++ == limits_.mails_max) return true;
    if (!take(box, file, form)) {
      not_before_ = std::chrono::steady_clock::now() + limits_.retry_after;
      return false;
    }
  }
  return false;
}

/// Whether a mail is to be read now.
bool MailboxWatch::is_ripe(const fs::path& file, const struct stat& st, Form form) {
  const SteadyTime now = std::chrono::steady_clock::now();
  Met& met = met_[file.native()];
  if (met.inode != st.st_ino || met.size != st.st_size || met.changed_ns != changed_ns(st))
    met = {st.st_ino, st.st_size, changed_ns(st), now};
  met.seen = true;
  if (met.given_up) return false;
  return form == Form::maildir || now - met.since >= limits_.ripe_after;
}

bool MailboxWatch::take(Box& box, const fs::path& file, Form form) {
  bool cut = false;
  const auto mail = read(file, cut);
  if (!mail) return true;
  switch (store(box, alerts_of(box, file, *mail, cut))) {
    case Delivery::Outcome::durable:
      if (move_aside(file, form)) {
        spdlog::info("mail {} was read / 已讀取郵件", shown(file));
        met_.erase(file.native());
      }
      return true;
    case Delivery::Outcome::busy:
    case Delivery::Outcome::disk_full:
    case Delivery::Outcome::failed:
      return false;
  }
  return false;
}

std::optional<std::string> MailboxWatch::read(const fs::path& file, bool& cut) {
  // Not blocking: the name may be a FIFO's.
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY));
  if (in.get() < 0) {
    if (errno != ENOENT) give_up(file, std::strerror(errno));
    return std::nullopt;
  }
  struct stat st {};
  if (::fstat(in.get(), &st) != 0 || !S_ISREG(st.st_mode)) {
    give_up(file, "it is no file");
    return std::nullopt;
  }
  auto size = static_cast<std::size_t>(st.st_size);
  cut = size > limits_.notice.mail.mail_bytes_max;
  if (cut) size = limits_.head_bytes;
  std::string mail(size, '\0');
  std::size_t used = 0;
  while (used < size) {
    const ssize_t n = ::read(in.get(), mail.data() + used, size - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      give_up(file, std::strerror(errno));
      return std::nullopt;
    }
    if (n == 0) break;
    used += static_cast<std::size_t>(n);
  }
  mail.resize(used);
  return mail;
}

std::vector<AlertDesk::Item> MailboxWatch::alerts_of(const Box& box, const fs::path& file,
                                                     const std::string& mail, bool cut) const {
  const int zone = zone_offset_minutes(box.mailbox.listener->zone, wall_clock_ns());
  const std::string digest = sha256_hex(mail);
  MailNotice notice = read_mail_notice(mail, box.mailbox.templates, digest, zone, limits_.notice);
  Tags tags;
  if (notice.state != MailNotice::State::ticket) tags.add(Tag::no_ticket);
  if (cut || notice.cut) tags.add(Tag::oversize);
  std::vector<AlertDesk::Item> items;
  for (Alert& alert : notice.alerts) {
    append_alert_member("log.file.path", readable_path(file.native()), alert.beside);
    append_alert_member("mail.sha256", digest, alert.beside);
    items.push_back({std::move(alert), tags});
  }
  return items;
}

Delivery::Outcome MailboxWatch::store(Box& box, const std::vector<AlertDesk::Item>& items) {
  const AlertDesk::Sender sender{machine_, {}, {}, wall_clock_ns()};
  std::optional<Delivery::Outcome> outcome;
  while (!outcome) {
    bool again = false;
    const auto done = [&outcome](Delivery::Outcome said, const std::vector<AlertDesk::Verdict>&) {
      outcome = said;
    };
    if (box.desk->store(items, sender, done, [&again] { again = true; })) again = false;
    while (!outcome && !again) io_.run_one();
  }
  return *outcome;
}

bool MailboxWatch::move_aside(const fs::path& file, Form form) {
  std::error_code error;
  const fs::path folder =
      form == Form::maildir ? file.parent_path().parent_path() / "cur" : file.parent_path() / kDone;
  if (form == Form::folder) fs::create_directory(folder, error);
  std::string name = file.filename().native();
  if (form == Form::maildir && name.find(":2,") == std::string::npos) name += kSeen;
  for (unsigned n = 0; n < kNamesMax; ++n) {
    const fs::path target = folder / (n == 0 ? name : std::to_string(n) + "-" + name);
    if (::renameat2(AT_FDCWD, file.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) return true;
    if (errno != EEXIST) break;
  }
  give_up(file, std::string("its alerts are stored, and it cannot be moved to ") + shown(folder) + ": " +
                    std::strerror(errno));
  return false;
}

/// Told once of each file; it is tried again when it has changed.
void MailboxWatch::give_up(const fs::path& file, std::string_view why) {
  met_[file.native()].given_up = true;
  spdlog::error(
      "E-MAIL {}: {} - it stays where it is; let the user who runs vigild read and move it, then touch it / "
      "郵件無法讀取或移動，已保留原處，請授權後更新檔案時間",
      shown(file), why);
}

void MailboxWatch::tell(Box& box, const std::string& trouble) {
  if (box.trouble == trouble) return;
  box.trouble = trouble;
  const std::string name = shown(box.mailbox.directory);
  if (trouble.empty()) {
    spdlog::info("mailbox {} can be read / 信箱已可讀取", name);
  } else {
    spdlog::error(
        "E-MAILBOX {} cannot be read ({}): make it, and let the user who runs vigild read and write it; it "
        "is "
        "tried again / 無法讀取信箱，請建立目錄並授權，將自動重試",
        name, trouble);
  }
}

}  // namespace vigil
