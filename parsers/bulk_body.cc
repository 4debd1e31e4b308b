#include "parsers/bulk_body.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "parsers/arena.h"
#include "parsers/charset.h"
#include "parsers/json_walk.h"

namespace vigil {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

/// The lines of a body, blank ones passed over.
class Lines {
 public:
  explicit Lines(std::string_view body) : rest_(body) {}

  bool next(std::string_view& line) {
    while (!rest_.empty()) {
      const std::size_t end = rest_.find('\n');
      line = trim(rest_.substr(0, end));
      rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
      ++number_;
      if (!line.empty()) return true;
    }
    return false;
  }
  std::size_t number() const { return number_; }
  const char* end() const { return rest_.data() + rest_.size(); }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

std::optional<BulkVerb> verb_from_name(std::string_view name) {
  for (const BulkVerb verb : {BulkVerb::create, BulkVerb::index, BulkVerb::update, BulkVerb::remove}) {
    if (name == bulk_verb_name(verb)) return verb;
  }
  return std::nullopt;
}

bool good_name(std::string_view name) {
  return name.size() <= BulkReader::kNameBytesMax &&
         std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

}  // namespace

std::string_view bulk_verb_name(BulkVerb verb) {
  constexpr std::array<std::string_view, 4> kNames = {"create", "index", "update", "delete"};
  return kNames[static_cast<std::size_t>(verb)];
}

/// simdjson reads some bytes past a text. Inside a body they are there; at its end the text is copied.
struct BulkReader::Json {
  simdjson::dom::parser parser;
  simdjson::ondemand::parser members;
  std::unique_ptr<char[]> padded;
  std::size_t padded_size = 0;
  const char* body_end = nullptr;  ///< of the memory that may be read
  Arena names;
  std::string_view last_line;  ///< the newest action line that was parsed …
  BulkAction last_action;      ///< … and what it said
  Arena decoded;

  const char* readable(std::string_view text) {
    if (body_end != nullptr && body_end >= text.data() + text.size() + simdjson::SIMDJSON_PADDING)
      return text.data();
    const std::size_t need = text.size() + simdjson::SIMDJSON_PADDING;
    if (need > padded_size) {
      padded_size = std::max<std::size_t>(need, 4096);
      padded.reset(new char[padded_size]);
    }
    if (!text.empty()) std::memcpy(padded.get(), text.data(), text.size());
    std::memset(padded.get() + text.size(), 0, simdjson::SIMDJSON_PADDING);
    return padded.get();
  }
  simdjson::error_code parse(std::string_view text, simdjson::dom::element& element) {
    return parser.parse(readable(text), text.size(), false).get(element);
  }

  /// What is wrong with the document. A byte order mark before it is none of it.
  BulkItemFault check(std::string_view& document) {
    if (document.starts_with(kByteOrderMark)) document.remove_prefix(kByteOrderMark.size());
    simdjson::dom::element element;
    simdjson::error_code error = parse(document, element);
    if (error == simdjson::UTF8_ERROR || error == simdjson::NUMBER_ERROR) {
      // Big5, or an integer of more than 64 bits: read as it will be read when it is shown.
      decoded.reset();
      const std::string_view text = decode_text(document, Charset::automatic, Controls::kept, decoded).text;
      if (!walk_json(text, decoded, json_scratch())) return BulkItemFault::not_json;
      // UTF-16 is no way to write a line of a bulk.
      return text.starts_with('{') && document.starts_with('{') ? BulkItemFault::none : BulkItemFault::not_object;
    }
    if (error != simdjson::SUCCESS) return BulkItemFault::not_json;
    return element.is_object() ? BulkItemFault::none : BulkItemFault::not_object;
  }

