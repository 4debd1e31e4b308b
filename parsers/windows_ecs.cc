#include "parsers/windows_ecs.h"

#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/key_table.h"
#include "parsers/mssql_text.h"
#include "parsers/nt_status.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

using enum WindowsFamily;

struct DataKey {
  std::string_view key;
  WindowsValues::Data slot;
};
constexpr DataKey kDataKeys[] = {
    {"TargetUserName", WindowsValues::target_user},
    {"AccountName", WindowsValues::target_user},  // 4778, 4779
    {"TargetDomainName", WindowsValues::target_domain},
    {"AccountDomain", WindowsValues::target_domain},
    {"TargetUserSid", WindowsValues::target_sid},
    {"TargetSid", WindowsValues::target_sid},
    {"SubjectUserName", WindowsValues::subject_user},
    {"SubjectDomainName", WindowsValues::subject_domain},
    {"SubjectUserSid", WindowsValues::subject_sid},
    {"SubjectLogonId", WindowsValues::subject_logon_id},
    {"TargetLogonId", WindowsValues::target_logon_id},
    {"LogonID", WindowsValues::target_logon_id},  // 4778, 4779
    {"OldTargetUserName", WindowsValues::old_name},
    {"NewTargetUserName", WindowsValues::new_name},
    {"MemberSid", WindowsValues::member_sid},
    {"SubStatus", WindowsValues::sub_status},
    {"ObjectType", WindowsValues::object_type},
    {"RelativeTargetName", WindowsValues::relative_name},
    {"CallingStationID", WindowsValues::calling_station},
    {"Reason", WindowsValues::reason},
    {"FailureReason", WindowsValues::reason},
    {"payload", WindowsValues::payload},
    {"Param1", WindowsValues::param1},
    {"param1", WindowsValues::param1},
    {"Param2", WindowsValues::param2},
    {"param2", WindowsValues::param2},
    {"Param3", WindowsValues::param3},
    {"param3", WindowsValues::param3},
    {"Address", WindowsValues::ip_address},  // sessions of remote desktop
    {"ProcessID", WindowsValues::process_id},  // 5156
    {"Application", WindowsValues::application},
    {"IpAddress", WindowsValues::ip_address},
    {"ClientAddress", WindowsValues::ip_address},
    {"SourceAddress", WindowsValues::ip_address},  // 5156
    {"IpPort", WindowsValues::ip_port},
    {"WorkstationName", WindowsValues::workstation},
    {"Workstation", WindowsValues::workstation},
    {"ClientName", WindowsValues::workstation},
    {"LogonType", WindowsValues::logon_type},
    {"Status", WindowsValues::status},
    {"ProcessName", WindowsValues::process_name},
    {"CallerProcessName", WindowsValues::process_name},
    {"ProcessId", WindowsValues::process_id},
    {"CallerProcessId", WindowsValues::process_id},
    {"NewProcessName", WindowsValues::new_process_name},
    {"NewProcessId", WindowsValues::new_process_id},
    {"CommandLine", WindowsValues::command_line},
    {"ParentProcessName", WindowsValues::parent_process_name},
    {"ParentImage", WindowsValues::parent_process_name},
    {"ParentProcessId", WindowsValues::parent_process_id},
    {"ParentCommandLine", WindowsValues::parent_command_line},
    {"Image", WindowsValues::image},
    {"SourceImage", WindowsValues::image},
    {"ImageLoaded", WindowsValues::image_loaded},
    {"CurrentDirectory", WindowsValues::current_directory},
    {"User", WindowsValues::user},
    {"Hashes", WindowsValues::hashes},
    {"SourceIp", WindowsValues::source_ip},
    {"SourcePort", WindowsValues::source_port},
    {"SourceHostname", WindowsValues::source_host},
    {"DestinationIp", WindowsValues::destination_ip},
    {"DestAddress", WindowsValues::destination_ip},
    {"DestinationPort", WindowsValues::destination_port},
    {"DestPort", WindowsValues::destination_port},
    {"DestinationHostname", WindowsValues::destination_host},
    {"Protocol", WindowsValues::protocol},
    {"Initiated", WindowsValues::initiated},
    {"Direction", WindowsValues::direction},
    {"ContextInfo", WindowsValues::context},
    {"QueryName", WindowsValues::query_name},
    {"TargetFilename", WindowsValues::target_file},
    {"TargetObject", WindowsValues::target_object},
    {"ObjectName", WindowsValues::target_object},
    {"Details", WindowsValues::details},
    {"NewValue", WindowsValues::details},
    {"EventType", WindowsValues::registry_operation},
    {"ServiceName", WindowsValues::service_name},
    {"ImagePath", WindowsValues::service_file},
    {"ServiceFileName", WindowsValues::service_file},
    {"MemberName", WindowsValues::member_name},
    {"Threat Name", WindowsValues::threat_name},
    {"ThreatName", WindowsValues::threat_name},
    {"Severity Name", WindowsValues::threat_severity},
    {"SeverityName", WindowsValues::threat_severity},
    {"Path", WindowsValues::threat_path},
    {"Process Name", WindowsValues::threat_process},
    {"Detection User", WindowsValues::threat_user},
    {"DetectionUser", WindowsValues::threat_user},
    {"Action Name", WindowsValues::threat_action},
    {"ActionName", WindowsValues::threat_action},
    {"Category Name", WindowsValues::threat_category},
    {"CategoryName", WindowsValues::threat_category},
};
constexpr KeyTable kData(kDataKeys);

