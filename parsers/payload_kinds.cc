#include "parsers/format.h"
#include "parsers/payload_app.h"

namespace vigil {
namespace {

/// RFC 5424 table 1: 0 kern, 1 user, 2 mail, 3 daemon, 4 auth, 5 syslog, 7 news, 8 uucp, 9 cron, 10 authpriv,
/// 16 to 23 local.
Kinds facility_kinds(unsigned facility) {
  switch (facility) {
    case 4:
    case 10:
    case 13:  // log audit
      return Kind::os | Kind::logon;
    case 0:
    case 3:
    case 5:
    case 9:
    case 15:
      return Kind::os;
    default:
      return Kind::application;
  }
}

}  // namespace

Kinds kinds_of(const SyslogHeader& header, Format format) { return why_kinds(header, format).kinds; }

KindsReason why_kinds(const SyslogHeader& header, Format format) {
  const FormatSpec* const spec = find_format(format);
  if (spec != nullptr && spec->kinds_of != nullptr) {
    const Kinds told = spec->kinds_of(header, payload_text(header, *spec));
    if (!told.none()) return {told, KindsFrom::content};
  }
  if (spec != nullptr && !spec->kinds.none()) return {spec->kinds, KindsFrom::format};
  const Kinds known = app_kinds(app_kind(header.app));
  if (!known.none()) return {known, KindsFrom::program};
  if (!header.has_priority) return {Kind::application, KindsFrom::nothing};
  return {facility_kinds(header.priority.facility()), KindsFrom::facility};
}

Kinds kinds_of_event(const Event& event) {
  Kinds kinds = kinds_of(event.header, event.format);
  for (const Field& field : event.fields()) {
    if (field.name == "event.category" && field.value == "authentication") kinds.add(Kind::logon);
  }
  return kinds;
}

}  // namespace vigil
