#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr TextRow kLines[] = {
    {"User \\[{user}\\] from \\[{source}\\] failed to log in via \\[{network.application}\\] due to "
     "{event.reason}",
     "authentication", "start", "login", Outcome::failure},
    {"User \\[{user}\\] from \\[{source}\\] failed to {_}via \\[{network.application}\\]", "authentication",
     "start", "login", Outcome::failure},
    {"User \\[{user}\\] from \\[{source}\\] failed to sign in to \\[{network.application}\\]",
     "authentication", "start", "login", Outcome::failure},
    {"User \\[{user}\\] from \\[{source}\\] logged in successfully via \\[{network.application}\\]",
     "authentication", "start", "login", Outcome::success},
    {"User \\[{user}\\] from \\[{source}\\] signed in to \\[{network.application}\\] successfully",
     "authentication", "start", "login", Outcome::success},
    {"User \\[{user}\\] from \\[{source}\\] logged out {_}via \\[{network.application}\\]", "authentication",
     "end", "logout"},
    {"User \\[{user}\\] from \\[{source}\\] via \\[{network.application}\\] accessed shared folder "
     "\\[{file.path}\\]",
     "file", "access", "accessed_shared_folder"},
    {"User \\[{user}\\] from \\[{source}\\] via \\[{network.application}\\] {text}", "network", "connection"},
    {"User \\[{user}\\] logged out", "authentication", "end", "logout"},
    {"User \\[{user.target}\\] was created", "iam", "creation", "created_user"},
    {"User \\[{user.target}\\] was deleted", "iam", "deletion", "deleted_user"},
    {"User \\[{user}\\] {text}", "configuration", "change"},
    {"Host \\[{source|ip}\\] was blocked via \\[{network.application}\\]", "network", "denied",
     "host_blocked"},
    {"Host \\[{source|ip}\\] was blocked", "network", "denied", "host_blocked"},
    {"Host \\[{source}\\] {text}", "network", "info"},
    {"使用者 \\[{user}\\] {_}\\[{source|ip}\\] {_}登入失敗", "authentication", "start", "login",
     Outcome::failure},
    {"使用者 \\[{user}\\] {_}\\[{source|ip}\\] {_}無法登入", "authentication", "start", "login",
     Outcome::failure},
    {"使用者 \\[{user}\\] {_}\\[{source|ip}\\] {_}成功登入", "authentication", "start", "login",
     Outcome::success},
    {"使用者 \\[{user}\\] {_}\\[{source|ip}\\] {_}登入成功", "authentication", "start", "login",
     Outcome::success},
    {"使用者 \\[{user}\\] {_}\\[{source|ip}\\] {text}", "network", "info"},
    {"Event: {event.action:lower}, Path: {file}, File/Folder: {file.type:lower}, Size: {size}, User: {user}, "
     "IP: {source|ip}",
     "file", "info"},
    {"Event: {event.action:lower}, Path: {file}, File/Folder: {file.type:lower}, Size: {size}, User: {user}",
     "file", "info"},
};

constexpr std::string_view kStarts[] = {"User [",
                                        "Host [",
                                        "使用者 [",
                                        "Event: ",
                                        "WinFileService Event: ",
                                        "FileStation Event: ",
                                        "WebDAV Event: ",
                                        "FTP Event: ",
                                        "SMB Event: ",
                                        "AFP Event: "};
constexpr LogSource kLogSources[] = {{"", "plain_text", ""}, {"synology", "", ""}};

bool claims_synology(const SyslogHeader&, std::string_view text) {
  if (text.substr(0, 32).find("Event: ") != std::string_view::npos)
    return contains(text.substr(0, 512), ", Path: ") && contains(text, ", User: ");
  return contains(text.substr(0, 256), "] ");
}

/// Synology DSM's Log Center: who connected, by what, and what was done with files.
void parse_synology(PayloadWriter& out) {
  static const TextTable kTable(kLines);
  out.observer("Synology", "DSM", "nas");
  out.log_source("synology", {}, {});
  std::string_view text = out.text();
  // Without a colon behind it, the service's name stands in the text.
  if (const std::size_t event = text.substr(0, 32).find(" Event: "); event != std::string_view::npos) {
    out.add("service.name", text.substr(0, event));
    text.remove_prefix(event + 1);
  }
  kTable.read(out, text);
}

}  // namespace

extern const FormatSpec kFormat_synology = {
    .number = Format{105},
    .name = "synology",
    .title = "Synology NAS",
    .sample = R"(User [amy] from [203.0.113.9] failed to log in via [DSM] due to authorization failure.)",
    .rank = 70,
    .starts = kStarts,
    .claims = claims_synology,
    .parse = parse_synology,
    .kinds = Kind::application | Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
