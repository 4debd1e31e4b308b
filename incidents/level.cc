#include "incidents/level.h"

#include <algorithm>
#include <array>

#include "incidents/subject.h"
#include "incidents/text.h"

namespace vigil {
namespace {

constexpr std::array<Dimension, 3> kDimensions = {Dimension::confidentiality, Dimension::integrity,
                                                  Dimension::availability};

bool keeps(const System& system, std::string_view information) {
  return std::find(system.information.begin(), system.information.end(), information) !=
         system.information.end();
}

int impact_of(const RuleMeta& rule, Dimension dimension) {
  switch (dimension) {
    case Dimension::confidentiality:
      return rule.confidentiality;
    case Dimension::integrity:
      return rule.integrity;
    case Dimension::availability:
      return rule.availability;
  }
  return 0;
}

bool says_impact(const RuleMeta& rule) {
  return !rule.category.empty() || rule.confidentiality + rule.integrity + rule.availability > 0;
}

std::string hours(double value) {
  const auto whole = static_cast<std::int64_t>(value);
  if (static_cast<double>(whole) == value) return std::to_string(whole);
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

std::string in_quotes(std::string_view text) { return "「" + one_line(text, 200) + "」"; }

std::string rule_name(const RuleMeta& rule) {
  if (!rule.title_zh.empty()) return in_quotes(rule.title_zh);
  return in_quotes(rule.title.empty() ? rule.id : rule.title);
}

/// 「系統「成績系統」為核心系統，保有個人資料（屬敏感資訊）」
std::string asset_sentence(const Subject& subject, Dimension dimension) {
  const System* system = subject.system;
  const std::string host = subject.host.empty() ? "" : in_quotes(subject.host);
  if (!system) {
    if (subject.core) return "來源" + host + "屬核心系統";
    return (subject.reported ? "防護設備所報對象" : "來源") + host + "未登錄於資產清冊，暫以非核心系統評估";
  }
  std::string out = "系統" + in_quotes(system->name.empty() ? system->id : system->name);
  if (subject.reported) out += "（由防護設備回報）";
  if (subject.core && system->critical_infrastructure) {
    out += "為涉及關鍵基礎設施維運之核心系統";
  } else {
    out += subject.core ? "為核心系統" : "為非核心系統";
  }
  if (dimension == Dimension::availability) {
    if (system->tolerable_outage_hours > 0) {
      out += "，可容忍中斷時間 " + hours(system->tolerable_outage_hours) + " 小時";
    }
    return out;
  }
  if (keeps(*system, "state_secret")) return out + "，保有國家機密";
  if (keeps(*system, "official_secret")) return out + "，保有一般公務機密";
  if (keeps(*system, "personal_data")) return out + "，保有個人資料（屬敏感資訊）";
  if (keeps(*system, "sensitive")) return out + "，保有敏感資訊";
  return out;
}

std::string_view impact_words(Dimension dimension, int impact) {
  switch (dimension) {
    case Dimension::confidentiality:
      return impact == 1 ? "資訊輕微洩漏" : "資訊嚴重洩漏";
    case Dimension::integrity:
      return impact == 1 ? "資訊或系統輕微竄改" : "資訊或系統嚴重竄改";
    case Dimension::availability:
      return impact == 1 ? "運作受影響、可於可容忍中斷時間內回復" : "運作受影響、無法於可容忍中斷時間內回復";
  }
  return {};
}

int& value_of(ImpactLevel& level, Dimension dimension) {
  switch (dimension) {
    case Dimension::integrity:
      return level.integrity;
    case Dimension::availability:
      return level.availability;
    case Dimension::confidentiality:
      break;
  }
  return level.confidentiality;
}

/// Reasons begin with their dimension's name and a blank: that is how they are found again.
bool is_about(std::string_view reason, Dimension dimension) {
  const std::string_view name = dimension_zh(dimension);
  return reason.starts_with(name) && reason.substr(name.size()).starts_with(' ');
}

}  // namespace

std::string_view dimension_zh(Dimension dimension) {
  switch (dimension) {
    case Dimension::confidentiality:
      return "機密性";
    case Dimension::integrity:
      return "完整性";
    case Dimension::availability:
      return "可用性";
  }
  return {};
}

int level_of(Dimension dimension, int impact, AssetClass asset) {
  if (impact <= 0) return 0;
  const int row = std::min(impact, 2);
  switch (asset) {
    case AssetClass::ordinary:
      return row;
    case AssetClass::core:
      return row + 1;
    case AssetClass::sensitive:
      return row + 2;
    case AssetClass::state_secret:
      return dimension == Dimension::availability ? row + 2 : 4;
  }
  return 0;
}

AssetClass asset_class(const System* system, bool core, Dimension dimension) {
  if (!system) return core ? AssetClass::core : AssetClass::ordinary;
  const bool is_core = core || system->core;
  // Critical infrastructure counts where the business is core, as the table says; a system that is marked one
  // but not the other stays ordinary.
  AssetClass out = is_core ? AssetClass::core : AssetClass::ordinary;
  if (is_core && system->critical_infrastructure) out = AssetClass::sensitive;
  if (dimension == Dimension::availability) return out;
  if (keeps(*system, "state_secret")) return AssetClass::state_secret;
  if (keeps(*system, "official_secret") || keeps(*system, "sensitive") || keeps(*system, "personal_data")) {
    return AssetClass::sensitive;
  }
  return out;
}

ImpactLevel propose_level(const Detection& detection, const AssetTable& assets) {
  ImpactLevel level;
  const RuleMeta& rule = *detection.rule;
  if (!says_impact(rule) || rule.alert) {
    level.reasons.push_back("規則" + rule_name(rule) +
                            "未載明對機密性、完整性、可用性之影響，等級須由人員評估。");
    return level;
  }
  const Subject subject = subject_of(detection, assets);
  for (const Dimension dimension : kDimensions) {
    const int impact = impact_of(rule, dimension);
    const int value = level_of(dimension, impact, asset_class(subject.system, subject.core, dimension));
    value_of(level, dimension) = value;
    std::string reason = std::string(dimension_zh(dimension));
    if (value == 0) {
      reason += " 無：規則" + rule_name(rule) + "未指出影響。";
    } else {
      reason += " " + std::to_string(value) + " 級：規則" + rule_name(rule) + "判定為" +
                std::string(impact_words(dimension, impact)) + "；" + asset_sentence(subject, dimension) +
                "。";
    }
    level.reasons.push_back(std::move(reason));
  }
  return level;
}

void raise_level(ImpactLevel& level, const ImpactLevel& proposal) {
  if (!level.proposed) return;
  for (const Dimension dimension : kDimensions) {
    const auto reason = level_reason(proposal, dimension);
    if (!reason) continue;
    const auto mine = std::find_if(level.reasons.begin(), level.reasons.end(),
                                   [&](const std::string& text) { return is_about(text, dimension); });
    int& value = value_of(level, dimension);
    if (mine == level.reasons.end()) {
      level.reasons.push_back(*reason);
      value = level_value(proposal, dimension);
    } else if (level_value(proposal, dimension) > value) {
      *mine = *reason;
      value = level_value(proposal, dimension);
    }
  }
  // "A person must judge" stands only while no rule has said anything.
  const bool judged = std::any_of(kDimensions.begin(), kDimensions.end(), [&](Dimension dimension) {
    return level_reason(level, dimension).has_value();
  });
  if (judged) {
    std::erase_if(level.reasons, [](const std::string& text) {
      return std::none_of(kDimensions.begin(), kDimensions.end(),
                          [&](Dimension dimension) { return is_about(text, dimension); });
    });
  } else if (level.reasons.empty()) {
    level.reasons = proposal.reasons;
  }
}

std::optional<std::string> level_reason(const ImpactLevel& level, Dimension dimension) {
  for (const auto& reason : level.reasons) {
    if (is_about(reason, dimension)) return reason;
  }
  return std::nullopt;
}

int level_value(const ImpactLevel& level, Dimension dimension) {
  switch (dimension) {
    case Dimension::integrity:
      return level.integrity;
    case Dimension::availability:
      return level.availability;
    case Dimension::confidentiality:
      break;
  }
  return level.confidentiality;
}

}  // namespace vigil
