#include "storage/segment_file.h"

#include <algorithm>
#include <cstring>

namespace vigil {

namespace {

constexpr std::size_t kStagedMax = 128 * 1024;
static_assert(kStagedMax % SegmentFile::kPadding == 0);
constexpr char kZeros[SegmentFile::kPadding] = {};

std::size_t to_next_multiple(std::uint64_t at) {
  return static_cast<std::size_t>((SegmentFile::kPadding - at % SegmentFile::kPadding) %
                                  SegmentFile::kPadding);
}

rocksdb::IOStatus open_to_append(rocksdb::FileSystem& files, const std::string& path, bool direct,
                                 std::unique_ptr<rocksdb::FSWritableFile>& file) {
  rocksdb::FileOptions options;
  options.use_mmap_writes = false;
  options.allow_fallocate = false;
  options.use_direct_writes = direct;
  return files.ReopenWritableFile(path, options, &file, nullptr);
}

}  // namespace

rocksdb::IOStatus SegmentFile::make(std::shared_ptr<rocksdb::FileSystem> files, std::string path,
                                    std::string_view head, DirectWrites& direct,
                                    std::unique_ptr<SegmentFile>& made) {
  std::unique_ptr<SegmentFile> segment(new SegmentFile(std::move(files), std::move(path), direct));
  rocksdb::IOStatus status = open_to_append(*segment->files_, segment->path_, false, segment->cached_file_);
  if (status.ok()) status = segment->write_cached(head);
  if (status.ok()) made = std::move(segment);
  return status;
}

rocksdb::IOStatus SegmentFile::append(std::span<const std::shared_ptr<const Chunk>> chunks) {
  std::size_t bytes = 0;
  for (const auto& chunk : chunks) bytes += chunk->frame().size();
  if (bytes < kDirectBytesMin || !open_direct()) return append_cached(chunks);
  const std::uint64_t whole = size_;
  rocksdb::IOStatus status = append_direct(chunks);
  if (status.ok()) {
    direct_ = DirectWrites::work;
  } else if (direct_ == DirectWrites::untried && !status.IsNoSpace()) {
    // It let us open the file, but not write: nothing of the commit is synced, so it may be written the other
    // way.
    direct_ = DirectWrites::refused;
    direct_file_.reset();
    status = truncate(whole);
    if (status.ok()) status = append_cached(chunks);
  }
  return status;
}

bool SegmentFile::open_direct() {
  if (direct_file_) return true;
  if (direct_ == DirectWrites::refused) return false;
  const bool opened = open_to_append(*files_, path_, true, direct_file_).ok();
  if (opened && direct_file_->GetRequiredBufferAlignment() <= kPadding) return true;
  direct_file_.reset();
  direct_ = DirectWrites::refused;
  return false;
}

rocksdb::IOStatus SegmentFile::append_cached(std::span<const std::shared_ptr<const Chunk>> chunks) {
  for (const auto& chunk : chunks) {
    if (rocksdb::IOStatus status = write_cached(chunk->frame()); !status.ok()) return status;
  }
  return rocksdb::IOStatus::OK();
}

rocksdb::IOStatus SegmentFile::append_direct(std::span<const std::shared_ptr<const Chunk>> chunks) {
  rocksdb::IOStatus status = write_cached({kZeros, to_next_multiple(size_)});
  staged_bytes_ = 0;
  for (auto chunk = chunks.begin(); status.ok() && chunk != chunks.end(); ++chunk) {
    const std::string_view aligned = (*chunk)->aligned_frame();
    if (aligned.empty()) {
      status = stage((*chunk)->frame());
    } else {
      status = write_staged();
      if (status.ok()) status = write_direct(aligned);
    }
  }
  if (status.ok()) status = write_staged();
  return status;
}

rocksdb::IOStatus SegmentFile::stage(std::string_view bytes) {
  if (!staged_) staged_ = BufferPool::make_aligned(kStagedMax);
  while (!bytes.empty()) {
    const std::size_t taken = std::min(bytes.size(), kStagedMax - staged_bytes_);
    std::memcpy(staged_.get() + staged_bytes_, bytes.data(), taken);
    staged_bytes_ += taken;
    bytes.remove_prefix(taken);
    if (staged_bytes_ < kStagedMax) break;
    if (rocksdb::IOStatus status = write_staged(); !status.ok()) return status;
  }
  return rocksdb::IOStatus::OK();
}

rocksdb::IOStatus SegmentFile::write_staged() {
  if (staged_bytes_ == 0) return rocksdb::IOStatus::OK();
  const std::size_t padding = to_next_multiple(staged_bytes_);
  std::memset(staged_.get() + staged_bytes_, 0, padding);
  const std::string_view bytes(staged_.get(), staged_bytes_ + padding);
  staged_bytes_ = 0;
  return write_direct(bytes);
}

rocksdb::IOStatus SegmentFile::write_cached(std::string_view bytes) {
  if (bytes.empty()) return rocksdb::IOStatus::OK();
  rocksdb::IOStatus status = cached_file_->Append(bytes, rocksdb::IOOptions(), nullptr);
  if (status.ok()) size_ += bytes.size();
  return status;
}

rocksdb::IOStatus SegmentFile::write_direct(std::string_view bytes) {
  rocksdb::IOStatus status = direct_file_->Append(bytes, rocksdb::IOOptions(), nullptr);
  if (status.ok()) size_ += bytes.size();
  return status;
}

rocksdb::IOStatus SegmentFile::sync() {
  // A sync is of the file, whichever way its bytes came.
  return cached_file_->Sync(rocksdb::IOOptions(), nullptr);
}

rocksdb::IOStatus SegmentFile::truncate(std::uint64_t size) {
  rocksdb::IOStatus status = cached_file_->Truncate(size, rocksdb::IOOptions(), nullptr);
  if (status.ok()) size_ = size;
  return status;
}

void SegmentFile::close() {
  if (direct_file_) direct_file_->Close(rocksdb::IOOptions(), nullptr).PermitUncheckedError();
  cached_file_->Close(rocksdb::IOOptions(), nullptr).PermitUncheckedError();
}

}  // namespace vigil
