#include "parsers/record_start.h"

#include <re2/re2.h>

namespace vigil {

struct RecordStart::Pattern {
  explicit Pattern(std::string_view text, const re2::RE2::Options& options)
      : compiled(re2::StringPiece(text.data(), text.size()), options) {}
  re2::RE2 compiled;
};

Result<RecordStart, std::string> RecordStart::compile(std::string_view pattern) {
  if (pattern.empty()) return std::string("an empty pattern would begin a record at every line");
  if (pattern.size() > kPatternBytesMax) {
    return "a pattern of more than " + std::to_string(kPatternBytesMax) + " bytes";
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(std::int64_t{1} << 20U);
  auto compiled = std::make_shared<const Pattern>(pattern, options);
  if (!compiled->compiled.ok()) return compiled->compiled.error();
  return RecordStart(std::move(compiled));
}

bool RecordStart::begins(std::string_view line) const {
  line = line.substr(0, kFrontBytes);
  return re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), pattern_->compiled);
}

}  // namespace vigil