class WindowsEcs {
 public:
  WindowsEcs(PayloadWriter& out, const WindowsValues& values) : out_(out), values_(values) {
    channel_ = windows_channel(values.channel);
    family_ = channel_ != nullptr ? channel_->family : other;
    if (family_ == other) family_ = family_of_provider(values.provider);
    // A rendered message alone: only those of the Security log are known by their words.
    if (channel_ == nullptr && values.provider.empty() && values.rendered) family_ = security;
    id_ = static_cast<unsigned>(read_number(values.event_id).value_or(values.rendered_id) & 0xFFFFU);
    row_ = windows_event(family_, id_);
  }

  void write() {
    if (!values_.computer.empty()) out_.set("host.name", values_.computer);
    if_absent("event.code", values_.event_id);
    if_absent("event.provider", values_.provider);
    add_log_sources();
    classify();
    add_users();
    add_connection();
    add_process();
    add_objects();
    if (family_ == defender) add_threat();
    if (family_ == powershell) add_context();
    if (values_.provider.starts_with("MSSQL")) add_mssql();
    if (values_.provider == "OpenSSH") add_ssh();
  }

 private:
  using V = WindowsValues;

  static WindowsFamily family_of_provider(std::string_view provider) {
    if (provider == "Linux-Sysmon") return sysmon;
    take_prefix(provider, "Microsoft-Windows-");  // EventLog-to-syslog leaves it away
    if (is_any(provider, {"Security-Auditing", "Security"})) return security;
    if (provider == "Sysmon") return sysmon;
    if (is_any(provider, {"Windows Defender", "Windows_Defender"})) return defender;
    if (provider == "PowerShell") return powershell;
    if (is_any(provider, {"TerminalServices-RemoteConnectionManager", "TerminalServices-LocalSessionManager"})) {
      return terminal;
    }
    return other;
  }

  /// Events about groups: the target is one.
  bool about_group() const {
    if (family_ != security) return false;
    const bool security_enabled = id_ >= 4727 && id_ <= 4737 && id_ != 4736;
    return security_enabled || (id_ >= 4744 && id_ <= 4764) || id_ == 4799;
  }

  /// Winlogbeat's own processors may have said it already.
  bool lacks(std::string_view name) const {
    return !values_.has_ecs_names || out_.event().find(name) == nullptr;
  }
  void if_absent(std::string_view name, std::string_view value) {
    if (!value.empty() && lacks(name)) out_.add(name, value);
  }

