#pragma once

#include <string>
#include <vector>

#include "config/source_text.h"

namespace vigil::config {

/// One YAML value with its place. Ours instead of yaml-cpp's Node, because that one forgets repeated keys'
/// places, expands aliases (a file of a kilobyte can grow to gigabytes) and cannot say whether a scalar was
/// quoted.
struct YamlNode {
  enum class Kind : std::uint8_t { null, scalar, sequence, mapping };
  Kind kind = Kind::null;
  bool quoted = false;  ///< a scalar in quotes: text, even if it looks like a number
  std::string text;     ///< scalar
  Place place;
  std::vector<YamlNode> keys;   ///< mapping: keys[i] belongs to items[i]
  std::vector<YamlNode> items;  ///< sequence or mapping
};

struct YamlFault {
  Place place;
  Words message, hint;
};

struct YamlTree {
  YamlNode root;
  std::vector<YamlFault> faults;  ///< not empty: what root holds ends where the first mistake is
};

/// Reads one YAML document. Anchors, aliases, tags, a second document, more than 12 levels and more than a
/// million values are faults. Never throws.
YamlTree parse_yaml_tree(std::string text);

}  // namespace vigil::config
