#include "parsers/logon_names.h"

#include "parsers/characters.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

constexpr AsciiSet kAddressBytes("0123456789abcdefABCDEF:.");
constexpr AsciiSet kNameEnds(" \t\r\n,;\"'`<>()[]{}|=");
constexpr std::size_t kNameMax = 256;  ///< longer ones are no names

constexpr bool is_word(char c) { return is_alpha(c) || is_digit(c) || c == '_'; }

// ---- users

struct Name {
  std::string_view text;
  bool found = false;
  bool sure = false;  ///< in quotes, or behind "=" or ":"
};

char closing(char open) {
  switch (open) {
    case '<':
      return '>';
    case '[':
      return ']';
    case '\'':
    case '"':
    case '`':
      return open;
    default:
      return '\0';
  }
}

/// What stands in quotes at the front: up to a closing one that no letter follows ('O'Leary').
Name quoted(std::string_view text) {
  const char close = closing(text.front());
  text.remove_prefix(1);
  for (std::size_t i = 0; i < text.size() && i <= kNameMax; ++i) {
    if (text[i] != close || (i + 1 < text.size() && is_word(text[i + 1]))) continue;
    return {text.substr(0, i), true, true};
  }
  return {};
}

/// Words that are no names where no quotes or "=" say so.
bool is_no_name(std::string_view word) {
  if (word.size() > 17) return false;
  char spelling[17];
  for (std::size_t i = 0; i < word.size(); ++i) spelling[i] = lower(word[i]);
  const std::string_view low(spelling, word.size());
  if (meaning_of(low) != Means::nothing) return true;
  return is_any(
      low,
      {"does",      "doesn",      "name",     "names",    "id",      "agent",   "or",       "and",
       "tried",     "trying",     "in",       "on",       "to",      "can",     "could",    "session",
       "this",      "that",       "an",       "all",      "any",     "your",    "list",     "mode",
       "method",    "service",    "it",       "at",       "group",   "ssh",     "ssh2",     "database",
       "db",        "known",      "type",     "reason",   "info",    "but",     "because",  "after",
       "did",       "data",       "probably", "yet",      "already", "locked",  "disabled", "expired",
       "blocked",   "suspended",  "outgoing", "incoming", "relay",   "lockout", "now",      "information",
       "interface", "connection", "protocol", "server",   "mapped",  "root's",  "lookup",   "unix"});
}

Name bare(std::string_view text, bool sure) {
  std::size_t size = 0;
  while (size < text.size() && !kNameEnds.has(text[size])) ++size;
  std::string_view name = text.substr(0, size);
  while (!name.empty() &&
         (name.back() == '.' || name.back() == ':' || name.back() == '!' || name.back() == '?'))
    name.remove_suffix(1);
  // Chinese prose goes on without a blank: "bob登入失敗".
  for (std::size_t i = 0; !sure && i < name.size(); ++i) {
    if (static_cast<unsigned char>(name[i]) >= 0xe3 && i > 0 &&
        static_cast<unsigned char>(name[i - 1]) < 0x80)
      name = name.substr(0, i);
  }
  if (name.empty() || name.size() > kNameMax) return {};
  if (!sure &&
      (is_no_name(name) || !plain_address(name).empty() || is_no_name(name.substr(0, name.find('=')))))
    return {};
  if (name == "-" || name == "--") return {};
  return {name, true, sure};
}

/// The name at the front of what follows a word like "user" or "for".
Name name_behind(std::string_view text, bool of_for) {
  if (text.empty()) return {};
  if (!of_for) {
    // "User Name:", "user_name=", "user-id", "username input 'x'", "user account x"
    for (const std::string_view word : {"name", "id", "input", "account"}) {
      std::string_view rest = text.substr(1);
      if ((text[0] != ' ' && text[0] != '_' && text[0] != '-') || !starts_with_ignoring_case(rest, word))
        continue;
      rest.remove_prefix(word.size());
      if (!rest.empty() && is_word(rest[0])) continue;
      text = rest;
      break;
    }
  }
  if (text.empty() || is_word(text[0]) || text[0] == '-' || text[0] == '/') return {};
  bool sure = false;
  std::size_t at = 0;
  while (at < text.size() && text[at] == ' ') ++at;
  if (at < text.size() && (text[at] == '=' || text[at] == ':')) {
    sure = true;
    const bool spaced = text[at] == ':' || at > 0;  // "user: bob", "user = bob", but "user= rhost=…"
    ++at;
    while (spaced && at < text.size() && text[at] == ' ') ++at;
  } else if (at == 0 && closing(text[0]) == '\0') {
    return {};
  }
  text.remove_prefix(at);
  if (text.empty() || text[0] == ' ') return {};
  if (closing(text[0]) != '\0') return quoted(text);
  return bare(text, sure);
}

