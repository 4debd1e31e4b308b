#include "rules/field_index.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <string>
#include <unordered_map>

#include "parsers/format.h"
#include "rules/case_fold.h"
#include "rules/compiled.h"
#include "rules/event_fields.h"
#include "rules/field_witness.h"
#include "rules/literal_table.h"
#include "rules/log_routes.h"

namespace vigil::sigma {
namespace {

/// Sets of log sources kept apart. Channels have no end of names, and senders choose them.
constexpr std::size_t kBucketsMax = 512;
/// After so many events of a bucket its gates are fitted to what came; each time to the last few of them.
constexpr std::uint32_t kFitAfter[] = {256, 2048};
constexpr std::uint32_t kSampleEvery = 4;
constexpr std::size_t kSampleEvents = 64;
/// A rule asked in vain for more than one of so many events is worth another gate.
constexpr std::uint32_t kVainOneOf = 100;
/// Longer values are looked at whole, but not kept in the sample.
constexpr std::size_t kSampleValueBytes = 4096;

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t product = (a ^ std::rotl(b, 32)) * 0x9E3779B97F4A7C15ULL + b;
  return product ^ (product >> 29U);
}

std::uint64_t word_at(const char* at, std::size_t bytes) {
  std::uint64_t word = 0;
  __builtin_memcpy(&word, at, bytes);
  return word;
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = text.size();
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) hash = mixed(hash, word_at(text.data() + at, 8));
  return at < text.size() ? mixed(hash, word_at(text.data() + at, text.size() - at)) : hash;
}

/// No text of a table.
constexpr std::uint32_t kNone = UINT32_MAX;

/// Names of fields begin alike and end differently.
std::uint64_t hash_of_name(std::string_view name) {
  if (name.size() < 16) return hash_of(name);
  const char* const end = name.data() + name.size();
  return mixed(word_at(end - 8, 8) + name.size(), word_at(end - 16, 8));
}

/// Texts by number, in one block of memory.
template <std::uint64_t (*Hash)(std::string_view)>
class TextTable {
 public:
  std::uint32_t add(std::string_view text) {
    if (const std::uint32_t known = find(text); known != kNone) return known;
    if ((count_ + 1) * 2 > slots_.size()) grow();
    const auto number = static_cast<std::uint32_t>(count_++);
    place({Hash(text), static_cast<std::uint32_t>(block_.size()), static_cast<std::uint32_t>(text.size()), number});
    block_ += text;
    return number;
  }
  std::uint32_t find(std::string_view text) const { return find(text, Hash(text)); }
  std::uint32_t find(std::string_view text, std::uint64_t hash) const {
    if (slots_.empty()) return kNone;
    for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[at];
      if (slot.number == kNone) return kNone;
      if (slot.hash == hash && std::string_view(block_).substr(slot.offset, slot.size) == text) return slot.number;
    }
  }
  std::size_t size() const { return count_; }
  std::size_t memory() const { return block_.capacity() + slots_.capacity() * sizeof(Slot); }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t offset = 0, size = 0, number = kNone;
  };
  void place(const Slot& slot) {
    std::size_t at = slot.hash & (slots_.size() - 1);
    while (slots_[at].number != kNone) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
  void grow() {
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(std::max<std::size_t>(8, slots_.size() * 2)));
    for (const Slot& slot : old) {
      if (slot.number != kNone) place(slot);
    }
  }

  std::string block_;
  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

/// Rules by number, one list behind the other.
class Postings {
 public:
  void build(const std::vector<std::vector<std::uint32_t>>& lists) {
    begins_.push_back(0);
    for (const auto& list : lists) {
      rules_.insert(rules_.end(), list.begin(), list.end());
      begins_.push_back(static_cast<std::uint32_t>(rules_.size()));
    }
    rules_.shrink_to_fit();
  }
  template <class Take>
  void each(std::uint32_t number, Take&& take) const {
    for (std::uint32_t i = begins_[number]; i < begins_[number + 1]; ++i) take(rules_[i]);
  }
  std::size_t memory() const { return (begins_.capacity() + rules_.capacity()) * sizeof(std::uint32_t); }

 private:
  std::vector<std::uint32_t> begins_, rules_;
};

bool is_number(ValueType type) { return type == ValueType::integer || type == ValueType::real; }

