#include "daemon/hunt_codec.h"

#include <boost/json.hpp>

namespace vigil {

namespace json = boost::json;

std::string hunt_key(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return "hunt/" + std::string(20 - digits.size(), '0') + digits;
}

std::string write_hunt(const Hunt& hunt) {
  json::object found;
  for (const auto& [value, each] : hunt.found) found[value] = json::array{each.records, each.told, each.newest};
  return json::serialize(json::object{{"v", 1},
                                      {"number", hunt.number},
                                      {"list", hunt.list},
                                      {"value", hunt.value},
                                      {"reason", static_cast<int>(hunt.reason)},
                                      {"state", static_cast<int>(hunt.state)},
                                      {"created", hunt.created_ns},
                                      {"ended", hunt.ended_ns},
                                      {"from", hunt.from_ns},
                                      {"to", hunt.to_ns},
                                      {"sequence_to", hunt.sequence_to},
                                      {"indicators", hunt.indicators},
                                      {"searched", hunt.searched},
                                      {"after", hunt.after},
                                      {"cursor", hunt.cursor},
                                      {"looked_up", hunt.looked_up},
                                      {"records", hunt.records},
                                      {"told", hunt.told},
                                      {"found", std::move(found)},
                                      {"trouble", hunt.trouble}});
}

std::optional<Hunt> read_hunt(std::string_view text) {
  try {
    const json::value parsed = json::parse(text);
    const json::object& object = parsed.as_object();
    const auto number = [&](std::string_view key) { return object.at(key).to_number<std::uint64_t>(); };
    const auto time = [&](std::string_view key) { return object.at(key).to_number<std::int64_t>(); };
    const auto words = [&](std::string_view key) { return std::string(object.at(key).as_string()); };
    if (number("v") != 1 || number("reason") > 1 || number("state") > 3) return std::nullopt;
    Hunt hunt;
    hunt.number = number("number");
    hunt.list = words("list");
    hunt.value = words("value");
    hunt.reason = static_cast<Hunt::Reason>(number("reason"));
    hunt.state = static_cast<Hunt::State>(number("state"));
    hunt.created_ns = time("created");
    hunt.ended_ns = time("ended");
    hunt.from_ns = time("from");
    hunt.to_ns = time("to");
    hunt.sequence_to = number("sequence_to");
    hunt.indicators = number("indicators");
    hunt.searched = number("searched");
    hunt.after = words("after");
    hunt.cursor = number("cursor");
    hunt.looked_up = object.at("looked_up").as_bool();
    hunt.records = number("records");
    hunt.told = number("told");
    for (const auto& [value, counts] : object.at("found").as_object()) {
      const json::array& each = counts.as_array();
      hunt.found[std::string(value)] = {each.at(0).to_number<std::uint64_t>(), each.at(1).to_number<std::uint64_t>(),
                                        each.at(2).to_number<std::uint64_t>()};
    }
    hunt.trouble = words("trouble");
    return hunt;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace vigil
