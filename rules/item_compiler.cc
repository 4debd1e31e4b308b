#include "rules/item_compiler.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "rules/case_fold.h"
#include "rules/encodings.h"
#include "rules/varint.h"

namespace vigil::sigma {
namespace {

using TokenKind = PatternToken::Kind;

/// Ways to write one value; more would make the database, not the rule, the expensive part.
constexpr std::size_t kVariantsMax = 3125;
/// Above this many plain values a set is faster than asking one after the other.
constexpr std::size_t kSetFrom = 8;
constexpr std::size_t kRegexesMax = 256;  ///< of one list; each is compiled

constexpr std::string_view kTimeParts[] = {"minute", "hour", "day", "week", "month", "year"};

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}
bool is_time_part(std::string_view word) {
  return std::find(std::begin(kTimeParts), std::end(kTimeParts), word) != std::end(kTimeParts);
}
bool is_known(std::string_view word) {
  return is_time_part(word) ||
         is_one_of(word, {"contains", "startswith", "endswith", "all",  "base64", "base64offset", "wide",
                          "utf16le",  "utf16be",    "utf16",    "re",   "i",      "m",            "s",
                          "ignorecase", "multiline", "dotall",  "cidr", "lt",     "lte",          "gt",
                          "gte",      "exists",     "fieldref", "windash", "expand", "cased",     "neq"});
}
/// The flag of a regular expression that a modifier stands for; '\0' for other modifiers.
char regex_flag(std::string_view word) {
  if (is_one_of(word, {"i", "ignorecase"})) return 'i';
  if (is_one_of(word, {"m", "multiline"})) return 'm';
  return is_one_of(word, {"s", "dotall"}) ? 's' : '\0';
}

/// One item while it is compiled; each method is one family of modifiers.
class ItemCompiler {
 public:
  ItemCompiler(const YamlNode& where, const RuleLogSource& source, const SiteWords& words)
      : where_(where), source_(source), words_(words) {}

  Result<Item, CompileError> compile(std::string_view spec, const YamlNode& values) {
    if (auto error = read_spec(spec)) return *error;
    std::vector<const YamlNode*> list;
    if (values.is_sequence()) {
      for (const YamlNode& value : values.items) list.push_back(&value);
    } else {
      list.push_back(&values);
    }
    if (list.empty()) return error_at(values, "the list of values is empty");
    if (item_.every && list.size() < 2) {
      return error_at(values, "'all' needs more than one value; with one it says nothing");
    }
    if (has("re") && list.size() > kRegexesMax) return error_at(values, "more than 256 regular expressions in one list");
    for (const YamlNode* value : list) {
      if (!value->is_scalar()) return error_at(*value, "a value must be text or a number here, not a map or list");
      if (value->is_null() && list.size() > 1) {
        return error_at(*value, "null cannot stand in a list; make it a selection of its own");
      }
      if (auto error = compile_value(*value)) return *error;
    }
    return std::move(item_);
  }

 private:
  using Failure = std::optional<CompileError>;

  bool has(std::string_view modifier) const {
    return std::find(modifiers_.begin(), modifiers_.end(), modifier) != modifiers_.end();
  }
  bool keyword() const { return item_.is_keyword(); }

  Failure read_spec(std::string_view spec) {
    const std::size_t bar = std::min(spec.find('|'), spec.size());
    if (bar > 0) item_.field = resolve_site_field(spec.substr(0, bar), source_, words_);
    item_.field.written = spec.substr(0, bar);
    for (std::size_t at = bar; at < spec.size();) {
      const std::size_t end = std::min(spec.find('|', at + 1), spec.size());
      const std::string_view word = spec.substr(at + 1, end - at - 1);
      at = end;
      if (word.empty()) return error_at(where_, "an empty modifier in '" + std::string(spec) + "'");
      if (!is_known(word)) return error_at(where_, "unknown modifier '" + std::string(word) + "'");
      if (word == "all") {
        item_.every = true;
      } else if (word == "neq") {
        item_.negated = true;
      } else if (word == "cased") {
        cased_ = true;
      } else {
        modifiers_.emplace_back(word);
      }
    }
    return std::nullopt;
  }

