// The ordinary day: what the machines of a school say when nothing is wrong. Each writer adds one occurrence,
// which may be several lines (a login, its session, its end).

#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "tests/scenario/story.h"

namespace vigil::scenario {
namespace {

using std::chrono::milliseconds;

const std::vector<std::string> kBrowsers = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
    "Safari/537.36",
    "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Safari/604.1",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
    "Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0"};

std::string hardware_address(const std::string& address) {
  std::uint64_t hash = 1469598103934665603ULL;
  for (const char c : address) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return fmt::format("02:00:5e:{:02x}:{:02x}:{:02x}", hash & 255U, (hash >> 8) & 255U, (hash >> 16) & 255U);
}

void admin_login(Story& story, const Host& host, Moment at) {
  Dice& dice = story.dice();
  const std::string user = dice.pick(story.scenario().admins);
  const std::string from = fmt::format("10.20.9.{}", dice.between(11, 14));
  const int pid = dice.between(1200, 31000), port = dice.between(32768, 60999);
  const Prelude sshd{.facility = 10, .severity = 6, .app = "sshd", .pid = pid};
  if (dice.chance(0.15)) {  // everybody mistypes a passphrase now and then
    story.add(at - milliseconds(4200), host, sshd,
              fmt::format("Failed password for {} from {} port {} ssh2", user, from, port));
  }
  story.add(at, host, sshd,
            fmt::format("Accepted publickey for {} from {} port {} ssh2: ED25519 SHA256:m4Jv0aN2q8y{}", user,
                        from, port, user));
  story.add(at + milliseconds(20), host, sshd,
            fmt::format("pam_unix(sshd:session): session opened for user {}(uid=1000) by (uid=0)", user));
  if (dice.chance(0.5)) {
    story.add(at + milliseconds(40'000), host, {.facility = 10, .severity = 5, .app = "sudo"},
              fmt::format("{:>8} : TTY=pts/0 ; PWD=/home/{} ; USER=root ; COMMAND=/usr/bin/apt-get update",
                          user, user));
  }
  const Moment end = at + milliseconds(dice.between(60, 2400) * 1000);
  story.add(end, host, sshd,
            fmt::format("Received disconnect from {} port {}:11: disconnected by user", from, port));
  story.add(end + milliseconds(10), host, sshd,
            fmt::format("pam_unix(sshd:session): session closed for user {}", user));
}

void cron_job(Story& story, const Host& host, Moment at) {
  static const std::vector<std::string> kJobs = {
      "/usr/local/sbin/backup-grades --incremental",
      "[ -x /usr/sbin/logrotate ] && /usr/sbin/logrotate /etc/logrotate.conf",
      "cd / && run-parts --report /etc/cron.hourly"};
  const int pid = story.dice().between(1200, 31000);
  story.add(at, host, {.facility = 9, .severity = 6, .app = "CRON", .pid = pid},
            fmt::format("(root) CMD ({})", story.dice().pick(kJobs)));
}

void dhcp_lease(Story& story, const Host& host, Moment at) {
  const std::string address = story.inside_address(), mac = hardware_address(address);
  const Prelude dhcpd{.facility = 3, .severity = 6, .app = "dhcpd", .pid = 911};
  story.add(at, host, dhcpd, fmt::format("DHCPREQUEST for {} from {} via eth0.20", address, mac));
  story.add(at + milliseconds(3), host, dhcpd, fmt::format("DHCPACK on {} to {} via eth0.20", address, mac));
}

void name_lookup(Story& story, const Host& host, Moment at) {
  Dice& dice = story.dice();
  story.add(
      at, host, {.facility = 3, .severity = 6, .app = "unbound", .pid = 1187},
      fmt::format("[1187:{}] info: {} {}. {} IN NOERROR {:.6f} {} {}", dice.below(2), story.inside_address(),
                  dice.pick(story.scenario().domains), dice.chance(0.7) ? "A" : "AAAA", dice.unit() * 0.2,
                  dice.below(2), dice.between(45, 420)));
}

void web_visit(Story& story, const Host& host, Moment at) {
  Dice& dice = story.dice();
  const std::string from = dice.chance(0.5) ? story.inside_address() : story.outside_address();
  const std::string browser = dice.pick(kBrowsers);
  const int pages = dice.between(1, 4);
  for (int page = 0; page < pages; ++page) {
    const bool missing = dice.chance(0.01);
    story.add(at, host, {.facility = 23, .severity = 6, .app = "nginx"},
              fmt::format(R"({} - - [{}] "GET {} HTTP/1.1" {} {} "https://www.example.edu.tw/" "{}")", from,
                          story.clf_time(at), missing ? "/favicon.ico" : dice.pick(story.scenario().pages),
                          missing ? 404 : 200, missing ? 153 : dice.heavy(6000), browser));
    at += milliseconds(dice.between(900, 20'000));
  }
}

void firewall_session(Story& story, const Host& host, Moment at) {
  Dice& dice = story.dice();
  const std::int64_t ms = story.epoch_ms(at);
  const std::string local = story.plain_time(at);
  const std::string from = story.inside_address();
  const bool web = dice.chance(0.8);
  story.add(
      at, host, {.facility = 23, .severity = 5},
      fmt::format(R"(date={} time={} devname="{}" devid="FG100FTK00000001" eventtime={}000000 tz="+0800" )"
                  R"(logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" srcip={} )"
                  R"(srcport={} srcintf="lan" srcintfrole="lan" dstip={} dstport={} dstintf="wan1" )"
                  R"(dstintfrole="wan" sessionid={} proto={} action="{}" policyid=12 policytype="policy" )"
                  R"(service="{}" trandisp="snat" transip=192.0.2.250 duration={} sentbyte={} rcvdbyte={} )"
                  R"(srcmac="{}")",
                  local.substr(0, 10), local.substr(11), host.name, ms, from, dice.between(1025, 65535),
                  story.outside_address(), web ? 443 : 53, dice.between(700'000'000, 799'999'999),
                  web ? 6 : 17, dice.chance(0.9) ? "close" : "accept", web ? "HTTPS" : "DNS", dice.heavy(12),
                  dice.heavy(1800), dice.heavy(9000), hardware_address(from)));
}

void windows_logon(Story& story, const Host& host, Moment at) {
  Dice& dice = story.dice();
  const std::string user = dice.pick(story.scenario().teachers), from = story.inside_address();
  const int record = dice.between(9'000'000, 9'999'999);
  const Prelude prelude{
      .facility = 1, .severity = 6, .app = "Microsoft-Windows-Security-Auditing", .pid = 712};
  const auto event = [&](Moment when, int id, std::string_view type) {
    return fmt::format(
        R"({{"EventTime":"{}","Hostname":"{}","Keywords":-9214364837600034816,"EventType":"AUDIT_{}",)"
        R"("SeverityValue":2,"EventID":{},"SourceName":"Microsoft-Windows-Security-Auditing",)"
        R"("RecordNumber":{},"ProcessID":712,"Channel":"Security","TargetUserName":"{}",)"
        R"("TargetDomainName":"SCHOOL","LogonType":"3","IpAddress":"{}","IpPort":"{}",)"
        R"("LogonProcessName":"Kerberos","AuthenticationPackageName":"Kerberos"}})",
        story.plain_time(when), host.name, type, id, record, user, from, dice.between(49152, 65535));
  };
  if (dice.chance(0.04))
    story.add(at - milliseconds(5000), host, prelude, event(at - milliseconds(5000), 4625, "FAILURE"));
  story.add(at, host, prelude, event(at, 4624, "SUCCESS"));
  const Moment end = at + milliseconds(dice.between(30, 3000) * 1000);
  story.add(end, host, prelude, event(end, 4634, "SUCCESS"));
}

void mail_passing(Story& story, const Host& host, Moment at) {
  Dice& dice = story.dice();
  const std::string id = fmt::format("4W{:05X}z{:04X}", dice.below(0xFFFFF), dice.below(0xFFFF));
  const std::string to = dice.pick(story.scenario().teachers);
  const auto prelude = [&](std::string_view app) {
    return Prelude{.facility = 2, .severity = 6, .app = app, .pid = dice.between(1200, 31000)};
  };
  story.add(at, host, prelude("postfix/smtpd"),
            fmt::format("{}: client=mx.example.org[{}]", id, story.outside_address()));
  story.add(
      at + milliseconds(80), host, prelude("postfix/qmgr"),
      fmt::format("{}: from=<news@example.org>, size={}, nrcpt=1 (queue active)", id, dice.heavy(20'000)));
  story.add(
      at + milliseconds(190), host, prelude("postfix/lmtp"),
      fmt::format("{}: to=<{}@example.edu.tw>, relay=local, delay=0.3, dsn=2.0.0, status=sent (250 2.0.0 Ok)",
                  id, to));
}

void sensor_flow(Story& story, const Host& host, Moment at) {
  Dice& dice = story.dice();
  const auto flow = static_cast<long long>(dice.next() >> 2U);
  story.add(
      at, host, {.facility = 16, .severity = 6, .app = "suricata", .pid = 5885},
      fmt::format(R"({{"timestamp":"{}","flow_id":{},"in_iface":"eth1","event_type":"tls","src_ip":"{}",)"
                  R"("src_port":{},"dest_ip":"{}","dest_port":443,"proto":"TCP",)"
                  R"("tls":{{"sni":"{}","version":"TLS 1.3"}}}})",
                  story.eve_time(at), flow, story.inside_address(), dice.between(1025, 65535),
                  story.outside_address(), dice.pick(story.scenario().domains)));
}

void antivirus_update(Story& story, const Host& host, Moment at) {
  story.add(
      at, host, {.facility = 16, .severity = 6},
      fmt::format("CEF:0|Example AV|Management Server|14.0|PattUpdate|Pattern updated|2|rt={} dvchost={} "
                  "cs1Label=Pattern cs1=19.{}.00 msg=PC-T{} is up to date",
                  story.epoch_ms(at), host.name, story.dice().between(100, 999),
                  story.dice().between(201, 224)));
}

using Writer = void (*)(Story&, const Host&, Moment);
const std::map<std::string, Writer> kWriters = {
    {"admin_login", admin_login},   {"cron", cron_job},     {"dhcp", dhcp_lease},
    {"dns", name_lookup},           {"web", web_visit},     {"firewall", firewall_session},
    {"windows", windows_logon},     {"mail", mail_passing}, {"sensor", sensor_flow},
    {"antivirus", antivirus_update}};

/// How busy the school is at this part of its day, 0 to 1: it wakes, works, eats, works, goes home.
double busyness(double part) {
  if (part < 0.1) return 0.4;
  if (part < 0.45) return 1.0;
  if (part < 0.55) return 0.6;
  if (part < 0.85) return 1.0;
  return 0.5;
}

}  // namespace

void write_everyday(Story& story, const Traffic& traffic) {
  const auto writer = kWriters.find(traffic.kind);
  if (writer == kWriters.end()) throw std::runtime_error(traffic.kind + ": no such kind of traffic");
  const Host& host = story.scenario().host(traffic.host);
  const double hours = static_cast<double>(story.scenario().length.count()) / 3600.0;
  const int occurrences = static_cast<int>(traffic.per_hour * hours);
  for (int n = 0; n < occurrences; ++n) {
    double part = story.dice().unit();
    for (int tries = 0; tries < 8 && !story.dice().chance(busyness(part)); ++tries)
      part = story.dice().unit();
    writer->second(story, host,
                   Moment(static_cast<std::int64_t>(part * static_cast<double>(story.length().count()))));
  }
}

}  // namespace vigil::scenario
