#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.h"

namespace vigil {

/// Answers who owns a sender: built once from the configuration, immutable, any thread.
class AssetTable {
 public:
  explicit AssetTable(const Config& config);
  ~AssetTable();
  AssetTable(AssetTable&&) noexcept;

  struct Answer {
    const Organisation* organisation = nullptr;  ///< never null
    const System* system = nullptr;              ///< null: an unregistered source
    bool in_scope =
        true;  ///< what the tier asks to keep; an unregistered source is in scope (nobody said it is not)
  };
  /// `host` is the message's HOST or empty; `peer` the sender's address. A host named in the table wins over a
  /// network, the longest network prefix over shorter ones; only systems of `organisation` and below count.
  Answer look_up(std::string_view organisation, std::string_view host, std::string_view peer) const;

  const Organisation* organisation(std::string_view id) const;
  const System* find_system(std::string_view id) const;
  /// `id` and everything below it in the tree.
  std::vector<std::string> visible_from(std::string_view id) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Offset of an IANA zone from UTC at that moment, minutes. 480 for a zone the system does not know.
int zone_offset_minutes(const std::string& zone, std::int64_t at_ns);
bool zone_known(const std::string& zone);

}  // namespace vigil
