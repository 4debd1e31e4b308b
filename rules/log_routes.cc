#include "rules/log_routes.h"

#include <algorithm>

namespace vigil::sigma {
namespace {

/// Products that a format's messages may be of. A format that any program may speak has no row.
struct Route {
  Format format;
  std::string_view product;
};

}  // namespace

bool may_apply(Format, const RuleLogSource&) { return true; }

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
