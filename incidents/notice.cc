#include "incidents/notice.h"

#include <algorithm>
#include <array>

#include <boost/json.hpp>

#include "incidents/text.h"

namespace vigil {
namespace {

namespace json = boost::json;

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kVersion = 1;
/// Longest answer of a mail server that is kept.
constexpr std::size_t kErrorBytesMax = 300;
/// Nanoseconds since 1970 have nineteen digits until the year 2286: byte order is time order.
constexpr std::size_t kIdDigits = 19;

std::string padded(std::int64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < kIdDigits) digits.insert(0, kIdDigits - digits.size(), '0');
  return digits;
}

template <class Number>
bool number(const json::object& object, std::string_view name, Number& out) {
  const auto* value = object.if_contains(name);
  if (!value) return true;
  boost::system::error_code error;
  out = value->to_number<Number>(error);
  return !error;
}

bool text(const json::object& object, std::string_view name, std::string& out) {
  const auto* value = object.if_contains(name);
  if (!value) return true;
  const auto* string = value->if_string();
  if (!string) return false;
  out.assign(string->data(), string->size());
  return true;
}

bool flag(const json::object& object, std::string_view name, bool& out) {
  const auto* value = object.if_contains(name);
  if (!value) return true;
  const auto* boolean = value->if_bool();
  if (!boolean) return false;
  out = *boolean;
  return true;
}

bool untried(const Notice& notice) {
  return std::all_of(
      notice.deliveries.begin(), notice.deliveries.end(),
      [](const Notice::Delivery& delivery) { return delivery.attempts == 0 && !delivery.done; });
}

bool waits(const Notice& notice) {
  return std::any_of(notice.deliveries.begin(), notice.deliveries.end(),
                     [](const Notice::Delivery& delivery) { return !delivery.done; });
}

}  // namespace

std::int64_t backoff_ns(unsigned attempts) {
  constexpr std::array<std::int64_t, 5> kSeconds = {10, 30, 60, 300, 900};
  if (attempts == 0) return 0;
  return kSeconds[std::min<std::size_t>(attempts - 1, kSeconds.size() - 1)] * kSecondNs;
}

std::string Notice::serialize() const {
  json::array rows;
  for (const auto& delivery : deliveries) {
    rows.emplace_back(json::object{{"channel", delivery.channel},
                                   {"attempts", delivery.attempts},
                                   {"next", delivery.next_try_ns},
                                   {"error", delivery.last_error},
                                   {"done", delivery.done},
                                   {"done_at", delivery.done_ns}});
  }
  return json::serialize(json::object{{"v", kVersion},
                                      {"id", id},
                                      {"org", organisation},
                                      {"case", case_id},
                                      {"reason", reason},
                                      {"drill", drill},
                                      {"not_before", not_before_ns},
                                      {"undeliverable", undeliverable},
                                      {"deliveries", std::move(rows)}});
}

std::optional<Notice> Notice::deserialize(std::string_view stored) {
  json::parse_options options;
  options.max_depth = 4;
  options.allow_invalid_utf8 = true;
  boost::system::error_code error;
  const json::value parsed = json::parse(stored, error, {}, options);
  const json::object* in = error ? nullptr : parsed.if_object();
  if (!in) return std::nullopt;
  Notice out;
  std::int64_t version = 0;
  bool ok = number(*in, "v", version) && text(*in, "id", out.id) && text(*in, "org", out.organisation) &&
            text(*in, "case", out.case_id) && text(*in, "reason", out.reason) &&
            flag(*in, "drill", out.drill) && number(*in, "not_before", out.not_before_ns) &&
            text(*in, "undeliverable", out.undeliverable);
  const auto* rows = in->if_contains("deliveries");
  if (!ok || version < 1 || version > kVersion || out.id.empty() || !rows || !rows->is_array())
    return std::nullopt;
  for (const auto& row : rows->get_array()) {
    const auto* object = row.if_object();
    if (!object) return std::nullopt;
    Delivery& delivery = out.deliveries.emplace_back();
    ok = text(*object, "channel", delivery.channel) && number(*object, "attempts", delivery.attempts) &&
         number(*object, "next", delivery.next_try_ns) && text(*object, "error", delivery.last_error) &&
         flag(*object, "done", delivery.done) && number(*object, "done_at", delivery.done_ns);
    if (!ok) return std::nullopt;
  }
  return out;
}

