#include "incidents/narrative.h"

#include <algorithm>
#include <charconv>

#include "incidents/fold.h"
#include "incidents/form_spec.h"
#include "incidents/level.h"
#include "incidents/text.h"

namespace vigil {
namespace {

/// A form is read by people: of long lists the first ones are named and the number is told.
constexpr std::size_t kNamedMax = 10;
constexpr std::size_t kFindingsMax = 12;
constexpr std::size_t kShownFieldsMax = 6;
constexpr std::size_t kValueBytesMax = 160;

/// Enough to tell an address from a text that only stands where one should.
bool is_address(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos &&
         text.find_first_of(".:") != std::string_view::npos;
}

/// Entities of the types, as people read them, most often named first.
std::vector<const CaseEntity*> named(const Case& incident, std::initializer_list<std::string_view> types) {
  std::vector<const CaseEntity*> out;
  for (const auto& entity : incident.entities) {
    if (std::find(types.begin(), types.end(), entity.type) != types.end()) out.push_back(&entity);
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const CaseEntity* a, const CaseEntity* b) { return a->count > b->count; });
  return out;
}

/// The hosts it happened to, and those that only reported it.
std::pair<std::vector<const CaseEntity*>, std::vector<const CaseEntity*>> hosts_of(const Case& incident) {
  std::pair<std::vector<const CaseEntity*>, std::vector<const CaseEntity*>> out;
  for (const CaseEntity* host : named(incident, {"host.name", "destination.domain"})) {
    (host->link ? out.first : out.second).push_back(host);
  }
  const bool told = !out.first.empty() || !named(incident, {"destination.ip", "server.ip"}).empty();
  if (!told) std::swap(out.first, out.second);
  return out;
}

template <class Show>
std::string enumerate(const std::vector<const CaseEntity*>& entities, Show&& show) {
  std::string out;
  for (std::size_t i = 0; i < entities.size() && i < kNamedMax; ++i) {
    if (i > 0) out += "、";
    out += show(*entities[i]);
  }
  if (entities.size() > kNamedMax) {
    out +=
        "等 " + shown_count(entities.size()) + (entities.size() >= kEntitiesPerTypeMax ? " 個以上" : " 個");
  }
  return out;
}

std::string plain(const CaseEntity& entity) { return one_line(entity.value, kValueBytesMax); }

std::string_view where_zh(std::string_view ip) {
  if (is_external_ip(ip)) return "（外部）";
  return is_address(ip) ? "（內部）" : "";
}

std::string systems_zh(const Case& incident, const AssetTable& assets) {
  std::string out;
  std::size_t shown = 0;
  for (const auto& id : incident.systems) {
    if (shown++ == kNamedMax) break;
    const System* system = assets.find_system(id);
    if (!out.empty()) out += "、";
    out += "「" + one_line(system && !system->name.empty() ? system->name : id, kValueBytesMax) + "」";
    if (system) out += system->core ? "（核心系統）" : "（非核心系統）";
  }
  if (incident.systems.size() > kNamedMax) out += "等 " + shown_count(incident.systems.size()) + " 個系統";
  return out;
}

std::string finding_zh(const CaseDetection& row, int zone_minutes) {
  std::string out = "「" + one_line(row.title_zh, kValueBytesMax) + "」";
  if (!row.place.empty()) out += "（" + row.place + "）";
  out += "偵測 " + shown_count(row.count) + " 次，涉及事件 " + shown_count(row.events) + " 筆，";
  if (row.first_ns == row.last_ns) {
    out += "時間 " + local_time(row.first_ns, zone_minutes);
  } else {
    out += local_time(row.first_ns, zone_minutes) + " 至 " + local_time(row.last_ns, zone_minutes);
  }
  std::size_t shown = 0;
  for (const auto& [name, value] : row.fields) {
    if (value.empty()) continue;
    if (shown++ == kShownFieldsMax) break;
    out +=
        (shown == 1 ? "；" : "，") + one_line(name, kValueBytesMax) + " = " + one_line(value, kValueBytesMax);
  }
  return out + "。";
}

/// What the rules say came of it.
std::string outcome_zh(const Case& incident) {
  const bool judged = level_reason(incident.level, Dimension::confidentiality).has_value();
  const std::string level = std::to_string(incident.level.overall());
  if (!incident.level.proposed) return "影響等級經人員評估為 " + level + " 級。";
  if (!judged) return "所涉規則未載明攻擊結果，是否成功及影響範圍須由人員判斷。";
  if (incident.level.overall() == 0) return "目前紀錄中未見攻擊成功或造成損害之跡象，仍須由人員判斷。";
  return "依規則判定攻擊可能已造成影響，建議影響等級 " + level + " 級（尚待人員確認）。";
}

std::string symptoms_zh(const Case& incident) {
  std::string out;
  for (const auto& symptom : incident.symptoms)
    out += (out.empty() ? "" : "、") + one_line(symptom, kValueBytesMax);
  return out;
}

}  // namespace

