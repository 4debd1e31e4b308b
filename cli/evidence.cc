// vigil evidence export, verify (offline).

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "cli/args.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "cli/times.h"
#include "storage/bundle.h"

namespace vigil::cli {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

/// Making a bundle reads what the incident cites and hashes all of it.
constexpr std::chrono::seconds kExportSilence{600};

/// A relative path of a bundle: [A-Za-z0-9._-] parts with slashes between. The daemon's word is not enough to
/// write where it says.
bool path_is_safe(std::string_view path) {
  if (path.empty() || path.size() > 1024) return false;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    for (const char c : part) {
      const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                        c == '.' || c == '_' || c == '-';
      if (!good) return false;
    }
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
    if (path.empty()) return false;
  }
  return true;
}

/// Removes what was written, unless it is kept: an export is whole or not there.
class Unfinished {
 public:
  [[nodiscard]] explicit Unfinished(fs::path directory) : directory_(std::move(directory)) {}
  ~Unfinished() {
    std::error_code ignored;
    if (!kept_) fs::remove_all(directory_, ignored);
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  void keep() { kept_ = true; }

 private:
  fs::path directory_;
  bool kept_ = false;
};

bool told(const fs::path& path, const std::error_code& error) {
  if (error) complain(path.string() + ": " + error.message());
  return static_cast<bool>(error);
}

Exit fetch(Session& session, const std::string& bundle, const std::string& path, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  if (told(to.parent_path(), error)) return Exit::failed;
  std::ofstream file(to, std::ios::binary);
  Request request{
      "GET", "/api/v1/evidence/" + bundle + "/" + path, {}};  // Safe characters only: nothing to escape.
  const auto answer = exchange(session.target, request, [&](std::string_view piece) {
    return static_cast<bool>(file.write(piece.data(), static_cast<std::streamsize>(piece.size())));
  });
  file.close();
  if (!answer) return tell(answer.error());
  if (answer->status != 200) return tell(*answer);
  if (!file) {
    complain(to.string() + ": " + std::string(say("cannot be written", "無法寫入")));
    return Exit::failed;
  }
  if (path == "verify.sh")
    fs::permissions(to, fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec,
                    fs::perm_options::add, error);
  return Exit::done;
}

/// Says what is wrong with the bag; true if nothing is.
bool report_findings(Session& session, const fs::path& directory) {
  const auto findings = verify_bundle(directory);
  bool valid = true;
  for (const BundleFinding& each : findings) valid = valid && each.ok;
  if (session.format_given && session.format != Format::table) {
    json::array rows;
    for (const BundleFinding& each : findings)
      rows.push_back(json::object{{"ok", each.ok}, {"where", each.where}, {"what", each.what}});
    print_rows(session, {{"ok", {"", ""}}, {"where", {"", ""}}, {"what", {"", ""}}}, rows);
    return valid;
  }
  for (const BundleFinding& each : findings) {
    session.out.line(std::string(each.ok ? say("ok      ", "正確  ") : say("FAILED  ", "不符  ")) +
                     one_line(each.where) + (each.what.empty() ? "" : ": ") + one_line(each.what));
  }
  session.out.line(one_line(directory.string()) + ": " +
                   std::string(valid ? say("valid", "驗證通過") : say("NOT VALID", "驗證未通過")));
  return valid;
}

/// What to ask for: an incident, or a query with its times.
std::optional<json::object> wanted(const Arguments& arguments) {
  const auto query = arguments.get("query");
  if (query.has_value() == !arguments.positional.empty()) {
    complain(say("export what? Either an incident's ID or --query QUERY",
                 "請指定事件編號或 --query 查詢，二擇一"));
    return std::nullopt;
  }
  const auto range = read_time_range(arguments);
  if (!range) return std::nullopt;
  if (!query) {
    if (arguments.has("since") || arguments.has("from") || arguments.has("to") ||
        arguments.has("organisation")) {
      complain(say("--since, --from, --to and --organisation go with --query",
                   "--since、--from、--to 與 --organisation 須搭配 --query"));
      return std::nullopt;
    }
    return json::object{{"incident", arguments.positional.front()}};
  }
  json::object body{{"query", *query}};
  if (!range->from.empty()) body["from"] = range->from;
  if (!range->to.empty()) body["to"] = range->to;
  if (const auto organisation = arguments.get("organisation")) body["organisation"] = *organisation;
  return body;
}

Exit export_evidence(const Arguments& arguments, Session& session) {
  const auto out = arguments.get("out");
  if (!out) {
    complain(say("--out names the directory to write into", "請以 --out 指定輸出目錄"));
    return Exit::usage;
  }
  const auto body = wanted(arguments);
  if (!body) return Exit::usage;
  Exit exit = Exit::done;
  const auto answer =
      ask(session, {"POST", "/api/v1/evidence", json::serialize(*body), kExportSilence}, exit);
  if (!answer) return exit;
  const std::string bundle = plain_at(*answer, "bundle");
  const json::value* const files = find_path(*answer, "files");
  if (!path_is_safe(bundle) || bundle.find('/') != std::string::npos || files == nullptr ||
      !files->is_array()) {
    complain(say("the answer names no bundle that could be written", "回應中沒有可寫入的證據包"));
    return Exit::unreachable;
  }
  const fs::path target = fs::path(*out) / bundle, partial = fs::path(*out) / ("." + bundle + ".partial");
  std::error_code error;
  if (fs::exists(fs::symlink_status(target, error))) {
    complain(target.string() + ": " + std::string(say("exists already", "已經存在")));
    return Exit::failed;
  }
  error.clear();
  fs::create_directories(*out, error);
  if (told(*out, error)) return Exit::failed;
  fs::remove_all(partial, error);
  Unfinished unfinished(partial);
  for (const json::value& file : files->as_array()) {
    const std::string path = plain_at(file, "path");
    if (!path_is_safe(path)) {
      complain(std::string(say("a file of the bundle has a name that is not written: ",
                               "證據包中有不可寫入的檔名：")) +
               path);
      return Exit::unreachable;
    }
    exit = fetch(session, bundle, path, partial / path);
    if (exit != Exit::done) return exit;
  }
  const auto findings = verify_bundle(partial);
  for (const BundleFinding& each : findings) {
    if (each.ok) continue;
    complain(each.where + ": " + each.what);
    exit = Exit::no;
  }
  if (exit != Exit::done) return exit;
  fs::rename(partial, target, error);
  if (told(target, error)) return Exit::failed;
  unfinished.keep();
  if (session.format == Format::table) {
    session.out.line(std::string(say("written and verified: ", "已寫出並驗證：")) +
                     one_line(target.string()));
  } else {
    print_rows(
        session, {{"bundle", {"", ""}}, {"path", {"", ""}}, {"files", {"", ""}}},
        {json::object{{"bundle", bundle}, {"path", target.string()}, {"files", files->as_array().size()}}});
  }
  return Exit::done;
}

Exit verify(const Arguments& arguments, Session& session) {
  if (arguments.has("against")) {
    complain(say("--against is not supported by this version yet", "本版本尚未支援 --against"));
    return Exit::usage;
  }
  const fs::path directory = arguments.positional.front();
  std::error_code error;
  if (!fs::is_directory(directory, error)) {
    complain(directory.string() + ": " + std::string(say("is no directory", "不是目錄")));
    return Exit::usage;
  }
  return report_findings(session, directory) ? Exit::done : Exit::no;
}

}  // namespace

