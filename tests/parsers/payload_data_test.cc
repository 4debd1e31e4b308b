// How much of other people's logs the payload formats read right. The data stands outside the tree
// (VIGIL_SHARED); only facts are compared: addresses, ports, users, hashes, codes, times. What an event is
// called is opinion. Each test prints its table and holds a floor, so that a change that loses ground is
// seen.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "parsers/event.h"
#include "parsers/json_walk.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "tests/parsers/describe.h"

namespace vigil {
namespace {

namespace fs = std::filesystem;

/// One case of a data file: the raw line, and the flat expectations below a prefix.
struct DataCase {
  std::string id, raw;
  std::multimap<std::string, std::string> fields;  ///< every leaf of the case but `raw`, by its dotted path

  std::string get(const std::string& path) const {
    const auto at = fields.find(path);
    return at == fields.end() ? std::string() : at->second;
  }
};

std::vector<DataCase> read_cases(const fs::path& file) {
  std::vector<DataCase> cases;
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line)) {
    Arena arena;
    JsonFields leaves;
    if (!walk_json(line, arena, leaves)) continue;
    DataCase one;
    for (const JsonField& leaf : leaves.leaves) {
      if (leaf.path == "id") one.id = leaf.value;
      if (leaf.path == "raw") one.raw = leaf.value;
      if (leaf.path != "raw") one.fields.emplace(leaf.path, leaf.value);
    }
    if (!one.raw.empty()) cases.push_back(std::move(one));
  }
  return cases;
}

fs::path data_folder() { return fs::path(VIGIL_SHARED) / "data"; }

class PayloadData : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(data_folder() / "products")) GTEST_SKIP() << "no data below " << VIGIL_SHARED;
  }

  const Event& parse(const std::string& raw, int zone_minutes = 0) {
    arena_.reset();
    ParseContext context;
    context.received_ns = 1'795'158'000'000'000'000;
    context.zone_minutes = zone_minutes;
    context.peer = "192.0.2.9";
    parse_event(parse_syslog_header(raw, context, arena_), context, event_, arena_);
    return event_;
  }

  Event event_;
  Arena arena_;
};

struct Score {
  std::size_t right = 0, all = 0;
  void count(bool good) {
    ++all;
    right += good ? 1 : 0;
  }
  double share() const { return all == 0 ? 0 : static_cast<double>(right) / static_cast<double>(all); }
};

bool is_fact(const std::string& key) {
  static constexpr std::string_view kFacts[] = {"source.ip",
                                                "source.port",
                                                "source.address",
                                                "source.domain",
                                                "source.mac",
                                                "source.bytes",
                                                "source.packets",
                                                "source.nat.ip",
                                                "source.nat.port",
                                                "source.user.name",
                                                "destination.ip",
                                                "destination.port",
                                                "destination.address",
                                                "destination.mac",
                                                "destination.bytes",
                                                "destination.packets",
                                                "destination.nat.ip",
                                                "destination.nat.port",
                                                "destination.user.name",
                                                "user.name",
                                                "user.id",
                                                "user.domain",
                                                "event.code",
                                                "event.id",
                                                "event.severity",
                                                "http.request.method",
                                                "http.request.referrer",
                                                "http.response.status_code",
                                                "http.response.body.bytes",
                                                "http.version",
                                                "url.original",
                                                "url.domain",
                                                "url.path",
                                                "url.query",
                                                "user_agent.original",
                                                "rule.id",
                                                "rule.name",
                                                "rule.uuid",
                                                "dns.id",
                                                "dns.question.name",
                                                "dns.question.type",
                                                "network.transport",
                                                "network.iana_number",
                                                "network.bytes",
                                                "network.packets",
                                                "process.pid",
                                                "process.executable",
                                                "process.name",
                                                "process.command_line",
                                                "process.parent.executable",
                                                "process.parent.pid",
                                                "file.path",
                                                "file.name",
                                                "file.size",
                                                "file.hash.md5",
                                                "file.hash.sha1",
                                                "file.hash.sha256",
                                                "process.hash.sha1",
                                                "process.hash.sha256",
                                                "host.name",
                                                "observer.vendor",
                                                "observer.name",
                                                "observer.serial_number",
                                                "observer.version",
                                                "observer.hostname",
                                                "winlog.channel",
                                                "winlog.event_id",
                                                "winlog.provider_name",
                                                "winlog.record_id",
                                                "winlog.computer_name",
                                                "winlog.logon.type",
                                                "log.level",
                                                "@timestamp"};
  return std::find(std::begin(kFacts), std::end(kFacts), key) != std::end(kFacts);
}

std::string bare(std::string text) {
  std::string out;
  for (const char c : text) {
    if (c != '-' && c != ':' && c != ' ') out += lower(c);
  }
  return out;
}

