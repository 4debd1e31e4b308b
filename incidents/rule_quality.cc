#include "incidents/rule_quality.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "incidents/fold.h"
#include "incidents/link.h"
#include "incidents/stored_json.h"
#include "incidents/text.h"

namespace vigil {
namespace {

namespace json = boost::json;
using stored::Reader;

constexpr std::string_view kPrefix = "quality/";
constexpr std::int64_t kVersion = 1;
constexpr std::size_t kEntitiesMax = 64, kFilterValuesMax = 20;
constexpr double kZ = 1.96;  // 95 %

json::object write(const Dispositions& row) {
  return {{"right", row.right}, {"wrong", row.wrong}, {"benign", row.benign}};
}

void read(const Reader& in, Dispositions& row) {
  in.read("right", row.right);
  in.read("wrong", row.wrong);
  in.read("benign", row.benign);
}

std::string write(const RuleQuality& row) {
  json::array entities;
  for (const auto& [name, counts] : row.entities) {
    json::object entity = write(counts);
    entity["entity"] = name;
    entities.emplace_back(std::move(entity));
  }
  json::object out = write(row.cases);
  out["v"] = kVersion;
  out["org"] = row.organisation;
  out["rule"] = row.rule;
  out["title"] = row.title;
  out["title_zh"] = row.title_zh;
  out["logsource"] = row.logsource;
  out["entities"] = std::move(entities);
  return json::serialize(out);
}

/// The centre and half the width of Wilson's interval.
std::pair<double, double> wilson(std::uint64_t hits, std::uint64_t all) {
  const double n = static_cast<double>(all), p = static_cast<double>(hits) / n, z2 = kZ * kZ;
  const double scale = 1 + z2 / n;
  return {(p + z2 / (2 * n)) / scale, kZ * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / scale};
}

std::string yaml_text(std::string_view value) {
  std::string out = "'";
  // One line of YAML; the value is text, so the wildcards of Sigma in it are escaped.
  for (const char c : one_line(value, 256)) {
    if (c == '\'') out += "'";
    if (c == '*' || c == '?') out += '\\';
    out += c;
  }
  return out + "'";
}

}  // namespace

std::optional<Disposition> disposition_from_name(std::string_view name) {
  if (name == "true") return Disposition::true_positive;
  if (name == "false") return Disposition::false_positive;
  if (name == "benign") return Disposition::benign;
  return std::nullopt;
}

void Dispositions::add(Disposition disposition) {
  switch (disposition) {
    case Disposition::true_positive:
      ++right;
      return;
    case Disposition::false_positive:
      ++wrong;
      return;
    case Disposition::benign:
      ++benign;
      return;
  }
}

double RuleQuality::precision() const {
  return cases.all() == 0 ? 0 : static_cast<double>(cases.right) / static_cast<double>(cases.all());
}

double RuleQuality::lower_bound() const {
  if (cases.all() == 0) return 0;
  const auto [centre, half] = wilson(cases.right, cases.all());
  return std::max(0.0, centre - half);
}

double RuleQuality::upper_bound() const {
  if (cases.all() == 0) return 1;
  const auto [centre, half] = wilson(cases.right, cases.all());
  return std::min(1.0, centre + half);
}

std::string RuleQuality::filter() const {
  std::map<std::string, std::vector<std::string>> values;  // by field
  std::size_t listed = 0;
  for (const auto& [name, counts] : entities) {
    if (counts.right != 0 || counts.all() < 2 || listed == kFilterValuesMax) continue;
    const auto equals = name.find('=');
    values[name.substr(0, equals)].push_back(name.substr(equals + 1));
    ++listed;
  }
  if (values.empty() || logsource.empty()) return {};
  std::string out = "title: " + yaml_text("Filter: " + title) + "\nlogsource: " + logsource + "\nfilter:\n  rules: [" +
                    yaml_text(rule) + "]\n";
  for (const auto& [field, list] : values) {
    std::string name = "harmless_" + field;
    std::replace(name.begin(), name.end(), '.', '_');
    out += "  " + name + ":\n    " + field + ":\n";
    for (const auto& value : list) out += "      - " + yaml_text(value) + "\n";
  }
  return out + "  condition: not 1 of harmless_*\n";
}

void QualityBook::load(const StateStore& state, std::vector<std::string>& unreadable) {
  state.scan(kPrefix, [&](std::string_view key, std::string_view value) {
    const auto object = stored::parse(value);
    bool ok = object.has_value();
    RuleQuality row;
    std::int64_t version = 0;
    if (ok) {
      const Reader in(*object, ok);
      in.read("v", version);
      in.read("org", row.organisation);
      in.read("rule", row.rule);
      in.read("title", row.title);
      in.read("title_zh", row.title_zh);
      in.read("logsource", row.logsource);
      read(in, row.cases);
      in.each("entities", [&](const Reader& each) {
        auto& [name, counts] = row.entities.emplace_back();
        each.read("entity", name);
        read(each, counts);
      });
    }
    if (!ok || version < 1 || version > kVersion || row.rule.empty()) {
      unreadable.emplace_back(key);
    } else {
      rules_.emplace(key, std::move(row));
    }
    return true;
  });
}

void QualityBook::record(const Case& incident, const std::vector<Sighting*>& sightings, Disposition disposition,
                         StateChange& change) {
  for (const auto& detection : incident.detections) {
    if (detection.context) continue;
    const std::string key = std::string(kPrefix) + incident.organisation + "/" + detection.rule_id;
    RuleQuality& row = rules_[key];
    row.organisation = incident.organisation;
    row.rule = detection.rule_id;
    row.title = detection.title;
    row.title_zh = detection.title_zh;
    row.cases.add(disposition);
    std::set<std::string> named;
    for (const Sighting* sighting : sightings) {
      if (sighting->rule->id != detection.rule_id) continue;
      row.logsource = sighting->rule->logsource;
      for (const auto& [type, value] : sighting->entities) {
        if (link_key(type, value)) named.insert(type + "=" + value);
      }
    }
    for (const auto& name : named) {
      auto known = std::find_if(row.entities.begin(), row.entities.end(),
                                [&](const auto& each) { return each.first == name; });
      if (known == row.entities.end()) {
        if (row.entities.size() >= kEntitiesMax) {
          // Who was decided about least says least.
          known = std::min_element(row.entities.begin(), row.entities.end(), [](const auto& a, const auto& b) {
            return a.second.all() < b.second.all();
          });
          if (known->second.all() > 1) continue;
          row.entities.erase(known);
        }
        known = row.entities.insert(row.entities.end(), {name, Dispositions()});
      }
      known->second.add(disposition);
    }
    change.put(key, write(row));
  }
}

std::vector<RuleQuality> QualityBook::list(const std::vector<std::string>& organisations) const {
  std::vector<RuleQuality> out;
  for (const auto& [key, row] : rules_) {
    const bool asked = std::any_of(organisations.begin(), organisations.end(), [&](const std::string& name) {
      return name == "*" || name == row.organisation;
    });
    if (asked) out.push_back(row);
  }
  std::stable_sort(out.begin(), out.end(), [](const RuleQuality& a, const RuleQuality& b) {
    return std::make_tuple(a.upper_bound(), b.cases.all()) < std::make_tuple(b.upper_bound(), a.cases.all());
  });
  return out;
}

}  // namespace vigil