/// The text under which the number is looked up, where its own is another: 1e3, 007.
std::optional<std::string> plain_number(const Field& field) {
  const std::string_view text = field.value;
  const bool plain = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos &&
                     (text.front() != '0' || text.size() == 1);
  if (plain) return std::nullopt;
  const auto number = number_of(text);
  if (!number || *number != std::floor(*number) || std::abs(*number) >= 9007199254740992.0) return std::nullopt;
  return std::to_string(static_cast<long long>(*number));
}

/// Where a name counts: for one field of rules, in one of its groups of names.
struct NameUse {
  std::uint32_t ops = 0, group = 0;
};

/// Everything that is looked up in one field.
struct FieldOps {
  TextTable<hash_of> equal;
  Postings equal_rules;
  std::unique_ptr<LiteralTable> literals;
  Postings literal_rules;
  std::vector<std::uint32_t> present;  ///< rules asked wherever the field is
  std::vector<std::uint32_t> unsure;   ///< rules asked should the scan fail: all that literals gate
  std::vector<std::uint32_t> searches; ///< of them those gated by parts of regular expressions, which know other cases

  // While it is built: rules by literal.
  std::vector<std::vector<std::uint32_t>> equal_lists, literal_lists;
  std::map<std::pair<LiteralTable::Place, std::string>, std::uint32_t> literal_numbers;

  std::size_t memory() const {
    return sizeof *this + equal.memory() + equal_rules.memory() + literal_rules.memory() +
           (literals ? literals->memory() : 0) + (present.capacity() + unsure.capacity()) * 4;
  }
};

/// What a sampled event held, folded.
struct Sampled {
  struct Part {
    std::uint32_t name = 0, value = 0, end = 0;  ///< where they begin in `texts`, and where the value ends
  };
  std::string texts;
  std::vector<Part> fields;
  std::size_t raw = 0;  ///< where the message's own text begins

  std::string_view name(const Part& part) const { return std::string_view(texts).substr(part.name, part.value - part.name); }
  std::string_view value(const Part& part) const { return std::string_view(texts).substr(part.value, part.end - part.value); }
};

bool passes_gate(const FieldGate& gate, std::string_view value) {
  switch (gate.op) {
    case FieldGate::Op::equal: return value == gate.literal;
    case FieldGate::Op::prefix: return value.starts_with(gate.literal);
    case FieldGate::Op::suffix: return value.ends_with(gate.literal);
    case FieldGate::Op::contains:
    case FieldGate::Op::search:
    case FieldGate::Op::raw: return value.find(gate.literal) != std::string_view::npos;
    case FieldGate::Op::present: return true;
  }
  return true;
}

/// How often gates are passed by sampled events. Gates of one field come one after the other: its values are found once.
class SampleCounter {
 public:
  explicit SampleCounter(const std::vector<Sampled>& sample) : sample_(sample), values_(sample.size()) {}

  double share_passing(const FieldGate& gate) {
    if (gate.field != field_ || !known_) find_values(gate.field);
    const auto passed = std::count_if(values_.begin(), values_.end(), [&](const std::vector<std::string_view>& values) {
      return std::any_of(values.begin(), values.end(), [&](std::string_view value) { return passes_gate(gate, value); });
    });
    return static_cast<double>(passed) / static_cast<double>(sample_.size());
  }

 private:
  void find_values(const FieldName* field) {
    field_ = field;
    known_ = true;
    for (std::size_t i = 0; i < sample_.size(); ++i) {
      values_[i].clear();
      if (field == nullptr) {
        values_[i].push_back(std::string_view(sample_[i].texts).substr(sample_[i].raw));
      } else {
        collect(*field, sample_[i], values_[i]);
      }
    }
  }
  static void collect(const FieldName& field, const Sampled& event, std::vector<std::string_view>& out) {
    for (std::size_t i = field.bare ? 1 : 0; i < field.groups.size() && out.empty(); ++i) {
      const auto& group = field.groups[i];
      for (const Sampled::Part& part : event.fields) {
        if (std::find(group.begin(), group.end(), event.name(part)) != group.end()) out.push_back(event.value(part));
      }
    }
  }

