#include "cli/rule_text.h"

#include <array>

#include "cli/language.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "config/text_width.h"

namespace vigil::cli {

namespace json = boost::json;

namespace {

struct OpWord {
  std::string_view op;
  Text word;
};
constexpr OpWord kOps[] = {
    {"is", {"is", "等於"}},
    {"starts_with", {"starts with", "開頭為"}},
    {"ends_with", {"ends with", "結尾為"}},
    {"contains", {"contains", "包含"}},
    {"like", {"is like", "符合樣式"}},
    {"anything", {"is anything", "為任何值"}},
    {"number", {"is", "等於"}},
    {"regex", {"matches the expression", "符合正規表示式"}},
    {"in_network", {"is in the network", "屬於網段"}},
    {"lt", {"is less than", "小於"}},
    {"lte", {"is at most", "不大於"}},
    {"gt", {"is more than", "大於"}},
    {"gte", {"is at least", "不小於"}},
    {"eq", {"equals", "等於"}},
    {"neq", {"differs from", "不等於"}},
    {"null", {"is empty or absent", "為空或不存在"}},
    {"exists", {"is there", "存在"}},
    {"absent", {"is not there", "不存在"}},
    {"same_as_field", {"is the same as the field", "與欄位相同："}},
    {"contains_field", {"contains the field", "包含欄位"}},
    {"starts_with_field", {"starts with the field", "開頭為欄位"}},
    {"ends_with_field", {"ends with the field", "結尾為欄位"}},
};

std::string op_word(const std::string& op) {
  for (const OpWord& each : kOps) {
    if (each.op == op) return std::string(each.word.get());
  }
  // A part of a time: "hour lt".
  const std::size_t blank = op.find(' ');
  return blank == std::string::npos ? op : op.substr(0, blank) + " " + op_word(op.substr(blank + 1));
}

bool truth(const json::value& value, std::string_view key) {
  const json::value* const found = find_path(value, key);
  return found != nullptr && found->is_bool() && found->as_bool();
}

const json::array& list_at(const json::value& value, std::string_view key) {
  static const json::array kNone;
  const json::value* const found = find_path(value, key);
  return found != nullptr && found->is_array() ? found->as_array() : kNone;
}

std::string quoted(const std::string& text) { return "\"" + one_line(text) + "\""; }

void add_line(std::string& out, Text label, const std::string& value) {
  if (value.empty()) return;
  constexpr std::size_t kWidth = 14;
  const std::string name(label.get());
  const std::size_t width = text_columns(name);
  out += "  " + name + std::string(width < kWidth ? kWidth - width : 1, ' ') + one_line(value) + "\n";
}

class Tree {
 public:
  explicit Tree(bool asked) : asked_(asked) {}

  void add(const json::value& node, std::size_t depth) {
    const std::string kind = plain_at(node, "node");
    std::string line = indent(depth) + mark(node);
    if (const std::string name = plain_at(node, "name"); !name.empty()) line += one_line(name) + say(": ", "：").data();
    if (kind == "item") {
      out += line + sentence(node) + "\n";
      return add_actual(node, depth);
    }
    const Text word = kind == "all_of"   ? Text{"all of", "全部成立"}
                      : kind == "any_of" ? Text{"any of", "任一成立"}
                                         : Text{"not", "不成立"};
    out += line + std::string(word.get()) + "\n";
    for (const json::value& child : list_at(node, "children")) add(child, depth + 1);
  }

  std::string out;

 private:
  static std::string indent(std::size_t depth) { return std::string(2 + 2 * depth, ' '); }
  std::string mark(const json::value& node) const {
    if (!asked_) return "- ";
    return truth(node, "held") ? "✓ " : "✗ ";
  }

  static std::string sentence(const json::value& node) {
    const json::value* const field = find_path(node, "field");
    const bool keywords = field == nullptr || field->is_null();
    std::string out = keywords ? std::string(say("the message", "訊息")) : one_line(plain(*field));
    if (truth(node, "negated")) out += say(" not:", " 非：");
    const std::string_view between = truth(node, "all") ? say(" and ", " 且 ") : say(" or ", " 或 ");
    std::string last_op;
    std::size_t shown = 0;
    for (const json::value& value : list_at(node, "wanted")) {
      if (shown > 0) out += between;
      const std::string op = plain_at(value, "op");
      if (op != last_op) out += (shown == 0 ? " " : "") + op_word(op) + " ";
      last_op = op;
      if (const std::string text = plain_at(value, "value"); !text.empty()) out += quoted(text);
      if (op == "is" && plain_at(value, "value").empty()) out += "\"\"";
      if (const std::string ways = plain_at(value, "ways"); !ways.empty())
        out += std::string(say(" (", "（")) + ways + std::string(say(" ways to write it)", " 種寫法）"));
      ++shown;
    }
    const json::value* const total = find_path(node, "wanted_total");
    const std::size_t all = total != nullptr && total->is_number() ? total->to_number<std::size_t>() : shown;
    if (all > shown)
      out += std::string(say(" … and ", " …另有 ")) + std::to_string(all - shown) + std::string(say(" more", " 個"));
    while (out.ends_with(' ')) out.pop_back();
    return out;
  }