constexpr std::string_view kChineseNames[] = {"使用者名稱", "用戶名稱", "使用者帳號", "用户名", "用戶名",
                                              "使用者",     "管理者",   "管理員",     "管理员", "用戶",
                                              "用户",       "帳號",     "帳戶",       "账号",   "帐号"};

Name chinese_name(std::string_view text, std::size_t begin) {
  for (const std::string_view marker : kChineseNames) {
    for (std::size_t at = text.find(marker); at != std::string_view::npos;
         at = text.find(marker, at + marker.size())) {
      std::string_view rest = trim_left(text.substr(at + marker.size()));
      for (const std::string_view colon : {"：", ":", "="}) {
        if (take_prefix(rest, colon)) break;
      }
      rest = trim_left(rest);
      for (const auto& [open, close] : {std::pair<std::string_view, std::string_view>{"「", "」"},
                                        {"『", "』"},
                                        {"“", "”"},
                                        {"【", "】"}}) {
        std::string_view inside = rest;
        if (!take_prefix(inside, open)) continue;
        const std::size_t end = inside.find(close);
        if (end != std::string_view::npos && end <= kNameMax) return {inside.substr(0, end), true, true};
      }
      if (rest.empty()) continue;
      if (closing(rest[0]) != '\0') return quoted(rest);
      std::size_t size = 0;
      while (size < rest.size() && (is_word(rest[size]) || rest[size] == '.' || rest[size] == '@' ||
                                    rest[size] == '-' || rest[size] == '\\'))
        ++size;
      if (size > 0 && plain_address(rest.substr(0, size)).empty()) return {rest.substr(0, size), true, true};
    }
  }
  // "bob 登入失敗"
  const std::string_view before = trim(text.substr(0, begin));
  std::size_t start = before.size();
  while (start > 0 && (is_word(before[start - 1]) || before[start - 1] == '.' || before[start - 1] == '@' ||
                       before[start - 1] == '-'))
    --start;
  return begin < text.size() && static_cast<unsigned char>(text[begin]) >= 0xe3
             ? bare(before.substr(start), false)
             : Name();
}

/// "bob logged in", "'bob' has successfully logged in": what stands before.
Name name_before(std::string_view text) {
  for (;;) {
    text = trim(text);
    bool cut = false;
    for (const std::string_view word : {" has", " was", " successfully", " have", " is"})
      cut = cut || take_suffix(text, word);
    if (!cut) break;
  }
  if (text.empty()) return {};
  if (text.back() == '\'' || text.back() == '"') {
    const std::size_t open = text.rfind(text.back(), text.size() - 2);
    if (text.size() < 2 || open == std::string_view::npos) return {};
    return {text.substr(open + 1, text.size() - open - 2), true, true};
  }
  std::size_t begin = text.size();
  while (begin > 0 && !kNameEnds.has(text[begin - 1])) --begin;
  const Name name = bare(text.substr(begin), false);
  for (const char c : name.text) {
    if (is_alpha(c)) return name;
  }
  return {};  // "IEEE 802.11: authenticated"
}

