#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// ASCII letters compared without case; every other byte stands for itself. Byte-wise, so it is exact on UTF-8: no
/// byte of a longer sequence is an ASCII letter.
namespace vigil {

constexpr char lower_ascii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
std::string lower_ascii(std::string_view text);

/// `lower` is lower case already.
bool equal_caseless(std::string_view text, std::string_view lower);

/// ASCII letter, digit or underscore: what words are made of. Other scripts are searched by substring, so their
/// letters are neither part of a word nor in its way ("root登入失敗" holds the word root).
constexpr bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

constexpr bool is_blank_byte(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace vigil
