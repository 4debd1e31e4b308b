#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vigil {

/// A deviation met on the way of a message. Nothing that parsed badly is lost: it gets a tag.
/// The enumerator's name is what users see in `vigil.tags`. Numbers are stored in the archive: only add.
enum class Tag : std::uint8_t {
  // framing (framer.h)
  oversize,            ///< only the first 64 KiB were kept
  truncated,           ///< the kernel cut the datagram (MSG_TRUNC)
  truncated_frame,     ///< the connection ended inside a counted frame
  partial_eof,         ///< the connection ended before the LF
  slow_frame,          ///< a partial frame older than 30 s was kept as it was
  unexpected_framing,  ///< an octet count before a datagram's PRI
  suspicious_source,   ///< peer address 0.0.0.0, broadcast, multicast or port 0
  // charset (charset.h)
  bom_lead,
  utf16,
  cp950,
  latin1,
  bad_utf8,
  ctrl,
  // header (syslog_header.h, timestamp.h)
  no_pri,
  bad_pri,
  no_ts,
  bad_ts,
  ts_nil,
  ts_recv,
  no_tz,
  no_year,
  epoch_ts,
  uptime_ts,
  leap_second,
  clock_unsynced,
  clock_skew,
  aix_fwd,
  no_tag,
  extra_space,
  no_sd,
  bad_sd,
  sd_unquoted,
  sd_capped,
  bom,
  // payload
  bad_payload,    ///< a payload format was recognised but did not parse; the text is kept
  fields_capped,  ///< more fields, depth or key length than an event may have
  unparsed,       ///< no payload format was recognised
  // HTTP ingest
  not_json,  ///< an NDJSON line that is no JSON object, kept as text
  empty,     ///< nothing but CR, LF and NUL (only `vigil parse` shows such)
  // framing, later on
  bad_zip,  ///< a frame that begins as rsyslog's compressed ones do and could not be unpacked, kept as it came
  // files (daemon/file_tail.h)
  file_truncated,  ///< the first line after the file was truncated, and so read from its beginning again
  // mails (daemon/mailbox_watch.h)
  no_ticket,  ///< a mail in which no ticket's number was found, kept whole
  count_
};

/// "no_pri" for Tag::no_pri.
std::string_view tag_name(Tag tag);
std::optional<Tag> tag_from_name(std::string_view name);

/// A set of tags in one word.
class Tags {
 public:
  constexpr Tags() = default;
  constexpr explicit Tags(std::uint64_t bits) : bits_(bits) {}
  constexpr void add(Tag tag) { bits_ |= bit(tag); }
  constexpr void add(Tags other) { bits_ |= other.bits_; }
  constexpr void remove(Tag tag) { bits_ &= ~bit(tag); }
  constexpr bool has(Tag tag) const { return (bits_ & bit(tag)) != 0; }
  constexpr bool none() const { return bits_ == 0; }
  constexpr std::uint64_t bits() const { return bits_; }
  constexpr bool operator==(const Tags&) const = default;

 private:
  static constexpr std::uint64_t bit(Tag tag) { return std::uint64_t{1} << static_cast<unsigned>(tag); }
  std::uint64_t bits_ = 0;
};
static_assert(static_cast<unsigned>(Tag::count_) <= 64);

}  // namespace vigil
