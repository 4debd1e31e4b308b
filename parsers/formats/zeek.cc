#include "parsers/format.h"

#include <array>

#include "parsers/field_target.h"
#include "parsers/json_fields.h"
#include "parsers/key_table.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/server_text.h"

namespace vigil {
namespace {

/// One of Zeek's log files: how it is known by its fields, what it is about, and its columns where it comes as text.
struct Log {
  std::string_view key;   ///< its name: "_path" in JSON, part of the program's name over syslog
  std::string_view mark;  ///< a field that no log before it in this list has
  std::string_view transport = {}, protocol = {}, category = "network";
  std::string_view columns = {};
};
// clang-format off
constexpr Log kLogs[] = {
    {"conn", "conn_state", {}, {}, "network", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto service duration orig_bytes resp_bytes conn_state local_orig local_resp missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents"},
    {"dns", "trans_id", {}, "dns", "network", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto trans_id rtt query qclass qclass_name qtype qtype_name rcode rcode_name AA TC RD RA Z answers TTLs rejected"},
    {"sip", "call_id", "udp", "sip", "network", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p trans_depth method uri date request_from request_to response_from response_to reply_to call_id seq subject request_path response_path user_agent status_code status_msg warning request_body_len response_body_len content_type"},
    {"smtp", "helo", "tcp", "smtp", "email", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p trans_depth helo mailfrom rcptto date from to cc reply_to msg_id in_reply_to subject x_originating_ip first_received second_received last_reply path user_agent tls fuids"},
    {"http", "trans_depth", "tcp", "http", "web", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p trans_depth method host uri referrer version user_agent origin request_body_len response_body_len status_code status_msg info_code info_msg tags username password proxied orig_fuids orig_filenames orig_mime_types resp_fuids resp_filenames resp_mime_types"},
    {"ssl", "established", "tcp", "tls", "network", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p version cipher curve server_name resumed last_alert next_protocol established ssl_history cert_chain_fps client_cert_chain_fps sni_matches_cert"},
    {"ssh", "host_key_alg", "tcp", "ssh", "network", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p version auth_success auth_attempts direction client server cipher_alg mac_alg compression_alg kex_alg host_key_alg host_key"},
    {"ssh", "auth_attempts", "tcp", "ssh", "network"},
    {"ftp", "reply_code", "tcp", "ftp", "network", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p user password command arg mime_type file_size reply_code reply_msg data_channel.passive data_channel.orig_h data_channel.resp_h data_channel.resp_p fuid"},
    {"irc", "addl", "tcp", "irc", "network"},
    {"kerberos", "request_type", {}, "kerberos", "network", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p request_type client service success error_msg from till cipher forwardable renewable client_cert_subject client_cert_fuid server_cert_subject server_cert_fuid"},
    {"ntlm", "server_nb_computer_name", "tcp", "ntlm", "network", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p username hostname domainname server_nb_computer_name server_dns_computer_name server_tree_name success"},
    {"ntlm", "domainname", "tcp", "ntlm", "network"},
    {"dhcp", "msg_types", "udp", "dhcp", "network", "ts uids client_addr server_addr mac host_name client_fqdn domain requested_addr assigned_addr lease_time client_message server_message msg_types duration"},
    {"files", "seen_bytes", {}, {}, "file", "ts fuid uid id.orig_h id.orig_p id.resp_h id.resp_p source depth analyzers mime_type filename duration local_orig is_orig seen_bytes total_bytes missing_bytes overflow_bytes timedout parent_fuid md5 sha1 sha256 extracted extracted_cutoff extracted_size"},
    {"notice", "suppress_for", {}, {}, "intrusion_detection", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p fuid file_mime_type file_desc proto note msg sub src dst p n peer_descr actions email_dest suppress_for remote_location.country_code"},
    {"weird", "notice", {}, {}, "network", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p name addl notice peer source"},
    {"intel", "seen.indicator", {}, {}, "threat", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p seen.indicator seen.indicator_type seen.where seen.node matched sources fuid file_mime_type file_desc"},
    {"signatures", "sig_id", {}, {}, "intrusion_detection", "ts uid src_addr src_port dst_addr dst_port note sig_id event_msg sub_msg sig_count host_count"},
    {"smb_cmd", "tree_service", "tcp", "smb", "network"},
    {"smb_files", "times.modified", "tcp", "smb", "file", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p fuid action path name size prev_name times.modified times.accessed times.created times.changed"},
    {"smb_mapping", "share_type", "tcp", "smb", "file", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p path service native_file_system share_type"},
    {"dce_rpc", "endpoint", "tcp", "dce_rpc", "network", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p rtt named_pipe endpoint operation"},
    {"modbus", "func", "tcp", "modbus", "network", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p func exception"},
    {"dnp3", "fc_request", "tcp", "dnp3", "network"},
    {"mysql", "cmd", "tcp", "mysql", "database", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p cmd arg success rows response"},
    {"ntp", "xmt_time", "udp", "ntp", "network", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p version mode stratum poll precision root_delay root_disp ref_id ref_time org_time rec_time xmt_time num_exts"},
    {"snmp", "community", "udp", "snmp", "network", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p duration version community get_requests get_bulk_requests get_responses set_requests display_string up_since"},
    {"rdp", "security_protocol", "tcp", "rdp", "network", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p cookie result security_protocol client_channels keyboard_layout client_build client_name client_dig_product_id desktop_width desktop_height requested_color_depth cert_type cert_count cert_permanent encryption_level encryption_method"},
    {"rdp", "cert_count", "tcp", "rdp", "network"},
    {"rfb", "client_major_version", "tcp", "rfb", "network"},
    {"socks", "bound_p", "tcp", "socks", "network"},
    {"syslog", "facility", {}, "syslog", "host", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto facility severity message"},
    {"tunnel", "tunnel_type", {}, {}, "network", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p tunnel_type action"},
    {"dpd", "failure_reason", {}, {}, "network", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto analyzer failure_reason"},
    {"ocsp", "hashAlgorithm", "tcp", {}, "network"},
    {"x509", "certificate.serial", {}, {}, "network", "ts fingerprint certificate.version certificate.serial certificate.subject certificate.issuer certificate.not_valid_before certificate.not_valid_after certificate.key_alg certificate.sig_alg certificate.key_type certificate.key_length certificate.exponent certificate.curve san.dns san.uri san.email san.ip basic_constraints.ca basic_constraints.path_len host_cert client_cert"},
    {"known_certs", "issuer_subject", {}, {}, "network", "ts host port_num subject issuer_subject serial"},
    {"known_services", "port_proto", {}, {}, "network", "ts host port_num port_proto service"},
    {"software", "software_type", {}, {}, "network", "ts host host_p software_type name version.major version.minor version.minor2 version.minor3 version.addl unparsed_version"},
    {"pe", "compile_ts", {}, {}, "file"},
    {"radius", "result", "udp", "radius", "network", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p username mac framed_addr tunnel_client connect_info reply_msg result ttl"},
    {"capture_loss", "percent_lost", {}, {}, "host", "ts ts_delta peer gaps acks percent_lost"},
    {"stats", "pkts_proc", {}, {}, "host"},
    {"reporter", "location", {}, {}, "host", "ts level message location"},
};

constexpr FieldRow kFields[] = {
    {"ts", "_"}, {"uid", "event.id"}, {"uids", "event.id"}, {"conn_uids", "event.id"}, {"id.orig_h", "source"}, {"id.orig_p", "source.port"},
    {"id.resp_h", "destination"}, {"id.resp_p", "destination.port"}, {"id_orig_h", "source"}, {"id_orig_p", "source.port"},
    {"id_resp_h", "destination"}, {"id_resp_p", "destination.port"}, {"src_addr", "source"}, {"src_port", "source.port"},
    {"dst_addr", "destination"}, {"dst_port", "destination.port"}, {"proto", "transport"}, {"port_proto", "transport"},
    {"client_addr", "source"}, {"server_addr", "destination"}, {"mac", "client.mac"}, {"host_name", "_"}, {"assigned_addr", "client.ip"},
    {"orig_bytes", "source.bytes"}, {"resp_bytes", "destination.bytes"}, {"orig_pkts", "source.packets"}, {"resp_pkts", "destination.packets"},
    {"service", "_"}, {"query", "dns.question.name"}, {"qtype_name", "dns.question.type"}, {"qclass_name", "dns.question.class"},
    {"rcode_name", "dns.response_code"}, {"trans_id", "dns.id"}, {"answers", "dns.answers.data"}, {"user_agent", "user_agent.original"},
    {"method", "http.request.method"}, {"referrer", "http.request.referrer"}, {"status_code", "http.response.status_code"},
    {"request_body_len", "http.request.body.bytes"}, {"response_body_len", "http.response.body.bytes"}, {"username", "user"}, {"user", "user"},
    {"domainname", "user.domain"}, {"server_name", "destination.domain"}, {"fuid", "file.id:text"}, {"filename", "file.name"},
    {"mime_type", "file.mime_type"}, {"md5", "file.hash"}, {"sha1", "file.hash"}, {"sha256", "file.hash"}, {"total_bytes", "file.size"},
    {"file_size", "file.size"}, {"rx_hosts", "source"}, {"tx_hosts", "destination"}, {"sig_id", "rule.id"}, {"note", "rule.name"},
    {"msg", "message"}, {"event_msg", "message"}, {"mailfrom", "email.from.address"}, {"rcptto", "email.to.address"}, {"subject", "email.subject"},
    {"msg_id", "email.message_id"}, {"client", "_"}, {"seen.indicator", "threat.indicator.name"}, {"seen.indicator_type", "threat.indicator.type"},
    {"name", "_"}, {"path", "_"}, {"size", "_"}, {"host", "_"}, {"port_num", "_"}, {"uri", "_"}, {"version", "_"}, {"duration", "_"}, {"vlan", "network.vlan.id"},
    {"_system_name", "observer.name"}, {"_path", "_"}, {"community_id", "network.community_id"}, {"ja3", "tls.client.ja3"}, {"ja3s", "tls.server.ja3s"},
};
// clang-format on
constexpr FieldMap kFieldMap(kFields);

// Named besides "*": rules for servers of names do not mean every program (rules/log_routes.cc).
constexpr LogSource kLogSources[] = {{"zeek", "", "*"}, {"zeek", "", "dns"}};

const Log* log_named(std::string_view name) {
  for (const Log& log : kLogs) {
    if (log.key == name) return &log;
  }
  return nullptr;
}

/// What one record tells, besides what a table can say.
struct Record {
  const Log* log = nullptr;
  std::string_view host, port, uri, name, path, size, service, client, success, user, version, duration;
};

void note(Record& record, std::string_view key, std::string_view value) {
  if (key == "host")
    record.host = value;
  else if (key == "port_num")
    record.port = value;
  else if (key == "uri")
    record.uri = value;
  else if (key == "name")
    record.name = value;
  else if (key == "path")
    record.path = value;
  else if (key == "size")
    record.size = value;
  else if (key == "service")
    record.service = value;
  else if (key == "client")
    record.client = value;
  else if (key == "version")
    record.version = value;
  else if (key == "duration")
    record.duration = value;
  else if (key == "success" || key == "auth_success" || key == "auth" ||
           (key == "result" && record.success.empty()))
    record.success = value;
}

void put_field(PayloadWriter& out, Record& record, std::string_view key, std::string_view value,
               ValueType type) {
  const FieldTable table = kFieldMap;
  note(record, key, value);
  // Sigma's rules for Zeek name its own fields, so they all stand under vendor.* too.
  out.add_vendor(key, value, type);
  const Target* const target = table.find(key);
  if (target == nullptr || value.empty() || value == "-" || value == "(empty)") return;
  put(out, *target, value);
}

Outcome outcome_of(std::string_view success) {
  if (is_any(success, {"true", "T", "success", "Success"})) return Outcome::success;
  if (is_any(success, {"false", "F", "failed", "failure"})) return Outcome::failure;
  return Outcome::none;
}

void finish(PayloadWriter& out, const Record& record) {
  const std::string_view log = record.log == nullptr ? std::string_view() : record.log->key;
  out.log_source("zeek", {}, log);
  out.observer("Zeek", "Zeek", "sensor");
  if (record.log == nullptr) return out.classify("network", "info");
  out.add("log.name", log);
  if (out.event().find("network.transport") == nullptr) {
    std::string_view transport = record.log->transport;
    // Kerberos speaks either; the columns do not say which.
    if (log == "kerberos") transport = "tcp";
    out.add("network.transport", transport);
  }
  out.add("network.protocol", log == "conn" ? record.service : record.log->protocol);
  if (log == "dhcp") {
    out.add_port(Side::source, "68");
    out.add_port(Side::destination, "67");
  }
  if (log == "conn") add_duration(out, record.duration, 1'000'000'000);
  if (!record.uri.empty()) {
    out.add("url.full", log == "sip" ? record.uri : std::string_view());
    if (log == "http") {
      out.add_url(record.uri);
      out.add("url.domain", record.host);
      out.add("http.version", record.version);
    }
  }
  if (log == "smb_files") {
    out.add("file.name", record.name);
    if (!record.path.empty())
      out.add("file.path",
              record.name.empty() ? record.path : out.join(out.join(record.path, "\\"), record.name));
    out.add_number("file.size", record.size);
  }
  if (log.starts_with("known_") || log == "software") {
    out.add("host.ip", record.host);
    if (!record.port.empty()) out.add_number("server.port", record.port);
  }
  if (log == "kerberos") {
    const std::size_t slash = record.client.find('/');
    out.add("user.name", record.client.substr(0, slash));
    if (slash != std::string_view::npos) out.add("user.domain", record.client.substr(slash + 1));
  }
  if (log == "notice" || log == "signatures" || log == "intel") out.set("event.kind", "alert");

  // ssh, ntlm, kerberos, radius and rfb: what Zeek saw of a logon. Its guess about ssh is one ("auth_success" may be absent).
  const Outcome outcome = outcome_of(record.success);
  const bool logon = is_any(log, {"ssh", "ntlm", "kerberos", "radius", "rfb"});
  if (logon && outcome != Outcome::none) return out.logon(out.join("zeek_", log), outcome);
  out.classify(record.log->category, log == "conn" ? "connection" : "info", {}, Outcome::none);
}

/// A record in JSON; `text` may stand inside another document (Splunk's export), so it is not the writer's.
void parse_json_record(PayloadWriter& out, std::string_view text) {
  JsonFields& fields = json_scratch();
  if (!walk_json(text, out.arena(), fields)) return out.bad_payload();
  Record record;
  for (const JsonField& leaf : fields.leaves) {
    if (leaf.path == "_path") record.log = log_named(leaf.value);
  }
  for (const Log& log : kLogs) {
    if (record.log != nullptr) break;
    for (const JsonField& leaf : fields.leaves) {
      if (leaf.path == log.mark) record.log = &log;
    }
  }
  for (const JsonField& leaf : fields.leaves) {
    if (leaf.type != ValueType::null) put_field(out, record, leaf.path, leaf.value, leaf.type);
  }
  finish(out, record);
}

/// Splunk's search results: {"preview":false,…,"result":{"_raw":"{\"ts\":…}","host":"sensor1",…}}
bool is_splunk_export(std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  return contains(front, "\"_raw\":\"{\\\"ts\\\":") || contains(front, "\"_raw\": \"{\\\"ts\\\":");
}

std::string_view quoted_member(std::string_view text, const SearchText& name) {
  const std::size_t at = find_text(text, name);
  if (at == std::string_view::npos) return {};
  std::size_t begin = at + name.size();
  while (begin < text.size() && text[begin] == ' ') ++begin;
  std::size_t end = begin + 1;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2U : 1U;
  return end < text.size() ? text.substr(begin, end + 1 - begin) : std::string_view();
}

/// Columns parted by tabs (or by the #011 that rsyslog makes of them).
std::string_view take_column(std::string_view& rest) {
  const std::size_t tab = rest.find('\t');
  const std::size_t escaped = tab == std::string_view::npos ? rest.find("#011") : std::string_view::npos;
  if (escaped != std::string_view::npos) {
    const std::string_view column = rest.substr(0, escaped);
    rest.remove_prefix(escaped + 4);
    return column;
  }
  return take_until(rest, '\t');
}

bool is_uid(std::string_view text) {
  if (text.size() < 12 || text.size() > 20) return false;
  for (const char c : text) {
    if (!is_alpha(c) && !is_digit(c)) return false;
  }
  return text[0] == 'C' || text[0] == 'F';
}

/// "1795157940.123456 TAB CHhAvVGS1DHFjwGM9 TAB 10.1.0.5 TAB"
bool is_columns(std::string_view text) {
  const std::string_view time = take_column(text);
  const std::size_t point = time.find('.');
  if (point != 10 || time.size() < 12 || time.size() > 20 || !all_digits(time.substr(0, 10))) return false;
  return is_uid(take_column(text)) && !plain_address(take_column(text)).empty();
}

/// Which log it is tells the program ("zeek_dns", "bro_conn", "conn"), else the shape of the columns.
const Log* log_of_columns(const SyslogHeader& header, std::string_view text) {
  std::string_view app = header.app;
  if (!take_prefix(app, "zeek_") && !take_prefix(app, "zeek-")) take_prefix(app, "bro_");
  if (const Log* log = log_named(app)) return log;
  std::array<std::string_view, 16> columns;
  for (std::string_view& column : columns) column = take_column(text);
  const bool transport = is_any(columns[6], {"tcp", "udp", "icmp"});
  if (transport && is_any(columns[11], {"S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR", "RSTOS0",
                                        "RSTRH", "SH", "SHR", "OTH"}))
    return log_named("conn");
  if (transport && all_digits(columns[7])) return log_named("dns");
  if (columns[6].starts_with("TLS") || columns[6].starts_with("SSL")) return log_named("ssl");
  if (is_any(columns[6], {"1", "2"}) && is_any(columns[7], {"T", "F", "-"}) && all_digits(columns[8]))
    return log_named("ssh");
  if (all_digits(columns[6]) &&
      (is_any(columns[7], {"GET", "POST", "HEAD", "PUT", "CONNECT", "OPTIONS", "DELETE"})))
    return log_named("http");
  if (is_any(columns[6], {"AS", "TGS"})) return log_named("kerberos");
  return nullptr;
}

void parse_columns(PayloadWriter& out, std::string_view text) {
  Record record;
  record.log = log_of_columns(out.header(), text);
  constexpr std::string_view kOrdinary = "ts uid id.orig_h id.orig_p id.resp_h id.resp_p";
  std::string_view names =
      record.log != nullptr && !record.log->columns.empty() ? record.log->columns : kOrdinary;
  while (!names.empty() && !text.empty()) {
    const std::string_view name = take_word(names);
    names = trim_left(names);
    const std::string_view value = take_column(text);
    if (value == "-" || value == "(empty)") continue;
    put_field(out, record, name, value, ValueType::text);
  }
  if (!text.empty()) out.add_vendor("more", text);
  finish(out, record);
}

bool claims_zeek(const SyslogHeader&, std::string_view text) {
  if (text.starts_with('{')) {
    const std::string_view front = text.substr(0, 512);
    if (is_splunk_export(front)) return true;
    if (!contains(front, "\"ts\":")) return false;
    if (contains(front, "\"id.orig_h\":") || contains(front, "\"id_orig_h\":") ||
        contains(front, "\"_path\":"))
      return true;
    if (contains(front, "\"uid\":") && contains(front, "orig_h\"")) return true;
    return contains(front, "\"fuid\":") || contains(front, "\"uids\":[") ||
           contains(front, "\"percent_lost\":") || contains(front, "\"certificate.") ||
           contains(front, "\"hashAlgorithm\":") || contains(front, "\"software_type\":") ||
           contains(front, "\"port_num\":") || contains(front, "\"pkts_proc\":") ||
           contains(front, "\"sig_id\":") || contains(front, "\"issuer_subject\":") ||
           (contains(front, "\"note\":") && contains(front, "\"peer_descr\":"));
  }
  return is_columns(text);
}

/// Zeek's logs (Bro's, Corelight's): JSON, or columns parted by tabs. One log one service of Sigma's.
void parse_zeek(PayloadWriter& out) {
  const std::string_view text = trim(out.text());
  if (!text.starts_with('{')) return parse_columns(out, text);
  if (!is_splunk_export(text)) return parse_json_record(out, text);
  const auto raw = read_json_string(quoted_member(text, "\"_raw\":"), out.arena());
  if (!raw) return out.bad_payload();
  if (const auto host = read_json_string(quoted_member(text, "\"host\":"), out.arena()))
    put(out, target_of("host"), *host);
  out.set("message", *raw);
  parse_json_record(out, *raw);
}

std::optional<std::int64_t> zeek_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  if (!text.starts_with('{')) return read_epoch(text.substr(0, text.find('\t')));
  if (!is_splunk_export(text)) return read_any_time(peek_json_member(text, "ts"), zone_minutes);
  std::string_view time = text.substr(find_text(text, "\\\"ts\\\":") + 7);
  time = time.substr(0, time.find(','));
  take_prefix(time, "\\\"");
  take_suffix(time, "\\\"");
  return read_any_time(trim(time), zone_minutes);
}

constexpr std::string_view kDerived[] = {"destination.port", "source.port", "file.path"};

constexpr std::string_view kPrograms[] = {"zeek", "bro"};

constexpr std::string_view kJsonMarks[] = {"ts\":", "_raw\""};

}  // namespace

extern const FormatSpec kFormat_zeek = {
    .number = Format{94},
    .name = "zeek",
    .title = "Zeek (Bro, Corelight)",
    .sample =
        R"({"ts":1795157940.123456,"uid":"CHhAvVGS1DHFjwGM9","id.orig_h":"10.1.0.5","id.orig_p":50022,"id.resp_h":"203.0.113.9","id.resp_p":443,"proto":"tcp","service":"ssl","duration":1.5,"orig_bytes":400,"resp_bytes":900,"conn_state":"SF"})",
    .rank = 60,
    .programs = kPrograms,
    .first_bytes = "{0123456789",
    .claims = claims_zeek,
    .json_marks = kJsonMarks,
    .parse = parse_zeek,
    .time = zeek_time,
    .kinds = Kind::device,
    .log_sources = kLogSources,
    .writing = Writing::json,
    .derived = kDerived,
};

}  // namespace vigil
