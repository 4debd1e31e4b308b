#include "parsers/charset.h"

#include <simdjson.h>

#include <array>
#include <cstring>

#include "parsers/byte_scan.h"
#include "parsers/cp950_table.h"

namespace vigil {
namespace {

constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";
constexpr char32_t kReplacement = 0xfffd;

constexpr bool is_control(unsigned char c) { return (c < 0x20 && c != '\t' && c != '\n') || c == 0x7f; }

// Writes a decoded text. `most` bytes are reserved in the arena and what was not needed is given back.
class Output {
 public:
  Output(Arena& arena, std::size_t most, Controls controls)
      : arena_(arena), most_(most), controls_(controls), begin_(arena.allocate(most)), at_(begin_) {}

  void put(char32_t code) {
    if (code < 0x80) return put_ascii(static_cast<unsigned char>(code));
    at_ = put_utf8(code, at_);
  }
  void put_ascii(unsigned char c) {
    if (controls_ == Controls::escaped && is_control(c)) {
      tags_.add(Tag::ctrl);
      return put_hex(c);
    }
    *at_++ = static_cast<char>(c);
  }
  void copy(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void put_bad(unsigned char c) {
    tags_.add(Tag::bad_utf8);
    put_hex(c);
  }
  DecodedText finish(Tags tags) {
    const auto used = static_cast<std::size_t>(at_ - begin_);
    arena_.shrink_last(most_, used);
    tags.add(tags_);
    return {{begin_, used}, tags};
  }

 private:
  void put_hex(unsigned char c) {
    constexpr std::string_view kHex = "0123456789abcdef";
    const std::array<char, 4> text = {'\\', 'x', kHex[c >> 4U], kHex[c & 15U]};
    copy({text.data(), text.size()});
  }

  Arena& arena_;
  std::size_t most_;
  Controls controls_;
  char* begin_;
  char* at_;
  Tags tags_;
};

unsigned char byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// Strict: any byte that is neither ASCII nor part of a pair refuses the whole.
bool is_cp950(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (byte_at(bytes, at) < 0x80) continue;
    if (at + 1 == bytes.size() || cp950_character(byte_at(bytes, at), byte_at(bytes, at + 1)) == 0)
      return false;
    ++at;
  }
  return true;
}

DecodedText decode_cp950(std::string_view bytes, Controls controls, Tags tags, Arena& arena) {
  Output out(arena, bytes.size() * 4, controls);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const unsigned char lead = byte_at(bytes, at);
    if (lead < 0x80) {
      out.put_ascii(lead);
      continue;
    }
    const char16_t code = at + 1 < bytes.size() ? cp950_character(lead, byte_at(bytes, at + 1)) : u'\0';
    if (code == 0) {
      out.put_bad(lead);
    } else {
      out.put(code);
      ++at;
    }
  }
  tags.add(Tag::cp950);
  return out.finish(tags);
}

DecodedText decode_latin1(std::string_view bytes, Controls controls, Tags tags, Arena& arena) {
  Output out(arena, bytes.size() * 4, controls);
  for (const char c : bytes) out.put(static_cast<unsigned char>(c));
  tags.add(Tag::latin1);
  return out.finish(tags);
}

// Also for valid UTF-8 with controls in it.
DecodedText decode_utf8(std::string_view bytes, Controls controls, Tags tags, Arena& arena) {
  Output out(arena, bytes.size() * 4, controls);
  while (!bytes.empty()) {
    const std::size_t length = utf8_sequence_length(bytes);
    if (length == 0) {
      out.put_bad(static_cast<unsigned char>(bytes.front()));
      bytes.remove_prefix(1);
      continue;
    }
    if (length == 1) {
      out.put_ascii(static_cast<unsigned char>(bytes.front()));
    } else {
      out.copy(bytes.substr(0, length));
    }
    bytes.remove_prefix(length);
  }
  return out.finish(tags);
}

DecodedText decode_utf16(std::string_view bytes, bool big, Controls controls, Tags tags, Arena& arena) {
  const auto unit_at = [&](std::size_t at) {
    const unsigned first = byte_at(bytes, at);
    const unsigned second = at + 1 < bytes.size() ? byte_at(bytes, at + 1) : 0;
    return static_cast<char32_t>(big ? first << 8U | second : second << 8U | first);
  };
  // Two bytes become at most four (an escaped control) or, a lone surrogate, three.
  Output out(arena, bytes.size() * 2 + 4, controls);
  for (std::size_t at = 0; at < bytes.size(); at += 2) {
    char32_t code = unit_at(at);
    if (code >= 0xd800 && code < 0xe000) {
      const char32_t low = code < 0xdc00 && at + 3 < bytes.size() ? unit_at(at + 2) : 0;
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10U) + (low - 0xdc00);
        at += 2;
      } else {
        code = kReplacement;
      }
    }
    out.put(code);
  }
  tags.add(Tag::utf16);
  return out.finish(tags);
}

