#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/batch.h"

namespace vigil {

/// What a relayed syslog message says of its way, as one element of RFC 5424 structured data:
///
///   [relay@32473 origin="<instance id>" seq="4711" peer="10.1.0.5"]
///
/// `origin` is the instance that received it first, `seq` its number there, `peer` who sent it to there. Each further
/// instance adds `via="<its id>"`. 32473 is the enterprise number for examples (RFC 5612); Vigil has none of its own.
constexpr std::string_view kRelayElement = "relay@32473";

struct RelayMark {
  std::string_view instance;  ///< ours
  std::uint64_t sequence = 0;
  std::string_view peer;
};

/// Instances that a message passed through, by its relay element; empty if it has none.
std::vector<std::string_view> relay_trail(std::string_view structured_data, Arena& arena);

/// Appends the message as it came, with the relay element put into its structured data; a message that has one gets
/// `via`. False, and nothing appended, where that cannot be done: it is not RFC 5424, or its structured data is not good.
/// `raw` is what arrived and `header` was read from it.
bool append_marked_rfc5424(std::string_view raw, const SyslogHeader& header, const RelayMark& mark,
                           std::string& out);

/// Appends a message of RFC 5424 that says what is known: PRI, time (microseconds, the most RFC 5424 6.2.3 allows), HOST
/// from the source, APP-NAME and the like as far as they can be said, the relay element, and `message` as MSG.
void append_rendered_rfc5424(const SyslogHeader& header, const Source& source, std::int64_t event_ns,
                             const RelayMark& mark, std::string_view message, std::string& out);

/// Appends one word of an RFC 5424 header: bytes that are not printable ASCII become '_', the rest beyond `most` is cut,
/// nothing becomes "-".
void append_syslog_word(std::string_view text, std::size_t most, std::string& out);

/// Appends a frame by octet counting (RFC 6587 3.4.1).
void append_counted(std::string_view message, std::string& out);

}  // namespace vigil
