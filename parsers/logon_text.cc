#include "parsers/logon_text.h"

#include <array>

#include "parsers/logon_names.h"
#include "parsers/logon_words.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

/// What was found, and on how good grounds.
struct Found {
  Outcome outcome = Outcome::none;
  std::size_t begin = 0, end = 0;  ///< bytes of the words it was told from
  bool needs_peer = false;         ///< the words mean little unless an address stands beside them
  bool needs_someone = false;      ///< … or a user
  bool needs_user = false;         ///< … and a user
};

/// The grammar of logon_text.h, over the words of one text.
class Sentence {
 public:
  explicit Sentence(const LogonWords& words) : words_(words) {}

  Found find() const {
    Found weak;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      const Found found = at(i);
      if (found.outcome == Outcome::none) continue;
      if (!found.needs_peer && found.outcome != Outcome::unknown) return found;
      const bool says_more = (weak.outcome == Outcome::unknown && found.outcome != Outcome::unknown) ||
                             (weak.needs_user && !found.needs_user);
      if (weak.outcome == Outcome::none || says_more) weak = found;
    }
    return weak;
  }

 private:
  static constexpr std::size_t kBetweenMax = 4;  ///< "Wrong certificate or password"
  static constexpr std::size_t kAheadMax = 24;   ///< "Login with username … from … failed"

  Means means(std::size_t i) const { return i < words_.size() ? words_[i].means : Means::nothing; }
  bool is(std::size_t i, std::string_view word) const { return words_.is(i, word); }
  bool same_sentence(std::size_t a, std::size_t b) const {
    return b < words_.size() && words_[a].sentence == words_[b].sentence;
  }
  bool same_clause(std::size_t a, std::size_t b) const {
    return b < words_.size() && words_[a].clause == words_[b].clause;
  }

  /// Words of a subject that begins here: 1, or 2 for "log in"; 0: there is none.
  std::size_t subject_words(std::size_t i) const {
    if (has(means(i), Means::subject)) return 1;
    if (has(means(i), Means::half) && (is(i + 1, "in") || is(i + 1, "on")) && same_clause(i, i + 1)) return 2;
    return 0;
  }
  bool is_act(std::size_t i) const {
    return has(means(i), Means::login_like) || !has(means(i), Means::subject);
  }

  bool negated(std::size_t i) const {
    if (i == 0 || !same_sentence(i - 1, i)) return false;
    if (has(means(i - 1), Means::negation) || is(i - 1, "0")) return true;
    return i > 1 && has(means(i - 2), Means::negation) && same_sentence(i - 2, i);
  }

  /// Nothing happened, or something else.
  bool vetoed(std::size_t first, std::size_t last, bool act) const {
    for (std::size_t i = 0; i < words_.size() && words_[i].sentence <= words_[last].sentence; ++i) {
      if (words_[i].sentence != words_[first].sentence) continue;
      if (i <= last && has(means(i), Means::veto)) {
        // What follows "data received:" are the peer's words.
        if (!is(i, "received") || char_behind(i) == ':') return true;
      }
      if (i > last && i <= last + 3 &&
          (is(i, "policy") || is(i, "threshold") || is(i, "limit") || is(i, "settings") || is(i, "count")))
        return true;
      if (!act && has(means(i), Means::change)) return true;
    }
    return false;
  }
  char char_behind(std::size_t i) const {
    return words_[i].end < words_.text().size() ? words_.text()[words_[i].end] : ' ';
  }

  Found pair(std::size_t first, std::size_t last, Outcome outcome, bool act = true) const {
    if (vetoed(first, last, act)) return {};
    Found found{outcome, words_[first].begin, words_[last].end, false, false, false};
    for (std::size_t i = first; i <= last + 1 && i < words_.size(); ++i) {
      if (is(i, "attempts") || is(i, "logins") || is(i, "logons") || is(i, "failures") || is(i, "passwords"))
        found.needs_someone = true;
    }
    return found;
  }
  Found weak(std::size_t first, std::size_t last, Outcome outcome) const {
    Found found = pair(first, last, outcome);
    found.needs_peer = true;
    return found;
  }

  Found at(std::size_t i) const {
    const Means what = means(i);
    if (has(what, Means::whole_failure)) return pair(i, i, Outcome::failure);
    if (has(what, Means::failed) || has(what, Means::wrong) || has(what, Means::succeeded))
      return from_outcome(i);
    if (has(what, Means::done) || (has(what, Means::trial) && is(i, "session"))) return from_done(i);
    if (has(what, Means::trial)) return from_trial(i);
    if (subject_words(i) > 0) return from_subject(i);
    if (has(what, Means::account)) return from_account(i);
    return {};
  }

  /// "to" and a verb of authentication behind word i; the verb's index, or 0.
  std::size_t verb_behind(std::size_t i) const {
    if (!is(i + 1, "to") || !same_clause(i, i + 1)) return 0;
    if (subject_words(i + 2) > 0) return i + 2;
    if (!is(i + 2, "validate") && !is(i + 2, "verify")) return 0;
    for (std::size_t j = i + 3; j <= i + 6; ++j) {
      if (same_clause(i, j) && has(means(j), Means::subject)) return j;
    }
    return 0;
  }

  /// "failed to …", not "denied to 10.1.0.5".
  bool failed_to(std::size_t i) const {
    return is(i + 1, "to") && same_clause(i, i + 1) && !is(i, "denied") && !is(i, "rejected") &&
           !is(i, "refused");
  }

  Found from_outcome(std::size_t i) const {
    const bool success = has(means(i), Means::succeeded);
    if (failed_to(i)) {  // "failed to start login" is none
      const std::size_t verb = verb_behind(i);
      return verb == 0 || success || negated(i) ? Found() : pair(i, verb, Outcome::failure);
    }
    if (is(i, "error")) return {};
    Outcome outcome = success ? Outcome::success : Outcome::failure;
    if (negated(i)) {
      if (!success || is(i - 1, "last")) return {};
      outcome = Outcome::failure;
    }
    for (std::size_t j = i + 1; j <= i + 1 + kBetweenMax && same_clause(i, j); ++j) {
      if (const std::size_t count = subject_words(j); count > 0) {
        const bool act = is_act(j);
        if (negated(j)) return {};
        if (success && !act && !is(i, "accepted")) return {};
        Found found = pair(i, j + count - 1, outcome, act);
        found.needs_peer = is(i, "empty") || is(i, "blank");
        return found;
      }
      const bool named = has(means(j), Means::account);
      if (named && !success && j <= i + 2 && !is(i, "empty") && !is(i, "blank")) {
        // "Invalid username or password": the password says more.
        for (std::size_t k = j + 1; k <= j + kBetweenMax && same_clause(j, k); ++k) {
          if (subject_words(k) > 0 && (is(k - 1, "or") || is(k - 1, "and") || k == j + 1))
            return pair(i, k, outcome, is_act(k));
        }
        return weak(i, j, outcome);
      }
      if (has(means(j), Means::marker) && !named) return {};
      if (is(j, "connection") || is(j, "connections")) return {};
    }
    return {};
  }

  Found from_subject(std::size_t i) const {
    if (negated(i)) return {};
    std::size_t j = i + subject_words(i);
    const bool act = is_act(i);
    bool is_verb = false;
    while ((has(means(j), Means::filler) || is(j, "code")) && same_sentence(i, j)) {
      is_verb = is_verb || is(j, "is") || is(j, "are") || is(j, "was") || is(j, "were");
      ++j;
    }
    if (!same_sentence(i, j)) return {};
    if (const Found found = outcome_at(i, j, act, is_verb); found.outcome != Outcome::none) return found;
    if (!has(means(j), Means::marker)) return {};
    // "login from X for user Y failed"; a second outcome word of another matter stands in another sentence.
    for (std::size_t k = j + 1; k <= j + kAheadMax && same_sentence(i, k); ++k) {
      const bool plain = has(means(k), Means::failed) || has(means(k), Means::succeeded);
      if (!plain && !has(means(k), Means::negation)) continue;
      if (subject_words(k + 1) > 0) return {};  // "… with wrong password": read from there
      if (const Found found = outcome_at(i, k, act, false); found.outcome != Outcome::none) return found;
    }
    return {};
  }

  /// The outcome that stands at j, of the subject at i.
  Found outcome_at(std::size_t i, std::size_t j, bool act, bool is_verb) const {
    const Means what = means(j);
    if (has(what, Means::failed) || is(j, "error") || (has(what, Means::wrong) && is_verb)) {
      if (failed_to(j) && verb_behind(j) == 0) return {};
      return pair(i, j, Outcome::failure, act);
    }
    if (has(what, Means::succeeded) && act) return pair(i, j, Outcome::success);
    if (has(what, Means::negation) && !is(j, "last")) {
      for (const std::string_view word :
           {"allowed", "permitted", "authorized", "accepted", "valid", "correct", "match", "authenticated",
            "successful", "succeed", "verified", "possible"}) {
        if (is(j + 1, word) || (is(j + 1, "been") && is(j + 2, word)))
          return pair(i, j + 1, Outcome::failure, act);
      }
    }
    return {};
  }

  Found from_done(std::size_t i) const {
    if (is(i, "session")) {
      return is(i + 1, "opened") && is(i + 2, "for") ? pair(i, i + 1, Outcome::success) : Found();
    }
    if (is(i, "authenticated")) {
      if (is(i + 1, "users") || is(i + 1, "origin") || char_behind(i) == '-') return {};
      return weak_or_named(i, negated(i) ? Outcome::failure : Outcome::success);
    }
    if (!is(i + 1, "in") && !is(i + 1, "on")) return {};
    for (std::size_t back = 1; back <= 3 && back <= i; ++back) {
      if (!same_sentence(i - back, i)) break;
      for (const std::string_view word :
           {"users", "currently", "already", "longer", "not", "must", "be", "never", "last"}) {
        if (is(i - back, word)) return {};
      }
    }
    return is(i + 2, "users") ? Found() : pair(i, i + 1, Outcome::success);
  }
  Found weak_or_named(std::size_t i, Outcome outcome) const {
    Found found = pair(i, i, outcome);
    found.needs_someone = true;
    return found;
  }

  Found from_trial(std::size_t i) const {
    if (is(i, "could") || is(i, "cannot")) {
      const std::size_t verb = is(i, "cannot") ? i + 1 : is(i + 1, "not") ? i + 2 : 0;
      return verb > 0 && subject_words(verb) > 0 && is_act(verb) && same_clause(i, verb)
                 ? pair(i, verb, Outcome::failure)
                 : Found();
    }
    const std::size_t verb = verb_behind(i);
    if (verb == 0) return {};
    if (is(i, "unable")) return pair(i, verb, Outcome::failure);
    Found found = weak_or_named(i, Outcome::unknown);
    return found;
  }

  /// "no such user", "user bob not found", "user denied: bob".
  Found from_account(std::size_t i) const {
    if (i > 1 && is(i - 1, "such") && is(i - 2, "no")) return weak(i - 2, i, Outcome::failure);
    if ((is(i + 1, "denied") || is(i + 1, "unknown") || is(i + 1, "rejected")) && same_clause(i, i + 1)) {
      Found found = weak(i, i + 1, Outcome::failure);
      found.needs_user = is(i, "access");
      return found;
    }
    if (!has(means(i), Means::name_marker) && !is(i, "token") && !is(i, "code")) return {};
    if (is(i + 1, "is") && has(means(i + 2), Means::wrong) && same_clause(i, i + 2))
      return weak(i, i + 2, Outcome::failure);
    for (std::size_t j = i + 1; j <= i + 6 && same_clause(i, j); ++j) {
      const bool missing =
          is(j, "not") && (is(j + 1, "found") || is(j + 1, "exist") || is(j + 1, "exists") ||
                           (is(j + 1, "allowed") && is(j + 2, "to") && subject_words(j + 3) > 0));
      if (missing || (is(j, "doesn") && is(j + 2, "exist"))) return weak(i, j, Outcome::failure);
    }
    return {};
  }

  const LogonWords& words_;
};

