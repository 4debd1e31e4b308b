#include "config/parser_files.h"

#include <algorithm>
#include <set>

#include "config/nearest.h"
#include "config/reader.h"

namespace vigil {
namespace {

using namespace config;  // NOLINT(google-build-using-namespace): as in config.cc

/// A site has some dozens; each is asked about every message.
constexpr std::size_t kParsersMax = 256;
constexpr std::size_t kPatternsMax = 64;

constexpr Choice<UserParserText::Reads> kReads[] = {{"patterns", UserParserText::Reads::patterns},
                                                    {"pairs", UserParserText::Reads::pairs},
                                                    {"json", UserParserText::Reads::json}};

class ParserFile {
 public:
  explicit ParserFile(Report& report) : report_(report) {}

  std::vector<UserParserText> read(const YamlNode& root) {
    std::vector<UserParserText> parsers;
    Fields top(root, "", report_);
    top.required("parsers");
    top.sequence("parsers", [&](const YamlNode& node, const std::string& path) {
      if (parsers.size() == kParsersMax) return;
      parsers.push_back(read_parser(node, path));
    });
    if (parsers.size() == kParsersMax) {
      top.wrong("parsers", {"more than " + std::to_string(kParsersMax) + " parsers", "剖析器超過 " + std::to_string(kParsersMax) + " 個"});
    }
    top.finish();
    return parsers;
  }

 private:
  UserParserText read_parser(const YamlNode& node, const std::string& path) {
    UserParserText parser;
    Fields fields(node, path, report_);
    fields.required("name");
    fields.identifier("name", parser.name);
    if (!parser.name.empty() && !names_.insert(parser.name).second) {
      fields.wrong("name", {"there is another parser of that name", "已有同名的剖析器"});
    }
    fields.text("title", parser.title);
    read_when(fields, parser);
    fields.choice("reads", std::span<const Choice<UserParserText::Reads>>(kReads), parser.reads);
    const bool by_pattern = parser.reads == UserParserText::Reads::patterns;
    fields.required(by_pattern ? "patterns" : "map");
    read_patterns(fields, parser);
    read_names(fields, "map", parser.map, true);
    read_names(fields, "fields", parser.fields, false);
    read_kinds(fields, parser);
    read_log_source(fields, parser);
    const YamlNode* const tests = fields.find("tests");
    const Place place = tests == nullptr ? fields.place() : tests->place;
    fields.required("tests");
    std::vector<Test> lines;
    fields.sequence("tests", [&](const YamlNode& test, const std::string& its_path) { lines.push_back(read_test(test, its_path)); });
    if (tests != nullptr && lines.empty()) {
      report_.add(place, fields.path_of("tests"), {"there are none", "沒有任何測試"},
                  {"as - {line: \"…\", expect: {user.name: alice}}", "例如 - {line: \"…\", expect: {user.name: alice}}"});
    }
    fields.finish();
    if (report_.clean()) run(parser, lines);
    return parser;
  }

  void read_when(Fields& outer, UserParserText& parser) {
    outer.required("when");
    const YamlNode* const node = outer.find("when");
    if (node == nullptr) return;
    Fields when(*node, outer.path_of("when"), report_);
    when.texts("programs", parser.programs);
    when.texts("starts_with", parser.starts_with);
    when.texts("contains", parser.contains);
    when.finish();
    const bool anything = parser.programs.empty() && parser.starts_with.empty() && parser.contains.empty();
    if (anything && report_.clean()) {
      report_.add(node->place, outer.path_of("when"),
                  {"would be asked about every message", "會對每一筆訊息比對"},
                  {"name programs, starts_with or contains", "請填寫 programs、starts_with 或 contains"});
    }
  }

  void read_patterns(Fields& fields, UserParserText& parser) {
    fields.sequence("patterns", [&](const YamlNode& node, const std::string& path) {
      if (parser.patterns.size() == kPatternsMax) {
        return report_.add(node.place, path, {"more than " + std::to_string(kPatternsMax) + " patterns", "樣式過多"});
      }
      auto pattern = read_grok(node.text);
      if (pattern) return parser.patterns.push_back(std::move(*pattern));
      tell(pattern.error(), node, path);
    });
  }