  Failure compile_value(const YamlNode& value) {
    if (has("exists")) return compile_exists(value);
    if (value.is_null()) return compile_null(value);
    if (has("re")) return compile_regex_value(value);
    for (const std::string& modifier : modifiers_) {
      if (regex_flag(modifier) != '\0') {
        return error_at(where_, "'" + modifier + "' is a flag of 're' and means nothing without it");
      }
    }
    if (has("cidr")) return compile_network(value);
    if (std::any_of(modifiers_.begin(), modifiers_.end(), is_time_part)) return compile_time_part(value);
    for (const std::string& modifier : modifiers_) {
      if (comparison_from_name(modifier)) return compile_comparison(value, modifier);
    }
    if (has("fieldref")) return compile_field_reference(value);
    if (modifiers_.empty() && !keyword()) {
      if (value.type() == ScalarType::integer || value.type() == ScalarType::real) return compile_number(value);
    }
    return compile_text(value);
  }

  Failure compile_exists(const YamlNode& value) {
    if (keyword()) return error_at(where_, "'exists' needs a field");
    if (modifiers_.size() != 1 || item_.every || cased_) {
      return error_at(where_, "'exists' cannot be combined with other modifiers");
    }
    if (value.type() != ScalarType::boolean) return error_at(value, "'exists' wants true or false");
    ValueTest test;
    test.kind = ValueTest::Kind::exists;
    test.wanted = value.text[0] == 't' || value.text[0] == 'T';
    return add(std::move(test));
  }

  Failure compile_null(const YamlNode& value) {
    if (keyword()) return error_at(value, "null cannot be a keyword");
    if (!modifiers_.empty()) return error_at(value, "null takes no modifiers");
    ValueTest test;
    test.kind = ValueTest::Kind::null;
    return add(std::move(test));
  }

  Failure compile_regex_value(const YamlNode& value) {
    if (modifiers_.front() != "re") return error_at(where_, "'re' must be the first modifier");
    std::string flags;
    for (std::size_t i = 1; i < modifiers_.size(); ++i) {
      const std::string& modifier = modifiers_[i];
      if (const char flag = regex_flag(modifier); flag != '\0') {
        if (flags.find(flag) == std::string::npos) flags.push_back(flag);
      } else if (!is_one_of(modifier, {"contains", "startswith", "endswith", "expand"})) {
        return error_at(where_, "'re' cannot be combined with '" + modifier + "'");
      }
    }
    CompiledRegex compiled = compile_regex(value.text, flags);
    if (compiled.regex == nullptr) return error_at(value, "the regular expression cannot be used: " + compiled.error);
    ValueTest test;
    test.kind = ValueTest::Kind::regex;
    test.regex = std::move(compiled.regex);
    test.parts = std::move(compiled.parts);
    return add(std::move(test));
  }

  Failure compile_network(const YamlNode& value) {
    if (modifiers_.size() != 1) return error_at(where_, "'cidr' cannot be combined with other modifiers");
    if (keyword()) return error_at(where_, "'cidr' needs a field");
    const auto network = Network::parse(value.text);
    if (!network) {
      return error_at(value, "'" + value.text + "' is not a network (address/prefix without bits behind the prefix)");
    }
    ValueTest test;
    test.kind = ValueTest::Kind::network;
    test.network = *network;
    return add(std::move(test));
  }

  Failure compile_time_part(const YamlNode& value) {
    ValueTest test;
    test.kind = ValueTest::Kind::time_part;
    for (const std::string& modifier : modifiers_) {
      if (is_time_part(modifier)) {
        const auto* const part = std::find(std::begin(kTimeParts), std::end(kTimeParts), modifier);
        test.part = static_cast<TimePart>(part - std::begin(kTimeParts));
      } else if (const auto comparison = comparison_from_name(modifier)) {
        test.comparison = *comparison;
      } else {
        return error_at(where_, "a part of a time cannot be combined with '" + modifier + "'");
      }
    }
    return compile_numeric(value, std::move(test));
  }

