#include "daemon/file_bookmarks.h"

#define XXH_INLINE_ALL  // nothing to link
#include <xxhash.h>

#include <array>
#include <charconv>

namespace vigil {

namespace {

constexpr std::string_view kPrefix = "file/";
constexpr std::string_view kCompleteKey = "file-tail/complete-to";
/// Numbers in front of the path of a stored bookmark; more may come behind the path some day, never before it.
constexpr std::size_t kNumbers = 9;

std::string key_of(std::uint64_t number) {
  // Of one width, so that keys are in the order of numbers.
  std::string digits = std::to_string(number);
  return std::string(kPrefix) + std::string(20 - digits.size(), '0') + digits;
}

template <class Number>
bool read_number(std::string_view& text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end == text.data() + text.size() || *end != ' ') return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

}  // namespace

FileSample FileSample::of(std::string_view text) {
  return {text.size(), text.empty() ? 0 : ::XXH64(text.data(), text.size(), 0)};
}

std::string FileBookmark::text() const {
  std::string out;
  for (const std::uint64_t number :
       std::array<std::uint64_t, kNumbers>{device, inode, front.bytes, front.hash, offset, back.bytes,
                                           back.hash, finished, static_cast<std::uint64_t>(seen_ns)}) {
    out += std::to_string(number) + " ";
  }
  return out + path;
}

std::optional<FileBookmark> FileBookmark::from_text(std::string_view text) {
  FileBookmark mark;
  const bool good = read_number(text, mark.device) && read_number(text, mark.inode) &&
                    read_number(text, mark.front.bytes) && read_number(text, mark.front.hash) &&
                    read_number(text, mark.offset) && read_number(text, mark.back.bytes) &&
                    read_number(text, mark.back.hash) && read_number(text, mark.finished) &&
                    read_number(text, mark.seen_ns);
  const bool sane = mark.front.bytes <= FileSample::kBytesMax && mark.back.bytes <= FileSample::kBytesMax &&
                    mark.back.bytes <= mark.offset;
  if (!good || !sane || text.empty()) return std::nullopt;
  mark.path = text;
  return mark;
}

FileBookmarks::FileBookmarks(StateStore& state) : state_(state) {
  state_.scan(kPrefix, [this](std::string_view key, std::string_view value) {
    key.remove_prefix(kPrefix.size());
    std::uint64_t number = 0;
    std::from_chars(key.data(), key.data() + key.size(), number);
    // What cannot be read was written by nobody we know: that file is read anew rather than not at all.
    if (auto mark = FileBookmark::from_text(value)) marks_.emplace(number, std::move(*mark));
    next_ = number + 1;
    return true;
  });
  if (const auto value = state_.get(kCompleteKey)) {
    std::from_chars(value->data(), value->data() + value->size(), complete_to_);
    fresh_ = false;
  }
}

std::uint64_t FileBookmarks::add(FileBookmark mark) {
  const std::uint64_t number = next_++;
  marks_.emplace(number, std::move(mark));
  touch(number);
  return number;
}

void FileBookmarks::erase(std::uint64_t number) {
  marks_.erase(number);
  changed_[number] = false;
}

Result<void, StoreError> FileBookmarks::save(std::uint64_t complete_to) {
  StateChange change;
  for (const auto& [number, kept] : changed_) {
    if (kept) {
      change.put(key_of(number), marks_.at(number).text());
    } else {
      change.erase(key_of(number));
    }
  }
  if (complete_to != complete_to_ || fresh_)
    change.put(std::string(kCompleteKey), std::to_string(complete_to));
  if (change.empty()) return {};
  if (auto written = state_.commit(change); !written) return written;
  changed_.clear();
  complete_to_ = complete_to;
  fresh_ = false;
  return {};
}

}  // namespace vigil
