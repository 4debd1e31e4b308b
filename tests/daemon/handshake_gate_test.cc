#include "daemon/handshake_gate.h"

#include <gtest/gtest.h>

namespace vigil {
namespace {

using Verdict = HandshakeGate::Verdict;
using namespace std::chrono_literals;

const HandshakeGate::Time kStart{std::chrono::hours(1)};

HandshakeLimits small() {
  HandshakeLimits limits;
  limits.in_flight_max = 3;
  limits.per_peer_max = 2;
  limits.per_second = 10;
  limits.burst = 100;
  limits.patience = 1000ms;
  return limits;
}

TEST(HandshakeGate, LetsNewcomersWaitThenRefusesThemWhileHandshakesStall) {
  HandshakeGate gate(small());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(gate.enter("127.0.0.1", true, kStart), Verdict::welcome);
  EXPECT_EQ(gate.look(kStart), Verdict::wait);
  EXPECT_EQ(gate.look(kStart + 999ms), Verdict::wait);
  EXPECT_EQ(gate.look(kStart + 1000ms), Verdict::refuse);
  gate.leave("127.0.0.1", true);
  EXPECT_EQ(gate.look(kStart + 1001ms), Verdict::welcome);
  EXPECT_EQ(gate.enter("127.0.0.1", true, kStart + 1001ms), Verdict::welcome);
  EXPECT_EQ(gate.look(kStart + 1500ms), Verdict::wait) << "patience begins anew";
}

TEST(HandshakeGate, LimitsOnePeerButNotThisMachine) {
  HandshakeGate gate(small());
  EXPECT_EQ(gate.enter("192.0.2.1", false, kStart), Verdict::welcome);
  EXPECT_EQ(gate.enter("192.0.2.1", false, kStart), Verdict::welcome);
  EXPECT_EQ(gate.enter("192.0.2.1", false, kStart), Verdict::peer_full);
  EXPECT_EQ(gate.enter("192.0.2.2", false, kStart), Verdict::welcome);
  gate.leave("192.0.2.1", false);
  EXPECT_EQ(gate.enter("192.0.2.1", false, kStart), Verdict::welcome) << "one that is done makes room";
}

TEST(HandshakeGate, SpreadsAFloodOverTime) {
  HandshakeLimits limits = small();
  limits.in_flight_max = 1000;
  limits.burst = 5;
  HandshakeGate gate(limits);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(gate.enter("127.0.0.1", true, kStart), Verdict::welcome);
  EXPECT_EQ(gate.look(kStart), Verdict::wait);
  EXPECT_EQ(gate.look(kStart + 99ms), Verdict::wait);
  EXPECT_EQ(gate.look(kStart + 101ms), Verdict::welcome) << "ten a second";
  EXPECT_EQ(gate.enter("127.0.0.1", true, kStart + 101ms), Verdict::welcome);
  EXPECT_EQ(gate.look(kStart + 5s), Verdict::welcome);
  EXPECT_EQ(gate.look(kStart + 9s), Verdict::welcome) << "tokens that come back are no stall";
}

}  // namespace
}  // namespace vigil