  Failure compile_comparison(const YamlNode& value, std::string_view name) {
    if (modifiers_.size() != 1) {
      return error_at(where_, "'" + std::string(name) + "' cannot be combined with other modifiers");
    }
    ValueTest test;
    test.kind = ValueTest::Kind::compare;
    test.comparison = *comparison_from_name(name);
    return compile_numeric(value, std::move(test));
  }

  Failure compile_numeric(const YamlNode& value, ValueTest test) {
    const auto number = number_of(value.text);
    if (keyword()) return error_at(where_, "a comparison needs a field");
    if (!number) return error_at(value, "'" + value.text + "' is not a number");
    test.number = *number;
    return add(std::move(test));
  }

  Failure compile_field_reference(const YamlNode& value) {
    if (keyword()) return error_at(where_, "'fieldref' needs a field");
    ValueTest test;
    test.kind = ValueTest::Kind::field;
    test.cased = cased_;
    for (const std::string& modifier : modifiers_) {
      if (modifier == "contains") {
        test.other_shape = Pattern::Shape::contains;
      } else if (modifier == "startswith") {
        test.other_shape = Pattern::Shape::prefix;
      } else if (modifier == "endswith") {
        test.other_shape = Pattern::Shape::suffix;
      } else if (modifier != "fieldref") {
        return error_at(where_, "'fieldref' cannot be combined with '" + modifier + "'");
      }
    }
    if (value.text.find_first_of("*?") != std::string::npos) {
      return error_at(value, "a field's name cannot hold wildcards");
    }
    test.other = std::make_shared<FieldName>(resolve_site_field(value.text, source_, words_));
    return add(std::move(test));
  }

  Failure compile_number(const YamlNode& value) {
    ValueTest test;
    test.kind = ValueTest::Kind::number;
    test.pattern = Pattern({{TokenKind::literal, value.text}}, false);
    // 0x17 and 0o17 are numbers of YAML; an event that holds a number holds it in decimal.
    if (value.text.starts_with("0x") || value.text.starts_with("0o")) {
      const int base = value.text[1] == 'x' ? 16 : 8;
      test.number = static_cast<double>(std::strtoull(value.text.c_str() + 2, nullptr, base));
    } else {
      test.number = number_of(value.text).value_or(0);
    }
    return add(std::move(test));
  }

  // Text runs through the modifiers as lists of tokens; encodings multiply the list.
  Failure compile_text(const YamlNode& value) {
    variants_ = {parse_pattern(value.text)};
    bytes_ = false;
    for (const std::string& modifier : modifiers_) {
      if (auto error = apply(modifier, value)) return error;
    }
    if (bytes_) {
      // UTF-16 that no base64 follows: each byte is looked for as the character of that number.
      for_each_literal([](const std::string& bytes) {
        std::string text;
        for (const char byte : bytes) append_utf8(static_cast<unsigned char>(byte), text);
        return text;
      });
    }
    if (keyword()) add_stars(true, true);
    return add_variants();
  }

  Failure apply(std::string_view modifier, const YamlNode& value) {
    if (modifier == "contains") return add_stars(true, true);
    if (modifier == "startswith") return add_stars(false, true);
    if (modifier == "endswith") return add_stars(true, false);
    if (modifier == "windash") return spread_dashes(value);
    if (modifier == "expand") return expand_placeholders(value);
    if (modifier == "base64" || modifier == "base64offset") return encode_base64(modifier == "base64offset", value);
    if (is_one_of(modifier, {"wide", "utf16le", "utf16be", "utf16"})) return encode_utf16(modifier);
    return error_at(where_, "'" + std::string(modifier) + "' cannot be used here");
  }

  Failure add_stars(bool before, bool after) {
    for (PatternTokens& tokens : variants_) {
      if (before) tokens.insert(tokens.begin(), {TokenKind::any_run, {}});
      if (after) tokens.push_back({TokenKind::any_run, {}});
      tokens = merged(std::move(tokens));
    }
    return std::nullopt;
  }

