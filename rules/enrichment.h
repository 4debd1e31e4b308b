#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/range_table.h"

namespace vigil {

/// When an organisation works. `days`: bit 0 is Monday. Times are minutes of the day; `from` is before `to`.
struct WorkingHours {
  std::uint8_t days = 0b0011111;
  int from_minutes = 7 * 60, to_minutes = 19 * 60;
  std::vector<std::int32_t> holidays;  ///< days since 1970

  /// Whether people work at that time; `zone_minutes` is the organisation's offset from UTC.
  bool working(std::int64_t time_ns, int zone_minutes) const;
};

/// What an operator says about addresses, accounts and hours; the files of `enrichment` in the configuration.
struct EnrichmentOptions {
  /// Asked in this order; the first that knows a country, a label or a number gives it. A MaxMind file ends in .mmdb; others are CSV, whose first
  /// line names the columns: network (CIDR), and of country, place, asn those that there are.
  std::vector<std::filesystem::path> places;
  /// CSV with the columns account, class, and perhaps organisation and until (2026-12-31).
  std::filesystem::path accounts;
  WorkingHours hours;
  std::map<std::string, WorkingHours, std::less<>> hours_of;  ///< by organisation
  /// The organisations' own networks, CIDR; private ones (RFC 1918, ULA, link-local, loopback) need not be named.
  std::map<std::string, std::vector<std::string>, std::less<>> networks;
};

/// A mistake in one of those files.
struct EnrichmentProblem {
  std::string file;
  int line = 0;        ///< 0: of the file as a whole
  std::string field;   ///< the column
  std::string reason;  ///< with what to do about it, English / Chinese
  std::string render() const;  ///< "ranges.csv:12: network: …"
};

/// Where an address is, as far as the files say. Views live as long as the Enrichment.
struct PlaceOfAddress {
  std::string_view country;  ///< ISO 3166-1, two letters; empty where not known
  std::string_view name;     ///< the operator's label, or the city
  std::string asn;           ///< number of the autonomous system
};

/// What rules may ask about an event beyond what its sender wrote (event_fields.h lists the fields). Immutable and shared; new
/// files make a new one. Asking about addresses and hours allocates nothing.
class Enrichment {
 public:
  /// Most ranges in one CSV, and accounts: a million of the former take 40 MB. A country file of the whole internet has half
  /// of that.
  static constexpr std::size_t kRangesMax = 1'000'000, kAccountsMax = 500'000;
  static constexpr std::size_t kFileBytesMax = 256 * 1024 * 1024;
  static constexpr std::size_t kProblemsMax = 20;  ///< told of one file

  /// Null where a file has mistakes: `problems` tells all of them, with what to write instead.
  static std::shared_ptr<const Enrichment> load(const EnrichmentOptions& options, std::vector<EnrichmentProblem>& problems);
  /// Without any file: private networks are internal, and people work Monday to Friday, 07:00 to 19:00.
  static std::shared_ptr<const Enrichment> plain();
  ~Enrichment();

  PlaceOfAddress place_of(std::string_view address) const;
  /// Private, or one of the organisation's own networks.
  bool internal(std::string_view address, std::string_view organisation) const;
  /// Appends the account's classes at that time: those of the list, and `expired` where the list's date has passed. The
  /// account may be written DOMAIN\user or user@domain; case does not matter.
  void classes_of(std::string_view user, std::string_view domain, std::string_view organisation, std::int64_t time_ns,
                  int zone_minutes, std::vector<std::string_view>& out) const;
  bool working(std::string_view organisation, std::int64_t time_ns, int zone_minutes) const;

 private:
  struct Data;
  explicit Enrichment(std::unique_ptr<const Data> data);
  std::unique_ptr<const Data> data_;
};

}  // namespace vigil
