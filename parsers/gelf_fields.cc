#include "parsers/gelf_fields.h"

#include <array>

#include "parsers/json_fields.h"

namespace vigil {

namespace {

constexpr std::array<std::string_view, 8> kLevels = {"emergency", "alert",  "critical", "error",
                                                     "warning",   "notice", "info",     "debug"};
constexpr unsigned kLevelDefault = 6;

void add_level(PayloadWriter& out, unsigned level) {
  out.add_number("log.syslog.severity.code", std::uint64_t{level});
  out.add("log.level", kLevels[level]);
}

void add_extra(PayloadWriter& out, const JsonField& leaf) {
  if (leaf.path == "_id") return out.add_vendor("_id_", leaf.value, leaf.type);
  const std::string_view name = leaf.path.substr(1);
  if (name.empty()) return out.event().add(leaf.vendor_name(), leaf.value, leaf.type);
  if (!is_open_ecs_name(name) || name == "message") return out.add_vendor(name, leaf.value, leaf.type);
  if (name == "host.name" || name == "process.name" || name == "process.pid")
    return out.set(name, leaf.value, leaf.type);
  out.event().add(name, leaf.value, leaf.type);
}

}  // namespace

bool is_gelf(const JsonFields& fields) {
  bool host = false, version = false;
  for (const JsonField& leaf : fields.leaves) {
    if (leaf.path == "short_message") return true;
    host = host || leaf.path == "host";
    version = version || (leaf.path == "version" && (leaf.value == "1.1" || leaf.value == "1.0"));
  }
  return host && version;
}

void add_gelf(PayloadWriter& out, const JsonFields& fields) {
  bool level_known = false;
  for (const JsonField& leaf : fields.leaves) {
    if (leaf.path == "host" && leaf.type == ValueType::text && !leaf.value.empty()) {
      out.set("host.name", leaf.value);
    } else if (leaf.path == "short_message") {
      out.set("message", leaf.value);
    } else if (leaf.path == "level" && leaf.value.size() == 1 && leaf.value[0] >= '0' &&
               leaf.value[0] <= '7') {
      add_level(out, static_cast<unsigned>(leaf.value[0] - '0'));
      level_known = true;
    } else if (leaf.path == "file") {
      out.add("log.origin.file.name", leaf.value);
    } else if (leaf.path == "line") {
      out.add_number("log.origin.file.line", leaf.value);
    } else if (leaf.path.starts_with('_') && leaf.path != "_overflow") {
      add_extra(out, leaf);
    } else {
      out.event().add(leaf.vendor_name(), leaf.value, leaf.type);
    }
  }
  if (!level_known) add_level(out, kLevelDefault);
  out.set("event.dataset", "gelf");
  for (const JsonField& leaf : fields.leaves) {
    if (leaf.type != ValueType::null && leaf.path.starts_with('_'))
      add_common_name(out, leaf.path.substr(1), leaf.value);
  }
}

}  // namespace vigil
