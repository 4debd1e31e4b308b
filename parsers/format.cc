#include "parsers/format.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "parsers/characters.h"
#include "parsers/formats_list.h"  // made by the build: a declaration and a row for each file of parsers/formats/
#include "parsers/json_marks.h"
#include "parsers/payload_app.h"

namespace vigil {
namespace {

using Specs = std::vector<const FormatSpec*>;

/// Who is asked about a text: by its first character, and by the program's name; each in order of asking. A known program's
/// own formats are asked early: most messages have one, and then the others need not look.
struct Order {
  struct Named {
    Specs own, anyone;  ///< before and among those that are asked by the text
  };
  std::array<Specs, 256> first, by_first;  ///< those that anything may begin with, too
  std::unordered_map<std::string_view, Named> by_program;
};

bool asked_before(const FormatSpec* a, const FormatSpec* b) {
  return a->rank != b->rank ? a->rank < b->rank : a->number < b->number;
}

/// What formats read of a message: some devices say all in structured data and have no text behind it.
std::string_view said(const SyslogHeader& header) { return header.message.empty() ? header.structured_data : header.message; }

class Registry {
 public:
  Registry() {
    for (const FormatSpec* spec : kFormatList) by_number_[static_cast<std::size_t>(spec->number)] = spec;
    all_.assign(std::begin(kFormatList), std::end(kFormatList));
    std::sort(all_.begin(), all_.end(), [](const auto* a, const auto* b) { return a->number < b->number; });
    Specs order = all_;
    std::sort(order.begin(), order.end(), asked_before);
    for (const FormatSpec* spec : order) {
      if (spec->number == Format::none) continue;
      add(spec->reads == Reads::line ? lines_ : messages_, *spec);
      for (const std::string_view mark : spec->json_marks) {
        marks_[static_cast<std::size_t>(spec->number)].push_back(JsonMarks::place_of(mark));
      }
    }
  }

  const Specs& all() const { return all_; }
  const FormatSpec* find(Format number) const {
    const auto index = static_cast<std::size_t>(number);
    return index < by_number_.size() ? by_number_[index] : nullptr;
  }

  const FormatSpec* detect(const SyslogHeader& header) const {
    if (header.format != HeaderFormat::rfc5424) {
      const std::string_view line = line_of(header);
      if (const FormatSpec* spec = line.empty() ? nullptr : ask(lines_, header, line, {})) return spec;
    }
    return detect_message(header, said(header));
  }

  const FormatSpec* detect_message(const SyslogHeader& header, std::string_view text) const {
    if (text.empty()) return nullptr;
    return ask(messages_, header, text, program_name(header.app));
  }

 private:
  static void add(Order& order, const FormatSpec& spec) {
    std::array<bool, 256> first{};
    for (const std::string_view start : spec.starts) first[static_cast<unsigned char>(start.front())] = true;
    for (const char c : spec.first_bytes) first[static_cast<unsigned char>(c)] = true;
    const bool by_text = !spec.starts.empty() || !spec.first_bytes.empty();
    const bool anything = !by_text && spec.programs.empty();
    auto& lists = spec.rank <= kRankBeforePrograms ? order.first : order.by_first;
    for (std::size_t byte = 0; byte < first.size(); ++byte) {
      // A document that holds somebody's line is not that line.
      const bool not_json = byte == '{' && spec.json_marks.empty() && spec.rank > kRankBeforePrograms;
      if (first[byte] || (anything && !not_json)) lists[byte].push_back(&spec);
    }
    for (const std::string_view program : spec.programs) {
      Order::Named& named = order.by_program[program];
      (spec.rank < kRankOfAnyone ? named.own : named.anyone).push_back(&spec);
    }
  }

  static bool claims(const FormatSpec& spec, const SyslogHeader& header, std::string_view text,
                     bool of_program) {
    const auto starts = [text](std::string_view start) { return start.front() == text.front() && text.starts_with(start); };
    const bool named = spec.starts.empty() || std::any_of(spec.starts.begin(), spec.starts.end(), starts) ||
                       spec.first_bytes.find(text.front()) != std::string_view::npos;
    if (!named && !of_program) return false;
    return spec.claims == nullptr || spec.claims(header, text);
  }

  static const Order::Named& of(const Order& order, std::string_view program) {
    static const Order::Named kNone;
    const auto found = program.empty() ? order.by_program.end() : order.by_program.find(program);
    return found == order.by_program.end() ? kNone : found->second;
  }

