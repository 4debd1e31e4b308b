#include "parsers/relay_syslog.h"

#include "parsers/characters.h"
#include "parsers/render.h"

namespace vigil {

namespace {

// Longest words of a header (RFC 5424 6).
constexpr std::size_t kHostMax = 255, kAppMax = 48, kProcIdMax = 128, kMsgIdMax = 32;

/// The value of a parameter: `"`, `\` and `]` escaped (6.3.3), control characters never there.
void append_param(std::string_view name, std::string_view value, std::string& out) {
  out.append(" ").append(name).append("=\"");
  for (const char c : value) {
    if (c == '"' || c == '\\' || c == ']') out.push_back('\\');
    out.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '_' : c);
  }
  out.push_back('"');
}

void append_element(const RelayMark& mark, std::string& out) {
  out.append("[").append(kRelayElement);
  append_param("origin", mark.instance, out);
  out.append(" seq=\"");
  out.append(std::to_string(mark.sequence));
  out.push_back('"');
  append_param("peer", mark.peer, out);
  out.push_back(']');
}

/// Where the structured data of an RFC 5424 message begins: behind six words. npos if it does not get that far.
std::size_t structured_data_at(std::string_view raw) {
  const std::size_t priority_end = raw.find('>');
  if (priority_end == std::string_view::npos) return std::string_view::npos;
  std::size_t at = priority_end + 1;
  for (unsigned words = 0; words < 6; ++words) {  // VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID
    while (char_at(raw, at) == ' ') ++at;
    at = raw.find(' ', at);
    if (at == std::string_view::npos) return at;
  }
  while (char_at(raw, at) == ' ') ++at;
  return at < raw.size() ? at : std::string_view::npos;
}

/// The offset of the ']' that ends our element in `elements`, which are good; npos if it is not among them.
std::size_t relay_element_end(std::string_view elements) {
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < elements.size(); ++at) {
    const char c = elements[at];
    if (quoted && c == '\\') {
      const char next = char_at(elements, at + 1);
      if (next == '"' || next == '\\' || next == ']') ++at;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == '[') {
      begin = at + 1;
    } else if (!quoted && c == ']') {
      const std::string_view element = elements.substr(begin, at - begin);
      if (element.starts_with(kRelayElement) &&
          (element.size() == kRelayElement.size() || element[kRelayElement.size()] == ' '))
        return at;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::vector<std::string_view> relay_trail(std::string_view structured_data, Arena& arena) {
  std::vector<std::string_view> trail;
  if (structured_data.find(kRelayElement) == std::string_view::npos) return trail;
  for_each_sd_param(structured_data, arena, [&trail](const SdParam& param) {
    if (param.id == kRelayElement && (param.name == "origin" || param.name == "via"))
      trail.push_back(param.value);
  });
  return trail;
}

void append_syslog_word(std::string_view text, std::size_t most, std::string& out) {
  if (text.empty()) return out.push_back('-');
  for (const char c : text.substr(0, most)) out.push_back(c > ' ' && c < 0x7f ? c : '_');
}

bool append_marked_rfc5424(std::string_view raw, const SyslogHeader& header, const RelayMark& mark,
                           std::string& out) {
  if (header.format != HeaderFormat::rfc5424 || header.tags.has(Tag::bad_sd) || header.tags.has(Tag::no_sd) ||
      header.tags.has(Tag::sd_unquoted) || header.tags.has(Tag::utf16)) {
    return false;
  }
  const std::size_t at = structured_data_at(raw);
  if (at == std::string_view::npos) return false;
  if (raw[at] == '-') {
    if (at + 1 < raw.size() && raw[at + 1] != ' ') return false;
    out.append(raw.substr(0, at));
    append_element(mark, out);
    out.append(raw.substr(at + 1));
    return true;
  }
  // What the header's reader found must be what stands here, byte for byte; not so where it decoded the text.
  const std::string_view elements = header.structured_data;
  if (elements.empty() || !raw.substr(at).starts_with(elements)) return false;
  const std::size_t end = relay_element_end(elements);
  if (end == std::string_view::npos) {
    out.append(raw.substr(0, at));
    append_element(mark, out);
    out.append(raw.substr(at));
  } else {
    out.append(raw.substr(0, at + end));
    append_param("via", mark.instance, out);
    out.append(raw.substr(at + end));
  }
  return true;
}

void append_rendered_rfc5424(const SyslogHeader& header, const Source& source, std::int64_t event_ns,
                             const RelayMark& mark, std::string_view message, std::string& out) {
  out.push_back('<');
  out.append(std::to_string(header.priority.value()));
  out.append(">1 ");
  const std::int64_t micros = event_ns - (event_ns % 1000 + 1000) % 1000;
  append_iso_time(micros, source.zone_minutes, out);
  out.push_back(' ');
  append_syslog_word(source.host, kHostMax, out);
  out.push_back(' ');
  append_syslog_word(header.app, kAppMax, out);
  out.push_back(' ');
  append_syslog_word(header.procid, kProcIdMax, out);
  out.push_back(' ');
  append_syslog_word(header.msgid, kMsgIdMax, out);
  out.push_back(' ');
  append_element(mark, out);
  if (!message.empty()) out.append(" ").append(message);
}

void append_counted(std::string_view message, std::string& out) {
  out.append(std::to_string(message.size())).append(" ").append(message);
}

}  // namespace vigil
