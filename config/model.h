#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "parsers/kinds.h"
#include "parsers/syslog_header.h"

namespace vigil {

/// Responsibility tier (資通安全責任等級). What must be kept six months: A everything, B core systems and
/// what is connected to them, C core systems (domain README 2). D and E are kept like C by default.
enum class Tier : std::uint8_t { A, B, C, D, E };

struct Contact {
  std::string name, role, mail, phone;
  bool operator==(const Contact&) const = default;
};

struct Organisation {
  std::string id, name;
  std::string parent;  ///< id; empty at the top of the tree
  Tier tier = Tier::C;
  std::string timezone = "Asia/Taipei";
  std::string profile = "tw-2026";  ///< regulation profile id
  std::string overlay;              ///< procedure overlay id
  std::vector<Contact> contacts;
  std::optional<Contact> ciso;
  // What the form asks of the organisation (fill: org).
  std::string reviewing_org, fax, soc, soc_vendor, maintenance_vendor;
  std::vector<std::string> safeguards;
};

struct System {
  std::string id, name, organisation;
  bool core = false;
  std::vector<std::string> hosts;     ///< names or addresses, compared without case
  std::vector<std::string> networks;  ///< CIDR
  std::vector<std::string> connected_to;
  Kinds kinds;
  double tolerable_outage_hours = 0;
  std::vector<std::string> information;  ///< personal_data, sensitive, official_secret, state_secret
  bool critical_infrastructure = false;
  std::string operating_system, vendor, purpose, url;
};

/// TLS of a listener (RFC 5425). Paths are absolute or relative to the configuration file.
struct TlsConfig {
  /// Who may come in, in rsyslog's words.
  enum class Mode : std::uint8_t {
    anon,         ///< nobody is asked for a certificate
    certvalid,    ///< whoever `client_ca` has certified
    fingerprint,  ///< whose certificate has one of the fingerprints in permitted_peers; no CA is asked
    name          ///< certified by `client_ca` and named by permitted_peers
  };
  std::filesystem::path certificate, key, client_ca, crl;
  Mode mode = Mode::anon;
  std::vector<std::string> permitted_peers;
};

struct ListenerConfig {
  enum class Protocol : std::uint8_t { syslog_udp, syslog_tcp, http };
  Protocol protocol = Protocol::syslog_udp;
  std::string address;                     ///< "0.0.0.0:5514", "[::]:5514"
  std::string organisation = "default";
  std::string timezone = "Asia/Taipei";
  Charset charset = Charset::automatic;
  int receive_buffer_bytes = 32 * 1024 * 1024;
  bool drill = false;                      ///< everything that arrives here is a drill
};

struct ChannelConfig {
  enum class Kind : std::uint8_t { smtp, spool };
  std::string id;
  Kind kind = Kind::spool;
  std::string server, from;                ///< smtp
  std::string username, password_file;     ///< smtp; a secret is never in this file
  std::filesystem::path directory;         ///< spool
  bool drill = false;                      ///< a drill reaches drill channels only, production the others only
};

struct RetentionConfig {
  int months = 6;
  int out_of_scope_days = 184;
  std::chrono::minutes hold_surroundings{60};
};

struct RulesConfig {
  std::vector<std::filesystem::path> directories;  ///< empty: the pack built into the program
  std::vector<std::string> disabled;               ///< rule ids
};

struct Config {
  std::filesystem::path data = "vigil-data";
  std::vector<ListenerConfig> listeners;
  std::vector<Organisation> organisations;
  std::vector<System> systems;
  RetentionConfig retention;
  RulesConfig rules;
  std::vector<ChannelConfig> channels;
  bool drill = false;  ///< the whole instance is a drill
};

}  // namespace vigil
