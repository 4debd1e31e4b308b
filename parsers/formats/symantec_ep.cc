#include <array>

#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/local_time_text.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

/// Which end of a connection is the computer's own: the remote one is the source of what comes in.
enum class Slot : std::uint8_t {
  none,
  local_ip,
  local_port,
  local_mac,
  remote_ip,
  remote_port,
  remote_mac,
  remote_name,
  count_
};

constexpr FieldRow kRows[] = {
    {"Computer name", "computer"},
    {"Computer", "computer"},
    {"IP Address", "host.ip"},
    {"Source IP", "source"},
    {"Source computer", "source.domain"},
    {"User", "user"},
    {"User Name", "user"},
    {"User1", "user"},
    {"Admin", "user"},
    {"Domain", "user.domain"},
    {"Domain Name", "user.domain"},
    {"Risk name", "rule.name"},
    {"CIDS Signature string", "rule.name"},
    {"CIDS Signature ID", "signature_id"},
    {"Intrusion ID", "rule.id"},
    {"Rule", "rule.name"},
    {"Risk type", "rule.category"},
    {"Category type", "rule.category"},
    {"Actual action", "event.action"},
    {"Action", "event.action:lower"},
    {"Application", "executable"},
    {"Downloaded by", "executable"},
    {"Application hash", "file.hash"},
    {"Certificate thumbprint", "certificate_thumbprint"},
    {"SHA-256", "process.hash"},
    {"MD-5", "process.hash"},
    {"File size (bytes)", "file.size"},
    {"File path", "file"},
    {"Download site", "url"},
    {"Intrusion URL", "url.original"},
    {"Duration (seconds)", "event.duration:seconds"},
    {"Event Description", "message"},
    {"Server", "observer.name"},
    {"Server Name", "observer.name"},
};
constexpr FieldMap kMap(kRows);

struct SlotRow {
  std::string_view key;
  Slot slot;
};
constexpr SlotRow kSlots[] = {
    {"Local Host IP", Slot::local_ip},     {"Local", Slot::local_ip},
    {"Local Host", Slot::local_ip},        {"Local Port", Slot::local_port},
    {"Local Host MAC", Slot::local_mac},   {"Remote Host IP", Slot::remote_ip},
    {"Remote Host", Slot::remote_ip},      {"Remote Port", Slot::remote_port},
    {"Remote Host MAC", Slot::remote_mac}, {"Remote Host Name", Slot::remote_name},
};

/// A cell's key: words of letters, a capital first, before ": " or a ":" at the end. A drive's letter is none.
std::string_view key_of(std::string_view cell) {
  const std::size_t colon = cell.find(':');
  if (colon == std::string_view::npos || colon < 2 || colon > 40) return {};
  if (colon + 1 < cell.size() && cell[colon + 1] != ' ') return {};
  const std::string_view key = cell.substr(0, colon);
  if (key.front() < 'A' || key.front() > 'Z') return {};
  for (const char c : key) {
    if (!is_alpha(c) && !is_digit(c) && c != ' ' && c != '-' && c != '(' && c != ')' && c != '/') return {};
  }
  return key;
}

bool is_level(std::string_view cell) {
  return is_any(cell, {"", "Critical", "Major", "Minor", "Info", "Warning", "Error", "Severe", "Fatal"}) ||
         (cell.size() == 19 && cell[4] == '-' && cell[13] == ':');
}

class SepReader {
 public:
  explicit SepReader(PayloadWriter& out) : out_(out) {}

  void read(std::string_view text) {
    while (!text.empty()) {
      const char* const begin = text.data();
      std::string_view cell = take_cell(text);
      if (is_quoted_) {
        close();
        take(cell, true);
        continue;
      }
      // Values may hold commas: a cell without a key behind one with a key belongs to it, unless it is one of the few
      // that have none.
      if (open_ && key_of(cell).empty() && !is_bare(cell) && !cell.empty()) {
        value_ = {value_.data(), static_cast<std::size_t>(begin - value_.data()) + cell.size()};
        continue;
      }
      close();
      take(trim(cell), false);
    }
    close();
    finish();
  }

 private:
  /// Up to the comma; in quotes, up to the quote before a comma.
  std::string_view take_cell(std::string_view& text) {
    is_quoted_ = false;
    const char quote = text.front();
    if (quote == '"' || quote == '\'') {
      for (std::size_t end = 1; end < text.size(); ++end) {
        if (text[end] != quote || (end + 1 < text.size() && text[end + 1] != ',')) continue;
        const std::string_view cell = text.substr(1, end - 1);
        text.remove_prefix(std::min(end + 2, text.size()));
        is_quoted_ = true;
        return cell;
      }
      if (quote == '"') {  // cut
        const std::string_view cell = text.substr(1);
        text = {};
        is_quoted_ = true;
        return cell;
      }
    }
    return take_until(text, ',');
  }