  const std::vector<Sampled>& sample_;
  const FieldName* field_ = nullptr;
  bool known_ = false;
  std::vector<std::vector<std::string_view>> values_;
};

/// One log source's words, for comparing.
struct SourceKey {
  std::string product, category, service;
  bool operator==(const LogSource& other) const {
    return product == other.product && category == other.category && service == other.service;
  }
};

}  // namespace

struct FieldIndex::State {
  struct Bucket {
    Format format{};
    std::vector<SourceKey> sources;
    std::vector<std::uint32_t> rules;  ///< all that apply
    std::vector<std::uint32_t> open;   ///< asked about every event
    TextTable<hash_of_name> names;
    std::vector<std::vector<NameUse>> uses;  ///< by name; of the groups of a field the first that is there counts
    std::vector<FieldOps> ops;
    std::unique_ptr<LiteralTable> raw;
    Postings raw_rules;
    std::vector<std::uint32_t> keyword_rules;  ///< all that `raw` gates
    // Fitting.
    std::uint32_t events = 0;
    std::size_t fitted = 0;
    std::vector<Sampled> sample;
    std::vector<std::uint32_t> asked;                        ///< by position in rules
    std::map<std::uint32_t, FieldClause> refitted;           ///< by rule: clauses chosen by what came

    bool is_for(const Event& event) const {
      return event.format == format && std::equal(sources.begin(), sources.end(), event.log_sources().begin(),
                                                  event.log_sources().end());
    }
  };

  explicit State(const std::vector<Rule>& given) : rules(given), seen(given.size()) {}

  Bucket& bucket_of(const Event& event);
  std::unique_ptr<Bucket> make(const Event& event);
  void fill(Bucket& bucket);
  void place(Bucket& bucket, std::map<std::string, std::uint32_t>& fields, std::vector<std::vector<std::uint32_t>>& raw,
             std::map<std::string, std::uint32_t>& raw_numbers, const FieldGate& gate, std::uint32_t rule);
  FieldOps& ops_of(Bucket& bucket, std::map<std::string, std::uint32_t>& fields, const FieldName& field);
  void fit(Bucket& bucket, const Event& event);
  Sampled sampled(const Event& event);
  void choose_again(Bucket& bucket);

  void take(std::uint32_t rule) {
    if (seen[rule] == round) return;
    seen[rule] = round;
    found.push_back(rule);
  }
  template <class List>
  void take_all(const List& list) {
    for (const std::uint32_t rule : list) take(rule);
  }
  void look_up(const FieldOps& ops, const Field& field);
  void look_into_fields(Bucket& bucket, const Event& event);

  const std::vector<Rule>& rules;
  std::unordered_map<std::uint64_t, std::vector<std::unique_ptr<Bucket>>> buckets;
  std::size_t bucket_count = 0;
  Bucket rest;  ///< for events of one source too many
  LiteralScratch scratch;
  std::vector<std::uint32_t> seen;  ///< by rule: the round in which it was found
  std::uint32_t round = 0;
  std::vector<std::uint32_t> found;
  // Of the event at hand: fields that some rule speaks of, and by field of rules its best group that is there.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> present;
  std::vector<std::uint32_t> best_group, group_round;
  bool value_folded = false;  ///< folded_value is that of the field at hand
  std::string folded_value;
  std::uint64_t value_hash = 0;
};

FieldOps& FieldIndex::State::ops_of(Bucket& bucket, std::map<std::string, std::uint32_t>& fields,
                                    const FieldName& field) {
  std::string key;
  for (std::size_t i = field.bare ? 1 : 0; i < field.groups.size(); ++i) {
    for (const std::string& name : field.groups[i]) key += name + ' ';
    key += '|';
  }
  const auto [entry, fresh] = fields.try_emplace(std::move(key), static_cast<std::uint32_t>(bucket.ops.size()));
  if (!fresh) return bucket.ops[entry->second];
  FieldOps& ops = bucket.ops.emplace_back();
  for (std::size_t i = field.bare ? 1 : 0; i < field.groups.size(); ++i) {
    for (const std::string& text : field.groups[i]) {
      const std::uint32_t name = bucket.names.add(text);
      if (bucket.uses.size() <= name) bucket.uses.resize(name + 1);
      // A name that an earlier group has says nothing new in a later one.
      auto& uses = bucket.uses[name];
      if (uses.empty() || uses.back().ops != entry->second) uses.push_back({entry->second, static_cast<std::uint32_t>(i)});
    }
  }
  return ops;
}