  void add_actual(const json::value& node, std::size_t depth) {
    const std::string before = indent(depth + 2);
    const json::value* const field = find_path(node, "field");
    if (field == nullptr || field->is_null()) return;
    const std::string places = plain_at(node, "places");
    if (!asked_) {
      if (!places.empty()) out += before + std::string(say("looked for in: ", "查找欄位：")) + one_line(places) + "\n";
      return;
    }
    if (truth(node, "missing")) {
      out += before + std::string(say("missing; looked for in: ", "缺少此欄位；查找過：")) + one_line(places) + "\n";
      return;
    }
    std::string values;
    for (const json::value& value : list_at(node, "actual")) values += (values.empty() ? "" : ", ") + quoted(plain(value));
    out += before + std::string(say("there: ", "實際為：")) + values + "\n";
  }

  const bool asked_;
};

std::string clause_text(const json::value& clause) {
  std::string out;
  for (const json::value& literal : list_at(clause, "literals"))
    out += (out.empty() ? "" : std::string(say(" or ", " 或 "))) + quoted(plain(literal));
  const json::value* const total = find_path(clause, "total");
  const std::size_t shown = list_at(clause, "literals").size();
  if (total != nullptr && total->is_number() && total->to_number<std::size_t>() > shown)
    out += " … (" + std::to_string(total->to_number<std::size_t>()) + ")";
  return out;
}

void add_prefilter(std::string& out, const json::value& explanation, bool asked) {
  const json::array& entries = list_at(explanation, "prefilter");
  if (entries.empty()) return;
  out += std::string(say("What the raw text must hold before the rule is asked", "原始訊息需先含有的文字")) + "\n";
  constexpr std::size_t kFormatsShown = 6;
  for (const json::value& entry : entries) {
    const json::array& formats = list_at(entry, "formats");
    std::string names;
    for (std::size_t i = 0; i < formats.size() && i < kFormatsShown; ++i)
      names += (names.empty() ? "" : ", ") + plain(formats[i]);
    if (formats.size() > kFormatsShown)
      names += std::string(say(" and ", " 等 ")) + std::to_string(formats.size() - (chinese() ? 0 : kFormatsShown)) +
               std::string(say(" more formats", " 種格式"));
    out += "  " + names + "\n";
    const json::array& clauses = list_at(entry, "clauses");
    if (clauses.empty()) out += "    " + std::string(say("nothing: every message is asked", "無：每筆訊息都會比對")) + "\n";
    for (const json::value& clause : clauses) {
      const bool found = !list_at(clause, "found").empty();
      out += "    " + std::string(!asked ? "- " : found ? "✓ " : "✗ ") + clause_text(clause) + "\n";
    }
  }
}

std::string source_of(const json::value& explanation) {
  std::string out;
  for (const std::string_view part : {"logsource.product", "logsource.category", "logsource.service"}) {
    const std::string text = plain_at(explanation, part);
    if (!text.empty()) out += (out.empty() ? "" : "/") + text;
  }
  return out.empty() ? std::string(say("any", "不限")) : out;
}

void add_head(std::string& out, const json::value& explanation) {
  out += one_line(title_text(explanation)) + "  (" + one_line(plain_at(explanation, "id")) + ")\n";
  const std::string description =
      chinese() && !plain_at(explanation, "description_zh").empty() ? "description_zh" : "description";
  add_line(out, {"what", "說明"}, plain_at(explanation, description));
  add_line(out, {"level", "等級"}, plain_at(explanation, "level"));
  add_line(out, {"status", "狀態"}, plain_at(explanation, "status"));
  if (plain_at(explanation, "state") == "off") add_line(out, {"switched", "開關"}, std::string(say("off", "已停用")));
  add_line(out, {"file", "檔案"}, plain_at(explanation, "file"));
  add_line(out, {"author", "作者"}, plain_at(explanation, "author"));
  add_line(out, {"licence", "授權"}, plain_at(explanation, "license"));
  add_line(out, {"references", "參考"}, plain_at(explanation, "references"));
  add_line(out, {"tags", "標籤"}, plain_at(explanation, "tags"));
}

void add_rule(std::string& out, const json::value& explanation, bool asked) {
  add_line(out, {"log source", "記錄來源"}, source_of(explanation));
  if (!truth(explanation, "alerts")) {
    add_line(out, {"alerts", "告警"},
             std::string(say("not by itself: it feeds a correlation", "本身不告警，僅供關聯規則使用")));
  }
  if (asked && find_path(explanation, "applies") != nullptr) {
    const bool applies = truth(explanation, "applies");
    std::string sources = plain_at(explanation, "log_sources");
    if (sources.empty()) sources = say("none", "無");
    add_line(out, {"message", "訊息"},
             plain_at(explanation, "format") + "; " + sources + ": " +
                 std::string(applies ? say("the rule applies", "規則適用")
                                     : say("the rule is not about these", "規則不適用於此來源")));
    add_line(out, {"prefilter", "預先篩選"},
             std::string(truth(explanation, "passes_prefilter") ? say("lets it through", "通過")
                                                                : say("keeps it out", "未通過")));
  }
  out += std::string(say("Condition", "條件")) + "\n";
  Tree tree(asked);
  tree.add(*find_path(explanation, "condition"), 0);
  out += tree.out;
  add_prefilter(out, explanation, asked);
}

std::string span_text(const std::string& seconds) {
  const long long total = std::atoll(seconds.c_str());
  if (total % 86400 == 0 && total > 0) return std::to_string(total / 86400) + std::string(say(" d", " 天"));
  if (total % 3600 == 0 && total > 0) return std::to_string(total / 3600) + std::string(say(" h", " 小時"));
  if (total % 60 == 0 && total > 0) return std::to_string(total / 60) + std::string(say(" min", " 分鐘"));
  return seconds + std::string(say(" s", " 秒"));
}

void add_correlation(std::string& out, const json::value& explanation, bool asked);

void add_body(std::string& out, const json::value& explanation, bool asked) {
  if (plain_at(explanation, "kind") == "correlation") {
    add_correlation(out, explanation, asked);
  } else {
    add_rule(out, explanation, asked);
  }
}

void add_correlation(std::string& out, const json::value& explanation, bool asked) {
  add_line(out, {"counts", "計數"},
           plain_at(explanation, "type") + " " + plain_at(explanation, "threshold") + std::string(say(" within ", "，時間範圍 ")) +
               span_text(plain_at(explanation, "timespan_seconds")));
  for (const json::value& slot : list_at(explanation, "slots")) {
    const json::value* const rule = find_path(slot, "rule");
    if (rule == nullptr) continue;
    std::string inner;
    for (const std::string_view key : {"group_by", "values"}) {
      for (const json::value& field : list_at(slot, key)) {
        const json::value* const value = find_path(field, "value");
        std::string text = plain_at(field, "name");
        if (asked) {
          text += value == nullptr || value->is_null()
                      ? std::string(say(": missing, so this message is not counted", "：缺少，因此不計入"))
                      : " = " + plain(*value);
        } else {
          text += " (" + plain_at(field, "places") + ")";
        }
        add_line(inner, key == "group_by" ? Text{"grouped by", "分組依據"} : Text{"value", "計算欄位"}, text);
      }
    }
    add_head(inner, *rule);
    add_body(inner, *rule, asked);
    out += "\n" + std::string(say("Listens to", "引用規則")) +
           (asked ? std::string(truth(*rule, "matched") ? "  ✓" : "  ✗") : std::string()) + "\n" + inner;
  }
}

}  // namespace

std::string title_text(const json::value& row) {
  const std::string zh = plain_at(row, "title_zh");
  return chinese() && !zh.empty() ? zh : plain_at(row, "title");
}

std::string explanation_text(const json::object& explanation) {
  const json::value value(explanation);
  const bool asked = find_path(value, "matched") != nullptr;
  std::string out;
  add_head(out, value);
  if (asked) {
    const bool correlation = plain_at(value, "kind") == "correlation";
    const bool matched = truth(value, "matched");
    std::string verdict(matched ? (correlation ? say("counts towards it", "計入此關聯") : say("matches", "符合"))
                                : (correlation ? say("does not count", "不計入") : say("does not match", "不符合")));
    if (const std::string id = plain_at(value, "event.id"); !id.empty()) verdict = id + ": " + verdict;
    out += std::string(matched ? "✓ " : "✗ ") + verdict + "\n";
    add_line(out, {"text", "內容"}, plain_at(value, "event.original"));
  }
  add_body(out, value, asked);
  return out;
}

}  // namespace vigil::cli
