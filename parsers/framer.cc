#include "parsers/framer.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "parsers/byte_scan.h"
#include "parsers/rsyslog_zip.h"

// The rules, at the start of a frame (numbers as in the specification of the receive path):
//
//   F1   LF, CR, NUL and SP are skipped: blank lines, the LF after a counted frame, Cisco ASA's SP after LF
//   F2   [1-9][0-9]{0,9} SP, then '<' or, once this connection has sent a counted frame, anything
//                                    -> counted: that many bytes follow (bytes, not characters)
//   F3   anything else               -> LF frame: ends at LF, or at a NUL directly before '<' and a digit
//   F4   0x16 0x03 first             -> tls_on_plain, close
//   F5   count above frame_bytes_max -> the first frame_bytes_max, `oversize`; exactly the rest is skipped
//   F6   count above count_max       -> frame_len_insane, close: the stream is out of step
//   F7   LF frame too long           -> the first frame_bytes_max, `oversize`; the rest is skipped to its end
//   F8   end inside a frame          -> what there is, `partial_eof` or `truncated_frame`
//   F9   a connection that counts sends neither a digit nor '<'
//                                    -> LF frame and one desync; more than desync_max close the connection
//   F10  (flush_slow) a partial frame is given as it is, `slow_frame`; its rest becomes a frame of its own,
//        so that neither bytes nor the step of a counted stream are lost
//   F11  multiline_pri: LF, too, ends an LF frame only before '<' and a digit, or (flush_idle) when nothing has come after
//        it for a while
//   F12  compressed_rsyslog: a counted frame that begins with 'z' and is a whole zlib stream behind it
//                                    -> what that holds; what cannot be unpacked is kept as it came, `bad_zip`
//   F13  "GET " or "POST " first     -> http_on_syslog, close
//
// Every decision looks at the frame's bytes from its first one and waits while a byte it depends on has not
// come: this is what makes the frames independent of how TCP cut the stream.

namespace vigil {
namespace {

constexpr std::size_t kCountDigitsMax = 10;  // F2
constexpr std::size_t kKeptCapacity = 1024;  // an emptied buffer larger than this is given back

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == '\n' || c == '\r' || c == '\0' || c == ' '; }

void give(std::string_view frame, Tags tags, void (*emit)(void*, std::string_view, Tags), void* sink) {
  while (!frame.empty() && (frame.back() == '\n' || frame.back() == '\r' || frame.back() == '\0')) {
    frame.remove_suffix(1);
  }
  if (!frame.empty()) emit(sink, frame, tags);
}

Tags tagged(Tag tag) {
  Tags tags;
  tags.add(tag);
  return tags;
}

// Where an LF frame ends, looking at the first `reach` bytes from offset `from` on.
struct End {
  enum { found, none, undecided } what;  // undecided: a NUL (F11: or LF) is there, what follows it is not yet
  std::size_t at;
};

// With `multiline` an LF ends it only where a NUL would (F11).
End find_end(std::string_view work, std::size_t from, std::size_t reach, bool end, bool multiline) {
  reach = std::min(reach, work.size());
  if (from >= reach) return {End::none, reach};
  const std::string_view seen = work.substr(0, reach);
  for (std::size_t at = from;; ++at) {
    at += find_lf_or_nul(seen.substr(at));
    if (at == reach) return {End::none, reach};
    if (work[at] == '\n' && !multiline) return {End::found, at};
    if (at + 1 < work.size() && work[at + 1] != '<') continue;
    if (at + 2 < work.size()) {
      if (is_digit(work[at + 2])) return {End::found, at};
    } else if (!end) {
      return {End::undecided, at};
    }
  }
}

enum class Match { no, yes, undecided };

Match starts_with(std::string_view work, std::string_view word, bool end) {
  const std::size_t common = std::min(work.size(), word.size());
  if (work.substr(0, common) != word.substr(0, common)) return Match::no;
  if (common == word.size()) return Match::yes;
  return end ? Match::no : Match::undecided;
}

}  // namespace

std::string_view framing_error_name(FramingError error) {
  constexpr std::array<std::string_view, 5> kNames = {"none", "tls_on_plain", "http_on_syslog",
                                                      "frame_len_insane", "desync"};
  return kNames[static_cast<std::size_t>(error)];
}

