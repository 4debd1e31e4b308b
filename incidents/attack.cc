#include "incidents/attack.h"

#include <algorithm>
#include <array>
#include <bit>

namespace vigil {
namespace {

struct TacticName {
  std::string_view name, zh;
};
constexpr std::array<TacticName, kTacticCount> kTactics = {{
    {"reconnaissance", "偵察"},
    {"resource-development", "資源開發"},
    {"initial-access", "初始入侵"},
    {"execution", "執行"},
    {"persistence", "持續潛伏"},
    {"privilege-escalation", "權限提升"},
    {"defense-evasion", "防禦規避"},
    {"credential-access", "憑證存取"},
    {"discovery", "環境探索"},
    {"lateral-movement", "橫向移動"},
    {"collection", "資料蒐集"},
    {"command-and-control", "命令與控制"},
    {"exfiltration", "資料外洩"},
    {"impact", "造成損害"},
}};

/// Later editions of ATT&CK take one tactic apart; rules are written for either.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kOtherNames = {{
    {"stealth", "defense-evasion"},
    {"defense-impairment", "defense-evasion"},
    {"impair-defenses", "defense-evasion"},
}};

/// What a technique is mostly used for, for rules that name no tactic.
constexpr std::array<std::pair<std::string_view, std::string_view>, 49> kTechniques = {{
    {"t1595", "reconnaissance"},       {"t1592", "reconnaissance"},     {"t1190", "initial-access"},
    {"t1566", "initial-access"},       {"t1133", "initial-access"},     {"t1078", "initial-access"},
    {"t1189", "initial-access"},       {"t1059", "execution"},          {"t1204", "execution"},
    {"t1047", "execution"},            {"t1053", "persistence"},        {"t1136", "persistence"},
    {"t1098", "persistence"},          {"t1505", "persistence"},        {"t1543", "persistence"},
    {"t1547", "persistence"},          {"t1546", "persistence"},        {"t1548", "privilege-escalation"},
    {"t1068", "privilege-escalation"}, {"t1055", "privilege-escalation"}, {"t1070", "defense-evasion"},
    {"t1562", "defense-evasion"},      {"t1027", "defense-evasion"},    {"t1036", "defense-evasion"},
    {"t1218", "defense-evasion"},      {"t1112", "defense-evasion"},    {"t1110", "credential-access"},
    {"t1003", "credential-access"},    {"t1555", "credential-access"},  {"t1558", "credential-access"},
    {"t1046", "discovery"},            {"t1018", "discovery"},          {"t1087", "discovery"},
    {"t1082", "discovery"},            {"t1021", "lateral-movement"},   {"t1570", "lateral-movement"},
    {"t1114", "collection"},           {"t1560", "collection"},         {"t1071", "command-and-control"},
    {"t1105", "command-and-control"},  {"t1572", "command-and-control"}, {"t1048", "exfiltration"},
    {"t1041", "exfiltration"},         {"t1567", "exfiltration"},       {"t1491", "impact"},
    {"t1486", "impact"},               {"t1490", "impact"},             {"t1498", "impact"},
    {"t1499", "impact"},
}};

constexpr std::string_view kPrefix = "attack.";

bool is_technique(std::string_view value) {
  return value.size() >= 5 && value[0] == 't' && std::all_of(value.begin() + 1, value.begin() + 5, [](char c) {
    return c >= '0' && c <= '9';
  });
}

Tactics bit_of(std::string_view name) {
  const std::size_t tactic = tactic_of_name(name);
  return tactic == kTacticCount ? Tactics{0} : static_cast<Tactics>(1U << tactic);
}

}  // namespace

std::string_view tactic_name(std::size_t tactic) { return tactic < kTacticCount ? kTactics[tactic].name : ""; }
std::string_view tactic_zh(std::size_t tactic) { return tactic < kTacticCount ? kTactics[tactic].zh : ""; }

std::size_t tactic_of_name(std::string_view name) {
  for (std::size_t i = 0; i < kTacticCount; ++i) {
    if (kTactics[i].name == name) return i;
  }
  return kTacticCount;
}

Tactics tactics_of(std::span<const std::string> tags) {
  Tactics named = 0, implied = 0;
  for (std::string_view tag : tags) {
    if (!tag.starts_with(kPrefix)) continue;
    std::string value(tag.substr(kPrefix.size()));
    std::replace(value.begin(), value.end(), '_', '-');
    for (const auto& [other, name] : kOtherNames) {
      if (value == other) value = name;
    }
    named = static_cast<Tactics>(named | bit_of(value));
    if (!is_technique(value)) continue;
    const std::string_view technique = std::string_view(value).substr(0, 5);
    for (const auto& [id, tactic] : kTechniques) {
      if (id == technique) implied = static_cast<Tactics>(implied | bit_of(tactic));
    }
  }
  return named != 0 ? named : implied;
}

std::vector<std::string> techniques_of(std::span<const std::string> tags) {
  std::vector<std::string> out;
  for (const std::string_view tag : tags) {
    if (!tag.starts_with(kPrefix) || !is_technique(tag.substr(kPrefix.size()))) continue;
    std::string technique(tag.substr(kPrefix.size()));
    technique[0] = 'T';
    if (std::find(out.begin(), out.end(), technique) == out.end()) out.push_back(std::move(technique));
  }
  return out;
}

std::size_t count_of(Tactics tactics) { return static_cast<std::size_t>(std::popcount(tactics)); }

}  // namespace vigil
