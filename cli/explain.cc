#include "cli/explain.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include "cli/language.h"
#include "cli/rows.h"
#include "parsers/format.h"
#include "parsers/render.h"

namespace vigil::cli {
namespace {

/// What is shown of one value, and of what was left over.
constexpr std::size_t kValueBytes = 120;

struct Span {
  std::size_t begin = 0, end = 0;
};

/// Where `value` stands in `text`, if it is a part of it and not a copy.
std::optional<Span> span_in(std::string_view text, std::string_view value) {
  const auto begin = reinterpret_cast<std::uintptr_t>(text.data());
  const auto at = reinterpret_cast<std::uintptr_t>(value.data());
  if (value.empty() || at < begin || at + value.size() > begin + text.size()) return std::nullopt;
  return Span{at - begin, at - begin + value.size()};
}

std::string_view words_of(KindsFrom from) {
  switch (from) {
    case KindsFrom::content: return say("from what it says", "依內容");
    case KindsFrom::format: return say("from its format", "依格式");
    case KindsFrom::signs: return say("from signs in the text", "依文字特徵");
    case KindsFrom::program: return say("from the program's name", "依程式名稱");
    case KindsFrom::facility: return say("from the facility", "依設施代碼");
    case KindsFrom::nothing: return say("nothing tells; taken for an application's", "無從判斷，視為應用程式");
  }
  return {};
}

class Explanation {
 public:
  Explanation(const SyslogHeader& header, const Event& event, int zone_minutes)
      : header_(header), event_(event), zone_minutes_(zone_minutes), spec_(find_format(event.format)) {}

  std::string text() {
    add_header();
    add_parser();
    add_fields();
    add_left_over();
    add_kinds();
    add_deviations();
    return out_;
  }

 private:
  void line(Text label, std::string_view value) {
    if (!value.empty()) out_ += "  " + std::string(label.get()) + ": " + one_line(value) + "\n";
  }

  void add_header() {
    constexpr std::string_view kFormats[] = {"RFC 5424", "RFC 3164", "headerless"};
    line({"header", "標頭"}, kFormats[static_cast<std::size_t>(header_.format)]);
    line({"facility.severity", "設施.嚴重度"},
         std::to_string(header_.priority.facility()) + "." +
             std::to_string(static_cast<unsigned>(header_.priority.severity())));
    line({"time", "時間"}, iso_time(event_.timestamp_ns, zone_minutes_));
    line({"host", "主機"}, event_.header.host);
    line({"application", "程式"}, event_.header.app);
  }

  void add_parser() {
    std::string parser(event_.text_of("event.dataset"));
    if (parser.empty()) parser = "none";
    if (spec_ != nullptr) parser += " (" + std::string(spec_->title) + ")";
    if (spec_ != nullptr && spec_->reads == Reads::line) parser += std::string(say(", the whole line", "，讀取整行"));
    line({"parser", "剖析器"}, parser);
    for (const LogSource& each : event_.log_sources()) {
      std::string source;
      for (const auto& [name, value] :
           {std::pair{"product ", each.product}, {"category ", each.category}, {"service ", each.service}}) {
        if (!value.empty()) source += (source.empty() ? "" : ", ") + std::string(name) + std::string(value);
      }
      line({"log source", "日誌來源"}, source);
    }
  }

  // Every field once, in the order of the text; those that are made of it or of nothing in it come behind.
  void add_fields() {
    struct Shown {
      const Field* field;
      std::optional<Span> span;
    };
    std::vector<Shown> shown;
    for (const Field& field : event_.fields()) {
      if (field.name == "message" || field.name == "event.dataset" || field.name == "event.kind") continue;
      shown.push_back({&field, span_in(header_.text, field.value)});
      if (shown.back().span) taken_.push_back(*shown.back().span);
    }
    std::stable_sort(shown.begin(), shown.end(), [](const Shown& a, const Shown& b) {
      return (a.span ? a.span->begin : std::string::npos) < (b.span ? b.span->begin : std::string::npos);
    });
    for (const Shown& each : shown) {
      std::string value(each.field->value.substr(0, kValueBytes));
      value += each.span ? "  [" + std::to_string(each.span->begin) + ".." + std::to_string(each.span->end) + ")"
                         : "  [" + std::string(say("derived", "推導")) + "]";
      line({"field", "欄位"}, std::string(each.field->name) + " = " + value);
    }
  }

  void add_left_over() {
    if (spec_ == nullptr) return;
    const std::string_view text = payload_text(header_, *spec_);
    const auto whole = span_in(header_.text, text);
    if (!whole) return;
    std::sort(taken_.begin(), taken_.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
    std::size_t at = whole->begin;
    std::string rest;
    const auto keep = [&](std::size_t until) {
      if (until <= at) return;
      const std::string_view piece = header_.text.substr(at, until - at);
      // What parts the fields from each other says nothing.
      const bool tells = std::any_of(piece.begin(), piece.end(), [](unsigned char c) { return c >= 0x80 || std::isalnum(c) != 0; });
      if (tells) rest += (rest.empty() ? "" : " … ") + std::string(piece);
    };
    for (const Span& span : taken_) {
      if (span.begin >= whole->end) break;
      keep(span.begin);
      at = std::max(at, span.end);
    }
    keep(whole->end);
    line({"left over", "未取用"}, rest.size() > 4 * kValueBytes ? rest.substr(0, 4 * kValueBytes) + "…" : rest);
  }

  void add_kinds() {
    const KindsReason reason = why_kinds(header_, event_.format);
    const Kinds all = kinds_of_event(event_);
    std::string names;
    for (std::size_t i = 0; i < kKindCount; ++i) {
      const auto kind = static_cast<Kind>(i);
      if (!all.has(kind)) continue;
      names += (names.empty() ? "" : ", ") + std::string(kind_name(kind));
      const bool by_logon = !reason.kinds.has(kind);
      names += " (" + std::string(by_logon ? say("it tells of a logon", "內容為登入") : words_of(reason.from)) + ")";
    }
    line({"kinds", "日誌種類"}, names);
  }

  void add_deviations() {
    for (unsigned i = 0; i < static_cast<unsigned>(Tag::count_); ++i) {
      if (event_.tags.has(static_cast<Tag>(i))) line({"deviation", "偏差"}, tag_name(static_cast<Tag>(i)));
    }
  }

  const SyslogHeader& header_;
  const Event& event_;
  int zone_minutes_;
  const FormatSpec* spec_;
  std::vector<Span> taken_;
  std::string out_;
};

}  // namespace

std::string explain(const SyslogHeader& header, const Event& event, int zone_minutes) {
  return Explanation(header, event, zone_minutes).text();
}

}  // namespace vigil::cli