struct Chinese {
  SearchText words;
  Outcome outcome;
};
constexpr Chinese kChinese[] = {
    {"登入失敗", Outcome::failure},   {"登录失败", Outcome::failure},     {"登錄失敗", Outcome::failure},
    {"登陸失敗", Outcome::failure},   {"登陆失败", Outcome::failure},     {"驗證失敗", Outcome::failure},
    {"验证失败", Outcome::failure},   {"認證失敗", Outcome::failure},     {"认证失败", Outcome::failure},
    {"密碼錯誤", Outcome::failure},   {"密码错误", Outcome::failure},     {"密碼不正確", Outcome::failure},
    {"密码不正确", Outcome::failure}, {"帳號不存在", Outcome::failure},   {"帐号不存在", Outcome::failure},
    {"拒絕登入", Outcome::failure},   {"登入被拒", Outcome::failure},     {"登入遭拒", Outcome::failure},
    {"登入錯誤", Outcome::failure},   {"無法登入", Outcome::failure},     {"登入不成功", Outcome::failure},
    {"登入未成功", Outcome::failure}, {"嘗試登入失敗", Outcome::failure}, {"簽入失敗", Outcome::failure},
    {"登入成功", Outcome::success},   {"登录成功", Outcome::success},     {"登錄成功", Outcome::success},
    {"成功登入", Outcome::success},   {"成功登录", Outcome::success},     {"驗證成功", Outcome::success},
    {"验证成功", Outcome::success},   {"認證成功", Outcome::success},     {"认证成功", Outcome::success},
    {"簽入成功", Outcome::success},   {"已登入", Outcome::success},       {"通過驗證", Outcome::success},
};
constexpr SearchText kChineseVetoes[] = {"政策", "原則", "設定", "次數上限", "若", "如果", "未成功前"};

