#include <set>

#include "config/sections.h"

namespace vigil::config {
namespace {

constexpr Choice<std::string_view> kFormats[] = {
    {"auto", "auto"}, {"text", "text"}, {"csv", "csv"}, {"stix", "stix"}, {"misp", "misp"}};
constexpr Choice<std::string_view> kMarkings[] = {{"clear", "clear"},
                                                  {"green", "green"},
                                                  {"amber", "amber"},
                                                  {"amber+strict", "amber+strict"},
                                                  {"red", "red"}};
/// Indicators age; ten years is none of their ages.
constexpr std::int64_t kExpirySecondsMax = std::int64_t{3650} * 86'400;

void read_expiry(Fields& fields, WatchlistConfig& list) {
  std::string span;
  if (!fields.text("expires", span)) return;
  const auto seconds = read_duration_seconds(span);
  if (!seconds || *seconds < 3600 || *seconds > kExpirySecondsMax) {
    fields.wrong("expires", {"'" + span + "' is no time from one hour to ten years", "「" + span + "」不是一小時到十年的期間"},
                 {"as 90d", "例如 90d"});
    return;
  }
  list.lifetime = std::chrono::seconds(*seconds);
}

}  // namespace

void read_watchlists(Fields& top, const std::filesystem::path& base, Config& config) {
  std::set<std::string> ids;
  top.sequence("watchlists", [&](const YamlNode& node, const std::string& path) {
    WatchlistConfig list;
    Fields fields(node, path, top.report());
    fields.required("id");
    if (fields.identifier("id", list.id) && !ids.insert(list.id).second)
      fields.wrong("id", {"another watchlist has this id", "另一個名單已使用此識別碼"}, {"give each its own", "請各取不同識別碼"});
    fields.text("name", list.name);
    const bool file = fields.path("file", base, list.path);
    const bool directory = fields.path("directory", base, list.path);
    if (fields.has("file") == fields.has("directory")) {
      fields.wrong(fields.has("file") ? "directory" : "file", {"one of 'file' and 'directory' is needed", "需要 file 或 directory 其中之一"},
                   {"as file: /etc/vigil/watchlists/blocked.csv", "例如 file: /etc/vigil/watchlists/blocked.csv"});
    }
    list.is_directory = directory && !file;
    std::string_view word;
    if (fields.choice<std::string_view>("format", kFormats, word)) list.format = word;
    fields.text("source", list.source);
    if (fields.choice<std::string_view>("tlp", kMarkings, word)) list.tlp = word;
    fields.integer("confidence", 0, 100, "%", list.confidence);
    read_expiry(fields, list);
    if (fields.has("organisation")) read_organisation_id(fields, "organisation", config, list.organisation);
    fields.finish();
    config.watchlists.push_back(std::move(list));
  });
}

}  // namespace vigil::config
