#include <algorithm>

#include "rules/document.h"

namespace vigil::sigma {
namespace {

constexpr std::size_t kTitleBytesMax = 4 * 256;  // 256 characters (specification), in UTF-8

/// The form's own words (通報單, 異常狀況) by category: a detection may propose only these.
struct Category {
  std::string_view name;
  std::vector<std::string_view> symptoms;
};
const std::vector<Category>& categories() {
  static const std::vector<Category> kCategories = {
      {"web_attack", {"網頁置換", "惡意留言", "惡意網頁", "釣魚網頁", "網頁木馬", "網站個資外洩"}},
      {"intrusion", {"系統遭入侵", "植入惡意程式", "異常連線", "發送垃圾郵件", "資料外洩"}},
      {"denial_of_service", {"服務中斷", "效能降低"}},
      {"equipment", {"設備毀損", "電力異常", "網路服務中斷", "設備遺失"}},
      {"other", {}},
  };
  return kCategories;
}

std::optional<Level> level_from_name(std::string_view name) {
  for (const Level level : {Level::informational, Level::low, Level::medium, Level::high, Level::critical}) {
    if (level_name(level) == name) return level;
  }
  return std::nullopt;
}

std::vector<std::string> texts_of(const YamlNode* node) {
  std::vector<std::string> out;
  if (node == nullptr) return out;
  if (node->is_scalar() && !node->is_null()) out.push_back(node->text);
  for (const YamlNode& item : node->items) {
    if (node->is_sequence() && item.is_scalar()) out.push_back(item.text);
  }
  return out;
}

constexpr std::string_view kOwnKeys[] = {"title", "id",   "name",       "description", "author",   "license", "tags",
                                         "level", "vigil", "detection", "correlation", "logsource", "taxonomy"};

void append_text(const YamlNode& node, std::string& out) {
  if (node.is_scalar()) {
    out += (out.empty() ? "" : "\n") + node.text;
    return;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (i < node.keys.size()) out += (out.empty() ? "" : "\n") + node.keys[i].text + ":";
    append_text(node.items[i], out);
  }
}

std::optional<CompileError> read_impact(const YamlNode& impact, RuleMeta& meta) {
  if (!impact.is_mapping()) return error_at(impact, "'impact' must be a map");
  for (std::size_t i = 0; i < impact.keys.size(); ++i) {
    const std::string& key = impact.keys[i].text;
    int* const field = key == "confidentiality" ? &meta.confidentiality
                       : key == "integrity"     ? &meta.integrity
                       : key == "availability"  ? &meta.availability
                                                : nullptr;
    if (field == nullptr) return error_at(impact.keys[i], "unknown key '" + key + "' in 'impact'");
    const std::string& text = impact.items[i].text;
    if (text != "0" && text != "1" && text != "2") return error_at(impact.items[i], "must be 0, 1 or 2");
    *field = text[0] - '0';
  }
  return std::nullopt;
}

std::optional<CompileError> read_flag(const YamlNode& value, std::string_view key, bool& flag) {
  if (value.type() != ScalarType::boolean) return error_at(value, "'" + std::string(key) + "' wants true or false");
  flag = value.text == "true";
  return std::nullopt;
}

/// Who does not say whether a match opens a candidate: with a category or an impact, from high on; else only what
/// leaves no doubt, and the rest is weighed.
void decide_opening(RuleMeta& meta) {
  const bool assessed =
      !meta.category.empty() || meta.confidentiality + meta.integrity + meta.availability > 0;
  meta.opens_candidate = meta.level == Level::critical || (meta.level == Level::high && (assessed || meta.correlation));
  meta.weighs = !meta.opens_candidate;
}

/// "{product: windows, service: security}": the parts are plain words, quoted where they are something else.
std::string logsource_text(const YamlNode* node) {
  if (node == nullptr || !node->is_mapping()) return {};
  std::string out;
  for (const std::string_view part : {"product", "category", "service"}) {
    const std::string text(node->text_of(part));
    if (text.empty()) continue;
    const bool plain = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.-") == std::string::npos;
    out += (out.empty() ? "" : ", ") + std::string(part) + ": " + (plain ? text : "'" + text + "'");
  }
  return "{" + out + "}";
}

std::optional<CompileError> read_vigil(const YamlNode& section, RuleMeta& meta, bool& stated) {
  if (!section.is_mapping()) return error_at(section, "'vigil' must be a map");
  for (std::size_t i = 0; i < section.keys.size(); ++i) {
    const std::string& key = section.keys[i].text;
    const YamlNode& value = section.items[i];
    if (key == "title_zh") {
      meta.title_zh = value.text;
    } else if (key == "description_zh") {
      meta.description_zh = value.text;
    } else if (key == "category") {
      meta.category = value.text;
    } else if (key == "symptoms") {
      meta.symptoms = texts_of(&value);
    } else if (key == "entities") {
      meta.entities = texts_of(&value);
    } else if (key == "impact") {
      if (auto error = read_impact(value, meta)) return error;
    } else if (key == "opens_candidate") {
      if (auto error = read_flag(value, key, meta.opens_candidate)) return error;
      stated = true;
    } else if (key == "alert") {
      if (auto error = read_flag(value, key, meta.alert)) return error;
    } else if (key != "suppress" && key != "action" && key != "learn" && key != "tests") {
      return error_at(section.keys[i], "unknown key '" + key + "' in 'vigil'");
    }
  }
  const auto category = std::find_if(categories().begin(), categories().end(),
                                     [&](const Category& c) { return c.name == meta.category; });
  if (!meta.category.empty() && category == categories().end()) {
    return error_at(*section.find("category"), "unknown category '" + meta.category +
                                                   "': web_attack, intrusion, denial_of_service, equipment or other");
  }
  for (const std::string& symptom : meta.symptoms) {
    if (category == categories().end() ||
        std::find(category->symptoms.begin(), category->symptoms.end(), symptom) == category->symptoms.end()) {
      return error_at(*section.find("symptoms"),
                      "'" + symptom + "' is not a word of the form for category '" + meta.category + "'");
    }
  }
  return std::nullopt;
}

}  // namespace

Result<DocumentHead, CompileError> read_head(const YamlNode& document, const std::string& file,
                                             std::vector<CompileError>& warnings) {
  DocumentHead head;
  head.meta = std::make_shared<RuleMeta>();
  RuleMeta& meta = *head.meta;
  meta.file = file;
  meta.title = document.text_of("title");
  if (meta.title.empty()) return error_at(document, "'title' is missing");
  if (meta.title.size() > kTitleBytesMax) return error_at(*document.find("title"), "the title is too long");
  meta.id = document.text_of("id");
  head.name = document.text_of("name");
  meta.description = document.text_of("description");
  meta.author = document.text_of("author");
  meta.license = document.text_of("license");
  meta.status = document.text_of("status");
  meta.references = texts_of(document.find("references"));
  meta.tags = texts_of(document.find("tags"));
  for (std::size_t i = 0; i < document.keys.size(); ++i) {
    const std::string& key = document.keys[i].text;
    if (std::find(std::begin(kOwnKeys), std::end(kOwnKeys), key) != std::end(kOwnKeys)) continue;
    append_text(document.items[i], meta.others.emplace_back(key, std::string()).second);
  }
  if (const YamlNode* level = document.find("level"); level != nullptr && !level->is_null()) {
    if (const auto known = level_from_name(level->text)) {
      meta.level = *known;
    } else {
      warnings.push_back(error_at(*level, "unknown level '" + level->text + "'; taken as medium"));
    }
  }
  meta.correlation = document.find("correlation") != nullptr;
  meta.logsource = logsource_text(document.find("logsource"));
  bool stated = false;
  if (const YamlNode* section = document.find("vigil")) {
    if (auto error = read_vigil(*section, meta, stated)) return *error;
  }
  if (!stated) decide_opening(meta);
  return head;
}

}  // namespace vigil::sigma

namespace vigil {

std::string_view level_name(Level level) {
  switch (level) {
    case Level::informational: return "informational";
    case Level::low: return "low";
    case Level::medium: return "medium";
    case Level::high: return "high";
    case Level::critical: return "critical";
  }
  return "medium";
}

}  // namespace vigil
