#include "daemon/tailed_file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "parsers/charset.h"
#include "parsers/envelope.h"

namespace vigil {

namespace {

/// What of an archive is read at once to be skipped.
constexpr std::size_t kSkipBytes = std::size_t{256} * 1024;

ssize_t read_at(int fd, char* into, std::size_t most, std::uint64_t offset) {
  ssize_t n = 0;
  do {
    n = ::pread(fd, into, most, static_cast<off_t>(offset));
  } while (n < 0 && errno == EINTR);
  return n;
}

}  // namespace

std::string readable_path(std::string_view path) {
  Arena arena;
  return std::string(decode_text(path, Charset::utf8, Controls::escaped, arena).text);
}

OpenFile::~OpenFile() {
  if (fd_ >= 0) ::close(fd_);
}

std::string OpenFile::bytes_at(std::uint64_t offset, std::size_t most) const {
  std::string out(most, '\0');
  const ssize_t n = read_at(fd_, out.data(), most, offset);
  out.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return out;
}

TailedFile::TailedFile(OpenFile file, Found found, std::uint64_t number, const FileBookmark& mark,
                       std::shared_ptr<KnownLines> known)
    : file_(std::move(file)),
      path_(mark.path),
      group_(found.group),
      number_(number),
      device_(found.st.st_dev),
      inode_(found.st.st_ino),
      mark_(mark),
      known_(std::move(known)),
      size_(static_cast<std::uint64_t>(found.st.st_size)),
      modified_(found.st.st_mtim) {
  Envelope envelope;
  envelope.add("log.file.path", readable_path(path_));
  envelope_ = envelope.text();
  begin(mark.offset);
}

void TailedFile::begin(std::uint64_t offset) {
  std::string front = file_.bytes_at(0, FileSample::kBytesMax);
  mark_.front = FileSample::of(front);
  mark_.offset = offset;
  if (offset == 0) mark_.back = FileSample();
  gzip_.reset();
  if (GzipFile::is_gzip(front)) {
    GzipFile peek(file_.fd());
    front.assign(2, '\0');
    peek.read({front.data(), front.size()});
    gzip_ = std::make_unique<GzipFile>(file_.fd());
    skip_to_ = offset;
    skipped_ = 0;
  }
  encoding_ = encoding_of(front);
  LineCutterOptions options;
  options.encoding = encoding_;
  options.record_start = group_->record_start;
  options.charset = group_->listener->description.charset;
  cutter_ = LineCutter(std::move(options), offset);
  furthest_ = offset;
  padded_size_ = 0;
  ready_ = true;
  at_end_ = false;
}

TailedFile::Change TailedFile::look() {
  struct stat st {};
  if (::fstat(file_.fd(), &st) != 0) return Change::lost;
  const auto size = static_cast<std::uint64_t>(st.st_size);
  const bool touched =
      size != size_ || st.st_mtim.tv_sec != modified_.tv_sec || st.st_mtim.tv_nsec != modified_.tv_nsec;
  if (!touched) return Change::none;
  size_ = size;
  modified_ = st.st_mtim;
  ready_ = true;
  // An archive that goes on to be written is read on; nobody truncates one.
  if (gzip_) {
    if (gzip_->state() != GzipFile::State::more) {
      mark_.back = FileSample();
      begin(cutter_.taken());
    }
    return Change::grew;
  }
  const bool same =
      size >= furthest_ && begins_as_marked() &&
      FileSample::of(file_.bytes_at(mark_.offset - mark_.back.bytes, mark_.back.bytes)) == mark_.back;
  if (same) return Change::grew;
  begin(0);
  restarted_ = true;
  return Change::restarted;
}

bool TailedFile::has_all_of(const OpenFile& other, std::uint64_t size) const {
  const auto sample = static_cast<std::size_t>(std::min<std::uint64_t>(size, FileSample::kBytesMax));
  return file_.bytes_at(0, sample) == other.bytes_at(0, sample) &&
         file_.bytes_at(size - sample, sample) == other.bytes_at(size - sample, sample);
}

bool TailedFile::begins_as_marked() const {
  return FileSample::of(file_.bytes_at(0, mark_.front.bytes)) == mark_.front;
}

/// Steps over what is known of an archive, and makes sure that it is that. False if there is more to step over.
bool TailedFile::skip_compressed() {
  std::string buffer(static_cast<std::size_t>(std::min<std::uint64_t>(kSkipBytes, skip_to_ - skipped_)),
                     '\0');
  const std::size_t n = gzip_->read({buffer.data(), buffer.size()});
  skipped_ += n;
  skipped_back_.append(buffer, 0, n);
  if (skipped_back_.size() > mark_.back.bytes)
    skipped_back_.erase(0, skipped_back_.size() - mark_.back.bytes);
  if (skipped_ < skip_to_ && gzip_->state() == GzipFile::State::more) return false;
  const bool same = skipped_ == skip_to_ && FileSample::of(skipped_back_) == mark_.back;
  skipped_back_.clear();
  skip_to_ = skipped_ = 0;
  if (!same) {
    begin(0);  // It only began like the file whose bookmark this was.
    return false;
  }
  return true;
}

std::size_t TailedFile::fill(std::span<char> buffer) {
  if (!gzip_) {
    const ssize_t n = read_at(file_.fd(), buffer.data(), buffer.size(), cutter_.next_offset());
    return n > 0 ? static_cast<std::size_t>(n) : 0;
  }
  return gzip_->read(buffer);
}

void TailedFile::read(Intake& intake, std::int64_t now_ns, SteadyTime now) {
  if (grew_at_ == SteadyTime()) grew_at_ = now;
  // A file that was truncated to nothing shows its encoding once something is in it.
  if (cutter_.next_offset() == 0 && mark_.front.bytes < 2) begin(0);
  if (gzip_ && skip_to_ > skipped_ && !skip_compressed()) return;
  const std::span<char> buffer = intake.read_buffer();
  const std::size_t n = fill(buffer);
  intake.read_done(buffer, n);
  if (n != 0) {
    const std::string_view data(buffer.data(), n);
    cutter_.feed(data, [&](std::string_view line, Tags tags) {
      const bool in_place =
          !std::less<>()(line.data(), data.data()) && std::less<>()(line.data(), data.data() + data.size());
      give(intake, line, tags, in_place, now_ns);
    });
  }
  intake.read_cut();
  const std::uint64_t read_to = cutter_.next_offset() - cutter_.padding();
  if (read_to > furthest_) {
    furthest_ = read_to;
    grew_at_ = now;
  }
  // Of a file of fixed size all of the rest was NULs when it was read last: so it is again.
  const bool known_padding = cutter_.padding() != 0 && size_ == padded_size_;
  if (n != 0 && !known_padding) {
    at_end_ = false;
    return;
  }
  padded_size_ = cutter_.padding() != 0 ? size_ : 0;
  cutter_.take_padding_back();
  at_end_ = true;
  ready_ = false;
}

void TailedFile::take_waiting(Intake& intake, std::int64_t now_ns, SteadyTime now, bool even_if_young) {
  if (!at_end_ || !cutter_.waiting() || (!even_if_young && now - grew_at_ < kLineWait)) return;
  cutter_.flush([&](std::string_view line, Tags tags) { give(intake, line, tags, false, now_ns); });
}

void TailedFile::give(Intake& intake, std::string_view line, Tags tags, bool in_place, std::int64_t now_ns) {
  if (known_ && !known_->empty()) {
    const std::string_view rest = known_->unknown_part(line);
    if (rest.empty()) return;
    // A rest of UTF-16 would have no mark.
    if (encoding_ == FileEncoding::bytes) line = rest;
  }
  if (restarted_) {
    tags.add(Tag::file_truncated);
    restarted_ = false;
  }
  intake.add_in_place(*group_->listener,
                      {.peer = group_->peer,
                       .host_hint = group_->host,
                       .envelope = envelope_,
                       .received_ns = now_ns,
                       .tags = tags},
                      line, in_place);
}

std::optional<GzipFile::State> TailedFile::finished() const {
  if (!gzip_ || !at_end_ || gzip_->state() == GzipFile::State::more) return std::nullopt;
  return gzip_->state();
}

const FileBookmark& TailedFile::mark() {
  mark_.device = device_;
  mark_.inode = inode_;
  mark_.offset = cutter_.taken();
  // A bookmark of an archive that is not read to its end is only used for itself.
  mark_.finished = finished() ? size_ : 0;
  if (gzip_) {
    mark_.back = FileSample();
    return mark_;
  }
  // A young file's front grows; not if it is another's by now, which look() will notice.
  if (mark_.front.bytes < FileSample::kBytesMax) {
    const std::string front = file_.bytes_at(0, FileSample::kBytesMax);
    if (FileSample::of(std::string_view(front).substr(0, mark_.front.bytes)) == mark_.front) {
      mark_.front = FileSample::of(front);
    }
  }
  const auto back = static_cast<std::size_t>(std::min<std::uint64_t>(mark_.offset, FileSample::kBytesMax));
  mark_.back = FileSample::of(file_.bytes_at(mark_.offset - back, back));
  // If it was truncated since it was read, that is not what was read: a copy is known by its front alone then.
  if (mark_.back.bytes != back || !begins_as_marked()) mark_.back = FileSample();
  return mark_;
}

}  // namespace vigil
