#include "storage/journal.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "storage/database.h"
#include "storage/fault.h"
#include "storage/hash.h"
#include "storage/wire.h"

namespace vigil {

namespace {

constexpr std::string_view kSegmentMagic = "VIGILJ1\n";
constexpr std::size_t kSegmentHead = 32;
constexpr std::string_view kSuffix = ".log";
constexpr std::size_t kDigits = 8;

std::string segment_head(std::uint64_t number, std::uint64_t first_sequence) {
  std::string head(kSegmentMagic);
  append_fixed(head, number);
  append_fixed(head, first_sequence);
  append_fixed(head, checksum64(head));
  return head;
}

/// Reads a segment's head; false if it is not what was written.
bool read_segment_head(std::string_view bytes, std::uint64_t& first_sequence) {
  if (bytes.size() < kSegmentHead || !bytes.starts_with(kSegmentMagic)) return false;
  if (checksum64(bytes.substr(0, kSegmentHead - 8)) != load_u64(bytes.data() + kSegmentHead - 8)) return false;
  first_sequence = load_u64(bytes.data() + 16);
  return true;
}

/// Chunks of one segment, and what was met between them.
struct SegmentContent {
  std::vector<std::shared_ptr<const Chunk>> chunks;
  bool bad_before_good = false, bad_at_end = false;
};

/// Zeros between a frame that ends at `at` and the next, or the end of the file: how many (segment_file.h).
std::size_t padding_at(std::string_view bytes, std::size_t at) {
  if (at % SegmentFile::kPadding == 0) return 0;
  const std::string_view room = bytes.substr(at, SegmentFile::kPadding - at % SegmentFile::kPadding);
  return room.find_first_not_of('\0') == std::string_view::npos ? room.size() : 0;
}

/// Reads the frames of a segment from `at` on.
SegmentContent read_frames(std::string_view bytes, std::size_t at) {
  SegmentContent content;
  bool bad = false;
  for (at += padding_at(bytes, at); at < bytes.size(); at += padding_at(bytes, at)) {
    const std::string_view rest = bytes.substr(at);
    const auto length = Chunk::read_head(rest);
    if (length && *length <= rest.size() - Chunk::kHeadBytes) {
      auto chunk = Chunk::read(rest.substr(Chunk::kHeadBytes, *length));
      at += Chunk::kHeadBytes + *length;
      if (chunk) {
        content.bad_before_good |= bad;
        bad = false;
        content.chunks.push_back(std::move(chunk));
      } else {
        bad = true;
      }
      continue;
    }
    // No frame begins here, or one that was cut: the next that can begin anywhere behind it.
    bad = true;
    at = bytes.find(Chunk::kMagic, at + 1);
    if (at == std::string_view::npos) break;
  }
  content.bad_at_end = bad;
  return content;
}

}  // namespace

Journal::~Journal() {
  if (open_) open_->close();
}

std::filesystem::path Journal::path_of(std::uint64_t number) const {
  std::string name = std::to_string(number);
  name.insert(0, name.size() < kDigits ? kDigits - name.size() : 0, '0');
  return directory_ / name.append(kSuffix);
}

StoreError Journal::failed(const rocksdb::IOStatus& status, const std::string& doing) {
  return store_error(status, doing + " " + directory_.string());
}

Result<void, StoreError> Journal::list_segments() {
  std::vector<std::string> names;
  const rocksdb::IOStatus listed = files_->GetChildren(directory_.string(), rocksdb::IOOptions(), &names, nullptr);
  if (listed.IsNotFound() || listed.IsPathNotFound()) return {};
  if (!listed.ok()) return failed(listed, "listing");
  for (const std::string& name : names) {
    std::uint64_t number = 0;
    const char* const end = name.data() + name.size();
    if (!name.ends_with(kSuffix)) continue;
    const auto read = std::from_chars(name.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end - kSuffix.size()) continue;
    segments_.push_back({.number = number});
  }
  std::sort(segments_.begin(), segments_.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  if (!segments_.empty()) next_number_ = segments_.back().number + 1;
  return {};
}

Result<JournalFindings, StoreError> Journal::read(std::uint64_t acknowledged_before,
                                                  const std::function<void(std::shared_ptr<const Chunk>)>& visit) {
  const std::lock_guard lock(mutex_);
  if (auto listed = list_segments(); !listed) return listed.error();
  JournalFindings findings;
  std::vector<std::vector<std::shared_ptr<const Chunk>>> contents;
  for (Segment& segment : segments_) {
    const std::filesystem::path path = path_of(segment.number);
    std::string bytes;
    const rocksdb::Status status = rocksdb::ReadFileToString(files_.get(), path.string(), &bytes);
    // A sector the disk cannot read any more: what it held is missed by its sequence; the rest must come up.
    if (!status.ok()) {
      findings.damaged.push_back(path);
      contents.emplace_back();
      continue;
    }
    segment.bytes = bytes.size();
    SegmentContent content;
    if (read_segment_head(bytes, segment.first_sequence)) {
      content = read_frames(bytes, kSegmentHead);
    } else {
      content = read_frames(bytes, 0);
      content.bad_before_good = !content.chunks.empty();
    }
    if (content.bad_before_good) findings.damaged.push_back(path);
    if (content.bad_at_end) findings.torn.push_back(path);
    for (const auto& chunk : content.chunks) {
      segment.last_sequence = std::max(segment.last_sequence, chunk->bounds().sequence_last);
    }
    contents.push_back(std::move(content.chunks));
  }
  // What a later segment begins with, or what comes after that, was written again there.
  std::uint64_t never_acknowledged = UINT64_MAX;
  for (std::size_t i = contents.size(); i-- > 0;) {
    std::erase_if(contents[i], [&](const auto& chunk) { return chunk->bounds().sequence_first >= never_acknowledged; });
    if (segments_[i].first_sequence > 0) never_acknowledged = std::min(never_acknowledged, segments_[i].first_sequence);
  }
  // A chunk that was written again after damage may stand in two segments; no two chunks begin with one record.
  std::unordered_set<std::uint64_t> seen;
  std::vector<std::shared_ptr<const Chunk>> all;
  for (auto& chunks : contents) {
    for (auto& chunk : chunks) {
      if (seen.insert(chunk->bounds().sequence_first).second) all.push_back(std::move(chunk));
    }
  }
  // A commit follows only when the one before it is durable: only the last can be there in part.
  CommitSpan last;
  for (const auto& chunk : all) {
    if (chunk->commit().first_sequence >= last.first_sequence) last = chunk->commit();
  }
  const auto of_last = [&](const auto& chunk) { return chunk->commit().first_sequence == last.first_sequence; };
  std::uint64_t records = 0;
  for (const auto& chunk : all) records += of_last(chunk) ? chunk->bounds().rows : 0;
  if (records < last.records && acknowledged_before < last.first_sequence + last.records) std::erase_if(all, of_last);
  for (auto& chunk : all) visit(std::move(chunk));
  return findings;
}

Result<void, StoreError> Journal::begin_segment(std::uint64_t first_sequence) {
  const rocksdb::IOOptions how;
  const std::string directory = directory_.string();
  if (auto made = files_->CreateDirIfMissing(directory, how, nullptr); !made.ok()) return failed(made, "making");
  // Never given again, should even making it fail half-way: a segment is begun once.
  const std::uint64_t number = next_number_++;
  const std::string path = path_of(number).string();
  const std::string head = segment_head(number, first_sequence);
  std::unique_ptr<SegmentFile> file;
  rocksdb::IOStatus status = SegmentFile::make(files_, path, head, direct_, file);
  std::unique_ptr<rocksdb::FSDirectory> names;
  if (status.ok()) status = files_->NewDirectory(directory, how, &names, nullptr);
  // The name must be durable before anything in the file is acknowledged; the bytes are synced with the first commit.
  if (status.ok()) status = names->Fsync(how, nullptr);
  if (!status.ok()) {
    files_->DeleteFile(path, how, nullptr).PermitUncheckedError();
    return failed(status, "beginning a segment of the journal in");
  }
  fault_point("segment_begun");
  open_ = std::move(file);
  const std::lock_guard lock(mutex_);
  segments_.push_back({.number = number, .first_sequence = first_sequence, .last_sequence = 0, .bytes = head.size()});
  return {};
}

Result<void, StoreError> Journal::append(std::span<const std::shared_ptr<const Chunk>> chunks,
                                         std::uint64_t first_sequence) {
  if (dead_) return StoreError{StoreErrc::io, "the journal failed before: " + directory_.string()};
  if (!open_ || open_->size() >= segment_bytes_) {
    if (open_) open_->close();  // everything in it is synced
    open_.reset();
    if (auto begun = begin_segment(first_sequence); !begun) return begun.error();
  }
  const std::uint64_t whole = open_->size();
  if (const rocksdb::IOStatus written = open_->append(chunks); !written.ok()) {
    const StoreError error = failed(written, "writing the journal in");
    // Back to where it was whole, and on in a new segment, whose head says that what might still be found here
    // never counted.
    dead_ = error.code != StoreErrc::disk_full || !open_->truncate(whole).ok();
    open_->close();
    open_.reset();
    return dead_ ? StoreError{StoreErrc::io, error.what} : error;
  }
  fault_point("journal_written");
  if (const rocksdb::IOStatus synced = open_->sync(); !synced.ok()) {
    // The kernel may have dropped the pages and say "done" next time: nothing in this file may be trusted to a sync
    // again.
    dead_ = true;
    return StoreError{StoreErrc::io, failed(synced, "syncing the journal in").what};
  }
  fault_point("journal_synced");
  const std::lock_guard lock(mutex_);
  Segment& segment = segments_.back();
  segment.bytes = open_->size();
  for (const auto& chunk : chunks) {
    segment.last_sequence = std::max(segment.last_sequence, chunk->bounds().sequence_last);
  }
  return {};
}

Result<void, StoreError> Journal::remove_front() {
  const std::string path = path_of(segments_.front().number).string();
  const rocksdb::IOStatus removed = files_->DeleteFile(path, rocksdb::IOOptions(), nullptr);
  if (!removed.ok() && !removed.IsNotFound() && !removed.IsPathNotFound()) return failed(removed, "removing " + path + " from");
  segments_.pop_front();
  return {};
}

Result<void, StoreError> Journal::end_segment(std::uint64_t next_sequence) {
  if (dead_) return StoreError{StoreErrc::io, "the journal failed before: " + directory_.string()};
  {
    const std::lock_guard lock(mutex_);
    if (segments_.empty() || segments_.back().last_sequence == 0) return {};
  }
  if (open_) open_->close();  // everything in it is synced
  open_.reset();
  return begin_segment(next_sequence);
}

Result<void, StoreError> Journal::trim(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  // The last segment stays even if nothing appends to it: its first sequence tells how far an earlier process came.
  while (segments_.size() > 1 && segments_.front().last_sequence < sequence) {
    if (auto removed = remove_front(); !removed) return removed.error();
  }
  return {};
}

Result<void, StoreError> Journal::drop_earlier() {
  const std::lock_guard lock(mutex_);
  while (segments_.size() > (open_ ? 1U : 0U)) {
    if (auto removed = remove_front(); !removed) return removed.error();
  }
  return {};
}

std::uint64_t Journal::bytes() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = 0;
  for (const Segment& segment : segments_) sum += segment.bytes;
  return sum;
}

std::uint64_t Journal::oldest_segment_last() const {
  const std::lock_guard lock(mutex_);
  return segments_.size() > 1 ? segments_.front().last_sequence : 0;
}

}  // namespace vigil
