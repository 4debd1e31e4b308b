#include "rules/rule_coverage.h"

#include <algorithm>

#include "parsers/format.h"
#include "rules/log_routes.h"
#include "rules/rule_explain.h"

namespace vigil::sigma {
namespace {

constexpr std::string_view kEventCodes[] = {"event.code", "winlog.event_id"};
/// Event ids named of one rule; a rule for all logons lists dozens.
constexpr std::size_t kCodesMax = 12;

bool names(const FieldName& field, std::string_view name) {
  return std::any_of(field.groups.begin(), field.groups.end(), [&](const auto& group) {
    return std::find(group.begin(), group.end(), name) != group.end();
  });
}

bool is_event_code(const FieldName& field) {
  return std::any_of(std::begin(kEventCodes), std::end(kEventCodes), [&](auto name) { return names(field, name); });
}

/// A message of which only the event id is known.
class OnlyCode final : public FieldSource {
 public:
  explicit OnlyCode(std::string_view code) : code_(code) {}
  bool collect(const FieldName& name, std::vector<FieldValue>& out) const override {
    if (!is_event_code(name)) return false;
    out.push_back({code_, ValueType::integer});
    return true;
  }
  void collect_all(std::vector<FieldValue>&) const override {}
  std::string_view raw() const override { return {}; }

 private:
  std::string_view code_;
};

/// What a condition lacks in one kind of message.
struct Lack {
  std::vector<std::string> fields, codes;
  bool wrong_code = false;
  std::size_t size() const { return fields.size() + (wrong_code ? 1 : 0); }
  void add(const Lack& other) {
    fields.insert(fields.end(), other.fields.begin(), other.fields.end());
    codes.insert(codes.end(), other.codes.begin(), other.codes.end());
    wrong_code = wrong_code || other.wrong_code;
  }
};

class Prospect {
 public:
  Prospect(const Expression& expression, const Sighting& seen) : expression_(expression), seen_(seen) {}

  // What a condition says with `not` is never in the way: what is not there is not.
  Lack of(Expression::Index index) {
    const Expression::Node& node = expression_.node(index);
    Lack lack;
    switch (node.op) {
      case Expression::Op::item: return of(expression_.item(node.item));
      case Expression::Op::negation: return lack;
      case Expression::Op::all_of:
        for (const Expression::Index child : node.children) lack.add(of(child));
        return lack;
      case Expression::Op::any_of: break;
    }
    bool first = true;
    for (const Expression::Index child : node.children) {
      Lack other = of(child);
      if (other.size() == 0) return other;
      if (first || other.size() < lack.size()) {
        lack = std::move(other);
      } else if (other.wrong_code && lack.wrong_code) {
        lack.codes.insert(lack.codes.end(), other.codes.begin(), other.codes.end());
      }
      first = false;
    }
    return lack;
  }

  bool has(const FieldName& field) const {
    for (std::size_t i = field.bare ? 1 : 0; i < field.groups.size(); ++i) {
      for (const std::string& name : field.groups[i]) {
        if (seen_.fields.contains(name)) return true;
      }
    }
    return false;
  }

 private:
  Lack of(const Item& item) {
    Lack lack;
    if (item.is_keyword() || item.negated) return lack;
    const ValueTest* const first = item.values.empty() ? nullptr : &item.values.front().front();
    const bool may_be_absent = first != nullptr && (first->kind == ValueTest::Kind::null ||
                                                    (first->kind == ValueTest::Kind::exists && !first->wanted));
    if (may_be_absent) return lack;
    if (!seen_.code.empty() && is_event_code(item.field)) {
      Expression one;
      one.set_root(one.add_item(item));
      if (evaluator_.matches(one, OnlyCode(seen_.code))) return lack;
      lack.wrong_code = true;
      for (const auto& ways : item.values) lack.codes.push_back(ways.front().pattern.literal());
      lack.codes.insert(lack.codes.end(), item.exact_set.begin(), item.exact_set.end());
      return lack;
    }
    if (!has(item.field)) lack.fields.push_back(item.field.written);
    if (first != nullptr && first->kind == ValueTest::Kind::field && !has(*first->other)) {
      lack.fields.push_back(first->other->written);
    }
    return lack;
  }

