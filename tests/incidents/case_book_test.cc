#include "incidents/case_book.h"

#include <gtest/gtest.h>

#include "tests/incidents/school.h"

namespace vigil {
namespace {

using namespace test;

Detection attack(std::int64_t at_ns = kAfternoon, std::string ip = "203.0.113.9") {
  return detection(brute_force(), at_ns, "srv1", {{"source.ip", std::move(ip)}, {"host.name", "srv1"}});
}

std::string describe(const Result<void, CaseError>& result) {
  if (result) return "done";
  switch (result.error().code) {
    case CaseError::Code::not_found:
      return "not_found";
    case CaseError::Code::wrong_state:
      return "wrong_state";
    case CaseError::Code::bad_argument:
      return "bad_argument";
  }
  return "?";
}

std::string acts_of(const Case& incident) {
  std::string out;
  for (const auto& act : incident.acts) out += (out.empty() ? "" : " ") + act.act;
  return out;
}

TEST(CaseBook, NumbersCasesPerOrganisationYearAndDrill) {
  Desk desk;
  Detection other = attack();
  other.organisation = "school-b";
  Detection drill = attack();
  drill.drill = true;
  const auto ids = desk.apply({attack(), attack(kAfternoon, "198.51.100.7"), other, drill});
  // The second shares the host with the first: one case.
  EXPECT_EQ(ids,
            (std::vector<std::string>{"school-a-2026-0001", "school-a-2026-D0001", "school-b-2026-0001"}));
  desk.apply({detection(brute_force(), kAfternoon, "pc1", {{"source.ip", "198.51.100.8"}})});
  EXPECT_TRUE(desk.book->find("school-a-2026-0002"));
}

TEST(CaseBook, TakesTheYearInTheOrganisationsZone) {
  Desk desk;
  // 2027-01-01 00:30 in Taipei is still 2026 in UTC.
  constexpr std::int64_t kNewYear = 1'798'734'600LL * kSecond;
  desk.apply({attack(kNewYear)}, kNewYear);
  EXPECT_EQ(desk.only().id, "school-a-2027-0001");
}

TEST(CaseBook, BI67MakesIdsThatAreSafeInPathsAndUrls) {
  Desk desk;
  Detection odd = attack();
  odd.organisation = "../學校/a b";
  desk.apply({odd});
  const std::string id = desk.only().id;
  EXPECT_EQ(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"),
            std::string::npos)
      << id;
  EXPECT_EQ(desk.only().organisation, "../學校/a b");
  desk.restart();
  EXPECT_TRUE(desk.book->find(id));
  EXPECT_TRUE(desk.book->unreadable().empty());
}

TEST(CaseBook, GoesOnAfterARestartAsIfNothingHadBeen) {
  Desk desk;
  Desk unbroken;
  const std::vector<std::vector<Detection>> days = {
      {attack(),
       detection(web_shell(), kAfternoon, "web1", {{"source.ip", "198.51.100.7"}, {"host.name", "web1"}})},
      {attack(kAfternoon + kMinute),
       detection(context_rule(), kAfternoon, "web1", {{"source.ip", "198.51.100.7"}})},
      {detection(brute_success(), kAfternoon + 2 * kMinute, "web1",
                 {{"source.ip", "203.0.113.9"}, {"host.name", "web1"}})},
      {detection(brute_force(), kAfternoon + 30 * kHour, "srv1", {{"source.ip", "203.0.113.9"}})}};
  std::int64_t now = kAfternoon;
  for (const auto& day : days) {
    now += kMinute;
    EXPECT_EQ(desk.apply(day, now), unbroken.apply(day, now));
    desk.restart();
    const auto cases = desk.book->list({"*"}), expected = unbroken.book->list({"*"});
    ASSERT_EQ(cases.size(), expected.size());
    for (std::size_t i = 0; i < cases.size(); ++i) EXPECT_EQ(cases[i]->serialize(), expected[i]->serialize());
    EXPECT_EQ(desk.book->notices(), unbroken.book->notices());
  }
  EXPECT_EQ(desk.store.rows, unbroken.store.rows);
}

TEST(CaseBook, KilledBeforeTheCommitLosesNothingAndDoublesNothing) {
  Desk desk;
  {
    StateChange never_committed;
    const std::vector<Detection> detections = {attack()};
    EXPECT_EQ(desk.book->apply(detections, kAfternoon, never_committed).size(), 1U);
    EXPECT_FALSE(never_committed.empty());
  }
  desk.restart();  // the cursor was in the same change, so the same detections come again
  EXPECT_EQ(desk.count(), 0U);
  EXPECT_TRUE(desk.book->notices().empty());
  EXPECT_EQ(desk.apply({attack()}), std::vector<std::string>{"school-a-2026-0001"});
  desk.restart();
  EXPECT_EQ(desk.only().detections[0].count, 1U);
  EXPECT_EQ(desk.book->notices().size(), 1U);
}

TEST(CaseBook, NeverGivesANumberTwiceEvenWithoutItsCounter) {
  Desk desk;
  desk.apply({attack()});
  desk.store.rows.erase("case-number/school-a/2026");
  desk.restart();
  EXPECT_EQ(desk.apply({detection(brute_force(), kAfternoon, "pc1", {{"source.ip", "198.51.100.8"}})}),
            std::vector<std::string>{"school-a-2026-0002"});
}

TEST(CaseBook, LeavesWhatItCannotReadAndSaysSo) {
  Desk desk;
  desk.apply({attack()});
  desk.store.rows["case/school-a/school-a-2026-0009"] = R"({"v":2,"id":"school-a-2026-0009"})";
  desk.store.rows["case/school-a/elsewhere"] = desk.only().serialize();
  desk.store.rows["outbox/x"] = "{";
  desk.restart();
  EXPECT_EQ(
      desk.book->unreadable(),
      (std::vector<std::string>{"case/school-a/elsewhere", "case/school-a/school-a-2026-0009", "outbox/x"}));
  EXPECT_EQ(desk.count(), 1U);
}

TEST(CaseBook, ShowsCasesOfTheOrganisationsAskedForNewestFirst) {
  Desk desk;
  desk.apply({attack()}, kAfternoon);
  Detection other = attack();
  other.organisation = "school-b";
  desk.apply({other}, kAfternoon + kMinute);
  const auto ids = [&](const std::vector<std::string>& organisations) {
    std::string out;
    for (const Case* incident : desk.book->list(organisations)) out += incident->id + " ";
    return out;
  };
  EXPECT_EQ(ids({"*"}), "school-b-2026-0001 school-a-2026-0001 ");
  EXPECT_EQ(ids({"school-a"}), "school-a-2026-0001 ");
  EXPECT_EQ(ids({"school-a", "school-b"}), "school-b-2026-0001 school-a-2026-0001 ");
  EXPECT_EQ(ids({"county"}), "");
  EXPECT_EQ(ids({}), "") << "no organisation means none";
}

TEST(CaseBook, ConfirmingIsKnowingAndStartsTheClocks) {
  Desk desk;
  desk.apply({attack()});
  const std::string id = desk.only().id;
  EXPECT_TRUE(desk.only().clocks.empty());
  const std::int64_t known = kAfternoon + 10 * kMinute;
  ASSERT_TRUE(desk.confirm(id, known));
  const Case& incident = desk.only();
  EXPECT_EQ(incident.state, CaseState::incident);
  EXPECT_EQ(incident.known_ns, known);
  EXPECT_EQ(incident.profile, "tw-2026");
  ASSERT_FALSE(incident.clocks.empty());
  EXPECT_EQ(incident.clocks[0].id, "initial_notification");
  EXPECT_EQ(incident.clocks[0].due_ns, known + kHour);
  EXPECT_EQ(acts_of(incident), "opened confirmed");
  EXPECT_EQ(incident.acts[1].who, "王小明");
  desk.restart();
  EXPECT_EQ(desk.only().known_ns, known);
}

TEST(CaseBook, AnswersWhatCannotBeDone) {
  struct Row {
    std::string_view why, verb, id, who, text, expected;
  };
  const std::string id = "school-a-2026-0001";
  const std::string long_text(8001, 'x');
  const Row kRows[] = {
      {"confirming nothing", "confirm", "school-a-2026-0009", "王小明", "", "not_found"},
      {"BI-67 an id that is none", "confirm", "../../etc/passwd", "王小明", "", "not_found"},
      {"confirming without a name", "confirm", id, " ", "", "bad_argument"},
      {"a note past the limit", "confirm", id, "王小明", long_text, "bad_argument"},
      {"rejecting without a reason", "reject", id, "王小明", " \n", "bad_argument"},
      {"an empty note", "note", id, "王小明", "", "bad_argument"},
      {"a note", "note", id, "王小明", "已電話詢問", "done"},
      {"confirming", "confirm", id, "王小明", "屬實", "done"},
      {"confirming twice", "confirm", id, "王小明", "", "wrong_state"},
      {"rejecting what was confirmed", "reject", id, "王小明", "誤判", "wrong_state"},
      {"a note on a confirmed case", "note", id, "王小明", "處理中", "done"},
  };
  Desk desk;
  desk.apply({attack()});
  for (const auto& row : kRows) {
    StateChange change;
    Result<void, CaseError> done;
    if (row.verb == "confirm") done = desk.book->confirm(row.id, row.who, row.text, kAfternoon, change);
    if (row.verb == "reject") done = desk.book->reject(row.id, row.who, row.text, kAfternoon, change);
    if (row.verb == "note") done = desk.book->note(row.id, row.who, row.text, kAfternoon, change);
    EXPECT_EQ(describe(done), row.expected) << row.why;
    EXPECT_EQ(change.empty(), row.expected != "done") << row.why;
    if (!done) {
      EXPECT_FALSE(done.error().what_zh.empty()) << row.why;
      EXPECT_FALSE(done.error().what_en.empty()) << row.why;
    }
  }
  EXPECT_EQ(acts_of(desk.only()), "opened note confirmed note");
}

TEST(CaseBook, ARejectedCaseTakesNothingMoreAndTheNextAttackOpensAnother) {
  Desk desk;
  desk.apply({attack()});
  StateChange change;
  ASSERT_TRUE(desk.book->reject("school-a-2026-0001", "王小明", "弱點掃描", kAfternoon, change));
  ASSERT_TRUE(desk.store.commit(change));
  EXPECT_EQ(desk.only().reject_reason, "弱點掃描");
  EXPECT_TRUE(desk.only().clocks.empty());
  EXPECT_EQ(desk.apply({attack(kAfternoon + kMinute)}), std::vector<std::string>{"school-a-2026-0002"});
  desk.restart();
  EXPECT_EQ(desk.apply({attack(kAfternoon + 2 * kMinute)}), std::vector<std::string>{"school-a-2026-0002"});
}

TEST(CaseBook, AConfirmedCaseGoesOnTakingItsDetections) {
  Desk desk;
  desk.apply({detection(brute_success(), kAfternoon, "web1", {{"source.ip", "203.0.113.9"}})});
  ASSERT_TRUE(desk.confirm("school-a-2026-0001", kAfternoon));
  EXPECT_EQ(desk.only().level.overall(), 1);
  desk.apply({detection(brute_success(), kAfternoon + kMinute, "srv1", {{"source.ip", "203.0.113.9"}})},
             kAfternoon + 40 * kHour);
  const Case& incident = desk.only();
  EXPECT_EQ(incident.level.overall(), 3);
  EXPECT_EQ(acts_of(incident), "opened confirmed escalated");
  // The 72 hours stay visible and void; 36 hours from knowing are already over.
  std::string clocks;
  for (const auto& clock : incident.clocks)
    clocks += clock.id + ":" + clock.state_at(kAfternoon + 40 * kHour) + " ";
  EXPECT_EQ(clocks,
            "initial_notification:overdue damage_control:void report:running ciso_report:running "
            "phone_superior:running damage_control:overdue ");
}

TEST(CaseBook, SharingWithTwoCasesJoinsTheStrongerAndNamesTheOtherOncePeopleHaveActed) {
  Desk desk;
  desk.apply(
      {detection(brute_force(), kAfternoon, "srv1", {{"source.ip", "203.0.113.9"}, {"host.name", "srv1"}}),
       detection(web_shell(), kAfternoon, "web1", {{"source.ip", "198.51.100.7"}, {"host.name", "web1"}})});
  ASSERT_TRUE(desk.confirm("school-a-2026-0002", kAfternoon));
  desk.apply({detection(brute_success(), kAfternoon, "web1", {{"host.name", "web1"}, {"source.ip", "203.0.113.9"}})});
  ASSERT_EQ(desk.count(), 2U);
  const Case& first = *desk.book->find("school-a-2026-0001");
  const Case& second = *desk.book->find("school-a-2026-0002");
  EXPECT_EQ(first.detections.size(), 2U) << "an address says more than a host";
  EXPECT_EQ(first.related, std::vector<std::string>{second.id});
  EXPECT_EQ(second.related, std::vector<std::string>{first.id});
}

}  // namespace
}  // namespace vigil
