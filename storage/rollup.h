#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/rows.h"

namespace vigil {

// Rollups: what dashboards ask, counted beforehand. A block, and later a whole day of a lane, has one: how many records and
// raw bytes there were by hour of event time, source, host.name, kinds and syslog severity. Counting six months by these
// reads a few kilobytes a day and no record.
//
// A block is sealed without parsing its payloads. Where a payload may name another host than the header, or the header is
// not plain to see, the entry says "unknown": such a block is read when the question is about that. The night's work parses
// every record and knows.
//
// On disk: version 1 byte | parser revision | size unpacked (varints) | zstd frame | checksum64. The frame: sources
// (row_columns.h) | hosts: count, sections | entries: count, then column after column as varints: hour less that of the
// entry before (zig-zag), source, host, kinds, severity, records, raw bytes.

/// Counts of the records that are alike in all of these.
struct RollupEntry {
  std::int64_t hour = 0;     ///< since 1970, of event time, cut down
  std::uint32_t source = 0;  ///< in the rollup's sources
  std::uint32_t host = 0;    ///< kHostUnknown, kHostOfSource, or kHostFirst + index in its hosts
  std::uint8_t kinds = 0;
  std::uint8_t severity = 0;  ///< 0 to 7, or one of the two below
  std::uint64_t records = 0, raw_bytes = 0;
  bool operator==(const RollupEntry&) const = default;
};
constexpr std::uint32_t kHostUnknown = 0, kHostOfSource = 1, kHostFirst = 2;
constexpr std::uint8_t kSeverityNone = 8, kSeverityUnknown = 9;
constexpr std::int64_t kHourNs = 3'600'000'000'000;

constexpr std::int64_t hour_of(std::int64_t ns) { return ns / kHourNs - (ns % kHourNs < 0 ? 1 : 0); }

struct Rollup {
  Sources sources;
  std::vector<std::string> hosts;
  std::vector<RollupEntry> entries;  ///< by hour

  /// host.name of an entry whose host is known.
  std::string_view host_of(const RollupEntry& entry) const {
    return entry.host == kHostOfSource ? std::string_view(sources[entry.source]->host)
                                       : hosts[entry.host - kHostFirst];
  }
};

class RollupBuilder;

/// What can be said of a record without parsing it. A payload that may name another host than the header is looked at for
/// the few keys that could: if there is none, or one that is plain to see, the host is known all the same.
std::uint32_t host_without_parsing(const Source& source, Format format, std::string_view raw,
                                   RollupBuilder& rollup);
std::uint8_t severity_without_parsing(const Source& source, std::string_view raw);

/// Counts records. Sources are those of the rows.
class RollupBuilder {
 public:
  void add(const Row& row, std::uint32_t host, std::uint8_t severity);
  /// The number of a host.name that is not the source's.
  std::uint32_t host(std::string_view name);
  /// The counts, as they are stored; the builder is empty again.
  std::string finish(const Sources& sources);

 private:
  struct Key {
    std::int64_t hour;
    std::uint64_t rest;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  std::unordered_map<Key, std::size_t, Hash> places_;  ///< in entries_
  std::vector<RollupEntry> entries_;
  std::size_t last_ = 0;
  std::unordered_map<std::string, std::uint32_t> host_numbers_;
  std::vector<std::string> hosts_;
  std::uint32_t last_host_ = 0;  ///< in hosts_: neighbours name the same
};

/// False if the bytes are not what was written. What another parser revision said of hosts and severities is unknown.
bool read_rollup(std::string_view value, Rollup& rollup);

}  // namespace vigil
