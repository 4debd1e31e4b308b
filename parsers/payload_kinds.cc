#include "parsers/format.h"
#include "parsers/kind_signs.h"
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
  // Formats that read anyone's text know the product less than the signs do.
  const bool of_a_product = spec != nullptr && spec->rank < kRankOfAnyone;
  const auto told_by = [&header](const FormatSpec& by) {
    return by.kinds_of == nullptr ? Kinds() : by.kinds_of(header, payload_text(header, by));
  };
  if (of_a_product) {
    // An appliance's DNS or DHCP server is a part of the appliance.
    const Kinds appliance = spec->kinds == Kinds(Kind::application) ? kinds_of_host(header) : Kinds();
    if (const Kinds told = told_by(*spec); !told.none()) return {told | appliance, KindsFrom::content};
    if (!spec->kinds.none()) return {spec->kinds | appliance, KindsFrom::format};
  }
  const KindSigns signs = kind_signs(header);
  if (!signs.sure.none()) return {signs.sure, KindsFrom::signs};
  const Kinds of_host = kinds_of_host(header);
  if (const Kinds known = app_kinds(app_kind(header.app)); !known.none())
    return {known | of_host, KindsFrom::program};
  if (!signs.likely.none()) return {signs.likely, KindsFrom::signs};
  if (!of_host.none()) return {of_host, KindsFrom::signs};
  if (spec != nullptr && !of_a_product) {
    if (const Kinds told = told_by(*spec); !told.none()) return {told, KindsFrom::content};
    if (!spec->kinds.none()) return {spec->kinds, KindsFrom::format};
  }
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