void add_evidence_verbs(std::vector<Verb>& out) {
  out.push_back({"evidence export",
                 "INCIDENT|--query QUERY --out DIR",
                 {"a bundle (BagIt) with the raw bytes, verified", "匯出含原始位元組的證據包（BagIt）並驗證"},
                 {{"query", "QUERY", {"what a search would find", "以查詢取代事件編號"}},
                  {"out", "DIR", {"directory to write into", "輸出目錄"}},
                  {"since", "SPAN", {"with --query: the last 24h, 7d …", "搭配 --query：最近 24h、7d …"}},
                  {"from", "TIME", {"with --query: not before", "搭配 --query：起始時間"}},
                  {"to", "TIME", {"with --query: before", "搭配 --query：結束時間"}},
                  {"organisation", "ID", {"with --query: whose records", "搭配 --query：所屬機關"}}},
                 "vigil evidence export 2026-0001 --out /srv/evidence",
                 0,
                 1,
                 export_evidence});
  out.push_back({"evidence verify",
                 "DIR",
                 {"offline: is this bundle whole and unchanged", "離線：證據包是否完整且未遭更動"},
                 {{"against", "FILE", {"an outside anchor (a later version)", "外部錨點（後續版本）"}}},
                 "vigil evidence verify /srv/evidence/bag-2026-0001-1",
                 1,
                 1,
                 verify});
}

}  // namespace vigil::cli
