#include "parsers/sender_sequence.h"

#include <gtest/gtest.h>

#include <string>

#include "parsers/arena.h"

namespace vigil {
namespace {

std::string describe(const std::optional<SenderSequence>& found) {
  if (!found) return "none";
  return std::string(sequence_kind_name(found->kind)) + " " + std::to_string(found->number);
}

std::string read(std::string_view frame) {
  Arena arena(1024);
  ParseContext context;
  context.received_ns = 1'795'158'000'000'000'000;
  context.peer = "192.0.2.1";
  const SyslogHeader header = parse_syslog_header(frame, context, arena);
  const auto found = find_sequence(header);
  if (found) {
    EXPECT_TRUE(may_have_sequence(header)) << "the quick look must not miss one: " << frame;
  }
  return describe(found);
}

TEST(SenderSequence, IsFoundWhereSendersOfEachKindPutIt) {
  struct Case {
    std::string_view why, frame, expected;
  };
  constexpr Case kCases[] = {
      {"Cisco IOS", "<189>364241: Nov 20 06:59:00 GMT: %ADJ-3-RESOLVE_REQ: Adj resolve", "cisco 364241"},
      {"IOS with host and second number", "<189>22191: rtr1: 022546: .Nov 20 06:59:59.123 CET: %PARSER-5-CFGLOG: x",
       "cisco 22191"},
      {"RFC 5424 meta", R"(<13>1 2026-11-20T06:59:00Z h a - - [meta sequenceId="17" sysUpTime="37"] x)",
       "sequence_id 17"},
      {"meta behind another element", R"(<13>1 2026-11-20T06:59:00Z h a - - [o@1 a="b"][meta x="1" sequenceId="9"] x)",
       "sequence_id 9"},
      {"sequenceId of somebody else's element", R"(<13>1 2026-11-20T06:59:00Z h a - - [o@1 sequenceId="9"] x)", "none"},
      {"meta without it", R"(<13>1 2026-11-20T06:59:00Z h a - - [meta language="zh"] x)", "none"},
      {"an element's words inside a value", R"(<13>1 2026-11-20T06:59:00Z h a - - [o@1 v="[meta sequenceId=\"5\""] x)",
       "none"},
      {"no number", R"(<13>1 2026-11-20T06:59:00Z h a - - [meta sequenceId="abc"] x)", "none"},
      {"too large a number", R"(<13>1 2026-11-20T06:59:00Z h a - - [meta sequenceId="99999999999999999999999"] x)",
       "none"},
      {"PAN-OS traffic",
       "<14>Nov 20 06:59:00 pa 1,2026/11/20 14:59:00,007200001056,TRAFFIC,end,2305,2026/11/20 14:59:00,10.0.0.1,"
       "10.0.0.2,0.0.0.0,0.0.0.0,\"rule, with comma\",,,dns,vsys1,trust,untrust,ae1,ae2,fwd,2026/11/20 14:59:00,1,1,"
       "5353,53,0,0,0x19,udp,allow,200,100,100,2,2026/11/20 14:58:00,0,any,0,6915000000000123,0x0,x",
       "pan_os 6915000000000123"},
      {"PAN-OS threat",
       "<14>Nov 20 06:59:00 pa 1,2026/11/20 14:59:00,007200001056,THREAT,url,2305,2026/11/20 14:59:00,10.0.0.1,"
       "10.0.0.2,0.0.0.0,0.0.0.0,r,,,web,vsys1,trust,untrust,ae1,ae2,fwd,2026/11/20 14:59:00,1,1,5353,53,0,0,0x19,tcp,"
       "block,\"a,\"\"b\"\",c\",(9999),cat,informational,client-to-server,4711,0x0",
       "pan_os 4711"},
      {"PAN-OS system",
       "<14>Nov 20 06:59:00 pa 1,2026/11/20 14:59:00,007200001056,SYSTEM,general,0,2026/11/20 14:59:00,,general,,0,0,"
       "general,informational,\"Connection, closed\",88,0x0",
       "pan_os 88"},
      {"PAN-OS of a type whose place is not certain",
       "<14>Nov 20 06:59:00 pa 1,2026/11/20 14:59:00,007200001056,CONFIG,0,0,2026/11/20 14:59:00,h,,set,a,Web,OK,p,5",
       "none"},
      {"PAN-OS cut short", "<14>Nov 20 06:59:00 pa 1,2026/11/20 14:59:00,007200001056,TRAFFIC,end", "none"},
      {"Snare behind a header", "<14>Sep 17 16:37:25 WIN MSWinEventLog\t1\tSecurity\t6862\tFri Sep 17 16:37:25 2021\t4608",
       "snare 6862"},
      {"Snare without one", "windowsserver\tMSWinEventLog\t1\tSecurity\t1167\tFri Mar 19 15:33:30 2010\t540", "snare 1167"},
      {"pfSense's commas", "<134>Nov 20 06:59:00 filterlog[5]: 82,,,1000002666,mvneta2,match", "none"},
      {"a plain line", "<13>Nov 20 06:59:00 h app: 1, 2 and 3", "none"},
      {"an empty one", "", "none"},
  };
  for (const auto& [why, frame, expected] : kCases) EXPECT_EQ(read(frame), expected) << why;
}

TEST(SenderSequence, OfAJournalEntryIsTheFieldAndNotTheMessage) {
  struct Case {
    std::string_view why, entry, expected;
  };
  constexpr Case kCases[] = {
      {"as systemd 254 writes it", "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1\n__SEQNUM=4711\n__SEQNUM_ID=ab\nMESSAGE=x\n",
       "journal 4711"},
      {"as the first field", "__SEQNUM=1\nMESSAGE=x\n", "journal 1"},
      {"an older systemd", "__CURSOR=s=1\nMESSAGE=x\n", "none"},
      {"words of a message", "__CURSOR=s=1\nMESSAGE=a __SEQNUM=5\n", "none"},
      {"no number", "__SEQNUM=x\n", "none"},
  };
  for (const auto& [why, entry, expected] : kCases) EXPECT_EQ(describe(find_journal_sequence(entry)), expected) << why;
}

/// Takes "1 2 5 s 4 …" ('s': settle) and tells what went missing: "2 (3-4)", "-" for nothing, restarts as "r1".
std::string missing_of(std::string_view story) {
  std::optional<SequenceTracker> tracker;
  MissingNumbers missing;
  while (!story.empty()) {
    const std::string_view word = story.substr(0, story.find(' '));
    story.remove_prefix(std::min(story.size(), word.size() + 1));
    if (word == "s") {
      missing.add(tracker->settle());
      continue;
    }
    // "5..9" are numbers in a row.
    const std::size_t dots = word.find("..");
    const auto number = [](std::string_view text) { return std::stoull(std::string(text)); };
    const std::uint64_t from = number(word.substr(0, dots));
    const std::uint64_t to = dots == std::string_view::npos ? from : number(word.substr(dots + 2));
    for (std::uint64_t left = to - from + 1; left > 0; --left) {
      if (tracker) {
        missing.add(tracker->take(to - left + 1));
      } else {
        tracker.emplace(from);
      }
    }
  }
  std::string out = missing.count == 0 ? "-"
                                       : std::to_string(missing.count) + " (" + std::to_string(missing.first) + "-" +
                                             std::to_string(missing.last) + ")";
  if (tracker->restarts() != 0) out += " r" + std::to_string(tracker->restarts());
  return out;
}

TEST(SequenceTracker, TellsGapsFromReorderingRestartsAndDoubles) {
  struct Case {
    std::string_view why, story, expected;
  };
  constexpr Case kCases[] = {
      {"in a row", "10..500 s s", "-"},
      {"a hole, once patience has run out", "10..20 25..30 s s", "4 (21-24)"},
      {"a hole is waited for", "10..20 25..30 s", "-"},
      {"a hole so far behind that nobody waits", "10..20 25..400", "4 (21-24)"},
      {"late, and in another order", "10 12 11 15 13 14 16 s s", "-"},
      {"late by almost the window", "10 12..260 11 s s", "-"},
      {"late after it was given up", "10 12 s s 11 13", "1 (11-11)"},
      {"two holes", "1 3 5 s s", "2 (2-4)"},
      {"larger than the window", "1 1001 s s", "999 (2-1000)"},
      {"a sender that begins anew", "5000..5010 1 2 3 s s", "- r1"},
      {"begins anew while its last numbers are near", "1..6 1..6 7 s s", "- r1"},
      {"begins anew and has a hole", "5000..5010 1 2 5 6 s s", "2 (3-4) r1"},
      {"a straggler from long ago is no restart", "1..1000 5 1001..1010 s s", "-"},
      {"each twice, as a mirrored port sends them", "1 1 2 2 3 3 4 4 5 5 6 6 s s", "-"},
      {"RFC 5424's end of numbers", "2147483645..2147483647 1 2 3 s s", "- r1"},
      {"a leap is another series", "1..9 9000000 9000001 s s", "- r1"},
      {"holes before a restart count", "100 105 1 2 3 4 s s", "4 (101-104) r1"},
      {"the largest number there is", "18446744073709551614 18446744073709551615 s s", "-"},
  };
  for (const auto& [why, story, expected] : kCases) EXPECT_EQ(missing_of(story), expected) << why << ": " << story;
}

TEST(SequenceTracker, LearnsThatASenderKeepsNumbersToItself) {
  SequenceTracker filtered(1), lossy(1);
  for (std::uint64_t number = 3; number < 2000; number += 2) {
    filtered.take(number);
    if (number % 400 != 1) lossy.take(number - 1);
    lossy.take(number);
  }
  EXPECT_TRUE(filtered.habitual()) << "every second number is somebody else's";
  EXPECT_FALSE(lossy.habitual()) << "now and then one is lost";
}

TEST(SenderSequences, KeepsSeriesApartAndEightAtMost) {
  SenderSequences sequences;
  for (std::uint64_t number = 1; number <= 10; ++number) {
    sequences.take({SequenceKind::pan_os, 1, number});
    sequences.take({SequenceKind::pan_os, 2, 1000 + number});
  }
  sequences.settle();
  EXPECT_EQ(sequences.settle().count, 0U);
  for (std::uint32_t series = 0; series < 100; ++series) sequences.take({SequenceKind::snare, series, 5});
  EXPECT_LE(sequences.save().size(), 8U * 32U);
  EXPECT_EQ(sequences.kinds(), "snare");
}

TEST(SenderSequences, TellsAfterARestartOfOursWhatWasLostMeanwhile) {
  SenderSequences before, after;
  before.take({SequenceKind::cisco, 0, 100});
  before.take({SequenceKind::cisco, 0, 101});
  after.load(before.save());
  after.take({SequenceKind::cisco, 0, 110});
  after.settle();
  EXPECT_EQ(after.settle().count, 8U);
  for (const std::string_view odd : {"", " ", "x", "1:2", "9:0:1", "0:99999999999:1", "0:0:x", "0:0:1 0:1"}) {
    SenderSequences loaded;
    loaded.load(odd);
    EXPECT_LE(loaded.save().size(), 8U) << odd;
  }
}

}  // namespace
}  // namespace vigil
