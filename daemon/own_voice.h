#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/intake.h"

namespace vigil {

/// What vigild itself has to say in the log: gaps, losses and silences stand in the archive beside the lines they are
/// about, as RFC 5424 records of `vigild`. Each belongs to one organisation, and only that one sees it.
class OwnVoice {
 public:
  struct Message {
    std::string id;               ///< MSGID and SD-ID: "gap"
    std::string organisation{};   ///< empty: whoever runs this server
    bool drill = false;
    std::vector<std::pair<std::string, std::string>> data{};  ///< parameters of the structured data; values are escaped
    std::string text;             ///< for people; bytes from the network are escaped
  };

  /// Records go through `intake`, on `io`'s thread. `stats` counts them like any listener's.
  OwnVoice(boost::asio::io_context& io, Intake& intake, ListenerStats& stats, std::string organisation, bool drill);

  /// Any thread; returns at once.
  void say(Message message);
  /// From here on records are taken on the caller's thread, those first that `io` did not come to: it no longer runs, and
  /// nobody else uses the intake.
  void alone();

  /// The record as it is stored.
  static std::string line(const Message& message, std::int64_t now_ns, long pid);

 private:
  void take_waiting();
  void add(const Message& message);

  boost::asio::io_context& io_;
  Intake& intake_;
  ListenerStats& stats_;
  const std::string organisation_;
  const bool drill_;
  std::mutex mutex_;
  std::vector<Message> waiting_;
  bool alone_ = false;
  std::map<std::pair<std::string, bool>, IntakeListener> listeners_;  ///< on io's thread
};

}  // namespace vigil
