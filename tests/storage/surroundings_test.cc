#include "storage/surroundings.h"

#include <gtest/gtest.h>

#include "tests/storage/archive_helper.h"

namespace vigil {
namespace {

/// Two senders of one school in turn, and one of another; half of it in blocks. Times grow by a millisecond a record.
class SurroundingsTest : public testing::Test {
 protected:
  void SetUp() override {
    archive_ = test::open_archive({.directory = directory_ / "archive"});
    const auto gate = test::make_source("school-a", "gate"), mail = test::make_source("school-a", "mail"),
               other = test::make_source("school-b", "gate");
    test::BatchMaker maker;
    for (int i = 1; i <= 60; ++i) {
      maker.add("line " + std::to_string(i), i % 3 == 0 ? other : i % 3 == 1 ? gate : mail);
      if (i % 20 == 0) test::commit(*archive_, maker.take());
      if (i == 40) {
        ASSERT_TRUE(archive_->seal(true, maker.now()));
      }
    }
  }

  /// The lines' numbers, or what went wrong.
  std::string around(std::uint64_t sequence, const std::function<void(SurroundingsRequest&)>& change = {}) {
    SurroundingsRequest request;
    request.sequence = sequence;
    request.organisations = {"*"};
    request.records = 2;
    if (change) change(request);
    std::string lines;
    const auto done = surroundings(*archive_, request, [&](const StoredRecord& record) {
      lines += (lines.empty() ? "" : " ") + std::string(record.raw.substr(5));
      return true;
    });
    return done ? lines : std::string(store_errc_name(done.error().code));
  }

  test::TemporaryDirectory directory_;
  std::unique_ptr<Archive> archive_;
};

TEST_F(SurroundingsTest, AreOfTheSameSenderInOrderOfArrival) {
  EXPECT_EQ(around(31), "25 28 31 34 37") << "in blocks";
  EXPECT_EQ(around(40), "34 37 40 43 46") << "from blocks into what is open";
  EXPECT_EQ(around(1), "1 4 7") << "nothing came before";
  EXPECT_EQ(around(58), "52 55 58") << "nothing came after";
  EXPECT_EQ(around(30), "24 27 30 33 36") << "a host of one name in another school is another sender";
}

TEST_F(SurroundingsTest, AreAsManyAsAskedFor) {
  EXPECT_EQ(around(31, [](auto& request) { request.records = 0; }), "31");
  EXPECT_EQ(around(31, [](auto& request) { request.records = 1; }), "28 31 34");
  std::string all = around(31, [](auto& request) { request.records = SIZE_MAX; });
  EXPECT_EQ(std::count(all.begin(), all.end(), ' '), 19) << all;
}

TEST_F(SurroundingsTest, OfAnySenderStayInTheOrganisation) {
  EXPECT_EQ(around(31, [](auto& request) { request.any_source = true; }), "28 29 31 32 34");
}

TEST_F(SurroundingsTest, LieWithinATime) {
  const auto within = [](int milliseconds) {
    return [milliseconds](SurroundingsRequest& request) {
      request.records = 100;
      request.within = std::chrono::milliseconds(milliseconds);
    };
  };
  EXPECT_EQ(around(31, within(6)), "25 28 31 34 37") << "both ends belong to it";
  EXPECT_EQ(around(31, within(5)), "28 31 34");
  EXPECT_EQ(around(31, within(0)), "31");
}

TEST_F(SurroundingsTest, OfWhatIsNotToBeSeenAreRefused) {
  EXPECT_EQ(around(61), "not_found") << "no such record";
  EXPECT_EQ(around(31, [](auto& request) { request.organisations = {"school-b"}; }), "not_found");
  EXPECT_EQ(around(31, [](auto& request) { request.organisations = {}; }), "not_found");
}

TEST_F(SurroundingsTest, EndWhenTheReaderHasEnough) {
  SurroundingsRequest request;
  request.sequence = 31;
  request.organisations = {"*"};
  int visited = 0;
  ASSERT_TRUE(surroundings(*archive_, request, [&](const StoredRecord&) { return ++visited < 3; }));
  EXPECT_EQ(visited, 3);
}

}  // namespace
}  // namespace vigil
