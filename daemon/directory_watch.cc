#include "daemon/directory_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>

namespace vigil {

DirectoryWatch::DirectoryWatch() : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

DirectoryWatch::~DirectoryWatch() {
  if (fd_ >= 0) ::close(fd_);
}

void DirectoryWatch::add(const std::string& directory) {
  if (fd_ < 0 || watches_.contains(directory)) return;
  const int watch = ::inotify_add_watch(fd_, directory.c_str(),
                                        IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                                            IN_ATTRIB | IN_ONLYDIR | IN_DELETE_SELF | IN_MOVE_SELF);
  if (watch < 0) return;
  // One directory by two names has one watch: the newer name is told.
  if (const auto known = directories_.find(watch); known != directories_.end()) watches_.erase(known->second);
  watches_[directory] = watch;
  directories_[watch] = directory;
}

void DirectoryWatch::read(
    const std::function<void(What, std::string_view directory, std::string_view name)>& sink) {
  alignas(inotify_event) std::array<char, 16 * 1024> buffer;
  ssize_t n = 0;
  while (fd_ >= 0 && (n = ::read(fd_, buffer.data(), buffer.size())) > 0) {
    for (const char* at = buffer.data(); at < buffer.data() + n;) {
      const auto* const event = reinterpret_cast<const inotify_event*>(static_cast<const void*>(at));
      at += sizeof(inotify_event) + event->len;
      const auto directory = directories_.find(event->wd);
      if ((event->mask & IN_Q_OVERFLOW) != 0 || directory == directories_.end()) {
        sink(What::changed, {}, {});
        continue;
      }
      const std::string_view name = event->len == 0 ? std::string_view() : std::string_view(event->name);
      const bool grew = (event->mask & IN_MODIFY) != 0 && !name.empty();
      sink(grew ? What::grew : What::changed, directory->second, name);
      if ((event->mask & (IN_IGNORED | IN_MOVE_SELF | IN_DELETE_SELF)) != 0) {
        // What bears the name later is another directory.
        if ((event->mask & IN_MOVE_SELF) != 0) ::inotify_rm_watch(fd_, event->wd);
        watches_.erase(directory->second);
        directories_.erase(directory);
      }
    }
  }
}

}  // namespace vigil
