#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rules/detection.h"

namespace vigil {

/// A detection as JSON of one line, for what waits in the state store: `{"v":1,"rule":"<id>",…}`.
std::string write_detection(const Detection& detection);
/// Reads it back. Nothing where it was written by a newer program, is damaged, or `rule_of` knows no such rule (any more).
std::optional<Detection> read_detection(std::string_view text,
                                        const std::function<std::shared_ptr<const RuleMeta>(std::string_view id)>& rule_of);

}  // namespace vigil
