#pragma once

#include <cstdint>
#include <string_view>

#include "parsers/kinds.h"

namespace vigil {

/// Programs known by the name in the syslog header.
enum class AppKind : std::uint8_t {
  unknown,
  sshd,
  sudo,
  clamav,
  web,
  proxy,  ///< of visitors' way out: squid and its kin
  logon,
  kernel,
  system,
  firewall,
  ids,
  agent,  ///< what watches the host it runs on
  antivirus,
  network,
  infrastructure,  ///< names, addresses, storage, virtual machines
  aaa,             ///< who may come in: RADIUS, directories, VPN, vaults
  mail,
  database,
  service,
  windows
};

/// A program's name without path, instance and version: "postfix/smtpd", "clamd.scan", "sshd(pam_unix)", "gdm-password]",
/// "/usr/sbin/cron", "nginx-1" and "suricata:" are postfix, clamd, sshd, gdm-password, cron, nginx and suricata.
std::string_view program_name(std::string_view app);

/// By the program's name, whatever instance or version hangs on it ("nginx-1", "clamd.scan",
/// "%ASA-4-106023").
AppKind app_kind(std::string_view app);

/// The law's kinds of a program's messages; empty for unknown programs.
Kinds app_kinds(AppKind kind);

/// Sigma's service name for the plain text of a Linux program ("cron", "vsftpd", "syslog"); empty if none is
/// known.
std::string_view linux_service(std::string_view app);
/// Whether that is one of them, or none at all.
bool is_linux_service(std::string_view service);

}  // namespace vigil
