#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parsers/event.h"

namespace vigil {

/// The two ends of a connection, as ECS names them.
enum class Side : std::uint8_t { source, destination };

/// How a logon (or another act) ended: `event.outcome`.
enum class Outcome : std::uint8_t { none, success, failure, unknown };

/// Where a payload format reads from and writes to: the text of one message, and the event made of it.
///
/// Limits: a format reads at most kFieldsMax fields of its text and gives the rest to
/// overflow(); a name longer than 512 bytes is cut. What is derived from a field comes on top, so an event
/// holds a small multiple of it. Empty values of ECS fields are left out: an empty `srcip=""` is no address.
/// Views given to it must live as long as the frame or the arena.
class PayloadWriter {
 public:
  static constexpr std::size_t kFieldsMax = 1000;
  static constexpr std::size_t kNameBytesMax = 512;

  PayloadWriter(std::string_view text, const ParseContext& context, Event& event, Arena& arena)
      : text_(text), context_(context), event_(event), arena_(arena) {}

  std::string_view text() const { return text_; }
  const SyslogHeader& header() const { return event_.header; }
  const ParseContext& context() const { return context_; }
  Event& event() { return event_; }
  Arena& arena() { return arena_; }

  /// Adds a field under its ECS name.
  void add(std::string_view name, std::string_view value, ValueType type = ValueType::text) {
    if (!value.empty()) event_.add(name, value, type);
  }
  /// Adds a number; what is none (or has zeros in front) becomes text.
  void add_number(std::string_view name, std::string_view digits);
  void add_number(std::string_view name, std::uint64_t number);
  /// Adds a field that ECS has no name for, under `vendor.<key>`. Kept even if empty.
  void add_vendor(std::string_view key, std::string_view value, ValueType type = ValueType::text);
  /// Replaces one of the fields every event has (host.name, process.name, process.pid, message, event.kind).
  void set(std::string_view name, std::string_view value, ValueType type = ValueType::text);
  /// Keeps what did not fit, under `vendor._overflow`, and says so.
  void overflow(std::string_view rest);
  /// The format was recognised but this text is not it: the text stays in `message`.
  void bad_payload() { event_.tags.add(Tag::bad_payload); }

  /// `source.address` and `source.ip`, or `source.domain` for a name. "-", "N/A", "UNKNOWN" and "" are
  /// nobody.
  void add_endpoint(Side side, std::string_view address);
  void add_port(Side side, std::string_view port);
  /// `network.transport`, and `network.iana_number` where the protocol is given as its number.
  void add_transport(std::string_view protocol);
  /// `url.original`, `url.path`, `url.query`, and `url.domain` where the text says one.
  void add_url(std::string_view url);
  /// `file.path` and `file.name`.
  void add_file(std::string_view path);
  /// `process.executable` and `process.name`.
  void add_executable(std::string_view path);
  /// `file.hash.md5`, `sha1`, `sha256`, `sha512` by length.
  void add_hash(std::string_view prefix_of_names, std::string_view hash);

  /// event.category, event.type, event.action, event.outcome in one line; empty ones are left out.
  void classify(std::string_view category, std::string_view type, std::string_view action = {},
                Outcome outcome = Outcome::none);
  /// A logon: event.category ["authentication"].
  void logon(std::string_view action, Outcome outcome, std::string_view type = "start") {
    classify("authentication", type, action, outcome);
  }
  /// event.kind "alert", rule.name and who says so.
  void alert(std::string_view rule_name);
  void observer(std::string_view vendor, std::string_view product, std::string_view type);
  void log_source(std::string_view product, std::string_view category, std::string_view service) {
    event_.add_log_source({product, category, service});
  }

  /// `a` and `b` put together, in the arena.
  std::string_view join(std::string_view a, std::string_view b);
  /// `text` with ASCII letters in lower case; a view of `text` if it has no others.
  std::string_view lower_case(std::string_view text);

 private:
  std::string_view text_;
  const ParseContext& context_;
  Event& event_;
  Arena& arena_;
};

/// The part of a path after its last slash or backslash.
std::string_view file_name_of(std::string_view path);

}  // namespace vigil
