// Which messages of a new connection were stored by an earlier one, and which only look so.

#include "daemon/resend_window.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace vigil {
namespace {

using Clock = ResendWindow::Clock;
using std::chrono::milliseconds;
using std::chrono::minutes;

const ResendWindow::Client kClient = {"relp", "192.0.2.1", "relp:test"};

class ResendWindowTest : public testing::Test {
 protected:
  std::unique_ptr<ResendWindow::Session> open(const ResendWindow::Client& client = kClient) {
    now_ += milliseconds(1);
    auto session = window_.open(client, 128, now_);
    return session;
  }
  static void store(ResendWindow::Session& session, std::initializer_list<std::string_view> messages) {
    std::vector<ResendWindow::Key> keys;
    for (const std::string_view message : messages) keys.push_back(ResendWindow::key_of(message));
    session.begin_commit();
    session.end_commit(keys);
  }
  /// One letter a message: "d" duplicate, "." new.
  std::string sends(ResendWindow::Session& session, std::initializer_list<std::string_view> messages) {
    now_ += ResendWindow::kGrace;
    EXPECT_TRUE(session.ready(now_));
    std::string out;
    for (const std::string_view message : messages)
      out += session.is_resent(ResendWindow::key_of(message)) ? 'd' : '.';
    return out;
  }

  ResendWindow window_;
  Clock::time_point now_ = Clock::now();
};

TEST_F(ResendWindowTest, WhatABrokenConnectionStoredIsFoundOnce) {
  auto first = open();
  EXPECT_EQ(sends(*first, {"a", "b"}), "..");
  store(*first, {"a", "b"});
  first->end(false, now_);
  auto second = open();
  EXPECT_EQ(sends(*second, {"a", "b", "c", "a"}), "dd..");
}

TEST_F(ResendWindowTest, IdenticalLinesOfOneConnectionAreTwoEvents) {
  auto first = open();
  store(*first, {"a"});
  EXPECT_EQ(sends(*first, {"a", "a"}), "..");
}

TEST_F(ResendWindowTest, WhatWasStoredTwiceIsFoundTwice) {
  auto first = open();
  store(*first, {"a", "a"});
  first->end(false, now_);
  auto second = open();
  EXPECT_EQ(sends(*second, {"a", "a", "a"}), "dd.");
}

TEST_F(ResendWindowTest, AfterARunOfNewMessagesNothingIsCompared) {
  auto first = open();
  store(*first, {"a"});
  first->end(false, now_);
  auto second = open();
  EXPECT_EQ(sends(*second, {"1", "2", "3", "4", "5", "6", "7", "8", "a"}), ".........");
  EXPECT_FALSE(second->comparing());
}

TEST_F(ResendWindowTest, AClientThatWasToldOfEverythingSendsNothingAgain) {
  auto first = open();
  store(*first, {"a"});
  first->end(true, now_);
  EXPECT_EQ(window_.keys(), 0U);
  auto second = open();
  EXPECT_EQ(sends(*second, {"a"}), ".");
}

TEST_F(ResendWindowTest, OtherClientsAndNeighboursAreNotLookedAt) {
  auto other = open({"relp", "192.0.2.2", "relp:test"});
  store(*other, {"a"});
  other->end(false, now_);
  auto listener = open({"relp", "192.0.2.1", "relp:other"});
  store(*listener, {"a"});
  listener->end(false, now_);
  auto neighbour = open();
  auto mine = open();
  std::this_thread::sleep_until(now_ + milliseconds(1));  // commits are dated by the real clock
  store(*neighbour, {"a"});                                // it is still at work
  EXPECT_EQ(sends(*mine, {"a"}), ".");
}

TEST_F(ResendWindowTest, AConnectionThatFellSilentMayBeThePredecessor) {
  auto silent = open();
  store(*silent, {"a"});
  now_ = Clock::now() + std::chrono::seconds(1);
  auto next = open();
  EXPECT_EQ(sends(*next, {"a"}), "d");
}

TEST_F(ResendWindowTest, ACommitUnderWayIsWaitedFor) {
  auto first = open();
  first->begin_commit();
  first->end(false, now_);
  auto second = open();
  EXPECT_FALSE(second->ready(now_ + minutes(1)));
  const ResendWindow::Key key = ResendWindow::key_of("a");
  first->end_commit({&key, 1});
  EXPECT_FALSE(second->ready(now_)) << "the predecessor gets a moment to be read to its end";
  EXPECT_EQ(sends(*second, {"a"}), "d");
}

TEST_F(ResendWindowTest, ACommitThatFailedStoredNothing) {
  auto first = open();
  first->begin_commit();
  first->end_commit({});
  first->end(false, now_);
  auto second = open();
  EXPECT_EQ(sends(*second, {"a"}), ".");
}

TEST_F(ResendWindowTest, AThirdConnectionFindsItToo) {
  auto first = open();
  store(*first, {"a"});
  first->end(false, now_);
  auto second = open();
  EXPECT_EQ(sends(*second, {"a"}), "d");
  second->end(false, now_);
  auto third = open();
  EXPECT_EQ(sends(*third, {"a", "a"}), "d.");
}

TEST_F(ResendWindowTest, TenMinutesLaterItIsForgotten) {
  auto first = open();
  store(*first, {"a"});
  first->end(false, now_);
  now_ += minutes(11);
  auto second = open();
  EXPECT_EQ(sends(*second, {"a"}), ".");
  EXPECT_EQ(window_.keys(), 0U);
}

TEST_F(ResendWindowTest, OnlyTheNewestOfAWindowAreKept) {
  auto first = open();
  for (int i = 0; i < 1000; ++i) {
    const std::string message = std::to_string(i);
    store(*first, {message});
  }
  EXPECT_EQ(window_.keys(), 128U);
  first->widen(256);
  for (int i = 1000; i < 1200; ++i) {
    const std::string message = std::to_string(i);
    store(*first, {message});
  }
  EXPECT_EQ(window_.keys(), 256U);
  first->end(false, now_);
  auto second = open();
  EXPECT_EQ(sends(*second, {"943", "944", "1199", "0"}), ".dd.");
}

}  // namespace
}  // namespace vigil
