// BI-113: descriptors closed at start, a reader that goes away, a full disk.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/fake_server.h"
#include "tests/cli/run.h"

namespace vigil::cli {
namespace {

using ::testing::HasSubstr;

TEST(BI113Output, ReaderThatWentAwayIsNoFailure) {
  const Ran ran = run_shell("(yes '<13>x' | head -100000 | $VIGIL parse; echo $? >&2) | head -1 >/dev/null");
  EXPECT_EQ(ran.err, "0\n");
}

TEST(BI113Output, ClosedStandardOutputIsSaidAndNotSurvivedInSilence) {
  const Ran ran = run_shell("echo '<13>x' | $VIGIL parse >&-");
  EXPECT_EQ(ran.exit, 4);
  EXPECT_THAT(ran.err, HasSubstr("output cannot be written"));
}

TEST(BI113Output, ClosedStandardErrorAndInputDoNotHurt) {
  EXPECT_EQ(run_shell("$VIGIL serach 2>&-").exit, 2);
  EXPECT_EQ(run_shell("$VIGIL parse <&- 2>&-").out, "");
  EXPECT_EQ(run_shell("$VIGIL --version <&- 2>&-").out.substr(0, 6), "vigil ");
}

TEST(BI113Output, NoSocketTakesTheNumberOfAClosedDescriptor) {
  const Scratch scratch;
  FakeServer server(scratch.path() / "vigil.sock",
                    [](const auto&, const auto&, const auto&) { return FakeServer::ok("{}"); });
  const Ran ran = run_shell("$VIGIL status --data " + scratch.path().string() + " >&- 2>&-");
  EXPECT_EQ(ran.exit, 4) << "the output was lost, and the exit code says so";
  ASSERT_EQ(server.heads().size(), 1U);
}

TEST(BI113Output, FullDiskIsSaid) {
  const Ran ran = run_shell("echo '<13>x' | $VIGIL parse >/dev/full");
  EXPECT_EQ(ran.exit, 4);
  EXPECT_THAT(ran.err, HasSubstr("No space left on device"));
}

}  // namespace
}  // namespace vigil::cli
