#include "daemon/file_tail.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <tuple>

#include "daemon/clock.h"
#include "parsers/envelope.h"
#include "parsers/render.h"

namespace vigil {

namespace {

/// Reads of one round: then what was committed and what changed is looked at.
constexpr unsigned kRoundReads = 64;
/// How soon a reader that paused for a full queue looks again.
constexpr std::chrono::milliseconds kCongestionPause{5};
/// What is written within this time of a first line is read together with it: one batch, not one a line.
constexpr std::chrono::milliseconds kGather = Intake::kLinger;
/// How soon it is looked whether what was handed on is committed.
constexpr std::chrono::milliseconds kCommitPause{20};
/// A shorter front tells nothing about a file's being a copy of another.
constexpr std::uint64_t kCopyFrontBytes = 64;
/// A file that is open and one that is as short as this may begin alike because the same program wrote the same banner
/// into both: where nothing else says that one is a copy, its lines are rather stored twice than not at all.
constexpr std::uint64_t kBannerBytes = 4096;
/// A file of one byte does not say yet whether it is UTF-16.
constexpr off_t kSizeMin = 2;
constexpr std::int64_t kSeenEveryNs = std::int64_t{86'400} * 1'000'000'000;

std::string shown(std::string_view path) {
  std::string out;
  append_terminal_safe(path, out);
  return out;
}

/// The bookmark of what stood in a file that has been truncated since: no inode's, only known by what was read.
FileBookmark former(FileBookmark mark) {
  mark.device = mark.inode = 0;
  return mark;
}

bool is_former(const FileBookmark& mark) { return mark.inode == 0; }

std::string path_of(const Source& source) {
  std::string path;
  Envelope::for_each(source.envelope, [&path](std::string_view name, std::string_view value) {
    if (name == "log.file.path") path = value;
  });
  return path;
}

}  // namespace

FileTail::FileTail(Archive& archive, Writer& writer, SourceTable& sources, Counters& counters,
                   std::shared_ptr<BatchPool> pool, std::vector<FileGroup> groups, FileTailLimits limits)
    : archive_(archive),
      writer_(writer),
      groups_(std::move(groups)),
      limits_(limits),
      bookmarks_(archive.state()),
      intake_(unused_, writer, sources, counters, std::move(pool), Intake::WhenFull::queue),
      wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  intake_.observe([this](const std::shared_ptr<Batch>& batch) { hand_on(batch); });
  settled_to_ = bookmarks_.fresh() ? archive_.next_sequence() - 1 : bookmarks_.complete_to();
  load_known_lines();
}

FileTail::~FileTail() {
  stop();
  if (wake_fd_ >= 0) ::close(wake_fd_);
}

/// What the archive has from files behind their bookmarks.
void FileTail::load_known_lines() {
  if (bookmarks_.fresh() || bookmarks_.all().empty()) return;
  ScanRange range;
  range.organisations = {"*"};
  range.sequence_from = settled_to_ + 1;
  range.sequence_to = archive_.next_sequence();
  range.newest_first = false;
  if (range.sequence_from >= range.sequence_to) return;
  std::size_t bytes = 0;
  const auto scanned = archive_.scan(range, [&](const StoredRecord& record) {
    if (record.source->transport != transport::kFile) return true;
    bytes += record.raw.size();
    if (bytes > limits_.known_bytes_max) return false;
    auto& lines = known_[path_of(*record.source)];
    if (!lines) lines = std::make_shared<KnownLines>();
    lines->add(record.raw, record.transport_tags.has(Tag::partial_eof) ? KnownLines::End::not_seen
                                                                       : KnownLines::End::seen);
    return true;
  });
  if (!scanned || bytes > limits_.known_bytes_max) {
    spdlog::warn(
        "W-FILES what was read of files just before the end of the last run cannot be compared; some lines "
        "may be "
        "stored twice / 無法比對上次結束前讀取的檔案內容，部分日誌可能重複");
  }
}

void FileTail::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "files");
    run();
  });
}

void FileTail::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  const std::uint64_t one = 1;
  if (::write(wake_fd_, &one, sizeof one) < 0) spdlog::debug("the file thread is awake");
  thread_.join();
  flush();
}

void FileTail::finish() {
  next_save_ = next_idle_save_ = SteadyTime();
  settle_marks({std::chrono::steady_clock::now(), wall_clock_ns()});
}

