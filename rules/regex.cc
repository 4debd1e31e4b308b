#include "rules/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

namespace vigil::sigma {
namespace {

/// Longest expression read; SigmaHQ's longest has 600 characters.
constexpr std::size_t kExpressionBytesMax = 16 * 1024;
/// Bounds the automaton of one expression; `(a{500}){500}` is refused instead of eating the machine.
constexpr std::int64_t kRe2BytesMax = 2 * 1024 * 1024;

// PCRE2 backtracks. 100,000 steps are some milliseconds on a slow machine; honest searches of a log value need hundreds.
constexpr std::uint32_t kStepsMax = 100'000;
constexpr std::uint32_t kDepthMax = 1'000;
constexpr std::uint32_t kHeapKibMax = 1024;
constexpr std::size_t kJitStackBytesMax = 256 * 1024;
constexpr std::size_t kPatternBytesMax = 256 * 1024;
/// Searched in the first part of longer values: the steps would not be enough for more.
constexpr std::size_t kTextBytesMax = 64 * 1024;

constexpr int kPartMin = 3;  ///< shorter ones are in everything

/// Of what RE2 reads: whether it asks for more than the characters it finds. A negated class (`[^"]`) does not.
bool asks_for_surroundings(std::string_view expression) {
  for (std::size_t i = 0; i < expression.size(); ++i) {
    const char c = expression[i];
    if (c == '$' || (c == '^' && (i == 0 || expression[i - 1] != '['))) return true;
    if (c != '\\' || i + 1 == expression.size()) continue;
    if (std::string_view("AzbB").find(expression[++i]) != std::string_view::npos) return true;
  }
  return false;
}

/// Of what RE2 reads. One character of any sort (`.`, `[^"]`) may have several bytes, so it must be free to be repeated; and
/// what ignores case finds characters outside ASCII for some letters (U+212A for k).
bool says_the_same_of_bytes(std::string_view expression) {
  bool in_class = false, any = false;  // within brackets; behind a piece that stands for any one character
  for (std::size_t i = 0; i < expression.size(); ++i) {
    const char c = expression[i];
    if (static_cast<unsigned char>(c) >= 0x80) return false;
    if (any && c != '*' && c != '+') return false;
    any = false;
    if (c == '\\') {
      if (++i == expression.size()) return false;
      const char escaped = expression[i];
      const bool letter = (escaped >= 'a' && escaped <= 'z') || (escaped >= 'A' && escaped <= 'Z');
      if (letter ? std::string_view("dswt").find(escaped) == std::string_view::npos : escaped >= '0' && escaped <= '9') return false;
    } else if (in_class) {
      if (c == '[') return false;
      in_class = c != ']';
    } else if (c == '[') {
      // Without a negation: what stands in it is ASCII.
      if (i + 1 == expression.size() || expression[i + 1] == '^' || expression[i + 1] == ']') return false;
      in_class = true;
    } else if (c == '(' && expression.substr(i + 1).starts_with('?')) {
      if (!expression.substr(i + 1).starts_with("?:")) return false;
      i += 2;
    } else {
      any = c == '.';
    }
  }
  return !any && !in_class;
}

class LinearRegex final : public Regex {
 public:
  explicit LinearRegex(std::unique_ptr<const RE2> regex)
      : regex_(std::move(regex)),
        self_contained_(!asks_for_surroundings(regex_->pattern())),
        bytewise_(says_the_same_of_bytes(regex_->pattern())) {}
  Answer found_in(std::string_view text) const override {
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex_) ? Answer::yes : Answer::no;
  }

  bool is_self_contained() const override { return self_contained_; }
  bool is_bytewise() const override { return bytewise_; }
  std::string_view written() const override { return regex_->pattern(); }

 private:
  std::unique_ptr<const RE2> regex_;
  bool self_contained_, bytewise_;
};

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* it) const {
    Free(it);
  }
};
using Pcre2Code = std::unique_ptr<pcre2_code, FreeWith<pcre2_code_free>>;

/// What one thread needs to search; the same for all expressions.
struct Pcre2Memory {
  std::unique_ptr<pcre2_match_context, FreeWith<pcre2_match_context_free>> context{pcre2_match_context_create(nullptr)};
  std::unique_ptr<pcre2_match_data, FreeWith<pcre2_match_data_free>> data{pcre2_match_data_create(1, nullptr)};
  std::unique_ptr<pcre2_jit_stack, FreeWith<pcre2_jit_stack_free>> stack{
      pcre2_jit_stack_create(32 * 1024, kJitStackBytesMax, nullptr)};

  Pcre2Memory() {
    if (!context) return;
    pcre2_set_match_limit(context.get(), kStepsMax);
    pcre2_set_depth_limit(context.get(), kDepthMax);
    pcre2_set_heap_limit(context.get(), kHeapKibMax);
    if (stack) pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
  }
};

