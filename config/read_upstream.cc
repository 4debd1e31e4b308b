#include <algorithm>
#include <charconv>
#include <set>

#include "config/address.h"
#include "config/sections.h"

namespace vigil::config {
namespace {

using Kind = UpstreamConfig::Kind;
constexpr Choice<Kind> kKinds[] = {{"vigil", Kind::vigil},
                                   {"relp", Kind::relp},
                                   {"syslog-tcp", Kind::syslog_tcp},
                                   {"syslog-tls", Kind::syslog_tls},
                                   {"cef", Kind::cef}};

/// "name:port", "10.0.0.1:port", "[::1]:port".
bool is_host_and_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size() || number == 0 || number > 65535) return false;
  if (host.front() == '[') return host.back() == ']' && read_ip(host.substr(1, host.size() - 2)).has_value();
  return host.find_first_of(":/@?# []") == std::string_view::npos;
}

bool is_url(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!text.starts_with(scheme)) continue;
    std::string_view rest = text.substr(scheme.size());
    if (rest.ends_with('/')) rest.remove_suffix(1);
    return is_host_and_port(rest) ||
           (!rest.empty() && rest.find_first_of(":/@?# []") == std::string_view::npos);
  }
  return false;
}

void read_client_tls(Fields& outer, const std::filesystem::path& base, UpstreamConfig& upstream) {
  const YamlNode* const node = outer.find("tls");
  if (node == nullptr) return;
  UpstreamConfig::Tls& tls = upstream.tls.emplace();
  Fields fields(*node, outer.path_of("tls"), outer.report());
  fields.path("ca", base, tls.ca);
  if (fields.path("certificate", base, tls.certificate)) fields.required("key");
  if (fields.path("key", base, tls.key)) fields.required("certificate");
  fields.text("name", tls.name);
  fields.finish();
}

void read_where(Fields& fields, UpstreamConfig& upstream) {
  if (upstream.kind == Kind::vigil) {
    fields.required("url");
    if (fields.text("url", upstream.url) && !is_url(upstream.url)) {
      fields.wrong("url", {"expected https://host:port", "此處應為 https://主機:埠"},
                   {"no path, no user; a token goes into the file that 'token_file' names",
                    "不含路徑與帳號；權杖請放在 'token_file' 指定的檔案"});
    }
    return;
  }
  fields.required("address");
  if (fields.text("address", upstream.address) && !is_host_and_port(upstream.address)) {
    fields.wrong(
        "address",
        {"'" + upstream.address + "' is no host and port", "'" + upstream.address + "' 不是主機與埠"},
        {"as \"soc.example:6514\" or \"[::1]:6514\"", "例如 \"soc.example:6514\" 或 \"[::1]:6514\""});
  }
}

}  // namespace

void read_upstream(Fields& top, const std::filesystem::path& base, Config& config) {
  std::set<std::string> ids;
  top.sequence("upstream", [&](const YamlNode& node, const std::string& path) {
    UpstreamConfig upstream;
    Fields fields(node, path, top.report());
    fields.required("id");
    fields.required("kind");
    if (fields.identifier("id", upstream.id) && !ids.insert(upstream.id).second) {
      fields.wrong("id",
                   {"there are two upstreams '" + upstream.id + "'", "上游 '" + upstream.id + "' 重複"});
    }
    if (!fields.choice("kind", std::span<const Choice<Kind>>(kKinds), upstream.kind)) return;
    read_where(fields, upstream);
    read_client_tls(fields, base, upstream);
    if (upstream.kind == Kind::vigil) fields.path("token_file", base, upstream.token_file);
    fields.text("query", upstream.query);
    if (fields.has("organisation"))
      read_organisation_id(fields, "organisation", config, upstream.organisation);
    fields.boolean("from_oldest", upstream.from_oldest);
    for (const std::string_view key : {"token", "password", "secret"}) {
      fields.refuse(key, {"a secret does not belong into this file", "密碼等機密不可寫在設定檔中"},
                    {"put it into a file of its own and name that with 'token_file'",
                     "請放在另一個檔案，並以 'token_file' 指定"});
    }
    fields.finish();
    if (upstream.kind == Kind::syslog_tls && !upstream.tls) upstream.tls.emplace();
    config.upstream.push_back(std::move(upstream));
  });
}

}  // namespace vigil::config
