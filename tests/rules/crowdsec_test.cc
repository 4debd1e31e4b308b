// CrowdSec's scenario tests as an independent judge of our pack: each log is fed through the header's reader, the formats
// and the Watcher with rules/pack, each line received at its own time. Our thresholds are our own; the attackers found
// must be the same, and the quiet logs must stay quiet.
//
// VIGIL_CROWDSEC=part of a name: only those logs, with what each line was read as and what fired.

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "parsers/format.h"
#include "parsers/render.h"
#include "rules/watcher.h"

namespace vigil::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

using Names = std::set<std::string>;

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::shared_ptr<const RuleSet> pack() {
  // The directory, not what is built in: a rule can be tried without building.
  static const std::shared_ptr<const RuleSet> kPack = [] {
    std::vector<RuleProblem> problems;
    const fs::path directory[] = {fs::path(VIGIL_SOURCE_DIR) / "rules" / "pack"};
    return RuleSet::load(directory, problems);
  }();
  return kPack;
}

/// IPv4 written as IPv6 is IPv4, for CrowdSec and for us alike.
std::string plain(std::string name) { return name.starts_with("::ffff:") ? name.substr(7) : name; }

/// One log, played line by line.
class Replay {
 public:
  Replay(bool explain, const std::string& places) : explain_(explain), watcher_(pack()) {
    if (!places.empty()) watcher_.use(enrichment_of(places));
    source_.peer = source_.host = "sender.example";
    source_.organisation = "school-a";
  }

  void feed(std::string_view line) {
    Arena arena;
    ParseContext context;
    context.peer = source_.peer;
    // Read once to know the line's time, then as if it had been received just then.
    context.received_ns = last_ns_;
    SyslogHeader header = parse_syslog_header(line, context, arena);
    Observation observation;
    observation.format = detect_format(header);
    settle_header(header, observation.format, source_.peer);
    const std::int64_t time = time_of(header, observation.format).value_or(last_ns_ + 1'000'000);
    context.received_ns = last_ns_ = time;
    header = parse_syslog_header(line, context, arena);
    settle_header(header, observation.format, source_.peer);
    observation.header = &header;
    observation.source = &source_;
    observation.sequence = ++sequence_;
    observation.received_ns = observation.event_ns = time;
    remember_source(header, context);
    const std::size_t before = fired_.size();
    watcher_.observe(observation, fired_);
    if (explain_) explain(header, context, before);
  }

  /// Everything that a detection names, of whichever kind, and the address it shows.
  Names attackers() const {
    Names names;
    for (const Detection& detection : fired_) {
      for (const auto& [type, value] : detection.entities) names.insert(plain(value));
      for (const auto& [name, value] : detection.fields) {
        // A loopback address links nothing, so it is no entity; here it stands for somebody.
        // Behind a proxy it is whom the proxy asks for.
        if (name == "source.ip" || name == "client.ip") names.insert(plain(value));
      }
      // Where a group is a user or a target, the attackers are those of the lines it cites.
      for (const std::uint64_t sequence : detection.references) names.insert(line_sources_[sequence - 1]);
    }
    return names;
  }
  /// Addresses that detections name as the source.
  Names sources() const {
    Names names;
    for (const Detection& detection : fired_) {
      for (const auto& [type, value] : detection.entities) {
        if (type == "source.ip") names.insert(plain(value));
      }
    }
    return names;
  }
  /// What would open a candidate.
  std::string candidates() const {
    std::string titles;
    for (const Detection& detection : fired_) {
      if (detection.rule->opens_candidate) titles += detection.rule->title + "; ";
    }
    return titles;
  }
  const std::vector<Detection>& fired() const { return fired_; }

 private:
  static std::optional<std::int64_t> time_of(const SyslogHeader& header, Format format) {
    if (payload_time_first(header, format)) {
      if (const auto time = quick_payload_time(header, format, 0)) return time;
    }
    if (header.has_timestamp) return header.timestamp_ns;
    return std::nullopt;
  }

  static std::shared_ptr<const Enrichment> enrichment_of(const std::string& places) {
    const fs::path file = fs::temp_directory_path() / ("vigil-crowdsec-" + std::to_string(::getpid()) + ".csv");
    std::ofstream(file) << "network,country\n" << places;
    EnrichmentOptions options;
    options.places = {file};
    std::vector<EnrichmentProblem> problems;
    auto enrichment = Enrichment::load(options, problems);
    fs::remove(file);
    return enrichment;
  }

  void remember_source(const SyslogHeader& header, const ParseContext& context) {
    Arena arena;
    Event event;
    parse_event(header, context, event, arena);
    line_sources_.push_back(plain(std::string(event.text_of("source.ip"))));
  }

