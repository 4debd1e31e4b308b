#pragma once

#include <string>
#include <string_view>

#include "parsers/arena.h"
#include "parsers/event.h"
#include "storage/archive.h"

namespace vigil {

/// Stored records as text that others than a Vigil understand. What it gives lives until the next call.
class UpstreamText {
 public:
  explicit UpstreamText(std::string instance) : instance_(std::move(instance)) {}

  /// The bytes that came, where they are syslog: with the relay element where they can hold it (relay_syslog.h). What has no
  /// sender's name in it, and what is a document, becomes RFC 5424 with it as the message.
  std::string_view original(const StoredRecord& record);
  /// RFC 5424 in any case.
  std::string_view rfc5424(const StoredRecord& record);
  /// CEF behind a header of RFC 3164; one line without LF.
  std::string_view cef(const StoredRecord& record);

 private:
  enum class Bsd : std::uint8_t { kept, rendered };
  std::string_view message(const StoredRecord& record, Bsd bsd);

  std::string instance_;
  Arena arena_;
  Event event_;
  std::string out_;
};

/// What a peer said, fit for a log: one line, controls shown, at most 200 bytes of it.
std::string printable_line(std::string_view text);

}  // namespace vigil
