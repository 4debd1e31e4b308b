#include "parsers/hec_body.h"

#include <algorithm>

#include "parsers/charset.h"
#include "parsers/json_members.h"
#include "parsers/json_walk.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

/// Numbers of one question about acknowledgements.
constexpr std::size_t kAcksMax = 100'000;

class BodyReader {
 public:
  BodyReader(std::string_view text, Arena& arena, const HecLimits& limits, HecBody& out)
      : rest_(text), arena_(arena), limits_(limits), out_(out) {}

  void read() {
    skip_between();
    bool in_array = take_prefix(rest_, "[");
    for (;;) {
      skip_between();
      if (in_array && take_prefix(rest_, "]")) {
        in_array = false;
        continue;
      }
      if (rest_.empty()) {
        if (in_array) return fail(HecErrc::invalid_data);
        if (out_.events.empty()) fail(HecErrc::no_data);
        return;
      }
      if (!read_event()) return;
    }
  }

 private:
  void skip_between() {
    const std::size_t from = rest_.find_first_not_of(" \t\r\n,");
    rest_.remove_prefix(from == std::string_view::npos ? rest_.size() : from);
  }

  void fail(HecErrc error) {
    out_.error = error;
    out_.invalid_event = out_.events.size();
    out_.events.clear();
  }
  bool refuse(HecErrc error) {
    fail(error);
    return false;
  }

  bool read_event() {
    const std::size_t length = rest_.front() == '{' ? json_value_length(rest_) : 0;
    if (length == 0) return refuse(HecErrc::invalid_data);
    const std::string_view text = rest_.substr(0, length);
    rest_.remove_prefix(length);
    if (length > limits_.event_bytes_max || out_.events.size() == limits_.events_max)
      return refuse(HecErrc::too_large);
    if (!walk_json(text, scratch_, json_scratch())) return refuse(HecErrc::invalid_data);
    scratch_.reset();
    return take_members(text);
  }

  bool take_members(std::string_view text) {
    HecEvent event{text, {}};
    JsonMember said;
    HecErrc error = HecErrc::none;
    for_each_json_member(text, [&](const JsonMember& member) {
      if (member.name == "event" && said.value.empty()) said = member;
      if (member.name == "fields" && !are_flat(member)) error = HecErrc::bad_fields;
      if (member.name == "index" && !member.is_null()) {
        const auto index = read_json_string(member.value, arena_);
        if (!index || !is_hec_index(*index)) error = HecErrc::incorrect_index;
        event.index = index.value_or(std::string_view());
      }
    });
    if (said.value.empty() || said.is_null()) return refuse(HecErrc::event_required);
    if (said.is_string() && trim(said.value.substr(1, said.value.size() - 2)).empty()) {
      return refuse(HecErrc::event_blank);
    }
    if (error != HecErrc::none) return refuse(error);
    out_.events.push_back(event);
    return true;
  }

  /// An object of plain values or lists of them.
  static bool are_flat(const JsonMember& fields) {
    if (fields.is_null()) return true;
    bool flat = fields.is_object();
    if (!flat) return false;
    for_each_json_member(fields.value, [&](const JsonMember& field) {
      if (field.is_object()) flat = false;
      if (!field.is_array()) return;
      for_each_json_member(field.value, [&](const JsonMember& element) {
        if (element.is_object() || element.is_array()) flat = false;
      });
    });
    return flat;
  }

  std::string_view rest_;
  Arena& arena_;
  const HecLimits& limits_;
  HecBody& out_;
  Arena scratch_;
};

}  // namespace

HecBody read_hec_events(std::string_view body, Charset charset, Arena& arena, const HecLimits& limits) {
  HecBody out;
  // Before any cutting: second bytes of Big5 include brackets and backslashes.
  const DecodedText decoded = decode_text(body, charset, Controls::kept, arena);
  out.tags = decoded.tags;
  out.tags.remove(Tag::bom_lead);
  BodyReader(decoded.text, arena, limits, out).read();
  return out;
}

HecErrc read_hec_lines(std::string_view body, std::vector<HecLine>& lines, const HecLimits& limits) {
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    std::string_view line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trim(line).empty()) continue;
    if (lines.size() == limits.events_max) return HecErrc::too_large;
    const bool oversize = line.size() > limits.event_bytes_max;
    lines.push_back({line.substr(0, limits.event_bytes_max), oversize});
  }
  return lines.empty() ? HecErrc::no_data : HecErrc::none;
}

std::optional<std::int64_t> read_hec_time(std::string_view text) {
  text = trim(text);
  if (text.starts_with('-')) return std::nullopt;
  return read_epoch(text);
}

bool is_hec_channel(std::string_view name) {
  constexpr std::size_t kBytes = 36;
  if (name.size() != kBytes) return false;
  for (std::size_t i = 0; i < kBytes; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = lower(name[i]);
    const bool hex = is_digit(c) || (c >= 'a' && c <= 'f');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

bool is_hec_index(std::string_view name) {
  return !name.empty() && name.size() <= HecLimits::kIndexBytesMax &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

std::optional<std::vector<std::uint64_t>> read_hec_ack_question(std::string_view body) {
  Arena arena(1024);
  if (!walk_json(body, arena, json_scratch())) return std::nullopt;
  const JsonMember acks = find_json_member(body, "acks");
  if (!acks.is_array()) return std::nullopt;
  std::vector<std::uint64_t> numbers;
  bool good = true;
  for_each_json_member(acks.value, [&](const JsonMember& element) {
    const auto number = read_number(element.value);
    good = good && number && numbers.size() < kAcksMax;
    if (good) numbers.push_back(*number);
  });
  if (!good) return std::nullopt;
  return numbers;
}

}  // namespace vigil