  void explain(const SyslogHeader& header, const ParseContext& context, std::size_t before) const {
    Arena arena;
    Event event;
    parse_event(header, context, event, arena);
    std::cout << "  " << event.header.text.substr(0, 160) << "\n    ";
    std::cout << format_name(event.format);
    for (const char* name : {"event.category", "event.outcome", "event.action", "user.name", "source.ip"}) {
      if (const Field* field = event.find(name)) std::cout << "  " << name << "=" << field->value;
    }
    std::cout << "\n";
    for (std::size_t i = before; i < fired_.size(); ++i) {
      std::cout << "    ==> " << fired_[i].rule->title << " (" << level_name(fired_[i].rule->level) << ", "
                << fired_[i].count << ")";
      for (const auto& [type, value] : fired_[i].entities) std::cout << " " << value;
      std::cout << "\n";
    }
  }

  bool explain_;
  Watcher watcher_;
  Source source_;
  std::int64_t last_ns_ = 1'795'158'000'000'000'000;  // 2026-11-20T07:00:00Z, for lines without a year
  std::uint64_t sequence_ = 0;
  std::vector<Detection> fired_;
  std::vector<std::string> line_sources_;  ///< source.ip by line
};

Names expected_of(const json::value& expected) {
  Names names;
  for (const json::value& overflow : expected.at("overflows").as_array()) {
    const json::value* scope = overflow.as_object().if_contains("scope");
    const bool by_number = scope != nullptr && scope->is_string() &&
                           (scope->get_string() == "pid" || scope->get_string() == "exe" ||
                            scope->get_string() == "Range" || scope->get_string() == "system_account");
    // What CrowdSec calls by a process or a range, we call by its host or address: something must have been found.
    if (by_number) {
      names.insert("*");
      continue;
    }
    for (const json::value& source : overflow.at("sources").as_array()) names.insert(plain(source.as_string().c_str()));
  }
  return names;
}

/// The countries that CrowdSec's own database gave, as lines of a list.
std::string places_of(const json::value& expected) {
  std::string lines;
  for (const json::value& overflow : expected.at("overflows").as_array()) {
    const json::value* events = overflow.as_object().if_contains("events");
    if (events == nullptr) continue;
    for (const json::value& event : events->as_array()) {
      const json::value* country = event.as_object().if_contains("IsoCode");
      const json::value* address = event.as_object().if_contains("source_ip");
      if (country == nullptr || address == nullptr || country->as_string().size() != 2) continue;
      lines += std::string(address->as_string().c_str()) + "," + country->as_string().c_str() + "\n";
    }
  }
  return lines;
}

/// Whether the log is about guessing, user names or travel: what pack/logon*.yml answers for.
bool is_about_logons(const std::string& name) {
  for (const char* const part : {"-bf", "_bf", "user-enum", "user_enum", "travel", "bruteforce"}) {
    if (name.find(part) != std::string::npos) return true;
  }
  return false;
}

std::string joined(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}

TEST(CrowdSec, TheSameAttackersAreFoundAndQuietLogsStayQuiet) {
  const fs::path directory = fs::path(VIGIL_SHARED) / "data" / "correlation" / "crowdsec";
  if (!fs::exists(directory)) GTEST_SKIP() << "no logs in " << directory;
  const char* const only = std::getenv("VIGIL_CROWDSEC");
  std::set<fs::path> logs;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (only == nullptr || entry.path().filename().string().find(only) != std::string::npos) logs.insert(entry.path());
  }
  std::size_t found = 0, wanted = 0, logons_found = 0, logons_wanted = 0;
  for (const fs::path& log : logs) {
    const std::string name = log.filename().string();
    if (only != nullptr) std::cout << name << "\n";
    const json::value expectation = json::parse(read_file(log / "expected.json"));
    Replay replay(only != nullptr, places_of(expectation));
    std::istringstream lines(read_file(log / "log"));
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty()) replay.feed(line);
    }
    const Names expected = expected_of(expectation);
    if (expected.empty()) {
      EXPECT_EQ(replay.candidates(), "") << name << " is quiet";
      continue;
    }
    ++wanted;
    const Names attackers = replay.attackers();
    Names missing, more;
    for (const std::string& one : expected) {
      if (one == "*" ? replay.fired().empty() : !attackers.contains(one)) missing.insert(one);
    }
    for (const std::string& one : replay.sources()) {
      if (!expected.contains(one)) more.insert(one);
    }
    if (missing.empty()) ++found;
    if (is_about_logons(name)) {
      ++logons_wanted;
      if (missing.empty()) ++logons_found;
    }
    if (!missing.empty()) std::cout << "  missed in " << name << ": " << joined(missing) << "\n";
    if (!more.empty()) std::cout << "  besides in " << name << ": " << joined(more) << "\n";
  }
  std::cout << "  the same attackers in " << found << " of " << wanted << " logs, " << logons_found << " of "
            << logons_wanted << " about logons\n";
  if (only == nullptr) {
    EXPECT_GE(found * 100, wanted * 95);
    EXPECT_GE(logons_found * 100, logons_wanted * 95);
  }
}

}  // namespace
}  // namespace vigil::test
