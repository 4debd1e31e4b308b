// STIX patterns (STIX 2.1, 9.2), as far as indicators are named one by one:
//
//   pattern     = observation { ("AND" | "OR" | "FOLLOWEDBY") observation } { qualifier }
//   observation = "[" expression "]" | "(" pattern ")"
//   expression  = term { ("AND" | "OR") term }                     AND binds tighter
//   term        = path ["NOT"] ("=" | "==" | "IN" | "ISSUBSET" | "!=" | …) value | "(" expression ")"
//   qualifier   = "WITHIN" n "SECONDS" | "REPEATS" n "TIMES" | "START" t "STOP" t
//
// Observations are watched for each by itself, whatever joins them.

#include <algorithm>

#include "parsers/caseless.h"
#include "rules/watchlist.h"

namespace vigil {
namespace {

constexpr std::size_t kTermsMax = 10'000;
constexpr unsigned kDepthMax = 16;

struct Path {
  bool known = false;
  std::optional<IndicatorKind> kind;
};

/// What an object path names. "file:hashes.'SHA-256'", "email-message:from_ref.value", …
Path path_of(std::string_view written) {
  std::string path = lower_ascii(written);
  std::erase(path, '\'');
  std::erase(path, '"');
  struct Name {
    std::string_view path;
    std::optional<IndicatorKind> kind;
  };
  static const Name kNames[] = {{"ipv4-addr:value", IndicatorKind::ip},
                                {"ipv6-addr:value", IndicatorKind::ip},
                                {"domain-name:value", IndicatorKind::domain},
                                {"url:value", IndicatorKind::url},
                                {"email-addr:value", IndicatorKind::mail},
                                {"user-account:user_id", IndicatorKind::account},
                                {"user-account:account_login", IndicatorKind::account},
                                {"network-traffic:dst_ref.value", std::nullopt},
                                {"network-traffic:src_ref.value", std::nullopt},
                                {"email-message:from_ref.value", IndicatorKind::mail},
                                {"email-message:sender_ref.value", IndicatorKind::mail}};
  for (const Name& each : kNames) {
    if (each.path == path) return {true, each.kind};
  }
  constexpr std::string_view kHashes = "file:hashes.";
  if (path.starts_with(kHashes)) {
    const std::string_view name = std::string_view(path).substr(kHashes.size());
    for (const std::string_view known : {"md5", "sha-1", "sha1", "sha-256", "sha256", "sha-512", "sha512"}) {
      if (name == known) return {true, IndicatorKind::hash};
    }
  }
  return {};
}

class PatternReader {
 public:
  PatternReader(std::string_view text, Danger danger) : text_(text), danger_(danger) {}

  Result<std::vector<PatternTerm>, Sentence> read() {
    if (!observations(0)) return fault();
    skip();
    if (at_ != text_.size()) return at("expected the end", "此處應結束");
    if (terms_.empty()) return Sentence{"names no indicator", "沒有任何指標"};
    return std::move(terms_);
  }

 private:
  Sentence at(std::string_view en, std::string_view zh) const {
    return {"pattern, character " + std::to_string(at_ + 1) + ": " + std::string(en),
            "樣式第 " + std::to_string(at_ + 1) + " 字元：" + std::string(zh)};
  }
  Sentence fault() const { return fault_; }
  bool fail(std::string_view en, std::string_view zh) {
    fault_ = at(en, zh);
    return false;
  }