void FileTail::run() {
  while (!stopping_) {
    const std::chrono::milliseconds wait = step({std::chrono::steady_clock::now(), wall_clock_ns()});
    pollfd fds[] = {{wake_fd_, POLLIN, 0}, {watch_.fd(), POLLIN, 0}};
    ::poll(fds, watch_.fd() < 0 ? 1 : 2, static_cast<int>(wait.count()));
    if (fds[1].revents != 0) ::poll(fds, 1, static_cast<int>(kGather.count()));
  }
}

std::chrono::milliseconds FileTail::step(Now now) {
  std::set<std::uint64_t> hinted;
  watch_.read([&](DirectoryWatch::What what, std::string_view directory, std::string_view name) {
    if (what == DirectoryWatch::What::changed) {
      look_now_ = true;
    } else {
      const std::string path =
          directory == "." ? std::string(name) : std::string(directory) + "/" + std::string(name);
      const auto number = by_path_.find(path);
      if (number != by_path_.end()) {
        files_.at(number->second).hint();
        hinted.insert(number->second);
      } else if (empty_.contains(path)) {
        look_now_ = true;
      }
    }
  });
  if (look_now_ || now.steady >= next_look_) {
    look_now_ = false;
    next_look_ = now.steady + limits_.look_every;
    look(now);
  } else {
    // What was truncated is found out before it has grown to where it was left.
    for (const std::uint64_t number : hinted) look_at(files_.at(number));
  }
  const bool more = read_round(now);
  if (status_changed_ && !more) publish_status();
  flush();
  settle_marks(now);
  if (more) {
    return writer_.streams_wait() || unsaved_open_ || writer_.trouble() ? kCongestionPause
                                                                        : std::chrono::milliseconds(0);
  }
  const std::lock_guard lock(mutex_);
  if (!pending_.empty() || bookmarks_.unsaved()) return kCommitPause;
  return std::max(std::chrono::milliseconds(1),
                  std::chrono::duration_cast<std::chrono::milliseconds>(next_look_ - now.steady));
}

// Looking.

void FileTail::look(Now now) {
  troubles_before_.swap(troubles_);
  troubles_.clear();
  look_at_open(now);
  std::vector<TailedFile::Found> found = find_new(now);
  if (first_look_) find_renamed(found);
  first_look_ = false;
  // What was known longer is read first, then what is older: so a log and its rotated parts come in their order.
  const auto known = [this](const TailedFile::Found& each) {
    for (const auto& [number, mark] : bookmarks_.all()) {
      if (mark.inode == each.st.st_ino && mark.device == each.st.st_dev) return number;
    }
    return UINT64_MAX;
  };
  std::vector<std::pair<std::tuple<std::uint64_t, time_t, long>, const TailedFile::Found*>> order;
  order.reserve(found.size());
  for (const auto& each : found)
    order.push_back({{known(each), each.st.st_mtim.tv_sec, each.st.st_mtim.tv_nsec}, &each});
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& each : order) open(*each.second, now);
  std::erase_if(unripe_, [now](const auto& each) { return each.second.met != now.steady; });
  close_gone(now);
  for (const FileGroup& group : groups_) {
    for (const std::string& root : group.patterns.roots()) watch_.add(root);
  }
  for (const auto& [path, trouble] : troubles_before_) {
    if (trouble <= Trouble::too_many && !troubles_.contains(path)) {
      spdlog::info("what was said of {} is no longer so / 檔案問題已排除或檔案已移除", shown(path));
    }
  }
  if (look_soon_) next_look_ = std::min(next_look_, now.steady + kCommitPause);
  look_soon_ = false;
  publish_status();
}

void FileTail::look_at_open(Now now) {
  for (auto it = files_.begin(); it != files_.end();) {
    TailedFile& file = (it++)->second;
    file.seen = false;
    met(file.number(), now);
    look_at(file);
  }
}

void FileTail::look_at(TailedFile& file) {
  switch (file.look()) {
    case TailedFile::Change::restarted:
      restarted(file);
      break;
    case TailedFile::Change::lost:
      spdlog::info("file {} was lost and is opened again / 檔案控制代碼失效，重新開啟", shown(file.path()));
      close(file);
      break;
    case TailedFile::Change::grew:
    case TailedFile::Change::none:
      break;
  }
}

