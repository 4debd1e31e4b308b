#include "rules/site_data.h"

#include <fstream>
#include <variant>

#include "rules/yaml_tree.h"

namespace vigil {
namespace {

using sigma::YamlNode;

constexpr std::uintmax_t kFileBytesMax = 4 * 1024 * 1024;

/// Reads one file of the site's; the first mistake ends it.
class Reader {
 public:
  Reader(const std::string& file, std::vector<RuleProblem>& problems) : file_(file), problems_(problems) {}

  bool wrong(const YamlNode& where, std::string reason) {
    problems_.push_back({file_, where.line, where.column, {}, std::move(reason), true});
    return false;
  }

  /// The file's one mapping; null where it is none.
  const YamlNode* open(std::string_view yaml) {
    documents_ = sigma::parse_yaml_stream(yaml, {.document_bytes_max = kFileBytesMax});
    if (documents_.size() != 1) {
      problems_.push_back({file_, 1, 1, {}, documents_.empty() ? "the file is empty" : "one document is expected", true});
      return nullptr;
    }
    if (const auto* error = std::get_if<sigma::YamlError>(&documents_.front())) {
      problems_.push_back({file_, error->line, error->column, {}, "not YAML: " + error->reason, true});
      return nullptr;
    }
    const auto& root = std::get<YamlNode>(documents_.front());
    if (root.is_mapping()) return &root;
    wrong(root, "a map is expected");
    return nullptr;
  }

  bool texts(const YamlNode& node, std::vector<std::string>& out) {
    if (node.is_scalar() && !node.is_null()) {
      out.push_back(node.text);
      return true;
    }
    if (!node.is_sequence() || node.items.empty()) return wrong(node, "a value or a list of values is expected");
    for (const YamlNode& item : node.items) {
      if (!item.is_scalar()) return wrong(item, "a value is expected, not a map or list");
      out.push_back(item.text);
    }
    return true;
  }

  bool lists(const YamlNode& node, std::map<std::string, std::vector<std::string>, std::less<>>& out) {
    if (!node.is_mapping()) return wrong(node, "a map of names and values is expected");
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      std::string_view name = node.keys[i].text;
      if (name.size() > 2 && name.starts_with('%') && name.ends_with('%')) name = name.substr(1, name.size() - 2);
      auto& list = out[std::string(name)];
      list.clear();
      if (!texts(node.items[i], list)) return false;
    }
    return true;
  }

  bool log_source(const YamlNode* node, const YamlNode& parent, sigma::RuleLogSource& out) {
    if (node == nullptr || !node->is_mapping()) return wrong(node != nullptr ? *node : parent, "a map of product, category, service is expected");
    for (std::size_t i = 0; i < node->keys.size(); ++i) {
      const std::string& key = node->keys[i].text;
      std::string* const part = key == "product"    ? &out.product
                                : key == "category" ? &out.category
                                : key == "service"  ? &out.service
                                                    : nullptr;
      if (part == nullptr) return wrong(node->keys[i], "unknown key '" + key + "': product, category or service");
      if (!node->items[i].is_scalar()) return wrong(node->items[i], "one word is expected");
      *part = node->items[i].text;
    }
    return true;
  }

  template <class Read>
  bool each_map(const YamlNode& list, Read&& read) {
    if (!list.is_sequence()) return wrong(list, "a list is expected");
    for (const YamlNode& item : list.items) {
      if (!item.is_mapping()) return wrong(item, "a map is expected");
      if (!read(item)) return false;
    }
    return true;
  }

 private:
  const std::string& file_;
  std::vector<RuleProblem>& problems_;
  std::vector<std::variant<YamlNode, sigma::YamlError>> documents_;
};

bool read_key(Reader& reader, const YamlNode& key, const YamlNode& value, Pipeline& out) {
  if (key.text == "name" || key.text == "taxonomy") {
    if (!value.is_scalar()) return reader.wrong(value, "one word is expected");
    (key.text == "name" ? out.name : out.taxonomy) = value.text;
    return true;
  }
  if (key.text == "field_map") return reader.lists(value, out.fields);
  if (key.text == "placeholders") return reader.lists(value, out.placeholders);
  if (key.text == "logsource_map") {
    return reader.each_map(value, [&](const YamlNode& item) {
      auto& change = out.sources.emplace_back();
      return reader.log_source(item.find("from"), item, change.from) && reader.log_source(item.find("to"), item, change.to);
    });
  }
  if (key.text == "add_condition") {
    return reader.each_map(value, [&](const YamlNode& item) {
      auto& condition = out.conditions.emplace_back();
      if (item.find("logsource") != nullptr && !reader.log_source(item.find("logsource"), item, condition.source)) return false;
      const YamlNode* const selection = item.find("selection");
      if (selection == nullptr || !selection->is_mapping()) return reader.wrong(item, "'selection' must be a map of fields and values");
      condition.selection = *selection;
      return true;
    });
  }
  return reader.wrong(key, "unknown key '" + key.text +
                               "': name, taxonomy, field_map, logsource_map, add_condition or placeholders");
}

}  // namespace

std::shared_ptr<const Pipeline> read_pipeline(std::string_view yaml, const std::string& file,
                                              std::vector<RuleProblem>& problems) {
  Reader reader(file, problems);
  const YamlNode* const root = reader.open(yaml);
  if (root == nullptr) return nullptr;
  auto pipeline = std::make_shared<Pipeline>();
  for (std::size_t i = 0; i < root->keys.size(); ++i) {
    if (!read_key(reader, root->keys[i], root->items[i], *pipeline)) return nullptr;
  }
  return pipeline;
}

bool read_placeholders(std::string_view yaml, const std::string& file,
                       std::map<std::string, std::vector<std::string>, std::less<>>& out,
                       std::vector<RuleProblem>& problems) {
  Reader reader(file, problems);
  const YamlNode* const root = reader.open(yaml);
  return root != nullptr && reader.lists(*root, out);
}

bool read_site_file(const std::filesystem::path& path, std::string& text, std::vector<RuleProblem>& problems) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  std::string reason;
  if (error || !file) {
    reason = "cannot be read" + (error ? ": " + error.message() : std::string());
  } else if (size > kFileBytesMax) {
    reason = "larger than 4 MiB";
  } else {
    text.resize(static_cast<std::size_t>(size));
    if (file.read(text.data(), static_cast<std::streamsize>(size))) return true;
    reason = "cannot be read";
  }
  problems.push_back({path.string(), 0, 0, {}, std::move(reason), true});
  return false;
}

}  // namespace vigil