/// Whether the event holds the fact.
bool holds(const Event& event, const std::string& key, const std::string& expected) {
  if (key == "@timestamp") {
    const auto time = read_iso_time(expected, 0);
    return time && *time / 1'000'000 == event.timestamp_ns / 1'000'000;
  }
  for (const Field& field : event.fields()) {
    if (field.name != key) continue;
    if (field.value == expected) return true;
    if (key.ends_with(".mac") && bare(std::string(field.value)) == bare(expected)) return true;
    if (trim(field.value) == trim(expected)) return true;
  }
  return false;
}

void print_missing(const std::map<std::string, Score>& by_key) {
  for (const auto& [key, score] : by_key) {
    if (score.right < score.all) std::printf("    %-28s %zu of %zu\n", key.c_str(), score.right, score.all);
  }
}

TEST_F(PayloadData, FactsOfProductLogsAreRead) {
  struct Floor {
    const char* product;
    double share;
  };
  constexpr Floor kFloors[] = {{"fortigate", 0.98}, {"suricata", 0.98}, {"cef", 0.94},
                               {"nginx", 0.93},     {"apache", 0.97},   {"windows", 0.98}};
  for (const auto& [product, floor] : kFloors) {
    Score score;
    std::map<std::string, Score> by_key;
    for (const auto& entry : fs::directory_iterator(data_folder() / "products" / product)) {
      const std::string file = entry.path().filename().string();
      // Snare and the fixtures of other names come with later formats.
      if (!file.starts_with("elastic__")) continue;
      if (file.find("ssl-request") != std::string::npos) continue;
      for (const DataCase& one : read_cases(entry.path())) {
        const Event& event = parse(one.raw);
        for (const auto& [path, expected] : one.fields) {
          if (!path.starts_with("expected.")) continue;
          const std::string key = path.substr(9);
          if (!is_fact(key) || expected == "-") continue;
          // The source reads date and time without the zone that stands beside them; eventtime is the
          // device's own.
          if (key == "@timestamp" && std::string_view(product) == "fortigate") continue;
          // Error logs have no zone; the source supposed one of its own.
          if (key == "@timestamp" && file.find("error") != std::string::npos) continue;
          const bool right = holds(event, key, expected);
          score.count(right);
          by_key[key].count(right);
          if (!right && std::getenv("VIGIL_SHOW") != nullptr) {
            std::printf("  %s %s: want <%s>, have <%s>\n", one.id.c_str(), key.c_str(), expected.c_str(),
                        std::string(event.text_of(key)).c_str());
          }
        }
      }
    }
    std::printf("%-10s %5zu of %5zu facts, %.1f %%\n", product, score.right, score.all, 100 * score.share());
    print_missing(by_key);
    EXPECT_GT(score.all, 0U) << product;
    EXPECT_GE(score.share(), floor) << product;
  }
}

// CEF messages of another project, whose expectations use CEF's own names: whatever name we give, the value
// is there.
TEST_F(PayloadData, ValuesOfCefExtensionsAreKept) {
  Score score;
  for (const DataCase& one : read_cases(data_folder() / "products/cef/graylog-fixtures.jsonl")) {
    const Event& event = parse(one.raw);
    for (const auto& [path, expected] : one.fields) {
      // Dates are written otherwise there.
      if (!path.starts_with("expected.extensions.") || path.ends_with("rt") || path.ends_with("date"))
        continue;
      if (path.ends_with("level") || path.ends_with("facility")) continue;  // of the syslog header
      bool kept = false;
      for (const Field& field : event.fields()) kept = kept || printable(field.value) == printable(expected);
      score.count(kept);
      if (!kept) std::printf("  %s: <%s> of %s\n", path.c_str(), expected.c_str(), one.raw.c_str());
    }
  }
  std::printf("cef fixtures: %zu of %zu values\n", score.right, score.all);
  EXPECT_GE(score.share(), 0.97);
}

TEST_F(PayloadData, SshFailuresNameTheirSource) {
  Score hosts, outcomes, silent;
  for (const DataCase& one : read_cases(data_folder() / "logon/fail2ban/sshd.jsonl")) {
    const Event& event = parse(one.raw);
    const std::string host = one.get("expected.host");
    if (one.get("expected.match") == "true" && !host.empty()) {
      // Some lines match only together with earlier lines of the connection; those cannot name the source.
      if (one.raw.find(host) == std::string::npos) continue;
      const bool right = event.text_of("source.address") == host;
      hosts.count(right);
      if (!right)
        std::printf("  source <%s>: %s\n", std::string(event.text_of("source.address")).c_str(),
                    one.raw.c_str());
      const bool password = one.raw.find("Failed ") != std::string::npos;
      if (password) outcomes.count(event.text_of("event.outcome") == "failure");
    } else if (one.get("expected.match") == "false") {
      // An accepted logon must never read as a failure.
      if (one.raw.find("Accepted ") != std::string::npos)
        silent.count(event.text_of("event.outcome") == "success");
    }
  }
  std::printf("sources %zu of %zu, failed logons %zu of %zu, accepted %zu of %zu\n", hosts.right, hosts.all,
              outcomes.right, outcomes.all, silent.right, silent.all);
  EXPECT_GE(hosts.share(), 0.97);
  EXPECT_EQ(outcomes.right, outcomes.all);
  EXPECT_EQ(silent.right, silent.all);
}