/// A file is there: its bookmark is not forgotten. Written once a day, since nothing depends on the hour.
void FileTail::met(std::uint64_t number, Now now) {
  FileBookmark& mark = bookmarks_.at(number);
  if (now.wall_ns - mark.seen_ns < kSeenEveryNs) return;
  mark.seen_ns = now.wall_ns;
  bookmarks_.touch(number);
}

/// What was read of it before keeps a bookmark of its own: a copy that was made of it is read on from there.
void FileTail::restarted(TailedFile& file) {
  restarts_.fetch_add(1, std::memory_order_relaxed);
  spdlog::info("file {} was truncated: read from its beginning again / 檔案被截短，從頭讀取",
               shown(file.path()));
  const std::uint64_t number = bookmarks_.add(former(bookmarks_.at(file.number())));
  touched_.insert(file.number());
  // Lines of it may still be on their way to the archive: their mark counts once they are there.
  const std::lock_guard lock(mutex_);
  const auto move_on = [&](Marks& marks) {
    if (const auto mark = marks.find(file.number()); mark != marks.end())
      marks[number] = former(mark->second);
  };
  for (Marks& marks : done_) move_on(marks);
  for (Pending& pending : pending_) move_on(pending.marks);
}

std::vector<TailedFile::Found> FileTail::find_new(Now now) {
  std::vector<TailedFile::Found> out;
  std::set<std::pair<dev_t, ino_t>> inodes_met;
  std::set<std::string> paths_met;
  empty_.clear();
  for (const FileGroup& group : groups_) {
    const FilePatterns::Matches matches = group.patterns.matches(limits_.paths_max);
    for (const std::string& directory : matches.closed)
      complain(directory, Trouble::not_allowed, std::strerror(EACCES));
    if (matches.over)
      complain(group.patterns.texts().front(), Trouble::too_many,
               std::to_string(limits_.paths_max) + " paths");
    for (const std::string& path : matches.paths) {
      if (!paths_met.insert(path).second) continue;
      TailedFile::Found found{path, &group, {}};
      if (::stat(path.c_str(), &found.st) != 0) {
        // Else a symbolic link to nowhere, or not there yet.
        if (errno == EACCES) complain(path, Trouble::not_allowed, std::strerror(errno));
        continue;
      }
      watch_.add(directory_of(path));
      if (!S_ISREG(found.st.st_mode)) {
        // A wildcard may well name directories; a path of its own that is one is a mistake, or took a log's place.
        const auto& texts = group.patterns.texts();
        const bool meant =
            std::find(texts.begin(), texts.end(), path) != texts.end() || by_path_.contains(path);
        if (!S_ISDIR(found.st.st_mode) || meant) complain(path, Trouble::not_a_file, "");
        continue;
      }
      // Two names of one file are one file.
      if (!inodes_met.insert({found.st.st_dev, found.st.st_ino}).second) continue;
      const auto open = std::find_if(files_.begin(), files_.end(),
                                     [&found](const auto& file) { return file.second.same_inode(found.st); });
      if (open != files_.end()) {
        open->second.seen = true;
        continue;
      }
      const auto read =
          std::find_if(bookmarks_.all().begin(), bookmarks_.all().end(), [&found](const auto& each) {
            const FileBookmark& mark = each.second;
            return mark.finished != 0 && mark.inode == found.st.st_ino && mark.device == found.st.st_dev &&
                   mark.finished == static_cast<std::uint64_t>(found.st.st_size);
          });
      if (read != bookmarks_.all().end()) {
        met(read->first, now);
      } else if (found.st.st_size >= kSizeMin) {
        out.push_back(std::move(found));
      } else {
        empty_.insert(path);
      }
    }
  }
  for (auto& [number, file] : files_) {
    if (file.seen) {
      file.gone_since.reset();
    } else if (!file.gone_since) {
      file.gone_since = now.steady;
      file.hint();
    }
  }
  return out;
}

