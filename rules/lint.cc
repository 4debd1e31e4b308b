#include "rules/lint.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "parsers/format.h"
#include "rules/case_fold.h"
#include "rules/field_names.h"
#include "rules/log_routes.h"
#include "rules/pattern.h"

namespace vigil::sigma {
namespace {

constexpr std::string_view kNamespaces[] = {"attack", "car", "cve", "d3fend", "detection", "stp", "tlp", "vigil"};
constexpr std::string_view kTactics[] = {
    "reconnaissance",    "resource-development", "initial-access",   "execution",           "persistence",
    "privilege-escalation", "defense-evasion",   "credential-access", "discovery",          "lateral-movement",
    "collection",        "command-and-control",  "exfiltration",     "impact",              "stealth",
    "defense-impairment"};

template <class List>
bool is_in(std::string_view word, const List& list) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

std::vector<std::string_view> words_of(std::string_view condition) {
  std::vector<std::string_view> words;
  const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '*'; };
  for (std::size_t at = 0; at < condition.size();) {
    std::size_t end = at;
    while (end < condition.size() && is_word(condition[end])) ++end;
    if (end == at) {
      ++at;
      continue;
    }
    words.push_back(condition.substr(at, end - at));
    at = end;
  }
  return words;
}

/// "*" in a selector stands for any run.
bool selects(std::string_view pattern, std::string_view name) {
  if (pattern == "them") return !name.starts_with('_');
  if (name.starts_with('_') && !pattern.starts_with('_')) return false;
  PatternTokens tokens;
  for (const char c : pattern) {
    tokens.push_back(c == '*' ? PatternToken{PatternToken::Kind::any_run, {}}
                              : PatternToken{PatternToken::Kind::literal, std::string(1, c)});
  }
  return Pattern(tokens, true).matches(name);
}

class Lint {
 public:
  explicit Lint(const YamlNode& document) : document_(document) {}

  std::vector<LintFinding> run() {
    look_at_head();
    if (const YamlNode* const source = document_.find("logsource")) look_at_source(*source);
    for (const char* part : {"detection", "filter"}) {
      const YamlNode* const body = document_.find(part);
      if (body == nullptr || !body->is_mapping()) continue;
      for (std::size_t i = 0; i < body->keys.size(); ++i) {
        const std::string_view name = body->keys[i].text;
        if (name != "condition" && name != "timeframe" && !(name == "rules" && part[0] == 'f')) look_at_selection(body->items[i]);
      }
      if (const YamlNode* const condition = body->find("condition")) look_at_condition(*condition, *body);
    }
    return std::move(findings_);
  }

 private:
  void warn(const YamlNode& where, std::string reason) {
    findings_.push_back({where.line, where.column, std::move(reason), false});
  }
  void remark(const YamlNode& where, std::string reason) {
    findings_.push_back({where.line, where.column, std::move(reason), true});
  }

  void look_at_head() {
    const bool filter = document_.find("filter") != nullptr;
    if (!filter && document_.find("level") == nullptr) warn(document_, "'level' is missing: taken as medium");
    if (document_.find("id") == nullptr) remark(document_, "'id' is missing: it can be told from others by its file only");
    if (!filter && document_.find("description") == nullptr) remark(document_, "'description' is missing");
    if (const YamlNode* const status = document_.find("status"); status != nullptr) {
      constexpr std::string_view kStatus[] = {"stable", "test", "experimental", "deprecated", "unsupported"};
      if (!is_in(status->text, kStatus)) warn(*status, "unknown status '" + status->text + "'");
    }
    for (const char* name : {"date", "modified"}) {
      const YamlNode* const date = document_.find(name);
      if (date != nullptr && !is_date(date->text)) remark(*date, std::string("'") + name + "' is not a date like 2026-11-30");
    }
    if (const YamlNode* const tags = document_.find("tags"); tags != nullptr && tags->is_sequence()) {
      for (const YamlNode& tag : tags->items) look_at_tag(tag);
    }
  }
  static bool is_date(std::string_view text) {
    if (text.size() != 10) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool dash = i == 4 || i == 7;
      if (dash ? text[i] != '-' && text[i] != '/' : std::isdigit(static_cast<unsigned char>(text[i])) == 0) return false;
    }
    return true;
  }
  void look_at_tag(const YamlNode& tag) {
    const std::size_t dot = tag.text.find('.');
    if (dot == std::string::npos || dot + 1 == tag.text.size()) {
      return warn(tag, "the tag '" + tag.text + "' has no namespace (attack.t1110, tlp.amber …)");
    }
    const std::string_view space = std::string_view(tag.text).substr(0, dot);
    if (!is_in(space, kNamespaces)) return warn(tag, "unknown namespace '" + std::string(space) + "' of the tag '" + tag.text + "'");
    if (space != "attack") return;
    std::string value = folded(std::string_view(tag.text).substr(dot + 1));
    const bool code = value.size() > 1 && std::isdigit(static_cast<unsigned char>(value[1])) != 0;
    const bool lettered = value.size() > 2 && std::isdigit(static_cast<unsigned char>(value[2])) != 0;
    std::replace(value.begin(), value.end(), '_', '-');
    if (!code && !lettered && !is_in(value, kTactics)) {
      warn(tag, "'" + tag.text + "' is neither a tactic nor a technique of ATT&CK");
    }
  }

