#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/enrichment.h"

namespace vigil {

/// A CSV of networks, read.
struct PlaceFile {
  struct Place {
    std::string country, name, asn;
  };
  RangeTable ranges;  ///< finished; values are indices into `places`
  std::vector<Place> places;
};

/// What an operator says about accounts.
struct AccountFile {
  struct Entry {
    std::string name;          ///< "privileged"
    std::string organisation;  ///< empty: of all
    std::int32_t until = INT32_MAX;  ///< last day that counts, days since 1970
  };
  std::unordered_map<std::string, std::vector<Entry>> by_account;  ///< folded
};

// Both append what is wrong, each with its line; what comes out is whole only if nothing was.
PlaceFile read_places(std::string_view text, const std::string& file, std::vector<EnrichmentProblem>& problems);
AccountFile read_accounts(std::string_view text, const std::string& file, std::vector<EnrichmentProblem>& problems);

/// "2026-12-31" as days since 1970; nothing if there is no such day.
std::optional<std::int32_t> read_day(std::string_view text);

}  // namespace vigil
