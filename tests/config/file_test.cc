// What may stand where a configuration file is expected (BI-107).

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "config/config.h"

namespace vigil {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ConfigFile : public ::testing::Test {
 protected:
  ConfigFile() {
    std::string name = (std::filesystem::temp_directory_path() / "vigil-config-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }
  ~ConfigFile() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path write(const std::string& name, std::string_view text) const {
    const std::filesystem::path file = directory_ / name;
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }
  static std::string answer(const std::filesystem::path& file) {
    const auto config = load_config(file);
    return config ? "ok" : config.error().front().render();
  }

  std::filesystem::path directory_;
};

TEST_F(ConfigFile, IsReadFromARegularFile) { EXPECT_EQ(answer(write("v.yaml", "data: d\n")), "ok"); }

TEST_F(ConfigFile, BI107MissingFileIsNamed) {
  EXPECT_THAT(answer(directory_ / "no.yaml"), HasSubstr("no.yaml: no such file"));
}

TEST_F(ConfigFile, BI107DirectoryIsNoFile) {
  EXPECT_THAT(answer(directory_), HasSubstr("is not a regular file"));
}

TEST_F(ConfigFile, BI107PipeDoesNotHangTheStart) {
  const std::filesystem::path pipe = directory_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(answer(pipe), HasSubstr("is not a regular file"));
}

TEST_F(ConfigFile, BI107DeviceIsNoFile) {
  EXPECT_THAT(answer("/dev/zero"), HasSubstr("is not a regular file"));
}

TEST_F(ConfigFile, BI107SymbolicLinkIsNotFollowed) {
  const std::filesystem::path link = directory_ / "v.yaml";
  std::filesystem::create_symlink("/etc/shadow", link);
  const std::string shown = answer(link);
  EXPECT_THAT(shown, HasSubstr("is a symbolic link"));
  EXPECT_THAT(shown, Not(HasSubstr("root")));
}

TEST_F(ConfigFile, BI107HugeFileIsRefusedUnread) {
  const std::filesystem::path file = write("v.yaml", "data: d\n");
  std::filesystem::resize_file(file, std::uintmax_t{1} << 30);  // Sparse: a gigabyte that costs nothing.
  EXPECT_THAT(answer(file), HasSubstr("is larger than 4 MiB"));
}

TEST_F(ConfigFile, BI107UnreadableFileSaysSo) {
  const std::filesystem::path file = write("v.yaml", "data: d\n");
  ASSERT_EQ(::chmod(file.c_str(), 0), 0);
  if (::access(file.c_str(), R_OK) == 0) GTEST_SKIP() << "this user may read everything";
  EXPECT_THAT(answer(file), HasSubstr("may not be read by this user"));
}

TEST_F(ConfigFile, BI107ForeignFilesAreNeverEchoed) {
  struct Case {
    std::string_view why, text, secret;
  };
  constexpr Case kCases[] = {
      {"a password file", "root:$6$abcdefgh$SECRETHASH:19000:0:99999:7:::\nuser:!:19000::::::\n",
       "SECRETHASH"},
      {"a password file with a blank", "root: $6$SECRETHASH:19000\nuser: x\n", "SECRETHASH"},
      {"a private key", "-----BEGIN PRIVATE KEY-----\nSECRETKEY==\n-----END PRIVATE KEY-----\n", "SECRETKEY"},
      {"another program's YAML", "smtp_password: SECRETWORD\nurl: x\n", "SECRETWORD"},
      {"a list", "- SECRETWORD\n- b\n", "SECRETWORD"},
      {"broken YAML of another program", "token: SECRETWORD\n  b: [c\n", "SECRETWORD"},
      {"a tab in a foreign file", "SECRETWORD\n\tx y\n", "SECRETWORD"},
      {"Latin-1", "pass SECRETWORD \xE9\n", "SECRETWORD"},
  };
  for (const auto& [why, text, secret] : kCases) {
    const auto config = load_config(write("v.yaml", text));
    ASSERT_FALSE(config) << why;
    for (const Diagnostic& each : config.error())
      EXPECT_THAT(each.render(), Not(HasSubstr(std::string(secret)))) << why;
  }
}

}  // namespace
}  // namespace vigil
