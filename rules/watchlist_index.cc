#include "rules/watchlist_index.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace vigil {
namespace {

// What a byte is, as bits.
constexpr std::uint8_t kWord = 1;    // letters, digits, . _ - and all beyond ASCII: tokens are made of these
constexpr std::uint8_t kDot = 2;
constexpr std::uint8_t kDigit = 4;
constexpr std::uint8_t kLetter = 8;
constexpr std::uint8_t kHigh = 16;
constexpr std::uint8_t kJoin = 32;   // _ and -

constexpr std::array<std::uint8_t, 256> kClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  for (unsigned c = '0'; c <= '9'; ++c) classes[c] = kWord | kDigit;
  for (unsigned c = 'a'; c <= 'z'; ++c) classes[c] = classes[c - 'a' + 'A'] = kWord | kLetter;
  for (unsigned c = 0x80; c <= 0xFF; ++c) classes[c] = kWord | kHigh;
  classes['.'] = kWord | kDot;
  classes['_'] = classes['-'] = kWord | kJoin;
  return classes;
}();

constexpr std::uint8_t class_of(char c) { return kClasses[static_cast<unsigned char>(c)]; }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// Keys are made from the end to the front, so that a name's key goes on from that of the name above it.
constexpr std::uint64_t kPrime = 0x9E3779B97F4A7C15ULL;
constexpr std::uint64_t kSeed = 0x5851F42D4C957F2DULL;
constexpr std::uint64_t step(std::uint64_t state, char c) {
  state = (state ^ static_cast<unsigned char>(lower(c))) * kPrime;
  return state ^ (state >> 29U);
}
/// What an entry is looked up as. URLs are by their host.
enum class Sort : std::uint8_t { name = 1, url_host, hash, mail, account, v4, v6 };
constexpr std::uint64_t finish(std::uint64_t state, Sort sort, unsigned prefix = 0) {
  state ^= (static_cast<std::uint64_t>(sort) << 8U | prefix) * 0xD6E8FEB86659FD93ULL;
  state = (state ^ (state >> 32U)) * 0xD6E8FEB86659FD93ULL;
  return state ^ (state >> 32U);
}
std::uint64_t state_of(std::string_view text) {
  std::uint64_t state = kSeed;
  for (std::size_t i = text.size(); i-- > 0;) state = step(state, text[i]);
  return state;
}
std::uint64_t address_key(const std::uint8_t* bytes, bool v6, unsigned prefix) {
  std::uint64_t high = 0, low = 0;
  if (v6) {
    for (int i = 0; i < 8; ++i) high = high << 8U | bytes[i];
    for (int i = 8; i < 16; ++i) low = low << 8U | bytes[i];
    low = prefix <= 64 ? 0 : prefix == 128 ? low : low & ~(~std::uint64_t{0} >> (prefix - 64));
    high = prefix == 0 ? 0 : prefix >= 64 ? high : high & ~(~std::uint64_t{0} >> prefix);
  } else {
    for (int i = 0; i < 4; ++i) high = high << 8U | bytes[i];
    high = prefix == 0 ? 0 : high & (~std::uint64_t{0} << (32 - prefix));
  }
  return finish((high * kPrime ^ low) * kPrime, v6 ? Sort::v6 : Sort::v4, prefix);
}

std::uint32_t tag_of(std::uint64_t key) { return static_cast<std::uint32_t>(key >> 32U); }

bool same_text(std::string_view a, std::string_view folded) {
  return a.size() == folded.size() &&
         std::equal(a.begin(), a.end(), folded.begin(), [](char x, char y) { return lower(x) == y; });
}

/// The account's own name: what stands behind DOMAIN\.
std::string_view account_name(std::string_view value) { return value.substr(value.rfind('\\') + 1); }

/// What of an account's name is one token: its longest run of such bytes.
std::string_view account_word(std::string_view value) {
  const std::string_view name = account_name(value);
  std::string_view best;
  for (std::size_t at = 0; at < name.size();) {
    std::size_t end = at;
    while (end < name.size() && (class_of(name[end]) & kWord) != 0) ++end;
    std::string_view run = name.substr(at, end - at);
    while (!run.empty() && (class_of(run.front()) & (kDot | kJoin)) != 0) run.remove_prefix(1);
    while (!run.empty() && (class_of(run.back()) & (kDot | kJoin)) != 0) run.remove_suffix(1);
    if (run.size() > best.size()) best = run;
    at = end + 1;
  }
  return best;
}

