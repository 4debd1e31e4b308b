#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "parsers/result.h"
#include "storage/archive.h"

namespace vigil {

/// What an evidence bundle is about; everything is data, nothing of it names a path.
struct BundleInfo {
  std::string name;          ///< "bag-2026-0001-1": [A-Za-z0-9._-]
  std::string organisation;  ///< only this organisation's records may be in it
  std::string organisation_name;
  std::string case_id;       ///< empty for a bundle made from a query
  std::string description;
  std::string who;
  bool drill = false;
  std::int64_t now_ns = 0;
  int zone_minutes = 480;
  std::string tool_version;
  /// More files below data/ (e.g. form.html, case.json).
  std::vector<std::pair<std::string, std::string>> attachments;
};

/// Writes a BagIt 1.0 bag (RFC 8493; reliability.md 3.4) to `directory`/`info.name`: raw bytes as received in
/// data/segments/, data/index.csv (formula-escaped), manifests, bag-info, custody.jsonl, environment.json,
/// verify.sh, README in zh-TW and English. Written beside, synced, then renamed: whole or not there.
/// Records are given by `records(visit)`, in order of sequence. Fails with bad_argument if one belongs to another
/// organisation.
Result<std::filesystem::path, StoreError> export_bundle(
    const std::filesystem::path& directory, const BundleInfo& info,
    const std::function<Result<void, StoreError>(const std::function<bool(const StoredRecord&)>&)>& records);

struct BundleFinding {
  bool ok = true;
  std::string where;  ///< file in the bag
  std::string what;
};
/// Checks a bag with our own code (never the bag's verify.sh): names, links, manifests, completeness, index against
/// segments. Reads nothing outside it (BI-81, BI-82).
std::vector<BundleFinding> verify_bundle(const std::filesystem::path& directory);

}  // namespace vigil
