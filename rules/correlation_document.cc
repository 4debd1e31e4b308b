#include <algorithm>
#include <array>
#include <charconv>

#include "rules/document.h"

namespace vigil::sigma {
namespace {

using Type = Correlation::Type;
constexpr std::int64_t kSecond = 1'000'000'000;
/// Events a threshold may ask for: a group keeps as many times in memory and on disk.
constexpr double kThresholdMax = 10'000;
/// How long a group only learns where its new_value does not say.
constexpr std::int64_t kLearn = 7 * 86400 * kSecond;
constexpr std::size_t kSlotsMax = 64, kGroupByMax = 16;

struct TypeRow {
  std::string_view name;
  Type type;
};
constexpr TypeRow kTypes[] = {
    {"event_count", Type::event_count},
    {"value_count", Type::value_count},
    {"temporal", Type::temporal},
    {"temporal_ordered", Type::temporal_ordered},
    {"value_sum", Type::value_sum},
    {"value_avg", Type::value_avg},
    {"value_percentile", Type::value_percentile},
    {"value_median", Type::value_percentile},
    {"new_value", Type::new_value},  // ours, see README.md
};

bool is_temporal(Type type) { return type == Type::temporal || type == Type::temporal_ordered; }
bool is_aggregate(Type type) {
  return type == Type::value_sum || type == Type::value_avg || type == Type::value_percentile;
}

/// "10m": a whole number and one of s m h d w M y (months and years of mean length, as pySigma); up to 366 days.
std::optional<std::int64_t> read_timespan(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  constexpr std::array<std::pair<char, std::int64_t>, 7> kUnits = {{{'s', 1},
                                                                    {'m', 60},
                                                                    {'h', 3600},
                                                                    {'d', 86400},
                                                                    {'w', 7 * 86400},
                                                                    {'M', 2'629'746},
                                                                    {'y', 31'556'952}}};
  const auto* const unit =
      std::find_if(kUnits.begin(), kUnits.end(), [&](const auto& u) { return u.first == text.back(); });
  std::int64_t count = 0;
  const char* const end = text.data() + text.size() - 1;
  const auto [at, error] = std::from_chars(text.data(), end, count);
  if (unit == kUnits.end() || error != std::errc() || at != end || count <= 0 || count > 366 * 86400) {
    return std::nullopt;
  }
  const std::int64_t seconds = count * unit->second;
  if (seconds > 366 * 86400) return std::nullopt;
  return seconds * kSecond;
}

/// A word or a list of words.
Result<std::vector<std::string>, CompileError> read_words(const YamlNode& node) {
  std::vector<std::string> words;
  if (node.is_scalar() && !node.is_null()) words.push_back(node.text);
  if (node.is_mapping()) return error_at(node, "expected a word or a list of words");
  for (const YamlNode& item : node.items) {
    if (!item.is_scalar() || item.text.empty()) return error_at(item, "expected a word");
    words.push_back(item.text);
  }
  return words;
}

class CorrelationReader {
 public:
  explicit CorrelationReader(const YamlNode& body) : body_(body) {}

  std::optional<CompileError> read(CorrelationDraft& draft) {
    for (auto step : {&CorrelationReader::read_type, &CorrelationReader::read_references,
                      &CorrelationReader::read_group_by, &CorrelationReader::read_span,
                      &CorrelationReader::read_condition, &CorrelationReader::check_bounds}) {
      if (auto error = (this->*step)(draft)) return error;
    }
    for (const YamlNode& key : body_.keys) {
      constexpr std::array<std::string_view, 8> kKnown = {"type",     "rules",     "group-by", "timespan",
                                                          "condition", "generate", "aliases",  "field"};
      if (std::find(kKnown.begin(), kKnown.end(), key.text) == kKnown.end()) {
        return error_at(key, "unknown key '" + key.text + "' in 'correlation'");
      }
    }
    return std::nullopt;
  }

 private:
  using Failure = std::optional<CompileError>;

  Failure read_type(CorrelationDraft& draft) {
    const std::string_view name = body_.text_of("type");
    const auto* const row =
        std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeRow& r) { return r.name == name; });
    if (row == std::end(kTypes)) {
      const YamlNode* type = body_.find("type");
      return error_at(type != nullptr ? *type : body_, "unknown correlation type '" + std::string(name) + "'");
    }
    draft.type = row->type;
    return std::nullopt;
  }