void Framer::run(std::string_view data, bool end, Emit emit, void* sink) {
  // First whatever began in an earlier call: bytes are added to the buffer until its frame is complete. What
  // was added too much stays in `data`.
  while (!closed() && !buffer_.empty() && !data.empty()) {
    const std::size_t before = buffer_.size();
    const std::size_t added = wanted(data);
    buffer_.append(data.substr(0, added));
    const std::size_t used = step(buffer_, false, emit, sink);
    if (used == 0) {
      data.remove_prefix(added);
    } else if (used >= before) {
      data.remove_prefix(used - before);
      drop_buffer();
    } else {
      buffer_.resize(before);
      buffer_.erase(0, used);
    }
  }
  while (!closed() && !data.empty()) {
    const std::size_t used = step(data, false, emit, sink);
    if (used == 0) {
      buffer_.assign(data);
      return run({}, end, emit, sink);
    }
    data.remove_prefix(used);
  }
  if (end) {
    std::string_view rest = buffer_;
    while (!closed() && !rest.empty()) rest.remove_prefix(step(rest, true, emit, sink));
  }
  if (end || closed()) drop_buffer();
}

void Framer::flush(Emit emit, void* sink) {
  if (buffer_.empty() || closed()) return;
  std::string_view partial = buffer_;
  if (counted_need_ != 0) {
    left_ -= partial.size();
    if (mode_ == Mode::frame_start) partial.remove_prefix(partial.find(' ') + 1);
    mode_ = Mode::owed;
    counted_before_ = true;
  } else if (mode_ == Mode::frame_start) {
    mode_ = Mode::lf_frame;
  }
  first_ = false;
  Tags tags = tagged(Tag::slow_frame);
  if (partial.size() > options_.frame_bytes_max) {  // by bytes that may or may not have been its end
    partial = partial.substr(0, options_.frame_bytes_max);
    tags.add(Tag::oversize);
  }
  if (mode_ != Mode::discard) give(partial, tags, emit, sink);
  drop_buffer();
}

void Framer::flush_line(Emit emit, void* sink) {
  if (closed() || buffer_.empty() || counted_need_ != 0 || buffer_.back() != '\n') return;
  if (mode_ != Mode::discard) {
    give(buffer_, mode_ == Mode::lf_frame ? tagged(Tag::slow_frame) : Tags(), emit, sink);
  }
  mode_ = Mode::frame_start;
  first_ = false;
  drop_buffer();
}

// Reads one frame, or one piece of something to be passed over, at the front of `work`. Returns the bytes
// used; 0: more are needed to decide. With `end` there are no more, and something is always used.
std::size_t Framer::step(std::string_view work, bool end, Emit emit, void* sink) {
  switch (mode_) {
    case Mode::frame_start:
      return start_frame(work, end, emit, sink);
    case Mode::lf_frame:
      return lf_frame(work, end, false, tagged(Tag::slow_frame), emit, sink);
    case Mode::owed:
      return counted_frame(work, 0, left_, end, tagged(Tag::slow_frame), emit, sink);
    case Mode::skip: {
      const std::size_t used = std::min(left_, work.size());
      left_ -= used;
      if (left_ == 0) mode_ = Mode::frame_start;
      return used;
    }
    case Mode::discard:
      break;
  }
  return discard(work, end);
}

std::size_t Framer::start_frame(std::string_view work, bool end, Emit emit, void* sink) {
  std::size_t blanks = 0;
  while (blanks < work.size() && is_blank(work[blanks])) ++blanks;
  if (blanks > 0) return blanks;

  const char lead = work.front();
  if (first_) {
    const Match tls =
        lead == '\x16' && work.size() == 1 && end ? Match::yes : starts_with(work, "\x16\x03", end);
    if (tls == Match::yes) return close(FramingError::tls_on_plain, work);
    for (const std::string_view verb : {"GET ", "POST "}) {
      const Match http = starts_with(work, verb, end);
      if (http == Match::yes) return close(FramingError::http_on_syslog, work);
      if (http == Match::undecided) return 0;
    }
    if (tls == Match::undecided) return 0;
  }
  if (is_digit(lead)) {
    std::size_t digits = 1;
    while (digits < work.size() && digits < kCountDigitsMax && is_digit(work[digits])) ++digits;
    if (digits == work.size() && !end) return 0;
    if (lead != '0' && digits < work.size() && work[digits] == ' ') {
      const std::size_t head = digits + 1;
      if (head == work.size() && !counted_before_ && !end) return 0;
      if (counted_before_ || (head < work.size() && work[head] == '<')) {
        std::size_t count = 0;
        for (const char c : work.substr(0, digits)) count = count * 10 + static_cast<std::size_t>(c - '0');
        if (count > options_.count_max) return close(FramingError::frame_len_insane, work);
        return counted_frame(work, head, count, end, Tags(), emit, sink);
      }
    }
  }
  return lf_frame(work, end, counted_before_ && lead != '<' && !is_digit(lead), Tags(), emit, sink);
}

