#include <gtest/gtest.h>

#include "parsers/record.h"
#include "storage/field_values.h"
#include "storage/query.h"
#include "storage/query_ast.h"
#include "storage/rollup.h"
#include "tests/storage/archive_helper.h"
#include "tests/storage/frame_maker.h"

namespace vigil {
namespace {

using test::kDay;
using test::kNoon;
using test::kSecond;

std::vector<std::string> rows_of(const Archive& archive, const std::string& text, SearchRequest request,
                                 SearchSummary* summary = nullptr) {
  const auto query = Query::parse(text);
  EXPECT_TRUE(query) << text;
  std::vector<std::string> rows;
  request.limit = 0;
  const auto done = search(archive, *query, request, [&](const SearchRow& row) {
    render_row_json(row, request.zone_minutes, rows.emplace_back());
    return true;
  });
  EXPECT_TRUE(done) << done.error().what;
  if (done && summary != nullptr) *summary = *done;
  return rows;
}

/// The source an intake files a frame under: its host is the one the message names, else the peer.
class NamedSources {
 public:
  std::shared_ptr<const Source> of(const std::shared_ptr<const Source>& source, const std::string& frame,
                                   std::int64_t received_ns) {
    Arena arena;
    Source named = *source;
    const SyslogHeader header = parse_record_header(frame, named, received_ns, arena);
    named.host = header.host_from_message ? std::string(header.host) : named.peer;
    auto& known = all_[{source, named.host}];
    if (!known) known = std::make_shared<const Source>(named);
    return known;
  }

