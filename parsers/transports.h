#pragma once

#include <string_view>

namespace vigil {

/// Names of what carries messages to us, as they stand in Source::transport and in the archive: only add.
namespace transport {
constexpr std::string_view kSyslogUdp = "syslog-udp";
constexpr std::string_view kSyslogTcp = "syslog-tcp";
constexpr std::string_view kSyslogTls = "syslog-tls";
constexpr std::string_view kRelp = "relp";
constexpr std::string_view kHttp = "http";  ///< JSON Lines and Elasticsearch's _bulk: a document each
constexpr std::string_view kHec = "hec";
constexpr std::string_view kLoki = "loki";
constexpr std::string_view kOtlp = "otlp";
constexpr std::string_view kGelf = "gelf";
constexpr std::string_view kBeats = "beats";
constexpr std::string_view kJournal = "journal";
constexpr std::string_view kFile = "file";
constexpr std::string_view kAlert = "alert";  ///< SOC alerts and tickets: a document each (alert_document.h)
}  // namespace transport

/// Whether messages of that transport are documents or bare lines, which have no syslog header to miss: those that carry
/// syslog say so in their names, or are RELP, or are vigild's own ("internal").
constexpr bool carries_documents(std::string_view name) {
  return !name.starts_with("syslog-") && name != transport::kRelp && name != "internal";
}

}  // namespace vigil
