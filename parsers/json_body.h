#pragma once

#include <simdjson.h>

#include <string_view>

#include "parsers/arena.h"
#include "parsers/syslog_header.h"

// For the .cc files of this room only: simdjson is seen nowhere else.

namespace vigil {

/// A JSON document of a protocol that came as the body of a request, whole in memory. Takes what senders make of text that
/// is not UTF-8: the body is decoded first (charset.h), and `\xHH`, which that leaves behind and JSON does not know, is
/// text as it stands.
class JsonBody {
 public:
  /// False if the body is no well-formed JSON. Elements live as long as this.
  bool parse(std::string_view body, Charset charset);
  const simdjson::dom::element& root() const { return root_; }
  Tags tags() const { return tags_; }

 private:
  simdjson::dom::parser parser_;
  simdjson::dom::element root_;
  Arena arena_;
  Tags tags_;
};

/// The first member that has one of both names (protobuf's JSON may spell a field in two ways). `found` is untouched
/// otherwise.
bool find_member(const simdjson::dom::object& object, std::string_view name, std::string_view other_name,
                 simdjson::dom::element& found);

}  // namespace vigil
