#include "rules/verbatim.h"

#include <algorithm>

#include "parsers/format.h"
#include "parsers/json_members.h"

namespace vigil::sigma {
namespace {

/// Fields that the parsers compute instead of copying: their values need not stand in the message.
constexpr std::string_view kDerived[] = {
    "@timestamp", "dns.op_code", "dns.type", "event.category", "event.dataset", "event.duration",
    "event.end", "event.ingested", "event.kind", "event.outcome", "event.severity",
    "event.start", "event.type", "host.name", "log.level", "network.bytes", "network.direction", "network.iana_number",
    "network.packets", "network.protocol", "network.transport", "network.type", "process.parent.pid",
    "process.pid", "tags", "tls.server.not_after", "tls.server.not_before", "winlog.logon.type",
    // an Enrichment's, where the message has none of its own (event_fields.h)
    "source.network", "destination.network"
};
constexpr std::string_view kDerivedFamilies[] = {"observer.", "log.", "vigil.", "related.", "threat.",
                                                // may stand in the envelope instead (parsers/envelope.h)
                                                "labels.", "splunk.", "tls.client.",
                                                // an Enrichment's too
                                                "source.geo.", "source.as.", "destination.geo.", "destination.as."};

}  // namespace

bool is_verbatim(std::string_view field, Format format) {
  if (const FormatSpec* const spec = find_format(format)) {
    for (const std::string_view name : spec->derived) {
      if (name.ends_with('.') ? field.starts_with(name) : field == name) return false;
    }
  }
  if (field == "event.action") {
    const FormatSpec* const spec = find_format(format);
    return spec != nullptr && spec->own_action;
  }
  if (std::find(std::begin(kDerived), std::end(kDerived), field) != std::end(kDerived)) return false;
  if (field.ends_with(".mac")) return false;
  return std::none_of(std::begin(kDerivedFamilies), std::end(kDerivedFamilies),
                      [&](std::string_view family) { return field.starts_with(family); });
}

bool stands_for_itself(char c, Format format) {
  if (c < 0x20 || c == 0x7F || static_cast<unsigned char>(c) >= 0x80) return false;
  const FormatSpec* const spec = find_format(format);
  if (spec != nullptr && spec->altered.find(c) != std::string_view::npos) return false;
  switch (spec == nullptr ? Writing::plain : spec->writing) {
    case Writing::cef: return c != '\\' && c != '|' && c != '=' && c != '#';
    case Writing::json: return c != '"' && c != '\\' && c != '/';
    case Writing::plain: return c != '"' && c != '\\';
  }
  return false;
}

bool hides_text(const SyslogHeader& header) {
  const bool in_json = header.wrapping == Wrapping::hec || header.wrapping == Wrapping::document;
  return in_json && header.text.find('\\') != std::string_view::npos;
}

ShownText shown_text(const SyslogHeader& header) {
  if (!hides_text(header)) return {};
  const JsonMember message =
      find_json_member(header.document, header.wrapping == Wrapping::hec ? "event" : "message");
  // An object inside is read as it stands there, with its escapes; a text is given without them.
  if (!message.is_string() || header.text.size() != header.document.size()) return {.beside = {}, .hidden = true};
  const auto begin = static_cast<std::size_t>(message.value.data() - header.document.data());
  const std::string_view before = header.document.substr(0, begin), behind = header.document.substr(begin + message.value.size());
  const bool hidden = before.find('\\') != std::string_view::npos || behind.find('\\') != std::string_view::npos;
  return {.beside = header.inner, .hidden = hidden};
}

}  // namespace vigil::sigma
