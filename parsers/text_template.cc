#include "parsers/text_template.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "parsers/payload_text.h"

namespace vigil {
namespace {

constexpr unsigned kStepsMax = 1024;
constexpr std::size_t kTextBytesMax = 16 * 1024;

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// A template of ours that makes no sense: found by the first test that reads a message of the product.
[[noreturn]] void wrong(std::string_view text, const char* why) {
  std::fprintf(stderr, "template \"%s\": %s\n", std::string(text).c_str(), why);
  std::abort();
}

/// Where `literal` ends in `text` if it stands at `at`; a blank in it stands for one or more.
std::size_t literal_end(std::string_view literal, std::string_view text, std::size_t at) {
  for (const char c : literal) {
    if (at >= text.size()) return std::string_view::npos;
    if (c == ' ') {
      if (!is_blank(text[at])) return std::string_view::npos;
      while (at < text.size() && is_blank(text[at])) ++at;
    } else if (text[at++] != c) {
      return std::string_view::npos;
    }
  }
  return at;
}

constexpr bool is_address_char(char c) {
  const char l = lower(c);
  return is_digit(c) || (l >= 'a' && l <= 'f') || c == ':' || c == '.';
}

using CharSet = std::array<std::uint64_t, 4>;
void add(CharSet& set, char c) {
  const auto byte = static_cast<unsigned char>(c);
  set[byte / 64] |= std::uint64_t{1} << (byte % 64);
}
bool has(const CharSet& set, char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (set[byte / 64] >> (byte % 64) & 1U) != 0;
}
void add_all(CharSet& set) { set = {~0ULL, ~0ULL, ~0ULL, ~0ULL}; }

}  // namespace

TextTable::TextTable(std::span<const TextRow> rows) {
  rows_.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows_[i].row = &rows[i];
    compile(rows_[i]);
    look_ahead(rows_[i]);
    // What the row may begin with is what stands before its first step.
    const Op& front = rows_[i].ops.front();
    for (unsigned byte = 0; byte < 256; ++byte) {
      if (has(front.next, static_cast<char>(byte))) by_first_[byte].push_back(static_cast<std::uint16_t>(i));
    }
    if (front.may_end) for_nothing_.push_back(static_cast<std::uint16_t>(i));
  }
}

// The first op is a mark that holds what the row may begin with; the last is `finish`, or `end` where the text must end.
void TextTable::compile(Compiled& into) {
  const std::string_view text = into.row->text;
  into.ops.push_back({.step = Step::option, .beyond = 1});
  std::size_t option = 0;
  std::size_t at = 0, captures = 0;
  bool ended = false;
  while (at < text.size()) {
    if (ended) wrong(text, "something follows the $");
    const char c = text[at];
    if (c == '{') {
      const std::size_t close = text.find('}', at);
      if (close == std::string_view::npos) wrong(text, "a { without its }");
      std::string_view name = text.substr(at + 1, close - at - 1), kind;
      if (const std::size_t bar = name.find('|'); bar != std::string_view::npos) {
        kind = name.substr(bar + 1);
        name = name.substr(0, bar);
      }
      Op op{.step = Step::any, .target = static_cast<std::uint16_t>(targets_.size())};
      if (kind == "word")
        op.step = Step::word;
      else if (kind == "number")
        op.step = Step::number;
      else if (kind == "ip")
        op.step = Step::ip;
      else if (kind == "last")
        op.step = Step::last;
      else if (!kind.empty())
        wrong(text, "an unknown kind of capture");
      if (++captures > kCapturesMax) wrong(text, "too many captures");
      targets_.push_back(target_of(name));
      into.ops.push_back(op);
      at = close + 1;
    } else if (c == '[') {
      if (option != 0) wrong(text, "an option within an option");
      option = into.ops.size();
      into.ops.push_back({.step = Step::option});
      ++at;
    } else if (c == ']') {
      if (option == 0) wrong(text, "a ] without its [");
      into.ops[option].beyond = static_cast<std::uint16_t>(into.ops.size());
      option = 0;
      ++at;
    } else if (c == '$') {
      ended = true;
      ++at;
    } else {
      // A literal runs to the next special character; a backslash begins a new one.
      const std::size_t from = c == '\\' ? at + 1 : at;
      if (from >= text.size()) wrong(text, "a \\ at the end");
      std::size_t end = from + 1;
      while (end < text.size() && std::string_view("{}[]$\\").find(text[end]) == std::string_view::npos)
        ++end;
      if (text[from] == '}' && c != '\\') wrong(text, "a } without its {");
      into.ops.push_back({.step = Step::literal, .literal = text.substr(from, end - from)});
      at = end;
    }
  }
  if (option != 0) wrong(text, "a [ without its ]");
  into.ops.push_back({.step = ended ? Step::end : Step::finish});

  std::string_view also = into.row->also;
  while (!also.empty()) {
    std::string_view pair = take_until(also, ';');
    const std::string_view name = take_until(pair, '=');
    if (name.empty()) wrong(text, "a constant without a name");
    into.constants.push_back({name, pair});
  }
}