/// At the first look: files that were renamed while nobody looked, to names that no pattern has. They are read to their
/// ends, before those that have their names now.
void FileTail::find_renamed(std::vector<TailedFile::Found>& found) {
  for (const auto& bookmark : bookmarks_.all()) {
    const auto& mark = bookmark.second;
    if (is_former(mark) || mark.finished != 0) continue;
    const auto same = [&mark](const struct stat& st) {
      return st.st_ino == mark.inode && st.st_dev == mark.device;
    };
    if (std::any_of(found.begin(), found.end(), [&same](const auto& each) { return same(each.st); }))
      continue;
    const auto group = std::find_if(groups_.begin(), groups_.end(), [&mark](const FileGroup& each) {
      return each.patterns.named(mark.path);
    });
    if (group == groups_.end()) continue;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory_of(mark.path), error)) {
      TailedFile::Found renamed{entry.path().string(), &*group, {}};
      if (::lstat(renamed.path.c_str(), &renamed.st) != 0 || !S_ISREG(renamed.st.st_mode) ||
          !same(renamed.st))
        continue;
      if (static_cast<std::uint64_t>(renamed.st.st_size) > mark.offset)
        found.insert(found.begin(), std::move(renamed));
      break;
    }
  }
}

std::uint64_t FileTail::bookmark_of(const OpenFile& file, const struct stat& st) const {
  for (const auto& [number, mark] : bookmarks_.all()) {
    if (mark.inode != st.st_ino || mark.device != st.st_dev) continue;
    if (FileSample::of(file.bytes_at(0, mark.front.bytes)) == mark.front) return number;
  }
  return 0;
}

/// The bookmark of the file this one is a copy of: it begins alike, and has the same before where that one was left. Of an
/// archive only the front can be compared yet; the rest is when it is read.
std::uint64_t FileTail::copied_from(const std::string& front, std::uint64_t size,
                                    const OpenFile* plain) const {
  std::uint64_t best = 0;
  for (const auto& [number, mark] : bookmarks_.all()) {
    if (mark.front.bytes < kCopyFrontBytes || mark.front.bytes > front.size() || mark.offset == 0) continue;
    if (mark.finished != 0 || (best != 0 && bookmarks_.all().at(best).offset >= mark.offset)) continue;
    if (FileSample::of(std::string_view(front).substr(0, mark.front.bytes)) != mark.front) continue;
    if (plain != nullptr &&
        (mark.offset > size ||
         FileSample::of(plain->bytes_at(mark.offset - mark.back.bytes, mark.back.bytes)) != mark.back)) {
      continue;
    }
    best = number;
  }
  return best;
}

/// The open file that has all that this one has: whoever makes a copy has not truncated the original yet, or never will.
const TailedFile* FileTail::copied_from_open(const OpenFile& file, std::uint64_t size) const {
  if (size < kCopyFrontBytes) return nullptr;
  for (const auto& [number, open] : files_) {
    if (!open.gone_since && !open.compressed() && open.has_all_of(file, size)) return &open;
  }
  return nullptr;
}

/// What was read of files before they were truncated is not all committed: a copy cannot be told yet where to begin.
bool FileTail::former_on_their_way() const {
  const auto any = [](const Marks& marks) {
    return std::any_of(marks.begin(), marks.end(), [](const auto& each) { return is_former(each.second); });
  };
  const std::lock_guard lock(mutex_);
  return std::any_of(done_.begin(), done_.end(), any) ||
         std::any_of(pending_.begin(), pending_.end(),
                     [&any](const Pending& pending) { return any(pending.marks); });
}

/// Of lines that were committed behind the bookmark of a file that was copied since, the copy has the same.
void FileTail::share_known_lines(const std::string& original, const std::string& copy) {
  const auto shown_as = [](const std::string& path) {
    return readable_path(path).substr(0, Envelope::kValueBytesMax);
  };
  const auto lines = known_.find(shown_as(original));
  if (lines != known_.end()) known_.try_emplace(shown_as(copy), std::make_shared<KnownLines>(*lines->second));
}

