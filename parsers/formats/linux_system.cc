#include "parsers/format.h"

#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

// clang-format off
constexpr TextRow kSystemd[] = {
    {"Started Session {session|word} of [user ]{user.name|word}.$", "session", "start", "session_started"},
    {"Started {service.name|last}.$", "process", "start", "service_started", Outcome::success},
    {"Starting {service.name|last}...$", "process", "start", "service_starting"},
    {"Stopped {service.name|last}.$", "process", "end", "service_stopped", Outcome::success},
    {"Stopping {service.name|last}...$", "process", "end", "service_stopping"},
    {"Reloaded {service.name|last}.$", "process", "change", "service_reloaded", Outcome::success},
    {"Finished {service.name|last}.$", "process", "end", "service_finished", Outcome::success},
    {"Failed to start {service.name|last}.$", "process", "error", "service_failed", Outcome::failure},
    {"Reached target {target}.$", "host", "info", "target_reached"},
    {"{service.name|word}: Main process exited, code={code|word}, status={status|word}", "process", "end", "process_exited"},
    {"{service.name|word}: main process exited, code={code|word}, status={status|word}", "process", "end", "process_exited"},
    {"{service.name|word}: Failed with result '{event.reason}'", "process", "error", "service_failed", Outcome::failure},
    {"{service.name|word}: Succeeded.", "process", "end", "service_finished", Outcome::success},
    {"{service.name|word}: Deactivated successfully.", "process", "end", "service_finished", Outcome::success},
    {"{service.name|word}: Scheduled restart job, restart counter is at {restarts|number}", "process", "info", "service_restart"},
    {"Unit {service.name|word} entered failed state", "process", "error", "service_failed", Outcome::failure},
    {"Created slice {slice}", "host", "info", "slice_created"},
    {"Removed slice {slice}", "host", "info", "slice_removed"},
};
constexpr TextRow kCron[] = {
    {"({user.name|word}) CMD ({process.command_line|last})$", "process", "start", "cron_command"},
    {"({user.name|word}) CMD {process.command_line}", "process", "start", "cron_command"},
    {"({user.name|word}) LIST ({listed|word})", "process", "info", "crontab_listed"},
    {"({user.name|word}) REPLACE ({replaced|word})", "configuration", "change", "crontab_replaced"},
    {"({user.name|word}) BEGIN EDIT ({edited|word})", "configuration", "info", "crontab_edit"},
    {"({user.name|word}) END EDIT ({edited|word})", "configuration", "change", "crontab_edit"},
    {"({user.name|word}) DELETE ({deleted|word})", "configuration", "deletion", "crontab_deleted"},
    {"({user.name|word}) RELOAD ({file})", "configuration", "change", "crontab_reloaded"},
    {"({user.name|word}) MAIL (mailed {mailed|number} bytes", "process", "info", "cron_mail"},
    {"({user.name|word}) FAILED to open PAM security session ({event.reason})", "process", "error", "cron_failed"},
    {"USER {user.name|word} pid {process.pid|number} cmd {process.command_line}", "process", "start", "cron_command"},
    {"Job `{job}' started", "process", "start", "job_started"},
    {"Job `{job}' terminated", "process", "end", "job_ended"},
    {"Will run job `{job}' in {minutes|number} min", "process", "info", "job_planned"},
};
constexpr TextRow kKernel[] = {
    {"Out of memory: Kill[ed] process {process.pid|number} ({process.name})", "process", "end", "out_of_memory"},
    {"Memory cgroup out of memory: Kill[ed] process {process.pid|number} ({process.name})", "process", "end", "out_of_memory"},
    {"Killed process {process.pid|number} ({process.name})", "process", "end", "out_of_memory"},
    {"{process.name|word}\\[{process_id|number}\\]: segfault at {address|word} ip {instruction|word} sp {stack|word} error {error_code|number}", "process", "error", "segfault"},
    {"usb {usb_port|word} New USB device found, idVendor={usb_vendor|word} idProduct={usb_product|word}", "host", "connection", "usb_connected"},
    {"usb {usb_port|word} Product: {usb_name}", "host", "info", "usb_product"},
    {"usb {usb_port|word} Manufacturer: {usb_manufacturer}", "host", "info", "usb_manufacturer"},
    {"usb {usb_port|word} SerialNumber: {usb_serial}", "host", "info", "usb_serial"},
    {"usb {usb_port|word} USB disconnect, device number {usb_device|number}", "host", "end", "usb_disconnected"},
    {"usb {usb_port|word} new {usb_speed|word} USB device number {usb_device|number}", "host", "connection", "usb_connected"},
    {"device {interface|word} entered promiscuous mode", "network", "change", "promiscuous_mode"},
    {"device {interface|word} left promiscuous mode", "network", "change", "promiscuous_mode_left"},
    {"nfs: server {destination|word} not responding, {event.reason}", "network", "error", "nfs_no_answer"},
    {"nfs: server {destination|word} OK", "network", "info", "nfs_answers"},
    {"EXT4-fs error (device {device|word}): {event.reason}", "file", "error", "filesystem_error"},
    {"EXT4-fs ({device|word}): {event.reason}", "file", "info", "filesystem"},
};
constexpr TextRow kServices[] = {
    // chronyd, ntpd
    {"Selected source {destination|word} ({pool})", "host", "info", "time_source"},
    {"Selected source {destination|word}", "host", "info", "time_source"},
    {"Source {destination|word} replaced with {replacement|word}", "host", "info", "time_source"},
    {"System clock wrong by {offset|word} seconds", "host", "change", "time_step"},
    {"System clock was stepped by {offset|word} seconds", "host", "change", "time_step"},
    {"Can't synchronise: no selectable sources", "host", "error", "time_unsynchronised"},
    {"synchronized to {destination|word} stratum {stratum|number}", "host", "info", "time_source"},
    {"Listen normally on {socket|number} {interface|word} {destination:pair|word}", "network", "info", "time_listening"},
    // NetworkManager
    {"<{log.level|word}> \\[{epoch|word}\\] dhcp{ip_version|number} ({interface|word}): state changed {state}", "network", "change", "dhcp_state"},
    {"<{log.level|word}> \\[{epoch|word}\\] dhcp{ip_version|number} ({interface|word}): address {host.ip|ip}", "network", "info", "dhcp_address"},
    {"<{log.level|word}> \\[{epoch|word}\\] device ({interface|word}): state change: {state_before|word} -> {state|word}", "network", "change", "device_state"},
    {"<{log.level|word}> \\[{epoch|word}\\] {event.reason}"},
    // dhclient
    {"DHCPDISCOVER on {interface|word} to {destination|ip} port {destination.port|number}", "network", "protocol", "dhcpdiscover"},
    {"DHCPREQUEST for {client.ip|ip} on {interface|word} to {destination|ip} port {destination.port|number}", "network", "protocol", "dhcprequest"},
    {"DHCPREQUEST on {interface|word} to {destination|ip} port {destination.port|number}", "network", "protocol", "dhcprequest"},
    {"DHCPOFFER of {client.ip|ip} from {server.ip|ip}", "network", "protocol", "dhcpoffer"},
    {"DHCPACK of {client.ip|ip} from {server.ip|ip}", "network", "protocol", "dhcpack"},
    {"DHCPACK from {server.ip|ip}", "network", "protocol", "dhcpack"},
    {"DHCPNAK from {server.ip|ip}", "network", "protocol", "dhcpnak"},
    {"bound to {client.ip|ip} -- renewal in {renewal|number} seconds", "network", "info", "dhcp_bound"},
    // rpc.mountd
    {"authenticated mount request from {source:pair|word} for {file|word} ({export|word})", "network", "access", "nfs_mount"},
    {"authenticated unmount request from {source:pair|word} for {file|word} ({export|word})", "network", "end", "nfs_unmount"},
    {"refused mount request from {source|word} for {file|word} ({export|word}): {event.reason}", "network", "denied", "nfs_mount_refused", Outcome::failure},
    {"refused mount request from {source|word} for {file|word}", "network", "denied", "nfs_mount_refused", Outcome::failure},
    // rsyslogd
    {"imuxsock begins to drop messages from pid {process.pid|number} due to rate-limiting", "host", "error", "messages_dropped"},
    {"imuxsock lost {lost|number} messages from pid {process.pid|number} due to rate-limiting", "host", "error", "messages_dropped"},
    {"Suppressed {suppressed|number} messages from {suppressed_from|word}", "host", "error", "messages_dropped"},
    {"dropped {lost|number} messages, error {event.code|number}", "host", "error", "messages_dropped"},
    // logrotate, anacron
    {"ALERT exited abnormally with \\[{status}\\]", "process", "error", "logrotate_failed", Outcome::failure},
};
// clang-format on