  void tell(const GrokFault& fault, const YamlNode& node, const std::string& path) {
    Place place = node.place;
    place.byte += fault.offset + (node.quoted ? 1 : 0);
    switch (fault.why) {
      case GrokFault::Why::too_long:
        return report_.add(place, path, {"longer than 4 KiB", "超過 4 KiB"},
                           {"write several patterns; the first that fits is taken", "請拆成數個樣式，採用第一個符合者"});
      case GrokFault::Why::unclosed:
        return report_.add(place, path, {"%{ without its }", "%{ 沒有對應的 }"});
      case GrokFault::Why::unknown_name:
        return report_.add(place, path, {"no pattern is called '" + fault.word + "'", "沒有名為 '" + fault.word + "' 的樣式"},
                           suggest(fault.word, grok_names()));
      case GrokFault::Why::unknown_field:
        return tell_field(place, path, fault.word);
      case GrokFault::Why::too_many:
        return report_.add(place, path, {"more than " + std::to_string(kGrokFieldsMax) + " fields", "欄位過多"});
      case GrokFault::Why::expression:
        return report_.add(place, path, {"no regular expression: " + fault.detail, "不是正規表示式：" + fault.detail},
                           {"the syntax is RE2's: no look-around, no back-references", "語法為 RE2：不支援環視與反向參照"});
      case GrokFault::Why::too_complex:
        return report_.add(place, path, {"too large once compiled", "編譯後過大"},
                           {"fewer counted repetitions such as {1,1000}", "請減少 {1,1000} 之類的重複次數"});
    }
  }

  void tell_field(Place place, const std::string& path, const std::string& name) {
    if (name == "(") {
      return report_.add(place, path, {"a group with a capture of its own", "含有自訂的擷取群組"},
                         {"write (?:…), or %{DATA:field}", "請改寫為 (?:…) 或 %{DATA:欄位}"});
    }
    Words hint = suggest(name, writable_fields());
    hint.en += hint.en.empty() ? "" : "; ";
    hint.zh += hint.zh.empty() ? "" : "；";
    hint.en += "what ECS has no name for goes under vendor.";
    hint.zh += "ECS 沒有的名稱請寫在 vendor. 之下";
    report_.add(place, path, {"no field is called '" + name + "'", "沒有名為 '" + name + "' 的欄位"}, hint);
  }

  /// A mapping of texts. In `map` our fields are the values, in `fields` the keys.
  void read_names(Fields& fields, std::string_view key, std::vector<std::pair<std::string, std::string>>& out, bool ours_are_values) {
    const YamlNode* const node = fields.find(key);
    if (node == nullptr) return;
    if (node->kind != YamlNode::Kind::mapping) {
      return fields.wrong(key, {"is no mapping of names", "不是名稱對應表"}, {"as {src: source.ip}", "例如 {src: source.ip}"});
    }
    for (std::size_t i = 0; i < node->keys.size(); ++i) {
      const YamlNode& ours = ours_are_values ? node->items[i] : node->keys[i];
      if (!is_writable_field(ours.text)) {
        tell_field(ours.place, fields.path_of(key), ours.text);
      } else {
        out.emplace_back(node->keys[i].text, node->items[i].text);
      }
    }
  }

  void read_kinds(Fields& fields, UserParserText& parser) {
    std::vector<std::string> names;
    fields.texts("kinds", names);
    std::vector<std::string_view> all;
    for (std::size_t i = 0; i < kKindCount; ++i) all.push_back(kind_name(static_cast<Kind>(i)));
    for (const std::string& name : names) {
      if (const auto kind = kind_from_name(name)) {
        parser.kinds.add(*kind);
      } else {
        fields.unknown_name("kinds", name, all);
      }
    }
  }

  void read_log_source(Fields& outer, UserParserText& parser) {
    const YamlNode* const node = outer.find("logsource");
    if (node == nullptr) return;
    Fields source(*node, outer.path_of("logsource"), report_);
    source.text("product", parser.product);
    source.text("category", parser.category);
    source.text("service", parser.service);
    source.finish();
  }

  struct Test {
    Place place;
    std::string path, line;
    std::vector<std::pair<std::string, std::string>> expect;
    std::vector<Place> places;
  };

