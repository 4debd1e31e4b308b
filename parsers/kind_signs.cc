#include "parsers/kind_signs.h"

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "parsers/format.h"
#include "parsers/key_table.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

/// How far the walk goes: product and columns stand at the front of lines; JSON may sort them anywhere.
constexpr std::size_t kTextBytesMax = 320;
constexpr std::size_t kJsonBytesMax = 768;
constexpr std::size_t kWordBytesMax = 32;  ///< the longest word of the table fits

/// Words of one sort, parted by blanks, in lower case; "x-y" is two words of a text with a hyphen between.
struct Words {
  Kinds kinds;
  bool sure;
  std::string_view words;
};
constexpr Words kWords[] = {
    // clang-format off
    {Kind::device, true,
     "0-ppe loguid originsicname f5_irule f5_asm sfims aviatrix aviatrixuser symantecserver epoevent epoevents "
     "malop event_simplename detectionsummaryevent epp_detectionsummaryevent useractivityauditevent threatinfo "
     "agentrealtimeinfo agentdetectioninfo orig_h full_log ioc_type malware_family quarantine_action virusname "
     "virus_name threatname threat_name threattype attack_name attackname attack_type signature_id signatureid "
     "sig_id ips_policy ips_rule srczone dstzone srcintf dstintf src_zone dst_zone in_interface out_interface "
     "firewall_rule fw_rule_id fwrule natsrcip virtualservice apmac wtp apname ids_alerted security_event "
     "ip_flow_start ip_flow_end airespace capwap lacp vrrp hsrp ifindex linkup linkdown ifoperstatus "
     "ifadminstatus nexthop vlanid cppm wafdetectionlocation terminatingruleid amsialert defenderatp deviceatp "
     "mcafee_threat cve_id pluginid plugin_id userrisk dlp_policy data_owner zscalernss_fw zpa ztna"},
    {Kind::web, true,
     "c-ip cs-ip cs-host cs-method cs-uri cs-uri-path cs-uri-stem cs-uri-query cs-uri-scheme cs-username "
     "cs-categories cs-bytes sc-bytes sc-status sc-filter-result s-action s-ip s-sitename time-taken "
     "x-bluecoat-application-name x-virus-id http_x_forwarded_for remote_addr remote_user body_bytes_sent "
     "request_uri upstream_response_time upstream_addr edgeresponsestatus clientrequesthost clientrequesturi "
     "zscalernss-web webrequest urlcategory urlsupercategory urlcat reqmethod respcode refererurl"},
    {Kind::os, true,
     "winevtlog mswineventlog eventrecordid audit_success audit_failure"},
    {Kind::application, true,
     "audt mgau eventsource awsregion protopayload auditid objectref userprincipalname signinlogs auditlogs "
     "useridentity displaymessage operationname resourcegroupname workload recordtype sqlstate querytext "
     "statement_text"},
    {Kind::device, false,
     "avi-controller fortinet fortigate fortiweb fortianalyzer fortimanager fortisandbox fortiadc fortiswitch "
     "fortiap fgt checkpoint paloalto panos juniper srx screenos sonicwall sonicos watchguard firebox sophos "
     "barracuda hillstone sangfor stormshield stonesoft forcepoint huawei h3c hpe procurve comware aruba "
     "arubaos ruckus smartzone brocade cisco meraki firepower umbrella stealthwatch arista mikrotik routeros "
     "ubiquiti unifi draytek zyxel alcatel netscout arbor radware defensepro alteon f5 bigip netscaler citrix "
     "a10 kemp riverbed steelhead silverpeak velocloud viptela infoblox bluecat efficientip tippingpoint "
     "fireeye trellix mandiant vectra darktrace extrahop corelight gigamon imperva securesphere incapsula "
     "cloudflare_waf akamai_waf fortiddos symantec mcafee kaspersky trendmicro eset bitdefender sentinelone "
     "crowdstrike carbonblack cylance cybereason tanium malwarebytes avast avira webroot panda deepinstinct "
     "defender antivirus malware ransomware trojan ips ids waf firewall qualys nessus tenable rapid7 nexpose "
     "openvas tripwire proofpoint mimecast ironport netwrix opswat airwatch mobileiron varonis stealthbits "
     "forescout portnox illumio guardicore alienvault arcsight qradar logrhythm exabeam anomali cyberx nozomi "
     "claroty dragos hikvision dahua vivotek plixer ntop aruba-cp clearpass intrusion snort suricata semperis "
     "netscreen guardduty securityhub infected stealthintercept opswatpc"},
    {Kind::device | Kind::application, false,
     "ossec wazuh"},
    {Kind::web | Kind::device, false,
     "bluecoat proxysg websense zscaler netskope iboss swg webgateway webwasher squid"},
    {Kind::web, false,
     "iis nginx apache tomcat wordpress drupal joomla php"},
    {Kind::application, false,
     "raritan liebert idrac ilo ipmi openmanage netapp ontap emc isilon datadomain avamar purestorage nutanix "
     "vmware vcenter esxi synology qnap cyberark beyondtrust thycotic delinea okta duo onelogin keycloak "
     "salesforce servicenow github gitlab jira confluence oracle sap mssql mysql postgresql mongodb redis "
     "kubernetes docker jenkins exchange sharepoint office365 veeam commvault veritas sqlserver"},
    // clang-format on
};