std::string_view bare_host(std::string_view host) {
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

unsigned top_hash(std::string_view name) {
  std::uint64_t state = kSeed;
  for (std::size_t i = name.size(); i-- > 0 && name[i] != '.';) state = step(state, name[i]);
  return static_cast<unsigned>(state >> 50U);  // 14 bits
}

}  // namespace

WatchlistIndex::WatchlistIndex(std::vector<Watchlist> lists) : lists_(std::move(lists)) {
  for (const Watchlist& list : lists_) {
    first_entry_.push_back(static_cast<std::uint32_t>(rows_ + 1));
    rows_ += list.table->size();
  }
  // A name in two spellings takes two slots; at most two thirds are taken, so that a search for a free one ends.
  std::size_t keys = rows_;
  for (const Watchlist& list : lists_) {
    for (std::size_t row = 0; row < list.table->size(); ++row) {
      keys += list.table->value(row).find("xn--") != std::string_view::npos ? 1U : 0U;
    }
  }
  slots_.resize(std::bit_ceil(std::max<std::size_t>(16, keys * 3 / 2)));
  slot_mask_ = slots_.size() - 1;
  filter_.resize(std::bit_ceil(std::max<std::size_t>(16, rows_ / 4)));
  filter_mask_ = filter_.size() - 1;
  std::uint32_t entry = 1;
  for (const Watchlist& list : lists_) {
    for (std::size_t row = 0; row < list.table->size(); ++row) insert_row(*list.table, row, entry++);
  }
  std::sort(v4_prefixes_.rbegin(), v4_prefixes_.rend());
  std::sort(v6_prefixes_.rbegin(), v6_prefixes_.rend());
}

void WatchlistIndex::insert(std::uint64_t key, std::uint32_t entry) {
  filter_[(key >> 40U) & filter_mask_] |= filter_bits(key);
  std::size_t at = key & slot_mask_;
  while (slots_[at].entry != 0) at = (at + 1) & slot_mask_;
  slots_[at] = {tag_of(key), entry};
}

void WatchlistIndex::insert_row(const IndicatorTable& table, std::size_t row, std::uint32_t entry) {
  const std::string_view value = table.value(row);
  const auto insert_network = [&](const IndicatorNetwork& network) {
    auto& lengths = network.v6 ? v6_prefixes_ : v4_prefixes_;
    if (std::find(lengths.begin(), lengths.end(), network.prefix) == lengths.end()) lengths.push_back(network.prefix);
    insert(address_key(network.bytes.data(), network.v6, network.prefix), entry);
  };
  const auto insert_name = [&](std::string_view name, Sort sort) {
    const auto insert_spelling = [&](std::string_view spelling) {
      const unsigned top = top_hash(spelling);
      tops_[top / 64] |= std::uint64_t{1} << (top % 64);
      insert(finish(state_of(spelling), sort), entry);
    };
    names_ = true;
    insert_spelling(name);
    if (const std::string shown = unicode_domain(name); !shown.empty()) {
      unicode_names_ = true;
      insert_spelling(shown);
    }
  };
  switch (table.kind(row)) {
    case IndicatorKind::ip:
      if (const auto network = read_ip_network(value)) insert_network(*network);
      break;
    case IndicatorKind::domain:
      insert_name(value, Sort::name);
      break;
    case IndicatorKind::url: {
      const std::string_view host = bare_host(split_url(value).host);
      if (const auto network = read_ip_network(host)) {
        insert_network(*network);
      } else {
        insert_name(host, Sort::url_host);
      }
      break;
    }
    case IndicatorKind::hash:
      hashes_ = true;
      hash_sizes_[std::min<std::size_t>(value.size(), 128)] = true;
      insert(finish(state_of(value), Sort::hash), entry);
      break;
    case IndicatorKind::mail:
      mails_ = true;
      insert(finish(state_of(value), Sort::mail), entry);
      break;
    case IndicatorKind::account:
      accounts_ = true;
      insert(finish(state_of(account_word(value)), Sort::account), entry);
      break;
  }
}

