#include <algorithm>
#include <array>

#include "parsers/calendar.h"
#include "parsers/csv_fields.h"
#include "parsers/device_words.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/timestamp.h"

namespace vigil {
namespace {

// Columns of PAN-OS 11 as its documentation lists them; earlier releases end sooner. Those in front of every type are
// read by hand: future use, receive time, serial number, type, subtype, version, generated time.

// 7 to 30, which all types about sessions share
constexpr auto kSession = columns({"source", "destination", "nat_source", "nat_destination", "rule.name", "source.user",
                                   "destination.user", "network.application", "vsys", "observer.ingress.zone",
                                   "observer.egress.zone", "observer.ingress.interface.name",
                                   "observer.egress.interface.name", "log_forwarding", "_", "session_id", "repeat_count",
                                   "source.port", "destination.port", "nat_source_port", "nat_destination_port", "flags",
                                   "transport", "event.action"});
constexpr auto kTraffic = columns(
    {"network.bytes", "source.bytes", "destination.bytes", "network.packets", "start_time", "elapsed_time", "rule.category", "_",
     "event.sequence", "action_flags", "source.geo.name", "destination.geo.name", "_", "source.packets", "destination.packets",
     "event.reason", "device_group_1", "device_group_2", "device_group_3", "device_group_4", "vsys_name", "device", "action_source",
     "source_vm_uuid", "destination_vm_uuid", "tunnel_id", "monitor_tag", "parent_session_id", "parent_start_time", "tunnel_type",
     "sctp_association_id", "chunks", "chunks_sent", "chunks_received", "rule.uuid", "http2_connection", "link_change_count",
     "policy_id", "link_switches", "sdwan_cluster", "sdwan_device_type", "sdwan_cluster_type", "sdwan_site", "dynamic_user_group",
     "xff_ip", "source_category", "source_profile", "source_model", "source_vendor", "source_os_family", "source_os_version",
     "source_host", "source.mac", "destination_category", "destination_profile", "destination_model", "destination_vendor",
     "destination_os_family", "destination_os_version", "destination_host", "destination.mac", "container_id", "pod_namespace",
     "pod_name", "source_edl", "destination_edl", "host.id", "endpoint_serial", "source_dag", "destination_dag", "session_owner",
     "high_resolution_time", "nsdsai_sst", "nsdsai_sd", "application_subcategory", "application_category",
     "application_technology", "application_risk", "application_characteristic", "application_container", "tunneled_application",
     "application_is_saas", "application_sanctioned", "offloaded", "flow_type", "cluster_name"});
constexpr auto kThreat = columns(
    {"misc", "threat", "rule.category", "log.level", "direction", "event.sequence", "action_flags", "source.geo.name",
     "destination.geo.name", "_", "content_type", "pcap_id", "file.hash", "cloud", "url_index", "user_agent.original", "file.type",
     "network.forwarded_ip", "http.request.referrer", "email.from.address", "email.subject", "email.to.address", "report_id",
     "device_group_1", "device_group_2", "device_group_3", "device_group_4", "vsys_name", "device", "_", "source_vm_uuid",
     "destination_vm_uuid", "http.request.method", "tunnel_id", "monitor_tag", "parent_session_id", "parent_start_time",
     "tunnel_type", "threat_category", "content_version", "_", "sctp_association_id", "payload_protocol_id", "http_headers",
     "url_categories", "rule.uuid", "http2_connection", "dynamic_user_group", "xff_ip", "source_category", "source_profile",
     "source_model", "source_vendor", "source_os_family", "source_os_version", "source_host", "source.mac", "destination_category",
     "destination_profile", "destination_model", "destination_vendor", "destination_os_family", "destination_os_version",
     "destination_host", "destination.mac", "container_id", "pod_namespace", "pod_name", "source_edl", "destination_edl",
     "host.id", "endpoint_serial", "domain_edl", "source_dag", "destination_dag", "partial_hash", "high_resolution_time",
     "event.reason", "justification", "nssai_sst", "application_subcategory", "application_category", "application_technology",
     "application_risk", "application_characteristic", "application_container", "tunneled_application", "application_is_saas",
     "application_sanctioned", "cloud_report_id", "cluster_name", "flow_type"});
constexpr auto kDecryption = columns(
    {"tunnel_type", "_", "_", "source_vm_uuid", "destination_vm_uuid", "rule.uuid", "stage_client_to_firewall",
     "stage_firewall_to_server", "tls.version", "tls_key_exchange", "tls.cipher", "tls_authentication", "decryption_policy",
     "tls.curve", "error_index", "root_status", "chain_status", "proxy_type", "tls.server.x509.serial_number",
     "certificate_fingerprint", "certificate_not_before", "certificate_not_after", "certificate_version", "certificate_size",
     "common_name_length", "issuer_common_name_length", "root_common_name_length", "sni_length", "certificate_flags",
     "tls.server.x509.subject.common_name", "tls.server.x509.issuer.common_name", "root_common_name", "tls.client.server_name",
     "error.message", "container_id", "pod_namespace", "pod_name", "source_edl", "destination_edl", "source_dag",
     "destination_dag", "high_resolution_time", "source_category", "source_profile", "source_model", "source_vendor",
     "source_os_family", "source_os_version", "source_host", "source.mac", "destination_category", "destination_profile",
     "destination_model", "destination_vendor", "destination_os_family", "destination_os_version", "destination_host",
     "destination.mac", "event.sequence", "action_flags", "device_group_1", "device_group_2", "device_group_3", "device_group_4",
     "vsys_name", "device", "vsys_id", "application_subcategory", "application_category", "application_technology",
     "application_risk", "application_characteristic", "application_container", "application_is_saas",
     "application_sanctioned", "cluster_name"});
constexpr auto kTunnel = columns(
    {"log.level", "event.sequence", "action_flags", "source.geo.name", "destination.geo.name", "device_group_1", "device_group_2",
     "device_group_3", "device_group_4", "vsys_name", "device", "tunnel_id", "monitor_tag", "parent_session_id",
     "parent_start_time", "tunnel_type", "network.bytes", "source.bytes", "destination.bytes", "network.packets",
     "source.packets", "destination.packets", "max_encapsulation", "unknown_protocol", "strict_check", "tunnel_fragment",
     "sessions_created", "sessions_closed", "event.reason", "action_source", "start_time", "elapsed_time", "tunnel_rule",
     "remote_user_ip", "remote_user_id", "rule.uuid", "pcap_id", "dynamic_user_group", "source_edl", "destination_edl",
     "high_resolution_time", "nssai_sd", "nssai_sst", "pdu_session_id", "application_subcategory", "application_category",
     "application_technology", "application_risk", "application_characteristic", "application_container",
     "application_is_saas", "application_sanctioned", "cluster_name"});
constexpr auto kGtp = columns(
    {"gtp_event_type", "msisdn", "access_point_name", "radio_access_technology", "gtp_message_type", "end_user_ip", "teid_1",
     "teid_2", "gtp_interface", "gtp_cause", "log.level", "mobile_country_code", "mobile_network_code", "area_code", "cell_id",
     "event.code", "_", "_", "source.geo.name", "destination.geo.name", "_", "_", "_", "_", "_", "_", "_", "imsi", "imei", "_", "_",
     "_", "_", "_", "_", "_", "_", "_", "_", "_", "_", "_", "_", "_", "_", "start_time", "elapsed_time", "tunnel_rule",
     "remote_user_ip", "remote_user_id", "rule.uuid", "pcap_id", "high_resolution_time", "nssai_sst", "nssai_sd",
     "application_subcategory", "application_category", "application_technology", "application_risk",
     "application_characteristic", "application_container", "application_is_saas", "application_sanctioned"});
constexpr auto kSctp = columns(
    {"device_group_1", "device_group_2", "device_group_3", "device_group_4", "vsys_name", "device", "event.sequence", "_",
     "sctp_association_id", "payload_protocol_id", "log.level", "sctp_chunk_type", "_", "verification_tag_1",
     "verification_tag_2", "sctp_cause", "diameter_application", "diameter_command", "diameter_avp", "stream_id",
     "event.reason", "operation_code", "sccp_calling_ssn", "sccp_calling_gt", "sctp_filter", "chunks", "chunks_sent",
     "chunks_received", "network.packets", "source.packets", "destination.packets", "rule.uuid", "high_resolution_time"});
constexpr auto kConfigHead = columns({"config_host", "vsys", "event.action", "user", "client", "result", "path"});
constexpr auto kConfigDetails = columns({"before_change", "after_change"});
constexpr auto kConfigTail =
    columns({"event.sequence", "action_flags", "device_group_1", "device_group_2", "device_group_3", "device_group_4", "vsys_name",
             "device", "device_group_id", "comment", "_", "high_resolution_time"});
constexpr auto kSystem = columns({"vsys", "event.code", "object", "_", "_", "module", "log.level", "message", "event.sequence",
                                  "action_flags", "device_group_1", "device_group_2", "device_group_3", "device_group_4",
                                  "vsys_name", "device", "_", "_", "high_resolution_time"});
constexpr auto kUserId = columns(
    {"vsys", "source", "source.user", "data_source_name", "event.code", "repeat_count", "timeout", "source.port",
     "destination.port", "data_source", "data_source_type", "event.sequence", "action_flags", "device_group_1", "device_group_2",
     "device_group_3", "device_group_4", "vsys_name", "device", "vsys_id", "factor_type", "factor_completion_time",
     "factor_number", "user_group_flags", "user_by_source", "tag_name", "high_resolution_time", "origin_data_source", "_",
     "cluster_name"});
constexpr auto kIpTag = columns({"vsys", "source", "tag_name", "event.code", "repeat_count", "timeout", "data_source_name",
                                 "data_source_type", "data_source_subtype", "event.sequence", "action_flags", "device_group_1",
                                 "device_group_2", "device_group_3", "device_group_4", "vsys_name", "device", "vsys_id",
                                 "high_resolution_time", "cluster_name"});
constexpr auto kHipMatch = columns(
    {"source.user", "vsys", "host.hostname", "host.os.name", "source", "hip_match", "repeat_count", "hip_match_type", "_", "_",
     "event.sequence", "action_flags", "device_group_1", "device_group_2", "device_group_3", "device_group_4", "vsys_name",
     "device", "vsys_id", "source_ipv6", "host.id", "endpoint_serial", "source.mac", "high_resolution_time", "cluster_name"});
constexpr auto kGlobalProtect = columns(
    {"vsys", "event.code", "stage", "auth_method", "tunnel_type", "source.user", "source_region", "host.hostname", "public_ip",
     "public_ipv6", "private_ip", "private_ipv6", "host.id", "endpoint_serial", "client_version", "host.os.family",
     "host.os.full", "repeat_count", "event.reason", "error", "message", "status", "location", "login_duration",
     "connect_method", "error_code", "portal", "event.sequence", "action_flags", "high_resolution_time", "selection_type",
     "response_time", "priority", "attempted_gateways", "gateway", "device_group_1", "device_group_2", "device_group_3",
     "device_group_4", "vsys_name", "device", "vsys_id", "cluster_name"});
constexpr auto kAuthentication = columns(
    {"vsys", "source", "source.user", "normalized_user", "object", "rule.name", "repeat_count", "authentication_id",
     "mfa_vendor", "log_action", "server_profile", "message", "client_type", "event_result", "factor_number",
     "event.sequence", "action_flags", "device_group_1", "device_group_2", "device_group_3", "device_group_4", "vsys_name",
     "device", "vsys_id", "auth_protocol", "rule.uuid", "high_resolution_time", "source_category", "source_profile",
     "source_model", "source_vendor", "source_os_family", "source_os_version", "source_host", "source.mac", "region", "_",
     "user_agent.original", "session_id", "cluster_name"});
constexpr auto kCorrelation = columns({"source", "source.user", "vsys", "rule.category", "log.level", "device_group_1",
                                       "device_group_2", "device_group_3", "device_group_4", "vsys_name", "device", "vsys_id",
                                       "rule.name", "rule.id", "message"});

enum class Kin : std::uint8_t {
  traffic,
  threat,
  decryption,
  tunnel,
  gtp,
  sctp,
  config,
  system,
  user_id,
  ip_tag,
  hip_match,
  global_protect,
  authentication,
  correlation
};
struct Type {
  std::string_view word, service;
  Kin kin;
  bool session;  ///< kSession comes first
  std::span<const Target> columns;
};
constexpr Type kTypes[] = {
    {"TRAFFIC", "traffic", Kin::traffic, true, kTraffic},
    {"THREAT", "threat", Kin::threat, true, kThreat},
    {"URL", "threat", Kin::threat, true, kThreat},
    {"WILDFIRE", "threat", Kin::threat, true, kThreat},
    {"DATA", "threat", Kin::threat, true, kThreat},
    {"FILE", "threat", Kin::threat, true, kThreat},
    {"DECRYPTION", "decryption", Kin::decryption, true, kDecryption},
    {"START", "tunnel", Kin::tunnel, true, kTunnel},
    {"END", "tunnel", Kin::tunnel, true, kTunnel},
    {"TUNNEL", "tunnel", Kin::tunnel, true, kTunnel},
    {"GTP", "gtp", Kin::gtp, true, kGtp},
    {"SCTP", "sctp", Kin::sctp, true, kSctp},
    {"CONFIG", "config", Kin::config, false, kConfigHead},
    {"SYSTEM", "system", Kin::system, false, kSystem},
    {"USERID", "userid", Kin::user_id, false, kUserId},
    {"IPTAG", "iptag", Kin::ip_tag, false, kIpTag},
    {"HIPMATCH", "hipmatch", Kin::hip_match, false, kHipMatch},
    {"HIP-MATCH", "hipmatch", Kin::hip_match, false, kHipMatch},
    {"GLOBALPROTECT", "globalprotect", Kin::global_protect, false, kGlobalProtect},
    {"AUTHENTICATION", "authentication", Kin::authentication, false, kAuthentication},
    {"CORRELATION", "correlation", Kin::correlation, false, kCorrelation},
};

const Type* find_type(std::string_view word) {
  for (const Type& type : kTypes) {
    if (equals_ignoring_case(type.word, word)) return &type;
  }
  return nullptr;
}

/// The cells in front of every line, as they stand.
struct Head {
  std::string_view received, serial, type, subtype, generated;
};

bool looks_like_time(std::string_view cell) {
  return cell.size() >= 19 && is_digit(cell[0]) && (cell[4] == '/' || cell[4] == '-') && cell[7] == cell[4] && cell[13] == ':';
}

bool is_type(std::string_view word) {
  return word.size() > 2 && word.size() < 24 && word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == std::string_view::npos;
}

bool read_head(CsvReader& reader, Head& head) {
  std::string_view unused;
  const bool known = reader.peek(unused) && (unused.empty() || all_digits(unused)) && reader.peek(head.received) &&
                     looks_like_time(head.received) && reader.peek(head.serial) && reader.peek(head.type);
  if (!known) return false;
  const bool whole = reader.peek(head.subtype) && reader.peek(unused) && reader.peek(head.generated);
  // A type of later releases is in capitals, and a second time stands where it does in all of them.
  return find_type(head.type) != nullptr || (is_type(head.type) && (!whole || looks_like_time(head.generated)));
}

bool claims_paloalto(const SyslogHeader&, std::string_view text) {
  CsvReader reader(text.substr(0, 256));
  Head head;
  return read_head(reader, head);
}

/// "2026/11/20 14:59:00" (local), "2026-11-20T14:59:00.123+08:00".
std::optional<std::int64_t> panos_time(std::string_view cell, int zone_minutes) {
  if (cell.size() == 19 && cell[4] == '/') return read_timestamp(cell, zone_minutes, 0).time_ns;
  return read_iso_time(cell, zone_minutes);
}

std::optional<std::int64_t> paloalto_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  CsvReader reader(text.substr(0, 256));
  Head head;
  if (!read_head(reader, head)) return std::nullopt;
  if (const auto time = panos_time(head.generated, zone_minutes)) return time;
  return panos_time(head.received, zone_minutes);
}

std::string_view value_of(PayloadWriter& out, std::string_view name) { return out.event().text_of(name); }

bool is_address(std::string_view text) { return !text.empty() && text != "0.0.0.0" && text != "::" && text != "0:0:0:0:0:0:0:0"; }

/// Without translation PAN-OS writes 0.0.0.0 and port 0.
void add_nat(PayloadWriter& out) {
  const std::string_view source = value_of(out, "vendor.nat_source");
  if (is_address(source)) {
    out.add("source.nat.ip", source);
    out.add_number("source.nat.port", value_of(out, "vendor.nat_source_port"));
  }
  const std::string_view destination = value_of(out, "vendor.nat_destination");
  if (is_address(destination)) {
    out.add("destination.nat.ip", destination);
    out.add_number("destination.nat.port", value_of(out, "vendor.nat_destination_port"));
  }
}

void add_times(PayloadWriter& out) {
  const auto start = panos_time(value_of(out, "vendor.start_time"), out.context().zone_minutes);
  const auto elapsed = read_number(value_of(out, "vendor.elapsed_time"));
  constexpr std::uint64_t kSecondsMax = 4'000'000'000;  // more than a century is no session
  if (!elapsed || *elapsed > kSecondsMax) return;
  out.add_number("event.duration", *elapsed * static_cast<std::uint64_t>(kSecond));
  if (!start) return;
  add_time(out, "event.start", *start);
  constexpr std::int64_t kEndMax = 9'000'000'000 * kSecond;
  if (*start <= kEndMax - static_cast<std::int64_t>(*elapsed) * kSecond) {
    add_time(out, "event.end", *start + static_cast<std::int64_t>(*elapsed) * kSecond);
  }
}

void finish_traffic(PayloadWriter& out, std::string_view subtype) {
  out.classify("network", "connection");
  if (equals_ignoring_case(subtype, "start")) out.add("event.type", "start");
  if (equals_ignoring_case(subtype, "end")) out.add("event.type", "end");
  add_verdict(out, equals_ignoring_case(subtype, "drop") || equals_ignoring_case(subtype, "deny") ? "deny" : value_of(out, "event.action"));
  add_times(out);
  out.log_source("paloalto", "firewall", {});
}

/// "Virus/Linux.example(419149938)", "(9999)": a name and its number.
void add_threat(PayloadWriter& out, std::string_view subtype) {
  std::string_view name = value_of(out, "vendor.threat"), number;
  if (name.ends_with(')')) {
    if (const std::size_t open = name.rfind('('); open != std::string_view::npos) {
      number = name.substr(open + 1, name.size() - open - 2);
      name = name.substr(0, open);
    }
  } else if (all_digits(name)) {
    number = name;
    name = {};
  }
  out.add("rule.id", number);
  // What a filter of URLs, files or data lets through or stops is no threat by itself.
  const bool filter = is_any(subtype, {"url", "file", "data", "wildfire"});
  if (name.empty() || (filter && subtype != "wildfire")) {
    out.classify("network", {});
    return;
  }
  const bool malware = is_any(subtype, {"virus", "wildfire-virus", "spyware", "wildfire", "ml-virus"});
  const bool benign = subtype == "wildfire" && value_of(out, "rule.category") == "benign";
  if (benign) return out.classify("file", "info");
  out.set("event.kind", "alert");
  out.add("threat.indicator.name", name);
  out.classify(malware ? "malware" : "intrusion_detection", {});
  if (malware) out.log_source({}, "antivirus", {});
}

void finish_threat(PayloadWriter& out, std::string_view subtype) {
  const std::string_view misc = value_of(out, "vendor.misc");
  if (is_any(subtype, {"file", "virus", "wildfire", "wildfire-virus", "data", "ml-virus"})) {
    out.add_file(misc);
  } else if (value_of(out, "network.application") == "dns") {
    out.add("dns.question.name", misc);
  } else if (!misc.empty()) {
    // The URL stands without its scheme: "www.example.com/path", "www.example.com:443/".
    out.add("url.original", misc);
    if (misc.find("://") == std::string_view::npos) {
      std::string_view rest = misc;
      const std::size_t slash = misc.find('/');
      std::string_view domain = misc.substr(0, slash);
      domain = domain.substr(0, domain.rfind(':'));
      out.add("url.domain", domain);
      out.add("destination.domain", domain);
      if (slash != std::string_view::npos) {
        rest = misc.substr(slash);
        const std::size_t question = rest.find('?');
        out.add("url.path", rest.substr(0, question));
        if (question != std::string_view::npos) out.add("url.query", rest.substr(question + 1));
      }
    }
    if (subtype == "url") out.log_source("paloalto", "proxy", {});
  }
  add_threat(out, subtype);
  add_verdict(out, value_of(out, "event.action"));
  add_severity_word(out, value_of(out, "log.level"));
  out.log_source("paloalto", "firewall", {});
}

void finish_config(PayloadWriter& out) {
  const std::string_view host = value_of(out, "vendor.config_host");
  out.add_endpoint(Side::source, host);
  const std::string_view action = value_of(out, "event.action");
  const Outcome outcome = outcome_of(value_of(out, "vendor.result"));
  out.classify("configuration", is_any(action, {"add", "clone"}) ? "creation" : action == "delete" ? "deletion" : "change", {}, outcome);
}

/// The text behind a word: "From: 10.1.0.5." is 10.1.0.5.
std::string_view word_after(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return {};
  std::string_view rest = trim_left(text.substr(at + mark.size()));
  std::string_view word = rest.substr(0, rest.find_first_of(" ,;"));
  if (word.starts_with('\'') && word.size() > 1) {
    rest = rest.substr(1);
    word = rest.substr(0, rest.find('\''));
  }
  while (word.ends_with('.') || word.ends_with('\'')) word.remove_suffix(1);
  return word;
}

/// "User 'admin' logged in via Web from 10.1.0.5 using https", "failed authentication for user 'admin'.  Reason: Invalid
/// username/password. From: 203.0.113.9.", "GlobalProtect gateway user login succeeded. Login from: …, User name: …".
bool add_system_logon(PayloadWriter& out, std::string_view subtype) {
  const std::string_view code = value_of(out, "event.code"), text = value_of(out, "message");
  const bool words = contains_ignoring_case(text, "authenticat") || contains_ignoring_case(text, "logged in") ||
                     contains_ignoring_case(text, "login") || contains_ignoring_case(text, "logged out");
  const bool known = subtype == "auth" || contains_ignoring_case(code, "auth-fail") || contains_ignoring_case(code, "auth-success") ||
                     contains_ignoring_case(code, "auth-succ") || contains_ignoring_case(code, "login") ||
                     contains_ignoring_case(code, "logout") ||
                     (subtype == "general" && (text.starts_with("User ") || text.starts_with("failed authentication"))) ||
                     (subtype == "globalprotect" && contains_ignoring_case(code, "-auth"));
  if (!known || !words) return false;
  const bool end = contains_ignoring_case(text, "logged out") || contains_ignoring_case(text, "logout") ||
                   contains_ignoring_case(code, "logout");
  Outcome outcome = outcome_of(code);
  if (outcome == Outcome::none) outcome = outcome_of(text);
  if (outcome == Outcome::none && (contains_ignoring_case(text, "logged in") || end)) outcome = Outcome::success;
  if (outcome == Outcome::none) return false;
  std::string_view user = word_after(text, "User name:");
  if (user.empty()) user = word_after(text, "for user");
  if (user.empty()) user = word_after(text, "User");
  if (const std::size_t slash = user.rfind('\\'); slash != std::string_view::npos) {
    out.add("user.domain", user.substr(0, slash));
    user = user.substr(slash + 1);
  }
  out.add("user.name", user);
  std::string_view from = word_after(text, "From:");
  if (from.empty()) from = word_after(text, "from:");
  if (from.empty()) from = word_after(text, " from ");
  if (!plain_address(from).empty()) out.add_endpoint(Side::source, from);
  if (const std::size_t reason = text.find("Reason:"); reason != std::string_view::npos) {
    const std::string_view rest = trim_left(text.substr(reason + 7));
    out.add("event.reason", rest.substr(0, std::min(rest.find('.'), rest.find(", "))));
  }
  out.logon({}, outcome, end ? "end" : "start");
  return true;
}

void finish_system(PayloadWriter& out, std::string_view subtype) {
  if (!add_system_logon(out, subtype)) {
    if (subtype == "vpn") {
      out.classify("network", "connection");
    } else {
      out.classify("host", "info");
    }
  }
  add_severity_word(out, value_of(out, "log.level"));
}

/// Who knocks is seen under the public address; the private one is that of the user's own network, or none yet.
void finish_global_protect(PayloadWriter& out) {
  out.log_source("paloalto", "appliance", "globalprotect");
  const std::string_view code = value_of(out, "event.code");
  const std::string_view addresses[] = {value_of(out, "vendor.public_ip"), value_of(out, "vendor.public_ipv6"),
                                        value_of(out, "vendor.private_ip"), value_of(out, "vendor.private_ipv6")};
  for (const std::string_view address : addresses) {
    if (!is_address(address)) continue;
    out.add_endpoint(Side::source, address);
    break;
  }
  if (is_address(addresses[0])) out.add("source.nat.ip", addresses[0]);
  for (const std::size_t i : {std::size_t{2}, std::size_t{3}}) {
    if (is_address(addresses[i])) out.add("host.ip", addresses[i]);
  }
  if (const auto seconds = read_number(value_of(out, "vendor.login_duration")); seconds && *seconds < 1'000'000'000) {
    out.add_number("event.duration", *seconds * static_cast<std::uint64_t>(kSecond));
  }
  const Outcome outcome = outcome_of(value_of(out, "vendor.status"));
  const std::string_view stage = value_of(out, "vendor.stage");
  const bool out_of = contains_ignoring_case(code, "logout");
  // portal-auth, gateway-auth, gateway-login, portal-login …; what comes before and behind is no attempt.
  const bool attempt = contains_ignoring_case(code, "-auth") || contains_ignoring_case(code, "login");
  if ((attempt && !contains_ignoring_case(code, "prelogin") && stage != "before-login") || out_of) {
    out.logon(code, outcome == Outcome::none ? Outcome::unknown : outcome, out_of ? "end" : "start");
  } else {
    out.classify("network", "connection", code, outcome);
  }
}

void finish_authentication(PayloadWriter& out) {
  const std::string_view result = value_of(out, "vendor.event_result");
  Outcome outcome = outcome_of(result);
  if (outcome == Outcome::none) outcome = outcome_of(value_of(out, "message"));
  out.logon(result, outcome == Outcome::none ? Outcome::unknown : outcome);
}

void finish(PayloadWriter& out, const Type& type, std::string_view subtype) {
  switch (type.kin) {
    case Kin::traffic:
    case Kin::decryption:
    case Kin::tunnel:
    case Kin::gtp:
    case Kin::sctp:
      return finish_traffic(out, type.kin == Kin::tunnel ? type.word : subtype);
    case Kin::threat:
      return finish_threat(out, subtype);
    case Kin::config:
      return finish_config(out);
    case Kin::system:
      return finish_system(out, subtype);
    case Kin::user_id:
      return out.classify("iam", "info", subtype);
    case Kin::ip_tag:
    case Kin::hip_match:
      return out.classify("host", "info", subtype);
    case Kin::global_protect:
      return finish_global_protect(out);
    case Kin::authentication:
      return finish_authentication(out);
    case Kin::correlation:
      out.set("event.kind", "alert");
      out.classify("intrusion_detection", "info");
      return add_severity_word(out, value_of(out, "log.level"));
  }
}

/// Palo Alto Networks' own syslog format: one line of CSV, whose columns hang on its type and grow with each release; they
/// are counted from the left, and columns of later releases stand in vendor._overflow.
void parse_paloalto(PayloadWriter& out) {
  CsvReader reader(out.text());
  Head head;
  if (!read_head(reader, head)) return out.bad_payload();
  static constexpr Type kUnknown{{}, {}, Kin::ip_tag, false, {}};
  const Type* const found = find_type(head.type);
  const Type& type = found == nullptr ? kUnknown : *found;
  out.observer("Palo Alto Networks", "PAN-OS", "firewall");
  out.add("observer.serial_number", head.serial);
  out.add_vendor("type", head.type);
  out.add_vendor("subtype", head.subtype);
  out.log_source("paloalto", {}, type.service);
  if (type.session) put_columns(out, reader, kSession);
  put_columns(out, reader, type.columns);
  if (type.kin == Kin::config) {
    // The change's details stand there only if the administrator asked for them.
    CsvReader ahead = reader;
    std::string_view sequence, flags;
    const bool plain = ahead.peek(sequence) && ahead.peek(flags) && flags.starts_with("0x");
    if (!plain) put_columns(out, reader, kConfigDetails);
    put_columns(out, reader, kConfigTail);
  }
  if (!reader.rest().empty()) out.add_vendor("_overflow", reader.rest());
  if (type.session) add_nat(out);
  finish(out, type, head.subtype);
  share_user(out);
}

constexpr LogSource kLogSources[] = {{"paloalto", "", "*"},
                                     {"paloalto", "appliance", "globalprotect"},
                                     {"paloalto", "firewall", ""},
                                     {"paloalto", "proxy", ""}, {"", "antivirus", ""}};

}  // namespace

extern const FormatSpec kFormat_paloalto = {
    .number = Format{30},
    .name = "paloalto",
    .title = "Palo Alto Networks PAN-OS",
    .sample =
        R"(1,2026/11/20 14:59:00,012801096514,TRAFFIC,end,2561,2026/11/20 14:59:00,10.1.0.7,203.0.113.80,198.51.100.1,203.0.113.80,out,,,ssl,vsys1,trust,untrust,ethernet1/2,ethernet1/1,all,2026/11/20 14:59:00,28191,1,52984,443,37679,443,0x400019,tcp,allow,1500,700,800,12,2026/11/20 14:58:48,12,any)",
    .rank = 25,
    .first_bytes = "0123456789,",
    .claims = claims_paloalto,
    .parse = parse_paloalto,
    .time = paloalto_time,
    .kinds = Kind::device,
    .log_sources = kLogSources,
    .own_action = false,
};

}  // namespace vigil
