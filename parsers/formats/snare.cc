#include "parsers/format.h"

#include <array>

#include "parsers/payload_text.h"
#include "parsers/windows_message.h"
#include "parsers/windows_time.h"

namespace vigil {
namespace {

/// The columns behind MSWinEventLog.
enum Column : std::uint8_t {
  criticality,
  log,
  counter,
  date,
  event_id,
  source,
  user,
  sid_type,
  type,
  computer,
  category,
  data,
  expanded,
  checksum,
  column_count
};
using Columns = std::array<std::string_view, column_count>;

constexpr std::string_view kName = "MSWinEventLog";

/// What follows the name; in RFC 5424 the name is the app.
std::string_view behind_name(std::string_view text) {
  take_prefix(text, kName);
  return text;
}

/// What parts the columns: TAB, or "#011" that rsyslog writes for it.
std::string_view separator_of(std::string_view text) {
  if (text.find('\t') != std::string_view::npos) return "\t";
  if (text.find("#011") != std::string_view::npos) return "#011";
  return " ";
}

Columns split(std::string_view text, std::string_view separator) {
  Columns columns;
  if (text.starts_with(separator)) text.remove_prefix(separator.size());
  for (std::size_t i = 0; i < column_count; ++i) {
    // The message keeps tabs of its own; only the number behind it is parted.
    std::size_t end = i == expanded ? text.rfind(separator) : text.find(separator);
    if (i == expanded && end != std::string_view::npos &&
        !all_digits(trim(text.substr(end + separator.size())))) {
      end = std::string_view::npos;
    }
    columns[i] = trim(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + separator.size());
  }
  return columns;
}

/// "Fri Nov 20 14:59:00 2026"
bool is_date(std::string_view text) {
  return text.size() >= 24 && text[3] == ' ' && text[7] == ' ' && text[13] == ':' && text[16] == ':' &&
         text[19] == ' ' && is_alpha(text[0]) && is_alpha(text[4]) && is_digit(text[20]) &&
         is_digit(text[23]);
}

/// Columns that blanks part: the date and the type are what can be told for sure.
Columns split_by_words(std::string_view text) {
  Columns columns;
  columns[criticality] = take_word(text);
  std::size_t at = 0;
  const std::string_view front = text.substr(0, 256);
  while (at < front.size() && !(front[at] == ' ' && is_date(front.substr(at + 1)))) ++at;
  if (at >= front.size()) return columns;
  std::string_view before = trim(text.substr(0, at));
  const std::size_t last = before.rfind(' ');
  columns[log] = trim(before.substr(0, last));
  if (last != std::string_view::npos) columns[counter] = before.substr(last + 1);
  columns[date] = text.substr(at + 1, 24);
  text.remove_prefix(at + 25);
  columns[event_id] = take_word(text);
  for (const std::string_view word : {" Success Audit ", " Failure Audit ", " Information ", " Warning ",
                                      " Error ", " Critical ", " Verbose ", " 稽核成功 ", " 稽核失敗 "}) {
    const std::size_t place = text.substr(0, 512).find(word);
    if (place == std::string_view::npos) continue;
    std::string_view middle = text.substr(0, place);
    columns[sid_type] = middle.substr(middle.rfind(' ') + 1);
    columns[source] = take_word(middle);
    columns[type] = trim(word);
    text.remove_prefix(place + word.size());
    columns[computer] = take_word(text);
    break;
  }
  columns[expanded] = trim(text);
  return columns;
}

Columns columns_of(std::string_view text) {
  text = behind_name(text);
  const std::string_view separator = separator_of(text);
  return separator == " " ? split_by_words(text) : split(text, separator);
}

bool claims_snare(const SyslogHeader& header, std::string_view text) {
  return header.app == kName || text.starts_with(kName);
}

Kinds snare_kinds(const SyslogHeader&, std::string_view text) {
  const Columns columns = columns_of(text);
  return windows_channel_kinds(columns[log],
                               static_cast<unsigned>(read_number(columns[event_id]).value_or(0) & 0xFFFFU));
}

/// "Fri Nov 20 14:59:00 2026": local time.
std::optional<std::int64_t> snare_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  const std::string_view date = columns_of(text)[Column::date];
  return is_date(date) ? read_ctime(date, zone_minutes) : std::nullopt;
}

void add(WindowsRecord& record, WindowsPart part, std::string_view value) {
  if (!value.empty() && value != "N/A") record.part(part, value);
}

/// Snare's and NXLog's form of a Windows event:
///
///   MSWinEventLog TAB criticality TAB log TAB counter TAB date TAB id TAB source TAB user TAB sid type TAB type TAB computer
///   TAB category TAB data TAB expanded message [ TAB counter or checksum ]
void parse_snare(PayloadWriter& out) {
  Columns columns = columns_of(out.text());
  WindowsRecord record(out);
  add(record, WindowsPart::channel, columns[log]);
  add(record, WindowsPart::event_id, columns[event_id]);
  add(record, WindowsPart::provider, columns[source]);
  add(record, WindowsPart::computer, columns[computer]);
  add(record, WindowsPart::keywords, columns[type]);
  if (columns[user] != "N/A") add(record, WindowsPart::user, columns[user]);
  out.add("winlog.task", columns[category]);
  for (const auto& [name, column] : {std::pair("criticality", criticality), std::pair("counter", counter),
                                     std::pair("date", date), std::pair("checksum", checksum)}) {
    if (!columns[column].empty()) out.add_vendor(name, columns[column]);
  }
  if (!columns[data].empty() && columns[data] != "N/A") out.add_vendor("data", columns[data]);
  if (columns[event_id].empty()) out.bad_payload();
  const std::string_view message = without_control_escapes(columns[expanded], out.arena());
  out.set("message", message);
  const bool classic = columns[log] != "Security" && !looks_like_windows_message(message);
  if (!classic)
    read_windows_message(record, message,
                         static_cast<unsigned>(read_number(columns[event_id]).value_or(0) & 0xFFFFU));
  record.finish();
}

constexpr std::string_view kPrograms[] = {kName};
constexpr std::string_view kStarts[] = {kName};
constexpr LogSource kLogSources[] = {{"windows", "*", "*"}, {"", "antivirus", ""}};

constexpr std::string_view kDerived[] = {"event.reason"};

}  // namespace

extern const FormatSpec kFormat_snare = {
    .number = Format{48},
    .name = "snare",
    .title = "Windows events as Snare and NXLog send them",
    .sample =
        "MSWinEventLog\t1\tSecurity\t4407\tFri Nov 20 14:59:00 "
        "2026\t4625\tMicrosoft-Windows-Security-Auditing\tN/A\tN/A\t"
        "Failure Audit\tDC1.school.local\tLogon\t\tAn account failed to log on.    Subject:   Security ID:  "
        "S-1-5-18   "
        "Account Name:  DC1$\t812",
    .rank = 20,
    .programs = kPrograms,
    .starts = kStarts,
    .claims = claims_snare,
    .parse = parse_snare,
    .time = snare_time,
    .kinds_of = snare_kinds,
    .names_host = NamesHost::always,
    .log_sources = kLogSources,
    .altered = "#",
    .derived = kDerived,
    .tag_is_program = false,
};

}  // namespace vigil
