#include "config/config.h"

#include <algorithm>
#include <utility>

#include "config/nearest.h"
#include "config/sections.h"
#include "config/source_text.h"

namespace vigil {
namespace {

using namespace config;  // NOLINT(google-build-using-namespace): this file is the room's front door

constexpr std::string_view kTopKeys[] = {"data",      "listeners", "organisations", "systems",
                                         "retention", "rules",     "channels",      "anchors",
                                         "tokens",    "files",     "upstream",      "drill",
                                         "parsers",   "mailboxes", "enrichment", "watchlists", "alerts"};

/// A file none of whose keys resembles ours is not a configuration with mistakes but something else, perhaps
/// /etc/shadow or a private key: nothing of it may be shown (BI-107).
bool resembles_ours(const YamlNode& root) {
  return root.kind == YamlNode::Kind::mapping &&
         std::any_of(root.keys.begin(), root.keys.end(),
                     [](const YamlNode& key) { return !nearest(key.text, kTopKeys).empty(); });
}

Diagnostic file_diagnostic(const std::string& file, const Words& message) {
  Diagnostic diagnostic;
  diagnostic.file = file;
  diagnostic.message = message.both();
  return diagnostic;
}

void read_rules(Fields& top, const std::filesystem::path& base, RulesConfig& rules) {
  const YamlNode* const node = top.find("rules");
  if (node == nullptr) return;
  Fields fields(*node, "rules", top.report());
  std::vector<std::string> directories;
  fields.texts("directories", directories);
  for (const std::string& each : directories) rules.directories.push_back((base / each).lexically_normal());
  fields.texts("disabled", rules.disabled);
  std::vector<std::string> pipelines;
  fields.texts("pipelines", pipelines);
  for (const std::string& each : pipelines) rules.pipelines.push_back((base / each).lexically_normal());
  fields.boolean("deprecated", rules.deprecated);
  if (const YamlNode* const lists = fields.find("placeholders")) {
    Fields names(*lists, "rules.placeholders", top.report());
    for (const YamlNode& name : lists->keys) names.texts(name.text, rules.placeholders[name.text]);
    names.finish();
  }
  fields.finish();
}

void read_parsers(Fields& top, const std::filesystem::path& base, ParsersConfig& parsers) {
  const YamlNode* const node = top.find("parsers");
  if (node == nullptr) return;
  Fields fields(*node, "parsers", top.report());
  std::vector<std::string> directories;
  fields.texts("directories", directories);
  for (const std::string& each : directories) parsers.directories.push_back((base / each).lexically_normal());
  fields.finish();
}

void read_alerts(Fields& top, AlertsConfig& alerts) {
  const YamlNode* const node = top.find("alerts");
  if (node == nullptr) return;
  Fields fields(*node, "alerts", top.report());
  using Open = AlertsConfig::Open;
  constexpr Choice<Open> kOpen[] = {
      {"all", Open::all}, {"medium", Open::medium}, {"high", Open::high}, {"none", Open::none}};
  fields.choice("open", std::span<const Choice<Open>>(kOpen), alerts.open);
  fields.finish();
}

Config read_config(const YamlNode& root, const std::filesystem::path& base, Report& report) {
  Config config;
  Fields top(root, "", report);
  top.path("data", base, config.data);
  top.boolean("drill", config.drill);
  read_organisations(top, config);
  read_systems(top, config);
  read_listeners(top, base, config);
  read_tokens(top, config);
  read_files(top, base, config);
  read_mailboxes(top, base, config);
  read_watchlists(top, base, config);
  read_retention(top, config.retention);
  read_rules(top, base, config.rules);
  read_parsers(top, base, config.parsers);
  read_enrichment(top, base, config.enrichment);
  read_alerts(top, config.alerts);
  read_channels(top, base, config);
  top.later("anchors");
  read_upstream(top, base, config);
  top.finish();
  return config;
}

}  // namespace

Result<Config, std::vector<Diagnostic>> parse_config(std::string_view yaml, const std::string& file_name) {
  const SourceText source{std::string(yaml)};
  Report report(file_name, source);
  if (const auto fault = find_encoding_fault(yaml)) {
    report.hide_source();
    report.add(fault->place, "", fault->message, fault->hint);
    return report.take();
  }
  const YamlTree tree = parse_yaml_tree(std::string(source.text()));
  if (!resembles_ours(tree.root)) report.hide_source();
  if (!tree.faults.empty()) {
    for (const YamlFault& fault : tree.faults) report.add(fault.place, "", fault.message, fault.hint);
    return report.take();
  }
  const YamlNode& root = tree.root;
  if (root.kind != YamlNode::Kind::null && !resembles_ours(root) && !root.keys.empty()) {
    return std::vector{file_diagnostic(file_name, {"none of its keys is one of ours; is it the right file?",
                                                   "沒有任何一個鍵屬於本程式的設定；請確認檔案"})};
  }
  if (root.kind == YamlNode::Kind::scalar || root.kind == YamlNode::Kind::sequence) {
    return std::vector{file_diagnostic(
        file_name, {"does not hold keys and values; is it the right file?", "內容不是鍵與值；請確認檔案"})};
  }
  // An empty file says nothing against the defaults.
  YamlNode empty;
  empty.kind = YamlNode::Kind::mapping;
  const std::filesystem::path base = std::filesystem::path(file_name).parent_path();
  Config config = read_config(root.kind == YamlNode::Kind::mapping ? root : empty, base, report);
  if (!report.clean()) return report.take();
  return config;
}

Result<Config, std::vector<Diagnostic>> load_config(const std::filesystem::path& file) {
  auto text = read_config_file(file);
  if (!text) return std::vector{file_diagnostic(file.string(), text.error())};
  return parse_config(*text, file.string());
}

Config embedded_default() {
  Config config;
  config.organisations = {default_organisation()};
  config.listeners = default_listeners("default", config.organisations.front().timezone);
  config.channels = default_channels(config.data);
  return config;
}

void move_data(Config& config, const std::filesystem::path& data) {
  for (ChannelConfig& channel : config.channels) {
    if (channel.directory.empty()) continue;
    const std::filesystem::path below = channel.directory.lexically_relative(config.data);
    if (!below.empty() && *below.begin() != "..") channel.directory = data / below;
  }
  config.data = data;
}

}  // namespace vigil
