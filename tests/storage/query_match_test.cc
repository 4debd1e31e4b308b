#include <gtest/gtest.h>

#include "parsers/envelope.h"
#include "storage/query.h"
#include "storage/stored_event.h"
#include "tests/storage/fake_archive.h"

namespace vigil {
namespace {

constexpr std::int64_t kNow = 1'795'158'000'000'000'000;  // 2026-11-20T07:00:00Z

/// A small archive of one message of each sort; the letter is what the tables below call it.
class QueryMatch : public testing::Test {
 protected:
  QueryMatch() {
    auto school = FakeArchive::make_source();
    auto core = FakeArchive::make_source();
    core->system = "grades";
    core->core = true;
    core->peer = "2001:db8::7";
    auto drill = FakeArchive::make_source();
    drill->drill = true;
    drill->listener = "http";
    drill->transport = "http";
    Envelope said;
    said.add("vigil.index", "logs");
    drill->envelope = said.text();

    add("<38>Nov 20 14:59:00 srv1 sshd[123]: Failed password for root from 203.0.113.9 port 4242 ssh2", school);     // a
    add("<38>Nov 20 14:59:01 srv1 sshd[123]: Accepted publickey for adm_wang from 10.0.0.5 port 99 ssh2", core);     // b
    add("<134>1 2026-11-20T06:59:02.5Z web - - ID7 - 使用者root登入失敗 次數=3", school);                            // c
    add("{\"source\":{\"ip\":\"2001:DB8::9\",\"port\":443},\"user\":{\"name\":[\"alice\",\"bob\"]},"
        "\"event\":{\"outcome\":\"success\"},\"n\":1.50,\"empty\":\"\",\"none\":null,\"flag\":true,"
        "\"message\":\"\\u5b78\\u6821 \\u7cfb\\u7d71 started\"}", drill);                                            // d
    add("<13>Nov 20 14:59:04 pc7 app: \xA5\x5C\xAF\xE0 \xB5\x6E\xA4\x4A root ok", school);                           // e: Big5 功能 登入
    add("<13>Nov 20 14:59:05 pc8 app: path C:\\Windows\\System32 level=error", school);                              // f
    add(std::string_view("\xFF\xFE<\0001\0003\000>\000a\000p\000p\000:\000 \000u\000n\000i\000", 26), school);       // g: UTF-16
  }

  void add(std::string_view raw, std::shared_ptr<Source> source) { archive_.add(raw, kNow, std::move(source)); }

  /// Letters of the records that match, or the error. Lazy and whole reading must agree.
  std::string matching(std::string_view text) {
    const auto query = Query::parse(text);
    if (!query) return query.error().what;
    std::string letters, lazily;
    for (std::uint64_t sequence = 1; sequence <= archive_.size(); ++sequence) {
      const StoredRecord record = archive_.record(sequence);
      Arena arena;
      Event event;
      parse_stored(record, event, arena);
      if (query->matches(event, record)) letters.push_back(static_cast<char>('a' + sequence - 1));
    }
    SearchRequest request;
    request.range.organisations = {"*"};
    request.range.newest_first = false;
    const auto summary = search(archive_, *query, request, [&](const SearchRow& row) {
      lazily.push_back(static_cast<char>('a' + row.record->sequence - 1));
      return true;
    });
    if (!summary) return summary.error().what;
    EXPECT_EQ(lazily, letters) << text;
    return letters;
  }