struct Row {
  std::string_view key;
  const Words* of = nullptr;
};

consteval std::size_t count_words() {
  std::size_t count = 0;
  for (const Words& group : kWords) {
    for (std::size_t i = 0; i < group.words.size(); ++i) {
      count += group.words[i] != ' ' && (i == 0 || group.words[i - 1] == ' ');
    }
  }
  return count;
}

struct Rows {
  Row rows[count_words()];
};
consteval Rows list_words() {
  Rows out{};
  std::size_t at = 0;
  for (const Words& group : kWords) {
    for (std::size_t i = 0; i < group.words.size();) {
      std::size_t end = i;
      while (end < group.words.size() && group.words[end] != ' ') ++end;
      if (end > i) out.rows[at++] = {group.words.substr(i, end - i), &group};
      i = end + 1;
    }
  }
  return out;
}
constexpr Rows kRows = list_words();
constexpr KeyTable kTable(kRows.rows);

/// Texts that begin so are of one family of products.
struct Start {
  std::string_view text;
  Kinds kinds;
};
constexpr Start kStarts[] = {
    {"LEEF:", Kind::device},
    {"NetScreen ", Kind::device},
    {"Carbon Black ", Kind::device},
    {"AirWatch ", Kind::device},
    {"Aviatrix", Kind::device},
    {"[Device: ", Kind::device},
    {"SPLV", Kind::web},
    {"CPPM_", Kind::device | Kind::application},
    {"type=", Kinds()},  // looked at below
    {"EPP IP - ", Kind::device},
    {"<log><category>sav", Kind::device},                                   // Sophos Anti-Virus
    {"category=\"Event\" subcategory=", Kind::device | Kind::application},  // FortiAuthenticator
};

constexpr std::array<bool, 256> kWordBytes = [] {
  std::array<bool, 256> out{};
  for (std::size_t c = 0; c < out.size(); ++c) {
    out[c] = is_digit(static_cast<char>(c)) || is_alpha(static_cast<char>(c)) || c == '_';
  }
  return out;
}();
bool is_word_byte(char c) { return kWordBytes[static_cast<unsigned char>(c)]; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// The lengths that words with that first letter have, as bits: most words of a text need not be looked up.
constexpr std::array<std::uint64_t, 256> kLengths = [] {
  std::array<std::uint64_t, 256> out{};
  for (const Row& row : kRows.rows) {
    const std::uint64_t bit = std::uint64_t{1} << row.key.size();
    const char first = row.key.front();
    out[static_cast<unsigned char>(first)] |= bit;
    if (is_alpha(first)) out[static_cast<unsigned char>(first - 'a' + 'A')] |= bit;
  }
  return out;
}();

const Words* look_up(std::string_view word) {
  char small[kWordBytesMax];
  if (word.size() > sizeof small ||
      (kLengths[static_cast<unsigned char>(word.front())] >> word.size() & 1U) == 0)
    return nullptr;
  for (std::size_t i = 0; i < word.size(); ++i) small[i] = lower(word[i]);
  const Row* const row = kTable.find({small, word.size()});
  return row == nullptr ? nullptr : row->of;
}

/// "%ASA-4-106023:", "%LINK-3-UPDOWN:", "%%10SC/6/SC_AAA_LAUNCH(l):", "%% NOTE": network devices' mnemonics.
bool is_mnemonic(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && text[i] == '%') ++i;
  if (i == 2 && text.size() > 4 && text[2] == ' ') return is_upper(text[3]) && is_upper(text[4]);
  const std::size_t begin = i;
  bool level = false;
  for (; i < text.size() && i < begin + 60; ++i) {
    const char c = text[i];
    if ((c == '-' || c == '/') && i > begin + 1 && i + 2 < text.size() && is_digit(text[i + 1]) &&
        (text[i + 2] == '-' || text[i + 2] == '/')) {
      level = true;
    }
    if (!is_word_byte(c) && c != '-' && c != '/') break;
  }
  return level && i < text.size() && (text[i] == ':' || text[i] == '(');
}

