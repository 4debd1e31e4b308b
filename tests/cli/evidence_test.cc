#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/cli/fake_server.h"
#include "tests/cli/run.h"

namespace vigil::cli {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

Ran export_from(const Scratch& scratch, const std::string& files, const std::string& bundle = "bag-1") {
  FakeServer server(
      scratch.path() / "vigil.sock", [&](const std::string& method, const std::string&, const std::string&) {
        if (method == "POST")
          return FakeServer::ok("{\"bundle\":\"" + bundle + "\",\"path\":\"x\",\"files\":" + files + "}");
        return FakeServer::ok("bytes", "application/octet-stream");
      });
  const Ran ran = run({"evidence", "export", "2026-0001", "--out", (scratch.path() / "out").string(),
                       "--data", scratch.path().string()});
  fs::remove(scratch.path() / "vigil.sock");
  return ran;
}

TEST(EvidenceExport, BI81PathsThatLeaveTheBundleAreNeverWritten) {
  const Scratch scratch;
  for (const char* path : {"../evil", "/tmp/evil", "data/../../evil", "", "a//b", "a/", "./a", "a b",
                           "a\\u0000b", "a\\nb", "-\\u202eb"}) {
    const Ran ran = export_from(scratch, std::string("[{\"path\":\"") + path + "\"}]");
    EXPECT_EQ(ran.exit, 3) << path << ran.err;
    EXPECT_FALSE(fs::exists(scratch.path() / "evil")) << path;
    EXPECT_TRUE(!fs::exists(scratch.path() / "out") || fs::is_empty(scratch.path() / "out")) << path;
  }
  for (const char* bundle : {"..", ".", "a/b", "", "../x"}) {
    EXPECT_EQ(export_from(scratch, "[]", bundle).exit, 3) << bundle;
  }
}

TEST(EvidenceExport, WhatDoesNotVerifyIsNotLeftBehind) {
  const Scratch scratch;
  const Ran ran = export_from(scratch, R"([{"path":"bagit.txt"}])");
  EXPECT_EQ(ran.exit, 1) << ran.err;
  EXPECT_TRUE(fs::is_empty(scratch.path() / "out"));
}

TEST(EvidenceExport, NeverOverwrites) {
  const Scratch scratch;
  scratch.write("out/bag-1/kept", "x");
  EXPECT_EQ(export_from(scratch, R"([{"path":"bagit.txt"}])").exit, 4);
  EXPECT_TRUE(fs::exists(scratch.path() / "out/bag-1/kept"));
}

TEST(EvidenceVerify, SaysNoToWhatIsNoBundle) {
  const Scratch scratch;
  EXPECT_EQ(run({"evidence", "verify", scratch.path().string()}).exit, 1);
  EXPECT_EQ(run({"evidence", "verify", (scratch.path() / "none").string()}).exit, 2);
  EXPECT_EQ(run({"evidence", "verify", scratch.path().string(), "--against", "x"}).exit, 2);
}

}  // namespace
}  // namespace vigil::cli
