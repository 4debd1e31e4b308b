#include <gtest/gtest.h>

#include "incidents/notice.h"
#include "tests/incidents/school.h"

namespace vigil {
namespace {

using namespace test;

Detection attack(std::int64_t at_ns = kAfternoon) {
  return detection(brute_force(), at_ns, "web1", {{"source.ip", "203.0.113.9"}});
}
Detection success() { return detection(brute_success(), kAfternoon, "web1", {{"source.ip", "203.0.113.9"}}); }
Detection shell() { return detection(web_shell(), kAfternoon, "web1", {{"source.ip", "203.0.113.9"}}); }

std::string describe(const std::vector<Notice>& notices) {
  std::string out;
  for (const auto& notice : notices) {
    out += (out.empty() ? "" : " | ") + notice.reason + " to";
    for (const auto& delivery : notice.deliveries) {
      out += " " + delivery.channel;
      if (delivery.done) out += "(done)";
      if (!delivery.done && delivery.attempts > 0) out += "(" + std::to_string(delivery.attempts) + ")";
    }
  }
  return out;
}

void deliver_all(Desk& desk, std::int64_t now_ns) {
  for (const auto& notice : desk.book->due_notices(now_ns)) {
    for (const auto& delivery : notice.deliveries) {
      StateChange change;
      desk.book->record_delivery(notice.id, delivery.channel, true, "", now_ns, change);
      EXPECT_TRUE(desk.store.commit(change));
    }
  }
}

TEST(Outbox, TellsOnceWhenACaseOpensAndNotForEachDetection) {
  Desk desk;
  desk.apply({attack()});
  for (int i = 1; i < 100; ++i) desk.apply({attack(kAfternoon + i * kSecond)}, kAfternoon + i * kSecond);
  EXPECT_EQ(describe(desk.book->notices()), "opened to mail spool");
}

TEST(Outbox, WaitsALittleSoThatTheFirstNoticeCarriesWhatFollows) {
  Desk desk;
  desk.apply({attack(), success()});
  EXPECT_EQ(desk.book->due_notices(kAfternoon + 2 * kSecond).size(), 0U);
  desk.apply({shell()}, kAfternoon + 2 * kSecond);
  EXPECT_EQ(desk.book->next_notice_ns(), kAfternoon + 3 * kSecond);
  EXPECT_EQ(describe(desk.book->due_notices(kAfternoon + 3 * kSecond)), "opened to mail spool");
  EXPECT_EQ(desk.book->notices().size(), 1U) << "what moved forward before the first attempt is told by it";
}

TEST(Outbox, TellsAgainWhenACaseMovesForward) {
  Desk desk;
  desk.apply({attack()});
  deliver_all(desk, kAfternoon + 5 * kSecond);
  desk.apply({attack()}, kAfternoon + 6 * kSecond);
  EXPECT_EQ(desk.book->notices().size(), 1U);
  desk.apply({success()}, kAfternoon + 7 * kSecond);
  EXPECT_EQ(describe(desk.book->due_notices(kAfternoon + 10 * kSecond)), "escalated to mail spool");
  deliver_all(desk, kAfternoon + 10 * kSecond);
  desk.apply({success(), success()}, kAfternoon + 20 * kSecond);
  EXPECT_EQ(desk.book->notices().size(), 2U) << "the same again is not forward";
  desk.apply({shell()}, kAfternoon + 30 * kSecond);
  EXPECT_EQ(desk.book->notices().size(), 3U) << "another category, a higher level";
  EXPECT_EQ(desk.only().acts.back().note.find("建議等級 1 → 2"), 0U) << desk.only().acts.back().note;
}

TEST(Outbox, TellsAtOnceWhatPeopleDecided) {
  Desk desk;
  desk.apply({attack()});
  deliver_all(desk, kAfternoon + 5 * kSecond);
  desk.confirm("school-a-2026-0001", kAfternoon + kMinute);
  EXPECT_EQ(describe(desk.book->due_notices(kAfternoon + kMinute)), "confirmed to mail spool");
}

TEST(Outbox, ADrillReachesDrillChannelsOnlyAndProductionTheOthersOnly) {
  Desk desk;
  Detection drill = attack();
  drill.drill = true;
  desk.apply({attack(), drill});
  EXPECT_EQ(describe(desk.book->notices()), "opened to mail spool | opened to drill-spool");
  for (const auto& notice : desk.book->notices())
    EXPECT_EQ(notice.drill, notice.case_id.find("-D") != std::string::npos);
}

TEST(Outbox, ANoticeWithoutAChannelIsKeptWithItsReasonAndGoesOutWhenThereIsOne) {
  ChannelConfig mail;
  mail.id = "mail";
  Desk desk({}, {mail});
  Detection drill = attack();
  drill.drill = true;
  desk.apply({drill});
  ASSERT_EQ(desk.book->notices().size(), 1U);
  EXPECT_TRUE(desk.book->notices()[0].deliveries.empty());
  EXPECT_NE(desk.book->notices()[0].undeliverable.find("no drill channel"), std::string::npos);
  EXPECT_TRUE(desk.book->due_notices(kAfternoon + kDay).empty());
  EXPECT_FALSE(desk.book->next_notice_ns());
  desk.channels_ = school_channels();
  desk.restart();
  EXPECT_EQ(describe(desk.book->due_notices(kAfternoon + kDay)), "opened to drill-spool");
}

TEST(Outbox, BacksOffAndNeverGivesUp) {
  constexpr std::int64_t kWaits[] = {10, 30, 60, 300, 900, 900, 900};
  Desk desk;
  desk.apply({attack()});
  std::int64_t now = kAfternoon + 5 * kSecond;
  for (const std::int64_t wait : kWaits) {
    const auto due = desk.book->due_notices(now);
    ASSERT_EQ(due.size(), 1U) << wait;
    StateChange change;
    desk.book->record_delivery(due[0].id, "mail", false, "421 try later", now, change);
    desk.book->record_delivery(due[0].id, "spool", false, "disk full", now, change);
    ASSERT_TRUE(desk.store.commit(change));
    desk.restart();  // the schedule is durable
    EXPECT_TRUE(desk.book->due_notices(now + wait * kSecond - 1).empty()) << wait;
    EXPECT_EQ(desk.book->next_notice_ns(), now + wait * kSecond);
    now += wait * kSecond;
  }
  EXPECT_EQ(desk.book->notices()[0].deliveries[0].last_error, "421 try later");
  deliver_all(desk, now);
  EXPECT_EQ(describe(desk.book->notices()), "opened to mail(done) spool(done)");
  EXPECT_TRUE(desk.book->due_notices(now + kDay).empty());
  EXPECT_EQ(desk.only().acts.back().act, "told");
}

TEST(Outbox, EachChannelHasItsOwnFate) {
  Desk desk;
  desk.apply({attack()});
  const std::string id = desk.book->notices()[0].id;
  const std::int64_t now = kAfternoon + 5 * kSecond;
  StateChange change;
  desk.book->record_delivery(id, "spool", true, "", now, change);
  desk.book->record_delivery(id, "spool", true, "", now, change);
  desk.book->record_delivery(id, "mail", false, "550 \x1b[31mno\r\nsuch", now, change);
  desk.book->record_delivery(id, "nobody", true, "", now, change);
  desk.book->record_delivery("0", "mail", true, "", now, change);
  EXPECT_EQ(describe(desk.book->notices()), "opened to mail(1) spool(done)");
  const std::string error = desk.book->notices()[0].deliveries[0].last_error;
  EXPECT_EQ(error.find_first_of("\x1b\r\n"), std::string::npos) << error;
  std::size_t told = 0;
  for (const auto& act : desk.only().acts) told += act.act == "told" ? 1U : 0U;
  EXPECT_EQ(told, 1U);
}

TEST(Outbox, IdsGrowEvenWhenTheClockIsSetBack) {
  Desk desk;
  desk.apply({attack()}, kAfternoon);
  desk.restart();
  desk.apply({detection(brute_force(), kAfternoon, "pc1", {{"source.ip", "198.51.100.8"}})},
             kAfternoon - kDay);
  const auto notices = desk.book->notices();
  ASSERT_EQ(notices.size(), 2U);
  EXPECT_LT(notices[0].id, notices[1].id);
  EXPECT_EQ(notices[0].case_id, "school-a-2026-0001");
}

TEST(Notice, IsStoredAndReadBackExactly) {
  Notice notice;
  notice.id = "0001";
  notice.organisation = "school-a";
  notice.case_id = "c";
  notice.reason = "opened";
  notice.drill = true;
  notice.not_before_ns = INT64_MAX;
  notice.undeliverable = "none";
  notice.deliveries = {{"mail", 3, INT64_MIN, "bad \xFF", false, 0}, {"spool", 1, 0, "", true, 7}};
  ASSERT_TRUE(Notice::deserialize(notice.serialize()));
  EXPECT_EQ(*Notice::deserialize(notice.serialize()), notice);
  for (const char* text : {"", "[]", "{}", R"({"v":9,"id":"x","deliveries":[]})", R"({"v":1,"id":"x"})",
                           R"({"v":1,"id":"x","deliveries":[1]})", R"({"v":1,"id":7,"deliveries":[]})"}) {
    EXPECT_FALSE(Notice::deserialize(text)) << text;
  }
}

}  // namespace
}  // namespace vigil