bool is_external_ip(std::string_view ip) {
  if (!is_address(ip)) return false;
  const auto starts = [&](std::string_view prefix) { return ip.starts_with(prefix); };
  if (ip.find(':') != std::string_view::npos) {
    return !(starts("fc") || starts("fd") || starts("fe8") || starts("fe9") || starts("fea") ||
             starts("feb") || starts("FC") || starts("FD") || starts("FE") || ip == "::1" || ip == "::");
  }
  if (starts("10.") || starts("127.") || starts("192.168.") || starts("169.254.") || starts("0."))
    return false;
  for (const auto& [prefix, low, high] : {std::tuple{std::string_view("172."), 16, 31}, {"100.", 64, 127}}) {
    if (!starts(prefix)) continue;
    int second = -1;
    const std::string_view rest = ip.substr(prefix.size());
    std::from_chars(rest.data(), rest.data() + rest.size(), second);
    if (second >= low && second <= high) return false;
  }
  return true;
}

std::string describe_case(const Case& incident, const AssetTable& assets, int zone_minutes) {
  const auto [first_ns, last_ns] = incident.event_span();
  std::string out;
  if (incident.drill) out += "【演練】";
  out += "守望（Vigil）日誌伺服器於 " + shown_time(incident.opened_ns, zone_minutes) +
         " 依保存之日誌自行偵得本事件；相關紀錄";
  out += first_ns == last_ns
             ? "時間為 " + local_time(first_ns, zone_minutes)
             : "自 " + local_time(first_ns, zone_minutes) + " 至 " + local_time(last_ns, zone_minutes);
  out += "（時間均為同一時區）。";

  const auto sources = named(incident, {"source.ip", "client.ip"});
  if (!sources.empty()) {
    out += "來源 IP：" +
           enumerate(
               sources,
               [](const CaseEntity& entity) { return plain(entity) + std::string(where_zh(entity.value)); }) +
           "。";
  }
  const auto [hosts, reporters] = hosts_of(incident);
  const auto targets = named(incident, {"destination.ip", "server.ip"});
  const auto users = named(incident, {"user.name"});
  const std::string systems = systems_zh(incident, assets);
  std::string target;
  const auto add = [&](std::string_view label, const std::string& value) {
    if (!value.empty()) target += (target.empty() ? "" : "；") + std::string(label) + value;
  };
  add("系統", systems);
  add("主機 ", enumerate(hosts, plain));
  add("目的 IP ", enumerate(targets, plain));
  add("帳號 ", enumerate(users, plain));
  if (!target.empty()) out += "受影響或遭針對之對象：" + target + "。";
  if (!reporters.empty()) out += "回報設備：" + enumerate(reporters, plain) + "。";
  if (systems.empty() && !hosts.empty()) out += "所涉主機未登錄於資產清冊。";

  out += "\n偵測結果（次數與筆數為完整計數）：";
  std::size_t number = 0;
  for (const bool context : {false, true}) {
    for (const auto& row : incident.detections) {
      if (row.context != context) continue;
      if (++number > kFindingsMax) continue;
      out += "\n" + std::to_string(number) + ". " + (context ? "（相關紀錄）" : "") +
             finding_zh(row, zone_minutes);
    }
  }
  if (number > kFindingsMax) out += "\n…等共 " + shown_count(number) + " 項規則。";

  out += "\n研判：";
  if (const FormSpec::Category* category = form_spec().category(incident.category)) {
    out += "事件分類為「" + category->label + "」";
    const std::string symptoms = symptoms_zh(incident);
    out += symptoms.empty() ? "。" : "，異常狀況：" + symptoms + "。";
  }
  out += outcome_zh(incident);
  return out;
}

std::string summarise_case_en(const Case& incident, int zone_minutes) {
  const auto [first_ns, last_ns] = incident.event_span();
  std::uint64_t detections = 0, events = 0;
  for (const auto& row : incident.detections) {
    detections += row.count;
    events = std::max(events, row.events);
  }
  std::string out = one_line(incident.title, kValueBytesMax * 2) + "\n" + shown_count(detections) +
                    " detection(s) by " + shown_count(incident.detections.size()) + " rule(s), up to " +
                    shown_count(events) + " events behind one of them, from " +
                    shown_time(first_ns, zone_minutes) + " to " + shown_time(last_ns, zone_minutes) + ".";
  const auto sources = named(incident, {"source.ip", "client.ip"});
  const auto hosts = hosts_of(incident).first;
  const auto join = [](const std::vector<const CaseEntity*>& entities) {
    std::string text;
    for (std::size_t i = 0; i < entities.size() && i < kNamedMax; ++i)
      text += (i ? ", " : "") + plain(*entities[i]);
    if (entities.size() > kNamedMax) text += ", … (" + shown_count(entities.size()) + ")";
    return text;
  };
  if (!sources.empty()) out += "\nSource: " + join(sources);
  if (!hosts.empty()) out += "\nHost: " + join(hosts);
  return out;
}

}  // namespace vigil
