#include "parsers/user_parser.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <unordered_map>

#include "parsers/field_target.h"
#include "parsers/json_fields.h"
#include "parsers/key_value.h"
#include "parsers/payload_app.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

/// What a pattern looks at: the front of a message says what it is, and the rest may be a megabyte.
constexpr std::size_t kTextBytesMax = 8 * 1024;
/// Memory of one compiled pattern's states; RE2 goes on without a cache where it does not suffice.
constexpr std::int64_t kExpressionBytes = 1 << 20;

RE2::Options expression_options() {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(kExpressionBytes);
  return options;
}

/// `source.ip` of a user is our `source`: the address and what it is.
Target target_for(std::string_view field) {
  if (field == "source.ip" || field == "source.address") return target_of("source");
  if (field == "destination.ip" || field == "destination.address") return target_of("destination");
  if (field.starts_with("vendor.")) return {field.substr(7), Put::vendor};
  return target_of(field);
}

/// FNV-1a over everything that decides what a parser reads.
std::uint32_t hash_of(const UserParserText& text, std::uint32_t hash) {
  const auto add = [&hash](std::string_view part) {
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    hash = (hash ^ 0xFFU) * 16777619U;
  };
  const auto add_all = [&add](const std::vector<std::string>& parts) {
    for (const std::string& part : parts) add(part);
    add({});
  };
  add(text.name);
  add_all(text.programs);
  add_all(text.starts_with);
  add_all(text.contains);
  add(std::to_string(static_cast<unsigned>(text.reads)) + " " + std::to_string(text.kinds.bits()));
  for (const GrokPattern& pattern : text.patterns) {
    add(pattern.expression);
    add_all(pattern.fields);
  }
  for (const auto* pairs : {&text.map, &text.fields}) {
    for (const auto& [name, value] : *pairs) {
      add(name);
      add(value);
    }
  }
  return hash;
}

template <class Fits>
bool any_or_none(const std::vector<std::string>& wanted, const Fits& fits) {
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), fits);
}

}  // namespace

struct UserParsers::Parser {
  UserParserText text;
  struct Pattern {
    std::unique_ptr<RE2> expression;
    std::vector<Target> targets;
  };
  std::vector<Pattern> patterns;
  std::unordered_map<std::string_view, Target> map;

  explicit Parser(UserParserText its_text) : text(std::move(its_text)) {
    for (const GrokPattern& pattern : text.patterns) {
      Pattern compiled;
      compiled.expression = std::make_unique<RE2>(pattern.expression, expression_options());
      for (const std::string& field : pattern.fields) compiled.targets.push_back(target_for(field));
      patterns.push_back(std::move(compiled));
    }
    for (const auto& [key, field] : text.map) map.emplace(key, target_for(field));
  }

  bool is_asked(const SyslogHeader& header, std::string_view message) const {
    return any_or_none(text.programs, [&](const std::string& program) { return program_name(header.app) == program; }) &&
           any_or_none(text.starts_with, [&](const std::string& start) { return message.starts_with(start); }) &&
           any_or_none(text.contains, [&](const std::string& part) {
             return message.substr(0, kTextBytesMax).find(part) != std::string_view::npos;
           });
  }

  using Groups = std::array<re2::StringPiece, kGrokFieldsMax + 1>;
  const Pattern* match(std::string_view message, Groups& groups) const {
    message = message.substr(0, kTextBytesMax);
    for (const Pattern& pattern : patterns) {
      const re2::StringPiece piece(message.data(), message.size());
      if (pattern.expression->Match(piece, 0, message.size(), RE2::UNANCHORED, groups.data(),
                                    static_cast<int>(pattern.targets.size()) + 1)) {
        return &pattern;
      }
    }
    return nullptr;
  }

  void put_value(PayloadWriter& out, std::string_view key, std::string_view value) const {
    if (const auto found = map.find(key); found != map.end()) return put(out, found->second, value);
    out.add_vendor(key, value);
  }
};

UserParsers::UserParsers(std::vector<UserParserText> texts) {
  for (const UserParserText& text : texts) revision_ = hash_of(text, revision_);
  for (UserParserText& text : texts) parsers_.push_back(std::make_unique<Parser>(std::move(text)));
}
UserParsers::~UserParsers() = default;

const UserParsers::Parser* UserParsers::find(const SyslogHeader& header, std::string_view text) const {
  for (const auto& parser : parsers_) {
    if (!parser->is_asked(header, text)) continue;
    if (parser->text.reads != UserParserText::Reads::patterns) return parser.get();
    Parser::Groups groups;
    if (parser->match(text, groups) != nullptr) return parser.get();
  }
  return nullptr;
}

Kinds UserParsers::kinds_of(const Parser& parser) const { return parser.text.kinds; }

void UserParsers::parse(const Parser& parser, PayloadWriter& out) const {
  const UserParserText& text = parser.text;
  out.set("event.dataset", text.name);
  if (!text.product.empty() || !text.category.empty() || !text.service.empty())
    out.log_source(text.product, text.category, text.service);
  switch (text.reads) {
    case UserParserText::Reads::patterns: {
      Parser::Groups groups;
      const Parser::Pattern* const pattern = parser.match(out.text(), groups);
      if (pattern == nullptr) return out.bad_payload();
      for (std::size_t i = 0; i < pattern->targets.size(); ++i) {
        const re2::StringPiece& group = groups[i + 1];
        if (group.data() != nullptr) put(out, pattern->targets[i], {group.data(), group.size()});
      }
      break;
    }
    case UserParserText::Reads::pairs: {
      KeyValueReader reader(out.text());
      KeyValue pair;
      for (std::size_t count = 0; reader.next(pair); ++count) {
        if (count == PayloadWriter::kFieldsMax) {
          out.overflow(pair_onwards(pair, out.text()));
          break;
        }
        parser.put_value(out, pair.key, unescape_quotes(pair, out.arena()));
      }
      break;
    }
    case UserParserText::Reads::json: {
      const JsonFields* const fields = read_json(out);
      if (fields == nullptr) return;
      for (const JsonField& leaf : fields->leaves) {
        if (parser.map.contains(leaf.path)) {
          parser.put_value(out, leaf.path, leaf.value);
        } else {
          add_json_leaf(out, leaf);
        }
      }
      break;
    }
  }
  for (const auto& [name, value] : text.fields) out.event().set(name, value);
}

namespace {
std::atomic<const UserParsers*>& in_force() {
  static const UserParsers kNobody({});
  static std::atomic<const UserParsers*> parsers{&kNobody};
  return parsers;
}
}  // namespace

std::uint32_t parser_revision() { return kParserRevision ^ UserParsers::current().revision(); }

const UserParsers& UserParsers::current() { return *in_force().load(std::memory_order_acquire); }

void UserParsers::install(std::vector<UserParserText> texts) {
  static std::mutex mutex;
  static std::vector<std::unique_ptr<const UserParsers>> all;
  const std::lock_guard lock(mutex);
  all.push_back(std::make_unique<const UserParsers>(std::move(texts)));
  in_force().store(all.back().get(), std::memory_order_release);
}

}  // namespace vigil