 private:
  std::map<std::pair<std::shared_ptr<const Source>, std::string>, std::shared_ptr<const Source>> all_;
};

/// Commits a frame as an intake files it.
void add(test::BatchMaker& batches, const std::string& frame, const std::shared_ptr<const Source>& source,
         std::int64_t event_ns) {
  batches.add(frame, source);
  Record& record = batches.last();
  Arena arena;
  const SyslogHeader header = parse_record_header(record.raw, *source, record.received_ns, arena);
  record.format = detect_format(header);
  record.kinds = kinds_of(header, record.format);
  record.event_ns = event_ns;
}

struct CountedSite {
  explicit CountedSite(std::size_t block_bytes) {
    options.directory = directory / "archive";
    options.block_raw_bytes = block_bytes;
    archive = test::open_archive(options);
    auto http = test::make_source("school-b", "web");
    http->transport = "http";
    auto device = test::make_source("school-a", "192.0.2.7");  // no name of its own: the peer's address
    device->core = true;
    device->system = "gate";
    sources = {test::make_source(), device, http, test::make_source("school-a", "srv2", false)};
  }
  void live(int days) {
    FrameMaker make(5);
    NamedSources named_sources;
    std::mt19937 random(9);
    const std::string named[] = {
        R"({"@timestamp":"2025-11-20T01:00:00Z","host":{"name":"inner"},"message":"a document"})",
        R"({"host.name":["one","two"],"message":"two of them"})",
        "CEF:0|Vendor|Product|1|2|Name|5|dvchost=gate7 src=10.0.0.1",
        R"(<189>date=2025-11-20 time=09:00:00 devname="FG7" devid="FG" logid="0000000013" type="traffic" srcip=10.0.0.9)",
        R"(<14>1 2025-11-20T07:00:00.067+08:00 srv1 Security 7 4624 - {"EventTime":"2025-11-20 07:00:00","Hostname":"srv1","EventID":4624,"Channel":"Security"})",
        R"(<14>1 2025-11-20T07:00:00.067+08:00 srv1 Security 7 4624 - {"EventTime":"2025-11-20 07:00:00","Hostname":"DC9.school.local","EventID":4624,"Channel":"Security","TargetUserName":"u1"})",
        R"(<14>Nov 20 09:00:00 srv1 nx: {"EventID":4625,"Channel":"Security","EventData":{"Hostname":"inner"},"Keywords":"x"})",
        R"(<14>Nov 20 09:00:00 srv1 nx: {"Hostname":"a\\u0062c","EventID":4625,"Channel":"Security"})",
        R"(<14>Nov 20 09:00:00 srv1 nx: {"EventID":4625,"Channel":"Security","Hostname":"one","HOSTNAME":"two"})",
        R"(<14>Nov 20 09:00:00 srv1 nx: {"EventID":4625,"Channel":"Security","Hostname":""})",
        R"(<14>Nov 20 09:00:00 zeek1 zeek: {"ts":1756710000.4,"uid":"C1","id.orig_h":"10.1.1.1","host":"www.example.org"})",
        R"(<14>Nov 20 09:00:00 zeek1 zeek: {"ts":1756710000.4,"uid":"C1","id.orig_h":"10.1.1.1"})",
        R"(<189>date=2025-11-20 time=09:00:00 devname="FG \\" 8" devid="FG" logid="0000000013" type="traffic" srcip=10.0.0.9)",
        R"(<189>date=2025-11-20 time=09:00:00 devname=FG7 devid="FG" logid="0000000013" type="traffic" srcip=10.0.0.9)",
        R"(<189>date=2025-11-20 time=09:00:00 devname="FG7" devid="FG" logid="0000000013" type="traffic" devname="FG8")",
        R"(<189>date=2025-11-20 time=09:00:00 logid="0000000013" type="traffic" msg=" devname=\\"no\\"" devid="FG")",
        R"(<14>Nov 20 09:00:00 srv1 beat: {"winlog":{"channel":"Security","computer_name":"PC7","event_id":"4624"}})",
        "<34>Nov 20 09:00:00 srv1 sshd[7]: Failed password for root from 203.0.113.9 port 22 ssh2",
        "<999>no priority"};
    for (int day = 0; day < days; ++day) {
      test::BatchMaker batches(kNoon + day * kDay);
      for (int i = 0; i < 400; ++i) {
        const std::string frame = i % 3 == 0 ? named[random() % std::size(named)] : make.frame();
        // Most near the time of receipt, some far from it.
        const auto off =
            static_cast<std::int64_t>(random() % 20 == 0 ? random() % 200 * 3600 : random() % 7200);
        const auto source = named_sources.of(sources[random() % sources.size()], frame, batches.now());
        add(batches, frame, source, batches.now() - off * kSecond);
        if (i % 40 == 39) {
          test::commit(*archive, batches.take());
          ASSERT_TRUE(archive->seal(false, batches.now()));
        }
      }
      if (day + 1 < days) {
        ASSERT_TRUE(archive->seal(true, batches.now()));
      }
      if (day == days / 2) {
        ASSERT_TRUE(archive->night({.now_ns = batches.now(), .everything = true, .go_on = {}}));
      }
    }
  }

