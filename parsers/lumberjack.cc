#include "parsers/lumberjack.h"

#include <algorithm>

#include "parsers/charset.h"
#include "parsers/json_object.h"
#include "parsers/render.h"

namespace vigil {

namespace {

/// A connection that once had a large partial event does not keep its memory.
constexpr std::size_t kBodyKept = std::size_t{16} * 1024;
constexpr std::size_t kUnpackStep = std::size_t{64} * 1024;
/// Below this a good ratio says nothing: a few repeated lines pack well.
constexpr std::size_t kRatioFrom = std::size_t{1024} * 1024;

std::uint32_t read_u32(std::string_view at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8U | static_cast<unsigned char>(at[i]);
  return value;
}

/// Bytes of a frame's head, version and type included; 0: no such type.
std::size_t head_bytes(char type) {
  switch (type) {
    case 'W':
    case 'C':
      return 6;
    case 'J':
    case 'D':
      return 10;
    default:
      return 0;
  }
}

std::string_view ecs_name(std::string_view key) {
  if (key == "line") return "message";
  if (key == "host") return "host.name";
  if (key == "file") return "log.file.path";
  if (key == "offset") return "log.offset";
  return key;
}

/// Senders of version 1 know no charset: what is not UTF-8 is decoded as a syslog line would be.
void append_text(std::string_view text, std::string& out) {
  if (is_utf8(text)) return append_json_string(text, out);
  Arena arena(4096);
  append_json_string(decode_text(text, Charset::automatic, Controls::kept, arena).text, out);
}

/// Takes one length and its text off the front; nothing if they are not there.
bool take_text(std::string_view& body, std::string_view& text) {
  if (body.size() < 4) return false;
  const std::uint32_t length = read_u32(body);
  if (body.size() - 4 < length) return false;
  text = body.substr(4, length);
  body.remove_prefix(4 + std::size_t{length});
  return true;
}

}  // namespace

std::string_view lumberjack_error_name(LumberjackError error) {
  constexpr std::array<std::string_view, 14> kNames = {
      "none",         "bad_version",    "bad_type",        "bad_window",   "no_window",       "mid_window",
      "bad_sequence", "frame_too_long", "window_too_long", "bad_document", "bad_compression", "ratio",
      "nested",       "trailing_bytes"};
  return kNames[static_cast<std::size_t>(error)];
}

LumberjackReader::~LumberjackReader() = default;

void LumberjackReader::fail(LumberjackError error) {
  if (error_ != LumberjackError::none) return;
  error_ = error;
  packed_.reset();
}

void LumberjackReader::run(std::string_view bytes) {
  while (!bytes.empty() && error_ == LumberjackError::none) bytes.remove_prefix(step(outer_, bytes));
}

std::size_t LumberjackReader::step(Level& level, std::string_view bytes) {
  switch (level.phase) {
    case Phase::head:
      return read_head(level, bytes);
    case Phase::document:
      return read_document(level, bytes);
    case Phase::pair_length:
    case Phase::pair_text:
      return read_pairs(level, bytes);
    case Phase::packed:
      return read_packed(bytes);
  }
  return bytes.size();
}

std::size_t LumberjackReader::read_head(Level& level, std::string_view bytes) {
  // The version and the type are looked at as soon as they are there: a client of another protocol is told so at once.
  std::size_t used = 0;
  while (used < bytes.size()) {
    level.head[level.head_size++] = bytes[used++];
    if (level.head_size == 1 && level.head[0] != '1' && level.head[0] != '2') {
      fail(LumberjackError::bad_version);
      return used;
    }
    if (level.head_size < 2) continue;
    const std::size_t whole = head_bytes(level.head[1]);
    if (whole == 0) {
      fail(LumberjackError::bad_type);
      return used;
    }
    if (level.head_size == whole) {
      head_done(level);
      return used;
    }
  }
  return used;
}

void LumberjackReader::head_done(Level& level) {
  const std::string_view head(level.head.data(), level.head_size);
  version_ = head[0];
  const std::uint32_t first = read_u32(head.substr(2));
  switch (head[1]) {
    case 'W':
      begin_window(first);
      return frame_done(level);
    case 'C':
      if (&level == &inner_) return fail(LumberjackError::nested);
      if (first > limits_.frame_bytes_max) return fail(LumberjackError::frame_too_long);
      if (first == 0) return fail(LumberjackError::bad_compression);
      level.phase = Phase::packed;
      level.left = first;
      packed_ = std::make_unique<ZlibStream>(ZlibStream::Wrapping::zlib);
      packed_done_ = false;
      unpacked_bytes_ = 0;
      // Bounds that stand in the head: what they say does not depend on how the frame comes in.
      unpacked_max_ = std::min(limits_.window_bytes_max, std::max(kRatioFrom, limits_.ratio_max * first));
      return;
    default:
      break;
  }
  if (!accepts(first)) return;
  level.sequence = first;
  const std::uint32_t second = read_u32(head.substr(6));
  if (head[1] == 'J') {
    if (second > limits_.frame_bytes_max) return fail(LumberjackError::frame_too_long);
    level.phase = Phase::document;
    level.left = second;
    if (second == 0) return fail(LumberjackError::bad_document);
    return;
  }
  if (second > limits_.pairs_max) return fail(LumberjackError::frame_too_long);
  level.phase = Phase::pair_length;
  level.texts = second * 2;
  level.left = 4;
  if (second == 0) event(level, "{}");
}

void LumberjackReader::begin_window(std::uint32_t count) {
  if (window_left_ != 0) return fail(LumberjackError::mid_window);
  if (count == 0 || count > limits_.window_events_max) return fail(LumberjackError::bad_window);
  window_left_ = count;
  window_fresh_ = true;
  window_bytes_ = 0;
  emit_(sink_, {LumberjackItem::Kind::window, {}, count, version_});
}

bool LumberjackReader::accepts(std::uint32_t sequence) {
  bool fits = sequence == last_ + 1;
  if (window_left_ == 0) {
    fail(LumberjackError::no_window);
    return false;
  }
  // Version 2 counts from 1 in each window, version 1 goes on, even from before the connection was made.
  if (window_fresh_ && (sequence == 1 || (version_ == '1' && !any_window_))) fits = true;
  if (!fits) fail(LumberjackError::bad_sequence);
  return fits;
}

std::size_t LumberjackReader::read_document(Level& level, std::string_view bytes) {
  if (level.body.empty() && bytes.size() >= level.left) {
    const std::size_t size = level.left;
    const std::string_view document = bytes.substr(0, size);
    if (!is_json_object(document)) {
      fail(LumberjackError::bad_document);
    } else {
      event(level, document);
    }
    return size;
  }
  const std::size_t here = std::min(bytes.size(), level.left);
  level.body.append(bytes.substr(0, here));
  level.left -= here;
  if (level.left != 0) return here;
  if (!is_json_object(level.body)) {
    fail(LumberjackError::bad_document);
  } else {
    event(level, level.body);
  }
  return here;
}

std::size_t LumberjackReader::read_pairs(Level& level, std::string_view bytes) {
  const std::size_t here = std::min(bytes.size(), level.left);
  level.body.append(bytes.substr(0, here));
  level.left -= here;
  if (level.left != 0) return here;
  if (level.phase == Phase::pair_length) {
    level.left = read_u32(std::string_view(level.body).substr(level.body.size() - 4));
    level.phase = Phase::pair_text;
    if (level.left + level.body.size() > limits_.frame_bytes_max) fail(LumberjackError::frame_too_long);
    if (level.left != 0) return here;
  }
  if (--level.texts != 0) {
    level.phase = Phase::pair_length;
    level.left = 4;
    return here;
  }
  event(level, lumberjack_pairs_document(level.body));
  return here;
}

std::size_t LumberjackReader::read_packed(std::string_view bytes) {
  const std::string_view here = bytes.substr(0, outer_.left);
  outer_.left -= here.size();
  unpack(here);
  if (outer_.left != 0 || error_ != LumberjackError::none) return here.size();
  if (!packed_done_) {
    fail(LumberjackError::bad_compression);
  } else if (inner_.phase != Phase::head || inner_.head_size != 0) {
    fail(LumberjackError::trailing_bytes);
  } else {
    packed_.reset();
    unpacked_ = std::string();
    frame_done(outer_);
  }
  return here.size();
}

void LumberjackReader::unpack(std::string_view bytes) {
  if (unpacked_.empty()) unpacked_.resize(kUnpackStep);
  for (;;) {
    if (packed_done_) {
      if (!bytes.empty()) fail(LumberjackError::trailing_bytes);
      return;
    }
    const ZlibStream::Step step = packed_->unpack(bytes, unpacked_);
    bytes.remove_prefix(step.read);
    packed_done_ = step.state == ZlibStream::State::done;
    // First what came out, up to the bound; only then what was wrong with what followed.
    const std::size_t fits = std::min(step.written, unpacked_max_ - unpacked_bytes_);
    unpacked_bytes_ += fits;
    std::string_view inside(unpacked_.data(), fits);
    while (!inside.empty()) {
      inside.remove_prefix(this->step(inner_, inside));
      if (error_ != LumberjackError::none) return;
    }
    if (fits < step.written) {
      return fail(unpacked_max_ == limits_.window_bytes_max ? LumberjackError::window_too_long
                                                            : LumberjackError::ratio);
    }
    if (step.state == ZlibStream::State::broken) return fail(LumberjackError::bad_compression);
    if (step.state == ZlibStream::State::hungry) {
      if (bytes.empty()) return;
      if (step.read == 0 && step.written == 0) return fail(LumberjackError::bad_compression);
    }
  }
}

void LumberjackReader::event(Level& level, std::string_view document) {
  window_bytes_ += document.size();
  if (window_bytes_ > limits_.window_bytes_max) return fail(LumberjackError::window_too_long);
  last_ = level.sequence;
  window_fresh_ = false;
  --window_left_;
  emit_(sink_, {LumberjackItem::Kind::event, document, last_, version_});
  frame_done(level);
  if (window_left_ != 0) return;
  any_window_ = true;
  emit_(sink_, {LumberjackItem::Kind::complete, {}, last_, version_});
}

void LumberjackReader::frame_done(Level& level) {
  level.phase = Phase::head;
  level.head_size = 0;
  level.left = 0;
  if (level.body.capacity() > kBodyKept) {
    level.body = std::string();
  } else {
    level.body.clear();
  }
}

std::string lumberjack_pairs_document(std::string_view body) {
  std::string document = "{";
  while (!body.empty()) {
    std::string_view key, value;
    if (!take_text(body, key) || !take_text(body, value)) return {};
    if (document.size() > 1) document += ',';
    append_text(ecs_name(key), document);
    document += ':';
    append_text(value, document);
  }
  document += '}';
  return document;
}

void append_lumberjack_ack(char version, std::uint32_t sequence, std::string& out) {
  out += version;
  out += 'A';
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<unsigned char>(sequence >> static_cast<unsigned>(shift)));
}

}  // namespace vigil
