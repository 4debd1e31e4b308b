#pragma once

#include <filesystem>
#include <mutex>
#include <string>

#include "config/asset_table.h"
#include "incidents/case.h"
#include "incidents/notification.h"
#include "parsers/result.h"
#include "storage/archive.h"
#include "storage/bundle.h"
#include "storage/query.h"

namespace vigil {

/// Makes evidence bundles below `<data>/evidence/`, numbered per case so that a later bundle never replaces
/// one that somebody already cited. Thread-safe.
class EvidenceDesk {
 public:
  EvidenceDesk(const Archive& archive, std::shared_ptr<const AssetTable> assets,
               std::filesystem::path directory)
      : archive_(archive), assets_(std::move(assets)), directory_(std::move(directory)) {}

  struct Bundle {
    std::string name;
    std::filesystem::path path;
  };
  /// How much of a case's surroundings goes in. The bundle made for a notice is there within a second,
  /// whatever the case holds; one that a person asks for holds all the plan allows. The samples are in both.
  enum class Extent : std::uint8_t { notice, full };
  static constexpr std::size_t kNoticeRecordsMax = 5'000;
  /// The records the case rests on and their surroundings, with form and case record attached.
  Result<Bundle, StoreError> for_case(const Case& incident, const NotificationForm& form, Extent extent,
                                      std::string_view who, std::int64_t now_ns);
  /// What a query finds, for one organisation.
  Result<Bundle, StoreError> for_query(const Query& query, std::string_view query_text, ScanRange range,
                                       std::string_view who, std::int64_t now_ns);
  const std::filesystem::path& directory() const { return directory_; }
  /// The newest bundle of a case, if there is one.
  std::optional<Bundle> newest_for(std::string_view case_id) const;

 private:
  using Records = std::function<Result<void, StoreError>(const std::function<bool(const StoredRecord&)>&)>;
  /// `complete` may add what depends on the bundle's name.
  Result<Bundle, StoreError> write(BundleInfo info, std::string_view subject, const Records& records,
                                   const std::function<void(BundleInfo&)>& complete = {});
  unsigned newest_number(std::string_view subject) const;

  const Archive& archive_;
  std::shared_ptr<const AssetTable> assets_;
  std::filesystem::path directory_;
  std::mutex mutex_;
};

}  // namespace vigil
