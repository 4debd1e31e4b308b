// Whatever the rules: compiling ends and says why it refuses, with a place in the text; compiling again says the same;
// what was compiled can be asked about any document; and the prefilter offers every rule that matches a message.
//
// The input is YAML, a zero byte, and a message (or a JSON document).

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "parsers/event.h"
#include "rules/compiled.h"
#include "rules/event_fields.h"
#include "rules/log_routes.h"
#include "rules/offline.h"
#include "tests/fuzz/require.h"

namespace {

using namespace vigil;

constexpr std::int64_t kReceived = 1'795'158'000'000'000'000;

std::shared_ptr<const RuleSet> compile(std::string_view yaml, std::vector<RuleProblem>& problems) {
  const RuleSet::Text text{"fuzz.yml", std::string(yaml)};
  return RuleSet::compile({&text, 1}, problems);
}

void check_problems(const std::vector<RuleProblem>& problems, const std::vector<RuleProblem>& again, int lines) {
  require(problems.size() == again.size(), "compiling again finds the same problems");
  for (std::size_t i = 0; i < problems.size(); ++i) {
    require(!problems[i].reason.empty(), "a problem has a reason");
    require(problems[i].reason == again[i].reason, "compiling again gives the same reasons");
    // A mistake at the very end stands on the line after the last.
    require(problems[i].line >= 1 && problems[i].line <= lines + 1, "a problem has a line of the text");
  }
}

void check_document(const std::shared_ptr<const RuleSet>& rules, std::string_view document) {
  OfflineMatcher matcher(rules);
  std::vector<OfflineMatch> matches;
  std::string error;
  for (int i = 0; i < 3; ++i) {
    if (!matcher.match(document, matches, error)) require(!error.empty(), "a bad document is told of");
  }
}

void check_message(const std::shared_ptr<const RuleSet>& rules, std::string_view frame) {
  const CompiledRules& compiled = rules->compiled();
  Arena arena;
  ParseContext context;
  context.received_ns = kReceived;
  context.peer = "192.0.2.1";
  const SyslogHeader header = parse_syslog_header(frame, context, arena);
  const Format format = detect_format(header);
  Event event;
  parse_event(header, context, event, arena);
  sigma::Prefilter::Scanner scanner(compiled.prefilter());
  const auto& candidates = scanner.candidates(format, header.text);
  const std::set<std::uint32_t> offered(candidates.begin(), candidates.end());
  sigma::Evaluator evaluator;
  const sigma::EventFields fields(event);
  for (std::uint32_t i = 0; i < compiled.rules.size(); ++i) {
    const sigma::Rule& rule = compiled.rules[i];
    if (!sigma::applies(event, rule.source)) continue;
    require(sigma::may_apply(format, rule.source), "the routes know every log source");
    if (evaluator.matches(rule.expression, fields)) require(offered.contains(i), "the prefilter misses no match");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = std::min(input.find('\0'), input.size());
  const std::string_view yaml = input.substr(0, cut);
  const std::string_view message = input.substr(std::min(cut + 1, input.size()));
  int lines = 1;
  for (const char c : yaml) lines += c == '\n' || c == '\r' ? 1 : 0;

  std::vector<RuleProblem> problems, again;
  const auto rules = compile(yaml, problems);
  require(compile(yaml, again)->size() == rules->size(), "compiling again loads as many");
  check_problems(problems, again, lines);
  if (rules->size() == 0) return 0;
  check_document(rules, message);
  check_message(rules, message);
  return 0;
}
