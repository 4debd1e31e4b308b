#include "storage/log_level.h"

#include "storage/caseless.h"

namespace vigil {
namespace {

struct LevelWord {
  std::string_view word, level;
};
/// What programs write as `log.level`.
constexpr LevelWord kWords[] = {
    {"emerg", "critical"},    {"emergency", "critical"}, {"alert", "critical"},   {"crit", "critical"},
    {"critical", "critical"}, {"fatal", "critical"},     {"panic", "critical"},   {"err", "error"},
    {"error", "error"},       {"severe", "error"},       {"warn", "warn"},        {"warning", "warn"},
    {"notice", "info"},       {"info", "info"},          {"information", "info"}, {"informational", "info"},
    {"debug", "debug"},       {"trace", "debug"},        {"verbose", "debug"},
};

std::string_view level_of(Severity severity) {
  switch (severity) {
    case Severity::emergency:
    case Severity::alert:
    case Severity::critical:
      return "critical";
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warn";
    case Severity::notice:
    case Severity::info:
      return "info";
    case Severity::debug:
      return "debug";
  }
  return "unknown";
}

}  // namespace

std::string_view log_level(LazyEvent& subject) {
  // What came over syslog without a priority counts as user.notice; a document of JSON has none at all.
  if (subject.header().has_priority || subject.record().source->transport != "http") {
    return level_of(subject.header().priority.severity());
  }
  const std::string_view written = subject.event().text_of("log.level");
  for (const auto& [word, level] : kWords) {
    if (equal_caseless(written, word)) return level;
  }
  return "unknown";
}

}  // namespace vigil
