#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/kinds.h"
#include "parsers/mail_template.h"
#include "parsers/syslog_header.h"

namespace vigil {

/// Responsibility tier (資通安全責任等級). What must be kept six months: A everything, B core systems and
/// what is connected to them, C core systems (domain README 2). D and E are kept like C by default.
enum class Tier : std::uint8_t { A, B, C, D, E };

struct Contact {
  std::string name, role, mail, phone;
  bool operator==(const Contact&) const = default;
};

/// When people work; what is absent is as elsewhere.
struct WorkingHoursConfig {
  std::uint8_t days = 0b0011111;  ///< bit 0 is Monday
  int from_minutes = 7 * 60, to_minutes = 19 * 60;
  std::optional<std::vector<std::int32_t>> holidays;  ///< days since 1970; absent: those of `enrichment`
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
  std::optional<WorkingHoursConfig> working_hours;  ///< absent: those of `enrichment`
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
  enum class Protocol : std::uint8_t { syslog_udp, syslog_tcp, syslog_tls, relp, beats, gelf, http };
  Protocol protocol = Protocol::syslog_udp;
  std::string address;  ///< "0.0.0.0:5514", "[::]:5514"
  std::string organisation = "default";
  std::string timezone = "Asia/Taipei";
  Charset charset = Charset::automatic;
  int receive_buffer_bytes = 32 * 1024 * 1024;
  bool drill = false;     ///< everything that arrives here is a drill
  bool optional = false;  ///< nobody asked for it: the daemon starts without it where its port is taken
  std::optional<TlsConfig> tls;     ///< always there for syslog-tls, never for syslog-udp and syslog-tcp
  int frame_bytes_max = 64 * 1024;  ///< syslog and RELP (128 KiB): what is longer is kept cut and tagged `oversize`
  bool multiline_pri = false;       ///< TCP syslog: an LF ends a message only before "<digits" (F11)
  bool compressed_rsyslog = false;  ///< syslog: frames that begin with 'z' are zlib (F12)
  int messages_per_second_per_peer = 0;  ///< 0: no limit; what is beyond is dropped and counted
  std::vector<std::string>
      relays;  ///< addresses or networks exempt from the limit of connections of one peer
};

/// "syslog-udp", "relp", …: as in the configuration, in listeners' ids and in metrics.
std::string_view protocol_name(ListenerConfig::Protocol protocol);

/// A device token for HTTP: the configuration holds its hash only.
struct TokenConfig {
  std::string id;            ///< stands in logs and metrics in the token's stead
  std::string sha256;        ///< 64 hex digits, lower case
  std::string organisation;  ///< whose records what comes with it becomes; empty: the listener's
  bool enabled = true;
  std::optional<std::int64_t> expires_ns;  ///< no longer taken from this moment, UTC ns
};

/// Files of this machine that are followed.
struct FileConfig {
  std::vector<std::string> paths;  ///< glob patterns, absolute or relative to the configuration file
  std::string organisation = "default";
  std::string timezone = "Asia/Taipei";
  Charset charset = Charset::automatic;
  std::string
      multiline;     ///< RE2: a message begins with a line in which it is found; empty: every line is one
  std::string host;  ///< host.name of lines that name none; empty: this machine's name
};

/// A folder of this machine into which mails with alerts are delivered.
struct MailboxConfig {
  std::filesystem::path directory;  ///< a Maildir, or a folder of .eml files
  std::string organisation = "default";
  std::string timezone = "Asia/Taipei";  ///< of times that name no zone
  std::string source;  ///< who gives the alerts, where no template of ours says; empty: as TANet's template has it
  bool drill = false;  ///< everything that arrives here is a drill
  std::vector<MailTemplate> templates;
};

/// Somebody above us who gets a copy.
struct UpstreamConfig {
  enum class Kind : std::uint8_t {
    vigil,       ///< a parent Vigil, by HTTP: raw bytes and where they came from
    relp,        ///< RELP, over TLS if `tls` is there
    syslog_tcp,  ///< RFC 5424, octet counting
    syslog_tls,  ///< the same over TLS (RFC 5425)
    cef          ///< CEF in RFC 5424, over TLS if `tls` is there
  };
  struct Tls {
    std::filesystem::path ca, certificate, key;  ///< empty ca: the system's
    std::string name;  ///< name in the other's certificate; empty: that of the address
  };
  std::string id;
  Kind kind = Kind::vigil;
  std::string url;      ///< vigil: "https://county.example:8514"
  std::string address;  ///< the others: "soc.example:6514", "[::1]:2514"
  std::optional<Tls> tls;
  std::filesystem::path token_file;  ///< vigil; a secret is never in this file
  std::string query;                 ///< only what matches; empty: everything
  std::string organisation;          ///< only of this one and below; empty: of all
  bool from_oldest = false;  ///< of an upstream that is new: everything preserved, not just what comes
};

struct ChannelConfig {
  enum class Kind : std::uint8_t { smtp, spool };
  std::string id;
  Kind kind = Kind::spool;
  std::string server, from;             ///< smtp
  std::string username, password_file;  ///< smtp; a secret is never in this file
  std::filesystem::path directory;      ///< spool
  bool drill = false;                   ///< a drill reaches drill channels only, production the others only
};

struct RetentionConfig {
  int months = 6;
  int out_of_scope_days = 184;
  std::chrono::minutes hold_surroundings{60};
};

struct RulesConfig {
  std::vector<std::filesystem::path> directories;  ///< empty: the pack built into the program
  std::vector<std::string> disabled;               ///< rule ids
  /// Values of %placeholders% in rules, by name.
  std::map<std::string, std::vector<std::string>, std::less<>> placeholders;
  std::vector<std::filesystem::path> pipelines;    ///< how rules of other taxonomies are read (docs/rules.md)
  bool deprecated = false;                         ///< loads deprecated and unsupported rules, too
};

/// What becomes of alerts of a SOC and of early-warning tickets (docs/alerts.md).
struct AlertsConfig {
  /// From which severity on one opens a candidate; what stays below only joins one.
  enum class Open : std::uint8_t { all, medium, high, none };
  Open open = Open::medium;
};

/// Parsers that the site has written (docs/parsers.md).
struct ParsersConfig {
  std::vector<std::filesystem::path> directories;
};

/// What an operator says about addresses and accounts (rules/enrichment.h). Paths are absolute or relative to the file.
struct EnrichmentConfig {
  std::vector<std::filesystem::path> places;  ///< CSV or .mmdb, asked in this order
  std::filesystem::path accounts;             ///< CSV; empty: none
  std::optional<WorkingHoursConfig> working_hours;
};

/// Indicators that are read from files and watched for (docs/watchlists.md).
struct WatchlistConfig {
  std::string id, name;         ///< empty name: the id
  std::filesystem::path path;   ///< a file, or a directory whose files are one list
  bool is_directory = false;
  std::string format = "auto";  ///< auto, text, csv, stix, misp
  std::string source, tlp;
  int confidence = -1;              ///< 0 to 100; -1: nothing is said
  std::chrono::seconds lifetime{0}; ///< from the file's time on; 0: they do not expire
  std::string organisation;         ///< for this one's records and those below it; empty: for all
};

struct Config {
  std::filesystem::path data = "vigil-data";
  std::vector<ListenerConfig> listeners;
  std::vector<TokenConfig> tokens;
  std::vector<FileConfig> files;
  std::vector<MailboxConfig> mailboxes;
  std::vector<UpstreamConfig> upstream;
  std::vector<Organisation> organisations;
  std::vector<System> systems;
  RetentionConfig retention;
  RulesConfig rules;
  ParsersConfig parsers;
  EnrichmentConfig enrichment;
  std::vector<WatchlistConfig> watchlists;
  AlertsConfig alerts;
  std::vector<ChannelConfig> channels;
  bool drill = false;  ///< the whole instance is a drill
};

}  // namespace vigil
