#include "rules/field_names.h"

#include <algorithm>
#include <span>

#include "rules/varint.h"

namespace vigil::sigma {
namespace {

/// One name of Sigma's taxonomy and the ECS names that mean it, separated by blanks. Several names are looked at
/// together: W3C's cs-uri-query is the query, but rules written for other servers' logs look for paths in it.
struct NameRow {
  std::string_view sigma, ecs;
};

constexpr NameRow kWeb[] = {
    {"c-ip", "source.ip"},
    {"c-uri", "url.original"},
    {"c-uri-extension", "url.extension"},
    {"c-uri-query", "url.query url.original"},
    {"c-uri-stem", "url.path"},
    {"c-useragent", "user_agent.original"},
    {"cs-bytes", "http.request.bytes"},
    {"cs-cookie", "http.request.cookie"},
    {"cs-host", "url.domain"},
    {"cs-method", "http.request.method"},
    {"cs-referer", "http.request.referrer"},
    {"cs-uri", "url.original"},
    {"cs-uri-query", "url.query url.original"},
    {"cs-uri-stem", "url.path"},
    {"cs-user-agent", "user_agent.original"},
    {"cs-useragent", "user_agent.original"},
    {"cs-username", "user.name"},
    {"cs-version", "http.version"},
    {"dst_ip", "destination.ip"},
    {"r-dns", "url.domain destination.domain"},
    {"s-port", "url.port"},
    {"sc-bytes", "http.response.bytes http.response.body.bytes"},
    {"sc-status", "http.response.status_code"},
    {"src_ip", "source.ip"},
};

constexpr NameRow kFirewall[] = {
    {"action", "event.action"},
    {"application", "network.application"},
    {"dst_ip", "destination.ip"},
    {"dst_port", "destination.port"},
    {"policy_id", "rule.id"},
    {"protocol", "network.transport"},
    {"src_ip", "source.ip"},
    {"src_port", "source.port"},
    {"username", "user.name source.user.name"},
};

constexpr NameRow kAntivirus[] = {
    {"Action", "event.action"},
    {"Filename", "file.path file.name"},
    {"Signature", "rule.name threat.software.name"},
    {"Username", "user.name"},
};

constexpr NameRow kDns[] = {
    {"answer", "dns.answers.data"},
    {"parent_domain", "dns.question.registered_domain"},
    {"query", "dns.question.name"},
    {"record_type", "dns.question.type"},
};

// What a Windows event holds besides its EventData.
constexpr NameRow kWindows[] = {
    {"Channel", "winlog.channel"},
    {"Computer", "winlog.computer_name host.name"},
    {"ComputerName", "winlog.computer_name host.name"},
    {"EventID", "event.code winlog.event_id"},
    {"EventRecordID", "winlog.record_id"},
    {"Keywords", "winlog.keywords"},
    {"Level", "winlog.level"},
    {"Provider_Name", "winlog.provider_name event.provider"},
    {"Source", "winlog.provider_name event.provider"},
    {"Task", "winlog.task"},
};

// Security 4688 tells process creation under other names than Sysmon, whose names Sigma uses.
constexpr NameRow kWindowsProcess[] = {
    {"CommandLine", "winlog.event_data.CommandLine process.command_line"},
    {"Image", "winlog.event_data.Image winlog.event_data.NewProcessName process.executable"},
    {"IntegrityLevel", "winlog.event_data.IntegrityLevel winlog.event_data.MandatoryLabel"},
    {"LogonId", "winlog.event_data.LogonId winlog.event_data.SubjectLogonId"},
    {"ParentImage",
     "winlog.event_data.ParentImage winlog.event_data.ParentProcessName process.parent.executable"},
    {"User", "winlog.event_data.User user.name"},
};

constexpr NameRow kLinux[] = {
    {"CommandLine", "process.command_line"},
    {"Image", "process.executable"},
    {"ParentImage", "process.parent.executable"},
    {"User", "user.name"},
};

struct Table {
  bool (*applies)(const RuleLogSource&);
  std::span<const NameRow> rows;
};

constexpr Table kTables[] = {
    {[](const RuleLogSource& s) {
       return s.category == "webserver" || s.category == "proxy" || s.product == "apache" || s.product == "nginx" ||
              s.product == "iis";
     },
     kWeb},
    {[](const RuleLogSource& s) { return s.category == "firewall" || s.service == "firewall"; }, kFirewall},
    {[](const RuleLogSource& s) { return s.category == "antivirus"; }, kAntivirus},
    {[](const RuleLogSource& s) { return s.category == "dns" || s.service == "dns"; }, kDns},
    {[](const RuleLogSource& s) { return s.product == "windows" && !s.category.empty(); }, kWindowsProcess},
    {[](const RuleLogSource& s) { return s.product == "windows"; }, kWindows},
    {[](const RuleLogSource& s) { return s.product == "linux"; }, kLinux},
};

std::vector<std::string> split(std::string_view names) {
  std::vector<std::string> out;
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(' '), names.size());
    out.emplace_back(names.substr(0, end));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return out;
}

}  // namespace

bool RuleLogSource::covers(const RuleLogSource& other) const {
  return (product.empty() || product == other.product) && (category.empty() || category == other.category) &&
         (service.empty() || service == other.service);
}

FieldName resolve_field(std::string_view name, const RuleLogSource& source) {
  FieldName out;
  out.written = name;
  out.groups.push_back({out.written});
  for (const Table& table : kTables) {
    if (!table.applies(source)) continue;
    for (const NameRow& row : table.rows) {
      if (row.sigma == name) out.groups.push_back(split(row.ecs));
    }
  }
  out.computed = computed_from_name(name);
  // An ECS name is what it is; only bare names can be a vendor's. Three bare names are ECS's own.
  if (name.find('.') != std::string_view::npos) return out;
  out.bare = name != "message" && name != "tags" && name != "@timestamp";
  if (source.product.empty() || source.product == "windows") {
    out.groups.push_back({"winlog.event_data." + out.written});
  }
  out.groups.push_back({"vendor." + out.written});
  return out;
}

std::string signature_of(const FieldName& name) {
  std::string signature(1, static_cast<char>((name.bare ? 1 : 0) + 2 * static_cast<int>(name.computed)));
  append_text(name.written, signature);
  for (const std::vector<std::string>& group : name.groups) {
    append_varint(group.size(), signature);
    for (const std::string& candidate : group) append_text(candidate, signature);
  }
  return signature;
}

}  // namespace vigil::sigma
