#include "daemon/peer_match.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "parsers/caseless.h"

namespace vigil {

namespace {

constexpr std::size_t kNameBytesMax = 253;  // RFC 1035
constexpr std::size_t kLabelBytesMax = 63;


bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kLabelBytesMax && std::ranges::all_of(label, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

/// A host name in the form names are compared in; nothing if it is none, or has a wildcard elsewhere than in front of two
/// labels at least.
std::optional<std::string> host_form(std::string_view text) {
  std::string name = lower_ascii(text);
  if (name.ends_with('.')) name.pop_back();
  if (name.empty() || name.size() > kNameBytesMax) return std::nullopt;
  std::string_view rest = name;
  const bool wild = rest.starts_with("*.");
  if (wild) rest.remove_prefix(2);
  std::size_t labels = 0;
  for (;;) {
    const std::size_t dot = rest.find('.');
    if (!is_label(rest.substr(0, dot))) return std::nullopt;
    ++labels;
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  if (wild && labels < 2) return std::nullopt;
  return name;
}

/// `pattern` and `name` in host form.
bool covers(std::string_view pattern, std::string_view name) {
  if (pattern == name) return true;
  if (!pattern.starts_with("*.") || name.starts_with("*.")) return false;
  const std::size_t dot = name.find('.');
  return dot != std::string_view::npos && pattern.substr(1) == name.substr(dot);
}

std::optional<std::string> address_bytes(std::string_view text) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  std::string out;
  const auto copy = [&out](const auto& bytes) { out.assign(bytes.begin(), bytes.end()); };
  if (address.is_v4()) {
    copy(address.to_v4().to_bytes());
  } else {
    copy(address.to_v6().to_bytes());
  }
  return out;
}

struct Fingerprint {
  bool sha256;
  std::string hex;
};

std::optional<Fingerprint> read_fingerprint(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string hash = lower_ascii(text.substr(0, colon));
  Fingerprint out{hash == "sha256" || hash == "sha-256", {}};
  if (!out.sha256 && hash != "sha1" && hash != "sha-1") return std::nullopt;
  for (const char c : text.substr(colon + 1)) {
    const char digit = lower_ascii(c);
    if (c == ':' && out.hex.size() % 2 == 0) continue;
    if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) return std::nullopt;
    out.hex.push_back(digit >= 'a' ? static_cast<char>(digit - 'a' + 'A') : digit);
  }
  if (out.hex.size() != (out.sha256 ? 64U : 40U)) return std::nullopt;
  return out;
}

bool contains(const std::vector<std::string>& all, std::string_view one) {
  return std::ranges::find(all, one) != all.end();
}

}  // namespace

Result<PermittedFingerprints, std::string> PermittedFingerprints::read(
    const std::vector<std::string>& entries) {
  PermittedFingerprints out;
  for (const std::string& entry : entries) {
    auto print = read_fingerprint(entry);
    if (!print) {
      return "\"" + entry +
             "\" is no fingerprint: write SHA256: and 64 hex digits (openssl x509 -in client.pem -noout "
             "-fingerprint "
             "-sha256), or SHA1: and 40 / 不是憑證指紋，請寫 SHA256: 加 64 個十六進位數字，或 SHA1: 加 40 個";
    }
    (print->sha256 ? out.sha256_ : out.sha1_).push_back(std::move(print->hex));
  }
  return out;
}

bool PermittedFingerprints::permit(const CertificateIdentity& identity) const {
  return contains(sha256_, identity.sha256) || contains(sha1_, identity.sha1);
}

Result<PermittedNames, std::string> PermittedNames::read(const std::vector<std::string>& entries) {
  PermittedNames out;
  for (const std::string& entry : entries) {
    if (auto address = address_bytes(entry)) {
      out.addresses_.push_back(std::move(*address));
    } else if (auto name = host_form(entry)) {
      out.names_.push_back(std::move(*name));
    } else {
      return "\"" + entry +
             "\" is no host name or address a certificate can have: a wildcard stands for the whole leftmost "
             "label and at "
             "least two labels follow it, as *.school.edu.tw; fingerprints need mode x509/fingerprint / "
             "不是主機名稱或位址：萬用字元只能代替最左邊整段，其後至少兩段，例如 *.school.edu.tw；指紋請用 "
             "x509/fingerprint 模式";
    }
  }
  return out;
}

bool PermittedNames::permit(const CertificateIdentity& identity) const {
  const auto permits_name = [this](const std::string& name) {
    return std::ranges::any_of(names_,
                               [&name](const std::string& permitted) { return same_host(permitted, name); });
  };
  if (!identity.has_names) {
    const auto address = address_bytes(identity.common_name);
    return address ? contains(addresses_, *address) : permits_name(identity.common_name);
  }
  return std::ranges::any_of(identity.dns_names, permits_name) ||
         std::ranges::any_of(identity.addresses,
                             [this](const std::string& address) { return contains(addresses_, address); });
}

bool same_host(std::string_view permitted, std::string_view certificate) {
  const auto a = host_form(permitted);
  const auto b = host_form(certificate);
  return a && b && (covers(*a, *b) || covers(*b, *a));
}

}  // namespace vigil
