#include "daemon/peer_match.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace vigil {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

struct HostCase {
  std::string_view why, permitted, certificate;
  bool same;
};

constexpr HostCase kHosts[] = {
    {"the same name", "a.school.edu.tw", "a.school.edu.tw", true},
    {"case does not count", "A.School.edu.tw", "a.sCHOOL.EDU.TW", true},
    {"nor does the final dot", "a.school.edu.tw.", "a.school.edu.tw", true},
    {"another name", "a.school.edu.tw", "b.school.edu.tw", false},
    {"a name in front of it", "a.school.edu.tw", "x.a.school.edu.tw", false},
    {"a name behind it", "a.school.edu.tw", "a.school.edu.tw.evil.example", false},
    {"one label is a name", "srv1", "srv1", true},

    {"permitted wildcard, one label", "*.school.edu.tw", "a.school.edu.tw", true},
    {"permitted wildcard, no label", "*.school.edu.tw", "school.edu.tw", false},
    {"permitted wildcard, an empty label", "*.school.edu.tw", ".school.edu.tw", false},
    {"permitted wildcard, two labels", "*.school.edu.tw", "b.a.school.edu.tw", false},
    {"permitted wildcard, only the end fits", "*.school.edu.tw", "a.myschool.edu.tw", false},
    {"the same wildcard on both sides", "*.school.edu.tw", "*.school.edu.tw", true},
    {"a narrower wildcard in the certificate", "*.edu.tw", "*.school.edu.tw", false},
    {"a wider one", "*.school.edu.tw", "*.edu.tw", false},

    {"a certificate's wildcard", "a.school.edu.tw", "*.school.edu.tw", true},
    {"it stands for one label", "b.a.school.edu.tw", "*.school.edu.tw", false},

    {"BI-25: wildcard in the middle", "foo.x.bar", "foo.*.bar", false},
    {"BI-25: wildcard within a label", "foo.example.bar", "f*o.example.bar", false},
    {"BI-25: at a label's end", "foo.example.bar", "f*.example.bar", false},
    {"BI-25: at its beginning", "foo.example.bar", "*o.example.bar", false},
    {"BI-25: everything", "srv1", "*", false},
    {"BI-25: everything, of several labels", "a.school.edu.tw", "*", false},
    {"BI-25: a whole top level", "school.tw", "*.tw", false},
    {"BI-25: two wildcards", "a.b.edu.tw", "*.*.edu.tw", false},
    {"BI-25: a NUL in the name", "a.school.edu.tw", "a.school.edu.tw\0.evil.example"sv, false},
    {"BI-25: a NUL at its end", "a.school.edu.tw", "a.school.edu.tw\0"sv, false},
    {"the same wildcards as entries", "f*o.example.bar", "foo.example.bar", false},
    {"everything as an entry", "*", "a.school.edu.tw", false},

    {"nothing", "", "", false},
    {"a dot", ".", ".", false},
    {"an empty label", "a..tw", "a..tw", false},
    {"a space", "a b.tw", "a b.tw", false},
    {"bytes beyond ASCII", "校.tw", "校.tw", false},
};

TEST(SameHost, ComparesNamesAndTheWholeLeftmostWildcardOnly) {
  for (const auto& [why, permitted, certificate, same] : kHosts) {
    EXPECT_EQ(same_host(permitted, certificate), same) << why;
  }
}

TEST(SameHost, TakesNoNameDnsCouldNotHold) {
  const std::string label(64, 'a');
  EXPECT_FALSE(same_host(label + ".tw", label + ".tw")) << "a label of 64 bytes";
  std::string name;
  while (name.size() < 254) name += "abcdefg.";
  name += "tw";
  EXPECT_FALSE(same_host(name, name)) << "more than 253 bytes";
}

std::string read_names(std::vector<std::string> entries) {
  const auto names = PermittedNames::read(entries);
  return names ? "ok" : names.error();
}

TEST(PermittedNames, RefuseEntriesThatCouldNeverBeMeant) {
  EXPECT_EQ(read_names({"a.school.edu.tw", "*.school.edu.tw", "192.0.2.7", "2001:db8::7", "srv1"}), "ok");
  EXPECT_EQ(read_names({}), "ok");
  for (const std::string bad : {"*", "*.tw", "a.*.tw", "f*o.example.tw", "", "a b", "SHA256:00"}) {
    EXPECT_NE(read_names({"a.tw", bad}).find("\"" + bad + "\""), std::string::npos) << bad;
  }
}

bool permits(std::vector<std::string> entries, const CertificateIdentity& identity) {
  return PermittedNames::read(entries)->permit(identity);
}