  /// The bytes of the object "doc" of an update.
  BulkItemFault find_doc(std::string_view& document) {
    const char* const at = readable(document);
    simdjson::ondemand::document root;
    simdjson::ondemand::object object, doc;
    if (members.iterate(at, document.size(), document.size() + simdjson::SIMDJSON_PADDING).get(root) !=
            simdjson::SUCCESS ||
        root.get_object().get(object) != simdjson::SUCCESS)
      return BulkItemFault::not_object;
    std::string_view bytes;
    if (object.find_field_unordered("doc").get_object().get(doc) != simdjson::SUCCESS ||
        doc.raw_json().get(bytes) != simdjson::SUCCESS)
      return BulkItemFault::no_document;
    document = trim(document.substr(static_cast<std::size_t>(bytes.data() - at), bytes.size()));
    return BulkItemFault::none;
  }
};

BulkReader::BulkReader(std::size_t document_bytes_max)
    : document_bytes_max_(document_bytes_max), json_(std::make_unique<Json>()) {}
BulkReader::~BulkReader() = default;

BulkItemFault BulkReader::check_document(std::string_view& document) {
  json_->body_end = nullptr;
  document = trim(document);
  if (document.size() > document_bytes_max_) return BulkItemFault::oversize;
  return json_->check(document);
}

bool BulkReader::read_action(std::string_view line, BulkAction& action) {
  if (line == json_->last_line) {
    action = json_->last_action;
    return true;
  }
  simdjson::dom::element element;
  simdjson::dom::object members;
  if (json_->parse(line, element) != simdjson::SUCCESS || element.get(members) != simdjson::SUCCESS) {
    fault_ = "expected START_OBJECT";
    return false;
  }
  bool found = false;
  for (const auto& member : members) {
    const auto verb = verb_from_name(member.key);
    if (!verb) continue;  // winston-elasticsearch counts its attempts beside the action
    if (std::exchange(found, true)) {
      fault_ = "expected one action";
      return false;
    }
    simdjson::dom::object details;
    if (member.value.get(details) != simdjson::SUCCESS) {
      fault_ = "expected START_OBJECT behind [" + std::string(member.key) + "]";
      return false;
    }
    action.verb = *verb;
    for (const auto& detail : details) {
      const bool is_index = detail.key == "_index";
      if (!is_index && detail.key != "_id") continue;
      std::string_view text;
      std::string number;
      if (detail.value.get(text) != simdjson::SUCCESS) {
        if (detail.value.is_null()) continue;
        number = simdjson::minify(detail.value);  // an _id of digits
        text = number;
      }
      if (!good_name(text)) {
        action.fault = BulkItemFault::bad_name;
        continue;
      }
      (is_index ? action.index : action.id) = json_->names.copy(text);
    }
  }
  if (!found) {
    fault_ = "expected one of create, index, update, delete";
    return false;
  }
  json_->last_line = line;
  json_->last_action = action;
  return true;
}

bool BulkReader::read(std::string_view body) {
  actions_.clear();
  fault_.clear();
  fault_line_ = 0;
  json_->names.reset();
  json_->last_line = {};
  const char* const end = body.data() + body.size();
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  Lines lines(body);
  for (std::string_view line; lines.next(line);) {
    BulkAction action;
    json_->body_end = end;
    if (!read_action(line, action)) {
      fault_line_ = lines.number();
      return false;
    }
    if (action.verb != BulkVerb::remove) {
      const std::size_t number = lines.number();
      if (!lines.next(action.document)) {
        fault_line_ = number;
        fault_ = "expected a source line behind it";
        return false;
      }
      if (action.document.size() > document_bytes_max_) {
        action.fault = BulkItemFault::oversize;
      } else {
        const BulkItemFault of_document = json_->check(action.document);
        if (action.fault == BulkItemFault::none) action.fault = of_document;
        json_->body_end = end;
        if (action.fault == BulkItemFault::none && action.verb == BulkVerb::update)
          action.fault = json_->find_doc(action.document);
      }
    }
    actions_.push_back(action);
  }
  return true;
}

}  // namespace vigil
