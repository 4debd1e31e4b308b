#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "parsers/csv_fields.h"

/// What PAN-OS writes into its columns, type by type.
namespace vigil::paloalto {

// Many to a line, as the documentation lists them.
// clang-format off
// Columns of PAN-OS 11 as its documentation lists them; earlier releases end sooner. Those in front of every type are
// read by hand: future use, receive time, serial number, type, subtype, version, generated time.

// 7 to 30, which all types about sessions share
inline constexpr auto kSession = columns({"source", "destination", "nat_source", "nat_destination", "rule.name", "source.user",
                                   "destination.user", "network.application", "vsys", "observer.ingress.zone",
                                   "observer.egress.zone", "observer.ingress.interface.name",
                                   "observer.egress.interface.name", "log_forwarding", "_", "session_id", "repeat_count",
                                   "source.port", "destination.port", "nat_source_port", "nat_destination_port", "flags",
                                   "transport", "event.action"});
inline constexpr auto kTraffic = columns(
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
inline constexpr auto kThreat = columns(
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
inline constexpr auto kDecryption = columns(
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
inline constexpr auto kTunnel = columns(
    {"log.level", "event.sequence", "action_flags", "source.geo.name", "destination.geo.name", "device_group_1", "device_group_2",
     "device_group_3", "device_group_4", "vsys_name", "device", "tunnel_id", "monitor_tag", "parent_session_id",
     "parent_start_time", "tunnel_type", "network.bytes", "source.bytes", "destination.bytes", "network.packets",
     "source.packets", "destination.packets", "max_encapsulation", "unknown_protocol", "strict_check", "tunnel_fragment",
     "sessions_created", "sessions_closed", "event.reason", "action_source", "start_time", "elapsed_time", "tunnel_rule",
     "remote_user_ip", "remote_user_id", "rule.uuid", "pcap_id", "dynamic_user_group", "source_edl", "destination_edl",
     "high_resolution_time", "nssai_sd", "nssai_sst", "pdu_session_id", "application_subcategory", "application_category",
     "application_technology", "application_risk", "application_characteristic", "application_container",
     "application_is_saas", "application_sanctioned", "cluster_name"});
inline constexpr auto kGtp = columns(
    {"gtp_event_type", "msisdn", "access_point_name", "radio_access_technology", "gtp_message_type", "end_user_ip", "teid_1",
     "teid_2", "gtp_interface", "gtp_cause", "log.level", "mobile_country_code", "mobile_network_code", "area_code", "cell_id",
     "event.code", "_", "_", "source.geo.name", "destination.geo.name", "_", "_", "_", "_", "_", "_", "_", "imsi", "imei", "_", "_",
     "_", "_", "_", "_", "_", "_", "_", "_", "_", "_", "_", "_", "_", "_", "start_time", "elapsed_time", "tunnel_rule",
     "remote_user_ip", "remote_user_id", "rule.uuid", "pcap_id", "high_resolution_time", "nssai_sst", "nssai_sd",
     "application_subcategory", "application_category", "application_technology", "application_risk",
     "application_characteristic", "application_container", "application_is_saas", "application_sanctioned"});
inline constexpr auto kSctp = columns(
    {"device_group_1", "device_group_2", "device_group_3", "device_group_4", "vsys_name", "device", "event.sequence", "_",
     "sctp_association_id", "payload_protocol_id", "log.level", "sctp_chunk_type", "_", "verification_tag_1",
     "verification_tag_2", "sctp_cause", "diameter_application", "diameter_command", "diameter_avp", "stream_id",
     "event.reason", "operation_code", "sccp_calling_ssn", "sccp_calling_gt", "sctp_filter", "chunks", "chunks_sent",
     "chunks_received", "network.packets", "source.packets", "destination.packets", "rule.uuid", "high_resolution_time"});
inline constexpr auto kConfigHead = columns({"config_host", "vsys", "event.action", "user", "client", "result", "path"});
inline constexpr auto kConfigDetails = columns({"before_change", "after_change"});
inline constexpr auto kConfigTail =
    columns({"event.sequence", "action_flags", "device_group_1", "device_group_2", "device_group_3", "device_group_4", "vsys_name",
             "device", "device_group_id", "comment", "_", "high_resolution_time"});
inline constexpr auto kSystem = columns({"vsys", "event.code", "object", "_", "_", "module", "log.level", "message", "event.sequence",
                                  "action_flags", "device_group_1", "device_group_2", "device_group_3", "device_group_4",
                                  "vsys_name", "device", "_", "_", "high_resolution_time"});
inline constexpr auto kUserId = columns(
    {"vsys", "source", "source.user", "data_source_name", "event.code", "repeat_count", "timeout", "source.port",
     "destination.port", "data_source", "data_source_type", "event.sequence", "action_flags", "device_group_1", "device_group_2",
     "device_group_3", "device_group_4", "vsys_name", "device", "vsys_id", "factor_type", "factor_completion_time",
     "factor_number", "user_group_flags", "user_by_source", "tag_name", "high_resolution_time", "origin_data_source", "_",
     "cluster_name"});
inline constexpr auto kIpTag = columns({"vsys", "source", "tag_name", "event.code", "repeat_count", "timeout", "data_source_name",
                                 "data_source_type", "data_source_subtype", "event.sequence", "action_flags", "device_group_1",
                                 "device_group_2", "device_group_3", "device_group_4", "vsys_name", "device", "vsys_id",
                                 "high_resolution_time", "cluster_name"});
inline constexpr auto kHipMatch = columns(
    {"source.user", "vsys", "host.hostname", "host.os.name", "source", "hip_match", "repeat_count", "hip_match_type", "_", "_",
     "event.sequence", "action_flags", "device_group_1", "device_group_2", "device_group_3", "device_group_4", "vsys_name",
     "device", "vsys_id", "source_ipv6", "host.id", "endpoint_serial", "source.mac", "high_resolution_time", "cluster_name"});
inline constexpr auto kGlobalProtect = columns(
    {"vsys", "event.code", "stage", "auth_method", "tunnel_type", "source.user", "source_region", "host.hostname", "public_ip",
     "public_ipv6", "private_ip", "private_ipv6", "host.id", "endpoint_serial", "client_version", "host.os.family",
     "host.os.full", "repeat_count", "event.reason", "error", "message", "status", "location", "login_duration",
     "connect_method", "error_code", "portal", "event.sequence", "action_flags", "high_resolution_time", "selection_type",
     "response_time", "priority", "attempted_gateways", "gateway", "device_group_1", "device_group_2", "device_group_3",
     "device_group_4", "vsys_name", "device", "vsys_id", "cluster_name"});
inline constexpr auto kAuthentication = columns(
    {"vsys", "source", "source.user", "normalized_user", "object", "rule.name", "repeat_count", "authentication_id",
     "mfa_vendor", "log_action", "server_profile", "message", "client_type", "event_result", "factor_number",
     "event.sequence", "action_flags", "device_group_1", "device_group_2", "device_group_3", "device_group_4", "vsys_name",
     "device", "vsys_id", "auth_protocol", "rule.uuid", "high_resolution_time", "source_category", "source_profile",
     "source_model", "source_vendor", "source_os_family", "source_os_version", "source_host", "source.mac", "region", "_",
     "user_agent.original", "session_id", "cluster_name"});
inline constexpr auto kCorrelation = columns({"source", "source.user", "vsys", "rule.category", "log.level", "device_group_1",
                                       "device_group_2", "device_group_3", "device_group_4", "vsys_name", "device", "vsys_id",
                                       "rule.name", "rule.id", "message"});
// clang-format on

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
inline constexpr Type kTypes[] = {
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

}  // namespace vigil::paloalto