void FieldIndex::State::place(Bucket& bucket, std::map<std::string, std::uint32_t>& fields,
                              std::vector<std::vector<std::uint32_t>>& raw,
                              std::map<std::string, std::uint32_t>& raw_numbers, const FieldGate& gate,
                              std::uint32_t rule) {
  const auto post = [&](std::vector<std::vector<std::uint32_t>>& lists, std::uint32_t number) {
    if (lists.size() <= number) lists.resize(number + 1);
    if (lists[number].empty() || lists[number].back() != rule) lists[number].push_back(rule);
  };
  if (gate.op == FieldGate::Op::raw) {
    const auto [entry, fresh] = raw_numbers.try_emplace(gate.literal, static_cast<std::uint32_t>(raw_numbers.size()));
    if (fresh) bucket.raw->add(gate.literal, LiteralTable::Place::anywhere);
    post(raw, entry->second);
    if (bucket.keyword_rules.empty() || bucket.keyword_rules.back() != rule) bucket.keyword_rules.push_back(rule);
    return;
  }
  FieldOps& ops = ops_of(bucket, fields, *gate.field);
  if (gate.op == FieldGate::Op::present) {
    if (ops.present.empty() || ops.present.back() != rule) ops.present.push_back(rule);
    return;
  }
  if (gate.op == FieldGate::Op::equal) return post(ops.equal_lists, ops.equal.add(gate.literal));
  const auto where = gate.op == FieldGate::Op::prefix   ? LiteralTable::Place::front
                     : gate.op == FieldGate::Op::suffix ? LiteralTable::Place::end
                                                        : LiteralTable::Place::anywhere;
  const auto [entry, fresh] = ops.literal_numbers.try_emplace({where, gate.literal},
                                                              static_cast<std::uint32_t>(ops.literal_numbers.size()));
  if (fresh) {
    if (!ops.literals) ops.literals = std::make_unique<LiteralTable>(LiteralTable::Case::exact);
    ops.literals->add(gate.literal, where);
  }
  post(ops.literal_lists, entry->second);
  if (ops.unsure.empty() || ops.unsure.back() != rule) ops.unsure.push_back(rule);
  const bool search = gate.op == FieldGate::Op::search;
  if (search && (ops.searches.empty() || ops.searches.back() != rule)) ops.searches.push_back(rule);
}

void FieldIndex::State::fill(Bucket& bucket) {
  bucket.open.clear();
  bucket.keyword_rules.clear();
  bucket.names = {};
  bucket.uses.clear();
  bucket.ops.clear();
  bucket.raw = std::make_unique<LiteralTable>(LiteralTable::Case::ascii_folded);
  bucket.raw_rules = {};
  std::map<std::string, std::uint32_t> fields, raw_numbers;
  std::vector<std::vector<std::uint32_t>> raw;
  for (const std::uint32_t rule : bucket.rules) {
    std::optional<FieldClause> clause;
    if (const auto known = bucket.refitted.find(rule); known != bucket.refitted.end()) {
      clause = known->second;
    } else {
      clause = cheapest_clause(rules[rule].expression, bucket.format, expected_cost);
    }
    if (!clause) {
      bucket.open.push_back(rule);
      continue;
    }
    for (const FieldGate& gate : *clause) place(bucket, fields, raw, raw_numbers, gate, rule);
  }
  if (bucket.raw->empty()) {
    bucket.raw.reset();
  } else {
    bucket.raw->build(scratch);
    bucket.raw_rules.build(raw);
  }
  for (FieldOps& ops : bucket.ops) {
    ops.equal_rules.build(ops.equal_lists);
    ops.literal_rules.build(ops.literal_lists);
    if (ops.literals) ops.literals->build(scratch);
    ops.equal_lists = {};
    ops.literal_lists = {};
    ops.literal_numbers = {};
  }
  if (group_round.size() < bucket.ops.size()) {
    group_round.resize(bucket.ops.size());
    best_group.resize(bucket.ops.size());
  }
}

