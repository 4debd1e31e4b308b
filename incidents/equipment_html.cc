// One section an organisation, for the screen and for A4 across. No script, and nothing from outside: the policy in
// the head forbids both. Shades carry no meaning alone: beside each strip stand its days and hours as numbers.

#include <algorithm>
#include <cmath>

#include "incidents/equipment_report.h"
#include "incidents/text.h"

namespace vigil {
namespace {

/// Silences written out; more are counted.
constexpr std::size_t kSilencesShown = 4;
constexpr std::int64_t kSecondNs = 1'000'000'000;

constexpr std::string_view kStyle = R"css(
:root{--ink:#1a2230;--soft:#5b6575;--line:#c9d0da;--pale:#f4f6f9;--accent:#1f4e79;--warn:#8a4b00;--warnbg:#fff6e6;--bad:#9c1c1c;--badbg:#fdf3f3;--good:#1d6b3a;--drill:#b00020}
*{box-sizing:border-box}
html{font-size:15px}
body{margin:0;background:#e9ecf1;color:var(--ink);font-family:"Noto Sans TC","Noto Sans CJK TC","PingFang TC","Microsoft JhengHei",system-ui,sans-serif;line-height:1.5;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main{max-width:297mm;margin:1.5rem auto;padding:12mm 13mm;background:#fff;box-shadow:0 1px 12px rgba(26,34,48,.16)}
h1{margin:0;font-size:1.7rem;letter-spacing:.1em;text-align:center}
header p{margin:0;text-align:center}
.en{color:var(--soft);font-weight:400}
header .en{font-size:.85rem}
.month{margin-top:.3rem!important;font-size:1.05rem;font-weight:600;color:var(--accent)}
.drill{margin:0 0 1rem;padding:.4rem;border:2px solid var(--drill);color:var(--drill);font-weight:700;text-align:center;letter-spacing:.04em}
.partial{margin:.7rem 0 0;padding:.35rem .7rem;border:1px solid var(--warn);border-radius:3px;background:var(--warnbg);color:var(--warn);font-weight:600;text-align:center;font-size:.9rem}
section{margin-top:1.2rem;break-before:page}
section:first-of-type{break-before:auto}
h2{display:flex;align-items:baseline;gap:.7rem;margin:0;padding:.35rem .8rem;background:var(--accent);color:#fff;font-size:1.05rem;border-radius:4px 4px 0 0;break-after:avoid}
h2 small{font-weight:400;font-size:.8rem;opacity:.9}
.summary{display:flex;margin:0 0 .8rem;border:1px solid var(--line);border-top:0;border-radius:0 0 4px 4px;background:var(--pale);break-after:avoid}
.summary div{flex:1;padding:.4rem .8rem;border-left:1px solid var(--line)}
.summary div:first-child{border-left:0}
.summary dt{font-size:.72rem;color:var(--soft)}
.summary dd{margin:0;font-size:1.15rem;font-weight:700;font-variant-numeric:tabular-nums}
.summary dd.bad{color:var(--bad)}
table{width:100%;border-collapse:collapse;table-layout:fixed;font-size:.86rem}
th,td{padding:.4rem .5rem;vertical-align:top;text-align:left;overflow-wrap:anywhere}
thead th{border:1px solid var(--line);background:var(--pale);font-weight:600;line-height:1.25}
thead .en{display:block;font-size:.7rem}
tbody tr{break-inside:avoid}
tbody td,tbody th{border:1px solid var(--line)}
tbody th{font-weight:400}
tr.attention th{box-shadow:inset 4px 0 0 var(--bad)}
.device{font-weight:700;font-size:.95rem}
.of{display:block;color:var(--soft);font-size:.76rem;line-height:1.4}
.badge{display:inline-block;padding:0 .4rem;border:1px solid var(--accent);border-radius:3px;color:var(--accent);font-size:.72rem;font-weight:600;vertical-align:.1em}
.badge.none{border-color:var(--warn);color:var(--warn);background:var(--warnbg)}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.big{font-size:1rem;font-weight:700}
.bad{color:var(--bad)}
.good{color:var(--good)}
.dim{color:var(--soft)}
.strip{display:grid;grid-auto-flow:column;grid-auto-columns:1fr;gap:1px;height:1.5rem;margin-top:.1rem}
.strip i{display:block;align-self:end;background:var(--accent);min-height:2px}
.strip i.h0{background:#dfe4ea}
.strip i.hs{background:#f0cccc;height:100%}
.strip i.hx{background:#eef1f5;height:100%}
.scale{display:flex;justify-content:space-between;color:var(--soft);font-size:.66rem;line-height:1.2}
.seen{font-size:.78rem;font-variant-numeric:tabular-nums}
ul{list-style:none;margin:0;padding:0}
li{line-height:1.35;margin-bottom:.12rem}
.times li{font-size:.76rem;font-variant-numeric:tabular-nums}
.remarks li{font-size:.8rem}
.remarks .en{display:block;font-size:.7rem}
.none-here{margin:.6rem 0;color:var(--soft)}
.outages{margin:.9rem 0 0;padding:.45rem .8rem;border:1px solid var(--line);border-radius:3px;font-size:.8rem;break-inside:avoid}
.signatures{display:grid;grid-template-columns:repeat(3,1fr);margin-top:1.2rem;border:1px solid var(--line);break-inside:avoid}
.signatures div{padding:.35rem .7rem 2.4rem;border-left:1px solid var(--line);font-size:.82rem;color:var(--soft)}
.signatures div:first-child{border-left:0}
footer{margin-top:.9rem;padding-top:.5rem;border-top:1px solid var(--line);color:var(--soft);font-size:.74rem;break-inside:avoid}
footer p{margin:.12rem 0}
@page{size:A4 landscape;margin:11mm 10mm}
@media print{html{font-size:11.5px}body{background:#fff}main{max-width:none;margin:0;padding:0;box-shadow:none}thead{display:table-header-group}}
)css";

/// "3 日 4 時", "2 時 35 分", "14 分".
std::string duration_zh(std::int64_t ns) {
  const std::int64_t minutes = ns / (60 * kSecondNs);
  const auto two = [](std::int64_t a, const char* of_a, std::int64_t b, const char* of_b) {
    return std::to_string(a) + " " + of_a + (b != 0 ? " " + std::to_string(b) + " " + of_b : "");
  };
  if (minutes >= 24 * 60) return two(minutes / (24 * 60), "日", minutes / 60 % 24, "時");
  if (minutes >= 60) return two(minutes / 60, "時", minutes % 60, "分");
  return std::to_string(minutes) + " 分";
}

/// Whether a silence touches that day of the month.
bool silent_on(const EquipmentDevice& device, const EquipmentReport& report, unsigned day) {
  const std::int64_t from = report.from_ns() + day * 24 * 3600 * kSecondNs;
  const std::int64_t end = std::min(from + 24 * 3600 * kSecondNs, report.made_ns);
  return std::any_of(device.silences.begin(), device.silences.end(), [from, end](const ReportSpan& silence) {
    return silence.from_ns < end && (silence.to_ns == 0 || silence.to_ns > from);
  });
}

/// "10-03 14:05".
std::string short_moment(std::int64_t ns, int zone) { return local_time(ns, zone).substr(5, 11); }

std::string percent(const std::optional<double>& value) {
  if (!value) return "—";
  // Rounded down: 100 % is said of what was never silent, and of nothing else.
  const auto hundredths = static_cast<std::int64_t>(std::floor(*value * 100 + 1e-9));
  const std::int64_t rest = hundredths % 100;
  return std::to_string(hundredths / 100) + (hundredths == 10'000 ? "" : "." + std::string(rest < 10 ? "0" : "") + std::to_string(rest)) + " %";
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::string_view kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  const auto tenths = static_cast<std::int64_t>(std::llround(value * 10));
  return std::to_string(tenths / 10) + (unit == 0 || value >= 100 ? "" : "." + std::to_string(tenths % 10)) + " " +
         std::string(kUnits[unit]);
}

std::string skew_text(std::int64_t seconds) {
  const std::int64_t off = std::abs(seconds);
  const std::string sign = seconds < 0 ? "−" : "+";
  if (off < 1) return "0 秒";
  if (off < 120) return sign + std::to_string(off) + " 秒";
  return sign + duration_zh((off + 30) * kSecondNs);
}

bool needs_attention(const EquipmentDevice& device) {
  return device.silent_ns != 0 || device.clock_wrong || device.missing != 0 || device.discarded != 0;
}

void append_strip(const EquipmentDevice& device, const EquipmentReport& report, std::string& out) {
  const unsigned days = report.month.days();
  const auto day_of = [&report](std::int64_t ns) { return (ns - report.from_ns()) / (24 * 3600 * kSecondNs); };
  out += "<div class=\"strip\" role=\"img\" aria-label=\"每日時數 hours by day\">";
  for (unsigned day = 0; day < days; ++day) {
    const unsigned hours = device.hours_of_day[day];
    const bool outside = day_of(device.first_seen_ns) > day || day_of(report.made_ns) < day;
    const std::string title = std::to_string(report.month.month) + "/" + std::to_string(day + 1) + " " + std::to_string(hours) + " 時";
    if (hours != 0) {
      out += "<i style=\"height:" + std::to_string(std::max(10U, hours * 100 / 24)) + "%\" title=\"" + title + "\"></i>";
    } else {
      const char* const shade = outside ? "hx" : silent_on(device, report, day) ? "hs" : "h0";
      out += std::string("<i class=\"") + shade + "\" title=\"" + title + "\"></i>";
    }
  }
  out += "</div><div class=\"scale\"><span>1</span><span>" + std::to_string((days + 1) / 2) + "</span><span>" +
         std::to_string(days) + "</span></div><span class=\"seen\">" + std::to_string(device.days_seen) + " 日 · " +
         std::to_string(device.hours_seen) + " 時</span>";
}

void append_silences(const EquipmentDevice& device, const EquipmentReport& report, std::string& out) {
  if (device.silences.empty()) {
    out += device.learning ? "<span class=\"dim\">學習中</span>" : "<span class=\"good\">無</span>";
    return;
  }
  out += "<span class=\"big bad\">" + std::to_string(device.silences.size()) + " 次</span> " +
         duration_zh(device.silent_ns) + "<ul class=\"times\">";
  const std::int64_t end = std::min(report.to_ns(), report.made_ns);
  for (std::size_t i = 0; i < std::min(device.silences.size(), kSilencesShown); ++i) {
    const ReportSpan& silence = device.silences[i];
    out += "<li>" + short_moment(silence.from_ns, report.zone_minutes) + " 起 " +
           duration_zh((silence.to_ns == 0 ? end : silence.to_ns) - silence.from_ns) +
           (silence.to_ns == 0 ? "<span class=\"bad\">（未恢復）</span>" : "") + "</li>";
  }
  if (device.silences.size() > kSilencesShown)
    out += "<li>另 " + std::to_string(device.silences.size() - kSilencesShown) + " 次，見 CSV／JSON</li>";
  out += "</ul>";
}

void append_device(const EquipmentDevice& device, const EquipmentReport& report, std::string& out) {
  const auto shown = [](const std::string& text) { return html(one_line(text, 200)); };
  out += needs_attention(device) ? "<tr class=\"attention\">" : "<tr>";
  out += "<th scope=\"row\"><span class=\"device\">" + shown(device.name) + "</span>";
  if (device.core) out += " <span class=\"badge\">核心</span>";
  if (device.system.empty()) {
    out += " <span class=\"badge none\">未登錄</span>";
  } else {
    out += "<span class=\"of\">" + shown(device.system_name.empty() ? device.system : device.system_name) + "</span>";
  }
  // The listener's address is the server's own; what matters is how the device sends.
  out += "<span class=\"of\">" + (device.peer == device.name ? "" : shown(device.peer) + " · ") +
         shown(device.listener.substr(0, device.listener.find(':'))) + "</span></th><td>";
  append_strip(device, report, out);
  const auto availability = device.availability();
  out += std::string("</td><td class=\"num\"><span class=\"big") + (availability && *availability < 100 ? " bad" : "") +
         "\">" + percent(availability) + "</span></td><td>";
  append_silences(device, report, out);
  out += std::string("</td><td class=\"num") + (device.missing != 0 ? " bad" : "") + "\">" + shown_count(device.missing) +
         "</td><td class=\"num" + (device.discarded != 0 ? " bad" : "") + "\">" + shown_count(device.discarded) +
         "</td><td class=\"num\">" + shown_count(device.received) + "<span class=\"of\">" + bytes_text(device.bytes) +
         "</span></td><td class=\"num\">" + percent(device.parse_rate()) + "</td><td class=\"num" +
         (device.clock_wrong ? " bad" : "") + "\">" + skew_text(device.skew_seconds) + "</td><td><ul class=\"remarks\">";
  for (const auto& [zh, en] : device.remarks)
    out += "<li>" + html(zh) + "<span class=\"en\" lang=\"en\">" + html(en) + "</span></li>";
  out += "</ul></td></tr>\n";
}

void append_fact(std::string_view label, const std::string& value, bool bad, std::string& out) {
  out += "<div><dt>" + std::string(label) + "</dt><dd" + (bad ? " class=\"bad\"" : "") + ">" + value + "</dd></div>";
}

void append_organisation(const EquipmentOrganisation& organisation, const EquipmentReport& report, std::string& out) {
  std::uint64_t received = 0, missing = 0, discarded = 0, silences = 0, attention = 0;
  for (const EquipmentDevice& device : organisation.devices) {
    received += device.received;
    missing += device.missing;
    discarded += device.discarded;
    silences += device.silences.size();
    attention += needs_attention(device) ? 1U : 0U;
  }
  out += "<section><h2>" + html(one_line(organisation.name.empty() ? organisation.id : organisation.name, 200)) +
         " <small>" + html(organisation.id) + "</small></h2>\n<dl class=\"summary\">";
  append_fact("設備 Devices", std::to_string(organisation.devices.size()), false, out);
  append_fact("需注意 Need attention", std::to_string(attention), attention != 0, out);
  append_fact("靜默次數 Silences", shown_count(silences), silences != 0, out);
  append_fact("缺號 Missing numbers", shown_count(missing), missing != 0, out);
  append_fact("捨棄 Discarded", shown_count(discarded), discarded != 0, out);
  append_fact("訊息量 Messages", shown_count(received), false, out);
  out += "</dl>\n";
  if (organisation.devices.empty()) {
    out += "<p class=\"none-here\">本月沒有設備送出日誌。 <span lang=\"en\">No device sent anything this month.</span></p></section>\n";
    return;
  }
  out +=
      "<table><colgroup><col style=\"width:14.5%\"><col style=\"width:16%\"><col style=\"width:7.5%\"><col "
      "style=\"width:14%\"><col style=\"width:6%\"><col style=\"width:6.5%\"><col style=\"width:8.5%\"><col "
      "style=\"width:6.5%\"><col style=\"width:7%\"><col></colgroup><thead><tr>";
  for (const auto& [zh, en] : {std::pair{"設備", "Device"}, {"每日出現時數", "Hours seen, by day"}, {"可用率", "Availability"},
                               {"靜默", "Silences"}, {"缺號", "Missing"}, {"捨棄", "Discarded"}, {"訊息量", "Volume"},
                               {"解析率", "Parsed"}, {"時鐘", "Clock"}, {"備註", "Remarks"}}) {
    out += std::string("<th scope=\"col\">") + zh + "<span class=\"en\" lang=\"en\">" + en + "</span></th>";
  }
  out += "</tr></thead><tbody>\n";
  for (const EquipmentDevice& device : organisation.devices) append_device(device, report, out);
  out += "</tbody></table></section>\n";
}

constexpr std::string_view kTerms = R"html(<p>可用率：服務期間（自首次出現起）內未判定靜默之時間比例；靜默係依各設備自身平日與假日逐時節奏判定，學習期（七日）內不判定。出現時數：該時段內至少收到一筆訊息。缺號：傳送端訊息序號中斷之號數。捨棄：已收到而未能保存之筆數。解析率：辨識出格式之訊息比例。</p>
<p lang="en">Availability: share of its time in service (from first seen) in which a device was not silent by its own rhythm, learned hour by hour for working days and days off; nothing is judged while it is learned (seven days). Hours seen: at least one message came. Missing: numbers of the sender's own count that never came. Discarded: received but not stored.</p>
)html";

}  // namespace

std::string render_equipment_html(const EquipmentReport& report) {
  const std::string month = report.month.text();
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"zh-Hant-TW\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>";
  out += std::string(report.drill ? "【演練】" : "") + "監控設備狀況單 " + month + "</title>\n<style>";
  out += kStyle;
  out += "</style>\n</head>\n<body>\n<main>\n";
  if (report.drill) out += "<p class=\"drill\" role=\"note\">演練 DRILL：含演練資料。 Contains drill data.</p>\n";
  out += "<header><h1>監控設備狀況單</h1><p class=\"en\" lang=\"en\">Monitored equipment: monthly status</p>"
         "<p class=\"month\">民國 " + std::to_string(report.month.year - 1911) + " 年 " +
         std::to_string(report.month.month) + " 月 <span class=\"en\">" + month + "</span></p><p class=\"en\">製表 " +
         shown_time(report.made_ns, report.zone_minutes) + "　提報期限 Due " + report.due() + "</p></header>\n";
  if (!report.complete())
    out += "<p class=\"partial\">本月尚未結束，以下為截至製表時之資料。 <span lang=\"en\">The month is not over: figures up to now.</span></p>\n";
  for (const EquipmentOrganisation& organisation : report.organisations) append_organisation(organisation, report, out);
  if (report.organisations.empty())
    out += "<p class=\"none-here\">本月沒有設備送出日誌。 <span lang=\"en\">No device sent anything this month.</span></p>\n";
  if (!report.outages.empty()) {
    out += "<div class=\"outages\"><b>本系統停止接收期間</b> <span class=\"en\" lang=\"en\">Log server not receiving (not counted against devices)</span>：";
    const char* between = "";
    for (const ReportSpan& outage : report.outages) {
      out += between + short_moment(outage.from_ns, report.zone_minutes) + " 起 " + duration_zh(outage.to_ns - outage.from_ns);
      between = "；";
    }
    out += "</div>\n";
  }
  out += "<div class=\"signatures\"><div>承辦人（簽章）</div><div>資通安全聯絡人（簽章）</div><div>主管（簽章）</div></div>\n<footer>";
  out += kTerms;
  out += "<p>由守望（Vigil）自動產製 made by Vigil</p></footer>\n</main>\n</body>\n</html>\n";
  return out;
}

}  // namespace vigil