  void add_log_sources() {
    const bool linux = values_.channel.starts_with("Linux-Sysmon") || values_.provider == "Linux-Sysmon";
    const std::string_view product = linux ? "linux" : "windows";
    const auto service = [&](std::string_view name) { out_.log_source(product, {}, name); };
    const auto category = [&](std::string_view name) { out_.log_source(product, name, {}); };
    if (channel_ != nullptr) {
      service(channel_->service);
    } else if (family_ == security) {
      service("security");
    } else if (family_ == sysmon) {
      service("sysmon");
    } else if (family_ == defender) {
      service("windefend");
    } else {
      service({});
    }
    if (family_ == security && id_ == 4688) category("process_creation");
    if (family_ == security && id_ == 4657) {
      category("registry_set");
      category("registry_event");
    }
    if (family_ == sysmon) {
      const bool removed = contains(values_.of(V::registry_operation), "Delete");
      const std::string_view name = id_ == 12 && removed ? "registry_delete" : sysmon_category(id_);
      if (!name.empty()) category(name);
      if (id_ >= 12 && id_ <= 14) category("registry_event");
    }
    if (family_ == powershell && id_ == 4103) category("ps_module");
    if (family_ == powershell && id_ == 4104) category("ps_script");
    if (family_ == classic_powershell && id_ == 400) category("ps_classic_start");
    if (family_ == classic_powershell && id_ == 600) category("ps_classic_provider_start");
    if (family_ == classic_powershell && id_ == 800) category("ps_classic_script");
    if (family_ == defender) out_.log_source({}, "antivirus", {});
  }

  std::string_view outcome() const {
    if (!values_.outcome.empty()) return {};  // said by Winlogbeat
    const std::string_view status = values_.of(V::status);
    const bool by_status = family_ == security && (id_ == 4768 || id_ == 4769 || id_ == 4770 || id_ == 4776);
    if (by_status && !status.empty()) return status == "0x0" || status == "0" ? "success" : "failure";
    if (row_ != nullptr && row_->outcome == Outcome::success) return "success";
    if (row_ != nullptr && row_->outcome == Outcome::failure) return "failure";
    for (const std::string_view said : {values_.event_type, values_.keywords}) {
      // AUDIT_FAILURE, "Audit Failure", "Failure Audit", 0x8010000000000000
      if (contains_ignoring_case(said, "fail") || said.starts_with("0x8010") || said == "稽核失敗") return "failure";
      if (contains_ignoring_case(said, "success") || said.starts_with("0x8020") || said == "稽核成功") return "success";
    }
    return {};
  }

  void classify() {
    const std::string_view result = outcome();
    if_absent("event.outcome", result);
    if (row_ == nullptr) return;
    add_reason();
    // Who logs on with special rights does log on; the line beside it (4624) has the address.
    if_absent("event.category", row_->category);
    if_absent("event.type", row_->type);
    if_absent("event.action", row_->action);
  }

  /// Why a logon failed, in words.
  void add_reason() {
    if (family_ != security || row_->category != "authentication") return;
    std::string_view words;
    if (id_ >= 4768 && id_ <= 4773) {
      words = kerberos_status_words(values_.of(V::status));
    } else {
      words = nt_status_words(values_.of(V::sub_status));
      if (words.empty()) words = nt_status_words(values_.of(V::status));
    }
    if (words.empty() && values_.of(V::reason).substr(0, 2) != "%%") words = values_.of(V::reason);
    if_absent("event.reason", words);
  }

  void add_user(std::string_view prefix, std::string_view name, std::string_view domain,
                std::string_view sid) {
    if (!name.empty() && name != "-") if_absent(out_.join(prefix, ".name"), name);
    if (!domain.empty() && domain != "-") if_absent(out_.join(prefix, ".domain"), domain);
    if (!sid.empty()) if_absent(out_.join(prefix, ".id"), sid);
  }

  /// "SCHOOL\\teacher" as two fields.
  void add_qualified_user(std::string_view user) {
    const std::size_t slash = user.find('\\');
    if (slash == std::string_view::npos) return add_user("user", user, {}, values_.user_sid);
    add_user("user", user.substr(slash + 1), user.substr(0, slash), values_.user_sid);
  }

