// What people change about candidates: union and splitting, exceptions, dispositions; and which records speak for them.

#include <gtest/gtest.h>

#include "tests/incidents/school.h"

namespace vigil {
namespace {

using namespace test;

constexpr std::string_view kOlder = "school-a-2026-0001", kYounger = "school-a-2026-0002";

Detection from(std::string ip, std::string host, std::int64_t at_ns = kAfternoon) {
  return detection(brute_force(), at_ns, host, {{"source.ip", std::move(ip)}, {"host.name", host}});
}

/// Two attackers on two hosts, and the first of them on the second host too.
void tie_two(Desk& desk) {
  desk.apply({from("203.0.113.9", "srv1"), from("203.0.113.9", "srv1")});
  desk.apply({from("198.51.100.7", "web1")}, kAfternoon + kSecond);
  desk.apply({from("203.0.113.9", "web1")}, kAfternoon + kMinute);
}

std::uint64_t found(const Case& incident) {
  std::uint64_t out = 0;
  for (const auto& row : incident.detections) out += row.count;
  return out;
}

template <class Work>
auto change(Desk& desk, Work&& work) {
  StateChange edits;
  auto done = work(*desk.book, edits);
  EXPECT_TRUE(desk.store.commit(edits));
  return done;
}

TEST(Union, CandidatesThatADetectionTiesTogetherBecomeTheOlderOne) {
  Desk desk;
  tie_two(desk);
  const Case& incident = desk.only();
  EXPECT_EQ(incident.id, kOlder);
  EXPECT_EQ(found(incident), 4U) << "counts are exact";
  EXPECT_EQ(incident.aliases, std::vector<std::string>{std::string(kYounger)});
  const Case* younger = desk.book->find(kYounger);
  ASSERT_NE(younger, nullptr);
  EXPECT_EQ(younger->merged_into, kOlder);
  EXPECT_EQ(younger->state, CaseState::closed);
  EXPECT_EQ(younger->acts.back().act, "merged");
  std::string reasons;
  for (const auto& edge : incident.edges) reasons += edge.kind + " " + edge.type + " " + edge.value + "; ";
  EXPECT_NE(reasons.find("merged host.name web1"), std::string::npos) << reasons;
  EXPECT_NE(incident.to_json(kAfternoon, 480).find("joined because source.ip 203.0.113.9"), std::string::npos);
  for (const auto& notice : desk.book->notices()) EXPECT_EQ(notice.case_id, kOlder) << "nobody is told of the other";
  const std::string before = incident.serialize();
  desk.restart();
  EXPECT_EQ(desk.only().serialize(), before);
  EXPECT_EQ(desk.apply({from("198.51.100.7", "pc9", kAfternoon + kHour)}), std::vector<std::string>{std::string(kOlder)});
}

TEST(Union, NeverCrossesOrganisationsOrDrills) {
  Desk desk;
  Detection other = from("203.0.113.9", "srv1"), drill = from("203.0.113.9", "srv1");
  other.organisation = "school-b";
  drill.drill = true;
  desk.apply({from("203.0.113.9", "srv1"), other, drill});
  EXPECT_EQ(desk.count(), 3U);
  const auto merged = change(desk, [&](CaseBook& book, StateChange& edits) {
    return book.merge(kOlder, "school-b-2026-0001", "王小明", kAfternoon, edits);
  });
  ASSERT_FALSE(merged);
  EXPECT_EQ(merged.error().code, CaseError::Code::bad_argument);
}

TEST(Union, WhatPeopleTookApartStaysApart) {
  Desk desk;
  tie_two(desk);
  const auto part = change(desk, [&](CaseBook& book, StateChange& edits) {
    return book.split_case(kOlder, kYounger, "王小明", kAfternoon + kHour, edits);
  });
  ASSERT_TRUE(part);
  EXPECT_EQ(*part, kYounger);
  EXPECT_EQ(desk.count(), 2U);
  EXPECT_EQ(found(*desk.book->find(kOlder)), 3U);
  EXPECT_EQ(found(*desk.book->find(kYounger)), 1U);
  EXPECT_EQ(desk.book->find(kYounger)->state, CaseState::candidate);
  desk.restart();
  desk.apply({from("203.0.113.9", "web1", kAfternoon + 2 * kHour)}, kAfternoon + 2 * kHour);
  EXPECT_EQ(desk.count(), 2U) << "the same tie does not unite them again";
  const auto merged = change(desk, [&](CaseBook& book, StateChange& edits) {
    return book.merge(kYounger, kOlder, "王小明", kAfternoon + 3 * kHour, edits);
  });
  ASSERT_TRUE(merged);
  EXPECT_EQ(*merged, kOlder);
  EXPECT_EQ(found(desk.only()), 5U);
}

TEST(Union, SplittingByAnEntityTakesExactlyWhatNamesIt) {
  Desk desk;
  tie_two(desk);
  const auto part = change(desk, [&](CaseBook& book, StateChange& edits) {
    return book.split(kOlder, "source.ip", "198.51.100.7", "王小明", kAfternoon + kHour, edits);
  });
  ASSERT_TRUE(part);
  EXPECT_EQ(*part, "school-a-2026-0003");
  const Case &whole = *desk.book->find(kOlder), &taken = *desk.book->find(*part);
  EXPECT_EQ(found(whole), 3U);
  EXPECT_EQ(found(taken), 1U);
  EXPECT_EQ(whole.related, std::vector<std::string>{taken.id});
  EXPECT_EQ(taken.acts.back().act, "split");
  desk.restart();
  const auto next = [&](std::string ip, std::string host) {
    return desk.apply({from(std::move(ip), std::move(host), kAfternoon + 2 * kHour)}, kAfternoon + 2 * kHour);
  };
  EXPECT_EQ(next("198.51.100.7", "pc5"), std::vector<std::string>{*part}) << "what names it goes there";
  EXPECT_EQ(next("203.0.113.9", "pc6"), std::vector<std::string>{std::string(kOlder)});
}

TEST(Union, AnswersWhatCannotBeSplitOrMerged) {
  Desk desk;
  tie_two(desk);
  desk.apply({detection(web_shell(), kAfternoon, "ns1", {{"source.ip", "192.0.2.1"}})});
  const std::string third = "school-a-2026-0003";
  const auto code = [](const auto& done) { return done ? -1 : static_cast<int>(done.error().code); };
  constexpr int kNotFound = 0, kWrongState = 1, kBadArgument = 2;
  StateChange edits;
  CaseBook& book = *desk.book;
  EXPECT_EQ(code(book.split("nope", "source.ip", "1.2.3.4", "王", kAfternoon, edits)), kNotFound);
  EXPECT_EQ(code(book.split(kOlder, "source.ip", "1.2.3.4", "王", kAfternoon, edits)), kBadArgument);
  EXPECT_EQ(code(book.split(third, "source.ip", "192.0.2.1", "王", kAfternoon, edits)), kBadArgument) << "nothing remains";
  EXPECT_EQ(code(book.split(kYounger, "source.ip", "198.51.100.7", "王", kAfternoon, edits)), kWrongState) << "merged";
  EXPECT_EQ(code(book.split(kOlder, "source.ip", "198.51.100.7", " ", kAfternoon, edits)), kBadArgument);
  EXPECT_EQ(code(book.split_case(kOlder, third, "王", kAfternoon, edits)), kWrongState);
  EXPECT_EQ(code(book.merge(kOlder, kOlder, "王", kAfternoon, edits)), kBadArgument);
  EXPECT_EQ(code(book.merge(kOlder, kYounger, "王", kAfternoon, edits)), kWrongState);
  EXPECT_EQ(code(book.confirm(kYounger, "王", "", kAfternoon, edits)), kWrongState);
  ASSERT_TRUE(book.confirm(kOlder, "王", "", kAfternoon, edits));
  ASSERT_TRUE(book.confirm(third, "王", "", kAfternoon, edits));
  EXPECT_EQ(code(book.merge(kOlder, third, "王", kAfternoon, edits)), kWrongState) << "each has clocks of its own";
}

CaseException exception(std::string rule_id, std::string type, std::string value, std::int64_t expires_ns) {
  CaseException out;
  out.rule = std::move(rule_id);
  out.entity_type = std::move(type);
  out.entity_value = std::move(value);
  out.owner = "王小明";
  out.reason = "弱點掃描主機";
  out.expires_ns = expires_ns;
  return out;
}

TEST(Exceptions, KeepOutWhatTheyCoverAndCountIt) {
  struct Row {
    std::string_view why;
    CaseException wanted;
    bool kept_out;
  };
  const std::int64_t later = kAfternoon + kDay;
  CaseException elsewhere = exception("ssh-brute", "", "", later);
  elsewhere.organisation = "school-b";
  const Row kRows[] = {
      {"the rule", exception("ssh-brute", "", "", later), true},
      {"another rule", exception("web-shell", "", "", later), false},
      {"the address", exception("", "source.ip", "203.0.113.9", later), true},
      {"the address under another name of the same kind", exception("", "ip", "::ffff:203.0.113.9", later), true},
      {"another address", exception("", "source.ip", "203.0.113.8", later), false},
      {"both", exception("ssh-brute", "host.name", "SRV1", later), true},
      {"one of both is not enough", exception("web-shell", "host.name", "srv1", later), false},
      {"another organisation", elsewhere, false},
  };
  for (const auto& row : kRows) {
    Desk desk;
    StateChange edits;
    ASSERT_TRUE(desk.book->add_exception(row.wanted, kAfternoon, edits)) << row.why;
    ASSERT_TRUE(desk.store.commit(edits));
    desk.apply({from("203.0.113.9", "srv1")});
    EXPECT_EQ(desk.count(), row.kept_out ? 0U : 1U) << row.why;
    desk.restart();
    const auto list = desk.book->exceptions();
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0].count, row.kept_out ? 1U : 0U) << row.why;
    EXPECT_EQ(list[0].last_ns, row.kept_out ? kAfternoon : 0) << row.why;
    EXPECT_TRUE(desk.book->risk({"*"}, kAfternoon, 10).empty() == row.kept_out) << row.why;
  }
}