class LimitedRegex final : public Regex {
 public:
  LimitedRegex(Pcre2Code code, std::string_view written) : code_(std::move(code)), written_(written) {}
  bool is_self_contained() const override { return false; }  // what RE2 does not read mostly looks around
  bool is_bytewise() const override { return false; }
  std::string_view written() const override { return written_; }
  Answer found_in(std::string_view text) const override {
    thread_local const Pcre2Memory kMemory;
    if (!kMemory.context || !kMemory.data) return give_up();
    const bool cut = text.size() > kTextBytesMax;
    const int result = pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()),
                                   std::min(text.size(), kTextBytesMax), 0, 0, kMemory.data.get(), kMemory.context.get());
    if (result >= 0) return Answer::yes;
    return result == PCRE2_ERROR_NOMATCH && !cut ? Answer::no : give_up();
  }

 private:
  Answer give_up() const {
    given_up_.fetch_add(1, std::memory_order_relaxed);
    return Answer::gave_up;
  }
  Pcre2Code code_;
  std::string written_;
};

std::string pcre2_message(int code) {
  std::array<PCRE2_UCHAR, 160> buffer{};
  pcre2_get_error_message(code, buffer.data(), buffer.size());
  return reinterpret_cast<const char*>(buffer.data());
}

CompiledRegex compile_limited(std::string_view expression, std::string_view flags) {
  std::uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
  for (const char flag : flags) {
    options |= flag == 'i' ? PCRE2_CASELESS : flag == 'm' ? PCRE2_MULTILINE : PCRE2_DOTALL;
  }
  const std::unique_ptr<pcre2_compile_context, FreeWith<pcre2_compile_context_free>> context(
      pcre2_compile_context_create(nullptr));
  if (!context) return {nullptr, {}, "out of memory"};
  pcre2_set_max_pattern_length(context.get(), kExpressionBytesMax);
  int error = 0;
  PCRE2_SIZE offset = 0;
  Pcre2Code code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(expression.data()), expression.size(), options, &error,
                               &offset, context.get()));
  if (!code) return {nullptr, {}, pcre2_message(error) + " at character " + std::to_string(offset + 1)};
  std::size_t size = 0;
  pcre2_pattern_info(code.get(), PCRE2_INFO_SIZE, &size);
  if (size > kPatternBytesMax) return {nullptr, {}, "it is too large when compiled"};
  pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);  // without it the same limits hold
  return {std::make_shared<LimitedRegex>(std::move(code), expression), {}, {}};
}

bool is_plain(const std::string& part) {
  return std::all_of(part.begin(), part.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

/// Of what RE2 says must be there, as few parts as do.
std::vector<std::string> parts_of(const std::string& expression, const RE2::Options& options) {
  re2::FilteredRE2 filter(kPartMin);
  int id = 0;
  if (filter.Add(expression, options, &id) != RE2::NoError) return {};
  std::vector<std::string> atoms;
  filter.Compile(&atoms);
  if (atoms.empty() || atoms.size() > 64) return {};
  // Whether the expression can be found in a text that holds none but these.
  const auto possible = [&](const std::vector<int>& held) {
    std::vector<int> potentials;
    filter.AllPotentials(held, &potentials);
    return !potentials.empty();
  };
  if (possible({})) return {};
  // Part after part is left out, the shortest first, as long as the others suffice.
  std::vector<int> order(atoms.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
  const auto& text = [&](int number) -> const std::string& { return atoms[static_cast<std::size_t>(number)]; };
  std::sort(order.begin(), order.end(), [&](int a, int b) {
    return std::pair(is_plain(text(a)), text(a).size()) < std::pair(is_plain(text(b)), text(b).size());
  });
  std::vector<int> left_out;
  std::vector<std::string> parts;
  for (const int number : order) {
    left_out.push_back(number);
    std::vector<int> sorted = left_out;
    std::sort(sorted.begin(), sorted.end());
    if (!possible(sorted)) continue;
    left_out.pop_back();
    if (!is_plain(text(number))) return {};
    parts.push_back(text(number));
  }
  return parts;
}

}  // namespace

CompiledRegex compile_regex(std::string_view expression, std::string_view flags) {
  if (expression.size() > kExpressionBytesMax) return {nullptr, {}, "it is longer than 16 KiB"};
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kRe2BytesMax);
  std::string text;
  if (!flags.empty()) text = "(?" + std::string(flags) + ")";
  text += expression;
  auto regex = std::make_unique<const RE2>(text, options);
  if (regex->ok()) {
    auto parts = parts_of(text, options);
    return {std::make_shared<LinearRegex>(std::move(regex)), std::move(parts), {}};
  }
  switch (regex->error_code()) {
    case RE2::ErrorBadEscape:
    case RE2::ErrorRepeatArgument:
    case RE2::ErrorRepeatOp:
    case RE2::ErrorBadPerlOp: return compile_limited(expression, flags);
    default: return {nullptr, {}, regex->error()};
  }
}

}  // namespace vigil::sigma
