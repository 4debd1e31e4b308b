#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "parsers/event.h"
#include "parsers/payload_writer.h"

namespace vigil {

/// How a format writes a field's value into the message: what rules may look for in the raw text (rules/verbatim.h).
enum class Writing : std::uint8_t { plain, json, cef };

/// Which text a format reads.
enum class Reads : std::uint8_t {
  message,  ///< what follows the syslog header
  /// The whole line behind the priority: lines of files, whose front a syslog header's reader takes for a time, a host,
  /// a tag. What it made of them is dropped: the host is the peer, there is no program.
  line
};

/// When a payload says host.name: what is counted at rest by host asks this instead of parsing.
enum class NamesHost : std::uint8_t { never, where_header_does_not, always };

// What FormatSpec::rank decides besides the order of asking.
/// Formats of this rank and below go before what the program's name says.
constexpr std::uint8_t kRankBeforePrograms = 4;
/// From here on a format reads anyone's text (json, key_value): it is asked last, and knows the product less than the
/// signs of its kind do.
constexpr std::uint8_t kRankOfAnyone = 200;

/// A payload format: what it is, how it is known, how it is read. Each has one file below parsers/formats/, which defines
///
///   const FormatSpec kFormat_<file name> = {.number = Format{40}, .name = "<file name>", …};
///
/// and nothing else needs to be changed: the build finds the file.
///
/// How a message finds its format: ranks to 4 are asked, then those that name its program (ranks below 200), then all others
/// whose first bytes fit; each time by rank, then number. The first whose `claims` says yes, or has none, takes it.
struct FormatSpec {
  /// Stored in the archive with each message: never used again for another format.
  Format number;
  std::string_view name;    ///< event.dataset; the file's name
  std::string_view title;   ///< what people call it: "Cisco ASA, FTD"
  std::string_view sample;  ///< a line as the product writes it, from its documentation or a device

  Reads reads = Reads::message;
  std::uint8_t rank =
      50;  ///< asked earlier if lower; formats that know little about many products stand behind 200
  std::span<const std::string_view> programs =
      {};  ///< header.app without instance: "nginx" also for nginx-1, nginx/2, nginx[
  std::span<const std::string_view> starts = {};  ///< what the text begins with, one of
  std::string_view first_bytes = {};  ///< or with any of these characters ("0123456789" for dated lines)
  bool (*claims)(const SyslogHeader& header, std::string_view text) = nullptr;
  /// What JSON it claims always holds behind a quote, one of: `EventID"`, `ts":`; four bytes at least. Its `claims` is asked
  /// about no other JSON object. Without any, a format is asked about JSON only if it says that its texts may begin with `{`.
  std::span<const std::string_view> json_marks = {};

  void (*parse)(PayloadWriter& out) = nullptr;
  /// Event time in the payload, asked where the header has none; UTC ns. Cheap: every such message is asked at arrival.
  std::optional<std::int64_t> (*time)(const SyslogHeader& header, std::string_view text,
                                      int zone_minutes) = nullptr;
  bool time_first = false;  ///< `time` is better than the header's, which has no year or comes from a collector

  /// The law's kinds of its messages. None: the program's, else the facility's.
  Kinds kinds = {};
  Kinds (*kinds_of)(const SyslogHeader& header,
                    std::string_view text) = nullptr;  ///< where it depends; goes first

  NamesHost names_host = NamesHost::where_header_does_not;

  /// Every log source (Sigma) that parse() may give; "*" stands for any word. Empty: none.
  std::span<const LogSource> log_sources = {};
  Writing writing = Writing::plain;
  std::string_view altered = {};  ///< characters that values hold where the message has others: "&<>" in XML's
  /// Fields that parse() computes: their values need not stand in the message. A name that ends in a dot means all below it.
  std::span<const std::string_view> derived = {};
  bool tag_is_program = true;     ///< false: the syslog tag names a log's source, not process.name
  bool own_action = false;  ///< event.action is the product's own word, as it stands in the message
};

/// All formats, by number. Made once, before main() uses it.
std::span<const FormatSpec* const> all_formats();

/// The format of that number; null if there is none (an archive may hold numbers of a later build).
const FormatSpec* find_format(Format number);

/// Whether its messages are text of programs that may run on Linux: then the program's service is one of their log sources
/// (linux_service()), whatever parse() gives besides.
bool is_of_programs(const FormatSpec& spec);

/// The message's whole line: what follows the priority.
std::string_view line_of(const SyslogHeader& header);

/// The text that the format reads of that message.
std::string_view payload_text(const SyslogHeader& header, const FormatSpec& spec);

/// Drops from the header what a format of whole lines says is none of it: host, program and the rest. `peer` is who sent it.
void settle_header(SyslogHeader& header, Format format, std::string_view peer);

/// True where quick_payload_time() is to be asked: the header has no time, the format says so (time_first), or the line is a
/// file's own, whose zone or day only its format reads right ("2026-11-20 14:59:00 CEST").
bool payload_time_first(const SyslogHeader& header, Format format);

/// What the law's kinds of a message were told from.
enum class KindsFrom : std::uint8_t {
  content,   ///< its format looked into the text
  format,    ///< its format
  signs,     ///< words and shapes of products that have no format (kind_signs.h)
  program,   ///< the program's name
  facility,  ///< the facility of its priority
  nothing    ///< nothing told anything: an application's
};
struct KindsReason {
  Kinds kinds;
  KindsFrom from;
};
/// kinds_of(), and why.
KindsReason why_kinds(const SyslogHeader& header, Format format);

}  // namespace vigil
