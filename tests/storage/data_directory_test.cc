#include "storage/data_directory.h"

#include <sys/stat.h>

#include <fstream>

#include "archive_helper.h"
#include "storage/ack_ledger.h"
#include "storage/archive.h"

namespace vigil {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): helpers of this folder

StoreError refusal(const std::filesystem::path& path) {
  const auto archive = Archive::open({.directory = path}, nullptr);
  EXPECT_FALSE(archive);
  return archive ? StoreError{} : archive.error();
}

TEST(DataDirectory, BI_99_ASecondOpenerIsRefusedClearlyAndNothingIsHarmed) {
  TemporaryDirectory directory;
  const ArchiveOptions options{.directory = directory / "archive"};
  BatchMaker maker;
  const auto first = open_archive(options);
  commit(*first, maker.add("one", make_source()).take());
  const StoreError error = refusal(options.directory);
  EXPECT_EQ(error.code, StoreErrc::locked);
  EXPECT_NE(error.what.find("another vigild"), std::string::npos) << error.what;
  EXPECT_NE(error.what.find("另一個"), std::string::npos) << error.what;
  EXPECT_NE(error.what.find(options.directory.string()), std::string::npos) << error.what;
  commit(*first, maker.add("two", make_source()).take());
  EXPECT_EQ(read_raw(*first, everything()), (std::vector<std::string>{"one", "two"}));
}

TEST(DataDirectory, BI_100_PlacesThatCannotBeUsedAreRefusedWithAReason) {
  TemporaryDirectory directory;
  EXPECT_EQ(refusal(directory / "missing" / "archive").code, StoreErrc::no_access) << "a missing parent";
  std::ofstream(directory / "file") << "x";
  EXPECT_EQ(refusal(directory / "file").code, StoreErrc::no_access) << "not a directory";
  EXPECT_EQ(refusal(directory / "file" / "archive").code, StoreErrc::no_access) << "below a file";
  const auto archive = Archive::open({.directory = directory / "nothing", .read_only = true}, nullptr);
  ASSERT_FALSE(archive);
  EXPECT_EQ(archive.error().code, StoreErrc::no_access) << "nothing to read";
}

TEST(DataDirectory, BI_100_ADirectoryWithoutTheRightToWriteIsRefused) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  TemporaryDirectory directory;
  ::chmod(directory.path().c_str(), 0500);
  EXPECT_EQ(refusal(directory / "archive").code, StoreErrc::no_access);
  EXPECT_EQ(refusal(directory.path()).code, StoreErrc::no_access);
  ::chmod(directory.path().c_str(), 0700);
}

TEST(DataDirectory, ANewerFormatIsRefusedAndNotTouched) {
  TemporaryDirectory directory;
  const ArchiveOptions options{.directory = directory / "archive"};
  open_archive(options);
  std::ofstream(options.directory / "FORMAT") << "vigil archive 2\n";
  const StoreError error = refusal(options.directory);
  EXPECT_EQ(error.code, StoreErrc::newer_format);
  std::string text;
  std::getline(std::ifstream(options.directory / "FORMAT"), text);
  EXPECT_EQ(text, "vigil archive 2");
  std::ofstream(options.directory / "FORMAT") << "something else";
  EXPECT_EQ(refusal(options.directory).code, StoreErrc::corrupt);
}

TEST(DataDirectory, BI_103_ADatabaseThatIsGoneIsNotMadeAnewOverTheRest) {
  TemporaryDirectory directory;
  const ArchiveOptions options{.directory = directory / "archive"};
  BatchMaker maker;
  commit(*open_archive(options), maker.add("one", make_source()).take());
  const auto current = options.directory / "db" / "CURRENT";
  std::filesystem::rename(current, directory / "CURRENT");
  EXPECT_EQ(refusal(options.directory).code, StoreErrc::corrupt) << "no CURRENT";
  std::ofstream(current).flush();
  EXPECT_EQ(refusal(options.directory).code, StoreErrc::corrupt) << "an empty one";
  std::filesystem::rename(directory / "CURRENT", current);
  EXPECT_EQ(read_raw(*open_archive(options), everything()), std::vector<std::string>{"one"});
}

TEST(DataDirectory, AStartThatDiedBeforeFormatWasWrittenIsFinished) {
  TemporaryDirectory directory;
  const ArchiveOptions options{.directory = directory / "archive"};
  BatchMaker maker;
  commit(*open_archive(options), maker.add("one", make_source()).take());
  std::filesystem::remove(options.directory / "FORMAT");
  EXPECT_EQ(read_raw(*open_archive(options), everything()), std::vector<std::string>{"one"});
  EXPECT_TRUE(std::filesystem::exists(options.directory / "FORMAT"));
}

TEST(AckLedger, RemembersTheHighestWholeSlot) {
  TemporaryDirectory directory;
  const auto file = directory / "acked";
  {
    AckLedger ledger;
    ASSERT_TRUE(ledger.open(file, false));
    EXPECT_EQ(ledger.next_sequence(), 0U);
    for (std::uint64_t next = 1; next <= 20; ++next) ASSERT_TRUE(ledger.write(next * 10));
    ASSERT_TRUE(ledger.sync());
  }
  {
    AckLedger ledger;
    ASSERT_TRUE(ledger.open(file, false));
    EXPECT_EQ(ledger.next_sequence(), 200U);
  }
  {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(20 % 8 * 512 + 16);  // the newest slot's sequence
    bytes.put('\x7f');
  }
  AckLedger ledger;
  ASSERT_TRUE(ledger.open(file, false));
  EXPECT_EQ(ledger.next_sequence(), 190U) << "a torn slot falls back to the one before";
  ASSERT_TRUE(ledger.write(500));
  EXPECT_EQ(ledger.next_sequence(), 500U);
}

}  // namespace
}  // namespace vigil
