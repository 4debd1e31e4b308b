#include "rules/prefilter.h"

#include <hs/hs.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <tuple>

#include "parsers/format.h"
#include "rules/compiled.h"
#include "rules/literal_gate.h"
#include "rules/log_routes.h"
#include "rules/witness.h"

namespace vigil::sigma {
namespace {

/// What a gate is fitted to: so many messages of a format, every so many-th of those that come first.
constexpr unsigned kSampleMessages = 64, kSampleEvery = 4;
constexpr std::size_t kSampleBytesMax = 2048;  ///< of one message

struct DatabaseDeleter {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
};
struct ScratchDeleter {
  void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};

/// A literal's use: one clause of one rule.
struct Posting {
  std::uint32_t rule = 0;  ///< index into the bucket's rules
  std::uint8_t clause_bit = 0;
};

/// JSON may write any character as \u0041; a message that does so is asked about every rule.
constexpr std::string_view kUnicodeEscape = "\\u";
bool may_hold_unicode_escapes(Format format) {
  // Text formats may carry JSON inside; only the ones that unescape it matter.
  const FormatSpec* const spec = find_format(format);
  return spec == nullptr || spec->writing == Writing::json;
}

}  // namespace

struct Prefilter::Bucket {
  std::vector<std::uint32_t> rules;  ///< those that may apply
  Format format{};                   ///< one of those it is for
  // What follows is made by ready(), when the first message has to be scanned.
  std::vector<std::uint8_t> wanted;      ///< by rule: bits of all its clauses; 0: open
  std::vector<std::uint32_t> open;       ///< positions of rules without clauses
  std::vector<std::vector<Posting>> postings;  ///< by literal
  bool may_hide = false;                       ///< messages may hold kUnicodeEscape
  /// By rule: what is found in the text, too; a place in `regexes`. Nothing: any text will do.
  std::vector<std::optional<std::size_t>> guards;
  std::vector<std::shared_ptr<const Regex>> regexes;  ///< each once
  std::unique_ptr<hs_database_t, DatabaseDeleter> database;
  /// Those of `regexes` that say the same of bytes, looked for in one walk; by number their places. The others go to RE2.
  std::unique_ptr<hs_database_t, DatabaseDeleter> guard_database;
  std::vector<std::size_t> walked;
  /// The rarest clauses of all rules: where none of these occurs, the others need not be looked for.
  std::vector<std::string> telling;
  /// Says of most messages that no rule with clauses can match, without a scan.
  std::optional<LiteralGate> gate;

  const Bucket& ready(const std::vector<Rule>& all) {
    std::call_once(built, [&] { build(all); });
    return *this;
  }

