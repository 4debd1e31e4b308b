#include "daemon/rule_switches.h"

#include <spdlog/spdlog.h>

#include <boost/json.hpp>

namespace vigil {

namespace json = boost::json;

namespace {

constexpr std::string_view kPrefix = "rule-switch/";

std::string key_of(std::string_view id) { return std::string(kPrefix) + std::string(id); }

std::string write_switch(const RuleSwitch& given) {
  return json::serialize(json::object{
      {"who", given.who}, {"reason", given.reason}, {"since_ns", given.since_ns}, {"until_ns", given.until_ns}});
}

std::optional<RuleSwitch> read_switch(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse(json::string_view(text.data(), text.size()), error);
  const json::object* const object = error ? nullptr : value.if_object();
  if (object == nullptr) return std::nullopt;
  const auto text_at = [&](std::string_view key) {
    const json::value* const found = object->if_contains(key);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
  };
  const auto time_at = [&](std::string_view key) {
    const json::value* const found = object->if_contains(key);
    return found != nullptr && found->is_int64() ? found->as_int64() : 0;
  };
  return RuleSwitch{text_at("who"), text_at("reason"), time_at("since_ns"), time_at("until_ns")};
}

bool holds(const RuleSwitch& given, std::int64_t now_ns) { return given.until_ns == 0 || now_ns < given.until_ns; }

}  // namespace

RuleSwitches::RuleSwitches(StateStore& state) : state_(state) {
  Switches found;
  state.scan(kPrefix, [&](std::string_view key, std::string_view value) {
    if (auto given = read_switch(value)) {
      found.emplace(key.substr(kPrefix.size()), std::move(*given));
    } else {
      spdlog::warn("W-RULE-SWITCH {} cannot be read: the rule is on / 規則開關無法讀取，視為啟用", key);
    }
    return true;
  });
  replace(std::move(found));
}

std::shared_ptr<const RuleSwitches::Switches> RuleSwitches::now() const {
  const std::lock_guard lock(mutex_);
  return switches_;
}

void RuleSwitches::replace(Switches switches) {
  auto fresh = std::make_shared<const Switches>(std::move(switches));
  const std::lock_guard lock(mutex_);
  switches_ = std::move(fresh);
}

std::optional<RuleSwitch> RuleSwitches::find(std::string_view id, std::int64_t now_ns) const {
  const auto switches = now();
  const auto found = switches->find(id);
  if (found == switches->end() || !holds(found->second, now_ns)) return std::nullopt;
  return found->second;
}

bool RuleSwitches::off(std::string_view id, std::int64_t now_ns) const {
  const auto switches = now();
  const auto found = switches->find(id);
  return found != switches->end() && holds(found->second, now_ns);
}

Result<void, StoreError> RuleSwitches::switch_off(const std::string& id, RuleSwitch reason) {
  const std::lock_guard one_at_a_time(changing_);
  StateChange change;
  change.put(key_of(id), write_switch(reason));
  if (auto done = state_.commit(change); !done) return done.error();
  Switches switches = *now();
  switches.insert_or_assign(id, std::move(reason));
  replace(std::move(switches));
  return {};
}

Result<bool, StoreError> RuleSwitches::switch_on(const std::string& id, std::int64_t now_ns) {
  const std::lock_guard one_at_a_time(changing_);
  Switches switches = *now();
  const auto found = switches.find(id);
  if (found == switches.end()) return false;
  const bool was_off = holds(found->second, now_ns);
  StateChange change;
  change.erase(key_of(id));
  if (auto done = state_.commit(change); !done) return done.error();
  switches.erase(found);
  replace(std::move(switches));
  return was_off;
}

}  // namespace vigil
