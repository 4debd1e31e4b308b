#include "rules/log_routes.h"

#include <algorithm>

namespace vigil::sigma {
namespace {

/// One kind of log source that a format's messages can be; "*" stands for any word, "" for none, but not for the words
/// of kNamedOnly.
struct Route {
  Format format;
  LogSource source;
};

constexpr std::string_view kPlainText = "plain_text";

// What the parsers give (log_source in parsers/format_*.cc). A format without a row may be anything: slower, never
// wrong. A test holds the rows against parsed messages.
constexpr Route kRoutes[] = {
    {Format::none, {"", kPlainText, ""}},
    {Format::none, {"linux", "", "auditd"}},
    {Format::none, {"linux", "", "auth"}},
    {Format::none, {"linux", "", "cron"}},
    {Format::none, {"linux", "", "guacamole"}},
    {Format::none, {"linux", "", "syslog"}},
    {Format::none, {"linux", "", "vsftpd"}},
    {Format::sshd, {"linux", "", "auth"}},
    {Format::sshd, {"linux", "", "sshd"}},
    {Format::pam, {"linux", "", "auth"}},
    {Format::pam, {"linux", "", "sshd"}},
    {Format::pam, {"linux", "", "sudo"}},
    {Format::sudo, {"linux", "", "auth"}},
    {Format::sudo, {"linux", "", "sudo"}},
    {Format::cef, {"", "antivirus", ""}},
    {Format::cef, {"", "firewall", ""}},
    {Format::cef, {"", "", "cef"}},
    {Format::fortigate, {"fortigate", "", "*"}},
    {Format::fortigate, {"fortigate", "firewall", ""}},
    {Format::fortigate, {"fortigate", "dns", ""}},
    {Format::fortigate, {"fortigate", "proxy", ""}},
    {Format::fortigate, {"", "antivirus", ""}},
    {Format::eve, {"suricata", "", "*"}},
    {Format::eve, {"suricata", "firewall", ""}},
    {Format::eve, {"", "proxy", ""}},
    {Format::eve, {"", "dns", ""}},
    {Format::eve, {"", "network_connection", ""}},
    {Format::access_log, {"*", "webserver", ""}},
    {Format::access_log, {"*", "", "access"}},
    {Format::windows_json, {"windows", "*", "*"}},
    {Format::windows_json, {"", "antivirus", ""}},
    {Format::clamav, {"linux", "", "clamav"}},
    {Format::clamav, {"", "antivirus", ""}},
    {Format::web_error, {"*", "webserver", ""}},
    {Format::web_error, {"*", "", "error"}},
};

/// What network devices, servers and CEF products are called: no Windows or Linux host is, so "*" does not mean them.
constexpr std::string_view kNamedOnly[] = {"antivirus", "database", "dns",   "firewall", "proxy",
                                           "webserver", kPlainText, "access", "cef",     "error"};

bool part_may_be(const std::string& wanted, std::string_view given) {
  if (wanted.empty() || wanted == given) return true;
  return given == "*" &&
         std::find(std::begin(kNamedOnly), std::end(kNamedOnly), wanted) == std::end(kNamedOnly);
}

}  // namespace

bool may_apply(Format format, const RuleLogSource& rule) {
  if (rule.product.empty() && rule.category.empty() && rule.service.empty()) return true;
  bool known = false;
  for (const Route& route : kRoutes) {
    if (route.format != format) continue;
    known = true;
    if (part_may_be(rule.product, route.source.product) && part_may_be(rule.category, route.source.category) &&
        part_may_be(rule.service, route.source.service)) {
      return true;
    }
  }
  // JSON and key=value of nobody in particular have no log source.
  return !known && format != Format::json && format != Format::key_value;
}

bool applies(const Event& event, const RuleLogSource& rule) {
  if (rule.product.empty() && rule.category.empty() && rule.service.empty()) return true;
  if (rule.category == kPlainText) {
    return event.format == Format::none && rule.product.empty() && rule.service.empty();
  }
  const auto covered = [&](const LogSource& source) {
    return (rule.product.empty() || rule.product == source.product) &&
           (rule.category.empty() || rule.category == source.category) &&
           (rule.service.empty() || rule.service == source.service);
  };
  return std::any_of(event.log_sources().begin(), event.log_sources().end(), covered);
}

}  // namespace vigil::sigma