 private:
  void build(const std::vector<Rule>& all);
  void build_guards();
  std::optional<std::size_t> guard_of(const Expression& expression);
  std::once_flag built;
};

std::optional<std::size_t> Prefilter::Bucket::guard_of(const Expression& expression) {
  std::string either;  // one expression, so that the text is walked through once
  for (const auto& regex : necessary_regexes(expression, format)) {
    either.append(either.empty() ? "(?:" : "|(?:").append(regex->written()).append(")");
  }
  if (either.empty()) return std::nullopt;
  const auto known =
      std::find_if(regexes.begin(), regexes.end(), [&](const auto& regex) { return regex->written() == either; });
  if (known != regexes.end()) return static_cast<std::size_t>(known - regexes.begin());
  auto regex = compile_regex(either, {}).regex;
  if (regex == nullptr) return std::nullopt;  // too large together: the rule is asked without
  regexes.push_back(std::move(regex));
  return regexes.size() - 1;
}

void Prefilter::Bucket::build_guards() {
  std::vector<std::string> texts;
  std::vector<const char*> expressions;
  std::vector<unsigned> flags, ids;
  for (std::size_t place = 0; place < regexes.size(); ++place) {
    if (!regexes[place]->is_bytewise()) continue;
    ids.push_back(static_cast<unsigned>(walked.size()));
    flags.push_back(HS_FLAG_DOTALL | HS_FLAG_SINGLEMATCH);
    texts.emplace_back(regexes[place]->written());
    walked.push_back(place);
  }
  if (walked.empty()) return;
  for (const std::string& text : texts) expressions.push_back(text.c_str());
  hs_database_t* made = nullptr;
  hs_compile_error_t* error = nullptr;
  hs_compile_multi(expressions.data(), flags.data(), ids.data(), static_cast<unsigned>(ids.size()), HS_MODE_BLOCK, nullptr,
                   &made, &error);
  if (error != nullptr) hs_free_compile_error(error);
  guard_database.reset(made);
  if (made == nullptr) walked.clear();
}

void Prefilter::Bucket::build(const std::vector<Rule>& all) {
  may_hide = may_hold_unicode_escapes(format);
  std::map<std::string, std::vector<Posting>> literals;
  std::set<std::string> rarest;
  for (std::uint32_t position = 0; position < rules.size(); ++position) {
    const Expression& expression = all[rules[position]].expression;
    std::vector<Clause> clauses = necessary_clauses(expression, format);
    if (Clause marks = marks_of(format, all[rules[position]].source); !marks.empty() && clauses.size() < kClausesMax) {
      clauses.push_back(std::move(marks));
    }
    guards.push_back(guard_of(expression));
    std::uint8_t bits = 0;
    for (std::size_t i = 0; i < clauses.size() && i < kClausesMax; ++i) {
      const auto bit = static_cast<std::uint8_t>(1U << i);
      bits |= bit;
      for (const std::string& literal : clauses[i]) literals[literal].push_back({position, bit});
    }
    wanted.push_back(bits);
    if (bits == 0) {
      open.push_back(position);
    } else {
      rarest.insert(clauses.front().begin(), clauses.front().end());
    }
  }
  build_guards();
  if (literals.empty()) return;

  std::vector<const char*> texts;
  std::vector<std::size_t> lengths;
  std::vector<unsigned> flags, ids;
  for (const auto& [literal, uses] : literals) {
    ids.push_back(static_cast<unsigned>(texts.size()));
    texts.push_back(literal.data());
    lengths.push_back(literal.size());
    flags.push_back(HS_FLAG_CASELESS | HS_FLAG_SINGLEMATCH);
    postings.push_back(uses);
  }
  hs_database_t* made = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t result = hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), lengths.data(),
                                                 static_cast<unsigned>(texts.size()), HS_MODE_BLOCK, nullptr, &made,
                                                 &error);
  if (error != nullptr) hs_free_compile_error(error);
  if (result == HS_SUCCESS) {
    database.reset(made);
    telling.assign(rarest.begin(), rarest.end());
    gate = LiteralGate::build(telling);
    return;
  }
  // Out of memory, most likely. Slower but right: every rule is asked about every message.
  open.clear();
  for (std::uint32_t position = 0; position < rules.size(); ++position) open.push_back(position);
}

struct Prefilter::State {
  /// Formats for which the same rules are asked the same way share a bucket: most programs of Linux do.
  using Alike = std::tuple<std::vector<std::uint32_t>, Writing, std::string_view, std::vector<std::string_view>, bool>;

  explicit State(const std::vector<Rule>& given) : rules(given) {}

  const std::vector<Rule>& rules;
  std::mutex making;
  std::map<Alike, std::unique_ptr<Bucket>> made;
  std::array<std::atomic<Bucket*>, kFormatsMax> buckets{};  ///< by format; null until first asked for

  Bucket& bucket(Format format) {
    // A number of no format of ours is asked like plain text.
    const FormatSpec* spec = find_format(format);
    if (spec == nullptr) {
      format = Format::none;
      spec = find_format(format);
    }
    std::atomic<Bucket*>& place = buckets[static_cast<std::size_t>(format)];
    if (Bucket* const known = place.load(std::memory_order_acquire)) return *known;
    const std::lock_guard lock(making);
    std::vector<std::uint32_t> applying;
    for (std::uint32_t index = 0; index < rules.size(); ++index) {
      if (may_apply(format, rules[index].source)) applying.push_back(index);
    }
    auto& bucket = made[{applying, spec->writing, spec->altered, {spec->derived.begin(), spec->derived.end()},
                         spec->own_action}];
    if (!bucket) {
      bucket = std::make_unique<Bucket>();
      bucket->rules = std::move(applying);
      bucket->format = format;
    }
    place.store(bucket.get(), std::memory_order_release);
    return *bucket;
  }
};