/// "登入系統失敗": other characters stand between, but no punctuation.
Found find_chinese_apart(std::string_view text) {
  constexpr std::size_t kApartMax = 24;  // eight characters
  for (const std::string_view subject : {"登入", "登录", "登錄", "驗證", "验证", "認證", "认证"}) {
    const std::size_t at = text.find(subject);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = text.substr(at + subject.size());
    for (const auto& [word, outcome] : {std::pair<std::string_view, Outcome>{"失敗", Outcome::failure},
                                        {"失败", Outcome::failure},
                                        {"成功", Outcome::success}}) {
      const std::size_t end = rest.find(word);
      if (end > kApartMax) continue;
      const std::string_view between = rest.substr(0, end);
      if (between.find("，") != std::string_view::npos || between.find("。") != std::string_view::npos ||
          between.find_first_of(",;.") != std::string_view::npos)
        continue;
      return {outcome, at, at + subject.size() + end + word.size(), false, false, false};
    }
  }
  return {};
}

Found find_chinese(std::string_view text) {
  Found found;
  for (const Chinese& one : kChinese) {
    const std::size_t at = find_text(text, one.words);
    if (at == std::string_view::npos || (found.outcome != Outcome::none && at >= found.begin)) continue;
    found = {one.outcome, at, at + one.words.size(), false, false, false};
  }
  if (found.outcome == Outcome::none) found = find_chinese_apart(text);
  if (found.outcome == Outcome::none) return found;
  for (const SearchText& veto : kChineseVetoes) {
    if (contains(text.substr(0, found.begin), veto)) return {};
  }
  return found;
}

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

