#pragma once

#include <sys/stat.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "daemon/alert_desk.h"
#include "daemon/directory_watch.h"
#include "parsers/mail_notice.h"

namespace vigil {

struct MailboxLimits {
  /// How often all mailboxes are looked at: all there is on NFS, where nobody tells what changed.
  std::chrono::milliseconds look_every{1'000};
  /// An .eml file is read when it has not changed for so long: whoever copies it may still be writing. Mails of a Maildir are
  /// whole when they have their names.
  std::chrono::milliseconds ripe_after{1'000};
  /// What is tried again after what it takes for a disk to get space, or a queue.
  std::chrono::seconds retry_after{5};
  /// Of a mail that is longer than MailLimits has it this much is read: enough to say which it was.
  std::size_t head_bytes = 64 * 1024;
  /// Mails of one mailbox that are read in a row, before the next mailbox has its turn.
  std::size_t mails_max = 100;
  MailNoticeLimits notice;
};

/// A folder into which a mail server, or a person, puts mails with alerts.
struct Mailbox {
  const IntakeListener* listener = nullptr;
  std::filesystem::path directory;
  std::vector<MailTemplate> templates;
};

/// Reads the mails that come into folders, each once:
///
///   Maildir    has new/ and cur/: new/NAME is read and becomes cur/NAME:2,S
///   folder     NAME.eml is read and becomes .done/NAME.eml
///
/// A mail is moved after its alerts are on disk, so a kill loses none; one that is read again says what is there already
/// (AlertDesk). A mail that brings no ticket is an alert all the same, tagged `no_ticket`, and one that cannot be moved, or not
/// be read, is told once, left where it is, and holds up no other. No mail is ever deleted.
///
/// One thread, which waits for each mail's commit.
class MailboxWatch {
 public:
  MailboxWatch(AlertLedger& ledger, Writer& writer, SourceTable& sources, Counters& counters,
               std::shared_ptr<BatchPool> pool, std::vector<Mailbox> boxes, std::string machine,
               MailboxLimits limits = {});
  ~MailboxWatch();
  MailboxWatch(const MailboxWatch&) = delete;
  MailboxWatch& operator=(const MailboxWatch&) = delete;

  void start();
  /// Finishes the mail it is at.
  void stop();

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  enum class Form : std::uint8_t { maildir, folder };
  struct Box {
    Mailbox mailbox;
    std::unique_ptr<AlertDesk> desk;
    std::string trouble;  ///< of the directory, as told last
  };
  /// A file as it was met: another of its name is another.
  struct Met {
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t changed_ns = 0;
    SteadyTime since{};
    bool given_up = false;  ///< told, and left as it is
    bool seen = false;
  };

  void run();
  /// True if there is more to be done at once.
  bool look(Box& box);
  bool is_ripe(const std::filesystem::path& file, const struct stat& st, Form form);
  /// False: it has to be tried again later.
  bool take(Box& box, const std::filesystem::path& file, Form form);
  std::optional<std::string> read(const std::filesystem::path& file, bool& cut);
  std::vector<AlertDesk::Item> alerts_of(const Box& box, const std::filesystem::path& file,
                                         const std::string& mail, bool cut) const;
  Delivery::Outcome store(Box& box, const std::vector<AlertDesk::Item>& items);
  bool move_aside(const std::filesystem::path& file, Form form);
  void give_up(const std::filesystem::path& file, std::string_view why);
  void tell(Box& box, const std::string& trouble);

  const MailboxLimits limits_;
  const std::string machine_;
  boost::asio::io_context io_{1};  ///< where what is committed is told; run by the thread while it waits
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_{io_.get_executor()};
  Intake intake_;
  std::vector<Box> boxes_;
  DirectoryWatch watch_;
  int wake_fd_;
  std::unordered_map<std::string, Met> met_;  ///< by path
  SteadyTime not_before_{};                   ///< while nothing can be stored
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace vigil
