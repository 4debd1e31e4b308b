#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parsers/arena.h"
#include "parsers/syslog_header.h"

namespace vigil {

/// One line of a stream.
struct LokiEntry {
  /// The line as it was sent; with structured metadata a document {"labels":{…},"message":"the line"}.
  std::string_view text;
  std::optional<std::int64_t> time_ns;  ///< absent where nanoseconds of 64 bits cannot say it
  bool oversize = false;                ///< only the front of the line was kept
};

struct LokiStream {
  std::vector<std::pair<std::string_view, std::string_view>> labels;  ///< in the sender's order
  /// The labels are larger than what may be kept once for all lines (Envelope), and stand in each line's document instead.
  bool labels_in_lines = false;
  std::vector<LokiEntry> entries;

  /// The first of these labels that is there; empty if none is.
  std::string_view label(std::initializer_list<std::string_view> names) const;
};

enum class LokiErrc : std::uint8_t { none, bad_json, bad_protobuf, bad_labels, bad_entry, too_large };

struct LokiPush {
  std::vector<LokiStream> streams;
  LokiErrc error = LokiErrc::none;  ///< then there are no streams
  std::string what;                 ///< the reason in words, as Loki's clients log it
  Tags tags;                        ///< what decoding JSON that is not UTF-8 came to
};

struct LokiLimits {
  /// Longest line; the rest of a longer one is cut off and told. Loki refuses above 256 KiB.
  std::size_t line_bytes_max = 1024 * 1024;
  /// Lines of one request; promtail sends 1 MiB at a time. Each costs about half a KiB until it is committed.
  std::size_t entries_max = 200'000;
  /// What a compressed body may hold (promtail's batches: 1 MiB).
  std::size_t inflated_bytes_max = 64 * 1024 * 1024;
  /// Labels of a stream, pairs of metadata of a line; Loki takes 15 and 128.
  static constexpr std::size_t kLabelsMax = 256;
};

/// Reads the body of a push, whatever its headers say about it: JSON, a block of Snappy around a protobuf message, or the
/// message itself.
///
///   {"streams":[{"stream":{"a":"b"},"values":[["<ns>","line",{"k":"v"}?],…]}]}        times as text or number
///   {"streams":[{"labels":"{a=\"b\"}","entries":[{"ts":"2026-…","line":"…"}]}]}        of old clients (/api/prom/push)
///   PushRequest{streams=1{labels=1, entries=2{timestamp=1{seconds=1,nanos=2}, line=2, structuredMetadata=3{name=1,value=2}}}}
///
/// Views point into `body` or the arena.
LokiPush read_loki_push(std::string_view body, Charset charset, Arena& arena, const LokiLimits& limits = {});

/// Reads `{level="info", app='x'}` as Prometheus writes it: names, `=`, strings in any of Go's three quotes with Go's
/// escapes. False if it is something else.
bool read_loki_labels(std::string_view text, Arena& arena,
                      std::vector<std::pair<std::string_view, std::string_view>>& labels);

}  // namespace vigil
