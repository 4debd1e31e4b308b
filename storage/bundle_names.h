#pragma once

#include <array>
#include <string_view>

/// Names inside an evidence bundle, shared by its writer and its checker.
namespace vigil::bundle {

constexpr std::string_view kBagit = "bagit.txt", kBagInfo = "bag-info.txt", kManifest = "manifest-sha256.txt",
                           kTagManifest = "tagmanifest-sha256.txt", kCustody = "custody.jsonl",
                           kEnvironment = "environment.json", kIndex = "data/index.csv",
                           kSegments = "data/segments/";
constexpr std::string_view kBagitText = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
constexpr std::string_view kIndexHeader =
    "segment,line,offset,length,sha256,id,received_utc,event_utc,peer,listener,host";

/// Tag files that every bundle has, besides the tag manifest itself.
constexpr std::array<std::string_view, 8> kTagFiles = {
    kBagit, kBagInfo, kManifest, kCustody, kEnvironment, "verify.sh", "README.zh-TW.txt", "README.en.txt"};

/// What the first custody entry says of the one before it.
constexpr std::string_view kNoEntry = "0000000000000000000000000000000000000000000000000000000000000000";

/// [A-Za-z0-9._-], not empty, not "." or "..".
bool is_safe_name(std::string_view name);
/// Safe names with one "/" between: relative, and inside.
bool is_safe_path(std::string_view path);

}  // namespace vigil::bundle