  bool is_bare(std::string_view cell) const {
    cell = trim(cell);
    if (is_any(cell, {"Inbound", "Outbound", "inbound", "outbound", "Unknown", "Blocked", "Allowed",
                      "Started", "Completed", "Cancelled", "Canceled", "Suspended", "Resumed", "Delayed"}) ||
        is_protocol(cell)) {
      return true;
    }
    return last_key_ == "Occurrences" || last_key_ == "Category" || last_key_ == "Domain Name" ||
           last_key_ == "Admin" || last_key_ == "End" || last_key_ == "End Time" || last_key_ == "Rule" ||
           last_key_ == "User1" || last_key_ == "User2";
  }
  static bool is_protocol(std::string_view cell) {
    return equals_ignoring_case(cell, "tcp") || equals_ignoring_case(cell, "udp") ||
           equals_ignoring_case(cell, "icmp") || equals_ignoring_case(cell, "others") ||
           equals_ignoring_case(cell, "ethernet") || equals_ignoring_case(cell, "icmpv6");
  }

  void take(std::string_view cell, bool quoted) {
    const std::string_view key = key_of(cell);
    if (!key.empty()) {
      last_key_ = key;
      value_ = cell.substr(std::min(key.size() + 2, cell.size()));
      open_ = true;
      if (quoted) close();
      return;
    }
    take_bare(cell);
  }

  void take_bare(std::string_view cell) {
    if (equals_ignoring_case(cell, "inbound") || equals_ignoring_case(cell, "outbound")) {
      inbound_ = lower(cell.front()) == 'i';
      out_.add("network.direction", inbound_ ? "ingress" : "egress");
    } else if (is_protocol(cell)) {
      out_.add_transport(cell);
    } else if (first_.empty() && last_key_.empty()) {
      if (!is_level(cell)) first_ = cell;
    } else if (last_key_ == "Occurrences" && !has_file_ && !cell.empty()) {
      has_file_ = true;
      out_.add_file(cell);
    } else if (is_any(cell, {"Started", "Completed", "Cancelled", "Canceled", "Suspended", "Resumed",
                             "Blocked", "Allowed"})) {
      out_.add("event.action", out_.lower_case(cell));
    } else if (cell.starts_with("Administrator") || contains_ignoring_case(cell, "log on") ||
               contains_ignoring_case(cell, "logged on")) {
      description_ = cell;
      out_.set("message", cell);
    } else if (!cell.empty()) {
      out_.add_vendor("text", cell);
    }
  }

  void close() {
    if (!open_) return;
    open_ = false;
    const std::string_view value = trim(value_);
    for (const SlotRow& row : kSlots) {
      if (row.key == last_key_) {
        if (slots_[static_cast<std::size_t>(row.slot)].empty())
          slots_[static_cast<std::size_t>(row.slot)] = value;
        return;
      }
    }
    if (last_key_ == "Begin") return add_local_time(out_, "event.start", value);
    if (last_key_ == "End" || last_key_ == "End Time") return add_local_time(out_, "event.end", value);
    if (last_key_ == "Computer name" || last_key_ == "Computer") {
      if (!value.empty()) out_.set("host.name", value);
      return;
    }
    if (last_key_ == "Event Description") description_ = value;
    if (last_key_ == "Actual action" || last_key_ == "Risk name") risk_ = true;
    if (last_key_.starts_with("CIDS Signature") && value.size() > 1) intrusion_ = true;
    if (value.empty()) return;
    FieldTable(kMap).put_or_keep(out_, vendor_key(last_key_), value);
  }

  /// Names of fields have no blanks.
  std::string_view vendor_key(std::string_view key) {
    if (kMap.find(key) != nullptr || key.find(' ') == std::string_view::npos) return key;
    char* const at = out_.arena().allocate(key.size());
    for (std::size_t i = 0; i < key.size(); ++i) at[i] = key[i] == ' ' ? '_' : key[i];
    return {at, key.size()};
  }

  std::string_view slot(Slot which) const {
    const std::string_view value = slots_[static_cast<std::size_t>(which)];
    // What SEP writes for what it does not know.
    return is_any(value, {"0.0.0.0", "0", "000000000000", "00-00-00-00-00-00"}) ? std::string_view() : value;
  }