  Failure read_references(CorrelationDraft& draft) {
    const YamlNode* rules = body_.find("rules");
    const YamlNode* condition = body_.find("condition");
    const bool from_condition = rules == nullptr && condition != nullptr && condition->is_scalar();
    if (rules == nullptr && !from_condition) return error_at(body_, "'rules' is missing");
    const YamlNode& place = rules != nullptr ? *rules : *condition;
    draft.rules_line = place.line;
    draft.rules_column = place.column;
    if (from_condition) {
      draft.rules = names_in(condition->text);
    } else {
      auto words = read_words(*rules);
      if (!words) return words.error();
      draft.rules = std::move(*words);
    }
    if (draft.rules.empty()) return error_at(place, "'rules' is empty");
    if (draft.rules.size() > kSlotsMax) return error_at(place, "more than 64 rules in one correlation");
    if (const YamlNode* generate = body_.find("generate")) {
      if (generate->type() != ScalarType::boolean) return error_at(*generate, "'generate' wants true or false");
      draft.generate = generate->text == "true";
    }
    return std::nullopt;
  }

  // The rules an extended condition names, when there is no list of them.
  static std::vector<std::string> names_in(std::string_view condition) {
    std::vector<std::string> names;
    std::string word;
    for (std::size_t i = 0; i <= condition.size(); ++i) {
      const char c = i < condition.size() ? condition[i] : ' ';
      if (c != ' ' && c != '(' && c != ')' && c != '\t' && c != '\n') {
        word.push_back(c);
        continue;
      }
      const bool name = !word.empty() && word != "and" && word != "or" && word != "not";
      if (name && std::find(names.begin(), names.end(), word) == names.end()) names.push_back(word);
      word.clear();
    }
    return names;
  }

  Failure read_group_by(CorrelationDraft& draft) {
    if (const YamlNode* group_by = body_.find("group-by")) {
      auto words = read_words(*group_by);
      if (!words) return words.error();
      if (words->size() > kGroupByMax) return error_at(*group_by, "more than 16 fields to group by");
      draft.group_by = std::move(*words);
    }
    const YamlNode* aliases = body_.find("aliases");
    if (aliases == nullptr) return std::nullopt;
    if (!aliases->is_mapping()) return error_at(*aliases, "'aliases' must be a map");
    for (std::size_t i = 0; i < aliases->keys.size(); ++i) {
      const YamlNode& fields = aliases->items[i];
      if (!fields.is_mapping()) return error_at(fields, "an alias must be a map of rule and field");
      for (std::size_t k = 0; k < fields.keys.size(); ++k) {
        draft.aliases[aliases->keys[i].text][fields.keys[k].text] = fields.items[k].text;
      }
    }
    return std::nullopt;
  }

  Failure read_span(CorrelationDraft& draft) {
    const YamlNode* span = body_.find("timespan");
    if (span == nullptr) return error_at(body_, "'timespan' is missing");
    const auto ns = span->is_scalar() ? read_timespan(span->text) : std::nullopt;
    if (!ns) return error_at(*span, "'timespan' must be a whole number with s, m, h, d, w, M or y, at most 366d");
    draft.span_ns = *ns;
    return std::nullopt;
  }

  Failure read_condition(CorrelationDraft& draft) {
    const YamlNode* condition = body_.find("condition");
    if (const YamlNode* field = body_.find("field")) {
      auto words = read_words(*field);
      if (!words) return words.error();
      draft.value_fields = std::move(*words);
    }
    if (draft.type == Type::new_value) {
      if (condition != nullptr) return error_at(*condition, "'new_value' takes no 'condition': each new value counts");
      if (draft.value_fields.empty()) return error_at(body_, "'field' is missing in 'correlation'");
      return std::nullopt;
    }
    if (condition == nullptr) {
      if (!is_temporal(draft.type)) return error_at(body_, "'condition' is missing");
      draft.bounds.push_back({Comparison::gte, static_cast<double>(draft.rules.size())});
      return std::nullopt;
    }
    draft.condition_line = condition->line;
    if (condition->is_scalar()) {
      if (!is_temporal(draft.type)) {
        return error_at(*condition, "'condition' must be a map like {gte: 10}; a text is for temporal types");
      }
      draft.expression = condition->text;
      return std::nullopt;
    }
    if (!condition->is_mapping()) return error_at(*condition, "'condition' must be a map like {gte: 10}");
    for (std::size_t i = 0; i < condition->keys.size(); ++i) {
      if (auto error = read_bound(condition->keys[i], condition->items[i], draft)) return error;
    }
    if (draft.bounds.empty()) return error_at(*condition, "no operator in 'condition': gt, gte, lt, lte, eq or neq");
    return std::nullopt;
  }

