#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
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
  /// More files below data/ (e.g. form.html, case.json): name and bytes. Names are [A-Za-z0-9._/-] and stay inside.
  std::vector<std::pair<std::string, std::string>> attachments;
};

/// Limits of a bundle: a segment is what a shell can check in a quarter of a second.
constexpr std::size_t kSegmentBytesMax = 1024 * 1024;
constexpr std::size_t kSegmentRecordsMax = 4096;

/// Writes a BagIt 1.0 bag (RFC 8493) to `directory`/`info.name`: raw bytes as received in
/// data/segments/, data/index.csv (formula-escaped), manifests, bag-info, custody.jsonl, environment.json,
/// verify.sh, README in zh-TW and English. Written beside, synced, then renamed: whole or not there.
/// Records are given by `records(visit)`, in order of sequence. Fails with bad_argument if one belongs to another
/// organisation or is out of order, if a name is none, or if a bundle of that name is there already.
///
///   data/segments/NNNNNNNNNN.log   each record's bytes as received, then one LF that is not part of it; at most
///                                  1 MiB and 4,096 records (a longer record has one to itself)
///   data/index.csv                 segment,line,offset,length,sha256,id,received_utc,event_utc,peer,listener,host
///                                  A record may hold LF: `offset` and `length` cut it out, `line` is where it begins
///                                  counted in LF, so that csplit can cut a whole segment at once.
Result<std::filesystem::path, StoreError> export_bundle(
    const std::filesystem::path& directory, const BundleInfo& info,
    const std::function<Result<void, StoreError>(const std::function<bool(const StoredRecord&)>&)>& records);

struct BundleFinding {
  bool ok = true;
  std::string where;  ///< file in the bag
  std::string what;   ///< English
  std::string what_zh;
};
/// Checks a bag with our own code (never the bag's verify.sh): names, links, manifests, completeness, index against
/// segments, custody. Reads nothing outside it (BI-81, BI-82). What is wrong, at most 100 findings, or one finding
/// per step that holds. `fingerprint`: what bundle_fingerprint() was when the bag was made, known by another way;
/// without it only agreement with itself can be shown.
std::vector<BundleFinding> verify_bundle(const std::filesystem::path& directory, std::string_view fingerprint = {});

/// SHA-256 of the bag's tagmanifest-sha256.txt in hex, which stands for the whole bag; empty if there is none.
std::string bundle_fingerprint(const std::filesystem::path& directory);

}  // namespace vigil
