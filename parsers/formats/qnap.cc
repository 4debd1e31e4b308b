#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

/// What NAS administrators did, in the `Content` of an event.
constexpr TextRow kContents[] = {
    {"\\[{application}\\] Created user \"{user.target}\"", "iam", "creation", "created_user"},
    {"\\[{application}\\] Deleted user \"{user.target}\"", "iam", "deletion", "deleted_user"},
    {"\\[{application}\\] Changed the password of user \"{user.target}\"", "iam", "change",
     "changed_password"},
    {"\\[{application}\\] Edited the account profile of user \"{user.target}\"", "iam", "change",
     "edited_account_profile"},
    {"\\[{application}\\] {verb|word} user \"{user.target}\"", "iam", "change", "changed_user"},
    {"\\[{application}\\] Created user group \"{group.name}\"", "iam", "creation", "created_user_group"},
    {"\\[{application}\\] Deleted user group \"{group.name}\"", "iam", "deletion", "deleted_user_group"},
    {"\\[{application}\\] {verb|word} user group \"{group.name}\"", "iam", "change", "changed_user_group"},
    {"\\[{application}\\] Created shared folder \"{file.path}\"", "file", "creation",
     "created_shared_folder"},
    {"\\[{application}\\] Deleted shared folder \"{file.path}\"", "file", "deletion",
     "deleted_shared_folder"},
    {"\\[{application}\\] {verb|word} shared folder \"{file.path}\"", "file", "change",
     "changed_shared_folder"},
    {"\\[{application}\\] Failed to log in{text} with user account \"{user}\" from {source|ip}",
     "authentication", "start", "login_fail", Outcome::failure},
    {"\\[{application}\\] Failed to log in", "authentication", "start", "login_fail", Outcome::failure},
    {"\\[{application}\\] Access Violation from {source|ip} with {transport|word} "
     "(port={destination.port|number})",
     "network", "denied", "access_violation"},
    {"\\[{application}\\] Added IP {source|ip}", "network", "denied", "ip_blocked"},
    {"\\[{application}\\] ", "configuration", "change"},
};

struct KeyRow {
  std::string_view key;  ///< with what stands before and behind it
  std::string_view target;
};
constexpr KeyRow kKeys[] = {{"Users: ", "user"},
                            {"User: ", "user"},
                            {"Source IP: ", "source"},
                            {"Computer name: ", "source.domain"},
                            {"Connection type: ", "network.application"},
                            {"Accessed resources: ", "resource"},
                            {"Action: ", "action"},
                            {"Application: ", "application"},
                            {"Category: ", "category"},
                            {"Client app: ", "client_application"},
                            {"Client agent: ", "user_agent.original"},
                            {"Content: ", "content"}};

const KeyRow* key_at(std::string_view text) {
  for (const KeyRow& row : kKeys) {
    if (text.starts_with(row.key)) return &row;
  }
  return nullptr;
}

/// The type of what was done with a file.
std::string_view file_type_of(std::string_view action) {
  if (is_any(action, {"Read", "Open", "Download", "Get"})) return "access";
  if (is_any(action, {"Add", "Upload", "Write", "Make Directory", "Create", "Put", "Mkdir"}))
    return "creation";
  if (is_any(action, {"Delete", "Remove", "Rmdir"})) return "deletion";
  return "change";
}

void classify_connection(PayloadWriter& out, std::string_view action, std::string_view resource) {
  if (equals_ignoring_case(action, "Login Fail") || equals_ignoring_case(action, "Login Failed")) {
    return out.logon("login_fail", Outcome::failure);
  }
  if (equals_ignoring_case(action, "Login Success") || equals_ignoring_case(action, "Login OK")) {
    return out.logon("login_success", Outcome::success);
  }
  if (equals_ignoring_case(action, "Logout")) {
    return out.classify("authentication", "end", "logout");
  }
  if (resource.empty()) return out.add("event.action", out.lower_case(action));
  // File Station names itself before the path.
  if (const std::size_t station = resource.find("] ");
      resource.starts_with('[') && station != std::string_view::npos) {
    resource.remove_prefix(station + 2);
  }
  const std::size_t arrow = resource.find(" -> ");
  out.add_file(resource.substr(0, arrow));
  if (arrow != std::string_view::npos) out.add_vendor("destination_path", resource.substr(arrow + 4));
  out.classify("file", file_type_of(action), out.lower_case(action));
}

constexpr std::string_view kPrograms[] = {"qulogd", "qlogd", "qnap"};
constexpr LogSource kLogSources[] = {{"", "plain_text", ""}, {"qnap", "", ""}};

/// QNAP's QuLog Center and the older QLog: `conn log: Users: amy, Source IP: 10.1.0.7, …, Action: Login Fail`, and the same
/// with `event log:` and Content. "---" is no value. Names of files hold commas, so a value ends before the next known key.
void parse_qnap(PayloadWriter& out) {
  out.observer("QNAP", "NAS", "nas");
  out.log_source("qnap", {}, {});
  std::string_view text = out.text();
  const bool connection = take_prefix(text, "conn log: ");
  if (!connection && !take_prefix(text, "event log: ")) return;
  std::string_view action, resource, content;
  while (!text.empty()) {
    const KeyRow* const row = key_at(text);
    if (row == nullptr) {
      take_until(text, ' ');
      continue;
    }
    text.remove_prefix(row->key.size());
    std::size_t end = 0;
    if (row->target == "content") end = text.size();
    while (end < text.size()) {
      end = std::min(text.find(", ", end), text.size());
      if (end == text.size() || key_at(text.substr(end + 2)) != nullptr) break;
      end += 2;
    }
    const std::string_view value = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 2, text.size()));
    if (value == "---" || value.empty()) continue;
    if (row->target == "action") {
      action = value;
    } else if (row->target == "content") {
      content = value;
    } else if (row->target == "resource") {
      resource = value;
      out.add_vendor("resource", value);
    } else {
      put(out, target_of(row->target), value);
    }
  }
  if (connection) return classify_connection(out, action, resource);
  static const TextTable kTable(kContents);
  out.set("message", content);
  kTable.read(out, content);
}

}  // namespace

extern const FormatSpec kFormat_qnap = {
    .number = Format{104},
    .name = "qnap",
    .title = "QNAP NAS",
    .sample =
        R"(conn log: Users: amy, Source IP: 10.1.0.7, Computer name: ---, Connection type: HTTP/HTTPS, Accessed resources: Administration, Action: Login Fail)",
    .rank = 22,
    .programs = kPrograms,
    .claims =
        [](const SyslogHeader&, std::string_view text) {
          return text.starts_with("conn log: ") || text.starts_with("event log: ");
        },
    .parse = parse_qnap,
    .kinds = Kind::application | Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