  static Failure read_bound(const YamlNode& key, const YamlNode& value, CorrelationDraft& draft) {
    if (key.text == "field") {
      auto words = read_words(value);
      if (!words) return words.error();
      draft.value_fields = std::move(*words);
      return std::nullopt;
    }
    const auto read = value.is_scalar() ? number_of(value.text) : std::nullopt;
    const bool numeric = read && (value.type() == ScalarType::integer || value.type() == ScalarType::real);
    const double number = read.value_or(0);
    if (key.text == "percentile") {
      if (!numeric || number < 0 || number > 100) return error_at(value, "'percentile' must be from 0 to 100");
      draft.percentile = number;
      return std::nullopt;
    }
    const auto comparison = comparison_from_name(key.text);
    if (!comparison) return error_at(key, "unknown key '" + key.text + "' in 'condition'");
    if (!numeric) return error_at(value, "'" + key.text + "' wants a number");
    draft.bounds.push_back({*comparison, number});
    return std::nullopt;
  }

  Failure check_bounds(CorrelationDraft& draft) {
    const YamlNode& place = body_.find("condition") != nullptr ? *body_.find("condition") : body_;
    const bool wants_field = draft.type == Type::value_count || is_aggregate(draft.type);
    if (wants_field && draft.value_fields.empty()) return error_at(place, "'field' is missing in 'condition'");
    if (is_aggregate(draft.type)) {
      if (draft.value_fields.size() != 1) return error_at(place, "this type wants one field");
      return std::nullopt;
    }
    if (!draft.expression.empty() || draft.type == Type::new_value) return std::nullopt;
    for (const Correlation::Bound& bound : draft.bounds) {
      if (bound.value < 0 || bound.value > kThresholdMax) {
        return error_at(place, "a count must be from 0 to 10,000 (as many events are kept for each group)");
      }
    }
    return std::nullopt;
  }

  const YamlNode& body_;
};

std::optional<CompileError> read_output(const YamlNode& document, CorrelationDraft& draft) {
  draft.suppress_ns = draft.span_ns;
  if (draft.type == Type::new_value) draft.learn_ns = std::min(kLearn, draft.span_ns);
  const YamlNode* section = document.find("vigil");
  if (section == nullptr) return std::nullopt;
  if (const YamlNode* suppress = section->find("suppress")) {
    const auto ns = suppress->text == "0s" ? std::optional<std::int64_t>(0) : read_timespan(suppress->text);
    if (!ns) return error_at(*suppress, "'suppress' must be a timespan like 10m, or 0s");
    draft.suppress_ns = *ns;
    draft.own_suppress = true;
  }
  if (const YamlNode* action = section->find("action")) {
    if (action->text != "alert" && action->text != "reset") return error_at(*action, "'action' is alert or reset");
    draft.reset = action->text == "reset";
  }
  if (const YamlNode* learn = section->find("learn")) {
    if (draft.type != Type::new_value) return error_at(*learn, "'learn' belongs to 'type: new_value'");
    const auto ns = learn->text == "0s" ? std::optional<std::int64_t>(0) : read_timespan(learn->text);
    if (!ns || *ns > draft.span_ns) {
      return error_at(*learn, "'learn' must be a timespan like 14d, no longer than 'timespan', or 0s");
    }
    draft.learn_ns = *ns;
  }
  return std::nullopt;
}

}  // namespace

Result<CorrelationDraft, CompileError> read_correlation(const YamlNode& document, const std::string& file,
                                                        std::vector<CompileError>& warnings) {
  auto head = read_head(document, file, warnings);
  if (!head) return head.error();
  const YamlNode& body = *document.find("correlation");
  if (!body.is_mapping()) return error_at(body, "'correlation' must be a map");
  CorrelationDraft draft;
  draft.head = std::move(*head);
  if (auto error = CorrelationReader(body).read(draft)) return *error;
  if (auto error = read_output(document, draft)) return *error;
  return draft;
}

}  // namespace vigil::sigma