  void add_users() {
    std::string_view target = values_.of(V::target_user);
    const std::string_view subject = values_.of(V::subject_user);
    std::string_view domain = values_.of(V::target_domain);
    // Kerberos gives the realm twice: ann@SCHOOL.LOCAL.
    if (family_ == security && id_ >= 4768 && id_ <= 4773) target = target.substr(0, target.find('@'));
    if (locks_out()) domain = values_.of(V::subject_domain);  // TargetDomainName is the computer that did it
    // In account management the subject acts on the target; at a logon (and a lockout) the target is who
    // matters.
    const bool manages = row_ != nullptr && (row_->category == "iam" || id_ == 4797) && !locks_out();
    if (about_group()) {
      add_user("user", subject, values_.of(V::subject_domain), values_.of(V::subject_sid));
      add_user("group", target, domain, values_.of(V::target_sid));
      add_member();
    } else if (family_ == terminal && id_ == 1149) {
      add_user("user", values_.of(V::param1), values_.of(V::param2), {});
    } else if (family_ == security && id_ == 4688) {
      add_user("user", subject, values_.of(V::subject_domain), values_.of(V::subject_sid));
      add_user("user.effective", target, domain, values_.of(V::target_sid));
    } else if (!target.empty() && !manages) {
      add_user("user", target, domain, values_.of(V::target_sid));
    } else if (!subject.empty()) {
      add_user("user", subject, values_.of(V::subject_domain), values_.of(V::subject_sid));
      const std::string_view acted_on = id_ == 4781 ? values_.of(V::old_name) : target;
      if (!acted_on.empty()) add_user("user.target", acted_on, domain, values_.of(V::target_sid));
      if (id_ == 4781) if_absent("user.changes.name", values_.of(V::new_name));
    } else if (!values_.of(V::threat_user).empty()) {
      add_qualified_user(values_.of(V::threat_user));
    } else if (!values_.of(V::user).empty()) {
      add_qualified_user(values_.of(V::user));
    } else {
      add_user("user", values_.user_name, values_.user_domain, values_.user_sid);
    }
    if_absent("winlog.logon.type", windows_logon_type(values_.of(V::logon_type)));
    const bool leaves = row_ != nullptr && row_->category == "authentication" && row_->type == "end";
    const std::string_view subject_logon = values_.of(V::subject_logon_id);
    if_absent("winlog.logon.id", leaves || subject_logon.empty() ? values_.of(V::target_logon_id) : subject_logon);
  }

  bool locks_out() const { return family_ == security && id_ == 4740; }

  /// Who joins or leaves a group: "CN=Ann Chen,OU=Staff,DC=school,DC=local".
  void add_member() {
    std::string_view name = values_.of(V::member_name);
    std::string_view domain = name;
    if (const std::size_t at = domain.find(",DC="); at != std::string_view::npos) {
      domain.remove_prefix(at + 4);
      domain = take_until(domain, ',');
    } else {
      domain = {};
    }
    if (take_prefix(name, "CN=") || take_prefix(name, "cn=")) name = take_until(name, ',');
    add_user("user.target", name, domain, values_.of(V::member_sid));
  }