TEST_F(PayloadData, LogonsOfPrograms) {
  struct File {
    const char* path;
    const char* address;
    const char* user;
  };
  constexpr File kFiles[] = {
      {"logon/fail2ban/pam-generic.jsonl", "expected.host", "expected.user"},
      {"logon/crowdsec/sshd-logs.jsonl", "expected.meta.source_ip", "expected.meta.target_user"},
      {"logon/crowdsec/sshd-invalid-bf.jsonl", "expected.meta.source_ip", "expected.meta.target_user"},
      {"logon/crowdsec/sshd-success-logs.jsonl", "expected.meta.source_ip", "expected.meta.user"},
      {"logon/crowdsec/pam-logs.jsonl", "expected.meta.source_ip", "expected.meta.username"},
      {"logon/crowdsec/fortinet-vpn-bf.jsonl", "expected.meta.source_ip", "expected.meta.target_user"},
      {"logon/fail2ban/apache-auth.jsonl", "expected.host", "expected.user"},
      {"logon/fail2ban/apache-botsearch.jsonl", "expected.host", "expected.user"},
      {"logon/fail2ban/apache-noscript.jsonl", "expected.host", "expected.user"},
      {"logon/fail2ban/apache-nohome.jsonl", "expected.host", "expected.user"},
      {"logon/fail2ban/apache-badbots.jsonl", "expected.host", "expected.user"},
      {"logon/fail2ban/apache-fakegooglebot.jsonl", "expected.host", "expected.user"},
      {"logon/fail2ban/apache-pass.jsonl", "expected.host", "expected.user"},
      {"logon/fail2ban/apache-shellshock.jsonl", "expected.host", "expected.user"},
      {"logon/fail2ban/nginx-http-auth.jsonl", "expected.host", "expected.user"},
      {"logon/fail2ban/nginx-bad-request.jsonl", "expected.host", "expected.user"},
      {"logon/fail2ban/nginx-botsearch.jsonl", "expected.host", "expected.user"},
      {"logon/crowdsec/apache2-logs.jsonl", "expected.meta.source_ip", "expected.meta.target_user"},
      {"logon/crowdsec/nginx_http-logs.jsonl", "expected.meta.source_ip", "expected.meta.target_user"},
      {"logon/crowdsec/apache2-malformed.jsonl", "expected.meta.source_ip", "expected.meta.target_user"},
      {"logon/crowdsec/nginx-http-malformed.jsonl", "expected.meta.source_ip", "expected.meta.target_user"},
  };
  Score all;
  for (const File& file : kFiles) {
    Score addresses, users, outcomes;
    for (const DataCase& one : read_cases(data_folder() / file.path)) {
      const Event& event = parse(one.raw);
      const std::string address = one.get(file.address), user = one.get(file.user);
      const std::string outcome = one.get("logon.outcome");
      if (!address.empty()) {
        const bool right = event.text_of("source.address") == address;
        addresses.count(right);
        all.count(right);
        if (!right)
          std::printf("  source <%s>: %s\n", std::string(event.text_of("source.address")).c_str(),
                      one.raw.c_str());
      }
      if (!user.empty() && user != "N/A") {
        const bool right = event.text_of("user.name") == user;
        users.count(right);
        all.count(right);
        if (!right)
          std::printf("  user <%s>: %s\n", std::string(event.text_of("user.name")).c_str(), one.raw.c_str());
      }
      if (!outcome.empty()) {
        const bool right = event.text_of("event.outcome") == outcome;
        outcomes.count(right);
        if (!right)
          std::printf("  outcome <%s>: %s\n", std::string(event.text_of("event.outcome")).c_str(),
                      one.raw.c_str());
      }
    }
    std::printf("%-42s source %3zu of %3zu, user %3zu of %3zu, outcome %3zu of %3zu\n", file.path,
                addresses.right, addresses.all, users.right, users.all, outcomes.right, outcomes.all);
  }
  EXPECT_GE(all.share(), 0.95);
}

}  // namespace
}  // namespace vigil
