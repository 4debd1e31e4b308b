#include "incidents/sighting.h"

#include <algorithm>
#include <tuple>

#include "incidents/fold.h"
#include "incidents/link.h"
#include "incidents/stored_json.h"
#include "incidents/text.h"
#include "rules/sip_hash.h"

namespace vigil {
namespace {

namespace json = boost::json;
using stored::pairs;
using stored::Reader;
using stored::strings;

constexpr std::string_view kPrefix = "sighting/";
constexpr std::int64_t kVersion = 1;
constexpr char kPart = '\x1f';
constexpr std::int64_t kSweepEveryNs = 60LL * 1'000'000'000;

/// Two numbers of the same text: what is equal in both is equal.
constexpr sigma::SipKey kHashes[] = {{0x7669'6769'6c2d'6631ULL, 1}, {0x7669'6769'6c2d'6632ULL, 2}};

/// Rule and entities: those that link by their meaning, so that two spellings are one.
std::string fingerprint(const Detection& detection) {
  std::vector<std::string> parts;
  for (const auto& [type, value] : detection.entities) {
    parts.push_back(link_key(type, value).value_or(type + " " + value));
  }
  if (parts.empty()) parts.push_back("host " + detection.host);
  std::sort(parts.begin(), parts.end());
  std::string text = scope_of(detection.organisation, detection.drill) + detection.rule->id;
  for (const auto& part : parts) text += kPart + part;
  return sigma::hash_text(sigma::sip_hash(kHashes[0], text)) + sigma::hash_text(sigma::sip_hash(kHashes[1], text));
}

json::object write(const RuleMeta& rule) {
  return {{"id", rule.id},
          {"title", rule.title},
          {"title_zh", rule.title_zh},
          {"level", static_cast<int>(rule.level)},
          {"status", rule.status},
          {"logsource", rule.logsource},
          {"tags", strings(rule.tags)},
          {"category", rule.category},
          {"symptoms", strings(rule.symptoms)},
          {"c", rule.confidentiality},
          {"i", rule.integrity},
          {"a", rule.availability},
          {"opens", rule.opens_candidate},
          {"weighs", rule.weighs},
          {"alert", rule.alert},
          {"correlation", rule.correlation}};
}

void read(const Reader& in, RuleMeta& rule) {
  int level = 0;
  in.read("id", rule.id);
  in.read("title", rule.title);
  in.read("title_zh", rule.title_zh);
  in.read("level", level);
  in.read("status", rule.status);
  in.read("logsource", rule.logsource);
  in.read("tags", rule.tags);
  in.read("category", rule.category);
  in.read("symptoms", rule.symptoms);
  in.read("c", rule.confidentiality);
  in.read("i", rule.integrity);
  in.read("a", rule.availability);
  in.read("opens", rule.opens_candidate);
  in.read("weighs", rule.weighs);
  in.read("alert", rule.alert);
  in.read("correlation", rule.correlation);
  if (level < 0 || level > static_cast<int>(Level::critical)) return in.fail();
  rule.level = static_cast<Level>(level);
}

std::optional<Sighting> deserialize(std::string_view key, std::string_view text) {
  const auto object = stored::parse(text);
  if (!object) return std::nullopt;
  bool ok = true;
  const Reader in(*object, ok);
  Sighting out;
  std::int64_t version = 0;
  auto rule = std::make_shared<RuleMeta>();
  out.key = key;
  in.read("v", version);
  in.member("rule", [&](const Reader& row) { read(row, *rule); });
  in.read("org", out.organisation);
  in.read("system", out.system);
  in.read("host", out.host);
  in.read("core", out.core);
  in.read("drill", out.drill);
  in.read("early_warning", out.early_warning);
  in.read("entities", out.entities);
  in.read("fields", out.fields);
  in.read("count", out.count);
  in.read("events", out.events);
  in.read("first", out.first_ns);
  in.read("last", out.last_ns);
  in.read("received", out.received_ns);
  in.read("seen", out.seen_ns);
  in.read("case", out.incident);
  in.read("origin", out.origin);
  in.member("picked", [&](const Reader& row) { stored::read_samples(row, out.picked); });
  if (!ok || version < 1 || version > kVersion || rule->id.empty()) return std::nullopt;
  out.rule = std::move(rule);
  return out;
}

}  // namespace

std::string scope_of(std::string_view organisation, bool drill) {
  std::string out(organisation);
  out += kPart;
  out += drill ? 'd' : 'p';
  out += kPart;
  return out;
}

std::vector<std::string> link_keys_of(const Detection& detection, const AssetTable& assets) {
  std::vector<std::string> out;
  const std::string scope = scope_of(detection.organisation, detection.drill);
  for (const auto& entity : entities_of(detection, assets)) {
    const auto key = entity.link ? link_key(entity.type, entity.value) : std::nullopt;
    if (!key) continue;
    std::string scoped = scope + *key;
    if (std::find(out.begin(), out.end(), scoped) == out.end()) out.push_back(std::move(scoped));
  }
  return out;
}

Detection Sighting::detection() const {
  Detection out;
  out.rule = rule;
  out.references = picked.all();
  out.at_ns = last_ns;
  out.first_ns = first_ns;
  out.last_ns = last_ns;
  out.received_ns = received_ns;
  out.count = events;
  out.organisation = organisation;
  out.system = system;
  out.host = host;
  out.core = core;
  out.drill = drill;
  out.early_warning = early_warning;
  out.entities = entities;
  out.fields = fields;
  return out;
}

bool Sighting::names(std::string_view type, std::string_view value) const {
  const auto wanted = link_key(type, value);
  return std::any_of(entities.begin(), entities.end(), [&](const auto& entity) {
    if (wanted) return link_key(entity.first, entity.second) == wanted;
    return entity.first == type && entity.second == value;
  });
}

std::string Sighting::serialize() const {
  const json::object out{{"v", kVersion},
                         {"rule", write(*rule)},
                         {"org", organisation},
                         {"system", system},
                         {"host", host},
                         {"core", core},
                         {"drill", drill},
                         {"early_warning", early_warning},
                         {"entities", pairs(entities)},
                         {"fields", pairs(fields)},
                         {"count", count},
                         {"events", events},
                         {"first", first_ns},
                         {"last", last_ns},
                         {"received", received_ns},
                         {"seen", seen_ns},
                         {"case", incident},
                         {"origin", origin},
                         {"picked", stored::write_samples(picked)}};
  return json::serialize(out);
}

void SightingBook::load(const StateStore& state, std::vector<std::string>& unreadable) {
  state.scan(kPrefix, [&](std::string_view key, std::string_view value) {
    auto sighting = deserialize(key.substr(kPrefix.size()), value);
    if (!sighting) {
      unreadable.emplace_back(key);
      return true;
    }
    sighting->rule = shared(std::move(sighting->rule));
    std::string id = sighting->key;
    index(sightings_.emplace(std::move(id), std::move(*sighting)).first->second);
    return true;
  });
}

/// Of what is stored with each sighting, one copy a rule.
std::shared_ptr<const RuleMeta> SightingBook::shared(std::shared_ptr<const RuleMeta> rule) {
  const auto [place, fresh] = rules_.try_emplace(json::serialize(write(*rule)), rule);
  return place->second;
}

void SightingBook::index(Sighting& sighting) {
  if (!sighting.incident.empty()) {
    by_case_[sighting.incident].insert(&sighting);
    return;
  }
  for (const auto& key : link_keys_of(sighting.detection(), assets_)) waiting_[key].push_back(&sighting);
}

void SightingBook::unindex(const Sighting& sighting) {
  if (!sighting.incident.empty()) {
    const auto found = by_case_.find(sighting.incident);
    if (found == by_case_.end()) return;
    found->second.erase(const_cast<Sighting*>(&sighting));
    if (found->second.empty()) by_case_.erase(found);
    return;
  }
  for (const auto& key : link_keys_of(sighting.detection(), assets_)) {
    const auto found = waiting_.find(key);
    if (found == waiting_.end()) continue;
    std::erase(found->second, &sighting);
    if (found->second.empty()) waiting_.erase(found);
  }
}

Sighting* SightingBook::find(const Detection& detection) {
  const auto found = sightings_.find(fingerprint(detection));
  return found == sightings_.end() ? nullptr : &found->second;
}

Sighting& SightingBook::note(const Detection& detection, const std::string& incident, std::int64_t now_ns) {
  const std::string key = fingerprint(detection);
  const std::int64_t at_ns = event_time(detection);
  const std::int64_t first_ns = detection.first_ns == 0 ? at_ns : std::min(detection.first_ns, at_ns);
  const auto [place, fresh] = sightings_.try_emplace(key);
  Sighting& sighting = place->second;
  if (!fresh && sighting.incident != incident) {
    unindex(sighting);  // it was another case's, whose counts stay there
    sighting = Sighting();
  }
  if (sighting.key.empty()) {
    sighting.key = key;
    sighting.organisation = detection.organisation;
    sighting.system = detection.system;
    sighting.host = detection.host;
    sighting.core = detection.core;
    sighting.drill = detection.drill;
    for (const auto& [type, value] : detection.entities) {
      sighting.entities.emplace_back(clean_text(type, kEntityBytesMax), clean_text(value, kEntityBytesMax));
    }
    sighting.first_ns = first_ns;
    sighting.last_ns = at_ns;
    sighting.incident = incident;
    sighting.rule = detection.rule;
    index(sighting);
  }
  sighting.rule = detection.rule;
  sighting.early_warning = sighting.early_warning || detection.early_warning;
  sighting.fields.clear();
  for (const auto& [name, value] : detection.fields) {
    if (sighting.fields.size() == kFieldsMax) break;
    sighting.fields.emplace_back(clean_text(name, kEntityBytesMax), clean_text(value, kFieldBytesMax));
  }
  ++sighting.count;
  sighting.events += detection.count;
  sighting.first_ns = std::min(sighting.first_ns, first_ns);
  sighting.last_ns = std::max(sighting.last_ns, at_ns);
  sighting.received_ns = std::max(sighting.received_ns, detection.received_ns);
  sighting.seen_ns = std::max(sighting.seen_ns, now_ns);
  for (const std::uint64_t sequence : detection.references) sighting.picked.offer(sequence, 0);
  if (detection.sequence != 0) sighting.picked.offer(detection.sequence, 0);
  changed_.insert(key);
  return sighting;
}

void SightingBook::forget(std::string_view incident, StateChange& change) {
  for (const Sighting* sighting : of_case(incident)) drop(sightings_.find(sighting->key), change);
}

void SightingBook::assign(Sighting& sighting, const std::string& incident) {
  if (sighting.incident == incident) return;
  unindex(sighting);
  sighting.incident = incident;
  sighting.origin.clear();
  index(sighting);
  changed_.insert(sighting.key);
}

std::vector<Sighting*> SightingBook::waiting_for(const std::string& key) {
  const auto found = waiting_.find(key);
  if (found == waiting_.end()) return {};
  std::vector<Sighting*> out = found->second;
  std::sort(out.begin(), out.end(), [](const Sighting* a, const Sighting* b) {
    return std::tie(a->first_ns, a->key) < std::tie(b->first_ns, b->key);
  });
  return out;
}

std::vector<Sighting*> SightingBook::of_case(std::string_view incident) {
  const auto found = by_case_.find(incident);
  if (found == by_case_.end()) return {};
  std::vector<Sighting*> out(found->second.begin(), found->second.end());
  std::sort(out.begin(), out.end(), [](const Sighting* a, const Sighting* b) {
    return std::tie(a->first_ns, a->key) < std::tie(b->first_ns, b->key);
  });
  return out;
}

void SightingBook::move(std::string_view from, const std::string& to) {
  for (Sighting* sighting : of_case(from)) {
    const std::string origin = sighting->origin.empty() ? std::string(from) : sighting->origin;
    assign(*sighting, to);
    sighting->origin = origin;
  }
}

void SightingBook::move_back(const std::string& origin) {
  for (auto& [key, sighting] : sightings_) {
    if (sighting.origin == origin) assign(sighting, origin);
  }
}

void SightingBook::drop(std::map<std::string, Sighting, std::less<>>::iterator at, StateChange& change) {
  change.erase(std::string(kPrefix) + at->first);
  changed_.erase(at->first);
  unindex(at->second);
  sightings_.erase(at);
}

void SightingBook::settle(std::int64_t now_ns, const Kept& is_kept, StateChange& change) {
  if (now_ns - swept_ns_ >= kSweepEveryNs || sightings_.size() > options_.open_max) {
    swept_ns_ = now_ns;
    for (auto at = sightings_.begin(); at != sightings_.end();) {
      const auto next = std::next(at);
      const Sighting& each = at->second;
      const bool waits = each.incident.empty();
      const bool over = each.seen_ns < now_ns - (waits ? options_.waiting_ns : options_.quiet_ns);
      if (over && (waits || !is_kept(each.incident))) drop(at, change);
      at = next;
    }
  }
  if (sightings_.size() > options_.open_max) {
    // A tenth at once, so that a flood does not sort each time.
    std::vector<decltype(sightings_)::iterator> order;
    for (auto at = sightings_.begin(); at != sightings_.end(); ++at) order.push_back(at);
    const std::size_t surplus = sightings_.size() - options_.open_max * 9 / 10;
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
      return std::tie(a->second.rule->level, a->second.seen_ns, a->first) <
             std::tie(b->second.rule->level, b->second.seen_ns, b->first);
    });
    for (std::size_t i = 0; i < surplus; ++i) drop(order[i], change);
    evicted_ += surplus;
  }
  for (const auto& key : changed_) {
    const auto found = sightings_.find(key);
    if (found != sightings_.end()) change.put(std::string(kPrefix) + key, found->second.serialize());
  }
  changed_.clear();
}

}  // namespace vigil
