#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parsers/key_table.h"
#include "parsers/payload_writer.h"

namespace vigil {

/// What becomes of a value that a product gives.
enum class Put : std::uint8_t {
  field,   ///< under its ECS name
  number,  ///< the same, as a number
  lower,   ///< the same, in lower case
  mac,     ///< an address of a network card, as ECS writes it: 00-11-22-AA-BB-CC
  source,  ///< source.address and .ip or .domain
  destination,
  source_port,
  destination_port,
  source_pair,  ///< "10.0.0.1:443", "[2001:db8::1]:443", "10.0.0.1/443", "10.0.0.1(443)": address and port
  destination_pair,
  user,       ///< name.name, and name.domain of DOMAIN\user
  transport,  ///< a protocol's name or number
  url,
  file,
  executable,
  hash,  ///< name.md5 and so on by length
  message,
  host,     ///< host.name, where the syslog header names none
  device,   ///< observer.name, and host.name as before
  seconds,  ///< event.duration, given in seconds
  milliseconds,
  vendor,  ///< under vendor.<name>
  skip
};

struct Target {
  std::string_view name;
  Put put = Put::skip;
};

/// Reads the name of a target, at compile time where it is a constant:
///
///   source, destination, source:pair, destination:pair, source.port, destination.port
///   user, source.user, destination.user, user.target, user.effective   names with their domain
///   transport url file executable file.hash process.hash message host device
///   any other name with a dot          that ECS field; ports, bytes, packets, pids, codes of HTTP as numbers
///   NAME:number, :lower, :mac, :seconds, :ms, :text   overrides
///   _                                  nothing is done with it
///   a name without a dot               vendor.NAME
constexpr Target target_of(std::string_view text);

/// Writes a value where its target says. "-", "N/A", "(null)" and nothing at all are no values.
void put(PayloadWriter& out, const Target& target, std::string_view value);

/// A row of a product's table: its own key and our target.
struct FieldRow {
  std::string_view key, target;
};

/// The table, ready to be asked; a view of a FieldMap.
class FieldTable {
 public:
  /// Where a key's value goes; null for keys that the product's table does not have.
  const Target* find(std::string_view key) const { return find_(map_, key); }
  /// Puts the value where the table says, or under vendor.<key>.
  void put_or_keep(PayloadWriter& out, std::string_view key, std::string_view value,
                   ValueType type = ValueType::text) const;

 private:
  template <std::size_t>
  friend class FieldMap;
  using Find = const Target* (*)(const void*, std::string_view);
  constexpr FieldTable(const void* map, Find how) : map_(map), find_(how) {}
  const void* map_;
  Find find_;
};

///   constexpr FieldRow kRows[] = {{"src_ip", "source"}, {"app", "network.application"}, …};
///   constexpr FieldMap kMap(kRows);
template <std::size_t kCount>
class FieldMap {
 public:
  consteval explicit FieldMap(const FieldRow (&rows)[kCount]) : rows_(rows), table_(rows) {
    for (std::size_t i = 0; i < kCount; ++i) targets_[i] = target_of(rows[i].target);
  }
  constexpr operator FieldTable() const {  // NOLINT(google-explicit-constructor): a view
    return FieldTable(this, [](const void* map, std::string_view key) {
      return static_cast<const FieldMap*>(map)->find(key);
    });
  }
  const Target* find(std::string_view key) const {
    const FieldRow* row = table_.find(key);
    return row == nullptr ? nullptr : &targets_[static_cast<std::size_t>(row - rows_)];
  }

 private:
  const FieldRow (&rows_)[kCount];
  KeyTable<FieldRow, kCount> table_;
  std::array<Target, kCount> targets_{};
};

/// Reads `key=value` pairs (key_value.h) from `text`: each where the table says, else under vendor.<key>.
void put_pairs(PayloadWriter& out, std::string_view text, FieldTable table);

/// Reads the whole text as JSON, each leaf by its dotted path; ECS names that a sender may set stay as they are where the
/// table has no row. False, and tagged, if it is no JSON.
bool put_json(PayloadWriter& out, FieldTable table);

namespace detail {
struct NamedTarget {
  std::string_view name;
  Target target;
};
constexpr NamedTarget kNamedTargets[] = {
    {"_", {{}, Put::skip}},
    {"source", {"source", Put::source}},
    {"destination", {"destination", Put::destination}},
    {"source:pair", {"source", Put::source_pair}},
    {"destination:pair", {"destination", Put::destination_pair}},
    {"source.port", {"source.port", Put::source_port}},
    {"destination.port", {"destination.port", Put::destination_port}},
    {"user", {"user", Put::user}},
    {"source.user", {"source.user", Put::user}},
    {"destination.user", {"destination.user", Put::user}},
    {"user.target", {"user.target", Put::user}},
    {"user.effective", {"user.effective", Put::user}},
    {"transport", {{}, Put::transport}},
    {"url", {{}, Put::url}},
    {"file", {{}, Put::file}},
    {"executable", {{}, Put::executable}},
    {"file.hash", {"file.hash.", Put::hash}},
    {"process.hash", {"process.hash.", Put::hash}},
    {"message", {"message", Put::message}},
    {"host", {"host.name", Put::host}},
    {"device", {"observer.name", Put::device}},
};
struct Override {
  std::string_view suffix;
  Put put;
};
constexpr Override kOverrides[] = {{":number", Put::number},   {":lower", Put::lower},
                                   {":mac", Put::mac},         {":ms", Put::milliseconds},
                                   {":seconds", Put::seconds}, {":text", Put::field}};
constexpr std::string_view kNumberEndings[] = {".port",          ".bytes",    ".packets",     ".pid",
                                               ".status_code",   ".size",     ".iana_number", ".sequence",
                                               "event.severity", ".thread.id"};
}  // namespace detail

constexpr Target target_of(std::string_view text) {
  for (const detail::NamedTarget& named : detail::kNamedTargets) {
    if (named.name == text) return named.target;
  }
  for (const detail::Override& one : detail::kOverrides) {
    if (text.ends_with(one.suffix)) return {text.substr(0, text.size() - one.suffix.size()), one.put};
  }
  if (text.find('.') == std::string_view::npos) return {text, Put::vendor};
  for (const std::string_view ending : detail::kNumberEndings) {
    if (text.ends_with(ending)) return {text, Put::number};
  }
  if (text.ends_with(".mac")) return {text, Put::mac};
  return {text, Put::field};
}

}  // namespace vigil