std::unique_ptr<FieldIndex::State::Bucket> FieldIndex::State::make(const Event& event) {
  auto bucket = std::make_unique<Bucket>();
  bucket->format = event.format;
  for (const LogSource& source : event.log_sources()) {
    bucket->sources.push_back({std::string(source.product), std::string(source.category), std::string(source.service)});
  }
  for (std::uint32_t index = 0; index < rules.size(); ++index) {
    if (applies(event, rules[index].source)) bucket->rules.push_back(index);
  }
  bucket->asked.resize(bucket->rules.size());
  fill(*bucket);
  return bucket;
}

FieldIndex::State::Bucket& FieldIndex::State::bucket_of(const Event& event) {
  std::uint64_t key = static_cast<std::uint64_t>(event.format);
  // Cheap, and telling enough: is_for() compares the words themselves.
  const auto sign = [](std::string_view word) {
    return word.empty() ? 0 : word.size() * 256 + static_cast<unsigned char>(word[word.size() / 2]);
  };
  for (const LogSource& source : event.log_sources()) {
    key = (key * 31 + sign(source.product)) * 31 + sign(source.category);
    key = key * 31 + sign(source.service);
  }
  const auto known = buckets.find(key);
  if (known != buckets.end()) {
    for (const auto& bucket : known->second) {
      if (bucket->is_for(event)) return *bucket;
    }
  }
  if (bucket_count == kBucketsMax) {
    // All rules that apply are asked; dear, but never wrong.
    rest.rules.clear();
    for (std::uint32_t index = 0; index < rules.size(); ++index) {
      if (applies(event, rules[index].source)) rest.rules.push_back(index);
    }
    return rest;
  }
  ++bucket_count;
  return *buckets[key].emplace_back(make(event));
}

void FieldIndex::State::look_up(const FieldOps& ops, const Field& field) {
  take_all(ops.present);
  if (field.type == ValueType::null) return;
  if (!value_folded) {
    fold_case(canonical_text(field.value, field.type), folded_value);
    value_hash = hash_of(folded_value);
    value_folded = true;
  }
  const auto take_rule = [this](std::uint32_t rule) { take(rule); };
  if (const std::uint32_t number = ops.equal.find(folded_value, value_hash); number != kNone) {
    ops.equal_rules.each(number, take_rule);
  }
  if (is_number(field.type)) {
    if (const auto plain = plain_number(field)) {
      if (const std::uint32_t number = ops.equal.find(*plain); number != kNone) {
        ops.equal_rules.each(number, take_rule);
      }
    }
  }
  if (!ops.literals) return;
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (!ops.searches.empty() && !std::all_of(folded_value.begin(), folded_value.end(), is_ascii)) take_all(ops.searches);
  const auto on_literal = [&](std::uint32_t number) { ops.literal_rules.each(number, take_rule); };
  if (!ops.literals->scan(folded_value, scratch, on_literal)) take_all(ops.unsure);
}

void FieldIndex::State::look_into_fields(Bucket& bucket, const Event& event) {
  const auto& fields = event.fields();
  present.clear();
  for (std::uint32_t i = 0; i < fields.size(); ++i) {
    const std::uint32_t name = bucket.names.find(fields[i].name);
    if (name == kNone) continue;
    present.push_back({i, name});
    for (const NameUse& use : bucket.uses[name]) {
      if (group_round[use.ops] != round || use.group < best_group[use.ops]) best_group[use.ops] = use.group;
      group_round[use.ops] = round;
    }
  }
  for (const auto& [i, name] : present) {
    value_folded = false;
    for (const NameUse& use : bucket.uses[name]) {
      if (use.group == best_group[use.ops]) look_up(bucket.ops[use.ops], fields[i]);
    }
  }
}

Sampled FieldIndex::State::sampled(const Event& event) {
  Sampled out;
  out.texts.reserve(3 * std::min(event.header.text.size(), kSampleValueBytes));
  out.fields.reserve(event.fields().size());
  const auto size = [&] { return static_cast<std::uint32_t>(out.texts.size()); };
  for (const Field& field : event.fields()) {
    if (field.value.size() > kSampleValueBytes) continue;
    Sampled::Part part;
    part.name = size();
    out.texts += field.name;
    part.value = size();
    fold_case(canonical_text(field.value, field.type), folded_value);
    out.texts += folded_value;
    part.end = size();
    out.fields.push_back(part);
  }
  out.raw = out.texts.size();
  fold_case(event.header.text.substr(0, kSampleValueBytes), folded_value);
  out.texts += folded_value;
  return out;
}

