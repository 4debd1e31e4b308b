#include "parsers/tags.h"

#include <array>

namespace vigil {
namespace {

// In the order of the enumeration; the order is checked by a test that goes there and back.
constexpr std::array<std::string_view, static_cast<std::size_t>(Tag::count_)> kNames = {
    "oversize", "truncated", "truncated_frame", "partial_eof", "slow_frame", "unexpected_framing",
    "suspicious_source",
    // charset
    "bom_lead", "utf16", "cp950", "latin1", "bad_utf8", "ctrl",
    // header
    "no_pri", "bad_pri", "no_ts", "bad_ts", "ts_nil", "ts_recv", "no_tz", "no_year", "epoch_ts", "uptime_ts",
    "leap_second", "clock_unsynced", "clock_skew", "aix_fwd", "no_tag", "extra_space", "no_sd", "bad_sd",
    "sd_unquoted", "sd_capped", "bom",
    // payload
    "bad_payload", "fields_capped", "unparsed",
    // HTTP ingest
    "not_json", "empty",
    // framing, later on
    "bad_zip",
    // files
    "file_truncated",
    // mails
    "no_ticket"};
static_assert(!kNames.back().empty(), "every tag has a name");

}  // namespace

std::string_view tag_name(Tag tag) { return kNames[static_cast<std::size_t>(tag)]; }

std::optional<Tag> tag_from_name(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Tag>(i);
  }
  return std::nullopt;
}

}  // namespace vigil
