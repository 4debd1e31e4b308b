#include "tests/cli/run.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

extern char** environ;

namespace vigil::cli {
namespace {

std::string read_all(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Ran spawn(std::vector<std::string> words, std::string_view input, const std::string& language) {
  const Scratch scratch;
  const std::string out = (scratch.path() / "out").string(), err = (scratch.path() / "err").string();
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0) return {};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe_ends[0], 0);
  ::posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  std::vector<std::string> settings = {"LC_ALL=" + language, "TZ=Asia/Taipei", "VIGIL=" VIGIL_PROGRAM,
                                       "PATH=/usr/bin:/bin"};
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view setting = *each;
    if (setting.starts_with("ASAN_") || setting.starts_with("UBSAN_") || setting.starts_with("TMPDIR="))
      settings.emplace_back(setting);
  }
  std::vector<char*> argv, envp;
  for (std::string& word : words) argv.push_back(word.data());
  for (std::string& setting : settings) envp.push_back(setting.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  pid_t child = 0;
  Ran ran;
  const int failed = ::posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), envp.data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe_ends[0]);
  std::thread writer([&] {
    // The reader may end first; SIGPIPE must not end the test.
    std::string_view rest = input;
    while (!rest.empty()) {
      const ssize_t wrote = ::write(pipe_ends[1], rest.data(), rest.size());
      if (wrote <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(wrote));
    }
    ::close(pipe_ends[1]);
  });
  int status = 0;
  if (failed == 0) ::waitpid(child, &status, 0);
  writer.join();
  ran.exit = failed == 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  ran.out = read_all(out);
  ran.err = read_all(err);
  return ran;
}

}  // namespace

Ran run(const std::vector<std::string>& words, std::string_view input, const std::string& language) {
  std::vector<std::string> all = {VIGIL_PROGRAM};
  all.insert(all.end(), words.begin(), words.end());
  return spawn(std::move(all), input, language);
}

Ran run_shell(const std::string& line) { return spawn({"/bin/sh", "-c", line}, {}, "C.UTF-8"); }

Scratch::Scratch() {
  std::string name = (std::filesystem::temp_directory_path() / "vigil-cli-XXXXXX").string();
  path_ = ::mkdtemp(name.data());
}
Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}
std::string Scratch::write(const std::string& name, std::string_view text) const {
  const std::filesystem::path file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
  return file.string();
}

}  // namespace vigil::cli
