#include "rules/rule_set.h"

#include <algorithm>
#include <fstream>
#include <system_error>

#include "parsers/embedded.h"
#include "rules/linker.h"

namespace vigil {
namespace {

/// A bundle of a thousand rules fits; a log file given by mistake does not.
constexpr std::uintmax_t kFileBytesMax = 32 * 1024 * 1024;

bool is_rule_file(const std::filesystem::path& path) {
  return path.extension() == ".yml" || path.extension() == ".yaml";
}

RuleProblem problem_of(const std::filesystem::path& path, std::string reason) {
  return {path.string(), 0, 0, {}, std::move(reason), true};
}

/// Every rule file at or below `path`. Symbolic links to directories are not followed: no circles.
void find_rule_files(const std::filesystem::path& path, std::vector<std::filesystem::path>& files,
                     std::vector<RuleProblem>& problems) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    std::filesystem::recursive_directory_iterator entry(path, error), end;
    while (!error && entry != end) {
      std::error_code ignored;
      if (is_rule_file(entry->path()) && entry->is_regular_file(ignored)) files.push_back(entry->path());
      entry.increment(error);
    }
  } else if (!error) {
    files.push_back(path);
  }
  if (error) problems.push_back(problem_of(path, "cannot be read: " + error.message()));
}

bool read_file(const std::filesystem::path& path, std::string& text, std::vector<RuleProblem>& problems) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!error && size > kFileBytesMax) {
    problems.push_back(problem_of(path, "larger than 32 MiB; split it"));
    return false;
  }
  std::ifstream file(path, std::ios::binary);
  text.resize(error ? 0 : static_cast<std::size_t>(size));
  if (error || !file || !file.read(text.data(), static_cast<std::streamsize>(text.size()))) {
    problems.push_back(problem_of(path, "cannot be read" + (error ? ": " + error.message() : std::string())));
    return false;
  }
  return true;
}

}  // namespace

RuleSet::RuleSet(std::unique_ptr<const CompiledRules> compiled) : compiled_(std::move(compiled)) {}
RuleSet::~RuleSet() = default;

std::shared_ptr<const RuleSet> RuleSet::compile(std::span<const Text> texts, std::vector<RuleProblem>& problems,
                                                const RuleSetOptions& options) {
  return std::make_shared<const RuleSet>(sigma::link_rules(texts, options, problems));
}

std::vector<RuleSet::Text> RuleSet::read(std::span<const std::filesystem::path> paths,
                                         std::vector<RuleProblem>& problems) {
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::path& path : paths) {
    const std::size_t before = files.size();
    find_rule_files(path, files, problems);
    std::sort(files.begin() + static_cast<std::ptrdiff_t>(before), files.end());
  }
  std::vector<Text> texts;
  for (const std::filesystem::path& file : files) {
    Text text{file.string(), {}};
    if (read_file(file, text.yaml, problems)) texts.push_back(std::move(text));
  }
  return texts;
}

std::vector<RuleSet::Text> RuleSet::builtin_texts() {
  std::vector<Text> texts;
  for (const embedded::File& file : embedded::rule_pack()) {
    texts.push_back({std::string(file.name), std::string(file.text)});
  }
  return texts;
}

std::shared_ptr<const RuleSet> RuleSet::load(std::span<const std::filesystem::path> paths,
                                             std::vector<RuleProblem>& problems, const RuleSetOptions& options) {
  return compile(read(paths, problems), problems, options);
}

std::shared_ptr<const RuleSet> RuleSet::load_builtin(std::vector<RuleProblem>& problems,
                                                     const RuleSetOptions& options) {
  return compile(builtin_texts(), problems, options);
}

std::size_t RuleSet::size() const { return compiled_->rules.size() + compiled_->correlations.size(); }

std::vector<std::shared_ptr<const RuleMeta>> RuleSet::metas() const {
  std::vector<std::shared_ptr<const RuleMeta>> metas;
  for (const sigma::Rule& rule : compiled_->rules) metas.push_back(rule.meta);
  for (const sigma::Correlation& correlation : compiled_->correlations) metas.push_back(correlation.meta);
  return metas;
}

}  // namespace vigil