  Test read_test(const YamlNode& node, const std::string& path) {
    Test test{node.place, path, {}, {}, {}};
    Fields fields(node, path, report_);
    fields.required("line");
    fields.text("line", test.line);
    fields.required("expect");
    if (const YamlNode* const expect = fields.find("expect"); expect != nullptr && expect->kind == YamlNode::Kind::mapping) {
      for (std::size_t i = 0; i < expect->keys.size(); ++i) {
        test.expect.emplace_back(expect->keys[i].text, expect->items[i].text);
        test.places.push_back(expect->items[i].place);
      }
    } else if (expect != nullptr) {
      fields.wrong("expect", {"is no mapping of fields", "不是欄位對應表"}, {"as {user.name: alice}", "例如 {user.name: alice}"});
    }
    fields.finish();
    return test;
  }

  void run(const UserParserText& text, const std::vector<Test>& tests) {
    const UserParsers parsers({text});
    for (const Test& test : tests) {
      Arena arena;
      Event event;
      const ParseContext context;
      event.header = parse_syslog_header(test.line, context, arena);
      const auto* const parser = parsers.find(event.header, event.header.message);
      if (parser == nullptr) {
        report_.add(test.place, test.path, {"the parser does not take this line", "剖析器不接受這一行"},
                    {"its message is: " + std::string(event.header.message), "訊息為：" + std::string(event.header.message)});
        continue;
      }
      PayloadWriter out(event.header.message, context, event, arena);
      parsers.parse(*parser, out);
      for (std::size_t i = 0; i < test.expect.size(); ++i) {
        const auto& [name, value] = test.expect[i];
        const std::string_view have = event.text_of(name);
        if (have == value) continue;
        report_.add(test.places[i], test.path, {name + " is '" + std::string(have) + "'", name + " 為 '" + std::string(have) + "'"});
      }
    }
  }

  Report& report_;
  std::set<std::string> names_;
};

}  // namespace

Result<std::vector<UserParserText>, std::vector<Diagnostic>> parse_parsers(std::string_view yaml, const std::string& file_name) {
  const SourceText source{std::string(yaml)};
  Report report(file_name, source);
  if (const auto fault = find_encoding_fault(yaml)) {
    report.hide_source();
    report.add(fault->place, "", fault->message, fault->hint);
    return report.take();
  }
  const YamlTree tree = parse_yaml_tree(std::string(source.text()));
  for (const YamlFault& fault : tree.faults) report.add(fault.place, "", fault.message, fault.hint);
  if (!report.clean()) return report.take();
  auto parsers = ParserFile(report).read(tree.root);
  if (!report.clean()) return report.take();
  return parsers;
}

Result<std::vector<UserParserText>, std::vector<Diagnostic>> load_parsers(std::span<const std::filesystem::path> directories) {
  std::vector<UserParserText> all;
  std::vector<Diagnostic> mistakes;
  const auto say = [&mistakes](const std::filesystem::path& file, const Words& message) {
    Diagnostic diagnostic;
    diagnostic.file = file.string();
    diagnostic.message = message.both();
    mistakes.push_back(std::move(diagnostic));
  };
  for (const std::filesystem::path& directory : directories) {
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
      const auto extension = entry.path().extension();
      if (extension == ".yml" || extension == ".yaml") files.push_back(entry.path());
    }
    if (error) {
      say(directory, {"cannot be read: " + error.message(), "無法讀取：" + error.message()});
      continue;
    }
    std::sort(files.begin(), files.end());
    for (const std::filesystem::path& file : files) {
      const auto text = read_config_file(file);
      if (!text) {
        say(file, text.error());
        continue;
      }
      auto parsers = parse_parsers(*text, file.string());
      if (!parsers) {
        // error() gives a copy: both ends must be of the same one.
        const std::vector<Diagnostic> of_file = parsers.error();
        mistakes.insert(mistakes.end(), of_file.begin(), of_file.end());
        continue;
      }
      for (UserParserText& parser : *parsers) {
        const bool twice = std::any_of(all.begin(), all.end(), [&](const UserParserText& other) { return other.name == parser.name; });
        if (twice) {
          say(file, {"there is another parser called '" + parser.name + "'", "另有名為 '" + parser.name + "' 的剖析器"});
        } else {
          all.push_back(std::move(parser));
        }
      }
    }
  }
  if (!mistakes.empty()) return mistakes;
  return all;
}

}  // namespace vigil
