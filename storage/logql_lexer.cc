#include "storage/logql_lexer.h"

#include <charconv>

#include "parsers/caseless.h"
#include "storage/duration_text.h"
#include "storage/query_value.h"

namespace vigil {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) { return is_word_byte(c) && !is_digit(c); }

/// The longer ones first: the first that fits is taken.
constexpr std::string_view kSymbols[] = {
    "|=", "|~", "|>", "!=", "!~", "!>", "=~", "==", ">=", "<=", "{", "}", "(", ")",
    "[",  "]",  ",",  "=",  "|",  ">",  "<",  "+",  "-",  "*",  "/", "%", "^"};

void append_utf8(std::uint32_t point, std::string& out) {
  if (point < 0x80) {
    out.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (point >> 6)));
    out.push_back(static_cast<char>(0x80 | (point & 0x3F)));
  } else if (point < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | (point >> 12)));
    out.push_back(static_cast<char>(0x80 | ((point >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (point & 0x3F)));
  } else {
    out.push_back(static_cast<char>(0xF0 | (point >> 18)));
    out.push_back(static_cast<char>(0x80 | ((point >> 12) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | ((point >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (point & 0x3F)));
  }
}

class LogqlLexer {
 public:
  explicit LogqlLexer(std::string_view text) : text_(text) {}

  Result<std::vector<LogqlToken>, QueryError> cut() {
    std::vector<LogqlToken> tokens;
    for (;;) {
      skip_blanks_and_comments();
      auto token = next();
      if (!token) return token.error();
      const bool last = token->kind == LogqlToken::Kind::end;
      tokens.push_back(*std::move(token));
      if (last) return tokens;
    }
  }

 private:
  void skip_blanks_and_comments() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (is_blank_byte(text_[at_])) {
        ++at_;
      } else {
        return;
      }
    }
  }

  Result<LogqlToken, QueryError> next() {
    LogqlToken token;
    token.begin = at_;
    if (at_ == text_.size()) return token;
    const char c = text_[at_];
    if (c == '"' || c == '`') return take_text(c);
    if (begins_name(c)) {
      while (at_ < text_.size() && (is_word_byte(text_[at_]) || text_[at_] == ':')) ++at_;
      token.kind = LogqlToken::Kind::name;
      token.text = text_.substr(token.begin, at_ - token.begin);
      return token;
    }
    if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) return take_number();
    for (const std::string_view symbol : kSymbols) {
      if (!text_.substr(at_).starts_with(symbol)) continue;
      at_ += symbol.size();
      token.kind = LogqlToken::Kind::symbol;
      token.text = symbol;
      return token;
    }
    std::size_t end = at_ + 1;
    while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80) ++end;
    const std::string shown(text_.substr(at_, end - at_));
    return QueryError{at_, "'" + shown + "' has no meaning here",
                      "LogQL; texts stand in quotes or backquotes", "'" + shown + "' 在此沒有意義",
                      "LogQL 語法；文字以引號或反引號括住"};
  }

  Result<LogqlToken, QueryError> take_number() {
    LogqlToken token;
    token.begin = at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool exponent_sign = (c == '+' || c == '-') && (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E');
      const bool micro = static_cast<unsigned char>(c) >= 0x80;
      if (!is_word_byte(c) && c != '.' && !exponent_sign && !micro) break;
      ++at_;
    }
    token.text = text_.substr(token.begin, at_ - token.begin);
    if (const auto number = Number::read(token.text)) {
      token.kind = LogqlToken::Kind::number;
      token.number = number->real();
      return token;
    }
    if (const auto duration = read_duration(token.text)) {
      token.kind = LogqlToken::Kind::duration;
      token.duration_ns = *duration;
      return token;
    }
    return QueryError{token.begin, "'" + token.text + "' is neither a number nor a length of time",
                      "a number such as 1.5, or a length such as 5m or 1h30m",
                      "'" + token.text + "' 不是數字也不是時間長度", "數字如 1.5，或時間長度如 5m、1h30m"};
  }

  Result<LogqlToken, QueryError> take_text(char quote) {
    LogqlToken token;
    token.begin = at_;
    token.kind = LogqlToken::Kind::text;
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == quote) return token;
      if (c != '\\' || quote == '`') {
        token.text.push_back(c);
      } else if (!take_escape(token.text)) {
        return QueryError{at_ - 1, "this escape is not known in a text between quotes",
                          R"(\" \\ \n \t \r \xHH \uHHHH, or backquotes around the text)",
                          "引號內不支援這個跳脫字元", R"(\" \\ \n \t \r \xHH \uHHHH，或改用反引號)"};
      }
    }
    return QueryError{token.begin, "the text that begins here has no end", std::string("a closing ") + quote,
                      "由此開始的文字沒有結尾", std::string("結尾的 ") + quote};
  }

  /// What follows a backslash. False, with at_ behind the backslash, where it means nothing.
  bool take_escape(std::string& out) {
    if (at_ == text_.size()) return false;
    constexpr std::string_view kSimple = "abfnrtv\\\"'";
    constexpr std::string_view kMeaning = "\a\b\f\n\r\t\v\\\"'";
    const char c = text_[at_];
    if (const std::size_t simple = kSimple.find(c); simple != std::string_view::npos) {
      out.push_back(kMeaning[simple]);
      ++at_;
      return true;
    }
    const std::size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    const std::string_view hex = text_.substr(std::min(at_ + 1, text_.size()), digits);
    std::uint32_t point = 0;
    const auto parsed = std::from_chars(hex.data(), hex.data() + hex.size(), point, 16);
    if (digits == 0 || hex.size() != digits || parsed.ec != std::errc() ||
        parsed.ptr != hex.data() + hex.size())
      return false;
    if (point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
    append_utf8(point, out);
    at_ += 1 + digits;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string LogqlToken::shown() const {
  constexpr std::size_t kShown = 32;
  if (kind == Kind::end) return "the end of the query";
  std::size_t end = std::min(text.size(), kShown);
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  return "'" + text.substr(0, end) + "'";
}

std::string LogqlToken::shown_zh() const { return kind == Kind::end ? "查詢的結尾" : shown(); }

Result<std::vector<LogqlToken>, QueryError> cut_logql(std::string_view text) {
  return LogqlLexer(text).cut();
}

}  // namespace vigil
