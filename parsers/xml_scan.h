#pragma once

#include <cstddef>
#include <string_view>

#include "parsers/arena.h"

namespace vigil {

/// Pulls the tags and texts out of a small XML document, one at a time. A strict scanner for what logs write, not a general
/// parser: no document type, so no entities but the five of XML and characters' numbers; comments and processing
/// instructions are stepped over.
///
///   for (XmlScan scan(text); scan.next();) switch (scan.item()) …
///
/// Views point into the text. Linear; does not allocate. A document that was cut ends with cut().
class XmlScan {
 public:
  enum class Item {
    open,   ///< <name …>: name(), attribute()
    close,  ///< </name>, and behind the open of <name/>
    text    ///< what stands between tags, if it is not only blanks
  };

  /// Longest document and deepest element read: an event's log is far from both, and what is beyond them is no log.
  static constexpr std::size_t kBytesMax = std::size_t{1024} * 1024;
  static constexpr unsigned kDepthMax = 32;

  explicit XmlScan(std::string_view text) : rest_(text.substr(0, kBytesMax)) {}

  /// Steps to the next item. False at the end, where the document was cut, and at what is not XML.
  bool next();
  Item item() const { return item_; }
  std::string_view name() const { return name_; }  ///< of the tag, without a prefix ("x:Data" is Data)
  std::string_view text() const { return text_; }  ///< as written: unescape() reads it
  std::string_view attribute(std::string_view name) const;  ///< as written; empty if there is none
  unsigned depth() const { return depth_; }  ///< elements that are open, the one just opened among them

  bool complete() const { return complete_; }  ///< the outermost element was closed
  bool cut() const { return rest_.empty() && !complete_; }

  /// The text with entities and CDATA read; a view of it if it has none.
  static std::string_view unescape(std::string_view text, Arena& arena);

 private:
  bool tag();

  std::string_view rest_;
  Item item_ = Item::text;
  std::string_view name_, text_, attributes_;
  unsigned depth_ = 0;
  bool closes_at_once_ = false;
  bool complete_ = false;
};

}  // namespace vigil
