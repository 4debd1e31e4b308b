#pragma once

#include <array>
#include <boost/json/fwd.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "storage/query.h"

namespace vigil {

/// Which fields records have, found out by looking at some of them. Names are those that events show in JSON.
class FieldSurvey {
 public:
  enum class Type : std::uint8_t { text, integer, real, boolean, ip, time };
  static std::string_view type_name(Type type);

  struct Found {
    Type type = Type::text;
    std::uint64_t records = 0;         ///< that have it
    std::vector<std::string> samples;  ///< different values, the first ones met, shortened
    std::uint64_t last_record = 0;     ///< so that a list counts once
    std::uint64_t distinct = 0;        ///< different values met, as far as they are counted
    std::vector<std::uint64_t> hashes;
  };

  static constexpr std::size_t kSamples = 5, kSampleBytes = 200;
  /// A sender that makes up names must not make the answer endless.
  static constexpr std::size_t kNamesMax = 2'000;
  /// Longer names are nobody's question.
  static constexpr std::size_t kNameBytesMax = 512;
  /// Values of one field told apart.
  static constexpr std::size_t kDistinctMax = 1'000;

  /// Looks at a row that is an event.
  void add(const SearchRow& row, int zone_minutes);

  std::uint64_t records() const { return records_; }
  const std::map<std::string, Found, std::less<>>& fields() const { return fields_; }
  std::uint64_t names_left_out() const { return names_left_out_; }

 private:
  void add_value(const std::string& name, const boost::json::value& value);
  void add_scalar(const std::string& name, std::string text, Type type);

  std::uint64_t records_ = 0, names_left_out_ = 0;
  std::map<std::string, Found, std::less<>> fields_;
  std::string line_;
};

}  // namespace vigil
