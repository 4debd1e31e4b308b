#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/key_value.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

constexpr FieldRow kRows[] = {
    // Proofpoint Protection Server
    {"s", "session"},
    {"ip", "source"},
    {"from", "email.from.address"},
    {"to", "email.to.address"},
    {"rcpt", "email.to.address"},
    {"value", "value"},
    {"subject", "email.subject"},
    {"cmd", "event.action"},
    {"mod", "module"},
    {"rule", "rule.name"},
    {"vname", "virus"},
    {"name", "virus"},
    {"file", "file.name"},
    {"size", "email.size:number"},
    {"msgid", "email.message_id"},
    {"duration", "duration"},
    // Mimecast
    {"IP", "source"},
    {"Sender", "email.from.address"},
    {"Rcpt", "email.to.address"},
    {"headerFrom", "email.reply_from"},
    {"Subject", "email.subject"},
    {"MsgId", "email.message_id"},
    {"MsgSize", "email.size:number"},
    {"Act", "event.action"},
    {"Dir", "network.direction:lower"},
    {"Virus", "rule.name"},
    {"fileName", "file.name"},
    {"md5", "file.hash"},
    {"sha1", "file.hash"},
    {"sha256", "file.hash"},
    {"Hostname", "host_name"},
    {"SourceIP", "source"},
    {"URL", "url"},
    {"url", "url"},
    {"sourceIp", "source"},
    {"reason", "event.reason"},
    {"RejInfo", "event.reason"},
    {"RejType", "reject_type"},
    {"acc", "account"},
    {"aCode", "event.id"},
};
constexpr FieldMap kMap(kRows);

constexpr std::string_view kStarts[] = {"rprt s=", "pps s=", "datetime="};

bool claims_mail_gateway(const SyslogHeader&, std::string_view text) {
  return !text.starts_with("datetime=") ||
         (contains(text.substr(0, 256), "|acc=") || contains(text.substr(0, 256), "|aCode="));
}

/// Pairs parted by "|" (Mimecast) or by blanks behind `rprt` (Proofpoint).
void parse_mail_gateway(PayloadWriter& out) {
  std::string_view text = out.text();
  const bool mimecast = text.starts_with("datetime=");
  out.observer(mimecast ? "Mimecast" : "Proofpoint", mimecast ? "Email Security" : "Protection Server",
               "email-gateway");
  if (mimecast) {
    for (std::size_t count = 0; !text.empty(); ++count) {
      if (count == PayloadWriter::kFieldsMax) return out.overflow(text);
      std::string_view value = take_until(text, '|');
      const std::string_view key = take_until(value, '=');
      if (!key.empty()) FieldTable(kMap).put_or_keep(out, key, value);
    }
  } else {
    take_word(text);
    put_pairs(out, text, kMap);
    if (const std::string_view virus = out.event().text_of("vendor.virus"); !virus.empty())
      out.add("rule.name", virus);
  }
  const bool malware =
      mimecast ? out.event().find("rule.name") != nullptr : !out.event().text_of("vendor.virus").empty();
  if (malware) out.set("event.kind", "alert");
  out.classify(malware ? "malware" : "email", "info");
}

}  // namespace

extern const FormatSpec kFormat_mail_gateway = {
    .number = Format{118},
    .name = "mail_gateway",
    .title = "Proofpoint, Mimecast",
    .sample =
        R"(datetime=2026-11-20T14:59:00+0800|aCode=x7|acc=C1|IP=203.0.113.9|Sender=amy@example.com|Rcpt=bob@example.org|Act=Acc|Subject=hello)",
    .rank = 28,
    .starts = kStarts,
    .claims = claims_mail_gateway,
    .parse = parse_mail_gateway,
    .kinds = Kind::device | Kind::application,
    .own_action = true,
};

}  // namespace vigil