Name find_user(const LogonWords& words, std::size_t begin, std::size_t end, bool& nameless) {
  const std::string_view text = words.text();
  Name first;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool key =
        words.is(i, "login") || words.is(i, "identifier") || words.is(i, "principal") || words.is(i, "who");
    if (!has(words[i].means, Means::name_marker) && !key) continue;
    if (key && (words[i].end >= text.size() || (text[words[i].end] != '=' && text[words[i].end] != ':')))
      continue;
    if (key && !words.is(i, "who") && words[i].end + 1u < text.size() && text[words[i].end + 1u] == ' ')
      continue;  // "Login: …" begins a sentence
    const Name name = name_behind(text.substr(words[i].end), false);
    if (!name.found) continue;
    if (name.text.empty()) {
      nameless = true;
      continue;
    }
    if (name.sure) return name;
    if (!first.found) first = name;
  }
  if (first.found) return first;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].begin < begin && words[i].end + 40u < begin) continue;
    if (!words.is(i, "for") && !words.is(i, "as") && !words.is(i, "by") && !words.is(i, "of") &&
        !words.is(i, "using"))
      continue;
    if (i > 0 && words.is(i - 1, "forwarded")) continue;
    const Name name = name_behind(text.substr(words[i].end), true);
    if (!name.found || name.text.empty() || !plain_address(name.text).empty()) continue;
    // "logged in using root": of a sentence that ended well, else "using TLS"
    const bool logged_in = words.is(i, "using") && i > 1 && words.is(i - 2, "logged");
    if (!words.is(i, "for") && !words.is(i, "as") && !name.sure && !logged_in) continue;
    if (read_logon_peer(name.text).end > 0) continue;
    return name;
  }
  // "Login failed: bob (Remote IP: …)"
  if (end < text.size() && text[end] == ':') {
    std::string_view rest = trim_left(text.substr(end + 1));
    const Name name = rest.empty() ? Name() : closing(rest[0]) != '\0' ? quoted(rest) : bare(rest, false);
    if (name.found && !name.text.empty()) {
      rest.remove_prefix(static_cast<std::size_t>(name.text.data() - rest.data()) + name.text.size());
      if (!rest.empty() && closing(rest[0]) != '\0') rest.remove_prefix(1);
      if (rest.starts_with(" (")) return name;
    }
  }
  const std::string_view told = text.substr(begin, end - begin);
  if (starts_with_ignoring_case(told, "logged") || starts_with_ignoring_case(told, "signed") ||
      starts_with_ignoring_case(told, "authenticated")) {
    const std::string_view before = text.substr(0, begin);
    if (const Name name = name_before(before); name.found) return name;
  }
  return {};
}

// ---- addresses

enum class Rank : std::uint8_t { destination, plain, peer };

/// What the words before an address say of it.
Rank rank_of(const LogonWords& words, std::size_t at) {
  // The last word that ends before it.
  std::size_t i = words.size();
  while (i > 0 && words[i - 1].end > at) --i;
  if (i == 0) return Rank::plain;
  const std::string_view between = words.text().substr(words[i - 1].end, at - words[i - 1].end);
  if (between.size() > 6) return Rank::plain;
  for (const char c : between) {
    if (is_word(c)) return Rank::plain;
  }
  for (const std::string_view word :
       {"to", "on", "server", "dst", "destination", "lip", "local", "laddr", "against", "target", "at"}) {
    if (words.is(i - 1, word) || (i > 1 && words.is(i - 2, word) &&
                                  has(words[i - 1].means, Means::peer_marker) && !words.is(i - 1, "from")))
      return Rank::destination;
  }
  return has(words[i - 1].means, Means::peer_marker) ? Rank::peer : Rank::plain;
}

bool is_forwarded(std::string_view before) {
  before = before.substr(before.size() - std::min<std::size_t>(before.size(), 24));
  return contains_ignoring_case(before, "forwarded-for") || contains_ignoring_case(before, "forwarded_for") ||
         contains_ignoring_case(before, "real-ip");
}

