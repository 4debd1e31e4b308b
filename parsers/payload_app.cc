#include "parsers/payload_app.h"

#include "parsers/characters.h"
#include "parsers/key_table.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

struct App {
  std::string_view key;
  AppKind kind;
};
constexpr App kApps[] = {
    {"sshd", AppKind::sshd},
    {"sshd-session", AppKind::sshd},
    {"sshd-auth", AppKind::sshd},
    {"sudo", AppKind::sudo},
    {"su", AppKind::sudo},
    {"doas", AppKind::sudo},
    {"clamd", AppKind::clamav},
    {"clamscan", AppKind::clamav},
    {"clamdscan", AppKind::clamav},
    {"clamonacc", AppKind::clamav},
    {"clamav", AppKind::clamav},
    {"clamav-milter", AppKind::clamav},
    {"clamav-daemon", AppKind::clamav},
    {"freshclam", AppKind::clamav},
    {"nginx", AppKind::web},
    {"apache", AppKind::web},
    {"apache2", AppKind::web},
    {"httpd", AppKind::web},
    {"lighttpd", AppKind::web},
    {"caddy", AppKind::web},
    {"haproxy", AppKind::web},
    {"tomcat", AppKind::web},
    {"iis", AppKind::web},
    {"squid", AppKind::network},
    {"modsecurity", AppKind::ids},
    {"login", AppKind::logon},
    {"systemd-logind", AppKind::logon},
    {"gdm-password", AppKind::logon},
    {"gdm", AppKind::logon},
    {"lightdm", AppKind::logon},
    {"sddm", AppKind::logon},
    {"sshguard", AppKind::logon},
    {"fail2ban", AppKind::logon},
    {"polkitd", AppKind::logon},
    {"useradd", AppKind::logon},
    {"usermod", AppKind::logon},
    {"userdel", AppKind::logon},
    {"groupadd", AppKind::logon},
    {"passwd", AppKind::logon},
    {"chpasswd", AppKind::logon},
    {"dropbear", AppKind::logon},
    {"radiusd", AppKind::logon},
    {"freeradius", AppKind::logon},
    {"openvpn", AppKind::logon},
    {"charon", AppKind::logon},
    {"kernel", AppKind::kernel},
    {"systemd", AppKind::system},
    {"cron", AppKind::system},
    {"CRON", AppKind::system},
    {"crond", AppKind::system},
    {"anacron", AppKind::system},
    {"atd", AppKind::system},
    {"auditd", AppKind::system},
    {"audispd", AppKind::system},
    {"rsyslogd", AppKind::system},
    {"syslog-ng", AppKind::system},
    {"dbus-daemon", AppKind::system},
    {"NetworkManager", AppKind::system},
    {"chronyd", AppKind::system},
    {"ntpd", AppKind::system},
    {"snapd", AppKind::system},
    {"udevd", AppKind::system},
    {"filterlog", AppKind::firewall},
    {"CheckPoint", AppKind::firewall},
    {"pf", AppKind::firewall},
    {"ufw", AppKind::firewall},
    {"firewalld", AppKind::firewall},
    {"fortigate", AppKind::firewall},
    {"suricata", AppKind::ids},
    {"snort", AppKind::ids},
    {"zeek", AppKind::ids},
    {"ossec", AppKind::ids},
    {"wazuh", AppKind::ids},
    {"SymantecServer", AppKind::antivirus},
    {"ERAServer", AppKind::antivirus},
    {"dhcpd", AppKind::network},
    {"dnsmasq", AppKind::network},
    {"dnsmasq-dhcp", AppKind::network},
    {"hostapd", AppKind::network},
    {"unbound", AppKind::network},
    {"named", AppKind::network},
    {"postfix", AppKind::mail},
    {"dovecot", AppKind::mail},
    {"sendmail", AppKind::mail},
    {"exim", AppKind::mail},
    {"exim4", AppKind::mail},
    {"opendkim", AppKind::mail},
    {"mysqld", AppKind::database},
    {"mariadbd", AppKind::database},
    {"postgres", AppKind::database},
    {"postgresql", AppKind::database},
    {"slapd", AppKind::service},
    {"smbd", AppKind::service},
    {"vsftpd", AppKind::service},
    {"proftpd", AppKind::service},
    {"pure-ftpd", AppKind::service},
    {"dockerd", AppKind::service},
    {"containerd", AppKind::service},
    {"java", AppKind::service},
    {"php", AppKind::service},
    {"guacd", AppKind::service},
    {"MSWinEventLog", AppKind::windows},
};
constexpr KeyTable kTable(kApps);

constexpr AsciiSet kNameEnds("/.(_]:@");

}  // namespace

std::string_view program_name(std::string_view app) {
  std::size_t end = 0;
  while (end < app.size() && !kNameEnds.has(app[end])) ++end;
  return end == 0 ? app : app.substr(0, end);
}

AppKind app_kind(std::string_view app) {
  if (app.empty()) return AppKind::unknown;
  if (const App* row = kTable.find(app)) return row->kind;
  // Cisco's %FACILITY-LEVEL-NAME: firewalls, switches, routers
  if (app.front() == '%') return AppKind::firewall;
  if (const App* row = kTable.find(program_name(app))) return row->kind;
  if (app.starts_with("Microsoft-Windows-")) return AppKind::windows;
  return AppKind::unknown;
}

Kinds app_kinds(AppKind kind) {
  switch (kind) {
    case AppKind::sshd:
    case AppKind::sudo:
    case AppKind::logon:
      return Kind::os | Kind::logon;
    case AppKind::web:
      return Kind::web;
    case AppKind::kernel:
    case AppKind::system:
    case AppKind::windows:
      return Kind::os;
    case AppKind::clamav:
    case AppKind::antivirus:
    case AppKind::firewall:
    case AppKind::ids:
    case AppKind::network:
      return Kind::device;
    case AppKind::mail:
    case AppKind::database:
    case AppKind::service:
      return Kind::application;
    case AppKind::unknown:
      return {};
  }
  return {};
}

std::string_view linux_service(std::string_view app) {
  if (app == "cron" || app == "CRON" || app == "crond" || app == "anacron") return "cron";
  if (app == "vsftpd") return "vsftpd";
  if (app == "guacd") return "guacamole";
  if (app == "auditd" || app == "audispd") return "auditd";
  switch (app_kind(app)) {
    case AppKind::logon:
      return "auth";
    case AppKind::kernel:
    case AppKind::system:
    case AppKind::network:
    case AppKind::mail:
    case AppKind::service:
    case AppKind::database:
      return "syslog";
    default:
      return {};
  }
}

}  // namespace vigil
