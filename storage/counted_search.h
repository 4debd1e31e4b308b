#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/pipeline.h"
#include "storage/query_ast.h"

namespace vigil {

/// What must be known of records to answer the query from counts (rollup.h); nothing if it cannot be: it asks for records,
/// for fields that rollups do not know, or for times finer than hours of the zone.
std::optional<Archive::CountNeeds> needs_of_counts(const Query::Impl& query, int zone_minutes);

/// Adds up the counts of many blocks by what a query tells apart, and gives each group to its pipes once.
class CountedRows {
 public:
  /// Groups held before the pipes see them: 4,320 hours of six months by a few hundred sources.
  static constexpr std::size_t kGroupsMax = 1'000'000;

  explicit CountedRows(const Query::Impl& query);
  /// False if there would be too many groups.
  bool add(const Archive::CountedHours& hours);
  /// Pushes what the query's filter lets pass, until the pipes want no more.
  void give(PipeStage& pipes) const;

 private:
  struct Key {
    std::int64_t hour = 0;
    std::uint32_t source = 0, host = 0;
    std::uint8_t kinds = 0, severity = 0;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };

  const Query::Impl& query_;
  bool by_hour_ = false, by_source_ = false, by_host_ = false, by_kinds_ = false, by_severity_ = false;
  std::unordered_map<Key, std::uint64_t, Hash> groups_;
  std::unordered_map<std::string, std::uint32_t> source_numbers_, host_numbers_;
  std::vector<std::shared_ptr<const Source>> sources_;
  std::vector<std::string> hosts_;
};

}  // namespace vigil