  void finish() {
    const Side local = inbound_ ? Side::destination : Side::source;
    const Side remote = inbound_ ? Side::source : Side::destination;
    const auto put_end = [this](Side side, std::string_view ip, std::string_view port, std::string_view mac) {
      if (!ip.empty()) out_.add_endpoint(side, ip);
      if (!port.empty()) out_.add_port(side, port);
      if (!mac.empty())
        put(out_, side == Side::source ? target_of("source.mac") : target_of("destination.mac"), mac);
    };
    put_end(local, slot(Slot::local_ip), slot(Slot::local_port), slot(Slot::local_mac));
    put_end(remote, slot(Slot::remote_ip), slot(Slot::remote_port), slot(Slot::remote_mac));
    if (!slot(Slot::local_ip).empty()) out_.add("host.ip", slot(Slot::local_ip));
    if (!slot(Slot::local_mac).empty()) put(out_, target_of("host.mac"), slot(Slot::local_mac));
    if (!slot(Slot::remote_name).empty()) {
      out_.add(remote == Side::source ? "source.domain" : "destination.domain", slot(Slot::remote_name));
    }
    classify();
  }

  void classify() {
    const bool denied = contains_ignoring_case(description_, "blocked") &&
                        !contains_ignoring_case(description_, "not blocked");
    if (contains_ignoring_case(description_, "log on succeeded") ||
        contains_ignoring_case(description_, "logged on successfully")) {
      return out_.logon("administrator_login", Outcome::success);
    }
    if (contains_ignoring_case(description_, "log on failed") ||
        contains_ignoring_case(description_, "logon failed") ||
        contains_ignoring_case(description_, "login failed")) {
      return out_.logon("administrator_login", Outcome::failure);
    }
    const bool found = first_.ends_with("risk found") || first_.ends_with("irus found") ||
                       first_.ends_with("detected") || risk_;
    if (found) {
      out_.set("event.kind", "alert");
      out_.log_source({}, "antivirus", {});
      out_.classify("malware", "info");
      out_.add_vendor("event", first_);
      return;
    }
    if (!first_.empty()) out_.set("host.name", first_);
    if (intrusion_) {
      out_.set("event.kind", "alert");
      out_.classify("intrusion_detection", denied ? "denied" : "info");
      out_.add("event.category", "network");
      return;
    }
    const std::string_view action = out_.event().text_of("event.action");
    if (action == "blocked" || action == "allowed")
      out_.classify("network", action == "blocked" ? "denied" : "allowed");
  }

  PayloadWriter& out_;
  std::array<std::string_view, static_cast<std::size_t>(Slot::count_)> slots_{};
  std::string_view first_, last_key_, value_, description_;
  bool open_ = false, is_quoted_ = false, inbound_ = true, has_file_ = false, risk_ = false,
       intrusion_ = false;
};

constexpr LogSource kLogSources[] = {{"symantec", "", ""}, {"", "antivirus", ""}};

/// Forwarders rename the program: two of the manager's own keys in the first lines will do.
bool claims_symantec_ep(const SyslogHeader& header, std::string_view text) {
  if (starts_with_ignoring_case(header.app, "symantecserver")) return true;
  const std::string_view front = text.substr(0, 512);
  if (front.find(',') == std::string_view::npos) return false;
  if (contains(front, ",Local Host") || contains(front, ",Local: ")) {
    return contains(front, ",Remote Host") || contains(front, "Event Description: ");
  }
  if (front.starts_with("Scan ID: ")) return contains(front, ",Begin: ");
  if (contains(front, " found,")) return contains(front, "Computer name: ");
  return contains(front, ",Category: ") && contains(text.substr(0, 1024), ",Event time: ");
}

std::optional<std::int64_t> time_of_sep(const SyslogHeader&, std::string_view text, int zone_minutes) {
  for (const SearchText& key : {SearchText("Event time: "), SearchText("Begin: "), SearchText("Time: ")}) {
    const std::size_t at = find_text(text, key);
    if (at == std::string_view::npos) continue;
    const std::string_view value = text.substr(at + key.size(), 19);
    if (const auto time =
            read_date_and_time(value.substr(0, 10), value.size() > 11 ? value.substr(11) : std::string_view(),
                               {}, zone_minutes)) {
      return time;
    }
  }
  return std::nullopt;
}

/// Symantec Endpoint Protection Manager: cells parted by commas, most of them `Key: value`, some without a key, whose place
/// tells what they are; values hold commas, quoted or not. `Source` and `Local`/`Remote` are the protected computer's view.
void parse_symantec_ep(PayloadWriter& out) {
  out.observer("Broadcom", "Symantec Endpoint Protection", "antivirus");
  out.log_source("symantec", {}, {});
  SepReader(out).read(trim(out.text()));
}

}  // namespace

extern const FormatSpec kFormat_symantec_ep = {
    .number = Format{103},
    .name = "symantec_ep",
    .title = "Symantec Endpoint Protection",
    .sample =
        R"(Virus found,IP Address: 10.1.0.7,Computer name: PC7,Source: Auto-Protect scan,Risk name: EICAR Test String,Occurrences: 1,C:\Users\amy\eicar.com,,Actual action: Cleaned by deletion,Event time: 2026-11-20 14:59:00,User: amy)",
    .rank = 60,
    .claims = claims_symantec_ep,
    .parse = parse_symantec_ep,
    .time = time_of_sep,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
