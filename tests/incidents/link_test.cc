#include "incidents/link.h"

#include <gtest/gtest.h>

namespace vigil {
namespace {

std::string describe(std::string_view type, std::string_view value) {
  return link_key(type, value).value_or("no link");
}

TEST(Link, ComparesByMeaningAndLeavesOutWhatSaysNothing) {
  struct Row {
    std::string_view why, type, value, expected;
  };
  constexpr Row kRows[] = {
      {"an outside address", "source.ip", "203.0.113.9", "ip 203.0.113.9"},
      {"an inside address links too", "source.ip", "10.1.0.5", "ip 10.1.0.5"},
      {"the victim of the morning is the source of the afternoon", "destination.ip", "10.1.0.5",
       "ip 10.1.0.5"},
      {"IPv6 without case", "source.ip", "2001:DB8::1", "ip 2001:db8::1"},
      {"IPv4-mapped", "source.ip", "::ffff:203.0.113.9", "ip 203.0.113.9"},
      {"a zone index is the machine's own matter", "source.ip", "fe80::1%eth0", "ip fe80::1"},
      {"loopback", "source.ip", "127.0.0.1", "no link"},
      {"IPv6 loopback", "source.ip", "::1", "no link"},
      {"unspecified", "source.ip", "0.0.0.0", "no link"},
      {"broadcast", "source.ip", "255.255.255.255", "no link"},
      {"a person", "user.name", "alice", "user alice"},
      {"her domain does not matter", "user.name", "SCHOOL\\Alice", "user alice"},
      {"nor her mail domain", "user.name", "alice@school.example", "user alice"},
      {"a person named in Chinese", "user.name", "王小明", "user 王小明"},
      {"root is everywhere", "user.name", "root", "no link"},
      {"administrator", "user.name", "SCHOOL\\Administrator", "no link"},
      {"SYSTEM", "user.name", "NT AUTHORITY\\SYSTEM", "no link"},
      {"anonymous logon", "user.name", "ANONYMOUS LOGON", "no link"},
      {"a machine account", "user.name", "PC-12$", "no link"},
      {"a guesser's favourite", "user.name", "oracle", "no link"},
      {"a dash", "user.name", "-", "no link"},
      {"nothing", "user.name", "", "no link"},
      {"blanks", "user.name", "  \t", "no link"},
      {"a target user too", "winlog.target_user.name", "alice", "user alice"},
      {"a host without case", "host.name", "SRV1.school.example.", "host srv1.school.example"},
      {"localhost", "host.name", "localhost", "no link"},
      {"a file", "file.hash.sha256", "ABCDEF", "hash abcdef"},
      {"a process's file is the same file", "process.hash.sha256", "abcdef", "hash abcdef"},
      {"the empty file", "file.hash.md5", "D41D8CD98F00B204E9800998ECF8427E", "no link"},
      {"the machine an antivirus console speaks of", "destination.domain", "PC07", "host pc07"},
      {"a process's own number", "process.entity_id", "{12345678-ABCD-0001}", "process 12345678-abcd-0001"},
      {"no process", "process.entity_id", "{00000000-0000-0000-0000-000000000000}", "no link"},
      {"a mailbox", "email.from.address", "<Boss@School.example>", "mail boss@school.example"},
      {"a mailbox that is none", "email.to.address", "undisclosed", "no link"},
      {"a person's identifier", "user.id", "S-1-5-21-1-2-3-1105", "user s-1-5-21-1-2-3-1105"},
      {"the built-in administrator's", "user.id", "S-1-5-21-1-2-3-500", "no link"},
      {"the system's", "user.id", "S-1-5-18", "no link"},
      {"a number of one machine", "user.id", "1001", "no link"},
      {"a USB stick", "device.serial_number", "4C530001", "device 4c530001"},
      {"a signature is not who or where", "rule.name", "Eicar-Test-Signature", "no link"},
      {"nor is a file's name", "file.path", "/tmp/x.exe", "no link"},
  };
  for (const auto& row : kRows) EXPECT_EQ(describe(row.type, row.value), row.expected) << row.why;
}

TEST(Link, RanksWhatSharingSays) {
  EXPECT_LT(link_strength("file.hash.sha256"), link_strength("source.ip"));
  EXPECT_LT(link_strength("source.ip"), link_strength("user.name"));
  EXPECT_LT(link_strength("user.name"), link_strength("host.name"));
  EXPECT_LT(link_strength("host.name"), link_strength("rule.name"));
}

TEST(Link, KnowsWhatStrangersDoNotShareByChance) {
  constexpr std::pair<std::string_view, bool> kRows[] = {
      {"hash abcdef", true},        {"process 1234-5", true},   {"ip 203.0.113.9", true},  {"ip 2001:db8::1", true},
      {"ip 10.1.0.5", false},       {"ip 172.20.0.1", false},   {"ip 172.32.0.1", true},   {"ip 192.168.1.1", false},
      {"ip 100.64.0.1", false},     {"ip fe80::1", false},      {"ip fd00::1", false},     {"user alice", false},
      {"host srv1", false},         {"ip gateway.lan", false},
  };
  for (const auto& [key, strong] : kRows) EXPECT_EQ(is_strong_key(key), strong) << key;
}

}  // namespace
}  // namespace vigil