IndicatorRef WatchlistIndex::ref_of(std::uint32_t entry) const {
  const auto after = std::upper_bound(first_entry_.begin(), first_entry_.end(), entry);
  const auto list = static_cast<std::uint32_t>(after - first_entry_.begin()) - 1;
  return {list, entry - first_entry_[list]};
}

template <class Same>
void WatchlistIndex::look_up(std::uint64_t key, const Same& same, std::vector<IndicatorRef>& out) const {
  if (!maybe(key)) return;
  for (std::size_t at = key & slot_mask_; slots_[at].entry != 0; at = (at + 1) & slot_mask_) {
    if (slots_[at].tag != tag_of(key)) continue;
    const IndicatorRef ref = ref_of(slots_[at].entry);
    const IndicatorTable& table = *lists_[ref.list].table;
    if (same(table.kind(ref.row), table.value(ref.row)) && std::find(out.begin(), out.end(), ref) == out.end())
      out.push_back(ref);
  }
}

void WatchlistIndex::find(std::string_view text, std::vector<IndicatorRef>& out) const {
  if (empty() || text.empty()) return;
  if (accounts_) {
    every_token(text, out);
  } else {
    dotted_tokens(text, out);
    if (hashes_) long_runs(text, out);
  }
  if (!v6_prefixes_.empty()) wide_addresses(text, out);
}

void WatchlistIndex::every_token(std::string_view text, std::vector<IndicatorRef>& out) const {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    while (at < end && class_of(*at) == 0) ++at;
    const char* const begin = at;
    unsigned classes = 0;
    while (at < end && class_of(*at) != 0) classes |= class_of(*at++);
    if (at != begin) token(text, {begin, at, classes}, out);
  }
}

/// Names, IPv4 and mail addresses have a dot, and most words of a line have none.
void WatchlistIndex::dotted_tokens(std::string_view text, std::vector<IndicatorRef>& out) const {
  const unsigned belongs = unicode_names_ ? ~0U : ~unsigned{kHigh | kWord};
  const auto is_part = [belongs](char c) { return (class_of(c) & belongs) != 0; };
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    const char* dot = static_cast<const char*>(std::memchr(at, '.', static_cast<std::size_t>(end - at)));
    if (dot == nullptr) return;
    const char* begin = dot;
    const char* stop = dot + 1;
    unsigned classes = kDot;
    while (begin > at && is_part(begin[-1])) classes |= class_of(*--begin);
    while (stop < end && is_part(*stop)) classes |= class_of(*stop++);
    token(text, {begin, stop, classes}, out);
    at = stop;
  }
}

/// A run of 32 hex digits and more stands at some multiple of 32.
void WatchlistIndex::long_runs(std::string_view text, std::vector<IndicatorRef>& out) const {
  constexpr std::size_t kStride = 32;
  constexpr unsigned kPart = kDigit | kLetter;
  for (std::size_t at = 0; at < text.size(); at += kStride) {
    if ((class_of(text[at]) & kPart) == 0) continue;
    std::size_t from = at, to = at + 1;
    while (from > 0 && (class_of(text[from - 1]) & kPart) != 0) --from;
    while (to < text.size() && (class_of(text[to]) & kPart) != 0) ++to;
    if (to - from >= kStride) hashes(text.substr(from, to - from), out);
    while (at + kStride < to) at += kStride;
  }
}