  Failure spread_dashes(const YamlNode& value) {
    std::vector<PatternTokens> spread;
    for (const PatternTokens& tokens : variants_) {
      std::vector<PatternTokens> heads = {{}};
      for (const PatternToken& token : tokens) {
        std::optional<std::vector<std::string>> ways = std::vector<std::string>{token.text};
        if (token.kind == TokenKind::literal) ways = windash_variants(token.text, kVariantsMax);
        if (!ways || heads.size() * ways->size() > kVariantsMax) {
          return error_at(value, "'windash' would give more than 3,125 ways to write this");
        }
        std::vector<PatternTokens> longer;
        for (const PatternTokens& head : heads) {
          for (const std::string& way : *ways) {
            longer.push_back(head);
            longer.back().push_back({token.kind, way});
          }
        }
        heads = std::move(longer);
      }
      spread.insert(spread.end(), heads.begin(), heads.end());
    }
    variants_ = std::move(spread);
    return std::nullopt;
  }

  Failure encode_utf16(std::string_view modifier) {
    const Utf16 order = modifier == "utf16be" ? Utf16::big_endian : Utf16::little_endian;
    for_each_literal([&](const std::string& text) { return utf16_bytes(text, order); });
    if (modifier == "utf16") {
      for (PatternTokens& tokens : variants_) {
        tokens.insert(tokens.begin(), {TokenKind::literal, "\xFF\xFE"});
        tokens = merged(std::move(tokens));
      }
    }
    bytes_ = true;
    return std::nullopt;
  }

  Failure encode_base64(bool offsets, const YamlNode& value) {
    std::vector<PatternTokens> encoded;
    for (const PatternTokens& tokens : variants_) {
      if (!is_literal(tokens)) {
        return error_at(value, "a value with wildcards cannot be encoded in base64 (write 'contains' after it)");
      }
      const std::string bytes = tokens.empty() ? std::string() : merged(tokens).front().text;
      if (offsets) {
        for (const std::string& text : base64_offsets(bytes)) encoded.push_back({{TokenKind::literal, text}});
      } else {
        encoded.push_back({{TokenKind::literal, base64(bytes)}});
      }
    }
    variants_ = std::move(encoded);
    bytes_ = false;
    return std::nullopt;
  }

  // %name% becomes each value of its list; `\%` is a percent sign and no placeholder.
  Failure expand_placeholders(const YamlNode& value) {
    std::vector<PatternTokens> expanded;
    for (const PatternTokens& tokens : variants_) {
      std::vector<PatternTokens> heads = {{}};
      const auto append = [&](const PatternToken& token) {
        for (PatternTokens& head : heads) head.push_back(token);
      };
      for (const PatternToken& token : tokens) {
        if (token.kind != TokenKind::literal) {
          append(token);
          continue;
        }
        std::string literal;
        for (std::size_t i = 0; i < token.text.size(); ++i) {
          const char c = token.text[i];
          if (c == '\\' && i + 1 < token.text.size() && token.text[i + 1] == '%') {
            literal.push_back('%');
            ++i;
            continue;
          }
          const std::size_t end = c == '%' ? token.text.find('%', i + 1) : std::string::npos;
          if (end == std::string::npos || end == i + 1) {
            literal.push_back(c);
            continue;
          }
          const std::string name = token.text.substr(i + 1, end - i - 1);
          const auto list = words_.placeholders->find(name);
          if (list == words_.placeholders->end()) {
            return error_at(value, "the placeholder %" + name + "% has no values; give it some (rules: placeholders)");
          }
          append({TokenKind::literal, literal});
          literal.clear();
          i = end;
          if (heads.size() * list->second.size() > kVariantsMax) {
            return error_at(value, "'expand' would give more than 3,125 values");
          }
          std::vector<PatternTokens> longer;
          for (const PatternTokens& head : heads) {
            for (const std::string& text : list->second) {
              longer.push_back(head);
              for (PatternToken& piece : parse_pattern(text)) longer.back().push_back(std::move(piece));
            }
          }
          heads = std::move(longer);
        }
        append({TokenKind::literal, literal});
      }
      for (PatternTokens& head : heads) expanded.push_back(merged(std::move(head)));
    }
    variants_ = std::move(expanded);
    return std::nullopt;
  }

