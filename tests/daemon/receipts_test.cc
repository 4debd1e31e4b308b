#include "daemon/receipts.h"

#include <gtest/gtest.h>

namespace vigil {
namespace {

/// An answer whose client does what a test says.
class FakeAnswer : public HttpAnswer {
 public:
  bool ended = false;
  unsigned status = 0;
  std::string body;
  std::function<void(bool)> told;

  void reply(unsigned code, std::string_view, std::string text, Headers = {}) override {
    status = code;
    body = std::move(text);
  }
  void begin(unsigned, std::string_view) override {}
  bool write(std::string) override { return false; }
  void end() override {}
  bool gone() const override { return ended; }
  bool peer_ended() const override { return ended; }
  void when_delivered(std::function<void(bool)> to_tell) override { told = std::move(to_tell); }
};

class Receipts : public ::testing::Test {
 protected:
  ReceiptBook::Request request(std::string name, std::string_view body) {
    return {"token nas /ingest/ndjson", std::move(name), key_of(body)};
  }
  std::shared_ptr<FakeAnswer> work(const ReceiptBook::Request& request, unsigned status = 200,
                                   bool ended = false) {
    auto answer = std::make_shared<FakeAnswer>();
    answer->ended = ended;
    book_.wrap(request, answer, std::make_shared<std::uint64_t>(3), [this] { return now_; })
        ->reply(status, "application/json", "receipt", {});
    return answer;
  }
  ReceiptBook::Found found(const ReceiptBook::Request& request) { return book_.look(request, now_).found; }

  ReceiptBook book_;
  std::int64_t now_ = 1'000'000'000;
};

using Found = ReceiptBook::Found;

TEST_F(Receipts, ANameIsAnsweredAgainWithTheSameBodyAndRefusedWithAnother) {
  EXPECT_EQ(found(request("k", "a")), Found::fresh);
  work(request("k", "a"));
  ASSERT_EQ(found(request("k", "a")), Found::answered);
  EXPECT_EQ(book_.look(request("k", "a"), now_).receipt->events, 3U);
  EXPECT_EQ(found(request("k", "b")), Found::other_body);
  EXPECT_EQ(found(request("l", "a")), Found::fresh);
  EXPECT_EQ(found(request("", "a")), Found::fresh);
  const auto again = std::make_shared<FakeAnswer>();
  book_.answer_again(request("k", "a"), again);
  EXPECT_EQ(again->body, "receipt");
}

TEST_F(Receipts, WhatFailedIsNotRemembered) {
  work(request("k", "a"), 429);
  EXPECT_EQ(found(request("k", "a")), Found::fresh);
}

TEST_F(Receipts, ABodyIsRememberedOnlyWhenItsAnswerReachedNobody) {
  work(request("", "read"))->told(true);
  EXPECT_EQ(found(request("", "read")), Found::fresh) << "the same again is another event";
  work(request("", "lost"))->told(false);
  EXPECT_EQ(found(request("", "lost")), Found::answered);
  const auto again = std::make_shared<FakeAnswer>();
  book_.answer_again(request("", "lost"), again);
  again->told(true);
  EXPECT_EQ(found(request("", "lost")), Found::fresh) << "once it was delivered";
}

TEST_F(Receipts, AClientThatHasEndedIsTakenForGoneUntilItIsKnownNotToBe) {
  const auto answer = work(request("", "half"), 200, true);
  EXPECT_EQ(found(request("", "half")), Found::answered);
  answer->told(true);
  EXPECT_EQ(found(request("", "half")), Found::fresh);
}

TEST_F(Receipts, AreForgottenAfterTenMinutes) {
  work(request("k", "a"));
  now_ += ReceiptBook::kKeptNs - 1;
  EXPECT_EQ(found(request("k", "a")), Found::answered);
  now_ += 1;
  EXPECT_EQ(found(request("k", "a")), Found::fresh);
  EXPECT_EQ(book_.size(), 0U);
}

TEST_F(Receipts, TheSameRequestWaitsForTheOneUnderWay) {
  const auto first = request("k", "a");
  int again = 0;
  EXPECT_FALSE(book_.wait(first, [&again] { ++again; }));
  const auto answer = book_.wrap(first, std::make_shared<FakeAnswer>(), std::make_shared<std::uint64_t>(1),
                                 [this] { return now_; });
  EXPECT_TRUE(book_.wait(first, [&again] { ++again; }));
  EXPECT_EQ(again, 0);
  answer->reply(200, "", "", {});
  EXPECT_EQ(again, 1);
  EXPECT_FALSE(book_.wait(first, [&again] { ++again; }));
}

TEST_F(Receipts, AreBounded) {
  for (std::size_t i = 0; i < ReceiptBook::kReceiptsMax + 10; ++i) work(request(std::to_string(i), "a"));
  EXPECT_EQ(book_.size(), ReceiptBook::kReceiptsMax);
  EXPECT_EQ(found(request("0", "a")), Found::fresh) << "the oldest went";
}

TEST(Duplicates, AreKnownForTenMinutesAtLeast) {
  DuplicateWindow window;
  std::int64_t now = DuplicateWindow::kWindowNs * 10;
  const Key128 key = key_of("a");
  EXPECT_EQ(window.look(key, now), DuplicateWindow::State::fresh);
  window.hold(key);
  EXPECT_EQ(window.look(key, now), DuplicateWindow::State::on_its_way);
  window.settle(key, true);
  now += DuplicateWindow::kWindowNs;
  EXPECT_EQ(window.look(key, now), DuplicateWindow::State::stored);
  now += 2 * DuplicateWindow::kWindowNs;
  EXPECT_EQ(window.look(key, now), DuplicateWindow::State::fresh);
  window.hold(key);
  window.settle(key, false);
  EXPECT_EQ(window.look(key, now), DuplicateWindow::State::fresh) << "what was not stored is no duplicate";
}

}  // namespace
}  // namespace vigil