/// F5's "01070417:5:".
bool is_f5_number(std::string_view text) {
  if (text.size() < 11 || text[0] != '0' || text[8] != ':' || !is_digit(text[9]) || text[10] != ':')
    return false;
  for (const char c : text.substr(0, 8)) {
    const char l = lower(c);
    if (!is_digit(l) && (l < 'a' || l > 'f')) return false;
  }
  return true;
}

/// A proxy's result, behind TCP_MISS, NONE, UDP_HIT …: "/200 ".
bool is_proxy_result(std::string_view word, std::string_view after) {
  if (after.size() < 5 || after[0] != '/' || !all_digits(after.substr(1, 3)) || after[4] != ' ') return false;
  return word.starts_with("TCP_") || word.starts_with("UDP_") || word == "NONE" || word == "TAG_NONE";
}

/// Netfilter's "IN=eth0 OUT=", without whatever stands before it.
bool is_netfilter(std::string_view text) {
  return text.starts_with("IN=") && contains(text.substr(0, 40), " OUT=") && contains(text, " SRC=");
}

/// "PHP Warning: ", "PHP Fatal error: " …
bool is_php(std::string_view after) {
  for (const std::string_view what :
       {" Warning:", " Fatal error:", " Notice:", " Parse error:", " Deprecated:"}) {
    if (after.starts_with(what)) return true;
  }
  return false;
}

/// Aruba's controllers: "<124198> <4130> <ERRS>".
bool is_aruba_level(std::string_view text, std::size_t at, std::size_t end) {
  const std::string_view word = text.substr(at, end - at);
  return at > 3 && text.substr(at - 3, 3) == "> <" && text.substr(end).starts_with('>') &&
         is_any(word, {"ERRS", "WARN", "NOTI", "INFO", "DBUG", "CRIT"});
}

/// What AsyncOS (Cisco's mail and web gateways) writes: "Mon May 04 12:59:59 2026 Info: ".
bool is_async_os(std::string_view after) {
  for (const std::string_view level : {" Info: ", " Warning: ", " Critical: ", " Debug: ", " Trace: "}) {
    if (after.starts_with(level)) return true;
  }
  return false;
}

/// dpkg.log: "2026-11-20 14:59:00 status installed …", what stands behind the time.
bool is_dpkg(std::string_view after) {
  for (const std::string_view verb : {" status ", " install ", " upgrade ", " configure ", " remove ",
                                      " purge ", " trigproc ", " startup ", " conffile "}) {
    if (after.starts_with(verb)) return true;
  }
  return false;
}

/// The shapes that begin at a word.
Kinds kinds_of_shape(std::string_view text, std::size_t at, std::size_t end) {
  const std::string_view word = text.substr(at, end - at), after = text.substr(end);
  if (after.empty()) return {};
  switch (after.front()) {
    case ':':
      if (word.size() == 8 && is_f5_number(text.substr(at))) return Kind::device;
      if (word == "CEF" || word == "LEEF") {
        return after.size() > 2 && is_digit(after[1]) ? Kinds(Kind::device) : Kinds();
      }
      // Radware's "M_20000: "
      if (word.size() == 7 && word.starts_with("M_") && all_digits(word.substr(2))) return Kind::device;
      // NetScaler's "11/20/2026:14:59:00 GMT"
      if (word.size() == 4 && at > 6 && text[at - 1] == '/' && text[at - 4] == '/' && after.size() > 12 &&
          all_digits(word) && after.substr(9).starts_with(" GMT")) {
        return Kind::device;
      }
      break;
    case '/':
      if (is_proxy_result(word, after)) return Kind::web;
      break;
    case '=':
      if (word == "IN" && is_netfilter(text.substr(at))) return Kind::device;
      break;
    case '>':
      if (is_aruba_level(text, at, end)) return Kind::device;
      break;
    case ' ':
      if (word == "PHP" && is_php(after)) return Kind::web;
      if (word.size() == 2 && at >= 17 && text[at - 1] == ':' && text[at - 4] == ':' && is_dpkg(after))
        return Kind::os;
      if (word.size() == 4 && at > 9 && text[at - 1] == ' ' && text[at - 4] == ':' && all_digits(word) &&
          is_async_os(after)) {
        return Kind::web | Kind::device;
      }
      break;
    case '-':
    case '+':
      // AsyncOS again: "04 May 2026 12:59:57 (GMT-1:00) Info: "
      if (word == "GMT" && at > 1 && text[at - 1] == '(' && after.size() > 7 &&
          is_async_os(after.substr(after.find(')') + 1))) {
        return Kind::web | Kind::device;
      }
      break;
    case ',':
      // Ruckus' "@@306,apChannelChanged,"
      if (at > 1 && text[at - 1] == '@' && text[at - 2] == '@' && all_digits(word)) return Kind::device;
      break;
    default:
      break;
  }
  return {};
}

