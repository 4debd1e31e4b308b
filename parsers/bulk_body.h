#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vigil {

/// What an action line of Elasticsearch's bulk API asks. `remove` is its "delete".
enum class BulkVerb : std::uint8_t { create, index, update, remove };
std::string_view bulk_verb_name(BulkVerb verb);

/// Why one document of a body is not taken, while the others are.
enum class BulkItemFault : std::uint8_t {
  none,
  not_json,     ///< the source line is not one JSON document
  not_object,   ///< it is one, but no object
  no_document,  ///< an update without an object "doc"
  oversize,     ///< longer than the limit
  bad_name,     ///< _index or _id too long, or with control characters
};

/// One action with its document. Views point into the body or into the reader.
struct BulkAction {
  BulkVerb verb = BulkVerb::index;
  BulkItemFault fault = BulkItemFault::none;
  std::string_view index, id;  ///< as the action line names them; empty where it does not
  std::string_view document;   ///< the source line as it came, blanks around it cut; of an update its "doc"
};

/// Reads bodies of `_bulk`:
///
///   body    { action LF [ source LF ] }      CRLF too, blank lines anywhere, a BOM in front, the last LF may be missing
///   action  a JSON object with one of the members create, index, update, delete, whose value is an object that may hold
///           _index and _id; other members, inside and beside it, are passed over
///   source  a JSON object; none after delete
///
/// An action line that cannot be read refuses the whole body, so that nothing of it is stored: behind it nobody knows which
/// lines are actions. A bad source line is the fault of that item alone. A document that is not UTF-8 is checked as it reads
/// once its charset is told (Big5), and kept as it came.
///
/// Each line is parsed once; an action line like the one before it not at all. Keeps its memory between bodies. One thread.
class BulkReader {
 public:
  static constexpr std::size_t kNameBytesMax = 512;  ///< _index and _id, as Elasticsearch has it

  explicit BulkReader(std::size_t document_bytes_max);
  ~BulkReader();

  /// False if the whole body is refused: see fault() and fault_line(). The actions live until the next call.
  bool read(std::string_view body);
  const std::vector<BulkAction>& actions() const { return actions_; }
  std::size_t fault_line() const { return fault_line_; }  ///< from 1
  const std::string& fault() const { return fault_; }

  /// The one document of a request without action lines.
  BulkItemFault check_document(std::string_view& document);

 private:
  struct Json;
  bool read_action(std::string_view line, BulkAction& action);

  std::size_t document_bytes_max_;
  std::unique_ptr<Json> json_;
  std::vector<BulkAction> actions_;
  std::size_t fault_line_ = 0;
  std::string fault_;
};

}  // namespace vigil