void WatchlistIndex::token(std::string_view text, Token token, std::vector<IndicatorRef>& out) const {
  constexpr std::size_t kTokenBytesMax = 1024;  // names are shorter; a long one is base64
  while (token.begin < token.end && (class_of(*token.begin) & (kDot | kJoin)) != 0) ++token.begin;
  while (token.begin < token.end && (class_of(token.end[-1]) & (kDot | kJoin)) != 0) --token.end;
  const std::string_view word(token.begin, static_cast<std::size_t>(token.end - token.begin));
  if (word.size() < 2) {
    if (accounts_ && !word.empty()) this->word(word, out);
    return;
  }
  if (word.size() > kTokenBytesMax) {
    if (hashes_) hashes(word, out);
    return;
  }
  if (accounts_) this->word(word, out);
  if ((token.classes & kHigh) != 0) {
    // ASCII inside of Chinese text is tokens of its own.
    const auto offset = static_cast<std::size_t>(token.begin - text.data());
    if (unicode_names_ && (token.classes & kDot) != 0) name(word, text, offset, out);
    const char* at = token.begin;
    while (at < token.end) {
      while (at < token.end && (class_of(*at) & kHigh) != 0) ++at;
      const char* const begin = at;
      unsigned classes = 0;
      while (at < token.end && (class_of(*at) & kHigh) == 0) classes |= class_of(*at++);
      if (at != begin) this->token(text, {begin, at, classes}, out);
    }
    return;
  }
  if (hashes_ && word.size() >= 32) hashes(word, out);
  if ((token.classes & kDot) == 0) return;
  if ((token.classes & kLetter) == 0) {
    numbers(word, out);
    return;
  }
  if (!names_ && !mails_) return;
  const auto offset = static_cast<std::size_t>(token.begin - text.data());
  name(word, text, offset, out);
  if (offset == 0) return;
  // "\nevil.example" in JSON, "%2Fevil.example" in a URL: the escape's letters are not of the name.
  const char before = text[offset - 1];
  if (before == '\\' && std::string_view("nrtbf").find(word[0]) != std::string_view::npos) {
    name(word.substr(1), text, offset + 1, out);
  } else if (before == '\\' && word[0] == 'u' && word.size() > 5) {
    name(word.substr(5), text, offset + 5, out);
  } else if (before == '%' && word.size() > 2) {
    name(word.substr(2), text, offset + 2, out);
  }
}

void WatchlistIndex::word(std::string_view token, std::vector<IndicatorRef>& out) const {
  look_up(finish(state_of(token), Sort::account),
          [&](IndicatorKind kind, std::string_view value) {
            return kind == IndicatorKind::account && same_text(token, account_word(value));
          },
          out);
}

/// A name, all names above it, and the mail address that it ends.
void WatchlistIndex::name(std::string_view token, std::string_view text, std::size_t offset,
                          std::vector<IndicatorRef>& out) const {
  std::uint64_t state = kSeed;
  std::size_t at = token.size();
  while (at > 0 && token[at - 1] != '.') state = step(state, token[--at]);
  const bool known_top = (tops_[(state >> 50U) / 64] >> ((state >> 50U) % 64) & 1U) != 0;
  if (!known_top && !mails_) return;
  const auto ask = [&](std::size_t from) {
    const std::string_view name = token.substr(from);
    const auto same = [&](IndicatorKind kind, std::string_view value) {
      if (kind == IndicatorKind::domain) return same_text(name, value) || same_text(name, unicode_domain(value));
      if (kind != IndicatorKind::url || from != 0) return false;
      const std::string_view host = split_url(value).host;
      return same_text(name, host) || same_text(name, unicode_domain(host));
    };
    look_up(finish(state, Sort::name), same, out);
    if (from == 0) look_up(finish(state, Sort::url_host), same, out);
  };
  for (; at > 0; --at) {
    if (token[at - 1] == '.' && at != token.size() && known_top) ask(at);
    state = step(state, token[at - 1]);
  }
  if (known_top) ask(0);
  if (!mails_ || offset == 0 || text[offset - 1] != '@') return;
  constexpr std::string_view kLocal = ".!#$%&'*+/=?^_`{|}~-";
  state = step(state, '@');
  // The local part may hold what parts words elsewhere ("to=<a@b>" has "=" before it): each start is asked.
  for (std::size_t from = offset - 1; from > 0 && offset - from <= 65; --from) {
    const char c = text[from - 1];
    if ((class_of(c) & (kDigit | kLetter)) == 0 && kLocal.find(c) == std::string_view::npos) break;
    state = step(state, c);
    const char before = from > 1 ? text[from - 2] : ' ';
    if (before == '+' || (class_of(before) & (kDigit | kLetter | kDot | kJoin)) != 0) continue;
    const std::string_view mail = text.substr(from - 1, offset + token.size() - (from - 1));
    look_up(finish(state, Sort::mail),
            [&](IndicatorKind kind, std::string_view value) { return kind == IndicatorKind::mail && same_text(mail, value); },
            out);
  }
}

