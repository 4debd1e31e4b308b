// vigil rules pin, verify: whether a directory of rules is still the one that was looked at. Offline.

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/rows.h"
#include "cli/rule_verbs.h"
#include "rules/rule_set.h"
#include "storage/content_pin.h"

namespace vigil::cli {

namespace json = boost::json;

namespace {

/// What a directory's rule files are now. Nothing after a mistake, which is told.
std::optional<ContentPin> look_at(const std::filesystem::path& directory) {
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) {
    complain(directory.string() + ": " + std::string(say("is no directory", "不是目錄")));
    return std::nullopt;
  }
  std::vector<RuleProblem> problems;
  const auto texts = RuleSet::read({&directory, 1}, problems);
  for (const RuleProblem& problem : problems) complain(problem.file + ": " + problem.reason);
  if (!problems.empty()) return std::nullopt;
  if (texts.empty()) {
    complain(directory.string() + ": " + std::string(say("holds no rule files (*.yml, *.yaml)", "沒有規則檔（*.yml、*.yaml）")));
    return std::nullopt;
  }
  std::vector<PinnedText> pinned;
  for (const RuleSet::Text& text : texts)
    pinned.push_back({std::filesystem::path(text.file).lexically_relative(directory).generic_string(), text.yaml});
  return pin_of(pinned);
}

/// Without a slash at the end, so that the pin can follow.
std::filesystem::path directory_of(const Arguments& arguments) {
  std::string text = arguments.positional.front();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

void show(Session& session, const json::object& row, const std::string& text) {
  const bool table = session.format == Format::table;
  session.out.line(table ? one_line(text) : json::serialize(row));
}

Exit pin(const Arguments& arguments, Session& session) {
  const std::filesystem::path directory = directory_of(arguments);
  const auto found = look_at(directory);
  if (!found) return Exit::usage;
  const std::string hash = found->sha256(), configured = directory.string() + "#sha256=" + hash;
  if (arguments.has("write")) {
    std::ofstream file(directory / kManifestName, std::ios::binary | std::ios::trunc);
    file << found->manifest();
    if (!file.flush()) {
      complain((directory / kManifestName).string() + ": " + std::string(say("cannot be written", "無法寫入")));
      return Exit::failed;
    }
  }
  show(session, {{"sha256", hash}, {"files", found->files.size()}, {"directory", configured}}, configured);
  return Exit::done;
}

Exit verify(const Arguments& arguments, Session& session) {
  const std::filesystem::path directory = directory_of(arguments);
  const auto found = look_at(directory);
  if (!found) return Exit::usage;
  const auto wanted = arguments.get("sha256");
  if (wanted && (wanted->size() != 64 || wanted->find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)) {
    complain(say("--sha256 takes 64 hex digits, as 'vigil rules pin' prints them", "--sha256 需為 64 個十六進位數字，由 vigil rules pin 產生"));
    return Exit::usage;
  }
  std::ifstream file(directory / kManifestName, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto manifest = read_manifest(text);
  if (!wanted && (text.empty() || !manifest)) {
    complain((directory / kManifestName).string() + ": " +
             std::string(say("is missing or is no manifest: make one with 'vigil rules pin DIR --write', or give --sha256",
                             "不存在或不是清單：請以 vigil rules pin DIR --write 產生，或指定 --sha256")));
    return Exit::usage;
  }
  std::string different = manifest ? pin_difference(*manifest, *found) : std::string();
  std::string lower = wanted.value_or("");
  for (char& c : lower) c = c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
  const bool same = wanted ? lower == found->sha256() : different.empty();
  if (same) different.clear();
  if (!same && different.empty()) different = say("the content is another", "內容不同");
  const std::string verdict = same ? std::string(say("unchanged: ", "未變更：")) + std::to_string(found->files.size()) +
                                         std::string(say(" files", " 個檔案"))
                                   : std::string(say("changed since it was pinned: ", "與釘選時不同：")) + different;
  show(session, {{"unchanged", same}, {"sha256", found->sha256()}, {"files", found->files.size()}, {"difference", different}}, verdict);
  return same ? Exit::done : Exit::no;
}

}  // namespace

void add_rule_pin_verbs(std::vector<Verb>& out) {
  out.push_back({"rules pin",
                 "DIR",
                 {"offline: what a directory of rules holds, as a hash for the configuration", "離線：產生規則目錄的雜湊，寫入設定檔以釘選"},
                 {{"write", "", {"also write DIR/MANIFEST.sha256, so that differences have names", "同時寫入 DIR/MANIFEST.sha256，以便指出差異檔案"}}},
                 "vigil rules pin /etc/vigil/sigma --write",
                 1,
                 1,
                 pin});
  out.push_back({"rules verify",
                 "DIR",
                 {"offline: whether it still holds what was pinned; exit 1 if not", "離線：檢查規則目錄是否與釘選時相同，不同則結束碼 1"},
                 {{"sha256", "HEX", {"the pin; without it the directory's own MANIFEST.sha256", "釘選的雜湊；未指定則使用目錄內的 MANIFEST.sha256"}}},
                 "vigil rules verify /etc/vigil/sigma",
                 1,
                 1,
                 verify});
}

}  // namespace vigil::cli