  const FormatSpec* ask(const Order& order, const SyslogHeader& header, std::string_view text,
                        std::string_view program) const {
    const auto byte = static_cast<unsigned char>(text.front());
    std::optional<JsonMarks> marks;
    const auto may_claim = [&](const FormatSpec& spec) {
      if (byte != '{' || spec.json_marks.empty()) return true;
      if (!marks) marks.emplace(text);
      return marks->may_hold_any(marks_[static_cast<std::size_t>(spec.number)]);
    };
    for (const FormatSpec* spec : order.first[byte]) {
      if (claims(*spec, header, text, false)) return spec;
    }
    const Order::Named& named = of(order, program);
    for (const FormatSpec* spec : named.own) {
      if (claims(*spec, header, text, true)) return spec;
    }
    // The rest is walked as one list, in order.
    const Specs& by_text = order.by_first[byte];
    const Specs& by_program = named.anyone;
    auto one = by_text.begin();
    auto two = by_program.begin();
    while (one != by_text.end() || two != by_program.end()) {
      const bool of_program = one == by_text.end() || (two != by_program.end() && !asked_before(*one, *two));
      const FormatSpec& spec = of_program ? **two++ : **one++;
      if (may_claim(spec) && claims(spec, header, text, of_program)) return &spec;
    }
    return nullptr;
  }

  std::array<const FormatSpec*, kFormatsMax> by_number_{};
  std::array<std::vector<JsonMarks::Place>, kFormatsMax> marks_;
  Specs all_;
  Order messages_, lines_;
};

const Registry& registry() {
  static const Registry kRegistry;
  return kRegistry;
}

/// The text that formats read. A colon inside the payload can have been taken for the end of a tag ("fe80::1 - - […",
/// "www.example.com:443 10.0.0.1 - - […", "CEF:1|…"): no blank follows it then, and the payload begins with the tag.
std::string_view with_tag(const SyslogHeader& header) {
  const std::string_view frame = header.wrapping == Wrapping::none ? header.text : header.inner;
  // "::1 - - […": the first colon reads like the end of a Cisco prefix.
  if (header.app.empty() && header.message.starts_with(':') && frame.ends_with(header.message) &&
      frame.size() > header.message.size() && header.message.data()[-1] == ':') {
    return {header.message.data() - 1, header.message.size() + 1};
  }
  const bool glued = !header.app.empty() && header.procid.empty() &&
                     header.message.data() == header.app.data() + header.app.size() + 1;
  if (!glued) return header.message;
  return {header.app.data(), header.app.size() + 1 + header.message.size()};
}

/// Formats whose text can begin with what reads like a tag.
bool may_begin_with_tag(Format format) { return format == Format::cef || format == Format::access_log; }

}  // namespace

std::string_view line_of(const SyslogHeader& header) {
  std::string_view text = header.wrapping == Wrapping::none ? header.text : header.inner;
  if (header.has_priority && text.starts_with('<')) {
    const std::size_t end = text.find('>');
    if (end < 5) text.remove_prefix(end + 1);
  }
  while (text.starts_with(' ')) text.remove_prefix(1);
  return text;
}

bool is_of_programs(const FormatSpec& spec) {
  return spec.writing == Writing::plain && (!spec.programs.empty() || spec.rank >= kRankOfAnyone);
}

std::span<const FormatSpec* const> all_formats() { return registry().all(); }

const FormatSpec* find_format(Format number) { return registry().find(number); }

std::string_view format_name(Format format) {
  const FormatSpec* const spec = find_format(format);
  return spec == nullptr ? "none" : spec->name;
}

std::string_view payload_text(const SyslogHeader& header, const FormatSpec& spec) {
  if (spec.reads == Reads::line) return line_of(header);
  if (header.message.empty() && spec.number != Format::none) return said(header);
  const bool as_expected =
      std::any_of(spec.starts.begin(), spec.starts.end(),
                  [&header](std::string_view start) { return header.message.starts_with(start); });
  return may_begin_with_tag(spec.number) && !as_expected ? with_tag(header) : header.message;
}

void settle_header(SyslogHeader& header, Format format, std::string_view peer) {
  const FormatSpec* const spec = find_format(format);
  if (spec == nullptr || spec->reads != Reads::line) return;
  header.host = peer;
  header.host_from_message = false;
  header.app = header.procid = header.msgid = {};
  header.message = line_of(header);
  if (spec->time != nullptr) header.has_timestamp = false;  // the format reads the line's time itself
}

Format detect_format(const SyslogHeader& header) {
  const FormatSpec* const spec = registry().detect(header);
  if (spec != nullptr && spec->number != Format::key_value) return spec->number;
  // "CEF:1|…" and hosts with a colon: the tag may be the payload's own beginning.
  const std::string_view text = with_tag(header);
  if (text.size() != header.message.size()) {
    const FormatSpec* const early = registry().detect_message(header, text);
    if (early != nullptr && may_begin_with_tag(early->number)) return early->number;
  }
  return spec == nullptr ? Format::none : spec->number;
}

bool payload_time_first(const SyslogHeader& header, Format format) {
  if (!header.has_timestamp) return true;
  const FormatSpec* const spec = find_format(format);
  if (spec == nullptr || header.wrapping != Wrapping::none) return false;
  return spec->time_first || spec->reads == Reads::line;
}

std::optional<std::int64_t> quick_payload_time(const SyslogHeader& header, Format format, int zone_minutes) {
  const FormatSpec* const spec = find_format(format);
  if (spec == nullptr || spec->time == nullptr) return std::nullopt;
  return spec->time(header, payload_text(header, *spec), zone_minutes);
}

}  // namespace vigil
