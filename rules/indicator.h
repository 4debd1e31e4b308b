#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parsers/result.h"

namespace vigil {

/// What a watchlist can name. Numbers are stored: only add.
enum class IndicatorKind : std::uint8_t { ip = 0, domain = 1, url = 2, hash = 3, mail = 4, account = 5 };
constexpr std::size_t kIndicatorKinds = 6;
constexpr std::array<IndicatorKind, kIndicatorKinds> kAllIndicatorKinds = {
    IndicatorKind::ip,   IndicatorKind::domain, IndicatorKind::url,
    IndicatorKind::hash, IndicatorKind::mail,   IndicatorKind::account};
/// "ip", "domain", "url", "hash", "mail", "account".
std::string_view indicator_kind_name(IndicatorKind kind);
/// Those, and what people and feeds call them ("hostname", "sha256", "email-src", "ip-dst", …).
std::optional<IndicatorKind> indicator_kind_from_name(std::string_view name);

/// One thing to look out for. `value` is normalised (normal_indicator).
struct Indicator {
  IndicatorKind kind = IndicatorKind::ip;
  std::string value;
  std::string source;  ///< who says so
  std::string tlp;     ///< clear, green, amber, amber+strict, red; empty: nothing was said
  std::string comment;
  int confidence = -1;          ///< 0 to 100; -1: nothing was said
  std::int64_t added_ns = 0;    ///< UTC
  std::int64_t expires_ns = 0;  ///< UTC; from then on it matches nothing. 0: never
};

/// A sentence in both languages.
struct Sentence {
  std::string en, zh;
};

/// Why a value is no indicator, with what to do about it.
struct IndicatorFault {
  Sentence reason;
  /// It is one, but would match what everybody does: a private address, `com`, the hash of the empty file. Taken where
  /// somebody insists.
  bool dangerous = false;
};

enum class Danger : std::uint8_t { refused, taken };

struct NormalIndicator {
  IndicatorKind kind = IndicatorKind::ip;
  std::string value;
};

/// One spelling for all that mean the same, so that what a report says is found in a log:
///
///   defanged    hxxp://, hxxps[:]//, [.], (.), {.}, [dot], (at), [@] are taken back
///   ip          203.0.113.9, 198.51.100.0/24, 2001:db8::/32 (host bits cleared, RFC 5952, IPv4-mapped as IPv4)
///   domain      lower case, Punycode (UTS 46), no trailing dot, no leading "*."; matches its subdomains too
///   url         scheme and host in lower case, no user, default port or fragment; path and query as written
///   hash        MD5, SHA-1, SHA-256 or SHA-512 in lower case
///   mail        lower case
///   account     lower case; `DOMAIN\name` keeps its domain
///
/// Without a kind it is guessed from the form. At most 2,048 bytes: what is longer no device logs whole.
Result<NormalIndicator, IndicatorFault> normal_indicator(std::optional<IndicatorKind> kind, std::string_view text,
                                                         Danger danger = Danger::refused);

/// "TLP:AMBER" and its kin as "amber"; TLP 1's white is clear. Nothing for what is no marking.
std::optional<std::string> normal_tlp(std::string_view text);

/// The name in Unicode, as a browser shows it, if it differs from its Punycode; else empty.
std::string unicode_domain(std::string_view domain);

/// An address and how many of its bits count. IPv4 stands in the first four bytes.
struct IndicatorNetwork {
  std::array<std::uint8_t, 16> bytes{};
  bool v6 = false;
  unsigned prefix = 0;
};
/// Reads "address" or "address/prefix"; IPv4-mapped IPv6 is IPv4. Host bits are cleared.
std::optional<IndicatorNetwork> read_ip_network(std::string_view text);

/// A URL's parts as they are compared: "host", ":8080" or empty, "/path?query".
struct UrlParts {
  std::string_view scheme, host, port, path;
};
/// Of a normalised URL.
UrlParts split_url(std::string_view url);

}  // namespace vigil
