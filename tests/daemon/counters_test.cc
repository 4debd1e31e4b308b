#include "daemon/counters.h"

#include <gtest/gtest.h>

#include "daemon/prometheus.h"

namespace vigil {
namespace {

TEST(Counters, CountEachRecordOnceUnderItsMostTellingKind) {
  EXPECT_EQ(Counters::primary_name(Counters::primary(Kind::os | Kind::logon)), "logon");
  EXPECT_EQ(Counters::primary_name(Counters::primary(Kind::os | Kind::device)), "device");
  EXPECT_EQ(Counters::primary_name(Counters::primary(Kind::os)), "os");
  EXPECT_EQ(Counters::primary_name(Counters::primary(Kinds())), "none");
}

TEST(Counters, AddUpToWhatWasReceived) {
  Counters counters;
  ListenerStats& listener = counters.add_listener("a", "syslog-udp", "127.0.0.1:1");
  listener.received = 10;
  counters.stored(Kind::os | Kind::logon, 6);
  counters.stored(Kinds(), 1);
  counters.discard(Discard::empty);
  counters.discard(Discard::queue_full, 2);
  EXPECT_EQ(counters.received(), counters.stored() + counters.discarded());
}

TEST(Prometheus, KeepsLabelValuesFromTheNetworkInTheirQuotes) {
  Prometheus out;
  out.counter("vigil_x_total", "an example");
  out.value({{"source", "a\"b\\c\nd\x1b"}}, 3);
  EXPECT_EQ(out.take(),
            "# HELP vigil_x_total an example\n# TYPE vigil_x_total "
            "counter\nvigil_x_total{source=\"a\\\"b\\\\c\\nd?\"} 3\n");
}

}  // namespace
}  // namespace vigil