TEST(Exceptions, EndByThemselvesOrByHandAndStayVisible) {
  Desk desk;
  StateChange edits;
  ASSERT_TRUE(desk.book->add_exception(exception("ssh-brute", "", "", kAfternoon + kHour), kAfternoon, edits));
  ASSERT_TRUE(desk.store.commit(edits));
  desk.apply({from("203.0.113.9", "srv1")}, kAfternoon);
  EXPECT_EQ(desk.count(), 0U);
  desk.apply({from("203.0.113.9", "srv1", kAfternoon + kHour)}, kAfternoon + kHour);
  EXPECT_EQ(desk.count(), 1U) << "expired";
  EXPECT_EQ(desk.book->exceptions()[0].state_at(kAfternoon + kHour), "expired");
  const auto add = [](CaseBook& book, StateChange& change) {
    return book.add_exception(exception("web-shell", "", "", kAfternoon + kDay), kAfternoon, change);
  };
  EXPECT_EQ(change(desk, add)->id, "X-0002");
  const auto end = [](CaseBook& book, StateChange& change) {
    return book.end_exception("X-0002", "李小華", kAfternoon, change);
  };
  EXPECT_TRUE(change(desk, end));
  EXPECT_EQ(change(desk, end).error().code, CaseError::Code::wrong_state);
  EXPECT_EQ(desk.book->exceptions()[1].ended_by, "李小華");
}

