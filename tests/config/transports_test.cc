#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <string>

#include "config/config.h"
#include "tests/config/describe.h"

namespace vigil {
namespace {

struct Case {
  std::string_view why, yaml, expected;
};

void expect_all(std::span<const Case> cases) {
  for (const auto& [why, yaml, expected] : cases) {
    EXPECT_EQ(english(describe(yaml)), expected) << why << "\n" << yaml;
  }
}

TEST(ConfigTransports, EveryProtocolOfTheContractIsRead) {
  constexpr std::string_view kYaml = R"(
listeners:
  - {protocol: syslog-udp, address: "0.0.0.0:5514", compressed: rsyslog, frame_bytes_max: 8192, messages_per_second_per_peer: 5000}
  - {protocol: syslog-tcp, address: "0.0.0.0:5514", multiline: pri, relays: [10.1.0.9, 10.2.0.0/16]}
  - protocol: syslog-tls
    address: "0.0.0.0:6514"
    tls: {certificate: c.pem, key: k.pem, client_ca: ca.pem, crl: r.pem, mode: x509/name, permitted_peers: ["*.school.edu.tw"]}
  - {protocol: relp, address: "0.0.0.0:2514", tls: {certificate: /c.pem, key: /k.pem}}
  - {protocol: beats, address: "0.0.0.0:5044"}
  - {protocol: gelf, address: "0.0.0.0:12201"}
  - {protocol: http, address: "0.0.0.0:8514", tls: {certificate: c.pem, key: k.pem}}
tokens:
  - {id: fw1, sha256: 9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08, expires: 2027-12-31}
files:
  - {paths: [/var/log/nginx/*.log, logs/app.log], multiline: "^\\d{4}-", host: web1, charset: big5}
upstream:
  - {id: county, kind: vigil, url: "https://county.example:8514", token_file: county.token, tls: {ca: ca.pem}}
  - {id: soc, kind: syslog-tls, address: "soc.example:6514", query: "vigil.kinds:logon"}
  - {id: old, kind: relp, address: "[::1]:2514", from_oldest: true}
)";
  const auto config = parse_config(kYaml, "/etc/vigil/vigil.yaml");
  ASSERT_TRUE(config) << config.error().front().render();
  using Protocol = ListenerConfig::Protocol;
  const auto& listeners = config->listeners;
  ASSERT_EQ(listeners.size(), 7U);
  EXPECT_TRUE(listeners[0].compressed_rsyslog);
  EXPECT_EQ(listeners[0].frame_bytes_max, 8192);
  EXPECT_TRUE(listeners[1].multiline_pri);
  EXPECT_EQ(listeners[1].relays.size(), 2U);
  EXPECT_EQ(listeners[2].protocol, Protocol::syslog_tls);
  ASSERT_TRUE(listeners[2].tls);
  EXPECT_EQ(listeners[2].tls->mode, TlsConfig::Mode::name);
  EXPECT_EQ(listeners[2].tls->certificate, "/etc/vigil/c.pem") << "relative paths begin at the file";
  EXPECT_EQ(listeners[3].tls->mode, TlsConfig::Mode::anon)
      << "without client_ca nobody is asked for a certificate";
  EXPECT_FALSE(listeners[4].tls);
  ASSERT_EQ(config->tokens.size(), 1U);
  EXPECT_EQ(config->tokens[0].sha256, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
  EXPECT_EQ(config->tokens[0].expires_ns, 1'830'268'800'000'000'000)
      << "a date is good to its end, in Taiwan";
  ASSERT_EQ(config->files.size(), 1U);
  EXPECT_EQ(config->files[0].paths[1], "/etc/vigil/logs/app.log");
  EXPECT_EQ(config->files[0].charset, Charset::cp950);
  ASSERT_EQ(config->upstream.size(), 3U);
  EXPECT_EQ(config->upstream[0].token_file, "/etc/vigil/county.token");
  EXPECT_TRUE(config->upstream[1].tls) << "syslog-tls has TLS without being told";
  EXPECT_TRUE(config->upstream[2].from_oldest);
}

TEST(ConfigTransports, ModeFollowsFromWhatIsGiven) {
  struct Mode {
    std::string_view why, tls;
    TlsConfig::Mode mode;
  };
  const Mode kModes[] = {
      {"a CA alone", "client_ca: ca.pem", TlsConfig::Mode::certvalid},
      {"a CA and names", "client_ca: ca.pem, permitted_peers: [fw1.school.edu.tw]", TlsConfig::Mode::name},
      {"nothing", "crl: x.pem", TlsConfig::Mode::anon},
  };
  for (const auto& [why, tls, mode] : kModes) {
    const auto config =
        parse_config("listeners: [{protocol: relp, address: '127.0.0.1:1', tls: {certificate: c, key: k, " +
                         std::string(tls) + "}}]",
                     "v.yaml");
    ASSERT_TRUE(config) << why;
    EXPECT_EQ(config->listeners[0].tls->mode, mode) << why;
  }
}

TEST(ConfigTransports, MistakesAreSaidWithTheirPlaceAndRemedy) {
  constexpr Case kCases[] = {
      {"syslog-tls needs its keys", "listeners: [{protocol: syslog-tls, address: '0.0.0.0:6514'}]",
       "1:13 listeners[0].tls: 'tls' is missing | "},
      {"a certificate without its key",
       "listeners: [{protocol: relp, address: '0.0.0.0:1', tls: {certificate: c}}]",
       "1:57 listeners[0].tls.key: 'key' is missing | "},
      {"plain syslog has no TLS",
       "listeners: [{protocol: syslog-tcp, address: '0.0.0.0:1', tls: {certificate: c, key: k}}]",
       "1:63 listeners[0].tls: syslog-tcp has no TLS | the protocol for that is syslog-tls"},
      {"names without a CA prove nothing",
       "listeners: [{protocol: http, address: '0.0.0.0:1', tls: {certificate: c, key: k, mode: x509/name, "
       "permitted_peers: [a.b.tw]}}]",
       "1:57 listeners[0].tls.client_ca: 'client_ca' is missing | "},
      {"a mode that lets in nobody",
       "listeners: [{protocol: beats, address: '0.0.0.0:1', tls: {certificate: c, key: k, mode: "
       "x509/fingerprint}}]",
       "1:58 listeners[0].tls.permitted_peers: this mode lets in those that 'permitted_peers' lists, and "
       "there are none | as [\"*.school.edu.tw\"] for names, [\"SHA256:AB:CD:…\"] for fingerprints"},
      {"BI-25: a star alone",
       "listeners: [{protocol: beats, address: '0.0.0.0:1', tls: {certificate: c, key: k, client_ca: a, "
       "permitted_peers: ['*']}}]",
       "1:114 listeners[0].tls.permitted_peers: '*' names nobody: '*' can only be the whole first label "
       "before at least two more | as \"fw1.school.edu.tw\" or \"*.school.edu.tw\""},
      {"BI-25: a whole country",
       "listeners: [{protocol: beats, address: '0.0.0.0:1', tls: {certificate: c, key: k, client_ca: a, "
       "permitted_peers: ['*.tw']}}]",
       "1:114 listeners[0].tls.permitted_peers: '*.tw' names nobody: '*' can only be the whole first label "
       "before at least two more | as \"fw1.school.edu.tw\" or \"*.school.edu.tw\""},
      {"BI-25: a star in a label",
       "listeners: [{protocol: beats, address: '0.0.0.0:1', tls: {certificate: c, key: k, client_ca: a, "
       "permitted_peers: ['f*o.bar.tw']}}]",
       "1:114 listeners[0].tls.permitted_peers: 'f*o.bar.tw' names nobody: '*' can only be the whole first "
       "label before at least two more | as \"fw1.school.edu.tw\" or \"*.school.edu.tw\""},
      {"half a fingerprint",
       "listeners: [{protocol: beats, address: '0.0.0.0:1', tls: {certificate: c, key: k, mode: "
       "x509/fingerprint, permitted_peers: ['SHA256:AB:CD']}}]",
       "1:124 listeners[0].tls.permitted_peers: 'SHA256:AB:CD' is no fingerprint | SHA256: and 64 hex "
       "digits, as openssl x509 -fingerprint -sha256 prints them"},
      {"a knob of another protocol", "listeners: [{protocol: relp, address: '0.0.0.0:1', multiline: pri}]",
       "1:63 listeners[0].multiline: 'multiline' is for syslog-tcp and syslog-tls only | remove it"},
      {"an unknown way to join lines",
       "listeners: [{protocol: syslog-tcp, address: '0.0.0.0:1', multiline: java}]",
       "1:69 listeners[0].multiline: 'java' is unknown | pri: a line break ends a message only before "
       "'<digits'"},
      {"a frame limit beyond the greatest",
       "listeners: [{protocol: syslog-tcp, address: '0.0.0.0:1', frame_bytes_max: 99999999}]",
       "1:75 listeners[0].frame_bytes_max: 99999999 is out of range | 480 – 1048576 bytes"},
      {"a relay that is no address",
       "listeners: [{protocol: syslog-tcp, address: '0.0.0.0:1', relays: [relay1]}]",
       "1:66 listeners[0].relays: 'relay1' is no address or network | as 10.1.0.9 or 10.1.0.0/24"},
      {"GELF takes both UDP and TCP",
       "listeners: [{protocol: gelf, address: '0.0.0.0:7'}, {protocol: syslog-udp, address: '0.0.0.0:7'}]",
       "1:85 listeners[1].address: two listeners have the address '0.0.0.0:7' | the first one is on line 1"},
      {"a token in clear", "tokens: [{id: a, token: hunter2}]",
       "1:10 tokens[0].sha256: 'sha256' is missing | \n1:18 tokens[0].token: a secret does not belong into "
       "this file | write its SHA-256 as 'sha256'; 'vigil token new' prints both"},
      {"a hash that is none", "tokens: [{id: a, sha256: abc}]",
       "1:26 tokens[0].sha256: is not the SHA-256 of a token: 64 hex digits | 'vigil token new' makes a "
       "token and prints this row"},
      {"two tokens of one name",
       "tokens: [{id: a, sha256: '0000000000000000000000000000000000000000000000000000000000000000'}, {id: "
       "a, sha256: '1111111111111111111111111111111111111111111111111111111111111111'}]",
       "1:100 tokens[1].id: there are two tokens 'a' | "},
      {"no date",
       "tokens: [{id: a, sha256: '0000000000000000000000000000000000000000000000000000000000000000', "
       "expires: soon}]",
       "1:103 tokens[0].expires: 'soon' is no date | as 2027-12-31 (to the end of that day) or "
       "2027-12-31T12:00:00+08:00"},
      {"files without a pattern", "files: [{paths: []}]",
       "1:17 files[0].paths: there are none | as [/var/log/nginx/*.log]"},
      {"files without paths", "files: [{host: x}]", "1:9 files[0].paths: 'paths' is missing | "},
      {"an upstream with a secret in it", "upstream: [{id: a, kind: vigil, url: 'https://u:p@h', token: x}]",
       "1:38 upstream[0].url: expected https://host:port | no path, no user; a token goes into the file that "
       "'token_file' names\n1:55 upstream[0].token: a secret does not belong into this file | put it into a "
       "file of its own and name that with 'token_file'"},
      {"an upstream without a port", "upstream: [{id: a, kind: relp, address: soc.example}]",
       "1:41 upstream[0].address: 'soc.example' is no host and port | as \"soc.example:6514\" or "
       "\"[::1]:6514\""},
      {"a kind nobody knows", "upstream: [{id: a, kind: kafka, address: 'x:1'}]",
       "1:26 upstream[0].kind: 'kafka' is no kind | possible here: vigil, relp, syslog-tcp, syslog-tls, cef"},
  };
  expect_all(kCases);
}

}  // namespace
}  // namespace vigil
