#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "incidents/sample_set.h"

// What the stored forms of this room share: JSON with short names, every number exact, strings byte for byte. Fields
// are only ever added, and one that is missing has its default, so old rows stay readable.

namespace vigil::stored {

inline boost::json::array strings(const std::vector<std::string>& values) {
  return boost::json::array(values.begin(), values.end());
}

inline boost::json::array pairs(const std::vector<std::pair<std::string, std::string>>& values) {
  boost::json::array out;
  for (const auto& [name, value] : values) out.emplace_back(boost::json::array{name, value});
  return out;
}

inline boost::json::value maybe(const std::optional<std::int64_t>& value) {
  return value ? boost::json::value(*value) : boost::json::value(nullptr);
}

/// Reads members of one object; a missing one leaves its default, one of the wrong type spoils the whole.
class Reader {
 public:
  Reader(const boost::json::object& object, bool& ok) : object_(object), ok_(ok) {}

  void read(std::string_view name, std::string& out) const {
    if (const auto* value = get(name)) {
      if (const auto* text = value->if_string()) {
        out.assign(text->data(), text->size());
      } else {
        ok_ = false;
      }
    }
  }
  void read(std::string_view name, bool& out) const {
    if (const auto* value = get(name)) {
      if (const auto* flag = value->if_bool()) {
        out = *flag;
      } else {
        ok_ = false;
      }
    }
  }
  void read(std::string_view name, int& out) const { number(name, out); }
  void read(std::string_view name, std::int64_t& out) const { number(name, out); }
  void read(std::string_view name, std::uint64_t& out) const { number(name, out); }
  void read(std::string_view name, std::optional<std::int64_t>& out) const {
    const auto* value = get(name);
    if (!value || value->is_null()) return;
    out.emplace();
    number(name, *out);
  }
  void read(std::string_view name, std::optional<std::string>& out) const {
    const auto* value = get(name);
    if (!value || value->is_null()) return;
    out.emplace();
    read(name, *out);
  }
  void read(std::string_view name, std::vector<std::string>& out) const {
    for_each(name, [&](const boost::json::value& item) {
      if (const auto* text = item.if_string()) {
        out.emplace_back(text->data(), text->size());
      } else {
        ok_ = false;
      }
    });
  }
  void read(std::string_view name, std::vector<std::uint64_t>& out) const {
    for_each(name, [&](const boost::json::value& item) {
      boost::system::error_code error;
      out.push_back(item.to_number<std::uint64_t>(error));
      if (error) ok_ = false;
    });
  }
  void read(std::string_view name, std::vector<std::pair<std::string, std::string>>& out) const {
    for_each(name, [&](const boost::json::value& item) {
      const auto* pair = item.if_array();
      if (!pair || pair->size() != 2 || !(*pair)[0].is_string() || !(*pair)[1].is_string()) {
        ok_ = false;
        return;
      }
      out.emplace_back(std::string((*pair)[0].get_string()), std::string((*pair)[1].get_string()));
    });
  }
  /// Calls `visit(Reader)` for each object of an array.
  template <class Visit>
  void each(std::string_view name, Visit&& visit) const {
    for_each(name, [&](const boost::json::value& item) {
      if (const auto* object = item.if_object()) {
        visit(Reader(*object, ok_));
      } else {
        ok_ = false;
      }
    });
  }
  /// Calls `visit(Reader)` for a member that is an object.
  template <class Visit>
  void member(std::string_view name, Visit&& visit) const {
    const auto* value = get(name);
    if (!value) return;
    if (const auto* object = value->if_object()) {
      visit(Reader(*object, ok_));
    } else {
      ok_ = false;
    }
  }
  void fail() const { ok_ = false; }

 private:
  const boost::json::value* get(std::string_view name) const { return object_.if_contains(name); }
  template <class Number>
  void number(std::string_view name, Number& out) const {
    if (const auto* value = get(name)) {
      boost::system::error_code error;
      out = value->to_number<Number>(error);
      if (error) ok_ = false;
    }
  }
  template <class Visit>
  void for_each(std::string_view name, Visit&& visit) const {
    const auto* value = get(name);
    if (!value) return;
    const auto* array = value->if_array();
    if (!array) {
      ok_ = false;
      return;
    }
    for (const auto& item : *array) visit(item);
  }

  const boost::json::object& object_;
  bool& ok_;
};

inline boost::json::object write_samples(const SampleSet& samples) {
  const auto numbers = [](const std::vector<std::uint64_t>& values) {
    return boost::json::array(values.begin(), values.end());
  };
  return {{"first", numbers(samples.first)},
          {"last", numbers(samples.last)},
          {"keys", numbers(samples.keys)},
          {"keyed", numbers(samples.keyed)},
          {"rest", numbers(samples.rest)},
          {"offered", samples.offered}};
}

inline void read_samples(const Reader& in, SampleSet& samples) {
  in.read("first", samples.first);
  in.read("last", samples.last);
  in.read("keys", samples.keys);
  in.read("keyed", samples.keyed);
  in.read("rest", samples.rest);
  in.read("offered", samples.offered);
}

/// The object of a stored row; null if it is none, or nests deeper than what we write.
inline std::optional<boost::json::object> parse(std::string_view text) {
  constexpr std::size_t kDepthMax = 8;
  boost::json::parse_options options;
  options.max_depth = kDepthMax;
  options.allow_invalid_utf8 = true;  // what was stored is read back byte for byte
  boost::system::error_code error;
  boost::json::value parsed = boost::json::parse(text, error, {}, options);
  if (error || !parsed.is_object()) return std::nullopt;
  return std::move(parsed.get_object());
}

}  // namespace vigil::stored
