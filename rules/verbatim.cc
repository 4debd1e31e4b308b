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
                                                // what a document's carrier tells of itself
                                                "@metadata.", "@version", "agent.", "ecs.", "input.", "vendor.@metadata.",
                                                "vendor.@version", "vendor.agent.", "vendor.ecs.", "vendor.input.", "vendor.log.",
                                                // may stand in the envelope instead (parsers/envelope.h)
                                                "labels.", "splunk.", "tls.client.",
                                                // an Enrichment's too
                                                "source.geo.", "source.as.", "destination.geo.", "destination.as."};

/// Members of a document that tell of its way here; fields made of them are not verbatim (above).
constexpr std::string_view kCarriers[] = {"@metadata", "@timestamp", "@version", "agent", "ecs", "host.name", "input", "log"};
constexpr std::string_view kSplunkCarriers[] = {"host", "index", "source", "sourcetype", "time"};
bool tells_of_carrier(std::string_view member, bool splunk) {
  const auto same = [member](std::string_view name) {
    return member.starts_with(name) && (member.size() == name.size() || member[name.size()] == '.');
  };
  return splunk ? std::find(std::begin(kSplunkCarriers), std::end(kSplunkCarriers), member) != std::end(kSplunkCarriers)
                : std::any_of(std::begin(kCarriers), std::end(kCarriers), same);
}

/// Not worth a scan: `},` and the like.
constexpr std::size_t kEmptyPart = 2;

bool is_in_document(const SyslogHeader& header) {
  return header.wrapping == Wrapping::hec || header.wrapping == Wrapping::document;
}

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
  return is_in_document(header) && header.text.find('\\') != std::string_view::npos;
}

std::string_view keyword_text(const SyslogHeader& header) {
  return is_in_document(header) && !header.inner.empty() ? header.inner : header.text;
}

ShownText shown_text(const SyslogHeader& header) {
  ShownText shown;
  if (!is_in_document(header)) {
    shown.add(header.text);
    return shown;
  }
  shown.add(header.inner);
  const bool splunk = header.wrapping == Wrapping::hec;
  const std::string_view document = header.document, name_of_message = splunk ? "event" : "message";
  const auto begin_of = [](const JsonMember& member) { return member.name.data() - 1; };
  const char* from = document.data();
  const auto keep_until = [&](const char* end) {
    const std::string_view part(from, static_cast<std::size_t>(end - from));
    shown.hidden = shown.hidden || part.find('\\') != std::string_view::npos;
    if (shown.count == shown.parts.size()) shown.hidden = true;
    if (part.size() > kEmptyPart && !shown.hidden) shown.add(part);
  };
  std::size_t messages = 0;
  const bool whole = for_each_json_member(document, [&](const JsonMember& member) {
    const bool message = member.name == name_of_message;
    messages += message && member.is_string() ? 1U : 0U;
    if (!message && !tells_of_carrier(member.name, splunk)) return;
    keep_until(begin_of(member));
    from = member.value.data() + member.value.size();
  });
  keep_until(document.data() + document.size());
  // An object inside is read as it stands there, with its escapes; of two messages the reader has taken one.
  if (!whole || messages != 1 || header.text.size() != document.size()) shown.hidden = true;
  return shown;
}

}  // namespace vigil::sigma