void FieldIndex::State::fit(Bucket& bucket, const Event& event) {
  const std::uint32_t number = ++bucket.events;
  const std::uint32_t due = kFitAfter[bucket.fitted];
  if (number + kSampleEvery * kSampleEvents > due && number % kSampleEvery == 0) {
    bucket.sample.reserve(kSampleEvents);
    bucket.sample.push_back(sampled(event));
  }
  for (const std::uint32_t rule : found) {
    const auto at = std::lower_bound(bucket.rules.begin(), bucket.rules.end(), rule);
    ++bucket.asked[static_cast<std::size_t>(at - bucket.rules.begin())];
  }
  if (number != due) return;
  choose_again(bucket);
  bucket.sample.clear();
  bucket.sample.shrink_to_fit();
  std::fill(bucket.asked.begin(), bucket.asked.end(), 0U);
  ++bucket.fitted;
}

void FieldIndex::State::choose_again(Bucket& bucket) {
  SampleCounter counter(bucket.sample);
  // Gates that no sampled event passed are told apart by the guess.
  const GateCost measured = [&](const FieldGate& gate) {
    return 100 * counter.share_passing(gate) + expected_cost(gate) / 100;
  };
  const std::uint32_t since = bucket.fitted == 0 ? kFitAfter[0] : kFitAfter[bucket.fitted] - kFitAfter[bucket.fitted - 1];
  bool changed = false;
  for (std::size_t position = 0; position < bucket.rules.size(); ++position) {
    if (bucket.asked[position] <= since / kVainOneOf) continue;
    const std::uint32_t rule = bucket.rules[position];
    if (auto clause = cheapest_clause(rules[rule].expression, bucket.format, measured)) {
      bucket.refitted[rule] = std::move(*clause);
      changed = true;
    }
  }
  if (changed) fill(bucket);
}

FieldIndex::FieldIndex(const std::vector<Rule>& rules) : state_(std::make_unique<State>(rules)) {}
FieldIndex::~FieldIndex() = default;

const std::vector<std::uint32_t>& FieldIndex::candidates(const Event& event, bool hidden) {
  State& state = *state_;
  State::Bucket& bucket = state.bucket_of(event);
  if (&bucket == &state.rest) return bucket.rules;
  state.found.clear();
  if (bucket.rules.empty()) return state.found;
  if (++state.round == 0) {  // wrapped around after four thousand million events
    std::fill(state.seen.begin(), state.seen.end(), 0U);
    std::fill(state.group_round.begin(), state.group_round.end(), 0U);
    state.round = 1;
  }
  state.take_all(bucket.open);
  if (bucket.raw) {
    const std::string_view text = event.header.text;
    // JSON may write any character as \u0041.
    const bool sure = !hidden && text.find("\\u") == std::string_view::npos &&
                      bucket.raw->scan(text, state.scratch, [&](std::uint32_t number) {
                        bucket.raw_rules.each(number, [&](std::uint32_t rule) { state.take(rule); });
                      });
    if (!sure) state.take_all(bucket.keyword_rules);
  }
  state.look_into_fields(bucket, event);
  std::sort(state.found.begin(), state.found.end());
  if (bucket.fitted < std::size(kFitAfter)) state.fit(bucket, event);
  return state.found;
}

std::vector<std::uint32_t> FieldIndex::open_rules(const Event& event) {
  return state_->bucket_of(event).open;
}

std::size_t FieldIndex::memory() const {
  std::size_t bytes = sizeof(State) + state_->seen.capacity() * 4;
  for (const auto& [key, list] : state_->buckets) {
    for (const auto& bucket : list) {
      bytes += sizeof *bucket + bucket->names.memory() + bucket->raw_rules.memory() +
               (bucket->raw ? bucket->raw->memory() : 0) +
               (bucket->rules.capacity() + bucket->open.capacity() + bucket->asked.capacity()) * 4;
      for (const FieldOps& ops : bucket->ops) bytes += ops.memory();
    }
  }
  return bytes;
}

}  // namespace vigil::sigma
