#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "parsers/arena.h"
#include "parsers/syslog_header.h"

namespace vigil {

/// One event of a body for Splunk's HTTP Event Collector, as it stands there.
struct HecEvent {
  std::string_view text;   ///< the whole object
  std::string_view index;  ///< its member `index`, unescaped
};

/// What is wrong with a body as a whole. The numbers are Splunk's own, which its clients know.
enum class HecErrc : std::uint8_t {
  none = 0,
  no_data = 5,
  invalid_data = 6,     ///< no JSON, or no objects
  incorrect_index = 7,  ///< a name that no index can have
  event_required = 12,
  event_blank = 13,
  bad_fields = 15,  ///< `fields` is no object, or holds another
  too_large = 27    ///< one event above the limit, or more events than one request may hold
};

struct HecBody {
  std::vector<HecEvent> events;
  HecErrc error = HecErrc::none;  ///< then none of the events may be kept: a body counts whole or not at all
  std::size_t invalid_event = 0;  ///< number of the event it is about, from 0
  Tags tags;                      ///< what decoding a body that is not UTF-8 came to
};

struct HecLimits {
  /// Longest event. Splunk's own clients cut batches at about 1 MB.
  std::size_t event_bytes_max = 1024 * 1024;
  /// Events of one request; agents send some thousands. Each costs about half a KiB until it is committed.
  std::size_t events_max = 200'000;
  /// Splunk's names of indexes have at most 80 characters.
  static constexpr std::size_t kIndexBytesMax = 80;
};

/// Reads the body of /services/collector/event: JSON objects one behind the other, with or without blanks, commas or line
/// ends between, or in one array.
///
///   {"event": string|object|array|number|boolean, "time"?, "host"?, "source"?, "sourcetype"?, "index"?, "fields"?: {…}}
///
/// Nothing is inherited from the event before. Views point into `body`, or into the arena where the body had to be
/// decoded. What the members mean is read when the event is read: wrapped_record.h.
HecBody read_hec_events(std::string_view body, Charset charset, Arena& arena, const HecLimits& limits = {});

/// Cuts the body of /services/collector/raw: lines without their ends; blank ones are passed over. Of a line above the
/// limit the front is kept and `oversize` is set.
struct HecLine {
  std::string_view text;
  bool oversize = false;
};
HecErrc read_hec_lines(std::string_view body, std::vector<HecLine>& lines, const HecLimits& limits = {});

/// The time of an event, as number or text: seconds with or without a fraction, or (by the number of digits) ms, us, ns.
std::optional<std::int64_t> read_hec_time(std::string_view text);

/// True if the name can be that of a channel: a GUID, as its 32 hex digits in five groups.
bool is_hec_channel(std::string_view name);
bool is_hec_index(std::string_view name);

/// The numbers that a question about acknowledgements asks for: {"acks":[0,1,2]}. Nothing if it asks in another way.
std::optional<std::vector<std::uint64_t>> read_hec_ack_question(std::string_view body);

}  // namespace vigil
