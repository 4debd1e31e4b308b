#include "parsers/json_body.h"

#include <cstring>

#include "parsers/charset.h"

namespace vigil {
namespace {

/// Doubles the backslash of each `\x`, in the arena; `text` itself where there is none.
std::string_view with_plain_pictures(std::string_view text, Arena& arena) {
  std::size_t pictures = 0;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] != '\\') continue;
    pictures += text[i + 1] == 'x' ? 1U : 0U;
    ++i;
  }
  if (pictures == 0) return text;
  char* const start = arena.allocate(text.size() + pictures);
  char* at = start;
  for (std::size_t i = 0; i < text.size(); ++i) {
    *at++ = text[i];
    if (text[i] != '\\' || i + 1 == text.size()) continue;
    if (text[i + 1] == 'x') *at++ = '\\';
    *at++ = text[++i];
  }
  return {start, static_cast<std::size_t>(at - start)};
}

}  // namespace

bool JsonBody::parse(std::string_view body, Charset charset) {
  const DecodedText decoded = decode_text(body, charset, Controls::kept, arena_);
  tags_ = decoded.tags;
  tags_.remove(Tag::bom_lead);
  const std::string_view text = with_plain_pictures(decoded.text, arena_);
  return parser_.parse(text.data(), text.size(), true).get(root_) == simdjson::SUCCESS;
}

bool find_member(const simdjson::dom::object& object, std::string_view name, std::string_view other_name,
                 simdjson::dom::element& found) {
  for (const auto member : object) {
    if (member.key != name && (other_name.empty() || member.key != other_name)) continue;
    found = member.value;
    return true;
  }
  return false;
}

}  // namespace vigil
