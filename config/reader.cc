#include "config/reader.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <unordered_map>
#include <utility>

#include "config/nearest.h"
#include "config/text_width.h"

namespace vigil::config {
namespace {

/// Longest text value. The longest real one is a purpose or a postal address.
constexpr std::size_t kTextBytesMax = 1024;
/// Identifiers become parts of storage keys, file names and URLs.
constexpr std::size_t kIdentifierBytesMax = 64;
/// Names listed in a hint before it says "…".
constexpr std::size_t kNamesShownMax = 20;

std::string_view kind_words(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return "nothing";
    case YamlNode::Kind::scalar:
      return node.quoted ? "text in quotes" : "a value";
    case YamlNode::Kind::sequence:
      return "a list";
    case YamlNode::Kind::mapping:
      return "a mapping";
  }
  return "";
}

Words expected(const Words& what, const YamlNode& got) {
  return {"expected " + what.en + ", found " + std::string(kind_words(got)), "此處應為" + what.zh};
}

/// Where a secret may begin that somebody put where it does not belong (`password: …`): it must not end in a
/// log. A key that names a file (`password_file`) is none.
std::size_t secret_begins(std::string_view line) {
  std::string lower(line);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  constexpr std::string_view kWords[] = {"pass",   "secret",  "token",  "credential",
                                         "apikey", "api_key", "private"};
  std::size_t first = std::string::npos;
  for (const std::string_view word : kWords) {
    for (std::size_t at = lower.find(word); at != std::string::npos; at = lower.find(word, at + 1)) {
      const std::size_t colon = lower.find_first_of(": ", at);
      if (colon == std::string::npos || std::string_view(lower).substr(0, colon).ends_with("_file")) continue;
      first = std::min(first, colon);
    }
  }
  return first;
}

template <class Names>
Words suggest_of(std::string_view word, const Names& names) {
  const std::string_view near = nearest(word, names);
  if (!near.empty()) {
    return {"did you mean '" + std::string(near) + "'?", "您是不是要寫 '" + std::string(near) + "'？"};
  }
  if (names.empty()) return {};
  std::string list;
  std::size_t shown = 0;
  for (const std::string_view name : names) {
    if (shown++ == kNamesShownMax) {
      list += ", …";
      break;
    }
    list += (list.empty() ? "" : ", ") + std::string(name);
  }
  return {"possible here: " + list, "可用的有：" + list};
}

}  // namespace