  void add_connection() {
    std::string_view address = values_.of(V::ip_address);
    if (family_ == terminal && id_ == 1149) address = values_.of(V::param3);
    const std::string_view from = address.empty() ? values_.of(V::source_ip) : address;
    if (lacks("source.ip") && !plain_address(from).empty()) {
      out_.add_endpoint(Side::source, from);
      const std::string_view port = values_.of(V::ip_port);
      out_.add_port(Side::source, port.empty() ? values_.of(V::source_port) : port);
    }
    std::string_view workstation = values_.of(V::workstation);
    if (locks_out()) workstation = values_.of(V::target_domain);
    take_prefix(workstation, "\\\\");
    if_absent("source.domain", workstation.empty() ? values_.of(V::source_host) : workstation);
    if (lacks("destination.ip") && !values_.of(V::destination_ip).empty()) {
      out_.add_endpoint(Side::destination, values_.of(V::destination_ip));
      out_.add_port(Side::destination, values_.of(V::destination_port));
      if_absent("destination.domain", values_.of(V::destination_host));
    }
    if (family_ == sysmon && id_ == 3) {
      if_absent("network.transport", out_.lower_case(values_.of(V::protocol)));
      if_absent("network.direction", values_.of(V::initiated) == "true" ? "egress" : "ingress");
    }
    if (family_ == security && id_ >= 5152 && id_ <= 5159) {
      if (lacks("network.transport")) out_.add_transport(values_.of(V::protocol));
      const std::string_view direction = values_.of(V::direction);
      if (is_any(direction, {"%%14592", "Inbound", "輸入"})) if_absent("network.direction", "ingress");
      if (is_any(direction, {"%%14593", "Outbound", "輸出"})) if_absent("network.direction", "egress");
    }
    // A telephone number or the card's address; the access point's name may follow.
    if (const std::string_view station = values_.of(V::calling_station); station.size() >= 12 && lacks("source.mac")) {
      put(out_, target_of("source.mac"), station.substr(0, 17));
    }
    if (!values_.of(V::query_name).empty()) {
      if_absent("dns.question.name", values_.of(V::query_name));
      if_absent("network.protocol", "dns");
    }
  }

  /// Security writes process ids in hex ("0x1c0"), Sysmon in decimal.
  void add_pid(std::string_view name, std::string_view id) {
    if (id.empty()) return;
    std::uint64_t value = 0;
    if (take_prefix(id, "0x")) {
      if (id.empty() || id.size() > 8) return;
      for (const char c : id) {
        const char l = lower(c);
        if (!is_digit(l) && (l < 'a' || l > 'f')) return;
        value = value * 16 + static_cast<std::uint64_t>(is_digit(l) ? l - '0' : l - 'a' + 10);
      }
    } else {
      const auto number = read_number(id);
      if (!number) return;
      value = *number;
    }
    if (lacks(name)) out_.add_number(name, value);
  }

  void add_process() {
    std::string_view executable = values_.of(V::image), pid = values_.of(V::process_id);
    std::string_view parent_pid = values_.of(V::parent_process_id);
    if (!values_.of(V::new_process_name).empty()) {
      executable = values_.of(V::new_process_name);
      parent_pid = pid;  // in 4688 "ProcessId" is the creator's
      pid = values_.of(V::new_process_id);
    } else if (executable.empty()) {
      executable = values_.of(V::process_name);
    }
    if (executable.empty()) executable = values_.of(V::threat_process);
    if (family_ == security && id_ >= 5031 && id_ <= 5159 && executable.empty()) {
      executable = values_.of(V::application);
    }
    if (executable == "(null)" || executable == "<unknown process>") {  // gone before it was looked at
      if_absent("process.executable", executable);
      if (!values_.reporter.empty()) out_.set("process.name", values_.reporter);
    } else if (!executable.empty() && executable != "Unknown" && lacks("process.executable")) {
      out_.add_executable(executable);
    }
    add_pid("process.pid", pid);
    if_absent("process.command_line", values_.of(V::command_line));
    if_absent("process.working_directory", values_.of(V::current_directory));
    const std::string_view parent = values_.of(V::parent_process_name);
    if (!parent.empty()) {
      if_absent("process.parent.executable", parent);
      if_absent("process.parent.name", file_name_of(parent));
    }
    add_pid("process.parent.pid", parent_pid);
    if_absent("process.parent.command_line", values_.of(V::parent_command_line));
  }

