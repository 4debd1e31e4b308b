#include "daemon/durable_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace vigil {
namespace {

class DurableFolder : public ::testing::Test {
 protected:
  DurableFolder() {
    std::string name = ::testing::TempDir() + "vigil-folder-XXXXXX";
    root_ = ::mkdtemp(name.data());
  }
  ~DurableFolder() override { std::filesystem::remove_all(root_); }
  static std::string read(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  std::filesystem::path root_;
};

TEST_F(DurableFolder, IsThereWholeAndForItsOwnerAlone) {
  const auto folder = root_ / "spool" / "one";
  ASSERT_TRUE(write_folder(folder, {{"a.txt", "hello"}, {"b.txt", ""}}));
  EXPECT_EQ(read(folder / "a.txt"), "hello");
  struct stat info {};
  ASSERT_EQ(::stat((folder / "a.txt").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_FALSE(std::filesystem::exists(root_ / "spool" / "one.part"));
}

TEST_F(DurableFolder, AHalfWrittenOneOfAnEarlierRunIsReplaced) {
  std::filesystem::create_directories(root_ / "one.part");
  std::ofstream(root_ / "one.part" / "old") << "half";
  ASSERT_TRUE(write_folder(root_ / "one", {{"a", "new"}}));
  EXPECT_FALSE(std::filesystem::exists(root_ / "one" / "old"));
}

TEST_F(DurableFolder, AFinishedOneIsNotWrittenAgain) {
  ASSERT_TRUE(write_folder(root_ / "one", {{"a", "first"}}));
  ASSERT_TRUE(write_folder(root_ / "one", {{"a", "second"}}));
  EXPECT_EQ(read(root_ / "one" / "a"), "first");
}

TEST_F(DurableFolder, SaysWhatCouldNotBeMade) {
  std::ofstream(root_ / "file") << "x";
  const auto written = write_folder(root_ / "file" / "one", {{"a", "b"}});
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().find("cannot make"), std::string::npos) << written.error();
}

}  // namespace
}  // namespace vigil