std::size_t Framer::counted_frame(std::string_view work, std::size_t head, std::size_t count, bool end,
                                  Tags tags, Emit emit, void* sink) {
  const std::size_t kept = std::min(count, options_.frame_bytes_max);
  if (work.size() - head < kept && !end) {
    left_ = head + count;
    counted_need_ = head + kept;
    return 0;
  }
  const std::string_view body = work.substr(head, kept);
  left_ = count - body.size();
  mode_ = left_ > 0 ? Mode::skip : Mode::frame_start;
  counted_before_ = true;
  counted_need_ = 0;
  first_ = false;
  const std::size_t used = head + body.size();
  if (count > options_.frame_bytes_max) {
    tags.add(Tag::oversize);
  } else if (body.size() < count) {
    tags.add(Tag::truncated_frame);
  } else if (options_.compressed_rsyslog && may_be_rsyslog_zip(body)) {
    const auto unzipped = unzip_rsyslog(body, options_.frame_bytes_max, unzipped_);
    if (unzipped && unzipped->cut) tags.add(Tag::oversize);
    if (!unzipped) tags.add(Tag::bad_zip);
    give(unzipped ? unzipped->text : body, tags, emit, sink);
    return used;
  }
  give(body, tags, emit, sink);
  return used;
}

std::size_t Framer::lf_frame(std::string_view work, bool end, bool desync, Tags tags, Emit emit, void* sink) {
  // An end right behind the longest frame still counts, so two bytes more than that are awaited to tell.
  const std::size_t longest = options_.frame_bytes_max;
  const End stop = find_end(work, scanned_, longest + 1, end, options_.multiline_pri);
  if (!end && (stop.what == End::undecided || (stop.what == End::none && work.size() <= longest))) {
    scanned_ = stop.at;
    return 0;
  }
  scanned_ = 0;
  first_ = false;
  std::size_t used = 0;
  if (stop.what == End::found) {
    mode_ = Mode::frame_start;
    used = stop.at + 1;
    give(work.substr(0, stop.at), tags, emit, sink);
  } else if (work.size() > longest) {
    mode_ = Mode::discard;
    used = longest;
    tags.add(Tag::oversize);
    give(work.substr(0, longest), tags, emit, sink);
  } else {
    mode_ = Mode::frame_start;
    used = work.size();
    // The last message of a connection needs no other one behind it.
    if (!options_.multiline_pri || work.back() != '\n') tags.add(Tag::partial_eof);
    give(work, tags, emit, sink);
  }
  if (desync && ++desyncs_ > options_.desync_max) return close(FramingError::desync, work);
  return used;
}

std::size_t Framer::discard(std::string_view work, bool end) {
  const End stop = find_end(work, 0, work.size(), end, options_.multiline_pri);
  if (stop.what == End::found) {
    mode_ = Mode::frame_start;
    return stop.at + 1;
  }
  return stop.at;  // A NUL that may yet be an end waits in the buffer.
}

// How much of `data` the partial frame in the buffer can use. Never more than the longest frame and its end,
// so the buffer stays bounded whatever the count claimed.
std::size_t Framer::wanted(std::string_view data) const {
  const std::size_t most = options_.frame_bytes_max + kCountDigitsMax + 4;
  std::size_t take = most > buffer_.size() ? most - buffer_.size() : 1;
  if (counted_need_ != 0) {
    take = counted_need_ - buffer_.size();
  } else {
    take = std::min(take, data.size());
    const void* const lf = std::memchr(data.data(), '\n', take);
    if (lf) take = static_cast<std::size_t>(static_cast<const char*>(lf) - data.data()) + 1;
  }
  return std::min(take, data.size());
}

std::size_t Framer::close(FramingError error, std::string_view work) {
  error_ = error;
  return work.size();
}

void Framer::drop_buffer() {
  scanned_ = 0;
  counted_need_ = 0;
  buffer_.clear();
  if (buffer_.capacity() > kKeptCapacity) std::string().swap(buffer_);
}

}  // namespace vigil
