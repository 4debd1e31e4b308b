#include <gtest/gtest.h>

#include "daemon/connection_ledger.h"

namespace vigil {
namespace {

using Verdict = ConnectionLedger::Verdict;

TEST(ConnectionLedger, LimitsOnePeerButNotThisMachine) {
  TcpLimits limits;
  limits.per_peer_max = 2;
  ConnectionLedger ledger(limits);
  EXPECT_EQ(ledger.open("192.0.2.1", false), Verdict::welcome);
  EXPECT_EQ(ledger.open("192.0.2.1", false), Verdict::welcome);
  EXPECT_EQ(ledger.open("192.0.2.1", false), Verdict::too_many_of_peer);
  EXPECT_EQ(ledger.open("192.0.2.2", false), Verdict::welcome);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ledger.open("127.0.0.1", true), Verdict::welcome);
  ledger.close("192.0.2.1", false);
  EXPECT_EQ(ledger.open("192.0.2.1", false), Verdict::welcome) << "a closed one makes room";
}

TEST(ConnectionLedger, LimitsAllTogether) {
  TcpLimits limits;
  limits.connections_max = 2;
  ConnectionLedger ledger(limits);
  EXPECT_EQ(ledger.open("127.0.0.1", true), Verdict::welcome);
  EXPECT_EQ(ledger.open("192.0.2.1", false), Verdict::welcome);
  EXPECT_EQ(ledger.open("192.0.2.2", false), Verdict::too_many);
}

}  // namespace
}  // namespace vigil
