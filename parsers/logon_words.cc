#include "parsers/logon_words.h"

#include "parsers/key_table.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

struct Row {
  std::string_view key;
  Means means;
};

constexpr Means kAct = Means::subject | Means::login_like;
constexpr Means kName = Means::account | Means::name_marker | Means::marker;

constexpr Row kRows[] = {
    // Acts
    {"login", kAct},
    {"logins", kAct},
    {"logon", kAct},
    {"logons", kAct},
    {"signin", kAct},
    {"auth", kAct},
    {"authentication", kAct},
    {"authentification", kAct},
    {"authenticate", kAct},
    {"authenticating", kAct},
    {"authenticator", kAct},
    {"preauthentication", kAct},
    {"preauth", kAct},
    {"sasl", kAct},
    {"mfa", kAct},
    {"2fa", kAct},
    {"1fa", kAct},
    {"totp", kAct},
    {"otp", kAct},
    {"anmeldung", kAct},
    {"connexion", kAct},
    {"aanmelding", kAct},
    // Proofs
    {"password", Means::subject},
    {"passwords", Means::subject},
    {"passwd", Means::subject},
    {"passcode", Means::subject},
    {"passphrase", Means::subject},
    {"passwort", Means::subject},
    {"credential", Means::subject},
    {"credentials", Means::subject},
    {"publickey", Means::subject},
    {"wrongpass", Means::whole_failure},
    // All in one
    {"authfail", Means::whole_failure},
    {"authfailed", Means::whole_failure},
    {"autherr", Means::whole_failure},
    {"badlogin", Means::whole_failure},
    {"loginfail", Means::whole_failure},
    {"loginfailed", Means::whole_failure},
    // Accounts and other things that may be refused
    {"user", kName},
    {"users", Means::nothing},
    {"username", kName},
    {"userid", kName},
    {"account", kName},
    {"acct", kName},
    {"uname", Means::name_marker},
    {"usr", Means::name_marker},
    {"ruser", Means::nothing},
    {"identity", Means::account},
    {"token", Means::account},
    {"code", Means::account},
    {"access", Means::account},
    // Failures
    {"failed", Means::failed},
    {"failure", Means::failed},
    {"failures", Means::failed},
    {"fails", Means::failed},
    {"fail", Means::failed},
    {"failing", Means::failed},
    {"denied", Means::failed},
    {"rejected", Means::failed},
    {"refused", Means::failed},
    {"unsuccessful", Means::failed},
    {"unsuccessfully", Means::failed},
    {"unauthorized", Means::failed},
    {"disallowed", Means::failed},
    {"error", Means::wrong},
    {"mismatch", Means::failed},
    {"throttled", Means::failed},
    {"unrecognized", Means::wrong},
    {"invalid", Means::wrong},
    {"incorrect", Means::wrong},
    {"wrong", Means::wrong},
    {"bad", Means::wrong},
    {"illegal", Means::wrong},
    {"unknown", Means::wrong},
    {"nonexistent", Means::wrong},
    {"empty", Means::wrong},
    {"blank", Means::wrong},
    {"fehlerhafter", Means::wrong},
    {"fehlerhafte", Means::wrong},
    {"falsches", Means::wrong},
    {"fehlgeschlagen", Means::failed},
    {"fehlgeschlagene", Means::failed},
    {"mislukte", Means::wrong},
    {"mislukt", Means::failed},
    {"echec", Means::failed},
    // Successes
    {"accepted", Means::succeeded},
    {"successful", Means::succeeded},
    {"successfully", Means::succeeded},
    {"succeeded", Means::succeeded},
    {"success", Means::succeeded},
    {"granted", Means::succeeded},
    {"logged", Means::done},
    {"signed", Means::done},
    {"authenticated", Means::done},
    // What stands between
    {"attempt", Means::filler},
    {"attempts", Means::filler},
    {"attempted", Means::filler},
    {"request", Means::filler},
    {"process", Means::filler},
    {"poging", Means::filler},
    {"versuch", Means::filler},
    {"has", Means::filler},
    {"have", Means::filler},
    {"had", Means::filler},
    {"been", Means::filler},
    {"was", Means::filler},
    {"were", Means::filler},
    {"is", Means::filler},
    {"are", Means::filler},
    {"a", Means::filler},
    {"the", Means::filler},
    {"and", Means::filler},
    {"again", Means::filler},
    {"do", Means::filler},
    {"does", Means::filler},
    {"did", Means::filler},
    {"for", Means::marker},
    {"from", Means::marker | Means::peer_marker},
    {"by", Means::marker},
    {"with", Means::marker},
    {"as", Means::marker},
    {"of", Means::marker},
    {"using", Means::marker},
    {"via", Means::marker},
    {"ip", Means::marker | Means::peer_marker},
    {"ipaddress", Means::peer_marker},
    {"rhost", Means::peer_marker},
    {"rip", Means::peer_marker},
    {"host", Means::peer_marker},
    {"client", Means::peer_marker},
    {"remote", Means::peer_marker},
    {"peer", Means::peer_marker},
    {"src", Means::peer_marker},
    {"source", Means::peer_marker},
    {"address", Means::peer_marker},
    {"addr", Means::peer_marker},
    {"workstation", Means::peer_marker},
    {"von", Means::peer_marker},
    {"de", Means::peer_marker},
    {"van", Means::peer_marker},
    {"not", Means::negation},
    {"no", Means::negation},
    {"never", Means::negation},
    {"without", Means::negation},
    {"last", Means::negation},
    {"unable", Means::trial},
    {"tried", Means::trial},
    {"trying", Means::trial},
    {"attempting", Means::trial},
    {"could", Means::trial},
    {"cannot", Means::trial},
    {"session", Means::trial},
    {"log", Means::half},
    {"sign", Means::half},
    // Nothing happened
    {"policy", Means::veto},
    {"policies", Means::veto},
    {"threshold", Means::veto},
    {"setting", Means::veto},
    {"settings", Means::veto},
    {"hypothetical", Means::veto},
    {"configured", Means::veto},
    {"configure", Means::veto},
    {"if", Means::veto},
    {"when", Means::veto},
    {"should", Means::veto},
    {"would", Means::veto},
    {"will", Means::veto},
    {"might", Means::veto},
    {"usage", Means::veto},
    {"received", Means::veto},
    {"previous", Means::veto},
    {"statistics", Means::veto},
    {"created", Means::change},
    {"change", Means::change},
    {"changed", Means::change},
    {"changing", Means::change},
    {"reset", Means::change},
    {"update", Means::change},
    {"updated", Means::change},
    {"set", Means::change},
};
constexpr KeyTable kTable(kRows);
constexpr std::size_t kSpellingMax = 18;  // the longest key has 17

constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

}  // namespace

Means meaning_of(std::string_view word) {
  const Row* const row = kTable.find(word);
  return row == nullptr ? Means::nothing : row->means;
}

bool LogonWords::is(std::size_t at, std::string_view lower_case) const {
  return at < size_ && equals_ignoring_case(spelling(at), lower_case);
}

LogonWords::LogonWords(std::string_view text, Of of) : text_(text) {
  std::uint16_t sentence = 0, clause = 0;
  std::size_t at = 0;
  bool path = false;  // "/api/login", "https://…?action=login": names of things, until the next blank
  unsigned slashes = 0;
  while (at < text.size() && size_ < kWordsMax) {
    const char c = text[at];
    if (!is_alpha(c) && !is_digit(c)) {
      const char before = at > 0 ? text[at - 1] : ' ';
      const char next = at + 1 < text.size() ? text[at + 1] : ' ';
      if (c == ' ' || c == '\t' || c == '"' || c == '\'' || c == '|') path = false, slashes = 0;
      if (c == '/') path = path || (!is_alpha(before) && !is_digit(before)) || ++slashes > 2;
      if (c == '@') path = true;
      const bool ends =
          (c == '.' && next == ' ') || c == ';' || c == '!' || c == '?' || c == '|' || c == '\n';
      if (ends) ++sentence;
      if (ends || (c == ':' && next != ':') || c == '(' || c == ')' || c == '[' || c == ']') ++clause;
      ++at;
      continue;
    }
    const std::size_t begin = at++;
    while (at < text.size() && (is_alpha(text[at]) || is_digit(text[at])) &&
           !(is_lower(text[at - 1]) && is_upper(text[at]))) {
      ++at;
    }
    LogonWord& word = words_[size_++];
    word.begin = static_cast<std::uint16_t>(begin);
    word.end = static_cast<std::uint16_t>(at);
    word.sentence = sentence;
    word.clause = clause;
    const std::size_t size = at - begin;
    // "login.php", "auth.example.org", "login@example.org" are names of things, too.
    const char after = at < text.size() ? text[at] : ' ';
    const bool of_name =
        of == Of::sentence && (path || after == '@' || (begin > 0 && text[begin - 1] == '\\') ||
                               (after == '.' && at + 1 < text.size() && is_lower(text[at + 1])));
    word.means = Means::nothing;
    if (size < kSpellingMax && !of_name) {
      char spelling[kSpellingMax];
      for (std::size_t i = 0; i < size; ++i) spelling[i] = lower(text[begin + i]);
      word.means = meaning_of({spelling, size});
      // "has been rate-limited": whoever has to wait was not let in.
      if (size_ > 1 && is(size_ - 1, "limited") && is(size_ - 2, "rate")) word.means = Means::failed;
    }
  }
}

}  // namespace vigil