std::optional<FileBookmark> FileTail::first_mark(const OpenFile& file, const TailedFile::Found& found,
                                                 bool compressed, Now now) {
  const auto size = static_cast<std::uint64_t>(found.st.st_size);
  FileBookmark mark;
  mark.path = found.path;
  mark.device = found.st.st_dev;
  mark.inode = found.st.st_ino;
  mark.seen_ns = now.wall_ns;
  if (former_on_their_way()) {
    look_soon_ = true;
    return std::nullopt;
  }
  if (!compressed) {
    if (const TailedFile* const original = copied_from_open(file, size)) {
      // The truncation, which is to be expected, says where the copy begins: where the original was left.
      if (!ripe(found, now)) return std::nullopt;
      if (size >= kBannerBytes) {
        // No truncation, only a copy: what the original still has to give is its own to give.
        if (bookmarks_.at(original->number()).offset < size) return std::nullopt;
        mark.offset = size;
        const auto back = static_cast<std::size_t>(std::min<std::uint64_t>(size, FileSample::kBytesMax));
        mark.back = FileSample::of(file.bytes_at(size - back, back));
      }
      return mark;
    }
  }
  std::string front(FileSample::kBytesMax, '\0');
  if (compressed) {
    GzipFile peek(file.fd());
    front.resize(peek.read({front.data(), front.size()}));
  } else {
    front = file.bytes_at(0, front.size());
  }
  const std::uint64_t original = copied_from(front, size, compressed ? nullptr : &file);
  if (original == 0) return mark;
  // Truncated since it was looked at: the next look finds that out.
  if (const TailedFile* const open = open_file(original);
      open != nullptr && !open->compressed() && !open->begins_as_marked()) {
    look_soon_ = true;
    return std::nullopt;
  }
  const FileBookmark& left = bookmarks_.at(original);
  mark.offset = left.offset;
  mark.back = left.back;
  share_known_lines(left.path, mark.path);
  return mark;
}

bool FileTail::ripe(const TailedFile::Found& found, Now now) {
  const auto size = static_cast<std::uint64_t>(found.st.st_size);
  Unripe& unripe = unripe_[found.path];
  if (unripe.size != size) unripe = {size, now.steady, now.steady};
  unripe.met = now.steady;
  return now.steady - unripe.since >= limits_.archive_ripe;
}