TEST(Exceptions, AreRefusedWhereTheyWouldBeBlindness) {
  const std::int64_t later = kAfternoon + kDay;
  CaseException no_reason = exception("r", "", "", later), no_owner = no_reason;
  no_reason.reason = " ";
  no_owner.owner = "";
  const std::pair<std::string_view, CaseException> kRows[] = {
      {"for everything", exception("", "", "", later)},
      {"without expiry", exception("r", "", "", 0)},
      {"already over", exception("r", "", "", kAfternoon)},
      {"for two years", exception("r", "", "", kAfternoon + 731 * kDay)},
      {"half an entity", exception("", "source.ip", "", later)},
      {"without a reason", no_reason},
      {"without an owner", no_owner},
      {"a name past the limit", exception(std::string(300, 'r'), "", "", later)},
  };
  Desk desk;
  for (const auto& [why, wanted] : kRows) {
    StateChange edits;
    const auto done = desk.book->add_exception(wanted, kAfternoon, edits);
    ASSERT_FALSE(done) << why;
    EXPECT_FALSE(done.error().what_zh.empty() || done.error().what_en.empty()) << why;
    EXPECT_TRUE(edits.empty()) << why;
  }
}

TEST(Quality, CountsWhatPeopleDecidedAndProposesAFilter) {
  Desk desk;
  auto meta = brute_force();
  meta->logsource = "{product: linux, service: sshd}";
  std::int64_t now = kAfternoon;
  for (int i = 0; i < 21; ++i) {
    now += kDay;
    desk.apply({detection(meta, now, "srv1", {{"source.ip", "10.0.0.9"}, {"user.name", "it's*"}})}, now);
    const std::string id = desk.book->list({"*"})[0]->id;
    ASSERT_TRUE(change(desk, [&](CaseBook& book, StateChange& edits) {
      return book.reject(id, "王小明", "弱點掃描", now, edits, i % 2 == 0 ? Disposition::false_positive : Disposition::benign);
    }));
    if (i == 18) {
      EXPECT_FALSE(desk.book->quality({"*"})[0].wants_filter()) << "nineteen say too little";
    }
  }
  desk.restart();
  const auto rows = desk.book->quality({"school-a"});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].cases.wrong, 11U);
  EXPECT_EQ(rows[0].cases.benign, 10U);
  EXPECT_EQ(rows[0].precision(), 0);
  EXPECT_NEAR(rows[0].upper_bound(), 0.155, 0.001);
  EXPECT_TRUE(rows[0].wants_filter());
  EXPECT_EQ(rows[0].filter(),
            "title: 'Filter: Rule ssh-brute'\nlogsource: {product: linux, service: sshd}\nfilter:\n"
            "  rules: ['ssh-brute']\n"
            "  harmless_source_ip:\n    source.ip:\n      - '10.0.0.9'\n"
            "  harmless_user_name:\n    user.name:\n      - 'it''s\\*'\n"
            "  condition: not 1 of harmless_*\n");
  EXPECT_TRUE(desk.book->quality({"school-b"}).empty());
}

