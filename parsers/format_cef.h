#pragma once

#include "parsers/payload_writer.h"

namespace vigil {

/// ArcSight Common Event Format, as antivirus, IPS and firewalls send it:
///
///   cef  = "CEF:" version "|" vendor "|" product "|" version "|" id "|" name "|" severity "|" [ extension ]
///          in header fields: "\|" and "\\" are escapes
///   extension = pair *( SP pair ) ; pair = key "=" value
///          key = 1*( letter / digit / "_" / "." / "-" / "[" / "]" )
///          value: runs to the blank before the next key, so it may hold blanks and "=";
///          escapes "\=", "\\", "\n", "\r", and "#012", "#011" where a relay wrote control characters so
///
/// `cs1=x cs1Label=Rule Name` becomes `vendor.Rule_Name=x`. Keys without an ECS name are kept under
/// vendor.<key>.
void parse_cef(PayloadWriter& out);

}  // namespace vigil
