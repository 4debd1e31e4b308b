#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

// shadow-utils and Debian's adduser, as libmisc/ and src/ of shadow write them to authpriv. Who did it is not said.
constexpr TextRow kLines[] = {
    {"new user: name={user.target.name}, UID={user.target.id|number}, GID={user.target.group.id|number}, home={home}, "
     "shell={shell}, from={from}",
     "iam", "creation", "user_added", Outcome::success},
    {"new user: name={user.target.name}, UID={user.target.id|number}, GID={user.target.group.id|number}", "iam",
     "creation", "user_added", Outcome::success},
    {"failed adding user '{user.target.name|last}'", "iam", "creation", "user_added", Outcome::failure},
    {"delete user '{user.target.name|last}'", "iam", "deletion", "user_removed", Outcome::success},
    {"add '{user.target.name}' to shadow group '{group.name|last}'", "iam", "change", "user_added_to_group",
     Outcome::success},
    {"add '{user.target.name}' to group '{group.name|last}'", "iam", "change", "user_added_to_group", Outcome::success},
    {"delete '{user.target.name}' from shadow group '{group.name|last}'", "iam", "change", "user_removed_from_group",
     Outcome::success},
    {"delete '{user.target.name}' from group '{group.name|last}'", "iam", "change", "user_removed_from_group",
     Outcome::success},
    {"user {user.target.name|word} added by {user|word} to group {group.name|word}", "iam", "change",
     "user_added_to_group", Outcome::success},
    {"user {user.target.name|word} removed by {user|word} from group {group.name|word}", "iam", "change",
     "user_removed_from_group", Outcome::success},
    {"new group: name={group.name}, GID={group.id|number}", "iam", "creation", "group_added", Outcome::success},
    {"group '{group.name}' removed", "iam", "deletion", "group_removed", Outcome::success},
    {"password for '{user.target.name}' changed by '{user|last}'", "iam", "change", "password_changed",
     Outcome::success},
    {"change user '{user.target.name}' password", "iam", "change", "password_changed", Outcome::success},
    {"lock user '{user.target.name}' password", "iam", "change", "user_locked", Outcome::success},
    {"unlock user '{user.target.name}' password", "iam", "change", "user_unlocked", Outcome::success},
    {"changed user '{user.target.name}' information", "iam", "change", "user_changed", Outcome::success},
};

constexpr std::string_view kPrograms[] = {"useradd", "usermod",  "userdel", "groupadd", "groupmod", "groupdel",
                                          "gpasswd", "passwd",   "chpasswd", "chage",   "chfn",     "chsh",
                                          "newusers", "groupmems", "adduser", "deluser"};

const TextTable& lines() {
  static const TextTable table(kLines);
  return table;
}

bool is_account_line(const SyslogHeader&, std::string_view text) { return lines().find(text) != nullptr; }

void parse_accounts(PayloadWriter& out) { lines().read(out, out.text()); }

}  // namespace

extern const FormatSpec kFormat_linux_accounts = {
    .number = Format{125},
    .name = "linux_accounts",
    .title = "useradd, usermod, userdel, gpasswd, passwd and their kin",
    .sample = "new user: name=support, UID=1007, GID=1007, home=/home/support, shell=/bin/bash, from=/dev/pts/1",
    .rank = 45,
    .programs = kPrograms,
    .claims = is_account_line,
    .parse = parse_accounts,
};

}  // namespace vigil