constexpr std::string_view kPrograms[] = {"systemd",
                                          "CRON",
                                          "cron",
                                          "crond",
                                          "anacron",
                                          "atd",
                                          "kernel",
                                          "chronyd",
                                          "ntpd",
                                          "NetworkManager",
                                          "dhclient",
                                          "rpc",
                                          "rsyslogd",
                                          "logrotate",
                                          "systemd-resolved",
                                          "systemd-networkd",
                                          "systemd-timesyncd",
                                          "systemd-journald",
                                          "systemd-journal",
                                          "systemd-udevd",
                                          "systemd-tmpfiles",
                                          "sendsyslog",
                                          "crontab",
                                          "run-parts",
                                          "dbus-daemon",
                                          "dbus",
                                          "udisksd",
                                          "avahi-daemon",
                                          "irqbalance",
                                          "mountd",
                                          "nfsd",
                                          "rpc.mountd",
                                          "rpcbind",
                                          "rshd",
                                          "rsyslogd-2177",
                                          "snapd",
                                          "packagekitd",
                                          "thermald",
                                          "smartd",
                                          "acpid",
                                          "multipathd",
                                          "lvm",
                                          "mdadm",
                                          "dracut",
                                          "kdumpctl"};
constexpr LogSource kLogSources[] = {{"", "plain_text", ""}, {"linux", "", "syslog"}, {"linux", "", "cron"}};