  template <class Function>
  void for_each_literal(Function&& change) {
    for (PatternTokens& tokens : variants_) {
      for (PatternToken& token : tokens) {
        if (token.kind == TokenKind::literal) token.text = change(token.text);
      }
    }
  }

  Failure add(ValueTest test) {
    item_.values.emplace_back();
    item_.values.back().push_back(std::move(test));
    return std::nullopt;
  }

  Failure add_variants() {
    std::vector<ValueTest> ways;
    for (const PatternTokens& tokens : variants_) {
      ValueTest test;
      test.cased = cased_;
      test.pattern = Pattern(tokens, cased_);
      ways.push_back(std::move(test));
    }
    if (ways.empty()) return error_at(where_, "the placeholder's list is empty");
    item_.values.push_back(std::move(ways));
    return std::nullopt;
  }

  const YamlNode& where_;
  const RuleLogSource& source_;
  const SiteWords& words_;
  std::vector<std::string> modifiers_;
  bool cased_ = false;
  Item item_;
  std::vector<PatternTokens> variants_;
  bool bytes_ = false;  ///< the literals are UTF-16 bytes
};

/// Moves plain exact values of a long list into the item's set.
void gather_set(Item& item) {
  if (item.every || item.is_keyword()) return;
  const auto plain = [](const std::vector<ValueTest>& ways) {
    return ways.size() == 1 && ways[0].kind == ValueTest::Kind::text && !ways[0].cased &&
           ways[0].pattern.shape() == Pattern::Shape::exact;
  };
  if (static_cast<std::size_t>(std::count_if(item.values.begin(), item.values.end(), plain)) < kSetFrom) return;
  std::erase_if(item.values, [&](const std::vector<ValueTest>& ways) {
    if (!plain(ways)) return false;
    item.exact_set.insert(ways[0].pattern.literal());
    return true;
  });
}

/// Modifiers, values as written and where the field is looked for: all that an item's answer depends on, as a number. A
/// RuleSet is compiled with one site's words.
std::uint64_t identity_of(const Item& item, std::string_view spec, const YamlNode& values) {
  std::string all = signature_of(item.field);
  append_text(spec, all);
  const auto add = [&all](const YamlNode& value) {
    append_varint(static_cast<std::uint64_t>(value.type()) * 2 + (value.plain ? 1 : 0), all);
    append_text(value.text, all);
  };
  add(values);
  for (const YamlNode& value : values.items) add(value);
  return std::max<std::uint64_t>(std::hash<std::string>{}(all), 1);
}

}  // namespace

FieldName resolve_site_field(std::string_view name, const RuleLogSource& source, const SiteWords& words) {
  const auto mapped = words.fields != nullptr ? words.fields->find(name) : decltype(words.fields->end()){};
  if (words.fields == nullptr || mapped == words.fields->end()) return resolve_field(name, source);
  // Several names are looked at together, place by place.
  FieldName out;
  out.bare = true;
  for (const std::string& own : mapped->second) {
    const FieldName one = resolve_field(own, source);
    out.bare = out.bare && one.bare;
    if (out.groups.size() < one.groups.size()) out.groups.resize(one.groups.size());
    for (std::size_t i = 0; i < one.groups.size(); ++i) {
      out.groups[i].insert(out.groups[i].end(), one.groups[i].begin(), one.groups[i].end());
    }
  }
  return out;
}

Result<Item, CompileError> compile_item(std::string_view spec, const YamlNode& where, const YamlNode& values,
                                        const RuleLogSource& source, const SiteWords& words) {
  auto item = ItemCompiler(where, source, words).compile(spec, values);
  if (!item) return item;
  gather_set(*item);
  item->values.shrink_to_fit();
  item->identity = identity_of(*item, spec, values);
  return item;
}

}  // namespace vigil::sigma