  test::TemporaryDirectory directory;
  ArchiveOptions options;
  std::unique_ptr<Archive> archive;
  std::vector<std::shared_ptr<const Source>> sources;
};

TEST(CountedSearch, WhatIsSaidWithoutParsingIsWhatParsingSays) {
  CountedSite site(1'000'000);
  site.live(12);
  LazyEvent event;
  const FieldRef host = field_named("host.name"), severity = field_named("log.syslog.severity.code");
  std::size_t hosts = 0, named_hosts = 0, severities = 0;
  RollupBuilder rollup;
  ASSERT_TRUE(site.archive->scan(test::everything(), [&](const StoredRecord& record) {
    const auto values = [&](const FieldRef& field) {
      std::string all;
      event.reset(record);
      any_value(event, field, [&](const FieldValue& value) {
        all.append(value.text) += ';';
        return false;
      });
      return all;
    };
    // Numbers of hosts by name, and the other way round.
    const std::uint32_t known_host = host_without_parsing(*record.source, record.format, record.raw, rollup);
    if (known_host != kHostUnknown) {
      ++hosts;
      std::string name = record.source->host;
      for (const std::string candidate : {"DC9.school.local", "one", "inner", "FG7", "FG8", "fw"}) {
        if (known_host >= kHostFirst && rollup.host(candidate) == known_host) name = candidate;
      }
      EXPECT_EQ(values(host), name + ";") << record.raw;
      named_hosts += known_host >= kHostFirst ? 1U : 0U;
    }
    const std::uint8_t known = severity_without_parsing(*record.source, record.raw);
    if (known == kSeverityUnknown) return true;
    ++severities;
    EXPECT_EQ(values(severity), known == kSeverityNone ? "" : std::to_string(known) + ";") << record.raw;
    return true;
  }));
  EXPECT_GT(hosts, 1000U);
  EXPECT_GT(named_hosts, 10U);
  EXPECT_GT(severities, 1000U);
}

TEST(CountedSearch, CountsWhatReadingEveryRecordCounts) {
  CountedSite site(8'000);
  site.live(5);
  constexpr std::string_view kFilters[] = {"",
                                           "vigil.kinds:logon",
                                           "vigil.org:school-a -vigil.kinds:(web OR device)",
                                           "host.name:srv1",
                                           "host.name:(inner OR gate7 OR one)",
                                           "log.syslog.severity.code:<=4",
                                           "vigil.core:true OR vigil.system:gate",
                                           "log.source.address:192.0.2.0/24 vigil.listener:syslog*",
                                           "-host.name:*"};
  constexpr std::string_view kStats[] = {"stats count()",
                                         "stats count() by bucket(1h)",
                                         "stats count() by bucket(1d), host.name",
                                         "stats count() by bucket(2h), log.source.address, vigil.kinds",
                                         "stats count(), count_distinct(host.name) by vigil.org",
                                         "stats count() by log.syslog.severity.code | sort -count",
                                         "stats count(host.name) by vigil.core, vigil.system | limit 3"};
  std::uint64_t rollups = 0;
  for (const std::string_view filter : kFilters) {
    for (const std::string_view stats : kStats) {
      for (int span = 0; span < 4; ++span) {
        SearchRequest request;
        request.range.organisations = {span == 3 ? "school-a" : "*"};
        if (span > 0) request.range.event_from_ns = kNoon + kDay + span * 1'234 * kSecond;
        if (span > 1) request.range.event_to_ns = kNoon + kDay * span + 4'321 * kSecond;
        SearchSummary counted, read;
        const std::string counts = std::string(filter) + " | " + std::string(stats);
        // A condition on the time itself is never answered from counts, and every record has one.
        const std::string reads = "(" + std::string(filter.empty() ? "vigil.id:*" : filter) +
                                  ") (@timestamp:* ) | " + std::string(stats);
        ASSERT_EQ(rows_of(*site.archive, counts, request, &counted),
                  rows_of(*site.archive, reads, request, &read))
            << counts << " span " << span;
        rollups += counted.cost.rollups_read;
        EXPECT_EQ(read.cost.rollups_read, 0U);
      }
    }
  }
  EXPECT_GT(rollups, 1000U);
}

TEST(CountedSearch, ReadsNoRecordOfDaysThatAreCounted) {
  CountedSite site(1'000'000);
  site.live(3);
  ASSERT_TRUE(site.archive->seal(true, kNoon + 3 * kDay));
  ASSERT_TRUE(site.archive->night({.now_ns = kNoon + 4 * kDay, .everything = true, .go_on = {}}));
  SearchRequest request;
  request.range.organisations = {"*"};
  SearchSummary summary;
  rows_of(*site.archive, "| stats count() by bucket(1h), log.source.address, log.syslog.severity.code",
          request, &summary);
  EXPECT_EQ(summary.cost.records_seen, 0U);
  EXPECT_GT(summary.cost.rollups_read, 0U);
}

}  // namespace
}  // namespace vigil