std::string_view trim_end(std::string_view bytes) {
  while (!bytes.empty() && (bytes.back() == '\r' || bytes.back() == '\n' || bytes.back() == '\0')) {
    bytes.remove_suffix(1);
  }
  return bytes;
}

// The same for units of two bytes, so that the NUL of a last Latin letter is not taken for padding.
std::string_view trim_end_utf16(std::string_view bytes, bool big) {
  while (bytes.size() >= 2 && bytes.size() % 2 == 0) {
    const unsigned char high = byte_at(bytes, bytes.size() - (big ? 2 : 1));
    const unsigned char low = byte_at(bytes, bytes.size() - (big ? 1 : 2));
    if (high != 0 || (low != '\r' && low != '\n' && low != '\0')) break;
    bytes.remove_suffix(2);
  }
  return bytes;
}

}  // namespace

std::optional<Charset> charset_from_name(std::string_view name) {
  if (name == "auto") return Charset::automatic;
  if (name == "utf8" || name == "utf-8") return Charset::utf8;
  if (name == "cp950" || name == "big5") return Charset::cp950;
  if (name == "latin1") return Charset::latin1;
  return std::nullopt;
}

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

// The table of well-formed sequences of Unicode chapter 3, D92.
std::size_t utf8_sequence_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto is_tail = [&](std::size_t at, unsigned low = 0x80, unsigned high = 0xbf) {
    return at < text.size() && byte_at(text, at) >= low && byte_at(text, at) <= high;
  };
  const unsigned lead = byte_at(text, 0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return is_tail(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const unsigned low = lead == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : 0xbf;
    return is_tail(1, low, high) && is_tail(2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const unsigned low = lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xf4 ? 0x8f : 0xbf;
    return is_tail(1, low, high) && is_tail(2) && is_tail(3) ? 4 : 0;
  }
  return 0;
}

char* put_utf8(char32_t code, char* at) {
  const auto put = [&](char32_t byte) { *at++ = static_cast<char>(static_cast<unsigned char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6U);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12U);
    put(0x80 | (code >> 6U & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18U);
    put(0x80 | (code >> 12U & 0x3f));
    put(0x80 | (code >> 6U & 0x3f));
    put(0x80 | (code & 0x3f));
  }
  return at;
}

DecodedText decode_text(std::string_view bytes, Charset charset, Controls controls, Arena& arena) {
  Tags tags;
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) {
    const bool big = bytes.front() == '\xfe';
    return decode_utf16(trim_end_utf16(bytes.substr(2), big), big, controls, tags, arena);
  }
  bytes = trim_end(bytes);
  if (bytes.starts_with(kUtf8Mark)) {
    tags.add(Tag::bom_lead);
    bytes.remove_prefix(kUtf8Mark.size());
  }
  if (is_printable_ascii(bytes)) return {bytes, tags};
  if (is_utf8(bytes)) {
    if (controls == Controls::kept || !has_control(bytes)) return {bytes, tags};
    return decode_utf8(bytes, controls, tags, arena);
  }
  switch (charset) {
    case Charset::automatic:
      if (is_cp950(bytes)) return decode_cp950(bytes, controls, tags, arena);
      break;
    case Charset::cp950:
      return decode_cp950(bytes, controls, tags, arena);
    case Charset::latin1:
      return decode_latin1(bytes, controls, tags, arena);
    case Charset::utf8:
      break;
  }
  return decode_utf8(bytes, controls, tags, arena);
}

}  // namespace vigil