  FakeArchive archive_;
};

struct Case {
  std::string_view why, query, expected;
};

constexpr Case kWords[] = {
    {"nothing asks for everything", "", "abcdefg"},
    {"a word", "root", "ace"},
    {"case does not count", "FAILED", "a"},
    {"a word of the header", "srv1", "ab"},
    {"side by side is AND", "root failed", "a"},
    {"OR", "failed OR accepted", "ab"},
    {"AND binds closer than OR", "accepted OR root failed", "ab"},
    {"parentheses", "(accepted OR failed) root", "a"},
    {"NOT", "root NOT failed", "ce"},
    {"minus", "root -failed", "ce"},
    {"NOT of a group", "-(root OR accepted OR app)", "d"},
    {"NOT NOT", "NOT NOT failed", "a"},
    {"phrase", "\"password for root\"", "a"},
    {"not that phrase", "\"password root\"", ""},
    {"prefix", "fail*", "a"},
    {"part", "*uthori* OR *blicke*", "b"},
    {"CJK by substring", "登入", "ce"},
    {"CJK across a word", "入失", "c"},
    {"CJK and ASCII together", "root登入", "c"},
    {"Big5 is searched decoded", "功能", "e"},
    {"CJK that JSON wrote as escapes", "學校", "d"},
    {"a phrase of CJK", "\"學校 系統\"", "d"},
    {"an address", "203.0.113.9", "a"},
    {"not a part of an address", "3.0.113.9", ""},
    {"a regular expression", "/for \\w+ from (10|203)\\./", "ab"},
    {"a regular expression minds case", "/failed/", ""},
    {"unless told not to", "/failed/i", "a"},
    {"a path with backslashes", "C:\\Windows\\System32", "f"},
    {"a path in quotes", "\"C:\\Windows\"", "f"},
    {"a pair is a word, not a field", "level=error", "f"},
    {"BI-37: UTF-16 is searched decoded", "uni", "g"},
    {"everything", "*", "abcdefg"},
};

TEST_F(QueryMatch, FindsWordsInTheDecodedText) {
  for (const auto& [why, query, expected] : kWords) EXPECT_EQ(matching(query), expected) << why << "\n  " << query;
}

constexpr Case kFields[] = {
    {"full value", "user.name:root", "ac"},
    {"case does not count", "user.name:ROOT", "ac"},
    {"nor in the field's name", "User.Name:root", "ac"},
    {"a part of a value is not the value", "user.name:wang", ""},
    {"any of an array", "user.name:bob", "d"},
    {"a phrase lies at whole words in the value", "message:\"password for root\"", "a"},
    {"prefix", "user.name:adm*", "b"},
    {"suffix", "user.name:*_wang", "b"},
    {"part", "user.name:*m_w*", "b"},
    {"exists", "user.name:*", "abcd"},
    {"does not exist", "-user.name:*", "efg"},
    {"group with OR", "user.name:(root OR alice)", "acd"},
    {"group with AND: both are there", "user.name:(alice bob)", "d"},
    {"group with NOT", "user.name:(* -alice)", "abc"},
    {"address", "source.ip:203.0.113.9", "a"},
    {"IPv6 by value", "source.ip:2001:db8:0::9", "d"},
    {"network", "source.ip:10.0.0.0/8", "b"},
    {"IPv6 network", "source.ip:2001:db8::/32", "d"},
    {"address range", "source.ip:[10.0.0.1 TO 10.0.0.9]", "b"},
    {"an address above", "source.ip:>=200.0.0.0", "a"},
    {"number by value", "source.port:0443.0", "d"},
    {"number at least", "source.port:>=443", "ad"},
    {"number above", "source.port:>443", "a"},
    {"number at most", "source.port:<=443", "bd"},
    {"number below", "source.port:<443", "b"},
    {"range without its ends", "source.port:{99 TO 4242}", "d"},
    {"range with its ends", "source.port:[99 TO 4242]", "abd"},
    {"range with one end", "source.port:[443 TO *]", "ad"},
    {"range in a group", "source.port:(>=99 <443)", "b"},
    {"a vendor's field", "vendor.n:1.5", "d"},
    {"an empty value", "vendor.empty:\"\"", "d"},
    {"null is no value", "vendor.none:*", ""},
    {"boolean", "vendor.flag:true", "d"},
    {"a field nobody has", "no.such:*", ""},
    {"regular expression on a field", "user.name:/^adm/", "b"},
    {"message by word", "message:publickey", "b"},
    {"message is not the header", "message:srv1", ""},
    {"message with escapes taken back", "message:學校", "d"},
    {"the original is all of it", "event.original:srv1", "ab"},
};

TEST_F(QueryMatch, ComparesFieldsByTheirMeaning) {
  for (const auto& [why, query, expected] : kFields) EXPECT_EQ(matching(query), expected) << why << "\n  " << query;
}

constexpr Case kSurroundings[] = {
    {"organisation", "vigil.org:school-a", "abcdefg"},
    {"system", "vigil.system:grades", "b"},
    {"core", "vigil.core:true", "b"},
    {"drill", "vigil.drill:true", "d"},
    {"listener", "vigil.listener:http", "d"},
    {"what the transport said", "vigil.index:logs", "d"},
    {"what no transport said", "vigil.early_warning:true", ""},
    {"listener by prefix", "vigil.listener:syslog-udp*", "abcefg"},
    {"id", "vigil.id:0000000000000002", "b"},
    {"no id", "vigil.id:2", ""},
    {"kind", "vigil.kinds:logon vigil.kinds:os", "ab"},
    {"tag", "vigil.tags:cp950", "e"},
    {"no tag", "-vigil.tags:no_year vigil.tags:*", "g"},
    {"peer", "log.source.address:192.0.2.0/24", "acdefg"},
    {"peer by value", "log.source.address:2001:db8:0:0::7", "b"},
    {"host", "host.name:srv1", "ab"},
    {"host that the message does not name is the peer", "host.name:192.0.2.10 vigil.tags:utf16", "g"},
    {"priority", "log.syslog.priority:134", "c"},
    {"severity at least warning", "log.syslog.severity.code:<=4", ""},
    {"severity", "log.syslog.severity.code:6", "abc"},
    {"facility", "log.syslog.facility.code:4", "ab"},
    {"app", "log.syslog.appname:sshd", "ab"},
    {"procid", "log.syslog.procid:123", "ab"},
    {"msgid", "log.syslog.msgid:ID7", "c"},
    {"hostname", "log.syslog.hostname:web", "c"},
    {"a time and later", "@timestamp:>=2026-11-20T14:59:04+08:00", "defg"},
    {"before a time in the searcher's zone", "@timestamp:<2026-11-20T14:59:01", "a"},
    {"a minute", "@timestamp:2026-11-20T14:59", "abcef"},
    {"a day", "@timestamp:2026-11-20", "abcdefg"},
    {"the day before", "@timestamp:2026-11-19", ""},
    {"after a day", "@timestamp:>2026-11-20", ""},
    {"up to a day, all of it", "@timestamp:<=2026-11-20", "abcdefg"},
    {"a time range", "@timestamp:[2026-11-20T14:59:01 TO 2026-11-20T14:59:02}", "b"},
    {"a fraction of a second", "@timestamp:2026-11-20T06:59:02.5Z", "c"},
    {"a second", "@timestamp:2026-11-20T06:59:02Z", "c"},
    {"epoch seconds", "@timestamp:1795157940", "a"},
    {"arrival", "event.ingested:2026-11-20T15:00:00", "abcdefg"},
    {"no time at all", "@timestamp:yesterday", ""},
};

TEST_F(QueryMatch, KnowsWhatTheArchiveKnowsOfEveryRecord) {
  for (const auto& [why, query, expected] : kSurroundings) {
    EXPECT_EQ(matching(query), expected) << why << "\n  " << query;
  }
}

TEST_F(QueryMatch, TakesNoSendersWordForWhatTheArchiveKnows) {
  auto source = FakeArchive::make_source("school-b");
  add("{\"vigil\":{\"org\":\"school-a\",\"core\":true,\"tags\":\"cp950\"},\"event\":{\"ingested\":\"2020-01-01\"}}", source);
  EXPECT_EQ(matching("vigil.org:school-b"), "h");
  EXPECT_EQ(matching("vigil.core:true"), "b");
  EXPECT_EQ(matching("vigil.tags:cp950"), "e");
  EXPECT_EQ(matching("event.ingested:<2021-01-01"), "");
}

}  // namespace
}  // namespace vigil