void find_peer(const LogonWords& words, LogonNames& names) {
  const std::string_view text = words.text();
  Rank best = Rank::destination;
  std::size_t chain = std::string_view::npos;  // where another " from ADDRESS" would go on
  for (std::size_t at = 0; at < text.size();) {
    const char before = at > 0 ? text[at - 1] : ' ';
    const bool begins = (is_digit(text[at]) || text[at] == ':' || text[at] == '[' ||
                         (kAddressBytes.has(text[at]) && text[at] != '.')) &&
                        !is_word(before) && before != '.' && before != '/' && before != '-';
    const LogonPeer peer = begins ? read_logon_peer(text.substr(at)) : LogonPeer();
    if (peer.end == 0) {
      // The rest of this run is no address either, unless a bracket or colon begins one.
      if (is_word(text[at])) {
        while (at < text.size() && is_word(text[at])) ++at;
      } else {
        ++at;
      }
      continue;
    }
    const std::size_t begin = at;
    at += peer.end;
    if (is_forwarded(text.substr(0, begin))) {
      if (names.forwarded_for.empty()) names.forwarded_for = peer.address;
      continue;
    }
    const Rank rank = rank_of(words, begin);
    // PAM writes rhost= behind what the user may have chosen.
    const bool of_pam = rank == Rank::peer && begin >= 6 && text.substr(begin - 6, 6) == "rhost=";
    const bool goes_on = rank == Rank::peer && chain != std::string_view::npos && begin - chain <= 12 &&
                         contains_ignoring_case(text.substr(chain, begin - chain), "from ");
    if (rank > best || goes_on || of_pam) {
      best = rank;
      names.address = peer.address;
      names.port = peer.port;
      chain = at;
    }
  }
  if (!names.address.empty()) return;
  // A name behind "from" or "rhost=": it has a dot, or is localhost.
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words.is(i, "from") && !words.is(i, "rhost")) continue;
    std::string_view rest = text.substr(words[i].end);
    if (rest.empty() || (rest[0] != ' ' && rest[0] != '=')) continue;
    rest.remove_prefix(1);
    std::size_t size = 0;
    while (size < rest.size() && (is_word(rest[size]) || rest[size] == '.' || rest[size] == '-')) ++size;
    while (size > 0 && rest[size - 1] == '.') --size;
    const std::string_view name = rest.substr(0, size);
    if (name == "localhost" || (name.find('.') != std::string_view::npos && !is_digit(name.back()))) {
      names.address = name;
      return;
    }
  }
}

}  // namespace

LogonPeer read_logon_peer(std::string_view text) {
  LogonPeer peer;
  std::size_t size = 0;
  const bool bracket = text.starts_with('[');
  if (bracket) {
    const std::size_t close = text.substr(0, 64).find_first_of(",]");
    if (close == std::string_view::npos || plain_address(text.substr(1, close - 1)).empty()) return {};
    peer.address = text.substr(1, close - 1);
    size = close + (text[close] == ']' ? 1 : 0);
  } else {
    std::size_t dots = 0, colons = 0;
    while (size < text.size() && size < 64 && kAddressBytes.has(text[size])) {
      dots += text[size] == '.';
      colons += text[size] == ':';
      ++size;
    }
    if (dots < 3 && colons < 2) return {};
    if (size < text.size() && (is_word(text[size]) || text[size] == '-')) return {};
    while (size > 0 &&
           (text[size - 1] == '.' || (text[size - 1] == ':' && !(size > 1 && text[size - 2] == ':'))))
      --size;
    std::string_view run = text.substr(0, size);
    if (plain_address(run).empty()) {
      const std::size_t colon = run.rfind(':');
      if (colon == std::string_view::npos || address_kind(run.substr(0, colon)) != AddressKind::ipv4)
        return {};
      run = run.substr(0, colon);
    }
    peer.address = run;
    size = run.size();
  }
  std::string_view rest = text.substr(size);
  for (const std::string_view mark : {":", " port ", " port=", ", port ", ", port=", " port: ", "#"}) {
    std::string_view digits = rest;
    if (!take_prefix(digits, mark)) continue;
    std::size_t count = 0;
    while (count < digits.size() && count < 6 && is_digit(digits[count])) ++count;
    if (count == 0 || count > 5 || (count < digits.size() && is_word(digits[count]))) break;
    peer.port = digits.substr(0, count);
    size += mark.size() + count;
    break;
  }
  peer.end = size;
  return peer;
}

LogonNames find_logon_names(const LogonWords& words, std::size_t begin, std::size_t end) {
  LogonNames names;
  Name user = find_user(words, begin, end, names.nameless);
  if (!user.found) user = chinese_name(words.text(), begin);
  if (user.found) {
    names.user = user.text;
    // "root@203.0.113.9": who, and from where
    if (const std::size_t at = user.text.rfind('@');
        at != std::string_view::npos && at > 0 && !plain_address(user.text.substr(at + 1)).empty()) {
      names.user = user.text.substr(0, at);
    }
    names.nameless = false;
  }
  find_peer(words, names);
  return names;
}

}  // namespace vigil