void FileTail::open(const TailedFile::Found& found, Now now) {
  if (files_.size() >= limits_.files_max) {
    return complain(found.path, Trouble::too_many, std::to_string(limits_.files_max) + " files");
  }
  // Not blocking: the name may be a FIFO's by now.
  OpenFile file(::open(found.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.fd() < 0) {
    const int error = errno;
    if (error == ENOENT) return;
    return complain(found.path, error == EACCES ? Trouble::not_allowed : Trouble::unreadable,
                    std::strerror(error));
  }
  TailedFile::Found opened = found;
  if (::fstat(file.fd(), &opened.st) != 0 || !S_ISREG(opened.st.st_mode)) {
    return complain(found.path, Trouble::not_a_file, "");
  }
  const auto size = static_cast<std::uint64_t>(opened.st.st_size);
  const std::string front = file.bytes_at(0, FileSample::kBytesMax);
  if (front.size() < kSizeMin) return complain(found.path, Trouble::unreadable, "it gives no bytes");
  const bool compressed = GzipFile::is_gzip(front);
  if (compressed && !ripe(opened, now)) return;

  std::uint64_t number = bookmark_of(file, opened.st);
  FileBookmark mark;
  bool shorter = false;
  if (number != 0) {
    mark = bookmarks_.at(number);
    mark.finished = 0;
    shorter = !compressed &&
              (mark.offset > size ||
               FileSample::of(file.bytes_at(mark.offset - mark.back.bytes, mark.back.bytes)) != mark.back);
    if (shorter) {
      // Truncated while nobody looked: a copy that was made of it is read on from where it was left.
      bookmarks_.add(former(mark));
      mark.offset = 0;
    }
  } else {
    const auto first = first_mark(file, opened, compressed, now);
    if (!first) return;
    mark = *first;
    number = bookmarks_.add(mark);
  }

  const auto known = known_.find(readable_path(mark.path).substr(0, Envelope::kValueBytesMax));
  TailedFile& added = files_
                          .try_emplace(number, std::move(file), std::move(opened), number, mark,
                                       known == known_.end() ? nullptr : known->second)
                          .first->second;
  added.seen = true;
  bookmarks_.at(number) = added.last_mark();
  bookmarks_.touch(number);
  unsaved_open_ = true;
  if (shorter) restarts_.fetch_add(1, std::memory_order_relaxed);
  if (found.path != mark.path) added.gone_since = now.steady;
  // It may bear the name of one that is still read: that one first.
  if (const auto before = by_path_.find(mark.path); before != by_path_.end()) added.after = before->second;
  by_path_[mark.path] = number;
  spdlog::info("file {} is read from offset {} / 開始讀取檔案", shown(found.path), mark.offset);
}

void FileTail::close_gone(Now now) {
  for (auto it = files_.begin(); it != files_.end();) {
    TailedFile& file = (it++)->second;
    if (const auto state = file.finished()) {
      if (*state == GzipFile::State::cut) complain(file.path(), Trouble::cut, "");
      if (*state == GzipFile::State::damaged) complain(file.path(), Trouble::damaged, "");
      if (*state == GzipFile::State::too_much) complain(file.path(), Trouble::too_much, "");
    } else if (!file.gone_since || !file.at_end() || file.ready() ||
               now.steady - std::max(file.grew_at(), *file.gone_since) < limits_.gone_quiet) {
      continue;
    }
    file.take_waiting(intake_, now.wall_ns, now.steady, true);
    close(file);
  }
  bookmarks_.forget(now.wall_ns, [this](std::uint64_t number) { return files_.contains(number); });
}

void FileTail::close(TailedFile& file) {
  touched_.insert(file.number());
  flush();
  if (const auto newest = by_path_.find(file.path());
      newest != by_path_.end() && newest->second == file.number()) {
    by_path_.erase(newest);
  }
  files_.erase(file.number());
}

void FileTail::complain(const std::string& path, Trouble trouble, std::string_view detail) {
  troubles_[path] = trouble;
  if (const auto before = troubles_before_.find(path);
      before != troubles_before_.end() && before->second == trouble)
    return;
  const std::string name = shown(path);
  switch (trouble) {
    case Trouble::not_allowed:
      spdlog::error(
          "E-FILE {} may not be read ({}): let the user who runs vigild read it and enter its directory, "
          "e.g. setfacl -m "
          "u:vigil:r, or make that user a member of group adm; it is tried again every second / "
          "無權讀取檔案，請授權執行 "
          "vigild 的使用者（例如 setfacl 或加入 adm 群組），每秒重試",
          name, detail);
      break;
    case Trouble::unreadable:
      spdlog::error(
          "E-FILE {} cannot be read ({}): look at its file system; it is tried again every second / "
          "無法讀取檔案，請檢查檔案系統，每秒重試",
          name, detail);
      break;
    case Trouble::not_a_file:
      spdlog::warn(
          "W-FILE {} is a directory, FIFO, socket or device and is not read: name only files in `paths` / "
          "非一般檔案，不予讀取，請修正 paths",
          name);
      break;
    case Trouble::too_many:
      spdlog::error(
          "E-FILES more than {} are named: {} waits until others close; name fewer in `paths` / "
          "檔案數超過上限，請縮小 paths 範圍",
          detail, name);
      break;
    case Trouble::cut:
      spdlog::warn(
          "W-FILE {} ends too early; what was in it has been stored, and it is read on if it grows / "
          "壓縮檔不完整，已保存可讀部分",
          name);
      break;
    case Trouble::damaged:
      spdlog::error(
          "E-FILE {} is damaged (gzip); what could be read before has been stored: look at the original / "
          "壓縮檔損毀，已保存可讀部分",
          name);
      break;
    case Trouble::too_much:
      spdlog::error(
          "E-FILE {} holds more than {} times its size and is not read further: that is no log / "
          "壓縮比異常，停止讀取",
          name, GzipFile::kRatioMax);
      break;
  }
}

// Reading.

TailedFile* FileTail::open_file(std::uint64_t number) {
  const auto file = files_.find(number);
  return file == files_.end() ? nullptr : &file->second;
}

/// True if there is more to be read now.
bool FileTail::read_round(Now now) {
  if (unsaved_open_ && bookmarks_.save(bookmarks_.fresh() ? settled_to_ : bookmarks_.complete_to())) {
    unsaved_open_ = false;
  }
  const auto due = [this](TailedFile& file) {
    const TailedFile* const first = open_file(file.after);
    if (first == nullptr || (first->at_end() && !first->ready())) file.after = 0;
    return file.ready() && file.after == 0;
  };
  auto next = files_.upper_bound(turn_);
  std::size_t idle = 0;
  for (unsigned reads = 0; reads < kRoundReads && idle < files_.size();) {
    if (next == files_.end()) next = files_.begin();
    TailedFile& file = (next++)->second;
    if (!due(file)) {
      ++idle;
      continue;
    }
    if (writer_.streams_wait() || writer_.trouble() || unsaved_open_) return true;
    touched_.insert(file.number());
    file.read(intake_, now.wall_ns, now.steady);
    status_changed_ = true;
    turn_ = file.number();
    idle = 0;
    ++reads;
  }
  for (auto& [number, file] : files_) {
    if (!file.waiting() || !file.at_end()) continue;
    touched_.insert(number);
    file.take_waiting(intake_, now.wall_ns, now.steady, false);
  }
  return std::any_of(files_.begin(), files_.end(), [&due](auto& file) { return due(file.second); });
}

FileTail::Marks FileTail::marks_of_touched() {
  Marks marks;
  for (const std::uint64_t number : touched_) {
    if (TailedFile* const file = open_file(number)) marks.emplace(number, file->mark());
  }
  touched_.clear();
  return marks;
}

/// A batch goes to the writer: with it, how far its files will have been read.
void FileTail::hand_on(const std::shared_ptr<Batch>& batch) {
  Marks marks = marks_of_touched();
  const std::lock_guard lock(mutex_);
  pending_.push_back({batch.get(), std::move(marks)});
}

void FileTail::flush() {
  intake_.flush();
  if (touched_.empty()) return;
  // Nothing but blank lines, or lines that were known: what lies before them counts once it is committed.
  Marks marks = marks_of_touched();
  const std::lock_guard lock(mutex_);
  if (pending_.empty()) {
    done_.push_back(std::move(marks));
  } else {
    for (auto& [number, mark] : marks) pending_.back().marks[number] = std::move(mark);
  }
}

void FileTail::committed(const std::shared_ptr<Batch>& batch) {
  const std::lock_guard lock(mutex_);
  if (pending_.empty() || pending_.front().batch != batch.get()) return;
  done_.push_back(std::move(pending_.front().marks));
  done_to_ = batch->records.back().sequence;
  pending_.pop_front();
}

/// Makes the bookmarks of what is committed durable.
void FileTail::settle_marks(Now now) {
  // In this order: what is in the archive by now and came from files has been told to committed(), if nothing is pending.
  const std::uint64_t newest = archive_.next_sequence() - 1;
  std::deque<Marks> done;
  bool all = false;
  {
    const std::lock_guard lock(mutex_);
    done.swap(done_);
    settled_to_ = std::max(settled_to_, done_to_);
    all = pending_.empty();
  }
  for (const Marks& marks : done) {
    for (const auto& [number, mark] : marks) {
      if (!bookmarks_.all().contains(number)) continue;  // forgotten meanwhile
      FileBookmark& kept = bookmarks_.at(number);
      const std::int64_t seen = kept.seen_ns;
      const bool same =
          kept.offset == mark.offset && kept.finished == mark.finished && kept.front == mark.front;
      kept = mark;
      kept.seen_ns = std::max(seen, mark.seen_ns);
      if (!same) bookmarks_.touch(number);
    }
  }
  std::uint64_t complete_to = settled_to_;
  if (!known_.empty()) {
    const bool compared =
        !first_look_ && all && std::all_of(files_.begin(), files_.end(), [](const auto& file) {
          return file.second.at_end() && !file.second.ready();
        });
    if (compared) {
      for (const auto& [path, lines] : known_) lines->clear();
      known_.clear();
    } else {
      complete_to = bookmarks_.complete_to();  // after another kill the same has to be found again
    }
  }
  if (all && known_.empty() && now.steady >= next_idle_save_) {
    next_idle_save_ = now.steady + limits_.idle_save_every;
    complete_to = settled_to_ = std::max(settled_to_, newest);
  } else if (now.steady < next_save_ || !bookmarks_.unsaved()) {
    return;
  }
  next_save_ = now.steady + limits_.save_every;
  const auto saved = bookmarks_.save(complete_to);
  if (!saved && saved.error().code != StoreErrc::disk_full) {
    spdlog::warn(
        "W-FILES how far files have been read could not be written: {}; it is tried again / "
        "無法寫入檔案讀取位置，將重試",
        saved.error().what);
  }
}

void FileTail::publish_status() {
  status_changed_ = false;
  std::vector<FileStatus> status;
  for (const auto& [number, file] : files_) {
    status.push_back({file.path(), file.group().listener->description.organisation, file.size(),
                      file.offset(), file.behind(), ""});
  }
  constexpr std::string_view kNames[] = {"not_allowed", "unreadable", "not_a_file", "too_many",
                                         "cut",         "damaged",    "too_much"};
  for (const auto& [path, trouble] : troubles_) {
    status.push_back({path, "", 0, 0, 0, std::string(kNames[static_cast<std::size_t>(trouble)])});
  }
  const std::lock_guard lock(mutex_);
  status_ = std::move(status);
}

std::vector<FileStatus> FileTail::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

}  // namespace vigil
