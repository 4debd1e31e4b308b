#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace vigil {

/// Says when something happens in directories (inotify). Only a hint, so that lines are read at once: on a network file
/// system, or past the kernel's limit of watches, it says nothing and looking once a second has to do.
class DirectoryWatch {
 public:
  DirectoryWatch();
  ~DirectoryWatch();
  DirectoryWatch(const DirectoryWatch&) = delete;
  DirectoryWatch& operator=(const DirectoryWatch&) = delete;

  /// To be polled for reading; -1 if there is none.
  int fd() const { return fd_; }
  /// Watches a directory; nothing if it is watched already or is not there.
  void add(const std::string& directory);

  enum class What : std::uint8_t {
    grew,    ///< something was written to the file
    changed  ///< names came, went or moved, or nobody knows what
  };
  /// Calls `sink(what, directory, name)` for what has happened since; directory and name are empty where everything has to
  /// be looked at.
  void read(const std::function<void(What, std::string_view directory, std::string_view name)>& sink);

 private:
  int fd_;
  std::unordered_map<std::string, int> watches_;
  std::unordered_map<int, std::string> directories_;
};

}  // namespace vigil
