#include <gtest/gtest.h>

#include "storage/query.h"
#include "storage/stored_event.h"
#include "tests/storage/archive_helper.h"
#include "tests/storage/frame_maker.h"

namespace vigil {
namespace {

using test::kNoon;

/// Fills an archive with frames of all sorts: some sealed into blocks, some still open, in two lanes.
void fill(Archive& archive, FrameMaker& make, unsigned commits, unsigned frames) {
  const auto source = test::make_source(), other = test::make_source("school-b");
  test::BatchMaker batches;
  for (unsigned i = 0; i < commits; ++i) {
    for (unsigned k = 0; k < frames; ++k) batches.add(make.frame(), k % 5 == 0 ? other : source);
    test::commit(archive, batches.take());
    if (i + 1 < commits) {
      const auto sealed = archive.seal(true, batches.now());
      ASSERT_TRUE(sealed) << sealed.error().what;
    }
  }
}

std::vector<std::uint64_t> brute_force(const Archive& archive, const Query& query, const ScanRange& range) {
  std::vector<std::uint64_t> found;
  const auto done = archive.scan(range, [&](const StoredRecord& record) {
    Arena arena;
    Event event;
    parse_stored(record, event, arena);
    if (query.matches(event, record)) found.push_back(record.sequence);
    return true;
  });
  EXPECT_TRUE(done);
  return found;
}

TEST(SearchArchive, FindsInBlocksAndInTheOpenTailWhatReadingEveryRecordFinds) {
  const test::TemporaryDirectory directory;
  const auto archive = test::open_archive({.directory = directory / "archive"});
  ASSERT_TRUE(archive);
  FrameMaker make(3);
  fill(*archive, make, 6, 60);
  std::size_t hits = 0, left_out = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string text = make.query();
    const auto query = Query::parse(text);
    ASSERT_TRUE(query) << text;
    SearchRequest request;
    request.limit = 0;
    request.range.newest_first = i % 2 == 0;
    request.range.organisations = {i % 3 == 0 ? "*" : "school-a"};
    const auto expected = brute_force(*archive, *query, request.range);
    std::vector<std::uint64_t> found;
    const auto summary = search(*archive, *query, request, [&](const SearchRow& row) {
      found.push_back(row.record->sequence);
      return true;
    });
    ASSERT_TRUE(summary) << summary.error().what;
    EXPECT_EQ(found, expected) << text;
    hits += expected.size();
    left_out += summary->cost.blocks_total - summary->cost.blocks_read;
    if (HasFailure()) return;
  }
  EXPECT_GT(hits, 1'000U);
  EXPECT_GT(left_out, 0U) << "the index spares reading some blocks";
}

/// Blocks of a few sorts of frames, so that many show all their ASCII, some all but pictures, and some not; and enough
/// frames in each that columns are of all kinds.
TEST(SearchArchive, LeavesOutByColumnsOnlyWhatReadingEveryRecordDoesNotFind) {
  std::size_t hits = 0, parts = 0, searched = 0, read = 0;
  for (const unsigned seed : {1U, 2U, 4U}) {
    const test::TemporaryDirectory directory;
    const auto archive = test::open_archive({.directory = directory / "archive"});
    ASSERT_TRUE(archive);
    FrameMaker make(seed);
    const auto source = test::make_source();
    test::BatchMaker batches;
    for (std::size_t block = 0; block < FrameMaker::kSorts; ++block) {
      for (unsigned i = 0; i < 60; ++i) batches.add(make.frame((block + i % 2 * seed) % FrameMaker::kSorts), source);
      test::commit(*archive, batches.take());
      ASSERT_TRUE(archive->seal(true, batches.now()));
    }
    for (unsigned i = 0; i < 150; ++i) {
      constexpr std::string_view kParts[] = {"assword", "x1bro", "g_f", "nvalid", "evname", "h2", "eb app", "rro", "b5d"};
      const std::string text = i % 2 == 0 ? make.query() : "*" + std::string(kParts[i / 2 % std::size(kParts)]) + "*";
      const auto query = Query::parse(text);
      ASSERT_TRUE(query) << text;
      SearchRequest request;
      request.limit = 0;
      request.range.organisations = {"*"};
      const auto expected = brute_force(*archive, *query, request.range);
      std::vector<std::uint64_t> found;
      const auto summary = search(*archive, *query, request, [&](const SearchRow& row) {
        found.push_back(row.record->sequence);
        return true;
      });
      ASSERT_TRUE(summary) << summary.error().what;
      ASSERT_EQ(found, expected) << "seed " << seed << ": " << text;
      hits += expected.size();
      searched += summary->cost.parts_searched;
      if (i % 2 == 0) continue;
      parts += summary->cost.parts_total;
      read += summary->cost.parts_read;
    }
  }
  EXPECT_GT(hits, 5'000U);
  EXPECT_GT(searched, 300U);
  EXPECT_LT(read + 400, parts);
}

/// What stands in a record, and what of it finds it.
struct Name {
  std::string_view record;
  std::vector<std::string_view> queries;
  std::vector<std::string_view> by_number = {};  ///< parts that are mostly digits: found, but every block is read
};

const std::vector<Name>& names() {
  static const std::vector<Name> all = {
      {"host srv01.school.edu.tw up", {"srv01.school.edu.tw", "school.edu.tw", "srv01", "*chool.edu*", "srv01.*"}},
      {"open(/var/log/auth.log) ok", {"/var/log/auth.log", "auth.log", "log/auth.log", "/var/log", "auth", "*auth.l*"}},
      {"from=<a.user@mail.example.edu.tw>,", {"a.user@mail.example.edu.tw", "mail.example.edu.tw", "\"a.user\"", "example"}},
      {"sha256=9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08;",
       {"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "sha256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
       {"9f86d081884c7d65*"}},
      {"mac 00:1B:44:11:3A:B7 leased", {"00:1b:44:11:3a:b7"}, {"00:1b:44:*", "\"1b:44:11\""}},
      {"peer [2001:db8::1]:443 up", {"2001:db8::1", "\"2001:db8\"", "db8"}},
      {R"(run C:\Windows\System32\cmd.exe /c whoami)",
       {R"(C:\Windows\System32\cmd.exe)", "cmd.exe", R"(System32\cmd.exe)", R"("C:\\Windows\\System32")", "*dows*cmd*"}},
      {R"({"Image":"D:\\Tools\\psexec.exe","n":1})", {"psexec.exe", "Tools", R"("Tools\\\\psexec.exe")"}},
      {"用戶在臺北登入ＶＰＮ１號", {"台北", "臺北", "*vpn1*", "ＶＰＮ１", "北登"}},
      {"srv \xA5\x78\xA5\x5F\xA2\xD3\xA2\xD3\xA2\xB0 big5", {"台北", "臺北", "ee1", "Ｅｅ１"}},  // 台北ＥＥ１
  };
  return all;
}

TEST(SearchArchive, FindsAddressesPathsAndNamesWholeAndByTheirParts) {
  const test::TemporaryDirectory directory;
  const auto archive = test::open_archive({.directory = directory / "archive"});
  ASSERT_TRUE(archive);
  const auto source = test::make_source();
  test::BatchMaker batches;
  // Each in a block of its own, among lines that hold none of them.
  for (const Name& name : names()) {
    for (int i = 0; i < 20; ++i) {
      batches.add("<13>Nov 20 14:59:04 pc7 app: nothing to see here " + std::to_string(i), source);
      if (i == 7) batches.add(std::string("<13>Nov 20 14:59:04 pc7 app: ").append(name.record), source);
    }
    test::commit(*archive, batches.take());
    ASSERT_TRUE(archive->seal(true, batches.now()));
  }
  for (std::size_t i = 0; i < names().size(); ++i) {
    const std::uint64_t sequence = 21 * i + 8 + 1;
    std::vector<std::string_view> queries = names()[i].queries;
    queries.insert(queries.end(), names()[i].by_number.begin(), names()[i].by_number.end());
    for (const std::string_view text : queries) {
      const auto query = Query::parse(text);
      ASSERT_TRUE(query) << text;
      SearchRequest request;
      request.range.organisations = {"*"};
      std::vector<std::uint64_t> found;
      const auto summary = search(*archive, *query, request, [&](const SearchRow& row) {
        found.push_back(row.record->sequence);
        return true;
      });
      ASSERT_TRUE(summary);
      EXPECT_TRUE(std::find(found.begin(), found.end(), sequence) != found.end()) << text << "\n  " << names()[i].record;
      const auto& by_number = names()[i].by_number;
      const bool indexed = std::find(by_number.begin(), by_number.end(), text) == by_number.end();
      EXPECT_LE(summary->cost.blocks_read, indexed ? 3U : names().size()) << text;
    }
  }
}

TEST(SearchArchive, AnswersFromRowsAloneWhatReadingEveryRecordAnswers) {
  constexpr std::string_view kFromRows[] = {
      "| stats count()",
      "| stats count() by bucket(1h), log.source.address, vigil.kinds",
      "vigil.kinds:os | stats count(), min(@timestamp), max(event.ingested) by vigil.org, vigil.listener",
      "-vigil.org:school-b | stats count() by vigil.core, vigil.drill, vigil.registered, vigil.system",
      "| sort -@timestamp | limit 7 | stats count() by vigil.id",
      "| fields vigil.id, @timestamp",
      "log.source.address:192.0.2.0/24 | uniq vigil.org | stats count()",
      "@timestamp:2025-11-20 | uniq vigil.org",
  };
  const test::TemporaryDirectory directory;
  const auto archive = test::open_archive({.directory = directory / "archive"});
  ASSERT_TRUE(archive);
  FrameMaker make(3);
  const std::vector<std::shared_ptr<Source>> sources = [] {
    std::vector<std::shared_ptr<Source>> all;
    for (int i = 0; i < 12; ++i) all.push_back(test::make_source("school-" + std::string(1, static_cast<char>('a' + i))));
    return all;
  }();
  test::BatchMaker batches;
  const auto ask = [&](const std::string& text, std::string_view organisation, ScanCost& cost) {
    SearchRequest request;
    request.limit = 0;
    request.range.organisations = {std::string(organisation)};
    std::string all;
    const auto query = Query::parse(text);
    EXPECT_TRUE(query) << text;
    const auto summary = search(*archive, *query, request, [&](const SearchRow& row) {
      render_row_json(row, 480, all);
      all += '\n';
      return true;
    });
    EXPECT_TRUE(summary);
    cost = summary->cost;
    return all;
  };
  // Of two lanes blocks are read whole, of twelve a window at a time.
  for (const std::size_t lanes : {std::size_t{2}, sources.size()}) {
    for (std::size_t i = 0; i < 300; ++i) batches.add(make.frame(), sources[i % lanes]);
    test::commit(*archive, batches.take());
    ASSERT_TRUE(archive->seal(true, batches.now()));
    for (const std::string_view text : kFromRows) {
      for (const std::string_view organisation : {"*", "school-a"}) {
        ScanCost from_rows, from_text;
        const std::string answer = ask(std::string(text), organisation, from_rows);
        EXPECT_EQ(answer, ask("-nothingholdsthis " + std::string(text), organisation, from_text)) << text;
        EXPECT_FALSE(answer.empty()) << text;
        EXPECT_EQ(from_rows.parts_read, 0U) << text;
        EXPECT_GT(from_text.parts_read, 0U) << text;
        if (from_rows.rollups_read == 0) {
          EXPECT_EQ(from_rows.records_seen, from_text.records_seen) << text;
        }
      }
    }
  }
}

TEST(SearchArchive, CanBeCancelledThoughNothingIsFound) {
  const test::TemporaryDirectory directory;
  const auto archive = test::open_archive({.directory = directory / "archive"});
  ASSERT_TRUE(archive);
  FrameMaker make(3);
  fill(*archive, make, 6, 60);
  const auto query = Query::parse("*qzxvqzxv*");
  ASSERT_TRUE(query);
  int asked = 0;
  const std::function<bool()> cancelled = [&asked] { return ++asked == 3; };
  SearchRequest request;
  request.range.organisations = {"*"};
  request.cancelled = &cancelled;
  const auto summary = search(*archive, *query, request, [](const SearchRow&) { return true; });
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().code, StoreErrc::cancelled);
  EXPECT_EQ(asked, 3);
}

}  // namespace
}  // namespace vigil