void Report::add(Place place, std::string field, const Words& message, const Words& hint) {
  if (diagnostics_.size() == kDiagnosticsMax) {
    ++left_out_;
    return;
  }
  Diagnostic diagnostic;
  diagnostic.file = file_;
  diagnostic.line = static_cast<int>(std::min(place.line, kConfigBytesMax)) + 1;
  const std::string_view line = source_.line(place.line);
  std::string_view before = line.substr(0, std::min(place.byte, line.size()));
  diagnostic.column = 1;
  while (!before.empty()) {
    take_code_point(before);
    ++diagnostic.column;
  }
  diagnostic.field = std::move(field);
  diagnostic.message = message.both();
  diagnostic.hint = hint.both();
  if (show_source_) {
    const std::size_t secret = secret_begins(line);
    diagnostic.source_line = line.substr(0, secret);
    if (secret != std::string::npos) diagnostic.source_line += ": …";
  }
  diagnostics_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> Report::take() {
  std::stable_sort(diagnostics_.begin(), diagnostics_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  if (left_out_ > 0) {
    Diagnostic more;
    more.file = file_;
    more.message =
        Words{"and " + std::to_string(left_out_) + " more", "另有 " + std::to_string(left_out_) + " 項"}
            .both();
    diagnostics_.push_back(std::move(more));
  }
  return std::move(diagnostics_);
}

Words suggest(std::string_view word, std::span<const std::string_view> names) {
  return suggest_of(word, names);
}
Words suggest(std::string_view word, const std::vector<std::string>& names) {
  return suggest_of(word, names);
}

Words not_yet(std::string_view what) {
  return {"'" + std::string(what) + "' is not supported by this version yet",
          "本版本尚未支援 '" + std::string(what) + "'"};
}

Fields::Fields(const YamlNode& node, std::string path, Report& report)
    : place_(node.place), path_(std::move(path)), report_(report) {
  if (node.kind != YamlNode::Kind::mapping) {
    report_.add(node.place, path_, expected({"a mapping of keys and values", "鍵與值的對應"}, node));
    return;
  }
  mapping_ = &node;
  std::unordered_map<std::string_view, std::size_t> first_line;
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    const YamlNode& key = node.keys[i];
    if (key.kind != YamlNode::Kind::scalar) {
      report_.add(key.place, path_, expected({"a key", "鍵名"}, key));
      continue;
    }
    const auto [before, fresh] = first_line.emplace(key.text, key.place.line + 1);
    if (fresh) continue;
    const std::string line = std::to_string(before->second);
    report_.add(key.place, path_of(key.text),
                {"the key '" + key.text + "' stands here twice", "鍵 '" + key.text + "' 重複出現"},
                {"the first one is on line " + line, "第一次出現在第 " + line + " 行"});
  }
}

std::string Fields::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

const YamlNode* Fields::find(std::string_view key) {
  if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.emplace_back(key);
  if (mapping_ == nullptr) return nullptr;
  for (std::size_t i = 0; i < mapping_->keys.size(); ++i) {
    if (mapping_->keys[i].kind == YamlNode::Kind::scalar && mapping_->keys[i].text == key)
      return &mapping_->items[i];
  }
  return nullptr;
}

bool Fields::has(std::string_view key) const {
  if (mapping_ == nullptr) return false;
  return std::any_of(mapping_->keys.begin(), mapping_->keys.end(),
                     [&](const YamlNode& each) { return each.text == key; });
}

Place Fields::place_of(std::string_view key) const {
  if (mapping_ != nullptr) {
    for (std::size_t i = 0; i < mapping_->keys.size(); ++i) {
      if (mapping_->keys[i].text == key) return mapping_->items[i].place;
    }
  }
  return place_;
}

void Fields::wrong(std::string_view key, const Words& message, const Words& hint) {
  report_.add(place_of(key), path_of(key), message, hint);
}

void Fields::unknown_name(std::string_view key, std::string_view word,
                          std::span<const std::string_view> names) {
  wrong(key,
        {"'" + std::string(word) + "' is no " + std::string(key),
         "'" + std::string(word) + "' 不是可用的 " + std::string(key)},
        suggest(word, names));
}

const YamlNode* Fields::scalar(std::string_view key, const Words& what) {
  const YamlNode* const node = find(key);
  if (node == nullptr) return nullptr;
  if (node->kind == YamlNode::Kind::scalar) return node;
  wrong(key, expected(what, *node));
  return nullptr;
}

bool check_text(const YamlNode& node, const std::string& path, Report& report, std::string& out) {
  if (node.kind != YamlNode::Kind::scalar) {
    report.add(node.place, path, expected({"text", "文字"}, node));
    return false;
  }
  if (node.text.size() > kTextBytesMax) {
    report.add(node.place, path, {"longer than 1,024 bytes", "超過 1,024 位元組"});
    return false;
  }
  const bool control = std::any_of(node.text.begin(), node.text.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (control) {
    report.add(node.place, path, {"a line break or control character in a text", "文字中含有換行或控制字元"});
    return false;
  }
  out = node.text;
  return true;
}

bool Fields::text(std::string_view key, std::string& out) {
  const YamlNode* const node = find(key);
  return node != nullptr && check_text(*node, path_of(key), report_, out);
}

bool Fields::identifier(std::string_view key, std::string& out) {
  std::string word;
  if (!text(key, word)) return false;
  const auto alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const bool good = !word.empty() && word.size() <= kIdentifierBytesMax && alphanumeric(word.front()) &&
                    std::all_of(word.begin(), word.end(),
                                [&](char c) { return alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
  if (!good) {
    wrong(key, {"'" + word + "' cannot be an identifier", "'" + word + "' 不能作為識別碼"},
          {"1 to 64 of A-Z a-z 0-9 . _ - beginning with a letter or digit; the name people read goes into "
           "'name'",
           "1 至 64 個英數字或 . _ -，以英數字開頭；中文名稱請寫在 'name'"});
    return false;
  }
  out = word;
  return true;
}

bool Fields::boolean(std::string_view key, bool& out) {
  const Words what{"true or false", " true 或 false"};
  const YamlNode* const node = scalar(key, what);
  if (node == nullptr) return false;
  if (!node->quoted && (node->text == "true" || node->text == "false")) {
    out = node->text == "true";
    return true;
  }
  wrong(key, {"expected true or false", "此處應為 true 或 false"}, {"without quotes", "不加引號"});
  return false;
}

bool Fields::integer(std::string_view key, std::int64_t minimum, std::int64_t maximum, std::string_view unit,
                     int& out) {
  const Words what{"a whole number", "整數"};
  const YamlNode* const node = scalar(key, what);
  if (node == nullptr) return false;
  std::int64_t value = 0;
  const char* const last = node->text.data() + node->text.size();
  const auto [end, error] = std::from_chars(node->text.data(), last, value);
  if (node->quoted || error == std::errc::invalid_argument || end != last) {
    wrong(key, expected(what, *node),
          {"in " + std::string(unit) + ", digits only" + (node->quoted ? ", without quotes" : ""),
           "單位為 " + std::string(unit) + "，只寫數字" + (node->quoted ? "，不加引號" : "")});
    return false;
  }
  if (error != std::errc() || value < minimum || value > maximum) {
    const std::string range =
        std::to_string(minimum) + " – " + std::to_string(maximum) + " " + std::string(unit);
    wrong(key, {node->text + " is out of range", node->text + " 超出範圍"}, {range, range});
    return false;
  }
  out = static_cast<int>(value);
  return true;
}

bool Fields::decimal(std::string_view key, double minimum, double maximum, double& out) {
  const Words what{"a number", "數字"};
  const YamlNode* const node = scalar(key, what);
  if (node == nullptr) return false;
  double value = 0;
  const char* const last = node->text.data() + node->text.size();
  const auto [end, error] = std::from_chars(node->text.data(), last, value);
  // The negated comparison also refuses NaN.
  if (node->quoted || error != std::errc() || end != last || !(value >= minimum && value <= maximum)) {
    wrong(key, {"expected a number of at least 0", "此處應為 0 以上的數字"});
    return false;
  }
  out = value;
  return true;
}

bool Fields::path(std::string_view key, const std::filesystem::path& base, std::filesystem::path& out) {
  std::string word;
  if (!text(key, word)) return false;
  if (word.empty()) {
    wrong(key, {"an empty path", "路徑是空的"});
    return false;
  }
  out = (base / word).lexically_normal();
  return true;
}

bool Fields::sequence(std::string_view key,
                      const std::function<void(const YamlNode&, const std::string&)>& each) {
  const YamlNode* const node = find(key);
  if (node == nullptr) return false;
  if (node->kind != YamlNode::Kind::sequence) {
    wrong(key, expected({"a list", "清單"}, *node),
          {"begin each item with '- ', or write [a, b]", "每個項目以 '- ' 開頭，或寫成 [a, b]"});
    return false;
  }
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    each(node->items[i], path_of(key) + "[" + std::to_string(i) + "]");
  }
  return true;
}

bool Fields::texts(std::string_view key, std::vector<std::string>& out) {
  return sequence(key, [&](const YamlNode& item, const std::string& path) {
    std::string word;
    if (check_text(item, path, report_, word)) out.push_back(std::move(word));
  });
}

void Fields::required(std::string_view key) {
  if (mapping_ == nullptr || has(key)) return;
  report_.add(place_, path_of(key),
              {"'" + std::string(key) + "' is missing", "缺少 '" + std::string(key) + "'"});
}

void Fields::later(std::string_view key) {
  const YamlNode* const node = find(key);
  if (node == nullptr || node->kind == YamlNode::Kind::null) return;
  if (node->kind != YamlNode::Kind::scalar && node->items.empty()) return;
  wrong(key, not_yet(key), {"remove it for now", "請先移除"});
}

void Fields::refuse(std::string_view key, const Words& message, const Words& hint) {
  refused_.emplace_back(key);
  if (mapping_ == nullptr) return;
  for (const YamlNode& each : mapping_->keys) {
    if (each.kind == YamlNode::Kind::scalar && each.text == key)
      report_.add(each.place, path_of(key), message, hint);
  }
}

void Fields::finish() {
  if (mapping_ == nullptr) return;
  const auto known = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const YamlNode& key : mapping_->keys) {
    if (key.kind != YamlNode::Kind::scalar || known(asked_, key.text) || known(refused_, key.text)) continue;
    // Past the last diagnostic shown, a hint is work for nobody (a list given as the configuration by
    // mistake).
    const Words hint = report_.full() ? Words{} : suggest(key.text, asked_);
    report_.add(key.place, path_of(key.text),
                {"unknown key '" + key.text + "'", "不認得的鍵 '" + key.text + "'"}, hint);
  }
}

std::optional<std::int64_t> read_duration_seconds(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  const std::int64_t factor = unit == "s"   ? 1
                              : unit == "m" ? 60
                              : unit == "h" ? 3600
                              : unit == "d" ? 86400
                                            : 0;
  if (factor == 0 || number > std::numeric_limits<std::int64_t>::max() / factor) return std::nullopt;
  return number * factor;
}

}  // namespace vigil::config