  void look_at_source(const YamlNode& node) {
    RuleLogSource source;
    if (!node.is_mapping()) return;
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      const std::string& key = node.keys[i].text;
      const std::string word = folded(node.items[i].text);
      if (key == "product") source.product = word;
      else if (key == "category") source.category = word;
      else if (key == "service") source.service = word;
      else if (key != "definition") remark(node.keys[i], "'" + key + "' in 'logsource' is not looked at");
    }
    const auto& formats = all_formats();
    // A format for any product's events ("*") says nothing about this one.
    const auto receives = [&](const FormatSpec* spec) {
      if (!may_apply(spec->number, source)) return false;
      return source.product.empty() || source.product == "linux" ||
             std::any_of(spec->log_sources.begin(), spec->log_sources.end(),
                         [&](const LogSource& given) { return given.product == source.product; });
    };
    const bool any = std::any_of(formats.begin(), formats.end(), receives);
    if (!any) warn(node, "nothing that is received here has this log source: the rule can never match");
    if (source == RuleLogSource()) warn(node, "no product, category or service: every message is asked about");
  }

  void look_at_selection(const YamlNode& node) {
    if (node.is_mapping()) {
      for (std::size_t i = 0; i < node.keys.size(); ++i) look_at_item(node.keys[i], node.items[i]);
    }
    if (node.is_sequence()) {
      for (const YamlNode& item : node.items) {
        if (item.is_mapping()) look_at_selection(item);
      }
    }
  }

  void look_at_item(const YamlNode& key, const YamlNode& value) {
    const std::string_view spec = key.text;
    const auto has = [&](std::string_view modifier) {
      const std::size_t at = spec.find("|" + std::string(modifier));
      if (at == std::string_view::npos) return false;
      const std::size_t end = at + 1 + modifier.size();
      return end == spec.size() || spec[end] == '|';
    };
    if (has("base64") && has("contains")) {
      warn(key, "'base64|contains' finds only text that begins at a multiple of three; 'base64offset|contains' finds all");
    }
    if ((has("wide") || has("utf16le") || has("utf16be") || has("utf16")) && !has("base64offset") && !has("base64")) {
      remark(key, "UTF-16 without base64 behind it looks for bytes that log values seldom have");
    }
    if (has("re") || has("cidr") || has("fieldref") || has("exists")) return;
    const bool whole = spec.find('|') == std::string_view::npos;
    const auto look = [&](const YamlNode& each) {
      if (each.is_scalar()) look_at_value(each, whole, has("expand"));
    };
    look(value);
    if (value.is_sequence()) std::for_each(value.items.begin(), value.items.end(), look);
  }

  void look_at_value(const YamlNode& value, bool whole, bool expand) {
    const std::string_view text = value.text;
    if (expand) {
      const std::size_t escaped = text.find("\\%");
      if (escaped != std::string_view::npos && text.find('%', escaped + 2) != std::string_view::npos) {
        warn(value, "'\\%' is a percent sign, so this is no placeholder; write '\\\\%name%' for a backslash before one");
      }
    }
    // A path that goes on with a single backslash and a star: the star is then literal.
    const bool path = text.find(":\\") != std::string_view::npos || std::count(text.begin(), text.end(), '\\') > 1;
    for (std::size_t at = text.find('\\'); path && at != std::string_view::npos && at + 1 < text.size(); at = text.find('\\', at)) {
      const char next = text[at + 1];
      if (next == '*' || next == '?') {
        warn(value, std::string("'\\") + next + "' is a literal '" + next + "'; for a backslash and then anything write '\\\\" + next + "'");
        break;
      }
      at += next == '\\' ? 2 : 1;
    }
    if (whole && text.starts_with("\\\\") && text.size() > 2 && text[2] != '\\' && text[2] != '*' && text[2] != '?') {
      warn(value, "'\\\\' means one backslash: a UNC path begins with '\\\\\\\\'");
    }
  }

  void look_at_condition(const YamlNode& condition, const YamlNode& body) {
    std::vector<const YamlNode*> list;
    if (condition.is_scalar()) list.push_back(&condition);
    for (const YamlNode& item : condition.items) list.push_back(&item);
    std::vector<std::string_view> all;
    for (const YamlNode* item : list) {
      const auto words = words_of(item->text);
      for (std::size_t i = 0; i + 2 < words.size(); ++i) {
        if (words[i] == "not" && words[i + 1] == "all" && words[i + 2] == "of") {
          warn(*item, "'not all of' holds as soon as one of them fails; 'not 1 of' is what filters mean");
        }
      }
      for (const std::string_view word : words) all.push_back(word);
    }
    for (const YamlNode& key : body.keys) {
      const std::string_view name = key.text;
      if (name == "condition" || name == "timeframe" || name == "rules") continue;
      const bool used = std::any_of(all.begin(), all.end(), [&](std::string_view word) { return word == name || selects(word, name); });
      if (!used) warn(key, "the condition does not use the selection '" + key.text + "'");
    }
  }

  const YamlNode& document_;
  std::vector<LintFinding> findings_;
};

}  // namespace

std::vector<LintFinding> lint_document(const YamlNode& document) { return Lint(document).run(); }

}  // namespace vigil::sigma
