#include "parsers/cef_render.h"

#include <algorithm>
#include <array>

#include "parsers/characters.h"
#include "parsers/relay_syslog.h"

namespace vigil {

namespace {

/// Longest value, in bytes: CEF's own limit for `msg` (1023). Others are shorter there, but cutting them here would only
/// lose what a receiver may well take.
constexpr std::size_t kValueBytesMax = 1023;
/// Longest name in the header (512 in CEF).
constexpr std::size_t kNameBytesMax = 512;

struct Pair {
  std::string_view key, name;  ///< CEF, ECS
};
/// The first of several ECS names for one key that the event has is the one that is sent.
constexpr Pair kPairs[] = {
    {"act", "event.action"},
    {"app", "network.protocol"},
    {"proto", "network.transport"},
    {"src", "source.ip"},
    {"dst", "destination.ip"},
    {"spt", "source.port"},
    {"dpt", "destination.port"},
    {"shost", "source.domain"},
    {"dhost", "destination.domain"},
    {"smac", "source.mac"},
    {"dmac", "destination.mac"},
    {"suser", "source.user.name"},
    {"suid", "source.user.id"},
    {"duser", "destination.user.name"},
    {"duser", "user.target.name"},
    {"duser", "user.name"},
    {"duid", "destination.user.id"},
    {"duid", "user.id"},
    {"sntdom", "source.user.domain"},
    {"dntdom", "destination.user.domain"},
    {"dntdom", "user.domain"},
    {"sourceTranslatedAddress", "source.nat.ip"},
    {"sourceTranslatedPort", "source.nat.port"},
    {"destinationTranslatedAddress", "destination.nat.ip"},
    {"destinationTranslatedPort", "destination.nat.port"},
    {"in", "source.bytes"},
    {"out", "destination.bytes"},
    {"request", "url.original"},
    {"request", "url.full"},
    {"requestMethod", "http.request.method"},
    {"requestClientApplication", "user_agent.original"},
    {"requestContext", "http.request.referrer"},
    {"fname", "file.name"},
    {"filePath", "file.path"},
    {"fsize", "file.size"},
    {"fileType", "file.type"},
    {"fileHash", "file.hash.sha256"},
    {"fileHash", "file.hash.sha1"},
    {"fileHash", "file.hash.md5"},
    {"deviceExternalId", "observer.serial_number"},
    {"deviceInboundInterface", "observer.ingress.interface.name"},
    {"deviceOutboundInterface", "observer.egress.interface.name"},
    {"reason", "event.reason"},
    {"outcome", "event.outcome"},
    {"sproc", "process.name"},
    {"spid", "process.pid"},
};

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// At most `most` bytes, not cut inside a character.
std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U) --most;
  return trimmed(text.substr(0, most));
}

/// Line ends have an escape in values only.
enum class LineEnds : std::uint8_t { escaped, blank };

void append_escaped(std::string_view text, char also, LineEnds line_ends, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == also || c == '\\') {
      out.append("\\").push_back(c);
    } else if (c == '\n' || c == '\r') {
      out.append(line_ends == LineEnds::blank ? " " : c == '\n' ? "\\n" : "\\r");
    } else if (byte < 0x20 || byte == 0x7f) {
      out.append("\\\\x").push_back(kHex[byte >> 4U]);
      out.push_back(kHex[byte & 15U]);
    } else {
      out.push_back(c);
    }
  }
}

void append_head(std::string_view text, std::string_view fallback, std::string& out) {
  text = cut(trimmed(text), kNameBytesMax);
  out.push_back('|');
  append_escaped(text.empty() ? fallback : text, '|', LineEnds::blank, out);
}

/// The pairs behind the header.
class Extension {
 public:
  explicit Extension(std::string& out) : out_(out) {}
  void add(std::string_view key, std::string_view value) {
    value = cut(trimmed(value), kValueBytesMax);
    if (value.empty()) return;
    out_.append(first_ ? "" : " ").append(key).push_back('=');
    append_escaped(value, '=', LineEnds::escaped, out_);
    first_ = false;
  }
  /// A custom field and what it is called.
  void add_named(std::string_view key, std::string_view name, std::string_view value) {
    if (trimmed(value).empty()) return;
    add(key, value);
    add(std::string(key) + "Label", name);
  }

 private:
  std::string& out_;
  bool first_ = true;
};

/// CEF's severity, 0 to 10: the event's own if it is one, else from the syslog severity.
std::string_view severity_of(const Event& event) {
  constexpr std::array<std::string_view, 8> kOfSyslog = {"10", "10", "9", "7", "5", "3", "2", "1"};
  const std::string_view own = event.text_of("event.severity");
  if (own == "10" || (own.size() == 1 && is_ascii_digit(own.front()))) return own;
  return kOfSyslog[static_cast<std::size_t>(event.header.priority.severity())];
}

std::string milliseconds(std::int64_t ns) { return std::to_string(ns / 1'000'000); }

}  // namespace

void append_cef(const Event& event, const Surroundings& around, std::string_view version, std::string& out) {
  const std::string_view message = event.text_of("message");
  const std::string_view rule = event.text_of("rule.name");
  const std::string_view code = event.text_of("event.code");
  const std::string_view action = event.text_of("event.action");
  const bool observed =
      !event.text_of("observer.vendor").empty() || !event.text_of("observer.product").empty();
  out.append("CEF:0");
  append_head(event.text_of("observer.vendor"), "Vigil", out);
  append_head(event.text_of("observer.product"), event.header.app.empty() ? "vigild" : event.header.app, out);
  append_head(observed ? event.text_of("observer.version") : version, version, out);
  append_head(code.empty() ? action : code, format_name(event.format), out);
  append_head(rule.empty() ? cut(message, 128) : rule, action.empty() ? "log" : action, out);
  append_head(severity_of(event), "1", out);
  out.push_back('|');

  Extension extension(out);
  std::string_view sent;
  for (const Pair& pair : kPairs) {
    const std::string_view value = trimmed(event.text_of(pair.name));
    if (pair.key == sent || value.empty()) continue;
    extension.add(pair.key, value);
    sent = pair.key;
  }
  extension.add("rt", milliseconds(event.timestamp_ns));
  extension.add("externalId", around.id);
  extension.add("dvchost", around.source->host);
  extension.add("cat", event.text_of("event.category"));
  extension.add_named("cs1", "organisation", around.source->organisation);
  extension.add_named("cs2", "system", around.source->system);
  extension.add_named("cs3", "peer", around.source->peer);
  extension.add_named("deviceCustomDate1", "received", milliseconds(around.received_ns));
  extension.add("msg", message);
}

void append_cef_syslog_header(const Event& event, const Source& source, std::string& out) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  // "2026-11-20T14:59:00…"
  const std::string time = iso_time(event.timestamp_ns, source.zone_minutes);
  const auto month = static_cast<std::size_t>((time[5] - '0') * 10 + time[6] - '1');
  out.append("<").append(std::to_string(event.header.priority.value())).append(">");
  out.append(kMonths[std::min<std::size_t>(month, 11)]).append(" ");
  out.push_back(time[8] == '0' ? ' ' : time[8]);
  out.push_back(time[9]);
  out.append(" ").append(time, 11, 8).append(" ");
  append_syslog_word(source.host, 255, out);
  out.push_back(' ');
}

}  // namespace vigil