/// Words of authentication by their first letters, at any place: "dovecot-auth", "BadLogin".
bool mentioned_at(std::string_view text) {
  const auto begins = [text](std::string_view word) { return starts_with_ignoring_case(text, word); };
  switch (lower(text.front())) {
    case 'l':
      return begins("login") || begins("logon") || begins("log in") || begins("log on") || begins("logged ");
    case 'a':
      return begins("auth") || begins("access denied") || begins("anmeldung");
    case 'p':
      return begins("passw") || begins("passphrase");
    case 'c':
      return begins("credential") || begins("connexion");
    case 's':
      return begins("sign in") || begins("signin") || begins("sign-in") || begins("signed in") ||
             begins("session opened");
    case 'u':
      return begins("user denied") || begins("unknown user") || begins("user not") ||
             begins("unknown account");
    case 'i':
      return begins("invalid user") || begins("invalid account") || begins("illegal user");
    case 'n':
      return begins("no such user");
    case 't':
      return begins("totp") || begins("token");
    case '2':
      return begins("2fa");
    case 'm':
      return begins("mfa");
    case 'o':
      return begins("otp ");
    default:
      return begins("登") || begins("驗證") || begins("验证") || begins("認證") || begins("认证") ||
             begins("密碼") || begins("密码") || begins("簽入");
  }
}

