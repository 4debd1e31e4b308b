#include "rules/log_routes.h"

#include <algorithm>

namespace vigil::sigma {
namespace {

/// One kind of log source that a format's messages can be; "*" stands for any word, "" for none. Categories of network
/// devices and servers are not meant by "*": they are written out.
struct Route {
  Format format;
  LogSource source;
};

// What the parsers give (log_source in parsers/format_*.cc). A format without a row may be anything: slower, never
// wrong. A test holds the rows against parsed messages.
constexpr Route kRoutes[] = {
    {Format::none, {"linux", "", "*"}},
    {Format::sshd, {"linux", "", "*"}},
    {Format::pam, {"linux", "", "*"}},
    {Format::sudo, {"linux", "", "*"}},
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

constexpr std::string_view kDeviceCategories[] = {"antivirus", "database", "dns", "firewall", "proxy", "webserver"};

bool part_may_be(const std::string& wanted, std::string_view given) {
  return wanted.empty() || given == "*" || wanted == given;
}
bool category_may_be(const std::string& wanted, std::string_view given) {
  if (given != "*") return part_may_be(wanted, given);
  return std::find(std::begin(kDeviceCategories), std::end(kDeviceCategories), wanted) == std::end(kDeviceCategories);
}

}  // namespace

bool may_apply(Format format, const RuleLogSource& rule) {
  if (rule.product.empty() && rule.category.empty() && rule.service.empty()) return true;
  bool known = false;
  for (const Route& route : kRoutes) {
    if (route.format != format) continue;
    known = true;
    if (part_may_be(rule.product, route.source.product) && category_may_be(rule.category, route.source.category) &&
        part_may_be(rule.service, route.source.service)) {
      return true;
    }
  }
  // JSON and key=value of nobody in particular have no log source.
  return !known && format != Format::json && format != Format::key_value;
}

bool applies(const Event& event, const RuleLogSource& rule) {
  if (rule.product.empty() && rule.category.empty() && rule.service.empty()) return true;
  const auto covered = [&](const LogSource& source) {
    return (rule.product.empty() || rule.product == source.product) &&
           (rule.category.empty() || rule.category == source.category) &&
           (rule.service.empty() || rule.service == source.service);
  };
  return std::any_of(event.log_sources().begin(), event.log_sources().end(), covered);
}

}  // namespace vigil::sigma
