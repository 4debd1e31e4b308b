#include "parsers/json_object.h"

#include <simdjson.h>

#include <cstring>
#include <memory>

#include "parsers/json_walk.h"
#include "parsers/payload_text.h"

namespace vigil {

namespace {

/// simdjson reads some bytes behind the text, so each thread copies it into a buffer of its own that has them.
struct Workspace {
  simdjson::dom::parser parser;
  std::unique_ptr<char[]> bytes;
  std::size_t capacity = 0;

  simdjson::error_code check(std::string_view text, bool only_ascii) {
    const std::size_t need = text.size() + simdjson::SIMDJSON_PADDING;
    if (need > capacity) {
      bytes.reset(new char[need]);
      capacity = need;
    }
    std::memcpy(bytes.get(), text.data(), text.size());
    std::memset(bytes.get() + text.size(), 0, simdjson::SIMDJSON_PADDING);
    if (only_ascii) {
      for (std::size_t i = 0; i < text.size(); ++i) {
        if (static_cast<unsigned char>(bytes[i]) >= 0x80) bytes[i] = '?';
      }
    }
    simdjson::dom::element element;
    const simdjson::error_code error = parser.parse(bytes.get(), text.size(), false).get(element);
    return error == simdjson::SUCCESS && !element.is_object() ? simdjson::INCORRECT_TYPE : error;
  }
};

/// Memory for an ordinary document is kept between calls; what a huge one took is given back.
constexpr std::size_t kKeptBytes = std::size_t{1} << 20U;

}  // namespace

bool is_json_object(std::string_view text) {
  thread_local std::unique_ptr<Workspace> workspace;
  if (!workspace) workspace = std::make_unique<Workspace>();
  simdjson::error_code error = workspace->check(text, false);
  if (error == simdjson::UTF8_ERROR) error = workspace->check(text, true);
  if (text.size() > kKeptBytes) workspace.reset();
  return error == simdjson::SUCCESS;
}

std::string_view peek_document_host(std::string_view document) {
  constexpr std::size_t kHostBytesMax = 255;
  const auto plain = [](std::string_view name) {
    return !name.empty() && name.size() <= kHostBytesMax && name != "null" &&
           name.find('\\') == std::string_view::npos;
  };
  for (const std::string_view key : {"host.name", "host"}) {
    const std::string_view name = peek_json_member(document, key);
    if (plain(name)) return name;
  }
  constexpr SearchText kHost = "\"host\"";
  const std::size_t at = find_text(document, kHost);
  if (at == std::string_view::npos) return {};
  std::string_view rest = trim_left(document.substr(at + kHost.size()));
  if (!take_prefix(rest, ":")) return {};
  rest = trim_left(rest);
  // The object alone: its own members are the outermost of what is looked at.
  const std::string_view name = rest.starts_with('{') ? peek_json_member(rest, "name") : std::string_view();
  return plain(name) ? name : std::string_view();
}

}  // namespace vigil
