#include <algorithm>
#include <set>

#include "config/sections.h"
#include "parsers/timestamp.h"

namespace vigil::config {
namespace {

/// UTC ns of "2027-12-31T12:00:00+08:00", or of the end of the day "2027-12-31" in Taiwan.
std::optional<std::int64_t> read_moment(std::string_view text) {
  constexpr int kTaipei = 480;
  const bool day_alone = text.size() == 10;
  const std::string whole = std::string(text) + (day_alone ? "T00:00:00" : "");
  const TimestampRead read = read_iso_timestamp(whole, kTaipei);
  if (!read.time_ns || read.length != whole.size()) return std::nullopt;
  return *read.time_ns + (day_alone ? kDay : 0);
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace

void read_tokens(Fields& top, Config& config) {
  std::set<std::string> ids;
  top.sequence("tokens", [&](const YamlNode& node, const std::string& path) {
    TokenConfig token;
    Fields fields(node, path, top.report());
    fields.required("id");
    fields.required("sha256");
    if (fields.identifier("id", token.id) && !ids.insert(token.id).second) {
      fields.wrong("id", {"there are two tokens '" + token.id + "'", "權杖 '" + token.id + "' 重複"});
    }
    if (fields.text("sha256", token.sha256)) {
      std::transform(token.sha256.begin(), token.sha256.end(), token.sha256.begin(),
                     [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
      if (!is_sha256(token.sha256)) {
        fields.wrong(
            "sha256",
            {"is not the SHA-256 of a token: 64 hex digits", "不是權杖的 SHA-256：應為 64 個十六進位數字"},
            {"'vigil token new' makes a token and prints this row", "以 'vigil token new' 產生權杖與此列"});
      }
    }
    if (fields.has("organisation")) read_organisation_id(fields, "organisation", config, token.organisation);
    fields.boolean("enabled", token.enabled);
    std::string expires;
    if (fields.text("expires", expires)) {
      token.expires_ns = read_moment(expires);
      if (!token.expires_ns) {
        fields.wrong("expires", {"'" + expires + "' is no date", "'" + expires + "' 不是日期"},
                     {"as 2027-12-31 (to the end of that day) or 2027-12-31T12:00:00+08:00",
                      "例如 2027-12-31，至該日結束為止，或 2027-12-31T12:00:00+08:00"});
      }
    }
    for (const std::string_view key : {"token", "secret", "password"}) {
      fields.refuse(key, {"a secret does not belong into this file", "密碼等機密不可寫在設定檔中"},
                    {"write its SHA-256 as 'sha256'; 'vigil token new' prints both",
                     "請以 'sha256' 寫其雜湊值；'vigil token new' 會印出兩者"});
    }
    fields.finish();
    config.tokens.push_back(std::move(token));
  });
}

}  // namespace vigil::config
