#include "parsers/format.h"

#include "parsers/payload_text.h"

namespace vigil {
namespace {

/// "2026-11-20T…" or "Fri Nov 20 14:59:00 2026 -> " before the line, as clamd writes into its own file.
std::string_view without_own_time(std::string_view text) {
  const std::size_t arrow = text.find(" -> ");
  if (arrow == std::string_view::npos || arrow > 40 ||
      text.substr(0, arrow).find(':') == std::string_view::npos) {
    return text;
  }
  return text.substr(0, arrow).find('/') == std::string_view::npos ? text.substr(arrow + 4) : text;
}

/// What was scanned: a path, "stream(10.0.0.5@53214)", "instream(local)", "fd[10]".
void add_object(PayloadWriter& out, std::string_view object) {
  if (object.starts_with("stream(") || object.starts_with("instream(")) {
    std::string_view inside = object.substr(object.find('(') + 1);
    take_suffix(inside, ")");
    if (inside == "local") return out.add_vendor("object", object);
    const std::size_t at = inside.rfind('@');
    out.add_endpoint(Side::source, inside.substr(0, at));
    if (at != std::string_view::npos) out.add_port(Side::source, inside.substr(at + 1));
    return;
  }
  if (object.starts_with("fd[")) return out.add_vendor("object", object);
  out.add_file(object);
}

constexpr std::string_view kPrograms[] = {"clamd",  "clamscan",      "clamdscan",     "clamonacc",
                                          "clamav", "clamav-milter", "clamav-daemon", "freshclam"};
constexpr LogSource kLogSources[] = {{"linux", "", "clamav"}, {"", "antivirus", ""}};

// object ": " verdict, where verdict = signature [ "(" hash ":" size ")" ] " FOUND" / "OK" / reason " ERROR"
/// clamd, clamscan, clamonacc, clamav-milter and freshclam: `/path: Name FOUND`, `stream(10.0.0.5@53214):
/// Name FOUND`, `fd[10]: …`, `… OK`, `… ERROR`. Paths may hold ": ", so the line is read from the right.
void parse_clamav(PayloadWriter& out) {
  out.log_source("linux", {}, "clamav");
  out.log_source({}, "antivirus", {});
  out.observer("Cisco", "ClamAV", "antivirus");
  std::string_view text = trim(without_own_time(trim(out.text())));
  const bool found = take_suffix(text, " FOUND");
  const bool error = !found && take_suffix(text, " ERROR");
  const bool clean = !found && !error && take_suffix(text, ": OK");
  if (clean) {
    add_object(out, text);
    return out.classify("file", "info", "scanned", Outcome::success);
  }
  if (!found && !error) return;

  const std::size_t colon = text.rfind(": ");
  if (colon == std::string_view::npos) return;
  add_object(out, text.substr(0, colon));
  std::string_view verdict = trim(text.substr(colon + 2));
  if (error) {
    out.add("error.message", verdict);
    return out.classify("file", "error", "scanned", Outcome::failure);
  }
  if (verdict.ends_with(')')) {
    // With ExtendedDetectionInfo: "Eicar-Test-Signature(44d88612fea8a8f36de82e1278abb02f:68)"
    if (const std::size_t open = verdict.rfind('('); open != std::string_view::npos) {
      std::string_view details = verdict.substr(open + 1);
      take_suffix(details, ")");
      out.add_hash("file.hash.", take_until(details, ':'));
      out.add_number("file.size", details);
      verdict = verdict.substr(0, open);
    }
  }
  out.alert(verdict);
  out.add_number("event.severity", 7);  // clamd knows none; a signature that matched is serious (7 of 10)
  out.classify("malware", "info", "malware_found");
}

}  // namespace

extern const FormatSpec kFormat_clamav = {
    .number = Format::clamav,
    .name = "clamav",
    .title = "ClamAV",
    .sample =
        R"(/srv/home/t/eicar.com: Win.Test.EICAR_HDB-1 FOUND)",
    .rank = 20,
    .programs = kPrograms,
    .parse = parse_clamav,
    .kinds = Kind::device,
    .names_host = NamesHost::never,
    .log_sources = kLogSources,
};

}  // namespace vigil