Prefilter::Prefilter() = default;
Prefilter::~Prefilter() = default;
Prefilter::Prefilter(Prefilter&&) noexcept = default;
Prefilter& Prefilter::operator=(Prefilter&&) noexcept = default;

Prefilter Prefilter::build(const std::vector<Rule>& rules) {
  Prefilter prefilter;
  prefilter.state_ = std::make_unique<State>(rules);
  return prefilter;
}

const std::vector<std::uint32_t>& Prefilter::rules_of(Format format) const { return state_->bucket(format).rules; }

std::vector<std::uint32_t> Prefilter::open_rules(Format format) const {
  const Bucket& bucket = state_->bucket(format).ready(state_->rules);
  std::vector<std::uint32_t> rules;
  for (const std::uint32_t position : bucket.open) rules.push_back(bucket.rules[position]);
  return rules;
}

struct Prefilter::Scanner::State {
  /// A gate fitted to the messages that this scanner sees.
  struct Fitting {
    unsigned seen = 0;
    std::string sample;
    std::optional<LiteralGate> gate;

    const std::optional<LiteralGate>& gate_for(const Bucket& given, std::string_view text) {
      if (gate || !given.gate || seen == kSampleMessages * kSampleEvery) return gate ? gate : given.gate;
      if (seen++ % kSampleEvery == 0) sample.append(text.substr(0, kSampleBytesMax)).push_back('\n');
      if (seen == kSampleMessages * kSampleEvery) {
        gate = LiteralGate::build(given.telling, sample);
        sample = {};
      }
      return given.gate;
    }
  };
  std::array<Fitting, kFormatsMax> fittings;  ///< by format
  std::array<const Bucket*, kFormatsMax> prepared{};  ///< buckets that this scanner has memory for, by format
  std::unique_ptr<hs_scratch_t, ScratchDeleter> scratch;
  std::vector<std::uint32_t> found;      ///< the answer
  // By position in the bucket: the clauses seen, and in which scan.
  std::vector<std::uint8_t> seen;
  std::vector<std::uint32_t> seen_in;
  std::uint32_t scan = 0;
  const Bucket* bucket = nullptr;
  std::vector<std::uint32_t> positions;
  enum class Answer : std::uint8_t { unasked, no, yes };
  std::vector<Answer> answers;  ///< of the bucket's regular expressions about this message
  bool walked = false;          ///< the guard database has been asked about it

  const Bucket& bucket_for(Format format, Prefilter::State& all);

  void take(unsigned literal) {
    for (const Posting& posting : bucket->postings[literal]) {
      if (seen_in[posting.rule] != scan) {
        seen_in[posting.rule] = scan;
        seen[posting.rule] = 0;
      }
      const std::uint8_t before = seen[posting.rule];
      seen[posting.rule] |= posting.clause_bit;
      const std::uint8_t wanted = bucket->wanted[posting.rule];
      if (before != wanted && seen[posting.rule] == wanted) positions.push_back(posting.rule);
    }
  }

  void walk_guards(std::span<const std::string_view> parts) {
    if (walked || bucket->guard_database == nullptr) return;
    walked = true;
    const auto on_match = [](unsigned number, unsigned long long, unsigned long long, unsigned, void* context) {
      State& state = *static_cast<State*>(context);
      state.answers[state.bucket->walked[number]] = Answer::yes;
      return 0;
    };
    for (const std::string_view part : parts) {
      if (part.empty()) continue;
      const hs_error_t result = hs_scan(bucket->guard_database.get(), part.data(), static_cast<unsigned>(part.size()), 0,
                                        scratch.get(), on_match, this);
      if (result != HS_SUCCESS) return;  // RE2 is asked
    }
    for (const std::size_t place : bucket->walked) {
      if (answers[place] == Answer::unasked) answers[place] = Answer::no;
    }
  }