  void add_objects() {
    const bool of_file = family_ == sysmon && (id_ == 6 || id_ == 7 || id_ == 11 || id_ == 15 || id_ == 23 ||
                                               (id_ >= 26 && id_ <= 29));
    std::string_view hashes = values_.of(V::hashes);  // SHA1=…,MD5=…,SHA256=…,IMPHASH=…
    while (!hashes.empty()) {
      std::string_view part = take_until(hashes, ',');
      const std::string_view algorithm = take_until(part, '=');
      if (algorithm != "IMPHASH") out_.add_hash(of_file ? "file.hash." : "process.hash.", part);
    }
    if (!values_.of(V::image_loaded).empty()) {
      out_.add_file(values_.of(V::image_loaded));
    } else if (!values_.of(V::target_file).empty()) {
      out_.add_file(values_.of(V::target_file));
    }
    const bool registry =
        (family_ == sysmon && id_ >= 12 && id_ <= 14) || (family_ == security && id_ == 4657);
    if (registry) {
      if_absent("registry.path", values_.of(V::target_object));
      if_absent("registry.data.strings", values_.of(V::details));
    }
    if_absent("service.name", values_.of(V::service_name));
    if (family_ == security && values_.of(V::object_type) == "File" && lacks("file.path")) {
      const std::string_view below_share = values_.of(V::relative_name);  // 5145
      out_.add_file(below_share.empty() ? values_.of(V::target_object) : below_share);
    }
  }

  /// OpenSSH for Windows says what it says everywhere: "Failed password for bob from 203.0.113.9 port 50022 ssh2".
  void add_ssh() {
    const std::string_view text = values_.of(V::payload);
    if (text.empty()) return;
    PayloadWriter inner(text, out_.context(), out_.event(), out_.arena());
    find_format(Format::sshd)->parse(inner);
  }

  /// SQL Server tells the Application log what it tells its own.
  void add_mssql() {
    if (id_ == 33205) return add_mssql_audit(out_, values_.of(V::param1));
    add_mssql_logon(out_, out_.event().text_of("message"));
  }

  /// PowerShell's 4103 tells who and what in lines of text: "        Host Application =
  /// C:\\…\\wsmprovhost.exe".
  void add_context() {
    const std::string_view text = values_.of(V::context);
    if_absent("process.command_line", context_value(text, "Host Application = "));
    const std::string_view user = context_value(text, " User = ");
    if (!user.empty()) add_qualified_user(user);
  }

  static std::string_view context_value(std::string_view text, std::string_view name) {
    const std::size_t at = text.find(name);
    if (at == std::string_view::npos) return {};
    const std::string_view value = text.substr(at + name.size());
    return trim(value.substr(0, value.find('\n')));
  }

  void add_threat() {
    out_.observer("Microsoft", "Windows Defender", "antivirus");
    const std::string_view name = values_.of(V::threat_name);
    if (name.empty()) return;
    out_.alert(name);
    if_absent("rule.category", values_.of(V::threat_category));
    const std::string_view severity = values_.of(V::threat_severity);
    constexpr std::pair<std::string_view, std::uint64_t> kSeverities[] = {
        {"Low", 3}, {"Moderate", 5}, {"Medium", 5}, {"High", 7}, {"Severe", 9},
        {"低", 3},  {"中", 5},       {"高", 7},     {"嚴重", 9}};
    std::uint64_t grade = 7;  // a threat was named, but in words we do not know
    for (const auto& [word, number] : kSeverities) {
      if (severity == word) grade = number;
    }
    out_.add_number("event.severity", grade);
    // "file:_C:\\Users\\…\\eicar.com; containerfile:_…": the first one is the thing itself.
    std::string_view paths = values_.of(V::threat_path);
    std::string_view path = trim(take_until(paths, ';'));
    if (const std::size_t mark = path.find(":_"); mark != std::string_view::npos)
      path = path.substr(mark + 2);
    out_.add_file(path);
  }

  PayloadWriter& out_;
  const WindowsValues& values_;
  const WindowsChannel* channel_ = nullptr;
  WindowsFamily family_ = other;
  unsigned id_ = 0;
  const WindowsEvent* row_ = nullptr;
};

}  // namespace

bool WindowsValues::take_data(std::string_view name, std::string_view value) {
  const DataKey* const key = kData.find(name);
  // The first of several names for one slot wins, but "-" does not.
  if (key != nullptr && (data[key->slot].empty() || data[key->slot] == "-")) data[key->slot] = value;
  return key != nullptr;
}

void add_windows_ecs(PayloadWriter& out, const WindowsValues& values) { WindowsEcs(out, values).write(); }

}  // namespace vigil