void WatchlistIndex::hashes(std::string_view token, std::vector<IndicatorRef>& out) const {
  for (std::size_t at = 0; at < token.size();) {
    std::size_t end = at;
    while (end < token.size() && (class_of(token[end]) & (kDigit | kLetter)) != 0) ++end;
    const std::string_view run = token.substr(at, end - at);
    if (run.size() <= 128 && hash_sizes_[run.size()]) {
      look_up(finish(state_of(run), Sort::hash),
              [&](IndicatorKind kind, std::string_view value) { return kind == IndicatorKind::hash && same_text(run, value); },
              out);
    }
    at = end + 1;
  }
}

/// "203.0.113.9", "203.0.113.1-203.0.113.9".
void WatchlistIndex::numbers(std::string_view token, std::vector<IndicatorRef>& out) const {
  if (v4_prefixes_.empty()) return;
  for (std::size_t at = 0; at < token.size();) {
    const std::size_t end = std::min(token.find_first_of("-_", at), token.size());
    quad(token.substr(at, end - at), out);
    at = end + 1;
  }
}

void WatchlistIndex::quad(std::string_view token, std::vector<IndicatorRef>& out) const {
  if (token.size() < 7 || token.size() > 15) return;
  std::uint8_t bytes[4];
  unsigned part = 0, value = 0, digits = 0;
  for (const char c : token) {
    if (c == '.') {
      if (digits == 0 || part == 3) return;
      bytes[part++] = static_cast<std::uint8_t>(value);
      value = digits = 0;
      continue;
    }
    value = value * 10 + static_cast<unsigned>(c - '0');
    if (++digits > 3 || value > 255) return;
  }
  if (part != 3 || digits == 0) return;
  bytes[3] = static_cast<std::uint8_t>(value);
  address(bytes, false, out);
}

void WatchlistIndex::address(const std::uint8_t* bytes, bool v6, std::vector<IndicatorRef>& out) const {
  for (const unsigned prefix : v6 ? v6_prefixes_ : v4_prefixes_) {
    look_up(address_key(bytes, v6, prefix),
            [&](IndicatorKind kind, std::string_view value) {
              if (kind == IndicatorKind::url) value = bare_host(split_url(value).host);
              else if (kind != IndicatorKind::ip) return false;
              const auto network = read_ip_network(value);
              return network && network->v6 == v6 && network->prefix == prefix &&
                     address_key(network->bytes.data(), v6, prefix) == address_key(bytes, v6, prefix);
            },
            out);
  }
}

/// IPv6 addresses: hex digits and at least two colons; "::" or eight groups.
void WatchlistIndex::wide_addresses(std::string_view text, std::vector<IndicatorRef>& out) const {
  const auto belongs = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':';
  };
  for (std::size_t colon = text.find(':'); colon != std::string_view::npos;) {
    std::size_t from = colon, to = colon;
    while (from > 0 && belongs(text[from - 1])) --from;
    while (to < text.size() && belongs(text[to])) ++to;
    std::string_view run = text.substr(from, to - from);
    const auto colons = std::count(run.begin(), run.end(), ':');
    const bool inside = (from > 0 && (class_of(text[from - 1]) & (kLetter | kDigit)) != 0) ||
                        (to < text.size() && (class_of(text[to]) & (kLetter | kDigit)) != 0);
    // "from 2001:db8::1: no route": the last colon is the sentence's.
    if (run.ends_with(':') && !run.ends_with("::")) run.remove_suffix(1);
    if (!inside && run.size() <= 39 && colons >= 2 && (run.find("::") != std::string_view::npos || colons >= 7)) {
      std::array<char, 40> zero{};
      std::memcpy(zero.data(), run.data(), run.size());
      std::array<std::uint8_t, 16> bytes{};
      if (::inet_pton(AF_INET6, zero.data(), bytes.data()) == 1) address(bytes.data(), true, out);
    }
    colon = text.find(':', std::max(to, colon + 1));
  }
}

}  // namespace vigil
