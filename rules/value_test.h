#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rules/field_source.h"
#include "rules/pattern.h"
#include "rules/regex.h"

namespace vigil::sigma {

/// An IP address. IPv4 written as IPv6 (::ffff:10.0.0.1) counts as IPv4.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool v4 = false;
  static std::optional<Address> parse(std::string_view text);
};

/// A network of `cidr`.
class Network {
 public:
  /// "10.0.0.0/8", "2001:db8::/32", "10.0.0.1" (one address). Nothing if it is none or has bits behind the prefix.
  static std::optional<Network> parse(std::string_view text);
  bool contains(const Address& address) const;
  std::string text() const;  ///< "10.0.0.0/8"

 private:
  std::array<std::uint8_t, 16> bytes_{};
  unsigned bits_ = 0;
  bool v4_ = false;
};

enum class Comparison : std::uint8_t { lt, lte, gt, gte, eq, neq };
std::optional<Comparison> comparison_from_name(std::string_view name);
bool compare(Comparison op, double left, double right);
/// A number the way fields hold them: decimal text, blanks around it allowed. No hex, no infinities.
std::optional<double> number_of(std::string_view text);

enum class TimePart : std::uint8_t { minute, hour, day, week, month, year };

/// What one value of a rule asks of one value of a field.
struct ValueTest {
  enum class Kind : std::uint8_t { text, number, regex, network, compare, time_part, null, exists, field };

  Kind kind = Kind::text;
  bool cased = false;
  bool wanted = true;                     ///< exists: which answer
  Pattern pattern;                        ///< text; number: the number's text as written
  double number = 0;                      ///< number, compare, time_part
  Comparison comparison = Comparison::eq; ///< compare, time_part
  TimePart part = TimePart::minute;
  Network network;
  std::shared_ptr<const Regex> regex;
  std::vector<std::string> parts;         ///< regex: of these one is in every value that passes and is ASCII; may be empty
  std::shared_ptr<FieldName> other;       ///< field: the name referred to; else null
  Pattern::Shape other_shape = Pattern::Shape::exact;
};

/// One value against one test. `folded` is the value's text in lower case. For all kinds but regex, null, exists
/// and field.
bool passes(const ValueTest& test, const FieldValue& value, std::string_view folded);

}  // namespace vigil::sigma
