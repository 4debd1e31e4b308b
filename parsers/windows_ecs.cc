#include "parsers/windows_ecs.h"

#include "parsers/key_table.h"
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
    family_ = channel_ != nullptr ? channel_->family : family_of_provider(values.provider);
    id_ = static_cast<unsigned>(read_number(values.event_id).value_or(0) & 0xFFFFU);
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
  }

 private:
  using V = WindowsValues;

  static WindowsFamily family_of_provider(std::string_view provider) {
    if (provider == "Microsoft-Windows-Security-Auditing") return security;
    if (provider == "Microsoft-Windows-Sysmon") return sysmon;
    if (provider == "Microsoft-Windows-Windows Defender") return defender;
    if (provider == "Microsoft-Windows-PowerShell") return powershell;
    return other;
  }

  /// Winlogbeat's own processors may have said it already.
  bool lacks(std::string_view name) const {
    return !values_.has_ecs_names || out_.event().find(name) == nullptr;
  }
  void if_absent(std::string_view name, std::string_view value) {
    if (!value.empty() && lacks(name)) out_.add(name, value);
  }

  void add_log_sources() {
    const auto service = [this](std::string_view name) { out_.log_source("windows", {}, name); };
    const auto category = [this](std::string_view name) { out_.log_source("windows", name, {}); };
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
    const bool by_status = family_ == security && (id_ == 4768 || id_ == 4769 || id_ == 4776);
    if (by_status && !status.empty()) return status == "0x0" || status == "0" ? "success" : "failure";
    if (row_ != nullptr && row_->outcome == Outcome::success) return "success";
    if (row_ != nullptr && row_->outcome == Outcome::failure) return "failure";
    for (const std::string_view said : {values_.event_type, values_.keywords}) {
      // AUDIT_FAILURE, "Audit Failure", 0x8010000000000000
      if (contains_ignoring_case(said, "fail") || said.starts_with("0x8010")) return "failure";
      if (contains_ignoring_case(said, "audit_success") || contains_ignoring_case(said, "audit success") ||
          said.starts_with("0x8020")) {
        return "success";
      }
    }
    return {};
  }

  void classify() {
    const std::string_view result = outcome();
    if_absent("event.outcome", result);
    if (row_ == nullptr) return;
    // Who logs on with special rights does log on; the line beside it (4624) has the address.
    if_absent("event.category", row_->category);
    if_absent("event.type", row_->type);
    if_absent("event.action", row_->action);
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
    const std::string_view target = values_.of(V::target_user), subject = values_.of(V::subject_user);
    // In account management the subject acts on the target; at a logon (and a lockout) the target is who
    // matters.
    const bool manages = row_ != nullptr && row_->category == "iam" && id_ != 4740;
    if (!target.empty() && !manages) {
      add_user("user", target, values_.of(V::target_domain), values_.of(V::target_sid));
    } else if (!subject.empty()) {
      add_user("user", subject, values_.of(V::subject_domain), values_.of(V::subject_sid));
      if (!target.empty())
        add_user("user.target", target, values_.of(V::target_domain), values_.of(V::target_sid));
    } else if (!values_.of(V::threat_user).empty()) {
      add_qualified_user(values_.of(V::threat_user));
    } else if (!values_.of(V::user).empty()) {
      add_qualified_user(values_.of(V::user));
    } else {
      add_user("user", values_.user_name, values_.user_domain, values_.user_sid);
    }
    if_absent("winlog.logon.type", windows_logon_type(values_.of(V::logon_type)));
    if (!values_.of(V::subject_logon_id).empty())
      if_absent("winlog.logon.id", values_.of(V::subject_logon_id));
  }

  void add_connection() {
    const std::string_view address = values_.of(V::ip_address);
    const std::string_view from = address.empty() ? values_.of(V::source_ip) : address;
    if (lacks("source.ip") && !plain_address(from).empty()) {
      out_.add_endpoint(Side::source, from);
      const std::string_view port = values_.of(V::ip_port);
      out_.add_port(Side::source, port.empty() ? values_.of(V::source_port) : port);
    }
    const std::string_view workstation = values_.of(V::workstation);
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
    if (!executable.empty() && executable != "Unknown" && lacks("process.executable")) {
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

void WindowsValues::take_data(std::string_view name, std::string_view value) {
  const DataKey* const key = kData.find(name);
  // The first of several names for one slot wins, but "-" does not.
  if (key != nullptr && (data[key->slot].empty() || data[key->slot] == "-")) data[key->slot] = value;
}

void add_windows_ecs(PayloadWriter& out, const WindowsValues& values) { WindowsEcs(out, values).write(); }

}  // namespace vigil
