#include <algorithm>

#include "config/sections.h"

namespace vigil::config {
namespace {

using Mode = TlsConfig::Mode;
constexpr Choice<Mode> kModes[] = {{"anon", Mode::anon},
                                   {"x509/certvalid", Mode::certvalid},
                                   {"x509/fingerprint", Mode::fingerprint},
                                   {"x509/name", Mode::name}};

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// "SHA256:AB:CD:…", "SHA1:…", "sha-256:…", "sha-1:…" (RFC 5425 4.2.2), with or without colons between the pairs.
bool is_fingerprint(std::string_view text) {
  struct Kind {
    std::string_view prefix;
    std::size_t digits;
  };
  constexpr Kind kKinds[] = {{"sha256:", 64}, {"sha-256:", 64}, {"sha1:", 40}, {"sha-1:", 40}};
  std::string lower(text.substr(0, 8));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const Kind& kind : kKinds) {
    if (!lower.starts_with(kind.prefix)) continue;
    const std::string_view rest = text.substr(kind.prefix.size());
    const auto digits = static_cast<std::size_t>(std::count_if(rest.begin(), rest.end(), is_hex));
    const auto colons = static_cast<std::size_t>(std::count(rest.begin(), rest.end(), ':'));
    return digits == kind.digits && digits + colons == rest.size();
  }
  return false;
}

/// A name, an address, or a name with `*` as its whole first label, followed by at least two more (BI-25).
bool is_peer_name(std::string_view text) {
  if (!text.starts_with("*.")) return !text.empty() && text.find('*') == std::string_view::npos;
  const std::string_view rest = text.substr(2);
  return rest.find('*') == std::string_view::npos && rest.find('.') != std::string_view::npos &&
         rest.find("..") == std::string_view::npos && rest.front() != '.' && rest.back() != '.';
}

void check_peers(Fields& fields, const TlsConfig& tls) {
  const bool wanted = tls.mode == Mode::fingerprint || tls.mode == Mode::name;
  if (wanted && tls.permitted_peers.empty()) {
    fields.wrong("permitted_peers",
                 {"this mode lets in those that 'permitted_peers' lists, and there are none",
                  "此模式僅允許 'permitted_peers' 所列對象，但清單是空的"},
                 {"as [\"*.school.edu.tw\"] for names, [\"SHA256:AB:CD:…\"] for fingerprints",
                  "名稱例如 [\"*.school.edu.tw\"]，指紋例如 [\"SHA256:AB:CD:…\"]"});
  }
  for (const std::string& peer : tls.permitted_peers) {
    if (tls.mode == Mode::fingerprint && !is_fingerprint(peer)) {
      fields.wrong("permitted_peers", {"'" + peer + "' is no fingerprint", "'" + peer + "' 不是憑證指紋"},
                   {"SHA256: and 64 hex digits, as openssl x509 -fingerprint -sha256 prints them",
                    "SHA256: 加 64 個十六進位數字，如 openssl x509 -fingerprint -sha256 所印"});
    }
    if (tls.mode == Mode::name && !is_peer_name(peer)) {
      fields.wrong(
          "permitted_peers",
          {"'" + peer + "' names nobody: '*' can only be the whole first label before at least two more",
           "'" + peer + "' 不是有效名稱：'*' 只能是最左邊完整的一段，其後至少還有兩段"},
          {"as \"fw1.school.edu.tw\" or \"*.school.edu.tw\"",
           "例如 \"fw1.school.edu.tw\" 或 \"*.school.edu.tw\""});
    }
  }
}

}  // namespace

std::optional<TlsConfig> read_tls(Fields& outer, const std::filesystem::path& base) {
  const YamlNode* const node = outer.find("tls");
  if (node == nullptr) return std::nullopt;
  TlsConfig tls;
  Fields fields(*node, outer.path_of("tls"), outer.report());
  fields.required("certificate");
  fields.required("key");
  fields.path("certificate", base, tls.certificate);
  fields.path("key", base, tls.key);
  fields.path("client_ca", base, tls.client_ca);
  fields.path("crl", base, tls.crl);
  const bool mode_read = fields.choice("mode", std::span<const Choice<Mode>>(kModes), tls.mode);
  fields.texts("permitted_peers", tls.permitted_peers);
  if (!fields.has("mode") && !tls.client_ca.empty()) {
    tls.mode = tls.permitted_peers.empty() ? Mode::certvalid : Mode::name;
  }
  if (mode_read || !fields.has("mode")) {
    if (tls.mode == Mode::certvalid || tls.mode == Mode::name) fields.required("client_ca");
    check_peers(fields, tls);
  }
  fields.finish();
  return tls;
}

}  // namespace vigil::config
