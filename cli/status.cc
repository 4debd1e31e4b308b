// vigil status.

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "cli/args.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "config/text_width.h"

namespace vigil::cli {

namespace json = boost::json;

namespace {

/// One line of the status screen: the label, then the value.
class Sheet {
 public:
  void add(Text label, const std::string& value) {
    if (value.empty()) return;
    const std::string name = "  " + std::string(label.get());
    const std::size_t width = text_columns(name);
    text_ += name + std::string(width < 24 ? 24 - width : 1, ' ') + one_line(short_time(value)) + "\n";
  }
  void title(const std::string& title) { text_ += (text_.empty() ? "" : "\n") + one_line(title) + "\n"; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

double number_at(const json::value& value, std::string_view path) {
  const json::value* const found = find_path(value, path);
  return found != nullptr && found->is_number() ? found->to_number<double>() : 0;
}

std::string count_at(const json::value& value, std::string_view path) {
  return grouped(plain_at(value, path));
}

std::string bytes_at(const json::value& value, std::string_view path) {
  return find_path(value, path) == nullptr ? std::string() : human_bytes(number_at(value, path));
}

std::string discarded(const json::value& status) {
  const json::value* const reasons = find_path(status, "discarded");
  if (reasons == nullptr || !reasons->is_object()) return {};
  std::string out;
  for (const auto& [reason, count] : reasons->as_object()) {
    if (plain(count) == "0") continue;
    out += (out.empty() ? "" : ", ") + std::string(reason) + " " + grouped(plain(count));
  }
  return out.empty() ? "0" : out;
}

/// What is wrong with sources; what is not is left out.
void add_source_health(const json::value& status, Sheet& sheet) {
  const auto add = [&](Text label, std::string_view path) {
    const std::string count = plain_at(status, path);
    if (!count.empty() && count != "0") sheet.add(label, grouped(count));
  };
  add({"sources silent", "靜默來源"}, "source_health.silent");
  add({"sources learning", "學習中來源"}, "source_health.learning");
  add({"floods", "異常大量"}, "source_health.flood");
  add({"collapses", "異常減量"}, "source_health.collapse");
  add({"clocks wrong", "時鐘偏差"}, "source_health.clock_wrong");
  add({"lost on the way", "途中遺失"}, "source_health.sender_gaps");
  add({"senders forgotten", "遺忘來源"}, "source_health.evicted");
  const std::string month = plain_at(status, "equipment_report.month");
  if (!month.empty())
    sheet.add({"equipment report", "監控設備狀況單"},
              month + std::string(say(", due ", "，期限 ")) + plain_at(status, "equipment_report.due"));
}

std::string upstream_table(const json::value& status) {
  const json::value* const upstream = find_path(status, "upstream");
  if (upstream == nullptr || !upstream->is_array() || upstream->as_array().empty()) return {};
  std::vector<std::vector<std::string>> rows;
  for (const json::value& each : upstream->as_array()) {
    rows.push_back({"  " + one_line(plain_at(each, "id")), one_line(plain_at(each, "kind")),
                    one_line(plain_at(each, "state")), count_at(each, "lag_records"), plain_at(each, "lag_seconds"),
                    count_at(each, "acknowledged"), one_line(plain_at(each, "last_error"))});
  }
  return "\n" + render_table({std::string(say("Upstream", "上游")), std::string(say("kind", "種類")),
                              std::string(say("state", "狀態")), std::string(say("behind by", "落後筆數")),
                              std::string(say("seconds", "落後秒數")), std::string(say("acknowledged", "已確認")),
                              std::string(say("error", "錯誤"))},
                             {false, false, false, true, true, true, false}, rows, SIZE_MAX);
}

/// The files that are followed: those behind or in trouble first, at most as many as fit a screen.
std::string files_table(const json::value& status) {
  constexpr std::size_t kRowsMax = 20;
  const json::value* const files = find_path(status, "files");
  if (files == nullptr || !files->is_array() || files->as_array().empty()) return {};
  std::vector<const json::value*> order;
  for (const json::value& each : files->as_array()) order.push_back(&each);
  std::stable_sort(order.begin(), order.end(), [](const json::value* a, const json::value* b) {
    const auto rank = [](const json::value* file) {
      return find_path(*file, "trouble") != nullptr ? 1e300 : number_at(*file, "behind_bytes");
    };
    return rank(a) > rank(b);
  });
  std::vector<std::vector<std::string>> rows;
  for (const json::value* each : order) {
    if (rows.size() == kRowsMax) break;
    const std::string trouble = plain_at(*each, "trouble");
    rows.push_back({"  " + one_line(plain_at(*each, "path")), bytes_at(*each, "offset"),
                    trouble.empty() ? bytes_at(*each, "behind_bytes") : one_line(trouble)});
  }
  std::string out = "\n" + render_table({std::string(say("Files", "檔案")), std::string(say("read", "已讀")),
                                         std::string(say("behind", "落後"))},
                                        {false, true, true}, rows, SIZE_MAX);
  if (order.size() > rows.size()) out += "  … " + std::to_string(order.size() - rows.size()) + "\n";
  return out;
}

std::string status_sheet(const json::value& status) {
  Sheet sheet;
  const bool drill = plain_at(status, "drill") == "true";
  sheet.title("vigild " + plain_at(status, "version") + "  " + plain_at(status, "data") +
              (drill ? std::string(say("  [DRILL]", "  【演練】")) : ""));
  sheet.add({"trouble", "異常"}, plain_at(status, "trouble"));
  sheet.add({"recovered", "復原"}, plain_at(status, "recovery.what"));
  sheet.add({"running since", "啟動時間"}, plain_at(status, "started"));
  sheet.title(std::string(say("Messages", "訊息")));
  sheet.add({"received", "收到"}, count_at(status, "received"));
  sheet.add({"stored", "已保存"}, count_at(status, "stored"));
  sheet.add({"discarded", "捨棄"}, discarded(status));
  sheet.add({"dropped by kernel", "核心丟棄"}, count_at(status, "kernel_dropped"));
  std::string rate = plain_at(status, "rate_1m");
  if (rate.empty()) rate = plain_at(status, "rate_since_start");
  sheet.add({"rate per second", "每秒"}, rate);
  sheet.add({"sources", "來源"}, count_at(status, "sources"));
  add_source_health(status, sheet);
  sheet.title(std::string(say("Archive", "保存")));
  sheet.add({"records", "筆數"}, count_at(status, "records"));
  sheet.add({"oldest", "最早"}, plain_at(status, "oldest"));
  sheet.add({"raw", "原始大小"}, bytes_at(status, "raw_bytes"));
  sheet.add({"stored", "壓縮後"}, bytes_at(status, "stored_bytes"));
  sheet.add({"free on disk", "磁碟剩餘"}, bytes_at(status, "disk_free_bytes"));
  sheet.title(std::string(say("Watching", "偵測")));
  sheet.add({"rules", "規則"}, count_at(status, "rules"));
  sheet.add({"rules refused", "遭拒規則"},
            plain_at(status, "rules_refused") == "0" ? "" : count_at(status, "rules_refused"));
  sheet.add({"behind by", "落後"}, count_at(status, "rule_lag_events"));
  sheet.add({"open incidents", "未結事件"}, count_at(status, "incidents_open"));
  std::string out = sheet.text() + upstream_table(status) + files_table(status);
  const json::value* const listeners = find_path(status, "listeners");
  if (listeners == nullptr || !listeners->is_array()) return out;
  std::vector<std::vector<std::string>> rows;
  for (const json::value& each : listeners->as_array()) {
    rows.push_back({"  " + one_line(plain_at(each, "protocol")), one_line(plain_at(each, "address")),
                    one_line(count_at(each, "received"))});
  }
  return out + "\n" +
         render_table({std::string(say("Listeners", "接收端")), std::string(say("address", "位址")),
                       std::string(say("received", "收到"))},
                      {false, false, true}, rows, SIZE_MAX);
}

Exit status(const Arguments&, Session& session) {
  Exit exit = Exit::done;
  const auto answer = ask(session, {"GET", "/api/v1/status", {}}, exit);
  if (!answer) return exit;
  if (session.format == Format::table) {
    session.out.write(status_sheet(*answer));
    return exit;
  }
  if (session.format != Format::csv) return print_rows(session, {}, {*answer});
  std::vector<Column> columns;
  for (const std::string_view key :
       {"version", "started", "data", "drill", "received", "stored", "kernel_dropped", "records", "raw_bytes",
        "stored_bytes", "rule_lag_events", "rules", "disk_free_bytes", "incidents_open"}) {
    columns.push_back({std::string(key), {key, key}});
  }
  return print_rows(session, columns, {*answer});
}

}  // namespace

void add_status_verbs(std::vector<Verb>& out) {
  out.push_back({"status",
                 "",
                 {"health, rates, lag, disk in one screen", "健康狀態、速率、落後、磁碟，一頁看完"},
                 {},
                 "vigil status --data /var/lib/vigil",
                 0,
                 0,
                 status});
}

}  // namespace vigil::cli
