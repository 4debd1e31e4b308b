#include "storage/query_lexer.h"

#include <algorithm>

#include "parsers/caseless.h"
#include "storage/query_value.h"

namespace vigil {
namespace {

constexpr std::string_view kIdeographicSpace = "\xE3\x80\x80";
constexpr std::string_view kEscapable = "()\"|:*\\/<>=-&[]{} \t";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_name_byte(char c) {
  return is_word_byte(c) || c == '.' || c == '@' || c == '-' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

/// 00:1a:2b:3c:4d:5e
bool is_mac(std::string_view token) {
  if (token.size() != 17) return false;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const char c = lower_ascii(token[i]);
    if (i % 3 == 2 ? c != ':' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

}  // namespace

bool QueryWord::only_stars() const {
  return has_star() && std::all_of(parts.begin(), parts.end(), [](const std::string& part) { return part.empty(); });
}

std::string QueryWord::text() const {
  std::string out = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) out.append(1, '*').append(parts[i]);
  return out;
}

std::size_t QueryLexer::blank_length(std::size_t at) const {
  if (at >= text_.size()) return 0;
  if (is_blank_byte(text_[at])) return 1;
  return text_.substr(at).starts_with(kIdeographicSpace) ? kIdeographicSpace.size() : 0;
}

bool QueryLexer::ends_word(std::size_t at) const {
  if (at >= text_.size() || blank_length(at) > 0) return true;
  const char c = text_[at];
  return c == '(' || c == ')' || c == '"' || c == '|';
}

bool QueryLexer::at_boundary() const { return ends_word(at_); }

bool QueryLexer::skip_blanks() {
  const std::size_t begin = at_;
  while (const std::size_t length = blank_length(at_)) at_ += length;
  return at_ > begin;
}

bool QueryLexer::take(char c) {
  if (at_end() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool QueryLexer::take(std::string_view symbol) {
  if (!text_.substr(at_).starts_with(symbol)) return false;
  at_ += symbol.size();
  return true;
}

bool QueryLexer::take_keyword(std::string_view keyword) {
  if (!text_.substr(at_).starts_with(keyword) || !ends_word(at_ + keyword.size())) return false;
  at_ += keyword.size();
  return true;
}

std::string_view QueryLexer::whole_token() const {
  std::size_t end = at_;
  while (!ends_word(end)) ++end;
  return text_.substr(at_, end - at_);
}

std::optional<std::string> QueryLexer::take_field() {
  const std::size_t begin = at_;
  if (peek() == '"') {
    auto name = take_quoted();
    if (name && !name->empty() && take(':')) return *std::move(name);
    at_ = begin;
    return std::nullopt;
  }
  if (!is_letter(peek()) && peek() != '_' && peek() != '@') return std::nullopt;
  std::string name;
  std::size_t at = begin;
  while (!ends_word(at) && text_[at] != ':') {
    if (text_[at] == '\\' && at + 1 < text_.size() && kEscapable.find(text_[at + 1]) != std::string_view::npos) {
      name.push_back(text_[at + 1]);
      at += 2;
      continue;
    }
    if (!is_name_byte(text_[at])) return std::nullopt;
    name.push_back(text_[at]);
    ++at;
  }
  if (at >= text_.size() || text_[at] != ':') return std::nullopt;
  const std::string_view rest = text_.substr(at + 1);
  if (rest.starts_with("//") || (name.size() == 1 && rest.starts_with("\\"))) return std::nullopt;
  const std::string_view token = whole_token();
  if (IpAddress::read(token) || is_mac(token)) return std::nullopt;
  at_ = at + 1;
  return name;
}

QueryWord QueryLexer::take_word(std::string_view also) {
  QueryWord word;
  word.begin = at_;
  while (!ends_word(at_) && also.find(text_[at_]) == std::string_view::npos) {
    char c = text_[at_];
    if (c == '*') {
      word.parts.emplace_back();
      ++at_;
      continue;
    }
    if (c == '\\' && at_ + 1 < text_.size() && kEscapable.find(text_[at_ + 1]) != std::string_view::npos) {
      ++at_;
      c = text_[at_];
    }
    word.parts.back().push_back(c);
    ++at_;
  }
  return word;
}

Result<std::string, QueryError> QueryLexer::take_quoted() {
  const std::size_t begin = at_;
  ++at_;
  std::string out;
  while (!at_end()) {
    char c = text_[at_++];
    if (c == '"') return out;
    if (c == '\\' && (peek() == '"' || peek() == '\\')) c = text_[at_++];
    out.push_back(c);
  }
  at_ = begin;
  return QueryError{begin, "the phrase that begins here has no end", "a closing '\"'", "由此開始的片語沒有結尾",
                    "結尾的 '\"'"};
}

std::optional<QueryRegex> QueryLexer::take_regex() {
  if (peek() != '/') return std::nullopt;
  QueryRegex regex;
  for (std::size_t at = at_ + 1; at < text_.size(); ++at) {
    if (text_[at] == '\\' && at + 1 < text_.size()) {
      if (text_[at + 1] != '/') regex.pattern.push_back('\\');
      regex.pattern.push_back(text_[++at]);
    } else if (text_[at] == '/') {
      ++at;
      if (at < text_.size() && text_[at] == 'i') {
        regex.caseless = true;
        ++at;
      }
      if (!ends_word(at) || regex.pattern.empty()) return std::nullopt;
      at_ = at;
      return regex;
    } else {
      regex.pattern.push_back(text_[at]);
    }
  }
  return std::nullopt;
}

std::string QueryLexer::here() const {
  if (at_end()) return "the end of the query";
  std::size_t end = at_;
  while (!ends_word(end) && end - at_ < 32) ++end;
  if (end == at_) ++end;
  // Not inside a character of several bytes.
  while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80) ++end;
  return "'" + std::string(text_.substr(at_, end - at_)) + "'";
}

std::string QueryLexer::here_zh() const { return at_end() ? "查詢的結尾" : here(); }

}  // namespace vigil
