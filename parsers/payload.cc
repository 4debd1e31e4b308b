#include <array>

#include "parsers/envelope.h"
#include "parsers/event.h"
#include "parsers/format_access_log.h"
#include "parsers/format_cef.h"
#include "parsers/format_clamav.h"
#include "parsers/format_eve.h"
#include "parsers/format_fortigate.h"
#include "parsers/format_json.h"
#include "parsers/format_pam.h"
#include "parsers/format_sshd.h"
#include "parsers/format_sudo.h"
#include "parsers/format_web_error.h"
#include "parsers/format_windows_json.h"
#include "parsers/key_value.h"
#include "parsers/payload_app.h"
#include "parsers/payload_text.h"
#include "parsers/payload_writer.h"
#include "parsers/timestamp.h"
#include "parsers/wrapped_record.h"

namespace vigil {
namespace {

struct FormatRow {
  std::string_view name;
  void (*parse)(PayloadWriter& out);
};

void parse_text(PayloadWriter& out) {
  out.event().tags.add(Tag::unparsed);
  const std::string_view service = linux_service(out.header().app);
  if (!service.empty()) out.log_source("linux", {}, service);
}

// In the order of the enumeration: a new format is a line here and a file of its own.
constexpr std::array<FormatRow, static_cast<std::size_t>(Format::count_)> kFormats = {{
    {"none", parse_text},
    {"sshd", parse_sshd},
    {"pam", parse_pam},
    {"sudo", parse_sudo},
    {"cef", parse_cef},
    {"fortigate", parse_fortigate},
    {"eve", parse_eve},
    {"access_log", parse_access_log},
    {"windows_json", parse_windows_json},
    {"clamav", parse_clamav},
    {"json", parse_json},
    {"key_value", parse_key_value},
    {"web_error", parse_web_error},
}};

bool is_cef(std::string_view text) {
  if (text.starts_with("CEF:") && text.size() > 5 && is_digit(text[4])) return true;
  // Check Point's exporter can lose the "CEF:".
  if (!text.starts_with("0|")) return false;
  std::size_t bars = 0;
  for (const char c : text.substr(0, 1024)) bars += c == '|' ? 1 : 0;
  return bars >= 7;
}

Format detect_json(std::string_view text, std::string_view app) {
  // Senders may sort the members, so the words are looked for in the whole of an ordinary message.
  const std::string_view front = text.substr(0, 16 * 1024);
  // Windows first: where it is, it is found near the beginning, and what is not there is looked for to the end.
  if (contains(front, "\"EventID\"") &&
      (contains(front, "\"Channel\"") || contains(front, "\"SourceName\"") ||
       contains(front, "\"ProviderGuid\""))) {
    return Format::windows_json;
  }
  if (contains(front, "\"event_type\"") &&
      (app == "suricata" || contains(front, "\"src_ip\"") || contains(front, "\"stats\""))) {
    return Format::eve;
  }
  constexpr SearchText kWinlog = "\"winlog";
  for (std::size_t at = find_text(front, kWinlog); at != std::string_view::npos;
       at = find_text(front, kWinlog, at + 1)) {
    const std::string_view behind = front.substr(at + kWinlog.size(), 1);
    if (behind == "\"" || behind == ".") return Format::windows_json;
  }
  return Format::json;
}

bool is_fortigate(std::string_view text) {
  if (!text.starts_with("date=") && !text.starts_with("devname=") && !text.starts_with("timestamp=") &&
      !text.starts_with("logver=") && !text.starts_with("itime=")) {
    return false;
  }
  const std::string_view front = text.substr(0, 512);
  return contains(front, "devid=") || contains(front, "devname=") || contains(front, "logid=");
}

/// "[26/Dec/2016:16:16:29" within the first 512 bytes and a quote behind it.
bool is_access_log(std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  for (std::size_t at = front.find('['); at != std::string_view::npos; at = front.find('[', at + 1)) {
    const std::string_view date = text.substr(at + 1, 21);
    if (date.size() == 21 && date[2] == '/' && date[6] == '/' && date[11] == ':' && is_digit(date[0]) &&
        is_digit(date[7])) {
      return at > 2 && text.find('"', at) != std::string_view::npos;
    }
  }
  return false;
}

bool is_pam(std::string_view app, std::string_view text) {
  if (text.starts_with("pam_") || text.starts_with("(pam_")) return true;
  // "PAM 2 more authentication failures; logname= …" is libpam's own summary, in the program's name.
  if (text.starts_with("PAM ") && contains(text, " more authentication failure")) return true;
  return app.ends_with(")") && contains(app, "(pam_");
}

/// The text that formats read. A colon inside the payload can have been taken for the end of a tag ("fe80::1
/// - - […", "www.example.com:443 10.0.0.1 - - […"): no blank follows it then, and the payload begins with the
/// tag.
std::string_view payload_of(const SyslogHeader& header) {
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

Format detect(const SyslogHeader& header, std::string_view text) {
  const std::string_view app = header.app;
  if (text.empty()) return Format::none;
  switch (text.front()) {
    case '{':
      return detect_json(text, app);
    case 'C':
    case '0':
      if (is_cef(text)) return Format::cef;
      break;
    case 'd':
    case 't':
    case 'l':
    case 'i':
      if (is_fortigate(text)) return Format::fortigate;
      break;
    case '[':
      if (text.starts_with("[{")) return detect_json(text, app);
      if (text.starts_with("[sshd]")) return Format::sshd;
      break;
    case 'p':
    case '(':
      if (is_pam(app, text)) return Format::pam;
      break;
    default:
      break;
  }
  switch (app_kind(app)) {
    case AppKind::sshd:
      return is_pam(app, text) ? Format::pam : Format::sshd;
    case AppKind::sudo:
      return is_pam(app, text) ? Format::pam : Format::sudo;
    case AppKind::clamav:
      return Format::clamav;
    default:
      break;
  }
  if (is_pam(app, text)) return Format::pam;
  if (is_access_log(text)) return Format::access_log;
  if (looks_like_web_error(text)) return Format::web_error;
  if (looks_like_key_value(text)) return Format::key_value;
  return Format::none;
}

}  // namespace

std::string_view format_name(Format format) {
  const auto index = static_cast<std::size_t>(format);
  return index < kFormats.size() ? kFormats[index].name : kFormats[0].name;
}

Format detect_format(const SyslogHeader& header) {
  const Format format = detect(header, header.message);
  if (format != Format::none && format != Format::key_value) return format;
  // "CEF:1|…" and hosts with a colon: the tag may be the payload's own beginning.
  const std::string_view text = payload_of(header);
  if (text.size() == header.message.size()) return format;
  if (is_cef(text)) return Format::cef;
  return is_access_log(text) ? Format::access_log : format;
}

void parse_event(const SyslogHeader& header, const ParseContext& context, Event& event, Arena& arena) {
  const Format format = detect_format(header);
  std::int64_t timestamp_ns = header.timestamp_ns;
  if (!header.has_timestamp) {
    timestamp_ns = quick_payload_time(header, format, context.zone_minutes).value_or(context.received_ns);
  }
  parse_event_as(format, timestamp_ns, header, context, event, arena);
}

void parse_event_as(Format format, std::int64_t timestamp_ns, const SyslogHeader& header,
                    const ParseContext& context, Event& event, Arena& arena) {
  event.clear();
  event.header = header;
  event.tags = header.tags;
  event.format = format < Format::count_ ? format : Format::none;
  event.timestamp_ns = timestamp_ns;
  if (is_clock_skewed(event.timestamp_ns, context.received_ns)) event.tags.add(Tag::clock_skew);
  // Only these two formats can begin with what reads like a tag.
  const bool begins_early =
      event.format == Format::access_log || (event.format == Format::cef && !is_cef(header.message));
  const std::string_view text = begins_early ? payload_of(header) : header.message;
  const bool tag_is_program = text.size() == header.message.size();

  // These stand first, so that a payload that knows better finds them at once.
  event.add("host.name", header.host);
  event.add("message", text);
  event.add("event.kind", "event");
  // On Windows the tag is the event's provider and the payload says which process it is about.
  if (tag_is_program && event.format != Format::windows_json) {
    if (!header.app.empty()) event.add("process.name", header.app);
    if (!header.procid.empty()) {
      event.add("process.pid", header.procid,
                is_json_integer(header.procid) ? ValueType::integer : ValueType::text);
    }
  }
  if (event.format != Format::none) event.add("event.dataset", format_name(event.format));
  PayloadWriter out(text, context, event, arena);
  kFormats[static_cast<std::size_t>(event.format)].parse(out);
  add_wrapping_fields(out);
  Envelope::for_each(context.envelope, [&event](std::string_view name, std::string_view value) {
    if (name.starts_with("vigil.")) {
      event.set(name, value);  // how a message came to us, it cannot say itself
    } else if (event.find(name) == nullptr) {
      event.add(name, value);
    }
  });
}

}  // namespace vigil