void TextTable::look_ahead(Compiled& into) const {
  // From the back: what can stand first from each op on.
  std::vector<CharSet> first(into.ops.size());
  std::vector<bool> may_end(into.ops.size());
  for (std::size_t i = into.ops.size(); i-- > 0;) {
    Op& op = into.ops[i];
    switch (op.step) {
      case Step::finish:
        add_all(first[i]);
        may_end[i] = true;
        // Nothing must follow, so a capture before it takes the rest.
        break;
      case Step::end:
        may_end[i] = true;
        break;
      case Step::literal:
        add(first[i], op.literal.front());
        if (op.literal.front() == ' ') add(first[i], '\t');
        break;
      case Step::number:
        for (char c = '0'; c <= '9'; ++c) add(first[i], c);
        break;
      case Step::ip:
        for (int c = 0; c < 256; ++c) {
          if (is_address_char(static_cast<char>(c))) add(first[i], static_cast<char>(c));
        }
        break;
      case Step::word:
        add_all(first[i]);
        break;
      case Step::any:
      case Step::last:
        add_all(first[i]);
        may_end[i] = may_end[i + 1];
        break;
      case Step::option: {
        first[i] = first[i + 1];
        may_end[i] = may_end[i + 1];
        for (std::size_t part = 0; part < 4; ++part) first[i][part] |= first[op.beyond][part];
        may_end[i] = may_end[i] || may_end[op.beyond];
        break;
      }
    }
    op.next = op.step == Step::option && i == 0 ? first[0] : first[std::min(i + 1, into.ops.size() - 1)];
    op.may_end =
        op.step == Step::option && i == 0 ? may_end[0] : may_end[std::min(i + 1, into.ops.size() - 1)];
  }
}

bool TextTable::capture(const Compiled& row, std::size_t op, std::string_view text, std::size_t at,
                        std::size_t end, Match& match) const {
  const std::size_t slot = match.count++;
  match.values[slot] = text.substr(at, end - at);
  match.targets[slot] = row.ops[op].target;
  if (fits(row, op + 1, text, end, match)) return true;
  match.count = slot;
  return false;
}

bool TextTable::fits(const Compiled& row, std::size_t op, std::string_view text, std::size_t at,
                     Match& match) const {
  for (;; ++op) {
    if (++match.steps > kStepsMax) return false;
    const Op& now = row.ops[op];
    switch (now.step) {
      case Step::finish:
        return true;
      case Step::end:
        return trim(text.substr(at)).empty();
      case Step::literal:
        at = literal_end(now.literal, text, at);
        if (at == std::string_view::npos) return false;
        continue;
      case Step::option:
        if (op == 0) continue;
        {
          const std::size_t count = match.count;
          if (fits(row, op + 1, text, at, match)) return true;
          match.count = count;
          op = now.beyond - std::size_t{1};
        }
        continue;
      case Step::number: {
        std::size_t end = at;
        while (end < text.size() && is_digit(text[end])) ++end;
        return end != at && capture(row, op, text, at, end, match);
      }
      case Step::ip: {
        std::size_t end = at;
        while (end < text.size() && is_address_char(text[end])) ++end;
        // "10.0.0.1:" and "10.0.0.1." end a clause; "10.0.0.1:443" is followed by its port.
        for (; end > at; --end) {
          if (!plain_address(text.substr(at, end - at)).empty())
            return capture(row, op, text, at, end, match);
          if (end - at > 64) return false;
        }
        return false;
      }
      case Step::word:
      case Step::any: {
        const Step follows = row.ops[op + 1].step;
        if (follows == Step::finish || follows == Step::end) {
          std::size_t end = text.size();
          if (now.step == Step::word) {
            end = at;
            while (end < text.size() && !is_blank(text[end])) ++end;
            if (end == at) return false;
          }
          return capture(row, op, text, at, end, match);
        }
        const std::size_t stop = std::min(text.size(), kTextBytesMax);
        for (std::size_t end = now.step == Step::word ? at + 1 : at; end <= stop; ++end) {
          if (now.step == Step::word && is_blank(text[end - 1])) return false;
          const bool worth = end == text.size() ? now.may_end : has(now.next, text[end]);
          if (worth && capture(row, op, text, at, end, match)) return true;
          if (match.steps > kStepsMax) return false;
        }
        return false;
      }
      case Step::last: {
        for (std::size_t end = std::min(text.size(), kTextBytesMax) + 1; end-- > at;) {
          const bool worth = end == text.size() ? now.may_end : has(now.next, text[end]);
          if (worth && capture(row, op, text, at, end, match)) return true;
          if (match.steps > kStepsMax) return false;
        }
        return false;
      }
    }
  }
}

const TextTable::Compiled* TextTable::find(std::string_view text, Match& match) const {
  const auto& candidates = text.empty() ? for_nothing_ : by_first_[static_cast<unsigned char>(text.front())];
  for (const std::uint16_t index : candidates) {
    match.count = 0;
    match.steps = 0;
    if (fits(rows_[index], 0, text, 0, match)) return &rows_[index];
  }
  return nullptr;
}

const TextRow* TextTable::find(std::string_view text) const {
  Match match;
  const Compiled* const row = find(text, match);
  return row == nullptr ? nullptr : row->row;
}

const TextRow* TextTable::read(PayloadWriter& out, std::string_view text) const {
  Match match;
  const Compiled* const row = find(text, match);
  if (row == nullptr) return nullptr;
  for (std::size_t i = 0; i < match.count; ++i) put(out, targets_[match.targets[i]], match.values[i]);
  for (const Constant& constant : row->constants) out.add(constant.name, constant.value);
  out.classify(row->row->category, row->row->type, row->row->action, row->row->outcome);
  return row->row;
}

}  // namespace vigil
