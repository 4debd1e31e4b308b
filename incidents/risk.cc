#include "incidents/risk.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "incidents/fold.h"
#include "incidents/level.h"
#include "incidents/link.h"
#include "incidents/sighting.h"
#include "incidents/stored_json.h"
#include "incidents/subject.h"
#include "incidents/text.h"
#include "rules/sip_hash.h"

namespace vigil {
namespace {

namespace json = boost::json;
using stored::Reader;
using stored::strings;

constexpr std::string_view kPrefix = "risk/";
constexpr std::int64_t kVersion = 1;
constexpr std::int64_t kHourNs = 3600LL * 1'000'000'000;
constexpr std::int64_t kDayNs = 24 * kHourNs;
constexpr std::size_t kRulesMax = 32, kPeersMax = 16, kTitleBytesMax = 300;
/// A rule that fires for ever adds nothing from here on: four times its weight in all, so that noise of one medium rule
/// never opens a case by itself.
constexpr std::uint64_t kHitsThatCount = 32;
/// How rare a rule is counts where there are enough hosts to say so.
constexpr std::size_t kRarityHostsMin = 8;
constexpr double kRarityMax = 10;
constexpr double kThousandths = 1000;

std::string shown(std::int64_t points) { return std::to_string((points + 500) / 1000); }

std::string name_of(const RiskRule& rule) {
  const std::string& title = rule.title_zh.empty() ? rule.title : rule.title_zh;
  return "「" + one_line(title.empty() ? rule.id : title, 120) + "」×" + shown_count(rule.hits);
}

std::string waiting_rules(const RiskEntity& entity) {
  constexpr std::size_t kNamed = 4;
  std::vector<const RiskRule*> rules;
  for (const auto& rule : entity.rules) {
    if (rule.waits) rules.push_back(&rule);
  }
  std::stable_sort(rules.begin(), rules.end(),
                   [](const RiskRule* a, const RiskRule* b) { return a->points > b->points; });
  std::string out;
  for (std::size_t i = 0; i < rules.size() && i < kNamed; ++i) out += (i == 0 ? "" : "、") + name_of(*rules[i]);
  if (rules.size() > kNamed) out += " 等 " + std::to_string(rules.size()) + " 項規則";
  return out;
}

std::string_view part_after_scope(std::string_view key) {
  const auto end = key.rfind('\x1f');
  return end == std::string_view::npos ? key : key.substr(end + 1);
}

bool is_host(std::string_view key) { return part_after_scope(key).starts_with("host "); }
/// Shared by chance by nobody: a file, a process, an address outside.
bool is_strong(std::string_view key) { return is_strong_key(part_after_scope(key)); }

std::string row_key(const std::string& key) {
  constexpr sigma::SipKey kLow{0x7669'6769'6c2d'7231ULL, 1}, kHigh{0x7669'6769'6c2d'7232ULL, 2};
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out(kPrefix);
  for (const std::uint64_t half : {sigma::sip_hash(kLow, key), sigma::sip_hash(kHigh, key)}) {
    for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[(half >> static_cast<unsigned>(shift)) & 15U];
  }
  return out;
}

double asset_factor(const Detection& detection, const AssetTable& assets) {
  const Subject subject = subject_of(detection, assets);
  switch (asset_class(subject.system, subject.core, Dimension::confidentiality)) {
    case AssetClass::ordinary:
      // A device that only sees others' traffic is not what an attacker wants.
      return is_protective_device(subject.system) ? 0.5 : 1;
    case AssetClass::core:
      return 1.5;
    case AssetClass::sensitive:
    case AssetClass::state_secret:
      return 2;
  }
  return 1;
}

json::object write(const RiskRule& rule) {
  return {{"id", rule.id},       {"title", rule.title},     {"title_zh", rule.title_zh},
          {"level", static_cast<int>(rule.level)},          {"tactics", rule.tactics},
          {"hits", rule.hits},   {"first", rule.first_ns},  {"last", rule.last_ns},
          {"points", rule.points}, {"waits", rule.waits}};
}

std::string write(const RiskEntity& entity) {
  json::array rules, hosts;
  for (const auto& rule : entity.rules) rules.emplace_back(write(rule));
  for (const auto& [host, at_ns] : entity.hosts) hosts.emplace_back(json::array{host, at_ns});
  return json::serialize(json::object{{"v", kVersion},
                                      {"org", entity.organisation},
                                      {"drill", entity.drill},
                                      {"type", entity.type},
                                      {"value", entity.value},
                                      {"key", entity.key},
                                      {"at", entity.at_ns},
                                      {"points", entity.points},
                                      {"waiting", entity.waiting},
                                      {"rules", std::move(rules)},
                                      {"hosts", std::move(hosts)},
                                      {"peers", strings(entity.peers)}});
}

std::optional<RiskEntity> read_entity(std::string_view text) {
  const auto object = stored::parse(text);
  if (!object) return std::nullopt;
  bool ok = true;
  const Reader in(*object, ok);
  RiskEntity out;
  std::int64_t version = 0;
  in.read("v", version);
  in.read("org", out.organisation);
  in.read("drill", out.drill);
  in.read("type", out.type);
  in.read("value", out.value);
  in.read("key", out.key);
  in.read("at", out.at_ns);
  in.read("points", out.points);
  in.read("waiting", out.waiting);
  in.read("peers", out.peers);
  in.each("rules", [&](const Reader& row) {
    RiskRule& rule = out.rules.emplace_back();
    int level = 0;
    std::uint64_t tactics = 0;
    row.read("id", rule.id);
    row.read("title", rule.title);
    row.read("title_zh", rule.title_zh);
    row.read("level", level);
    row.read("tactics", tactics);
    row.read("hits", rule.hits);
    row.read("first", rule.first_ns);
    row.read("last", rule.last_ns);
    row.read("points", rule.points);
    row.read("waits", rule.waits);
    if (level < 0 || level > static_cast<int>(Level::critical)) return row.fail();
    rule.level = static_cast<Level>(level);
    rule.tactics = static_cast<Tactics>(tactics);
  });
  if (const auto* hosts = object->if_contains("hosts"); hosts && hosts->is_array()) {
    for (const auto& row : hosts->get_array()) {
      const auto* pair = row.if_array();
      if (!pair || pair->size() != 2) return std::nullopt;
      boost::system::error_code error;
      const auto host = (*pair)[0].to_number<std::uint64_t>(error);
      const auto at_ns = (*pair)[1].to_number<std::int64_t>(error);
      if (error) return std::nullopt;
      out.hosts.emplace_back(host, at_ns);
    }
  }
  if (!ok || version < 1 || version > kVersion || out.key.empty()) return std::nullopt;
  return out;
}

void note_host(RiskEntity& entity, std::string_view host, std::int64_t at_ns, std::size_t max) {
  if (host.empty()) return;
  const std::uint64_t hash = sigma::sip_hash({}, host);
  std::erase_if(entity.hosts, [&](const auto& row) { return row.second < at_ns - kHourNs; });
  for (auto& [known, last_ns] : entity.hosts) {
    if (known == hash) {
      last_ns = std::max(last_ns, at_ns);
      return;
    }
  }
  if (entity.hosts.size() <= max) entity.hosts.emplace_back(hash, at_ns);
}

}  // namespace

int level_weight(Level level) {
  constexpr std::array<int, 5> kWeights = {0, 5, 15, 40, 80};
  return kWeights[static_cast<std::size_t>(level)];
}

double status_factor(std::string_view status) {
  if (status == "experimental") return 0.5;
  return status == "stable" ? 1.2 : 1.0;
}

void RiskTable::load(const StateStore& state, std::vector<std::string>& unreadable) {
  state.scan(kPrefix, [&](std::string_view key, std::string_view value) {
    auto entity = read_entity(value);
    if (!entity || row_key(entity->key) != key) {
      unreadable.emplace_back(key);
      return true;
    }
    if (is_host(entity->key)) ++hosts_[scope_of(entity->organisation, entity->drill)];
    for (const auto& rule : entity->rules) count_host(*entity, rule);
    newest_ns_ = std::max(newest_ns_, entity->at_ns);
    std::string id = entity->key;
    entities_.emplace(std::move(id), std::move(*entity));
    return true;
  });
}

void RiskTable::count_host(const RiskEntity& entity, const RiskRule& rule) {
  if (is_host(entity.key)) ++rule_hosts_[scope_of(entity.organisation, entity.drill) + rule.id];
}

void RiskTable::uncount(const RiskEntity& entity) {
  if (!is_host(entity.key)) return;
  const std::string scope = scope_of(entity.organisation, entity.drill);
  --hosts_[scope];
  for (const auto& rule : entity.rules) --rule_hosts_[scope + rule.id];
}

std::int64_t RiskTable::decayed(std::int64_t points, std::int64_t from_ns, std::int64_t to_ns) const {
  if (to_ns <= from_ns || points == 0) return points;
  const double halves = static_cast<double>(to_ns - from_ns) / static_cast<double>(options_.half_life_ns);
  return static_cast<std::int64_t>(static_cast<double>(points) * std::exp2(-halves));
}

double RiskTable::weight(const Detection& detection, const std::string& scope) const {
  const RuleMeta& rule = *detection.rule;
  const double base = level_weight(rule.level);
  if (base == 0) return 0;
  double rarity = 0;
  const auto hosts = hosts_.find(scope);
  if (hosts != hosts_.end() && hosts->second >= kRarityHostsMin) {
    const auto fired = rule_hosts_.find(scope + rule.id);
    const double on = static_cast<double>(fired == rule_hosts_.end() ? 0 : fired->second);
    rarity = std::clamp(-std::log2((on + 1) / (static_cast<double>(hosts->second) + 1)), 0.0, kRarityMax);
  }
  return base * status_factor(rule.status) * asset_factor(detection, assets_) + rarity;
}

void RiskTable::add(const Detection& detection, bool waits) {
  const std::string scope = scope_of(detection.organisation, detection.drill);
  const std::int64_t at_ns = event_time(detection);
  const double full = weight(detection, scope);
  newest_ns_ = std::max(newest_ns_, at_ns);
  std::string host = detection.host;
  std::vector<std::pair<std::string, FoldEntity>> named;
  for (auto& entity : entities_of(detection, assets_)) {
    if (entity.type == "host.name") host = entity.value;
    const auto key = entity.link ? link_key(entity.type, entity.value) : std::nullopt;
    if (!key) continue;
    std::string scoped = scope + *key;
    const bool twice = std::any_of(named.begin(), named.end(), [&](const auto& row) { return row.first == scoped; });
    if (!twice) named.emplace_back(std::move(scoped), std::move(entity));
  }
  for (const auto& [key, named_as] : named) {
    const auto [place, fresh] = entities_.try_emplace(key);
    RiskEntity& entity = place->second;
    if (fresh) {
      entity.organisation = detection.organisation;
      entity.drill = detection.drill;
      entity.type = named_as.type;
      entity.value = named_as.value;
      entity.key = key;
      entity.at_ns = at_ns;
      if (is_host(key)) ++hosts_[scope];
    }
    if (at_ns > entity.at_ns) {
      entity.points = decayed(entity.points, entity.at_ns, at_ns);
      entity.waiting = decayed(entity.waiting, entity.at_ns, at_ns);
      entity.at_ns = at_ns;
    }
    auto rule = std::find_if(entity.rules.begin(), entity.rules.end(),
                             [&](const RiskRule& row) { return row.id == detection.rule->id; });
    if (rule == entity.rules.end()) {
      if (entity.rules.size() >= kRulesMax) {
        const auto oldest = std::min_element(entity.rules.begin(), entity.rules.end(), [](const auto& a, const auto& b) {
          return std::tie(a.last_ns, a.id) < std::tie(b.last_ns, b.id);
        });
        if (is_host(key)) --rule_hosts_[scope + oldest->id];
        entity.rules.erase(oldest);
      }
      rule = entity.rules.insert(entity.rules.end(), RiskRule{});
      rule->id = clean_text(detection.rule->id, kEntityBytesMax);
      rule->first_ns = at_ns;
      rule->last_ns = at_ns;
      count_host(entity, *rule);
    }
    if (at_ns - rule->last_ns > kDayNs) rule->hits = 0;  // it was over; this is a new one
    rule->title = clean_text(detection.rule->title, kTitleBytesMax);
    rule->title_zh = clean_text(detection.rule->title_zh, kTitleBytesMax);
    rule->level = detection.rule->level;
    rule->tactics = tactics_of(detection.rule->tags);
    rule->first_ns = std::min(rule->first_ns, at_ns);
    rule->last_ns = std::max(rule->last_ns, at_ns);
    rule->waits = rule->waits || waits;
    ++rule->hits;
    if (rule->hits <= kHitsThatCount) {
      const auto points =
          static_cast<std::int64_t>(std::llround(full * kThousandths / static_cast<double>(rule->hits)));
      const std::int64_t now = decayed(points, at_ns, entity.at_ns);
      rule->points += points;
      entity.points += now;
      if (waits) entity.waiting += now;
    }
    note_host(entity, host, at_ns, options_.hosts_per_hour_max);
    if (is_strong(key)) {
      for (const auto& [other, ignored] : named) {
        if (other == key || is_strong(other) || entity.peers.size() >= kPeersMax) continue;
        if (std::find(entity.peers.begin(), entity.peers.end(), other) == entity.peers.end()) {
          entity.peers.push_back(other);
        }
      }
    }
    changed_.insert(key);
  }
}

bool RiskTable::is_crowd(const std::string& key, std::int64_t at_ns) const {
  // Who comes from outside to many hosts is an attacker, and one.
  if (is_strong(key) || is_host(key)) return false;
  const auto found = entities_.find(key);
  if (found == entities_.end() || found->second.hosts.size() <= options_.hosts_per_hour_max) return false;
  const auto recent = std::count_if(found->second.hosts.begin(), found->second.hosts.end(),
                                    [&](const auto& row) { return row.second >= at_ns - kHourNs; });
  return static_cast<std::size_t>(recent) > options_.hosts_per_hour_max;
}

std::optional<RiskTable::Reason> RiskTable::opens(const std::string& key, std::int64_t at_ns) const {
  const auto found = entities_.find(key);
  if (found == entities_.end()) return std::nullopt;
  const RiskEntity& entity = found->second;
  const auto threshold = static_cast<std::int64_t>(options_.opens_at * kThousandths);
  const std::string who = entity.type + " " + one_line(entity.value, 200);
  const std::int64_t waiting = decayed(entity.waiting, entity.at_ns, at_ns);
  if (waiting >= threshold) {
    return Reason{who + " 風險 " + shown(waiting) + " 分（門檻 " + shown(threshold) + "）：" + waiting_rules(entity),
                  {key}, entity.type, entity.value};
  }
  Tactics tactics = 0;
  std::size_t rules = 0;
  for (const auto& rule : entity.rules) {
    if (!rule.waits || rule.tactics == 0 || level_weight(rule.level) == 0) continue;
    if (rule.last_ns < at_ns - options_.tactics_within_ns) continue;
    tactics = static_cast<Tactics>(tactics | rule.tactics);
    ++rules;
  }
  if (count_of(tactics) >= options_.opens_at_tactics && rules >= options_.opens_at_rules) {
    std::string names;
    for (std::size_t i = 0; i < kTacticCount; ++i) {
      if ((static_cast<unsigned>(tactics) >> i & 1U) != 0) names += (names.empty() ? "" : "、") + std::string(tactic_zh(i));
    }
    return Reason{who + " 七日內出現 " + std::to_string(count_of(tactics)) + " 種戰術（" + names + "）：" +
                      waiting_rules(entity),
                  {key}, entity.type, entity.value};
  }
  if (!is_strong(key) || entity.peers.size() < 2) return std::nullopt;
  std::int64_t sum = 0;
  Reason reason{{}, {key}, entity.type, entity.value};
  for (const auto& peer : entity.peers) {
    const auto other = entities_.find(peer);
    if (other == entities_.end() || other->second.waiting == 0 || is_crowd(peer, at_ns)) continue;
    sum += decayed(other->second.waiting, other->second.at_ns, at_ns);
    reason.keys.push_back(peer);
  }
  if (reason.keys.size() < 3 || sum < threshold) return std::nullopt;
  reason.text_zh = who + " 將 " + std::to_string(reason.keys.size() - 1) + " 個對象連在一起，合計風險 " + shown(sum) +
                   " 分（門檻 " + shown(threshold) + "）";
  return reason;
}

void RiskTable::spend(const std::string& key) {
  const auto found = entities_.find(key);
  if (found == entities_.end()) return;
  found->second.waiting = 0;
  for (auto& rule : found->second.rules) rule.waits = false;
  changed_.insert(key);
}

std::vector<RiskEntity> RiskTable::top(const std::vector<std::string>& organisations, std::int64_t at_ns,
                                       std::size_t limit) const {
  std::vector<RiskEntity> out;
  for (const auto& [key, entity] : entities_) {
    const bool asked = std::any_of(organisations.begin(), organisations.end(), [&](const std::string& name) {
      return name == "*" || name == entity.organisation;
    });
    if (!asked) continue;
    const std::int64_t points = decayed(entity.points, entity.at_ns, at_ns);
    if (points < static_cast<std::int64_t>(kThousandths)) continue;
    RiskEntity& row = out.emplace_back(entity);
    row.points = points;
    row.waiting = decayed(entity.waiting, entity.at_ns, at_ns);
    row.at_ns = std::max(at_ns, entity.at_ns);
  }
  std::sort(out.begin(), out.end(), [](const RiskEntity& a, const RiskEntity& b) {
    return std::tie(b.points, a.key) < std::tie(a.points, b.key);
  });
  if (out.size() > limit) out.resize(limit);
  return out;
}

void RiskTable::drop(const std::string& key, StateChange& change) {
  change.erase(row_key(key));
  changed_.erase(key);
  const auto found = entities_.find(key);
  uncount(found->second);
  entities_.erase(found);
}

void RiskTable::settle(StateChange& change) {
  if (entities_.size() > options_.entities_max) {
    // A tenth at once, so that a flood does not sort each time.
    std::vector<std::pair<std::int64_t, std::string>> order;
    for (const auto& [key, entity] : entities_) {
      order.emplace_back(decayed(entity.points, entity.at_ns, newest_ns_), key);
    }
    std::sort(order.begin(), order.end());
    const std::size_t surplus = entities_.size() - options_.entities_max * 9 / 10;
    for (std::size_t i = 0; i < surplus; ++i) drop(order[i].second, change);
    evicted_ += surplus;
  }
  for (const auto& key : changed_) change.put(row_key(key), write(entities_.find(key)->second));
  changed_.clear();
}

}  // namespace vigil