/// Sophos Anti-Virus' SAV.txt: "20261120 145900<TAB>Scan …".
bool is_sophos_line(std::string_view text) {
  return text.size() > 16 && text[8] == ' ' && text[15] == '\t' && all_digits(text.substr(0, 8)) &&
         all_digits(text.substr(9, 6));
}

Kinds kinds_of_start(std::string_view text) {
  if (is_sophos_line(text)) return Kind::device;
  for (const Start& start : kStarts) {
    if (!text.starts_with(start.text)) continue;
    if (!start.kinds.none()) return start.kinds;
    // auditd's records, as they stand in its file
    if (contains(text.substr(0, 80), " msg=audit(")) return Kind::os;
  }
  return {};
}

/// The bytes of `text` from `at` on that are parts of words, as bits: the lowest is the first. Sixteen at most.
unsigned word_bits(std::string_view text, std::size_t at) {
  char padded[16] = {};
  const char* bytes = text.data() + at;
  if (text.size() - at < sizeof padded) {
    std::memcpy(padded, bytes, text.size() - at);
    bytes = padded;
  }
  const __m128i all = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const auto within = [](__m128i value, char from, char to) {
    const __m128i shifted = _mm_sub_epi8(value, _mm_set1_epi8(from));
    return _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8(static_cast<char>(to - from))), shifted);
  };
  const __m128i letters = within(_mm_or_si128(all, _mm_set1_epi8(0x20)), 'a', 'z');
  const __m128i others = _mm_or_si128(within(all, '0', '9'), _mm_cmpeq_epi8(all, _mm_set1_epi8('_')));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(letters, others)));
}

/// The first byte from `at` on that is, or is not, part of a word.
std::size_t next_byte(std::string_view text, std::size_t at, bool of_word) {
  for (; at < text.size(); at += 16) {
    const unsigned bits = word_bits(text, at) ^ (of_word ? 0U : 0xffffU);
    if (bits != 0) return std::min(at + static_cast<std::size_t>(std::countr_zero(bits)), text.size());
  }
  return text.size();
}

}  // namespace

KindSigns kind_signs(const SyslogHeader& header) {
  KindSigns out;
  if (out.sure = kinds_of_start(trim_left(header.message)); !out.sure.none()) return out;
  const std::string_view line = line_of(header);
  const std::string_view text =
      line.substr(0, header.message.starts_with('{') ? kJsonBytesMax : kTextBytesMax);
  const bool has_mnemonics = text.find('%') != std::string_view::npos;
  std::size_t before = std::string_view::npos;  // where the word before a hyphen began
  for (std::size_t i = 0; i < text.size();) {
    if (!is_word_byte(text[i])) {
      if (has_mnemonics && text[i] == '%' && is_mnemonic(text.substr(i))) {
        // Cisco's servers write as its switches do.
        const std::string_view facility = text.substr(i + 1);
        out.sure =
            facility.starts_with("CIMC") || facility.starts_with("UCSM") ? Kind::application : Kind::device;
        return out;
      }
      i = has_mnemonics ? i + 1 : next_byte(text, i + 1, true);
      continue;
    }
    const std::size_t end = next_byte(text, i + 1, false);
    if (out.sure = kinds_of_shape(text, i, end); !out.sure.none()) return out;
    const Words* words =
        before == std::string_view::npos ? nullptr : look_up(text.substr(before, end - before));
    if (words == nullptr) words = look_up(text.substr(i, end - i));
    if (words != nullptr && words->sure) {
      out.sure = words->kinds;
      return out;
    }
    if (words != nullptr && out.likely.none()) out.likely = words->kinds;
    const bool hyphen = end < text.size() && text[end] == '-';
    if (!hyphen) before = std::string_view::npos;
    if (hyphen && before == std::string_view::npos) before = i;
    i = hyphen ? end + 1 : end;
  }
  return out;
}

Kinds kinds_of_host(const SyslogHeader& header) {
  if (!header.host_from_message) return {};
  const std::string_view host = header.host.substr(0, 64);
  for (std::size_t i = 0; i < host.size();) {
    std::size_t end = i;
    while (end < host.size() && is_alpha(host[end])) ++end;
    // "f5" and "a10" are the only makers with digits in their names.
    while (end < host.size() && end - i < 3 && is_word_byte(host[end])) ++end;
    const Words* const words = end == i ? nullptr : look_up(host.substr(i, end - i));
    if (words != nullptr && !words->sure && words->kinds.has(Kind::device)) {
      return Kind::device;
    }
    while (end < host.size() && is_word_byte(host[end])) ++end;
    i = end + 1;
  }
  return {};
}

}  // namespace vigil