/// What mentioned_at()'s words begin with, by the lower five bits of characters one and two, two and three: few places are
/// looked at closely.
class Pairs {
 public:
  constexpr explicit Pairs(std::string_view pairs) {
    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) is_one_[index(pairs[i], pairs[i + 1])] = true;
  }
  constexpr bool has(char one, char two) const { return is_one_[index(one, two)]; }

 private:
  static constexpr std::size_t index(char one, char two) {
    return (static_cast<unsigned char>(one) & 31U) << 5U | (static_cast<unsigned char>(two) & 31U);
  }
  std::array<bool, 1024> is_one_{};
};
constexpr Pairs kFirst("lonotoauacanpacrcosiseusuninil2fmfot");
constexpr Pairs kSecond("ogo okotutccnmasreonigessenknvllfatp");

constexpr bool may_begin(const char* at) {
  const auto byte = static_cast<unsigned char>(*at);
  if (byte >= 0x80) return byte >= 0xe5 && byte <= 0xe9;  // Chinese characters
  return kFirst.has(at[0], at[1]) && kSecond.has(at[1], at[2]);
}

}  // namespace

bool mentions_logon(std::string_view text) {
  text = text.substr(0, kLogonBytesMax);
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    if (may_begin(text.data() + i) && mentioned_at(text.substr(i))) return true;
  }
  return false;
}

LogonText read_logon_text(std::string_view text, LogonBeside beside) {
  text = text.substr(0, kLogonBytesMax);
  LogonText logon;
  const LogonWords words(text);
  Found found = Sentence(words).find();
  if (found.outcome == Outcome::none || found.needs_peer) {
    if (!is_ascii(text)) {
      if (const Found chinese = find_chinese(text); chinese.outcome != Outcome::none) found = chinese;
    }
    if (found.outcome == Outcome::none) return logon;
  }
  const LogonNames names = find_logon_names(words, found.begin, found.end);
  if (found.needs_peer && ((names.address.empty() && beside == LogonBeside::nothing) || names.nameless))
    return logon;
  if (found.needs_user && names.user.empty()) return logon;
  if (found.needs_someone && names.address.empty() && names.user.empty()) return logon;
  logon.outcome = found.outcome;
  logon.user = names.user;
  logon.address = names.address;
  logon.port = names.port;
  logon.forwarded_for = names.forwarded_for;
  return logon;
}

std::string_view read_logon_user(std::string_view text) {
  text = text.substr(0, kLogonBytesMax);
  return find_logon_names(LogonWords(text), 0, 0).user;
}

Outcome read_logon_name(std::string_view name) {
  if (name.size() > 128) return Outcome::none;
  const LogonWords words(name, LogonWords::Of::name);
  bool subject = false;
  Outcome outcome = Outcome::unknown;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Means what = words[i].means;
    if (has(what, Means::whole_failure)) return Outcome::failure;
    if (has(what, Means::login_like) || (words.is(i, "sign") && words.is(i + 1, "in")) ||
        (words.is(i, "log") && words.is(i + 1, "in")))
      subject = true;
    if (has(what, Means::change) || has(what, Means::veto)) return Outcome::none;
    if (has(what, Means::failed) || has(what, Means::wrong)) outcome = Outcome::failure;
    if (has(what, Means::succeeded))
      outcome = i > 0 && has(words[i - 1].means, Means::negation) ? Outcome::failure : Outcome::success;
    if (words.is(i, "logged") && words.is(i + 1, "in")) return Outcome::success;
  }
  return subject ? outcome : Outcome::none;
}

void add_logon(PayloadWriter& out, const LogonText& logon) {
  Event& event = out.event();
  const auto lacks = [&event](std::string_view name) { return event.find(name) == nullptr; };
  if (lacks("user.name")) out.add("user.name", logon.user);
  if (lacks("source.address") && !logon.address.empty()) {
    const std::string_view plain = plain_address(logon.address);
    if (plain.empty() || plain == logon.address) {
      out.add_endpoint(Side::source, logon.address);
    } else {
      out.add("source.address", logon.address);  // "::ffff:203.0.113.9" as it stands
      out.add("source.ip", plain);
    }
    out.add_port(Side::source, logon.port);
  }
  if (lacks("client.ip")) out.add("client.ip", logon.forwarded_for);
  out.logon(lacks("event.action") ? "logon" : "", logon.outcome);
}

}  // namespace vigil
