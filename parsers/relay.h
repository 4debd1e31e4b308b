#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/result.h"
#include "parsers/syslog_header.h"
#include "parsers/tags.h"

namespace vigil {

/// What one Vigil hands to the next: records byte for byte, with what was known of each where it first arrived
/// (docs/relay.md has the same for other implementers):
///
///   body   = "VGLRELAY" version origin stream name first *( source / record ) end       version = 0x01
///   source = 0x01 peer host listener transport organisation zone charset drill hops envelope
///            zone = int16, minutes; charset = uint8; drill = uint8, 0 or 1; hops = uint8 *text
///            gets the next number, counted from 0, and is meant by the records behind it
///   record = 0x02 source sequence received event tags raw
///            source = uint32; sequence = uint64; received, event = int64, ns; tags = uint64; raw = text
///   end    = 0x00 next records                                 next = uint64, records = uint32; nothing follows
///   text   = length *OCTET                                     length = uint32
///
/// Integers in network byte order. Sequences grow from record to record and lie in [first, next): what is missing
/// there was not meant for the receiver, or is gone.

/// Hops a record may have made before it is taken for one that runs in circles.
constexpr std::size_t kRelayHopsMax = 8;
/// Records and sources in one body.
constexpr std::size_t kRelayRecordsMax = 65'536;
constexpr std::size_t kRelaySourcesMax = 16'384;
/// Names, addresses and ids; the envelope of a stream; one record's bytes.
constexpr std::size_t kRelayNameBytesMax = 1024;
constexpr std::size_t kRelayEnvelopeBytesMax = 64 * 1024;
constexpr std::size_t kRelayRawBytesMax = 16 * 1024 * 1024;

/// The sender of records, as the instance knows it that first received them.
struct RelaySource {
  std::string_view peer{}, host{}, listener{}, transport{}, organisation{};
  int zone_minutes = 0;
  Charset charset = Charset::automatic;
  bool drill = false;
  std::vector<std::string_view> hops{};  ///< instances that had the records, first the one that received them
  std::string_view envelope{};           ///< pairs name NUL value NUL
};

struct RelayRecord {
  std::uint32_t source = 0;    ///< index in RelayBody::sources
  std::uint64_t sequence = 0;  ///< in the sender's archive
  std::int64_t received_ns = 0, event_ns = 0;
  Tags tags;  ///< of the transport; those this version does not know are left out
  std::string_view raw;
};

struct RelayHead {
  std::string_view origin;  ///< id of the sending instance
  std::string_view stream;  ///< id of this way from it to us: sequences are compared inside a stream
  std::string_view name;    ///< what people call that instance
  std::uint64_t first = 0;  ///< what lies before was sent before
};

/// A body, read. Views lie in it.
struct RelayBody {
  RelayHead head;
  std::uint64_t next = 0;  ///< where the next body begins
  std::vector<RelaySource> sources;
  std::vector<RelayRecord> records;
};

/// Why a body could not be read. The enumerator's name is what the sender is told.
enum class RelayErrc : std::uint8_t {
  bad_magic,
  newer_version,
  truncated,
  too_large,
  bad_id,
  bad_item,
  bad_source,
  bad_order,
  trailing
};
std::string_view relay_error_name(RelayErrc code);
struct RelayError {
  RelayErrc code;
  std::size_t offset;  ///< from the start of the body
};

/// Whether a text can be an instance or stream id: 32 digits of lower-case hex.
bool is_relay_id(std::string_view text);

/// Reads a body, all of it or nothing of it. Linear; allocates for sources and records only.
Result<RelayBody, RelayError> read_relay_body(std::string_view body);

/// Writes a body piece by piece.
class RelayWriter {
 public:
  /// Begins anew; memory is kept.
  void begin(const RelayHead& head);
  /// The number to be used in RelayRecord::source.
  std::uint32_t add_source(const RelaySource& source);
  void add_record(const RelayRecord& record);
  /// The body is whole after this.
  std::string_view end(std::uint64_t next);

  std::size_t bytes() const { return out_.size(); }
  std::uint32_t records() const { return records_; }
  std::uint32_t sources() const { return sources_; }

 private:
  std::string out_;
  std::uint32_t records_ = 0, sources_ = 0;
};

}  // namespace vigil