void Outbox::address(Notice& notice) const {
  for (const auto& channel : channels_) {
    if (channel.drill == notice.drill) notice.deliveries.emplace_back().channel = channel.id;
  }
  if (!notice.deliveries.empty()) {
    notice.undeliverable.clear();
  } else {
    notice.undeliverable = notice.drill ? "no drill channel is configured, and a drill reaches no other"
                                        : "no channel is configured that is not for drills only";
  }
}

void Outbox::restore(Notice notice) {
  if (notice.deliveries.empty()) address(notice);
  if (waits(notice)) waiting_.push_back(notice.id);
  last_id_ = std::max(last_id_, notice.id);
  std::string id = notice.id;
  notices_.insert_or_assign(std::move(id), std::move(notice));
}

void Outbox::tell(const Case& incident, std::string_view reason, std::int64_t not_before_ns,
                  std::int64_t now_ns, StateChange& change) {
  if (reason == "escalated" || reason == "repeated") {
    for (const auto& id : waiting_) {
      const Notice& waiting = notices_.find(id)->second;
      if (waiting.case_id == incident.id && untried(waiting)) return;
    }
  }
  // Ids only grow, also when the clock was set back.
  std::string id = padded(now_ns);
  if (id <= last_id_) id = padded(std::stoll(last_id_) + 1);
  last_id_ = id;
  Notice notice;
  notice.id = id;
  notice.organisation = incident.organisation;
  notice.case_id = incident.id;
  notice.reason = reason;
  notice.drill = incident.drill;
  notice.not_before_ns = not_before_ns;
  address(notice);
  change.put("outbox/" + id, notice.serialize());
  if (waits(notice)) waiting_.push_back(id);
  notices_.emplace(id, std::move(notice));
}

void Outbox::withdraw(std::string_view case_id, StateChange& change) {
  std::erase_if(waiting_, [&](const std::string& id) {
    const auto found = notices_.find(id);
    if (found->second.case_id != case_id || !untried(found->second)) return false;
    change.erase("outbox/" + id);
    notices_.erase(found);
    return true;
  });
}

const Notice* Outbox::record(std::string_view notice_id, std::string_view channel, bool ok,
                             std::string_view error, std::int64_t now_ns, StateChange& change) {
  const auto found = notices_.find(notice_id);
  if (found == notices_.end()) return nullptr;
  Notice& notice = found->second;
  const auto delivery = std::find_if(notice.deliveries.begin(), notice.deliveries.end(),
                                     [&](const Notice::Delivery& row) { return row.channel == channel; });
  if (delivery == notice.deliveries.end() || delivery->done) return nullptr;
  ++delivery->attempts;
  if (ok) {
    delivery->done = true;
    delivery->done_ns = now_ns;
    delivery->last_error.clear();
  } else {
    delivery->last_error = one_line(error, kErrorBytesMax);
    delivery->next_try_ns = now_ns + backoff_ns(delivery->attempts);
  }
  change.put("outbox/" + notice.id, notice.serialize());
  if (!waits(notice)) std::erase(waiting_, notice.id);
  return &notice;
}

std::vector<Notice> Outbox::due(std::int64_t now_ns) const {
  std::vector<Notice> out;
  for (const auto& id : waiting_) {
    const Notice& notice = notices_.find(id)->second;
    const bool any =
        std::any_of(notice.deliveries.begin(), notice.deliveries.end(),
                    [&](const Notice::Delivery& delivery) { return notice.due(delivery, now_ns); });
    if (any) out.push_back(notice);
  }
  return out;
}

std::optional<std::int64_t> Outbox::next_ns() const {
  std::optional<std::int64_t> next;
  for (const auto& id : waiting_) {
    const Notice& notice = notices_.find(id)->second;
    for (const auto& delivery : notice.deliveries) {
      if (delivery.done) continue;
      const std::int64_t at_ns = std::max(notice.not_before_ns, delivery.next_try_ns);
      next = next ? std::min(*next, at_ns) : at_ns;
    }
  }
  return next;
}

std::vector<Notice> Outbox::all() const {
  std::vector<Notice> out;
  out.reserve(notices_.size());
  for (const auto& [id, notice] : notices_) out.push_back(notice);
  return out;
}

}  // namespace vigil
