#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/key_value.h"
#include "parsers/payload_text.h"
#include "parsers/proxy_access.h"

namespace vigil {
namespace {

constexpr FieldRow kRows[] = {
    // Blue Coat ProxySG: W3C names
    {"c-ip", "source"},
    {"cs-username", "user"},
    {"cs-userdn", "user"},
    {"cs-method", "http.request.method"},
    {"cs-host", "url.domain"},
    {"cs-uri-scheme", "url.scheme"},
    {"cs-uri-port", "url.port"},
    {"cs-uri-path", "url.path"},
    {"cs-uri-query", "url.query"},
    {"cs-uri-extension", "url.extension"},
    {"cs-uri", "url"},
    {"c-uri", "url"},
    {"r-ip", "destination"},
    {"r-port", "destination.port"},
    {"s-ip", "observer.ip"},
    {"r-supplier-ip", "destination"},
    {"sc-status", "http.response.status_code"},
    {"cs-bytes", "source.bytes"},
    {"sc-bytes", "destination.bytes"},
    {"time-taken", "event.duration:ms"},
    {"s-action", "event.action"},
    {"cs-categories", "rule.category"},
    {"cs_User_Agent", "user_agent.original"},
    {"cs-user-agent", "user_agent.original"},
    {"cs_Referer", "http.request.referrer"},
    {"cs-referer", "http.request.referrer"},
    // Zscaler
    {"ClientIP", "source"},
    {"clientip", "source"},
    {"serverip", "destination"},
    {"clientpublicIP", "source.nat.ip"},
    {"requestmethod", "http.request.method"},
    {"refererURL", "http.request.referrer"},
    {"useragent", "user_agent.original"},
    {"requestsize", "source.bytes"},
    {"responsesize", "destination.bytes"},
    {"urlcategory", "rule.category"},
    {"hostname", "url.domain"},
    {"filename", "file.name"},
    {"filetype", "file.type"},
    {"bamd5", "file.hash"},
    {"fileclass", "file.mime_type"},
    {"status", "http.response.status_code"},
    {"threatname", "threat_name"},
    // Forcepoint (Websense)
    {"src_host", "source"},
    {"src_port", "source.port"},
    {"dst_host", "destination.domain"},
    {"dst_ip", "destination"},
    {"dst_port", "destination.port"},
    {"bytes_out", "source.bytes"},
    {"bytes_in", "destination.bytes"},
    {"http_response", "http.response.status_code"},
    {"http_method", "http.request.method"},
    {"http_user_agent", "user_agent.original"},
    {"http_content_type", "http.response.mime_type"},
    {"policy", "rule.name"},
    {"category", "rule.category"},
    // McAfee (Skyhigh) Web Gateway
    {"srcip", "source"},
    {"dstip", "destination"},
    {"dhost", "url.domain"},
    {"urlp", "url.port"},
    {"mtd", "http.request.method"},
    {"ua", "user_agent.original"},
    {"rule", "rule.name"},
    {"urlc", "rule.category"},
    // all
    {"user", "user"},
    {"login", "user"},
    {"url", "url"},
    {"action", "event.action"},
    {"reason", "event.reason"},
};
constexpr FieldMap kMap(kRows);

std::string_view value_after(std::string_view text, const SearchText& key) {
  const std::size_t at = find_text(text, key);
  if (at == std::string_view::npos) return {};
  std::string_view value = text.substr(at + key.size());
  take_prefix(value, "\"");
  return value.substr(0, value.find_first_of(" \""));
}

bool claims_web_gateway(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 1024);
  if (front.find('=') == std::string_view::npos) return false;
  if (contains(front, "c-ip=")) return contains(front, "cs-method=") || contains(front, "cs-host=");
  if (contains(front, "vendor=Zscaler") || contains(front, "product=NSS")) return contains(front, "url=");
  if (contains(front, "vendor=Websense") || contains(front, "vendor=Forcepoint"))
    return contains(front, "product=");
  return contains(front, "mtd=\"") && contains(front, "srcip=\"") && contains(front, "urlp=\"");
}

/// Proxies of several makers that write pairs: Blue Coat ProxySG (SPLV5.1), Zscaler NSS, Forcepoint Web Security, McAfee
/// (Skyhigh) Web Gateway.
void parse_web_gateway(PayloadWriter& out) {
  std::string_view text = out.text();
  const std::string_view vendor = value_after(text, "vendor=");
  const bool bluecoat = contains(text, "c-ip=");
  out.observer(bluecoat         ? "Broadcom"
               : vendor.empty() ? "Skyhigh Security"
                                : vendor,
               bluecoat ? "ProxySG" : value_after(text, "product="), "proxy");
  put_pairs(out, text, kMap);
  // "200/0": the client's and the server's
  if (const std::string_view status = out.event().text_of("http.response.status_code");
      status.find('/') != std::string_view::npos) {
    out.set("http.response.status_code", status.substr(0, status.find('/')), ValueType::integer);
  }
  const std::string_view action = out.event().text_of("event.action");
  classify_proxy(out, contains_ignoring_case(action, "block") || contains_ignoring_case(action, "denied") ||
                          contains_ignoring_case(action, "deny"));
}

constexpr LogSource kLogSources[] = {{"", "proxy", ""}};

}  // namespace

extern const FormatSpec kFormat_web_gateway = {
    .number = Format{108},
    .name = "web_gateway",
    .title = "Blue Coat ProxySG, Zscaler, Forcepoint, McAfee Web Gateway",
    .sample =
        R"(SPLV5.1 c-ip=10.1.0.7 cs-bytes=623 cs-categories="News" cs-host=www.example.com cs-method=GET cs-uri-path=/a cs-username=amy s-action=TCP_MISS sc-status=200)",
    .rank = 62,
    .claims = claims_web_gateway,
    .parse = parse_web_gateway,
    .kinds = Kind::web | Kind::device,
    .log_sources = kLogSources,
    .own_action = true,
};

}  // namespace vigil
