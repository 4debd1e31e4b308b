#include "incidents/notification.h"

#include <algorithm>

#include "incidents/text.h"

// One page, for the screen and for A4. No script, no reference to anything outside: the policy in the head
// forbids both, should a value ever get past the escaping. Colours carry no meaning alone; each mark is also
// a word.

namespace vigil {
namespace {

constexpr std::string_view kStyle = R"css(
:root{--ink:#1a2230;--soft:#5b6575;--line:#c9d0da;--pale:#f4f6f9;--accent:#1f4e79;--warn:#8a4b00;--warnbg:#fff6e6;--gap:#9c1c1c;--gapbg:#fdf3f3;--drill:#b00020}
*{box-sizing:border-box}
html{font-size:16px}
body{margin:0;background:#e9ecf1;color:var(--ink);font-family:"Noto Sans TC","Noto Sans CJK TC","PingFang TC","Microsoft JhengHei",system-ui,sans-serif;line-height:1.6;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main{position:relative;max-width:210mm;margin:1.5rem auto;padding:14mm 15mm 16mm;background:#fff;box-shadow:0 1px 12px rgba(26,34,48,.16);overflow:hidden}
header h1{margin:0;font-size:1.65rem;letter-spacing:.08em;text-align:center}
header .en{margin:0;text-align:center;color:var(--soft);font-size:.85rem}
header .stage{margin:.35rem 0 0;text-align:center;font-weight:600;color:var(--accent)}
.drill{margin:0 0 1rem;padding:.45rem;font-size:.92rem;border:2px solid var(--drill);color:var(--drill);font-weight:700;text-align:center;letter-spacing:.04em}
.watermark{position:absolute;inset:0;pointer-events:none;overflow:hidden;z-index:2}
.watermark span{position:absolute;left:50%;font-size:5.2rem;font-weight:800;white-space:nowrap;color:var(--drill);opacity:.09;transform:translate(-50%,-50%) rotate(-28deg)}
.summary{display:flex;flex-wrap:wrap;margin:1.1rem 0 .9rem;border:1px solid var(--line);border-radius:4px;background:var(--pale)}
.summary div{flex:1 1 8.5rem;padding:.45rem .8rem;border-left:1px solid var(--line)}
.summary div:first-child{border-left:0}
.summary dt{margin:0;font-size:.72rem;color:var(--soft)}
.summary dd{margin:0;font-weight:600;overflow-wrap:anywhere}
.summary .id{flex-grow:1.6}
.summary .wide{flex:1 1 100%;border-left:0;border-top:1px solid var(--line)}
section{margin-top:1.2rem}
h2{display:flex;align-items:baseline;gap:.6rem;margin:0 0 .35rem;padding:.3rem .7rem;background:var(--accent);color:#fff;font-size:1rem;border-radius:3px;break-after:avoid}
h2 small{font-weight:400;font-size:.78rem;opacity:.9}
table{width:100%;border-collapse:collapse;table-layout:fixed}
col.label{width:11.2rem}
th,td{border:1px solid var(--line);padding:.42rem .65rem;vertical-align:top;text-align:left;overflow-wrap:anywhere}
th{background:var(--pale);font-weight:600}
th .en{display:block;font-weight:400;font-size:.72rem;color:var(--soft);line-height:1.35}
th .req{color:var(--gap);margin-right:.2em}
tr{break-inside:avoid}
tr.long{break-inside:auto}
.value{white-space:pre-wrap}
.empty{display:inline-block;padding:.05rem .55rem;border:1px dashed var(--gap);border-radius:3px;background:var(--gapbg);color:var(--gap);font-size:.86rem}
.badge{display:inline-block;margin-right:.4rem;padding:0 .45rem;border:1px solid var(--warn);border-radius:3px;background:var(--warnbg);color:var(--warn);font-size:.78rem;font-weight:600}
.why{display:block;margin-top:.15rem;color:var(--soft);font-size:.76rem;line-height:1.45}
ul.options{list-style:none;margin:.1rem 0;padding:0;display:flex;flex-wrap:wrap;gap:.1rem 1.15rem}
ul.options.tall{display:block}
ul.options li{padding-left:1.45em;text-indent:-1.45em}
ul.options li .box{display:inline-block;width:1.45em;text-indent:0}
ul.options li.on{font-weight:700}
ul.options.tall li{font-size:.86rem;line-height:1.5;color:var(--soft);margin:.12rem 0}
ul.options.tall li.on{color:var(--ink)}
.detail{margin-top:.15rem;font-size:.86rem}
.blank{display:inline-block;min-width:9rem;border-bottom:1px solid var(--line)}
.signatures{display:grid;grid-template-columns:repeat(3,1fr);margin-top:1.3rem;border:1px solid var(--line);break-inside:avoid}
.signatures div{padding:.35rem .7rem 2.6rem;border-left:1px solid var(--line);font-size:.84rem;color:var(--soft)}
.signatures div:first-child{border-left:0}
footer{margin-top:1.1rem;padding-top:.6rem;border-top:1px solid var(--line);color:var(--soft);font-size:.76rem;break-inside:avoid}
footer p{margin:.12rem 0}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:640px){main{margin:0;padding:1rem}col.label{width:7.5rem}}
@page{size:A4;margin:14mm 13mm}
@media print{html{font-size:12.5px}body{background:#fff}main{max-width:none;margin:0;padding:0;box-shadow:none;overflow:visible}.watermark{position:fixed}.watermark span:not(:first-child){display:none}.watermark span:first-child{top:50%!important}tr.ours{display:none}}
)css";

bool is_choice(const FormField& field) {
  return field.type == "one" || field.type == "many" || field.type == "yesno";
}

bool is_chosen(const FormField& field, const std::string& option) {
  return std::find(field.chosen.begin(), field.chosen.end(), option) != field.chosen.end();
}

/// Options that are sentences stand below each other.
bool is_tall(const FormField& field) {
  constexpr std::size_t kShortBytes = 45;  // fifteen Chinese characters
  return std::any_of(field.options.begin(), field.options.end(),
                     [](const std::string& option) { return option.size() > kShortBytes; });
}

void options_html(const FormField& field, bool levels, std::string& out) {
  out += is_tall(field) ? "<ul class=\"options tall\">" : "<ul class=\"options\">";
  // The form lists the gravest level first.
  const std::size_t count = field.options.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = levels ? count - 1 - i : i;
    const std::string& option = field.options[at];
    const bool on = is_chosen(field, option);
    out += on ? "<li class=\"on\"><span class=\"box\" aria-hidden=\"true\">☑</span><span class=\"sr\">已選 "
                "selected </span>"
              : "<li><span class=\"box\" aria-hidden=\"true\">☐</span>";
    if (levels) out += at == 0 ? "無：" : std::to_string(at) + " 級：";
    append_html(option, out);
    out += "</li>";
  }
  out += "</ul>";
}

void field_html(const FormField& field, std::string& out) {
  const bool levels = field.id == "confidentiality" || field.id == "integrity" || field.id == "availability";
  const bool proposed = !field.filled && !field.value.empty();
  out += "<tr id=\"f-" + html(field.id) + "\" class=\"";
  if (!field.printed) out += "ours ";
  if (field.type == "longtext") out += "long";
  out += "\"><th scope=\"row\">";
  if (field.required) out += "<span class=\"req\" title=\"必填 required\">◎</span>";
  append_html(field.label, out);
  out += "<span class=\"en\">" + html(field.label_en);
  if (!field.printed) out += " (not printed)";
  out += "</span></th><td>";
  if (proposed) out += "<span class=\"badge\">建議 proposed</span>";
  if (field.value.empty()) out += "<span class=\"empty\">尚未填寫／to be filled by a person</span>";
  if (is_choice(field)) {
    options_html(field, levels, out);
  } else if (!field.value.empty()) {
    out += "<span class=\"value\">" + html(field.value) + "</span>";
    if (field.id == "level") out += " 級";
  }
  if (!field.detail_label.empty() && is_choice(field)) {
    out += "<div class=\"detail\">" + html(field.detail_label) + "：";
    out += field.detail.empty() ? std::string("<span class=\"blank\">&nbsp;</span>") : html(field.detail);
    out += "</div>";
  }
  if (!field.why.empty()) out += "<span class=\"why\">" + html(field.why) + "</span>";
  out += "</td></tr>\n";
}

void fact_html(std::string_view label, std::string_view value, std::string& out,
               std::string_view kind = "fact") {
  out += "<div class=\"" + std::string(kind) + "\"><dt>";
  append_html(label, out);
  out += "</dt><dd>";
  append_html(value, out);
  out += "</dd></div>";
}

void summary_html(const NotificationForm& form, std::string& out) {
  out += "<dl class=\"summary\">";
  fact_html("案件編號 Case", form.case_id, out, "id");
  fact_html("狀態 State", form.case_state_zh, out);
  fact_html("草擬時間 Drafted", shown_time(form.drafted_ns, form.zone_minutes), out);
  fact_html("尚待人員填寫之必填欄位 Required, still open",
            std::to_string(form.required_empty()) + " 欄（其中建議待確認 " +
                std::to_string(form.proposals()) + " 欄）",
            out);
  fact_html("事件 Incident", form.case_title, out, "wide");
  out += "</dl>\n";
}

}  // namespace

std::string render_form_html(const NotificationForm& form) {
  std::string out;
  out +=
      "<!DOCTYPE html>\n<html lang=\"zh-Hant-TW\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>";
  if (form.drill) out += "【演練】";
  out += html(form.title) + " " + html(form.case_id) + "</title>\n<style>";
  out += kStyle;
  out += "</style>\n</head>\n<body>\n<main>\n";
  if (form.drill) {
    out += "<div class=\"watermark\" aria-hidden=\"true\">";
    for (const char* top : {"14rem", "44rem", "74rem", "104rem"}) {
      out += std::string("<span style=\"top:") + top + "\">演練 DRILL</span>";
    }
    out +=
        "</div>\n<p class=\"drill\" role=\"note\">演練 DRILL：本單為演練資料，非真實事件。 This is an "
        "exercise, not a real incident.</p>\n";
  }
  out += "<header><h1>" + html(form.title) + "</h1><p class=\"en\">" + html(form.title_en) +
         "</p><p class=\"stage\">" + html(form.stage) + " <span lang=\"en\">" + html(form.stage_en) +
         "</span></p></header>\n";
  summary_html(form, out);
  for (const auto& section : form.sections) {
    out += "<section aria-labelledby=\"s-" + html(section.id) + "\"><h2 id=\"s-" + html(section.id) + "\">" +
           html(section.title) + " <small lang=\"en\">" + html(section.title_en) + "</small></h2>\n" +
           "<table><colgroup><col class=\"label\"><col></colgroup><tbody>\n";
    for (const auto& field : section.fields) field_html(field, out);
    out += "</tbody></table></section>\n";
  }
  if (!form.signatures.empty()) {
    out += "<div class=\"signatures\">";
    for (const auto& name : form.signatures) out += "<div>" + html(name) + "（簽章）</div>";
    out += "</div>\n";
  }
  out += "<footer>";
  for (const auto& note : form.notes) out += "<p>" + html(note) + "</p>";
  for (const auto& note : form.notes_en) out += "<p lang=\"en\">" + html(note) + "</p>";
  out += "<p>" + html(form.id) + "　表單版本 " + html(form.version) +
         "　由守望（Vigil）自動草擬 drafted by Vigil</p></footer>\n";
  out += "</main>\n</body>\n</html>\n";
  return out;
}

}  // namespace vigil