  void skip() {
    while (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) <= 0x20) ++at_;
  }
  bool take(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    skip();
    if (lower_ascii(text_.substr(at_, word.size())) != lower_ascii(word)) return false;
    const std::size_t end = at_ + word.size();
    if (end < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[end])) != 0 || text_[end] == '_')) return false;
    at_ = end;
    return true;
  }

  bool observations(unsigned depth) {
    if (depth > kDepthMax) return fail("nested deeper than 16", "巢狀超過 16 層");
    do {
      if (take('(')) {
        if (!observations(depth + 1)) return false;
        if (!take(')')) return fail("expected ')'", "缺少 ')'");
      } else {
        if (!take('[')) return fail("expected '['", "缺少 '['");
        if (!expression(depth + 1)) return false;
        if (!take(']')) return fail("expected ']'", "缺少 ']'");
      }
      if (!qualifiers()) return false;
    } while (take_word("AND") || take_word("OR") || take_word("FOLLOWEDBY"));
    return true;
  }

  bool qualifiers() {
    for (;;) {
      if (take_word("WITHIN")) {
        if (!word_then("SECONDS")) return false;
      } else if (take_word("REPEATS")) {
        if (!word_then("TIMES")) return false;
      } else if (take_word("START")) {
        skip_value();
        if (!take_word("STOP")) return fail("expected STOP", "缺少 STOP");
        skip_value();
      } else {
        return true;
      }
    }
  }
  bool word_then(std::string_view unit) {
    skip_value();
    return take_word(unit) || fail("expected " + std::string(unit), "缺少 " + std::string(unit));
  }
  void skip_value() {
    skip();
    while (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) > 0x20 && text_[at_] != ')') ++at_;
  }

  /// OR of ANDs. What one AND joins must hold together.
  bool expression(unsigned depth) {
    if (depth > kDepthMax) return fail("nested deeper than 16", "巢狀超過 16 層");
    do {
      const std::size_t first = terms_.size();
      std::size_t joined = 0;
      do {
        const bool ok = take('(') ? expression(depth + 1) && (take(')') || fail("expected ')'", "缺少 ')'")) : comparison();
        if (!ok) return false;
        ++joined;
      } while (take_word("AND"));
      if (joined > 1 && !keep_what_stands_alone(first)) return false;
    } while (take_word("OR"));
    return true;
  }

  bool keep_what_stands_alone(std::size_t first) {
    const auto from = terms_.begin() + static_cast<std::ptrdiff_t>(first);
    const auto is_hash = [](const PatternTerm& term) { return term.kind == IndicatorKind::hash; };
    if (std::any_of(from, terms_.end(), is_hash)) {
      terms_.erase(std::remove_if(from, terms_.end(), std::not_fn(is_hash)), terms_.end());
      return true;
    }
    if (danger_ == Danger::taken) return true;
    return fail("conditions joined by AND must hold together and cannot be watched for one by one - --force takes each",
                "以 AND 相連的條件須同時成立，無法逐一比對；--force 可個別加入");
  }

  bool comparison() {
    skip();
    const std::size_t begin = at_;
    char quote = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\'') quote = quote == 0 ? c : 0;
      if (quote == 0 && (static_cast<unsigned char>(c) <= 0x20 || c == '=' || c == '!' || c == '<' || c == '>')) break;
      ++at_;
    }
    const std::string_view written = text_.substr(begin, at_ - begin);
    if (written.find(':') == std::string_view::npos) {
      at_ = begin;
      return fail("expected a comparison such as ipv4-addr:value = '203.0.113.9'",
                  "應為比較式，例如 ipv4-addr:value = '203.0.113.9'");
    }
    const Path path = path_of(written);
    const bool negated = take_word("NOT");
    bool equal = false;
    if (take('=')) {
      take('=');
      equal = true;
    } else if (take_word("IN")) {
      return values(path, !negated);
    } else if (take_word("ISSUBSET")) {
      equal = true;
    } else if (!(take_word("LIKE") || take_word("MATCHES") || take_word("ISSUPERSET") || take_word("EXISTS") || compare_sign())) {
      return fail("expected =, IN or another operator", "缺少運算子（=、IN 等）");
    }
    return value(path, equal && !negated);
  }

  bool compare_sign() {
    skip();
    const std::size_t begin = at_;
    while (at_ < text_.size() && (text_[at_] == '!' || text_[at_] == '<' || text_[at_] == '>' || text_[at_] == '=')) ++at_;
    return at_ != begin;
  }

  bool values(const Path& path, bool equal) {
    if (!take('(')) return fail("expected '(' after IN", "IN 之後缺少 '('");
    do {
      if (!value(path, equal)) return false;
    } while (take(','));
    return take(')') || fail("expected ')'", "缺少 ')'");
  }

  bool value(const Path& path, bool equal) {
    skip();
    std::string text;
    if (at_ < text_.size() && text_[at_] == '\'') {
      for (++at_; at_ < text_.size() && text_[at_] != '\''; ++at_) {
        if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
        text += text_[at_];
      }
      if (at_ >= text_.size()) return fail("a quote is never closed", "引號未結束");
      ++at_;
    } else {
      const std::size_t begin = at_;
      while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '.' || text_[at_] == '-')) ++at_;
      if (at_ == begin) return fail("expected a value in single quotes", "此處應為單引號括住的值");
    }
    if (!path.known || !equal || text.empty()) return true;
    if (terms_.size() >= kTermsMax) return fail("more than 10,000 terms", "超過 10,000 項");
    terms_.push_back({path.kind, std::move(text)});
    return true;
  }

  std::string_view text_;
  Danger danger_;
  std::size_t at_ = 0;
  std::vector<PatternTerm> terms_;
  Sentence fault_;
};

}  // namespace

Result<std::vector<PatternTerm>, Sentence> read_stix_pattern(std::string_view pattern, Danger danger) {
  return PatternReader(pattern, danger).read();
}

}  // namespace vigil
