#include "config/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <sstream>
#include <utility>

namespace vigil::config {
namespace {

/// Our deepest value is listeners[].tls.permitted_peers[]: five levels.
constexpr std::size_t kDepthMax = 12;
/// 4 MiB of "[],[],…" would be more than a million values of a hundred bytes each.
constexpr std::size_t kNodesMax = 1'000'000;

Place place_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {static_cast<std::size_t>(mark.line), static_cast<std::size_t>(mark.column)};
}

/// Stops yaml-cpp from inside its event handler; caught in parse_yaml_tree.
struct Stop {
  YamlFault fault;
};

class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(YamlNode& root) : root_(root) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 2) {
      stop(mark, {"a second document begins here", "此處開始了第二份文件"},
           {"one file holds one configuration: remove the '---'", "一個檔案只放一份設定，請移除 '---'"});
    }
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(mark, anchor, "", YamlNode::Kind::null);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    stop(mark, {"an alias (*name)", "使用了別名 *name"},
         {"write the value out, or put it in quotes if the '*' belongs to it",
          "請直接寫出內容；若 '*' 是內容的一部分，請加上引號"});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode& node = add(mark, anchor, tag, YamlNode::Kind::scalar);
    node.text = value;
    node.quoted = tag == "!";
    settle();
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, anchor, tag, YamlNode::Kind::sequence);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, anchor, tag, YamlNode::Kind::mapping);
  }
  void OnMapEnd() override { close(); }

  /// Puts the values that are still open into their parents, so that what was read before a mistake can be
  /// seen.
  void close_all() {
    while (!open_.empty()) close();
  }

 private:
  [[noreturn]] static void stop(const YAML::Mark& mark, Words message, Words hint) {
    throw Stop{{place_of(mark), std::move(message), std::move(hint)}};
  }

  YamlNode& add(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag, YamlNode::Kind kind) {
    if (anchor != YAML::NullAnchor) {
      stop(mark, {"an anchor (&name)", "使用了錨點 &name"},
           {"write the value out, or put it in quotes if the '&' belongs to it",
            "請直接寫出內容；若 '&' 是內容的一部分，請加上引號"});
    }
    if (!tag.empty() && tag != "?" && tag != "!") {
      stop(mark, {"a tag (!name)", "使用了標籤 !name"},
           {"put the value in quotes if the '!' belongs to it", "若 '!' 是內容的一部分，請加上引號"});
    }
    if (++nodes_ > kNodesMax) {
      stop(mark, {"more than a million values", "內容超過一百萬個值"},
           {"is it the right file?", "請確認是否指定了正確的檔案"});
    }
    pending_ = YamlNode();
    pending_.kind = kind;
    pending_.place = place_of(mark);
    if (kind == YamlNode::Kind::null) settle();
    return pending_;
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag, YamlNode::Kind kind) {
    add(mark, anchor, tag, kind);
    if (open_.size() == kDepthMax) {
      stop(mark, {"nested too deeply", "巢狀層數過多"},
           {"no key of ours needs more than five levels", "設定最多只需五層"});
    }
    open_.push_back(std::move(pending_));
  }

  void close() {
    pending_ = std::move(open_.back());
    open_.pop_back();
    settle();
  }

  /// Gives the pending value to whatever is open: as an item, or as a key when the mapping waits for one.
  void settle() {
    if (open_.empty()) {
      root_ = std::move(pending_);
      return;
    }
    YamlNode& parent = open_.back();
    const bool key = parent.kind == YamlNode::Kind::mapping && parent.keys.size() == parent.items.size();
    // yaml-cpp places an absent value at whatever comes next; its key is where a person looks.
    if (!key && pending_.kind == YamlNode::Kind::null && parent.kind == YamlNode::Kind::mapping) {
      pending_.place = parent.keys.back().place;
    }
    (key ? parent.keys : parent.items).push_back(std::move(pending_));
  }

  YamlNode& root_;
  YamlNode pending_;
  std::vector<YamlNode> open_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
};

/// YAML has never allowed tabs for indentation; yaml-cpp's own words for it ("illegal map value") help
/// nobody. On an empty line or before a comment they do no harm, but yaml-cpp refuses them there as well:
/// they become spaces.
std::vector<YamlFault> settle_tabs(std::string& text) {
  std::vector<YamlFault> faults;
  std::size_t number = 0;
  for (std::size_t start = 0; start < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::size_t first = std::min(text.find_first_not_of(" \t\r", start), end);
    const std::size_t tab = text.find('\t', start);
    if (tab < first && (first == end || text[first] == '#')) {
      std::replace(text.begin() + static_cast<std::ptrdiff_t>(start),
                   text.begin() + static_cast<std::ptrdiff_t>(first), '\t', ' ');
    } else if (tab < first) {
      faults.push_back({{number, tab - start},
                        {"a tab in the indentation", "縮排中使用了 Tab 字元"},
                        {"YAML is indented with spaces only", "YAML 只能用空白縮排"}});
    }
    start = end + 1;
  }
  return faults;
}

}  // namespace

YamlTree parse_yaml_tree(std::string text) {
  YamlTree tree;
  tree.faults = settle_tabs(text);
  Builder builder(tree.root);
  try {
    std::istringstream stream(std::move(text));
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return tree;
  } catch (const Stop& stop) {
    tree.faults.push_back(stop.fault);
  } catch (const YAML::Exception& error) {
    // With tabs known the parser's complaint is only their echo.
    if (tree.faults.empty()) {
      tree.faults.push_back({place_of(error.mark),
                             {"not valid YAML: " + error.msg, "不是正確的 YAML：" + error.msg},
                             {"check indentation, quotes and brackets here and on the line before",
                              "請檢查此行與前一行的縮排、引號與括號"}});
    }
  } catch (const std::exception& error) {
    tree.faults.push_back({{}, {std::string("cannot be read: ") + error.what(), "無法讀取"}, {}});
  }
  builder.close_all();
  return tree;
}

}  // namespace vigil::config