TEST(Samples, AreTheFirstTheLastOneOfEachValueAndSomeOfTheRest) {
  SampleSet samples;
  for (std::uint64_t i = 1; i <= 1000; ++i) samples.offer(i, i % 100 == 50 ? i : 7);
  EXPECT_EQ(samples.first, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(samples.last, (std::vector<std::uint64_t>{998, 999, 1000}));
  EXPECT_EQ(samples.keyed, (std::vector<std::uint64_t>{50, 150, 250, 350, 450, 550, 650, 750, 850, 950}));
  EXPECT_EQ(samples.rest.size(), SampleSet::kRestMax);
  SampleSet again;
  for (std::uint64_t i = 1; i <= 1000; ++i) again.offer(i, i % 100 == 50 ? i : 7);
  EXPECT_EQ(again.all(), samples.all()) << "the same offers, the same choice";
  EXPECT_LE(samples.all().size(), SampleSet::kAllMax);
  samples.offer(1000, 7);
  EXPECT_EQ(again.all(), samples.all()) << "a record offered twice counts once";
}

TEST(Samples, TheRestIsChosenEvenly) {
  std::uint64_t early = 0, all = 0;
  for (std::uint64_t run = 0; run < 50; ++run) {
    SampleSet samples;
    for (std::uint64_t i = 0; i < 1000 + run; ++i) samples.offer(run * 10'000 + i + 1, 7);
    for (const std::uint64_t sequence : samples.rest) early += sequence - run * 10'000 <= 500 ? 1U : 0U;
    all += samples.rest.size();
  }
  EXPECT_GT(early, all / 5);
  EXPECT_LT(early, all * 4 / 5);
}

}  // namespace
}  // namespace vigil
