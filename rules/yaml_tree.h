#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vigil::sigma {

/// What an unquoted scalar means under YAML 1.2's core schema. `yes`, dates and `1_000` are text: an event has the
/// text, and YAML 1.1's guesses would lose it.
enum class ScalarType { text, null, boolean, integer, real };

/// One node of a YAML document, with the source text of its scalars and its place in the file.
struct YamlNode {
  enum class Kind { scalar, sequence, mapping };

  Kind kind = Kind::scalar;
  bool plain = false;            ///< a scalar without quotes, block style or tag
  int line = 0, column = 0;      ///< from 1
  std::string text;              ///< of a scalar, exactly as written (after YAML's own escapes)
  std::vector<YamlNode> keys;    ///< of a mapping; keys[i] belongs to items[i]
  std::vector<YamlNode> items;   ///< of a sequence or mapping

  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_sequence() const { return kind == Kind::sequence; }
  bool is_mapping() const { return kind == Kind::mapping; }
  ScalarType type() const;
  bool is_null() const { return is_scalar() && type() == ScalarType::null; }
  /// The value of a mapping's key; null where there is none.
  const YamlNode* find(std::string_view key) const;
  /// The text of a mapping's scalar value; empty where there is none.
  std::string_view text_of(std::string_view key) const;
};

struct YamlError {
  int line = 0, column = 0;
  std::string reason;
};

/// Limits that keep a hostile file from costing more than its size.
struct YamlLimits {
  std::size_t document_bytes_max = 1024 * 1024;  ///< one rule; the largest of SigmaHQ has 200 KiB
  std::size_t nodes_max = 64 * 1024;             ///< after aliases: a "billion laughs" ends here
  std::size_t depth_max = 32;                    ///< a rule needs 6
};

/// The documents of a stream (`---` between them), each parsed by itself: one that is broken does not take the
/// others with it. Empty documents are left out. Repeated keys are an error, as YAML 1.2 says.
std::vector<std::variant<YamlNode, YamlError>> parse_yaml_stream(std::string_view text,
                                                                 const YamlLimits& limits = {});

}  // namespace vigil::sigma
