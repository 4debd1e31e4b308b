#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "rules/watchlist.h"

namespace vigil::detail {
namespace {

namespace json = boost::json;

std::string_view text_of(const json::object& object, std::string_view key) {
  const json::value* const found = object.if_contains(key);
  if (found == nullptr || !found->is_string()) return {};
  return {found->get_string().data(), found->get_string().size()};
}

const json::array* list_of(const json::object& object, std::string_view key) {
  const json::value* const found = object.if_contains(key);
  return found == nullptr ? nullptr : found->if_array();
}

bool is_true(const json::object& object, std::string_view key) {
  const json::value* const found = object.if_contains(key);
  if (found == nullptr) return false;
  return (found->is_bool() && found->get_bool()) || (found->is_int64() && found->get_int64() == 1) ||
         (found->is_string() && (found->get_string() == "1" || found->get_string() == "true"));
}

std::string item(std::string_view path, std::size_t index) {
  return std::string(path) + "[" + std::to_string(index) + "]";
}

// STIX.

/// TLP 1's and 2.0's marking definitions have these ids wherever they stand (STIX 2.1, 7.2.1.4; TLP 2.0 extension).
constexpr std::pair<std::string_view, std::string_view> kMarkings[] = {
    {"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "clear"},
    {"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", "green"},
    {"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "amber"},
    {"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "red"},
    {"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "clear"},
    {"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "green"},
    {"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "amber"},
    {"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "amber+strict"},
    {"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "red"}};

class StixReader {
 public:
  explicit StixReader(WatchlistSink& sink) : sink_(sink) {
    for (const auto& [id, tlp] : kMarkings) markings_.emplace(id, tlp);
  }

  void objects(const json::array& list, std::string_view path) {
    for (const json::value& each : list) {
      if (const json::object* const object = each.if_object()) learn(*object);
    }
    for (std::size_t i = 0; i < list.size() && !sink_.full(); ++i) {
      if (const json::object* const object = list[i].if_object()) indicator(*object, item(path, i));
    }
  }

  void indicator(const json::object& object, const std::string& path) {
    if (text_of(object, "type") != "indicator") return;
    sink_.at_path(path + ".pattern");
    if (is_true(object, "revoked")) return sink_.pass_over();
    const std::string_view pattern = text_of(object, "pattern");
    const std::string_view language = text_of(object, "pattern_type");
    if (!language.empty() && language != "stix") {
      return sink_.refuse(language, {"a pattern in the language '" + std::string(language) + "', not stix - rules go to rules.directories",
                                     "樣式語言為「" + std::string(language) + "」而非 stix；偵測規則請放 rules.directories"});
    }
    if (pattern.size() > sink_.limits().pattern_bytes_max)
      return sink_.refuse(pattern, {"a pattern longer than 64 KiB", "樣式超過 64 KiB"});
    Indicator row;
    if (!describe(object, path, row)) return;
    sink_.at_path(path + ".pattern");
    const auto terms = read_stix_pattern(pattern, sink_.defaults().danger);
    if (!terms) return sink_.refuse(pattern, terms.error());
    for (const PatternTerm& term : *terms) sink_.add(term.kind, term.value, row);
  }

 private:
  void learn(const json::object& object) {
    const std::string_view type = text_of(object, "type"), id = text_of(object, "id");
    if (type == "identity") names_[std::string(id)] = text_of(object, "name");
    if (type != "marking-definition") return;
    std::optional<std::string> tlp = normal_tlp(text_of(object, "name"));
    if (const json::value* const definition = object.if_contains("definition"); definition != nullptr && definition->is_object())
      tlp = normal_tlp(text_of(definition->get_object(), "tlp"));
    if (tlp) markings_[std::string(id)] = *tlp;
  }

  bool describe(const json::object& object, const std::string& path, Indicator& row) {
    if (const auto found = names_.find(text_of(object, "created_by_ref")); found != names_.end()) row.source = found->second;
    row.comment = text_of(object, "name");
    if (row.comment.empty()) row.comment = text_of(object, "description");
    if (const json::array* const markings = list_of(object, "object_marking_refs")) {
      for (const json::value& each : *markings) {
        if (!each.is_string()) continue;
        const auto found = markings_.find(std::string_view(each.get_string()));
        if (found != markings_.end()) row.tlp = found->second;
      }
    }
    if (const json::value* const confidence = object.if_contains("confidence"); confidence != nullptr && confidence->is_int64())
      row.confidence = static_cast<int>(std::clamp<std::int64_t>(confidence->get_int64(), 0, 100));
    const std::string_view until = text_of(object, "valid_until");
    if (until.empty()) return true;
    sink_.at_path(path + ".valid_until");
    if (const auto time = read_list_time(until)) {
      row.expires_ns = *time;
      return true;
    }
    sink_.refuse(until, {"'" + std::string(until) + "' is no time", "「" + std::string(until) + "」不是時間"});
    return false;
  }

  WatchlistSink& sink_;
  std::map<std::string, std::string, std::less<>> markings_, names_;
};

// MISP.

/// What an attribute's type holds: one value, or two joined by '|', each with its kind. Not for us: `kept` false.
struct MispType {
  bool kept = false;
  std::optional<IndicatorKind> first, second;
};

MispType misp_type(std::string_view type) {
  using enum IndicatorKind;
  struct Known {
    std::string_view name;
    MispType type;
  };
  static const Known kKnown[] = {{"ip-src", {true, ip, {}}},
                                 {"ip-dst", {true, ip, {}}},
                                 {"ip-src|port", {true, ip, {}}},
                                 {"ip-dst|port", {true, ip, {}}},
                                 {"domain", {true, domain, {}}},
                                 {"hostname", {true, domain, {}}},
                                 {"hostname|port", {true, domain, {}}},
                                 {"domain|ip", {true, domain, ip}},
                                 {"url", {true, url, {}}},
                                 {"uri", {true, url, {}}},
                                 {"email", {true, mail, {}}},
                                 {"email-src", {true, mail, {}}},
                                 {"email-dst", {true, mail, {}}},
                                 {"email-reply-to", {true, mail, {}}},
                                 {"target-email", {true, mail, {}}},
                                 {"target-user", {true, account, {}}},
                                 {"md5", {true, hash, {}}},
                                 {"sha1", {true, hash, {}}},
                                 {"sha256", {true, hash, {}}},
                                 {"sha512", {true, hash, {}}},
                                 {"filename|md5", {true, {}, hash}},
                                 {"filename|sha1", {true, {}, hash}},
                                 {"filename|sha256", {true, {}, hash}},
                                 {"filename|sha512", {true, {}, hash}},
                                 {"malware-sample", {true, {}, hash}}};
  for (const Known& each : kKnown) {
    if (each.name == type) return each.type;
  }
  return {};
}

class MispReader {
 public:
  explicit MispReader(WatchlistSink& sink) : sink_(sink) {}

  void event(const json::object& event, const std::string& path) {
    Indicator row;
    row.comment = text_of(event, "info");
    if (const json::value* const creator = event.if_contains("Orgc"); creator != nullptr && creator->is_object())
      row.source = text_of(creator->get_object(), "name");
    mark(event, row);
    attributes(list_of(event, "Attribute"), path + ".Attribute", row);
    const json::array* const objects = list_of(event, "Object");
    for (std::size_t i = 0; objects != nullptr && i < objects->size(); ++i) {
      const json::object* const object = (*objects)[i].if_object();
      if (object == nullptr || is_true(*object, "deleted")) continue;
      attributes(list_of(*object, "Attribute"), item(path + ".Object", i) + ".Attribute", row);
    }
  }

  void attributes(const json::array* list, const std::string& path, const Indicator& event) {
    for (std::size_t i = 0; list != nullptr && i < list->size() && !sink_.full(); ++i) {
      if (const json::object* const attribute = (*list)[i].if_object()) one(*attribute, item(path, i), event);
    }
  }

 private:
  void one(const json::object& attribute, const std::string& path, Indicator row) {
    sink_.at_path(path + ".value");
    const MispType type = misp_type(text_of(attribute, "type"));
    if (!type.kept || !is_true(attribute, "to_ids") || is_true(attribute, "deleted")) return sink_.pass_over();
    std::string_view value = text_of(attribute, "value");
    if (const std::string_view comment = text_of(attribute, "comment"); !comment.empty()) row.comment = comment;
    mark(attribute, row);
    const std::size_t bar = text_of(attribute, "type").find('|') == std::string_view::npos && !type.second
                                ? std::string_view::npos
                                : value.find('|');
    if (type.first) sink_.add(type.first, value.substr(0, bar), row);
    if (!type.second) return;
    if (bar == std::string_view::npos)
      return sink_.refuse(value, {"two values joined by '|' are expected", "應為以 '|' 相連的兩個值"});
    sink_.add(type.second, value.substr(bar + 1), std::move(row));
  }

  static void mark(const json::object& object, Indicator& row) {
    const json::array* const tags = list_of(object, "Tag");
    for (std::size_t i = 0; tags != nullptr && i < tags->size(); ++i) {
      const json::object* const tag = (*tags)[i].if_object();
      if (tag == nullptr || !text_of(*tag, "name").starts_with("tlp")) continue;
      if (const auto tlp = normal_tlp(text_of(*tag, "name"))) row.tlp = *tlp;
    }
  }

  WatchlistSink& sink_;
};

const json::object* object_in(const json::object& object, std::string_view key) {
  const json::value* const found = object.if_contains(key);
  return found == nullptr ? nullptr : found->if_object();
}

/// {"Event":{…}}, an event itself, or {"response":…} around them.
bool read_misp(const json::value& value, const std::string& path, MispReader& reader) {
  if (const json::array* const list = value.if_array()) {
    bool any = false;
    for (std::size_t i = 0; i < list->size(); ++i) {
      const json::object* const each = (*list)[i].if_object();
      if (each != nullptr && read_misp((*list)[i], item(path, i), reader)) any = true;
    }
    return any;
  }
  const json::object* const object = value.if_object();
  if (object == nullptr) return false;
  if (const json::object* const event = object_in(*object, "Event")) {
    reader.event(*event, "Event");
    return true;
  }
  if (const json::value* const response = object->if_contains("response"))
    return read_misp(*response, "response", reader);
  if (list_of(*object, "Attribute") != nullptr || list_of(*object, "Object") != nullptr) {
    reader.event(*object, path);
    return true;
  }
  return false;
}

bool read_stix(const json::value& value, StixReader& reader) {
  if (const json::array* const list = value.if_array()) {
    const bool any = std::any_of(list->begin(), list->end(), [](const json::value& each) {
      return each.is_object() && text_of(each.get_object(), "id").find("--") != std::string_view::npos;
    });
    if (any) reader.objects(*list, "");
    return any;
  }
  const json::object* const object = value.if_object();
  if (object == nullptr) return false;
  if (const json::array* const objects = list_of(*object, "objects")) {
    reader.objects(*objects, "objects");
    return true;
  }
  if (text_of(*object, "type") == "bundle") return true;  // an empty one
  if (text_of(*object, "type") != "indicator") return false;
  reader.indicator(*object, "");
  return true;
}

std::size_t line_of(std::string_view text, std::size_t at) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(at, text.size()));
  return static_cast<std::size_t>(std::count(text.begin(), end, '\n')) + 1;
}

}  // namespace

WatchlistFormat read_watchlist_json(std::string_view text, WatchlistFormat format, WatchlistSink& sink) {
  json::monotonic_resource memory;
  json::parse_options options;
  options.max_depth = sink.limits().depth_max;
  json::stream_parser parser(&memory, options);
  boost::system::error_code error;
  const std::size_t read = parser.write_some(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  const bool more = !error && text.find_first_not_of(" \t\r\n", read) != std::string_view::npos;
  if (error || more) {
    sink.at_line(line_of(text, read));
    sink.refuse({}, {"no JSON: " + (error ? error.message() : std::string("something follows the document")) +
                         " - a download that broke off? levels are at most 32",
                     "不是完整的 JSON（" + (error ? error.message() : std::string("文件之後還有內容")) +
                         "），是否下載中斷？巢狀最多 32 層"});
    return format == WatchlistFormat::misp ? format : WatchlistFormat::stix;
  }
  const json::value value = parser.release();
  StixReader stix(sink);
  MispReader misp(sink);
  if (format != WatchlistFormat::misp && read_stix(value, stix)) return WatchlistFormat::stix;
  if (format != WatchlistFormat::stix && read_misp(value, "", misp)) return WatchlistFormat::misp;
  sink.refuse({}, {"neither a STIX bundle nor a MISP event - a feed's manifest names its events: add their files",
                   "不是 STIX bundle，也不是 MISP 事件；若為 manifest，請加入其中各事件檔案"});
  return format == WatchlistFormat::misp ? format : WatchlistFormat::stix;
}

}  // namespace vigil::detail
