#pragma once

#include <string_view>

#include "parsers/kinds.h"

namespace vigil {

/// What a product is that names itself in the header of CEF or LEEF.
struct DeviceKind {
  std::string_view type;  ///< observer.type: firewall, ids, waf, antivirus, mail …; empty if unknown
  Kinds kinds;            ///< of the law; what nobody knows may be either, so it is device and application
};

/// By vendor's and product's names, any case. Names of products go before those of their makers.
DeviceKind device_kind(std::string_view vendor, std::string_view product);

/// Vendor and product, second and third cell of a header of bars: "CEF:0|vendor|product|", "LEEF:1.0|vendor|product|".
/// Escaped bars stay as they are.
struct DeviceName {
  std::string_view vendor, product;
};
DeviceName device_name(std::string_view header);

}  // namespace vigil
