#pragma once

#include <string_view>

#include "parsers/arena.h"
#include "parsers/syslog_header.h"
#include "parsers/tags.h"

/// Bytes to UTF-8. Decoding comes before any cutting: second bytes of Big5 include `\`, `|`, `[`, `]`.
namespace vigil {

/// What becomes of C0 controls (but TAB and LF) and DEL.
enum class Controls : std::uint8_t {
  escaped,  ///< `\xHH` and Tag::ctrl: a terminal that prints the text stays as it is
  kept      ///< as they came: for renderers that escape by themselves
};

struct DecodedText {
  std::string_view text;  ///< valid UTF-8; a view of the input where nothing had to change, else of the arena
  Tags tags;              ///< bom_lead, utf16, cp950, latin1, bad_utf8, ctrl
};

/// Decodes a frame: trims CR, LF and NUL at its end, takes a byte order mark off, and then
///
///   UTF-16 with a byte order mark -> UTF-8, whatever the charset says (Windows tools)
///   valid UTF-8                   -> as it is, whatever the charset says (README: UTF-8 first)
///   automatic                     -> CP950 if every byte is, else \xHH
///   cp950                         -> CP950; a byte that is none (a datagram cut inside a character) -> \xHH
///   latin1                        -> ISO 8859-1
///   utf8                          -> \xHH for each byte that is not UTF-8
DecodedText decode_text(std::string_view bytes, Charset charset, Controls controls, Arena& arena);

/// True if `text` is well-formed UTF-8 (no overlong forms, no surrogates).
bool is_utf8(std::string_view text);

/// Length of the well-formed UTF-8 sequence at the front of `text`, 0 if there is none.
std::size_t utf8_sequence_length(std::string_view text);

/// Appends a code point to a buffer that has room for four bytes; returns the end.
char* put_utf8(char32_t code, char* at);

}  // namespace vigil
