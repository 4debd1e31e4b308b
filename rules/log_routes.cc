#include "rules/log_routes.h"

#include <algorithm>
#include <array>

#include "parsers/format.h"
#include "parsers/payload_app.h"

namespace vigil::sigma {
namespace {

constexpr std::string_view kPlainText = "plain_text";

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
  const FormatSpec* const spec = find_format(format);
  if (spec == nullptr) return true;
  if (is_of_programs(*spec) && (rule.product.empty() || rule.product == "linux") && rule.category.empty() &&
      is_linux_service(rule.service)) {
    return true;
  }
  return std::any_of(spec->log_sources.begin(), spec->log_sources.end(), [&rule](const LogSource& source) {
    return part_may_be(rule.product, source.product) && part_may_be(rule.category, source.category) &&
           part_may_be(rule.service, source.service);
  });
}

bool applies(const Event& event, const RuleLogSource& rule) {
  if (rule.product.empty() && rule.category.empty() && rule.service.empty()) return true;
  if (rule.category == kPlainText) {
    return may_apply(event.format, rule);
  }
  const auto covered = [&](const LogSource& source) {
    return (rule.product.empty() || rule.product == source.product) &&
           (rule.category.empty() || rule.category == source.category) &&
           (rule.service.empty() || rule.service == source.service);
  };
  return std::any_of(event.log_sources().begin(), event.log_sources().end(), covered);
}

bool is_of_auditd(Format format) {
  static const auto kFormats = [] {
    std::array<bool, kFormatsMax> formats{};
    for (const FormatSpec* const spec : all_formats()) {
      formats[static_cast<std::size_t>(spec->number)] = spec->name == "auditd" || spec->name == "auditd_file";
    }
    return formats;
  }();
  return static_cast<std::size_t>(format) < kFormats.size() && kFormats[static_cast<std::size_t>(format)];
}

std::vector<std::string> marks_of(Format format, const RuleLogSource& rule) {
  if (!is_of_auditd(format) || rule.category != "process_creation") return {};
  return {"=execve ", "=1309 "};
}

}  // namespace vigil::sigma
