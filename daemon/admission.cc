#include "daemon/admission.h"

#include <openssl/crypto.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "parsers/envelope.h"
#include "parsers/http_head.h"
#include "storage/sha256.h"

namespace vigil {

namespace {

constexpr std::int64_t kMinuteNs = 60'000'000'000;

std::uint8_t hex_digit(char c) {
  return static_cast<std::uint8_t>(c >= '0' && c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/// What an Authorization header (or the query) shows.
struct Shown {
  Admission::Verdict verdict = Admission::Verdict::missing;  ///< `unknown` where there is a token to look for
  std::string token;
};

Shown read_authorization(const HttpRequest& request, bool query_tokens) {
  using enum Admission::Verdict;
  const std::string_view header = request.header("Authorization");
  if (header.empty()) {
    if (!request.has("token")) return {};
    if (!query_tokens) return {in_query, {}};
    return {unknown, std::string(request.parameter("token"))};
  }
  const std::size_t blank = std::min(header.find(' '), header.size());
  const std::string_view scheme = header.substr(0, blank);
  std::string_view rest = header.substr(blank);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  if (rest.empty()) return {malformed, {}};
  if (same_name(scheme, "bearer") || same_name(scheme, "splunk")) return {unknown, std::string(rest)};
  if (same_name(scheme, "basic") || same_name(scheme, "apikey")) {
    const std::string pair = from_base64(rest);
    const std::size_t colon = pair.find(':');
    if (colon == std::string::npos) return {malformed, {}};
    return {unknown, pair.substr(colon + 1)};
  }
  return {malformed, {}};
}

}  // namespace

std::string from_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    std::uint32_t value = 0;
    if (c >= 'A' && c <= 'Z') {
      value = static_cast<std::uint32_t>(c - 'A');
    } else if (c >= 'a' && c <= 'z') {
      value = static_cast<std::uint32_t>(c - 'a' + 26);
    } else if (c >= '0' && c <= '9') {
      value = static_cast<std::uint32_t>(c - '0' + 52);
    } else if (c == '+' || c == '-') {
      value = 62;
    } else if (c == '/' || c == '_') {
      value = 63;
    } else {
      return {};
    }
    bits = bits << 6U | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xffU);
    }
  }
  return out;
}

TokenDesk::TokenDesk(const std::vector<TokenConfig>& tokens, AdmissionOptions options) : options_(options) {
  for (const TokenConfig& config : tokens) {
    Token& token = tokens_.emplace_back(Token{config, {}});
    for (std::size_t i = 0; i < token.digest.size() && 2 * i + 1 < config.sha256.size(); ++i) {
      token.digest[i] = static_cast<std::uint8_t>(hex_digit(config.sha256[2 * i]) << 4U |
                                                  hex_digit(config.sha256[2 * i + 1]));
    }
  }
}

const TokenDesk::Token* TokenDesk::find(std::string_view text) const {
  Sha256 hash;
  hash.add(text);
  const Sha256::Digest digest = hash.finish();
  // All are looked at, also when one was found.
  const Token* found = nullptr;
  for (const Token& token : tokens_) {
    if (CRYPTO_memcmp(token.digest.data(), digest.data(), digest.size()) == 0) found = &token;
  }
  return found;
}

Admission TokenDesk::look(const HttpRequest& request, std::int64_t now_ns) const {
  using enum Admission::Verdict;
  Admission admission;
  if (!request.client_fingerprint.empty()) {
    Envelope envelope;
    envelope.add("tls.client.x509.subject.distinguished_name", request.client_subject);
    envelope.add("tls.client.hash.sha256", request.client_fingerprint);
    admission.envelope = envelope.text();
  }
  const bool needed = !tokens_.empty() && !request.trusted;
  const Shown shown = needed ? read_authorization(request, options_.query_tokens) : Shown();
  if (shown.verdict == unknown) {
    const Token* const token = find(shown.token);
    if (token == nullptr) {
      admission.verdict = unknown;
    } else if (!token->config.enabled) {
      admission.verdict = disabled;
    } else if (token->config.expires_ns && now_ns >= *token->config.expires_ns) {
      admission.verdict = expired;
    } else {
      admission.verdict = admitted;
    }
    if (token != nullptr) {
      admission.token = token->config.id;
      admission.organisation = token->config.organisation;
    }
    return admission;
  }
  if (request.trusted || (shown.verdict == missing && !request.client_fingerprint.empty())) {
    admission.verdict = admitted;
  } else if (needed) {
    admission.verdict = shown.verdict;
  } else if (!request.loopback) {
    admission.verdict = not_local;
  } else if (request.has("token") && !options_.query_tokens && request.header("Authorization").empty()) {
    admission.verdict = in_query;  // Said before somebody relies on it.
  } else {
    // A browser on this machine must not be made to write into the log.
    admission.verdict = request.foreign_host ? wrong_host : request.cross_site ? cross_site : admitted;
  }
  return admission;
}

Admission TokenDesk::admit(const HttpRequest& request, std::int64_t now_ns) {
  Admission admission = look(request, now_ns);
  if (admission.verdict != Admission::Verdict::unknown) return admission;
  if (failures_.size() >= options_.peers_max && !failures_.contains(request.peer)) failures_.clear();
  Failures& failures = failures_[request.peer];
  const std::int64_t minute = now_ns / kMinuteNs;
  if (failures.minute != minute) failures = {minute, 0};
  ++failures.count;
  admission.back_off = failures.count > options_.failures_max;
  if (failures.count == 1) {
    spdlog::warn("W-TOKEN {} shows a token that is none of ours; said once a minute / 權杖不符",
                 request.peer);
  }
  return admission;
}

}  // namespace vigil