TEST(PermittedNames, CompareTheSanAndTheCommonNameOnlyWithoutOne) {
  CertificateIdentity san;
  san.dns_names = {"x.example.tw", "a.school.edu.tw"};
  san.has_names = true;
  san.common_name = "cn.school.edu.tw";
  EXPECT_TRUE(permits({"a.school.edu.tw"}, san)) << "any name of the SAN";
  EXPECT_FALSE(permits({"cn.school.edu.tw"}, san)) << "the CN does not count beside a SAN";
  EXPECT_FALSE(permits({}, san)) << "an empty list lets nobody in";

  CertificateIdentity cn;
  cn.common_name = "cn.school.edu.tw";
  EXPECT_TRUE(permits({"cn.school.edu.tw"}, cn));
  EXPECT_TRUE(permits({"*.school.edu.tw"}, cn));
  cn.common_name = "192.0.2.7";
  EXPECT_TRUE(permits({"192.0.2.7"}, cn));
}

TEST(PermittedNames, CompareAddressesWithAddressesOnly) {
  CertificateIdentity v4;
  v4.addresses = {"\xc0\x00\x02\x07"s};
  v4.has_names = true;
  EXPECT_TRUE(permits({"192.0.2.7"}, v4));
  EXPECT_FALSE(permits({"192.0.2.8"}, v4));
  CertificateIdentity text;
  text.dns_names = {"192.0.2.7"};
  text.has_names = true;
  EXPECT_FALSE(permits({"192.0.2.7"}, text)) << "a dNSName of that text is no address";
  CertificateIdentity v6;
  v6.addresses = {"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"s};
  v6.has_names = true;
  EXPECT_TRUE(permits({"2001:DB8:0::7"}, v6)) << "however it is written";
}

struct PrintCase {
  std::string_view why, entry;
  bool good;
};

constexpr PrintCase kPrints[] = {
    {"rsyslog, SHA-1", "SHA1:E1:2D:53:2B:7C:6B:8A:29:A2:76:C8:64:36:0B:08:4B:7A:F1:9E:9D", true},
    {"RFC 5425, SHA-1", "sha-1:E1:2D:53:2B:7C:6B:8A:29:A2:76:C8:64:36:0B:08:4B:7A:F1:9E:9D", true},
    {"lower case", "sha1:e1:2d:53:2b:7c:6b:8a:29:a2:76:c8:64:36:0b:08:4b:7a:f1:9e:9d", true},
    {"without colons", "SHA1:E12D532B7C6B8A29A276C864360B084B7AF19E9D", true},
    {"rsyslog, SHA-256",
     "SHA256:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF",
     true},
    {"RFC 5425, SHA-256",
     "sha-256:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:"
     "FF",
     true},
    {"a byte short", "SHA1:E1:2D:53:2B:7C:6B:8A:29:A2:76:C8:64:36:0B:08:4B:7A:F1:9E", false},
    {"SHA-1 called SHA-256", "SHA256:E1:2D:53:2B:7C:6B:8A:29:A2:76:C8:64:36:0B:08:4B:7A:F1:9E:9D", false},
    {"colons out of place", "SHA1:E:12:D532B7C6B8A29A276C864360B084B7AF19E9D", false},
    {"not hex", "SHA1:G12D532B7C6B8A29A276C864360B084B7AF19E9D", false},
    {"MD5", "MD5:00112233445566778899AABBCCDDEEFF", false},
    {"no hash", "E12D532B7C6B8A29A276C864360B084B7AF19E9D", false},
    {"a name", "a.school.edu.tw", false},
    {"nothing", "", false},
};

TEST(PermittedFingerprints, AreReadInBothNotations) {
  for (const auto& [why, entry, good] : kPrints) {
    const auto read = PermittedFingerprints::read({std::string(entry)});
    EXPECT_EQ(bool(read), good) << why;
    if (!good) {
      EXPECT_NE(read.error().find("\"" + std::string(entry) + "\""), std::string::npos) << why;
    }
  }
}

TEST(PermittedFingerprints, LetInWhoeverHasOneOfThem) {
  CertificateIdentity identity;
  identity.sha1 = "E12D532B7C6B8A29A276C864360B084B7AF19E9D";
  identity.sha256 = std::string(64, 'A');
  EXPECT_TRUE(
      PermittedFingerprints::read({"sha1:e12d532b7c6b8a29a276c864360b084b7af19e9d"})->permit(identity));
  EXPECT_TRUE(PermittedFingerprints::read({"SHA256:" + std::string(64, 'a')})->permit(identity));
  EXPECT_FALSE(PermittedFingerprints::read({"SHA256:" + std::string(64, 'b')})->permit(identity));
  EXPECT_FALSE(PermittedFingerprints::read({})->permit(identity));
}

}  // namespace
}  // namespace vigil