  /// "Ten megabytes sent" are eight digits behind `sentbyte=`, which is told without parsing.
  bool passes_guard(std::uint32_t position, std::span<const std::string_view> parts) {
    const std::optional<std::size_t> guard = bucket->guards[position];
    if (!guard) return true;
    Answer& answer = answers[*guard];
    if (answer == Answer::unasked) walk_guards(parts);
    if (answer == Answer::unasked) {
      const bool anywhere = std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
        return bucket->regexes[*guard]->found_in(part) != Regex::Answer::no;
      });
      answer = anywhere ? Answer::yes : Answer::no;
    }
    return answer == Answer::yes;
  }
};

Prefilter::Scanner::Scanner(const Prefilter& prefilter)
    : state_(std::make_unique<State>()), prefilter_(prefilter) {}
Prefilter::Scanner::~Scanner() = default;

const Prefilter::Bucket& Prefilter::Scanner::State::bucket_for(Format format, Prefilter::State& all) {
  const Bucket*& place = prepared[static_cast<std::size_t>(format) % kFormatsMax];
  if (place != nullptr) return *place;
  const Bucket& given = all.bucket(format).ready(all.rules);
  if (seen.size() < given.rules.size()) {
    seen.resize(given.rules.size());
    seen_in.resize(given.rules.size());
  }
  // Grows what is there. Where it cannot, the scan fails and every rule is asked.
  hs_scratch_t* grown = scratch.release();
  for (const auto* database : {&given.database, &given.guard_database}) {
    if (*database != nullptr) hs_alloc_scratch(database->get(), &grown);
  }
  scratch.reset(grown);
  place = &given;
  return given;
}

const std::vector<std::uint32_t>& Prefilter::Scanner::candidates(Format format,
                                                                        std::span<const std::string_view> parts) {
  State& state = *state_;
  const Bucket& bucket = state.bucket_for(format, *prefilter_.state_);
  state.found.clear();
  if (bucket.rules.empty()) return state.found;
  if (bucket.database == nullptr) {
    for (const std::uint32_t position : bucket.open) state.found.push_back(bucket.rules[position]);
    return state.found;
  }
  // Not a literal of the database: one so short makes the search for all others slower.
  const auto escapes = [](std::string_view part) { return part.find(kUnicodeEscape) != std::string_view::npos; };
  if (bucket.may_hide && std::any_of(parts.begin(), parts.end(), escapes)) {
    state.found = bucket.rules;
    return state.found;
  }
  const auto& gate = state.fittings[static_cast<std::size_t>(format)].gate_for(bucket, parts.front());
  if (gate && std::none_of(parts.begin(), parts.end(), [&gate](std::string_view part) { return gate->holds(part); })) {
    for (const std::uint32_t position : bucket.open) state.found.push_back(bucket.rules[position]);
    return state.found;
  }
  state.bucket = &bucket;
  state.positions.clear();
  if (++state.scan == 0) {  // wrapped around after four thousand million messages
    std::fill(state.seen_in.begin(), state.seen_in.end(), 0U);
    state.scan = 1;
  }
  const auto on_match = [](unsigned literal, unsigned long long, unsigned long long, unsigned, void* context) {
    static_cast<State*>(context)->take(literal);
    return 0;
  };
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    const hs_error_t result = hs_scan(bucket.database.get(), part.data(), static_cast<unsigned>(part.size()), 0,
                                      state.scratch.get(), on_match, &state);
    if (result != HS_SUCCESS) {
      state.found = bucket.rules;
      return state.found;
    }
  }
  if (state.positions.empty() && bucket.open.empty()) return state.found;
  state.positions.insert(state.positions.end(), bucket.open.begin(), bucket.open.end());
  std::sort(state.positions.begin(), state.positions.end());
  state.answers.assign(bucket.regexes.size(), State::Answer::unasked);
  state.walked = false;
  // A backslash in the text stands for something that values have without it.
  const bool as_it_is = !bucket.regexes.empty() && std::none_of(parts.begin(), parts.end(), [](std::string_view part) {
    return part.find('\\') != std::string_view::npos;
  });
  for (const std::uint32_t position : state.positions) {
    if (!as_it_is || state.passes_guard(position, parts)) state.found.push_back(bucket.rules[position]);
  }
  return state.found;
}

}  // namespace vigil::sigma
