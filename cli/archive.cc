// vigil archive seal, night, stats.

#include <array>
#include <boost/json/object.hpp>
#include <charconv>
#include <optional>

#include "cli/args.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "parsers/kinds.h"

namespace vigil::cli {

namespace json = boost::json;

namespace {

/// Sealing 64 MiB of open records and syncing them.
constexpr std::chrono::seconds kSealSilence{600};
/// Packing months of sealed blocks again, some ten gigabytes an hour and core.
constexpr std::chrono::seconds kNightSilence{6 * 3600};

/// The value of `name{kind="…"}` in Prometheus text; zero where there is none.
std::uint64_t metric_of_kind(std::string_view metrics, std::string_view name, std::string_view kind) {
  const std::string wanted = "\n" + std::string(name) + "{kind=\"" + std::string(kind) + "\"} ";
  const std::size_t at = metrics.find(wanted);
  std::uint64_t value = 0;
  if (at == std::string_view::npos) return value;
  const std::string_view digits = metrics.substr(at + wanted.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

Exit seal(const Arguments&, Session& session) {
  Exit exit = Exit::done;
  const auto answer = ask(session, {"POST", "/api/v1/archive/seal", {}, kSealSilence}, exit);
  if (!answer) return exit;
  if (session.format != Format::table)
    return print_rows(session, {{"sealed", {"sealed", "已封存"}}}, {*answer});
  const bool sealed = plain_at(*answer, "sealed") == "true";
  session.out.line(sealed ? say("the open blocks are sealed", "已封存開放中的區塊")
                          : say("nothing was open", "沒有開放中的區塊"));
  return Exit::done;
}

Exit night(const Arguments&, Session& session) {
  Exit exit = Exit::done;
  const auto answer = ask(session, {"POST", "/api/v1/archive/night", {}, kNightSilence}, exit);
  if (!answer) return exit;
  const Exit printed = print_rows(session,
                                  {{"blocks_before", {"blocks before", "整理前區塊"}, true},
                                   {"blocks_after", {"blocks after", "整理後區塊"}, true},
                                   {"raw_bytes", {"raw bytes", "原始位元組"}, true},
                                   {"bytes_before", {"bytes before", "整理前位元組"}, true},
                                   {"bytes_after", {"bytes after", "整理後位元組"}, true},
                                   {"retired_records", {"records given up", "逾期清除筆數"}, true},
                                   {"held_blocks", {"blocks held", "保留區塊"}, true}},
                                  {*answer});
  const json::value* const troubles = find_path(*answer, "troubles");
  if (troubles == nullptr || !troubles->is_array() || troubles->get_array().empty()) return printed;
  for (const json::value& trouble : troubles->get_array()) {
    if (trouble.is_string()) complain(std::string_view(trouble.get_string()));
  }
  return Exit::no;
}

Exit stats(const Arguments&, Session& session) {
  Exit exit = Exit::done;
  const auto status = ask(session, {"GET", "/api/v1/status", {}}, exit);
  if (!status) return exit;
  const auto metrics = exchange(session.target, {"GET", "/metrics", {}});
  if (!metrics) return tell(metrics.error());
  if (metrics->status != 200) return tell(*metrics);
  json::array rows;
  for (std::size_t i = 0; i < kKindCount; ++i) {
    const std::string_view kind = kind_name(static_cast<Kind>(i));
    rows.push_back(
        json::object{{"kind", kind},
                     {"raw_bytes", metric_of_kind(metrics->body, "vigil_archive_raw_bytes", kind)},
                     {"stored_bytes", metric_of_kind(metrics->body, "vigil_archive_bytes", kind)}});
  }
  // A line that serves two kinds is stored once, so the kinds add up to more than the whole.
  json::object whole{{"kind", "all"}};
  for (const std::string_view key :
       {"raw_bytes", "stored_bytes", "index_bytes", "blocks", "records", "open_records"}) {
    const json::value* const value = find_path(*status, key);
    if (value != nullptr) whole[json::string_view(key.data(), key.size())] = *value;
  }
  rows.push_back(std::move(whole));
  return print_rows(session,
                    {{"kind", {"kind", "種類"}},
                     {"raw_bytes", {"raw bytes", "原始位元組"}, true},
                     {"stored_bytes", {"stored bytes", "保存位元組"}, true},
                     {"index_bytes", {"index bytes", "索引位元組"}, true},
                     {"records", {"records", "筆數"}, true},
                     {"open_records", {"open", "開放中"}, true},
                     {"blocks", {"blocks", "區塊"}, true}},
                    rows);
}

}  // namespace

void add_archive_verbs(std::vector<Verb>& out) {
  out.push_back({"archive stats",
                 "",
                 {"bytes per kind, raw and stored; index and blocks", "各種類的原始與保存大小、索引與區塊"},
                 {},
                 "vigil archive stats",
                 0,
                 0,
                 stats});
  out.push_back({"archive night",
                 "",
                 {"do the night's work now: pack what is sealed tighter, give up what is past its time",
                  "立即執行夜間整理：重新壓縮已封存資料並清除逾期資料"},
                 {},
                 "vigil archive night",
                 0,
                 0,
                 night});
  out.push_back({"archive seal",
                 "",
                 {"seal the open blocks now", "立即封存開放中的區塊"},
                 {},
                 "vigil archive seal",
                 0,
                 0,
                 seal});
}

}  // namespace vigil::cli