  const Expression& expression_;
  const Sighting& seen_;
  Evaluator evaluator_;
};

bool some_parser_gives(const RuleLogSource& source) {
  const auto formats = all_formats();
  return std::any_of(formats.begin(), formats.end(), [&](const FormatSpec* spec) { return may_apply(spec->number, source); });
}

void make_unique(std::vector<std::string>& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

RuleCoverage cover_rule(const Rule& rule, const std::vector<FieldName>& grouped, std::span<const Sighting> seen) {
  using State = RuleCoverage::State;
  RuleCoverage out;
  out.source = rule.source;
  if (!some_parser_gives(rule.source)) {
    out.state = State::no_parser;
    return out;
  }
  bool any = false, right_event = false;
  Lack least, codes;
  for (const Sighting& sighting : seen) {
    if (!rule.source.covers(sighting.source)) continue;
    Prospect prospect(rule.expression, sighting);
    Lack lack = prospect.of(rule.expression.root());
    for (const FieldName& field : grouped) {
      if (!prospect.has(field)) lack.fields.push_back(field.written);
    }
    if (lack.size() == 0) return out;
    if (lack.wrong_code) codes.add(lack);
    right_event = right_event || !lack.wrong_code;
    // A message of the right event that lacks a field says more than one of another event.
    const auto rank = [](const Lack& each) { return std::pair(each.wrong_code, each.fields.size()); };
    if (!any || rank(lack) < rank(least)) least = std::move(lack);
    any = true;
  }
  if (!any) {
    out.state = State::no_source;
    return out;
  }
  out.state = right_event ? State::no_field : State::no_event;
  out.missing = right_event ? std::move(least.fields) : std::vector<std::string>();
  if (!right_event) out.codes = std::move(codes.codes);
  make_unique(out.missing);
  make_unique(out.codes);
  if (out.codes.size() > kCodesMax) out.codes.resize(kCodesMax);
  return out;
}

/// How many of its slots a correlation needs.
std::size_t slots_needed(const Correlation& correlation) {
  const bool by_rules =
      correlation.type == Correlation::Type::temporal || correlation.type == Correlation::Type::temporal_ordered;
  if (!by_rules || correlation.expression) return 1;
  for (const Correlation::Bound& bound : correlation.bounds) {
    if (bound.comparison == Comparison::gte && bound.value >= 1) {
      return std::min(correlation.slots.size(), static_cast<std::size_t>(bound.value));
    }
  }
  return correlation.slots.size();
}

struct Advice {
  std::string_view id, en, zh;
  bool (*fits)(const RuleCoverage&);
};

bool lacks(const RuleCoverage& coverage, std::string_view field) {
  return std::find(coverage.missing.begin(), coverage.missing.end(), field) != coverage.missing.end();
}
bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr Advice kAdvice[] = {
    {"windows-command-line",
     "record command lines with event 4688 (Group Policy: Administrative Templates, System, Audit Process Creation, "
     "'Include command line in process creation events')",
     "在事件 4688 記錄命令列（群組原則：系統管理範本、系統、稽核程序建立、「在程序建立事件中包含命令列」）",
     [](const RuleCoverage& c) {
       return c.source.product == "windows" && c.source.category == "process_creation" &&
              c.state == RuleCoverage::State::no_field && lacks(c, "CommandLine");
     }},
    {"windows-process-creation",
     "audit process creation (event 4688, with command line) and send the Security log",
     "啟用稽核程序建立（事件 4688，含命令列）並送出安全性記錄檔",
     [](const RuleCoverage& c) {
       return c.source.product == "windows" && c.source.category == "process_creation" &&
              c.state != RuleCoverage::State::no_field;
     }},
    {"sysmon", "install Sysmon and send its log", "安裝 Sysmon 並送出其記錄檔",
     [](const RuleCoverage& c) {
       return c.source.product == "windows" &&
              (c.source.service == "sysmon" ||
               (!c.source.category.empty() && !c.source.category.starts_with("ps_")));
     }},
    {"windows-powershell", "switch on PowerShell script block and module logging and send its logs",
     "啟用 PowerShell 指令碼區塊與模組記錄並送出",
     [](const RuleCoverage& c) {
       return c.source.product == "windows" &&
              (c.source.category.starts_with("ps_") || c.source.service.starts_with("powershell"));
     }},
    {"windows-audit-policy", "widen the audit policy (Advanced Audit Policy Configuration), so that these events are written",
     "擴大進階稽核原則設定，使這些事件得以記錄",
     [](const RuleCoverage& c) {
       return c.source.product == "windows" && c.source.service == "security" && c.state == RuleCoverage::State::no_event;
     }},
    {"linux-auditd", "install auditd with rules for execve and send its log", "安裝 auditd（含 execve 規則）並送出記錄",
     [](const RuleCoverage& c) {
       return c.source.product == "linux" &&
              (c.source.service == "auditd" || is_one_of(c.source.category, {"process_creation", "file_event", "network_connection"}));
     }},
    {"web-access-logs", "send the access logs of web servers", "送出網頁伺服器的存取記錄",
     [](const RuleCoverage& c) { return c.source.category == "webserver" && c.state == RuleCoverage::State::no_source; }},
    {"proxy-logs", "send the proxy's or gateway's web log", "送出代理伺服器或閘道的網頁記錄",
     [](const RuleCoverage& c) { return c.source.category == "proxy" && c.state == RuleCoverage::State::no_source; }},
    {"dns-logs", "send the DNS server's query log", "送出 DNS 伺服器的查詢記錄",
     [](const RuleCoverage& c) {
       return c.state == RuleCoverage::State::no_source && (c.source.category == "dns" || c.source.service.starts_with("dns"));
     }},
    {"antivirus-logs", "send the antivirus server's findings", "送出防毒伺服器的偵測記錄",
     [](const RuleCoverage& c) { return c.source.category == "antivirus" && c.state == RuleCoverage::State::no_source; }},
    {"firewall-logs", "send the firewall's traffic log", "送出防火牆的流量記錄",
     [](const RuleCoverage& c) { return c.source.category == "firewall" && c.state == RuleCoverage::State::no_source; }},
};

}  // namespace

std::string_view coverage_name(RuleCoverage::State state) {
  switch (state) {
    case RuleCoverage::State::can: return "can";
    case RuleCoverage::State::no_parser: return "no_parser";
    case RuleCoverage::State::no_source: return "no_source";
    case RuleCoverage::State::no_event: return "no_event";
    case RuleCoverage::State::no_field: return "no_field";
  }
  return "can";
}

RuleCoverage cover(const CompiledRules& rules, RuleReference which, std::span<const Sighting> seen) {
  if (!which.correlation) return cover_rule(rules.rules[which.index], {}, seen);
  const Correlation& correlation = rules.correlations[which.index];
  const std::size_t needed = slots_needed(correlation);
  std::size_t able = 0;
  RuleCoverage first_failure;
  for (const Correlation::Slot& slot : correlation.slots) {
    // The fields of an inner correlation are its groups, which it has where it can fire at all.
    const RuleCoverage one = slot.rule.correlation ? cover(rules, slot.rule, seen)
                                                   : cover_rule(rules.rules[slot.rule.index], slot.group_by, seen);
    if (one.state == RuleCoverage::State::can) {
      ++able;
    } else if (first_failure.state == RuleCoverage::State::can) {
      first_failure = one;
    }
  }
  return able >= needed ? RuleCoverage() : first_failure;
}

CoverageGain gain_of(const RuleCoverage& coverage) {
  for (const Advice& advice : kAdvice) {
    if (advice.fits(coverage)) return {std::string(advice.id), std::string(advice.en), std::string(advice.zh)};
  }
  std::string source = source_text(coverage.source.product, coverage.source.category, coverage.source.service);
  if (source.empty()) source = "any";
  switch (coverage.state) {
    case RuleCoverage::State::no_event:
      return {"events:" + source, "let " + source + " write these events too", "讓 " + source + " 也記錄這些事件"};
    case RuleCoverage::State::no_field: {
      std::string fields;
      for (const std::string& field : coverage.missing) fields += (fields.empty() ? "" : ", ") + field;
      return {"fields:" + source + ":" + fields, "let " + source + " write " + fields, "讓 " + source + " 記錄 " + fields};
    }
    default: return {"source:" + source, "send logs of " + source, "送出 " + source + " 的記錄"};
  }
}

}  // namespace vigil::sigma
