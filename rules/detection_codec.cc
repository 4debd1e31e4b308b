#include "rules/detection_codec.h"

#include <boost/json.hpp>

namespace vigil {
namespace {

namespace json = boost::json;
using Pairs = std::vector<std::pair<std::string, std::string>>;

json::array pairs_json(const Pairs& pairs) {
  json::array out;
  for (const auto& [name, value] : pairs) out.push_back(json::array{name, value});
  return out;
}

void read_pairs(const json::value& value, Pairs& out) {
  for (const json::value& each : value.as_array()) {
    const json::array& pair = each.as_array();
    out.emplace_back(std::string(pair.at(0).as_string()), std::string(pair.at(1).as_string()));
  }
}

}  // namespace

std::string write_detection(const Detection& d) {
  json::array references;
  for (const std::uint64_t sequence : d.references) references.push_back(sequence);
  return json::serialize(json::object{{"v", 1},
                                      {"rule", d.rule->id},
                                      {"sequence", d.sequence},
                                      {"at", d.at_ns},
                                      {"received", d.received_ns},
                                      {"first", d.first_ns},
                                      {"last", d.last_ns},
                                      {"count", d.count},
                                      {"organisation", d.organisation},
                                      {"system", d.system},
                                      {"host", d.host},
                                      {"core", d.core},
                                      {"drill", d.drill},
                                      {"entities", pairs_json(d.entities)},
                                      {"fields", pairs_json(d.fields)},
                                      {"references", std::move(references)}});
}

std::optional<Detection> read_detection(
    std::string_view text, const std::function<std::shared_ptr<const RuleMeta>(std::string_view)>& rule_of) {
  try {
    const json::value parsed = json::parse(text);
    const json::object& object = parsed.as_object();
    if (object.at("v").to_number<int>() != 1) return std::nullopt;
    Detection d;
    d.rule = rule_of(std::string_view(object.at("rule").as_string()));
    if (!d.rule) return std::nullopt;
    d.sequence = object.at("sequence").to_number<std::uint64_t>();
    d.at_ns = object.at("at").to_number<std::int64_t>();
    d.received_ns = object.at("received").to_number<std::int64_t>();
    d.first_ns = object.at("first").to_number<std::int64_t>();
    d.last_ns = object.at("last").to_number<std::int64_t>();
    d.count = object.at("count").to_number<std::uint64_t>();
    d.organisation = std::string(object.at("organisation").as_string());
    d.system = std::string(object.at("system").as_string());
    d.host = std::string(object.at("host").as_string());
    d.core = object.at("core").as_bool();
    d.drill = object.at("drill").as_bool();
    read_pairs(object.at("entities"), d.entities);
    read_pairs(object.at("fields"), d.fields);
    for (const json::value& each : object.at("references").as_array())
      d.references.push_back(each.to_number<std::uint64_t>());
    return d;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace vigil
