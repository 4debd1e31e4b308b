#include "parsers/format.h"

#include "parsers/field_target.h"
#include "parsers/json_fields.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/server_text.h"

namespace vigil {
namespace {

// clang-format off
/// Kubernetes' audit log (audit.k8s.io): who asked what of which object.
constexpr FieldRow kAuditKeys[] = {
    {"user.username", "user"}, {"user.uid", "user.id"}, {"user.groups", "user.roles"}, {"sourceIPs", "source"}, {"verb", "event.action"},
    {"requestURI", "url"}, {"userAgent", "user_agent.original"}, {"auditID", "event.id"}, {"responseStatus.code", "_"},
    {"responseStatus.reason", "event.reason"}, {"objectRef.resource", "orchestrator.resource.type"}, {"objectRef.name", "orchestrator.resource.name"},
    {"objectRef.namespace", "orchestrator.namespace"}, {"impersonatedUser.username", "user.effective"}, {"stage", "stage"},
    {"requestReceivedTimestamp", "event.start"}, {"stageTimestamp", "_"}, {"kind", "_"},
};
constexpr FieldMap kAudit(kAuditKeys);
// What logfmt programs (dockerd, containerd, and most written in Go) name.
constexpr FieldRow kLogfmtKeys[] = {
    {"time", "_"}, {"level", "log.level"}, {"msg", "message"}, {"error", "error.message"}, {"container", "container.id"}, {"id", "container.id"},
    {"image", "container.image.name"}, {"module", "module"}, {"remote", "source:pair"}, {"addr", "address"},
};
constexpr FieldMap kLogfmt(kLogfmtKeys);
// clang-format on

constexpr std::string_view kPrograms[] = {"dockerd",
                                          "containerd",
                                          "kubelet",
                                          "kube-apiserver",
                                          "kube-proxy",
                                          "kube-scheduler",
                                          "kube-controller-manager",
                                          "etcd",
                                          "k3s",
                                          "crio"};
constexpr LogSource kLogSources[] = {
    {"linux", "", "syslog"}, {"kubernetes", "", "audit"}, {"kubernetes", "", ""}, {"docker", "", ""}};

/// klog: "I1120 14:59:00.123456    1234 server.go:123] text"
bool is_klog(std::string_view text) {
  return text.size() > 30 && std::string_view("IWEF").find(text[0]) != std::string_view::npos &&
         all_digits(text.substr(1, 4)) && text[5] == ' ' && text[8] == ':' && text[11] == ':' &&
         text[14] == '.' && text.substr(0, 160).find("] ") != std::string_view::npos;
}

/// What a container's engine keeps: {"log":"text\n","stream":"stdout","time":"…"}
bool is_docker_json(std::string_view text) {
  return text.starts_with("{\"log\":\"") && text.find("\"stream\":\"std") != std::string_view::npos;
}

bool is_kubernetes_audit(std::string_view text) {
  return text.starts_with('{') && contains(text.substr(0, 512), "\"apiVersion\":\"audit.k8s.io/");
}

bool is_logfmt(std::string_view text) {
  return text.starts_with("time=\"") && text.substr(0, 96).find("\" level=") != std::string_view::npos;
}

/// "level msg" of klog, whose structured form is `"text" key="value" key=value`.
void parse_klog(PayloadWriter& out, std::string_view text) {
  constexpr std::string_view kLevels[] = {"info", "warning", "error", "fatal"};
  out.add("log.level", kLevels[std::string_view("IWEF").find(text[0])]);
  std::string_view rest = trim_left(text.substr(std::min(text.find(' ', 6), text.size())));
  const std::string_view thread = take_word(rest);
  if (all_digits(thread)) out.add_number("process.thread.id", thread);
  rest = trim_left(rest);
  out.add("log.origin.file.name", take_until(rest, ':'));
  out.add_number("log.origin.file.line", take_until(rest, ']'));
  rest = trim(rest);
  if (take_prefix(rest, "\"")) {
    out.set("message", take_until(rest, '"'));
    return put_pairs(out, rest, kLogfmt);
  }
  out.set("message", rest);
}

void parse_docker(PayloadWriter& out) {
  const JsonFields* const fields = read_json(out);
  if (fields == nullptr) return;
  for (const JsonField& leaf : fields->leaves) {
    if (leaf.path == "log") {
      out.set("message", trim(leaf.value));
    } else if (leaf.path != "time") {
      add_json_leaf(out, leaf);
    }
  }
}

void parse_audit(PayloadWriter& out) {
  const JsonFields* const fields = read_json(out);
  if (fields == nullptr) return;
  const FieldTable table = kAudit;
  std::string_view code;
  for (const JsonField& leaf : fields->leaves) {
    if (leaf.path == "responseStatus.code") code = leaf.value;
    const Target* const target = leaf.type == ValueType::null ? nullptr : table.find(leaf.path);
    if (target != nullptr) {
      put(out, *target, leaf.value);
    } else {
      out.event().add(leaf.vendor_name(), leaf.value, leaf.type);
    }
    // Sigma's rules for Kubernetes name the audit's own fields.
    if (leaf.path == "verb" || leaf.path.starts_with("objectRef."))
      out.event().add(leaf.vendor_name(), leaf.value, leaf.type);
  }
  if (code.size() == 3) {
    out.add_number("http.response.status_code", code);
    out.add("event.outcome", code[0] >= '4' ? "failure" : "success");
  }
  // 401: a token or certificate that was not accepted is a failed logon.
  if (code == "401") {
    out.add("event.category", "authentication");
    out.add("event.type", "start");
    return;
  }
  out.classify("web", "access");
}

bool claims_container(const SyslogHeader& header, std::string_view text) {
  if (text.front() == '{') return is_docker_json(text) || is_kubernetes_audit(text);
  if (is_klog(text)) return true;
  for (const std::string_view program : kPrograms) {
    if (header.app == program) return true;
  }
  return false;
}

/// Docker, containerd, Kubernetes: their own lines, the audit log, and what they keep of their containers.
void parse_container(PayloadWriter& out) {
  const std::string_view text = trim(out.text());
  if (is_kubernetes_audit(text)) {
    out.log_source("kubernetes", {}, "audit");
    return parse_audit(out);
  }
  if (is_docker_json(text)) {
    out.log_source("docker", {}, {});
    return parse_docker(out);
  }
  out.log_source("kubernetes", {}, {});
  add_linux_service(out);
  if (is_klog(text)) return parse_klog(out, text);
  if (is_logfmt(text)) put_pairs(out, text, kLogfmt);
}

std::optional<std::int64_t> container_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  if (is_kubernetes_audit(text)) return read_iso_time(peek_json_member(text, "requestReceivedTimestamp"), 0);
  if (text.starts_with('{')) return read_iso_time(peek_json_member(text, "time"), 0);
  if (is_logfmt(text)) {
    const std::string_view time = text.substr(6);
    return read_iso_time(time.substr(0, time.find('"')), zone_minutes);
  }
  return std::nullopt;
}

constexpr std::string_view kJsonMarks[] = {"log\":", "apiVersion\""};

}  // namespace

extern const FormatSpec kFormat_container = {
    .number = Format{92},
    .name = "container",
    .title = "Docker, containerd, Kubernetes",
    .sample = R"(I1120 14:59:00.123456    1234 server.go:123] "Starting kubelet" version="v1.30.0")",
    .rank = 120,
    .programs = kPrograms,
    .starts = {},
    .first_bytes = "{IWEFt",
    .claims = claims_container,
    .json_marks = kJsonMarks,
    .parse = parse_container,
    .time = container_time,
    .kinds_of =
        [](const SyslogHeader&, std::string_view text) {
          const bool refused = is_kubernetes_audit(text) && contains(json_front(text), "\"code\":401");
          return refused ? Kind::application | Kind::logon : Kinds(Kind::application);
        },
    .log_sources = kLogSources,
    .writing = Writing::json,
};

}  // namespace vigil
