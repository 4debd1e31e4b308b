#include "storage/log_level.h"

#include "parsers/caseless.h"

namespace vigil {
namespace {

struct LevelWord {
  std::string_view word, level;
};
/// Where documents say it, the likeliest first.
constexpr std::string_view kFields[] = {"log.level", "labels.level", "vendor.level", "vendor.severity"};

/// What programs write there.
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
  if (subject.header().has_priority) return level_of(subject.header().priority.severity());
  for (const std::string_view name : kFields) {
    const std::string_view written = subject.event().text_of(name);
    for (const auto& [word, level] : kWords) {
      if (equal_caseless(written, word)) return level;
    }
  }
  // What came over syslog without a priority counts as user.notice; a document of JSON has none at all.
  const bool document = subject.record().source->carries_documents();
  return document ? std::string_view("unknown") : level_of(subject.header().priority.severity());
}

}  // namespace vigil