/// What the parts of a Linux system say of services, jobs, memory, devices, time. What none of the tables knows keeps its
/// text in `message`.
void parse_linux(PayloadWriter& out) {
  const std::string_view app = out.header().app;
  const bool cron = is_any(app, {"CRON", "cron", "crond", "anacron", "atd", "crontab", "run-parts"});
  out.log_source("linux", {}, cron ? "cron" : "syslog");
  std::string_view text = trim(out.text());
  static const TextTable kSystemdTable(kSystemd), kCronTable(kCron), kKernelTable(kKernel),
      kServiceTable(kServices);
  if (app == "kernel") {
    // "[158316.604054] text", perhaps with ": " before it
    while (take_prefix(text, ": ")) {
    }
    if (text.starts_with('[') && text.find(']') < 20) text = trim_left(text.substr(text.find(']') + 1));
    // What the kernel speaks of is another process than the kernel.
    const TextRow* const row = kKernelTable.read(out, text);
    if (row == nullptr) out.add("event.category", "host");
    return;
  }
  if (app.starts_with("systemd") && kSystemdTable.read(out, text) != nullptr) return;
  if (cron && kCronTable.read(out, text) != nullptr) return;
  kServiceTable.read(out, text);
}

}  // namespace

extern const FormatSpec kFormat_linux_system = {
    .number = Format{98},
    .name = "linux_system",
    .title = "Linux itself: systemd, cron, kernel, time, network",
    .sample = R"((root) CMD (run-parts --report /etc/cron.hourly))",
    .rank = 240,
    .programs = kPrograms,
    .parse = parse_linux,
    .kinds = Kind::os,
    .log_sources = kLogSources,
};

}  // namespace vigil
