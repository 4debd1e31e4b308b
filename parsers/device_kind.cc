#include "parsers/device_kind.h"

#include "parsers/payload_text.h"

namespace vigil {
namespace {

struct Known {
  std::string_view word, type;
  Kinds kinds;
};

constexpr Kinds kDevice = Kind::device;
constexpr Kinds kApplication = Kind::application;
constexpr Kinds kBoth = Kinds(Kind::device) | Kind::application;

// Asked in order: "web application firewall" is no firewall, "endpoint security" no security gateway.
constexpr Known kProducts[] = {
    {"web application", "waf", kDevice},
    {"fortiweb", "waf", kDevice},
    {"securesphere", "waf", kDevice},
    {"incapsula", "waf", kDevice},
    {"siemintegration", "waf", kDevice},
    {"advanced waf", "waf", kDevice},
    {"appwall", "waf", kDevice},
    {"web security", "waf", kDevice},
    {"waf", "waf", kDevice},
    {"netscaler", "waf", kDevice},
    {"fortimail", "mail", kBoth},
    {"ironport", "mail", kBoth},
    {"email", "mail", kBoth},
    {"mail", "mail", kBoth},
    {"threat defense", "firewall", kDevice},
    {"firewall", "firewall", kDevice},
    {"fortigate", "firewall", kDevice},
    {"fortios", "firewall", kDevice},
    {"ngfw", "firewall", kDevice},
    {"pan-os", "firewall", kDevice},
    {"fw-1", "firewall", kDevice},
    {"sonicwall", "firewall", kDevice},
    {"sonicos", "firewall", kDevice},
    {"usg", "firewall", kDevice},
    {"unifi network", "firewall", kDevice},
    {"smartdefense", "ids", kDevice},
    {"nios threat", "ids", kDevice},
    {"firepower", "ids", kDevice},
    {"tippingpoint", "ids", kDevice},
    {"intrusion", "ids", kDevice},
    {"discovery", "ids", kDevice},
    {"network security", "ids", kDevice},
    {"sms", "ids", kDevice},
    {"ddos", "ids", kDevice},
    {"edge defense", "ids", kDevice},
    {"arbor", "ids", kDevice},
    {"antivirus", "antivirus", kDevice},
    {"anti-virus", "antivirus", kDevice},
    {"防毒", "antivirus", kDevice},
    {"apex", "antivirus", kDevice},
    {"officescan", "antivirus", kDevice},
    {"endpoint", "antivirus", kDevice},
    {"deep security", "antivirus", kDevice},
    {"defender", "antivirus", kDevice},
    {"security center", "antivirus", kDevice},
    {"securitycenter", "antivirus", kDevice},
    {"epo", "antivirus", kDevice},
    {"sandbox", "sandbox", kDevice},
    {"deep discovery", "ids", kDevice},
    {"web gateway", "proxy", kBoth},
    {"proxy", "proxy", kBoth},
    {"nios", "dns", kApplication},
    {"vpn", "vpn", kDevice},
    {"iis", "web", Kind::web},
    {"apache", "web", Kind::web},
    {"datadvantage", {}, kBoth},
    {"exchange", "mail", kApplication},
    {"sql server", "database", kApplication},
    {"oracle", "database", kApplication},
    {"guardium", "database", kBoth},
    {"siem_agent", {}, kBoth},
};

// Products whose short names stand as a whole.
constexpr Known kShort[] = {
    {"asm", "waf", kDevice}, {"asa", "firewall", kDevice},  {"ftd", "firewall", kDevice},
    {"ips", "ids", kDevice}, {"ids", "ids", kDevice},       {"nx", "ids", kDevice},
    {"mps", "ids", kDevice}, {"hx", "antivirus", kDevice},  {"cms", "ids", kDevice},
    {"etp", "mail", kBoth},  {"paps", "antivirus", kDevice}};

constexpr Known kVendors[] = {
    {"eset", "antivirus", kDevice},
    {"kaspersky", "antivirus", kDevice},
    {"mcafee", "antivirus", kDevice},
    {"trellix", "ids", kDevice},
    {"symantec", "antivirus", kDevice},
    {"f-secure", "antivirus", kDevice},
    {"withsecure", "antivirus", kDevice},
    {"bitdefender", "antivirus", kDevice},
    {"panda", "antivirus", kDevice},
    {"sentinelone", "antivirus", kDevice},
    {"crowdstrike", "antivirus", kDevice},
    {"cylance", "antivirus", kDevice},
    {"carbon black", "antivirus", kDevice},
    {"trend micro", "antivirus", kDevice},
    {"opswat", "antivirus", kDevice},
    {"sophos", "firewall", kDevice},
    {"palo alto", "firewall", kDevice},
    {"check point", "firewall", kDevice},
    {"fortinet", "firewall", kDevice},
    {"forcepoint", "firewall", kDevice},
    {"stonesoft", "firewall", kDevice},
    {"barracuda", "firewall", kDevice},
    {"watchguard", "firewall", kDevice},
    {"zyxel", "firewall", kDevice},
    {"juniper", "firewall", kDevice},
    {"stormshield", "firewall", kDevice},
    {"hillstone", "firewall", kDevice},
    {"sangfor", "firewall", kDevice},
    {"clavister", "firewall", kDevice},
    {"ubiquiti", "firewall", kDevice},
    {"imperva", "waf", kDevice},
    {"f5", "waf", kDevice},
    {"citrix", "waf", kDevice},
    {"radware", "ids", kDevice},
    {"fireeye", "ids", kDevice},
    {"vectra", "ids", kDevice},
    {"darktrace", "ids", kDevice},
    {"extrahop", "ids", kDevice},
    {"netscout", "ids", kDevice},
    {"snort", "ids", kDevice},
    {"suricata", "ids", kDevice},
    {"lancope", "ids", kDevice},
    {"pulse secure", "vpn", kDevice},
    {"cisco", {}, kDevice},
    {"aruba", {}, kDevice},
    {"huawei", {}, kDevice},
    {"h3c", {}, kDevice},
    {"powertech", {}, kDevice},
    {"infoblox", "dns", kApplication},
    {"proofpoint", "mail", kBoth},
    {"mimecast", "mail", kBoth},
    {"cyberark", "pam", kBoth},
    {"varonis", {}, kBoth},
    {"arcsight", {}, kDevice},
    {"zscaler", "proxy", kBoth},
    {"netskope", "proxy", kBoth},
};

}  // namespace

DeviceKind device_kind(std::string_view vendor, std::string_view product) {
  for (const Known& one : kShort) {
    if (equals_ignoring_case(product, one.word)) return {one.type, one.kinds};
  }
  for (const Known& one : kProducts) {
    if (contains_ignoring_case(product, one.word)) return {one.type, one.kinds};
  }
  for (const Known& one : kVendors) {
    if (contains_ignoring_case(vendor, one.word)) return {one.type, one.kinds};
  }
  return {{}, kBoth};
}

DeviceName device_name(std::string_view header) {
  std::string_view cells[3];
  for (std::string_view& cell : cells) {
    std::size_t end = 0;
    while (end < header.size() && header[end] != '|') end += header[end] == '\\' ? 2U : 1U;
    end = end > header.size() ? header.size() : end;
    cell = header.substr(0, end);
    header.remove_prefix(end < header.size() ? end + 1 : end);
  }
  return {cells[1], cells[2]};
}

}  // namespace vigil
