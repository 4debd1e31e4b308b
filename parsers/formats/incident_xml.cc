#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

/// Which end the element that is being read is about.
enum class Role : std::uint8_t { none, source, target };

std::string_view take_name(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && (is_alpha(text[end]) || is_digit(text[end]) || text[end] == '-' ||
                               text[end] == '_' || text[end] == ':'))
    ++end;
  const std::string_view name = text.substr(0, end);
  text.remove_prefix(end);
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// The value of an attribute, given with " " before and `="` behind its name.
std::string_view attribute(std::string_view tag, const SearchText& name) {
  const std::size_t at = find_text(tag, name);
  if (at == std::string_view::npos) return {};
  const std::string_view value = tag.substr(at + name.size());
  return value.substr(0, value.find('"'));
}

class IncidentReader {
 public:
  explicit IncidentReader(PayloadWriter& out) : out_(out) {}

  void read(std::string_view xml) {
    for (std::size_t count = 0; count < 4 * PayloadWriter::kFieldsMax; ++count) {
      const std::size_t open = xml.find('<');
      if (open == std::string_view::npos) return;
      xml.remove_prefix(open + 1);
      const bool ends = take_prefix(xml, "/");
      const std::string_view name = take_name(xml);
      const std::size_t close = xml.find('>');
      const std::string_view tag = xml.substr(0, close);
      xml.remove_prefix(close == std::string_view::npos ? xml.size() : close + 1);
      if (ends) {
        if (name == "Source" || name == "Target" || name == "System") role_ = Role::none;
      } else {
        begin(name, tag, trim(xml.substr(0, xml.find('<'))));
      }
    }
  }

 private:
  void begin(std::string_view name, std::string_view tag, std::string_view text) {
    if (name == "Source") role_ = Role::source;
    if (name == "Target") role_ = Role::target;
    if (name == "System") role_ = attribute(tag, " category=\"") == "target" ? Role::target : Role::source;
    if (name == "Classification") return alert(attribute(tag, " text=\""));
    if (name == "Alert" || name == "Heartbeat") return out_.add("event.id", attribute(tag, " messageid=\""));
    if (name == "IncidentID") return out_.add("event.id", text);
    if (name == "Analyzer") return out_.add("observer.name", attribute(tag, " name=\""));
    if (name == "Impact") {
      out_.add("log.level", attribute(tag, " severity=\""));
      return;
    }
    if (name == "Description" && !text.empty()) return alert(text);
    if (name == "address" || name == "Address") {
      if (plain_address(text).empty() || role_ == Role::none) return;
      return out_.add_endpoint(role_ == Role::target ? Side::destination : Side::source, text);
    }
    if ((name == "port" || name == "Port") && all_digits(text) && role_ != Role::none) {
      return out_.add_port(role_ == Role::target ? Side::destination : Side::source, text);
    }
    if (name == "protocol") return out_.add("network.protocol", out_.lower_case(text));
  }

  void alert(std::string_view name) {
    if (!name.empty() && out_.event().find("rule.name") == nullptr) out_.alert(name);
  }

  PayloadWriter& out_;
  Role role_ = Role::none;
};

bool claims_incident_xml(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  return contains(front, "IDMEF-Message") || contains(front, "IODEF-Document") ||
         contains(front, "urn:ietf:params:xml:ns:iodef") || contains(front, "/idmef");
}

/// Incidents as XML: IDMEF (RFC 4765) and IODEF (RFC 5070, RFC 7970): what it is called, who did it to whom.
void parse_incident_xml(PayloadWriter& out) {
  IncidentReader(out).read(out.text());
  out.set("event.kind", "alert");
  out.classify("intrusion_detection", "info");
}

}  // namespace

extern const FormatSpec kFormat_incident_xml = {
    .number = Format{120},
    .name = "incident_xml",
    .title = "IDMEF, IODEF",
    .sample =
        R"(<IDMEF-Message xmlns="http://iana.org/idmef"><Alert messageid="a1"><Source><Node><Address category="ipv4-addr"><address>203.0.113.9</address></Address></Node></Source><Classification text="portscan"/></Alert></IDMEF-Message>)",
    .rank = 30,
    .first_bytes = "<",
    .claims = claims_incident_xml,
    .parse = parse_incident_xml,
    .kinds = Kind::device,
};

}  // namespace vigil
