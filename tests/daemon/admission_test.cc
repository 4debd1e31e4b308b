#include "daemon/admission.h"

#include <gtest/gtest.h>

#include "daemon/ingest_http.h"
#include "storage/sha256.h"

namespace vigil {
namespace {

constexpr std::int64_t kNow = 1'795'158'000'000'000'000;

std::vector<TokenConfig> tokens() {
  return {{.id = "nas", .sha256 = sha256_hex("right"), .organisation = "", .enabled = true, .expires_ns = {}},
          {.id = "off", .sha256 = sha256_hex("off"), .organisation = "", .enabled = false, .expires_ns = {}},
          {.id = "old", .sha256 = sha256_hex("old"), .organisation = "", .enabled = true, .expires_ns = kNow},
          {.id = "b",
           .sha256 = sha256_hex("other"),
           .organisation = "school-b",
           .enabled = true,
           .expires_ns = {}}};
}

HttpRequest request_from(std::string_view peer, std::string_view authorization = {}) {
  HttpRequest request;
  request.peer = peer;
  request.loopback = peer == "127.0.0.1";
  request.trusted = peer == "unix";
  if (!authorization.empty()) request.headers.emplace_back("authorization", authorization);
  return request;
}

std::string describe(const Admission& admission) {
  constexpr std::string_view kNames[] = {"admitted", "missing",  "malformed", "unknown",    "disabled",
                                         "expired",  "in_query", "not_local", "wrong_host", "cross_site"};
  std::string text(kNames[static_cast<std::size_t>(admission.verdict)]);
  if (!admission.token.empty()) text += " " + admission.token;
  if (!admission.organisation.empty()) text += " of " + admission.organisation;
  return text;
}

struct Case {
  std::string_view why, peer, authorization, expected;
};

TEST(Admission, WithTokensEveryRequestOverTcpNeedsOne) {
  const Case cases[] = {
      {"none", "10.1.0.5", "", "missing"},
      {"none, from this machine", "127.0.0.1", "", "missing"},
      {"the Unix socket", "unix", "", "admitted"},
      {"the Unix socket, whatever it says", "unix", "Bearer wrong", "admitted"},
      {"Bearer", "10.1.0.5", "Bearer right", "admitted nas"},
      {"any case, many blanks", "10.1.0.5", "bEARER   right", "admitted nas"},
      {"Splunk", "10.1.0.5", "Splunk right", "admitted nas"},
      {"Basic, the token as password", "10.1.0.5", "Basic eDpyaWdodA==", "admitted nas"},
      {"ApiKey, the token as key", "10.1.0.5", "ApiKey eDpyaWdodA", "admitted nas"},
      {"of another organisation", "10.1.0.5", "Bearer other", "admitted b of school-b"},
      {"wrong (BI-57)", "10.1.0.5", "Bearer wrong", "unknown"},
      {"a part of a right one", "10.1.0.5", "Bearer righ", "unknown"},
      {"its hash", "10.1.0.5", "Bearer 27042f4e6eaca8c0fbc3b01b5a3cc6bb9a7f9ad1b2f9d4f5f8e5f7e1f8f4a3c1",
       "unknown"},
      {"disabled", "10.1.0.5", "Bearer off", "disabled off"},
      {"expired to the nanosecond", "10.1.0.5", "Bearer old", "expired old"},
      {"no token behind the scheme", "10.1.0.5", "Bearer", "malformed"},
      {"another scheme", "10.1.0.5", "Digest right", "malformed"},
      {"no base64", "10.1.0.5", "Basic !!!!", "malformed"},
      {"base64 without a colon", "10.1.0.5", "Basic cmlnaHQ=", "malformed"},
  };
  const TokenDesk desk(tokens());
  for (const auto& [why, peer, authorization, expected] : cases) {
    EXPECT_EQ(describe(desk.look(request_from(peer, authorization), kNow)), expected) << why;
  }
}

TEST(Admission, WithoutTokensThisMachineIsTakenWhateverItSends) {
  const TokenDesk desk({});
  EXPECT_EQ(describe(desk.look(request_from("127.0.0.1"), kNow)), "admitted");
  EXPECT_EQ(describe(desk.look(request_from("127.0.0.1", "Basic nonsense"), kNow)), "admitted");
  EXPECT_EQ(describe(desk.look(request_from("unix"), kNow)), "admitted");
  EXPECT_EQ(describe(desk.look(request_from("10.1.0.5", "Bearer right"), kNow)), "not_local");
  HttpRequest request = request_from("127.0.0.1");
  request.foreign_host = true;
  EXPECT_EQ(describe(desk.look(request, kNow)), "wrong_host") << "a browser was led here";
  request.foreign_host = false;
  request.cross_site = true;
  EXPECT_EQ(describe(desk.look(request, kNow)), "cross_site");
}

TEST(Admission, AClientCertificateThatTheListenerLetInIsEnough) {
  const TokenDesk desk(tokens());
  HttpRequest request = request_from("10.1.0.5");
  request.client_subject = "CN=nas";
  request.client_fingerprint = "AB";
  const Admission admission = desk.look(request, kNow);
  EXPECT_EQ(describe(admission), "admitted");
  EXPECT_EQ(
      admission.envelope,
      std::string("tls.client.x509.subject.distinguished_name\0CN=nas\0tls.client.hash.sha256\0AB\0", 76));
  request.headers.emplace_back("Authorization", "Bearer wrong");
  EXPECT_EQ(describe(desk.look(request, kNow)), "unknown") << "a wrong token is wrong all the same";
}

TEST(Admission, ATokenInTheAddressIsRefusedUnlessEnabled) {
  HttpRequest request = request_from("10.1.0.5");
  request.query.emplace("token", "right");
  EXPECT_EQ(describe(TokenDesk(tokens()).look(request, kNow)), "in_query");
  AdmissionOptions options;
  options.query_tokens = true;
  EXPECT_EQ(describe(TokenDesk(tokens(), options).look(request, kNow)), "admitted nas");
}

TEST(Admission, APeerThatGuessesIsToldToWaitAndOthersAreNot) {
  AdmissionOptions options;
  options.failures_max = 3;
  TokenDesk desk(tokens(), options);
  for (int i = 0; i < 3; ++i)
    EXPECT_FALSE(desk.admit(request_from("10.1.0.5", "Bearer wrong"), kNow).back_off);
  EXPECT_TRUE(desk.admit(request_from("10.1.0.5", "Bearer wrong"), kNow).back_off);
  EXPECT_TRUE(desk.admit(request_from("10.1.0.5", "Bearer right"), kNow).admitted());
  EXPECT_FALSE(desk.admit(request_from("10.1.0.6", "Bearer wrong"), kNow).back_off);
  EXPECT_FALSE(desk.admit(request_from("10.1.0.5", "Bearer wrong"), kNow + 60'000'000'000).back_off)
      << "a minute later";
}

TEST(IngestPaths, FitTheirPatterns) {
  EXPECT_TRUE(path_fits("/", "/"));
  EXPECT_FALSE(path_fits("/a", "/"));
  EXPECT_TRUE(path_fits("/logs/_bulk", "/*/_bulk"));
  EXPECT_FALSE(path_fits("//_bulk", "/*/_bulk"));
  EXPECT_FALSE(path_fits("/a/b/_bulk", "/*/_bulk"));
  EXPECT_TRUE(path_fits("/_ilm/policy/x", "/_**"));
  EXPECT_TRUE(path_fits("/_x", "/_**"));
  EXPECT_FALSE(path_fits("/api/v1/search", "/_**"));
  EXPECT_FALSE(path_fits("/", "/*"));
  EXPECT_TRUE(path_fits("/services/collector/event/1.0", "/services/collector/**"));
}

}  // namespace
}  // namespace vigil
