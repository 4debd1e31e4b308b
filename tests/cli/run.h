#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::cli {

/// What one run of the real `vigil` left behind.
struct Ran {
  int exit = -1;
  std::string out, err;
};

/// Runs build/…/bin/vigil with these words. `input` is its standard input, through a pipe. English unless
/// `language` says otherwise; TZ is Asia/Taipei.
Ran run(const std::vector<std::string>& words, std::string_view input = {},
        const std::string& language = "C.UTF-8");

/// Runs a line of sh, in which $VIGIL is the program: for closed descriptors and broken pipes.
Ran run_shell(const std::string& line);

/// A directory that goes with the test.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::string write(const std::string& name, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

}  // namespace vigil::cli
