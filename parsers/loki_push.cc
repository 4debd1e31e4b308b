#include "parsers/loki_push.h"

#include <algorithm>
#include <protozero/pbf_reader.hpp>

#include "parsers/charset.h"
#include "parsers/content_coding.h"
#include "parsers/envelope.h"
#include "parsers/json_body.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/render.h"
#include "parsers/timestamp.h"

// Labels, as Prometheus' parser takes them:
//
//   labels = "{" [ pair *( "," pair ) [ "," ] ] "}"
//   pair   = name "=" string                       name: letters, digits, "_", ":"; also "." and "-", which agents send
//   string = DQUOTE …  DQUOTE / "'" … "'"          \a \b \f \n \r \t \v \\ \' \" \ooo \xHH \uHHHH \UHHHHHHHH
//          / "`" … "`"                             verbatim

namespace vigil {
namespace {

namespace dom = simdjson::dom;
using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

// Labels.

bool is_name_byte(char c) {
  return is_alpha(c) || is_digit(c) || c == '_' || c == ':' || c == '.' || c == '-';
}

int digit_of(char c) {
  if (is_digit(c)) return c - '0';
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : 99;
}

class LabelReader {
 public:
  LabelReader(std::string_view text, Arena& arena) : rest_(text), arena_(arena) {}

  bool read(Labels& labels) {
    skip();
    if (!take('{')) return false;
    for (skip(); !take('}'); skip()) {
      if (labels.size() == LokiLimits::kLabelsMax) return false;
      std::size_t name = 0;
      while (name < rest_.size() && is_name_byte(rest_[name])) ++name;
      if (name == 0) return false;
      const std::string_view key = rest_.substr(0, name);
      rest_.remove_prefix(name);
      skip();
      std::string_view value;
      if (!take('=')) return false;
      skip();
      if (!read_string(value)) return false;
      labels.emplace_back(key, value);
      skip();
      if (!take(',') && !rest_.starts_with('}')) return false;
    }
    skip();
    return rest_.empty();
  }

 private:
  void skip() { rest_ = trim_left(rest_); }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool read_string(std::string_view& value) {
    if (rest_.empty()) return false;
    const char quote = rest_.front();
    if (quote != '"' && quote != '\'' && quote != '`') return false;
    rest_.remove_prefix(1);
    if (quote == '`') {
      const std::size_t end = rest_.find(quote);
      if (end == std::string_view::npos) return false;
      value = rest_.substr(0, end);
      rest_.remove_prefix(end + 1);
      return true;
    }
    char* const start = arena_.allocate(rest_.size());  // no escape is shorter than what it stands for
    char* at = start;
    const std::size_t room = rest_.size();
    while (!rest_.empty() && rest_.front() != quote) {
      if (rest_.front() != '\\') {
        *at++ = rest_.front();
        rest_.remove_prefix(1);
      } else if (!read_escape(at)) {
        return false;
      }
    }
    if (!take(quote)) return false;
    arena_.shrink_last(room, static_cast<std::size_t>(at - start));
    value = {start, static_cast<std::size_t>(at - start)};
    return true;
  }

  bool read_escape(char*& at) {
    rest_.remove_prefix(1);
    if (rest_.empty()) return false;
    const char c = rest_.front();
    constexpr std::string_view kLetters = "abfnrtv\\'\"", kMeanings = "\a\b\f\n\r\t\v\\'\"";
    if (const std::size_t letter = kLetters.find(c); letter != std::string_view::npos) {
      *at++ = kMeanings[letter];
      rest_.remove_prefix(1);
      return true;
    }
    if (c != 'x' && c != 'u' && c != 'U') return read_digits(3, 8, Means::byte, at);
    rest_.remove_prefix(1);
    if (c == 'x') return read_digits(2, 16, Means::byte, at);
    return read_digits(c == 'u' ? 4 : 8, 16, Means::character, at);
  }

  enum class Means : std::uint8_t { byte, character };
  bool read_digits(std::size_t count, int base, Means means, char*& at) {
    if (rest_.size() < count) return false;
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const int digit = digit_of(rest_[i]);
      if (digit >= base) return false;
      number = number * static_cast<unsigned>(base) + static_cast<unsigned>(digit);
    }
    rest_.remove_prefix(count);
    if (means == Means::byte) {
      if (number > 0xff) return false;
      *at++ = static_cast<char>(number);
      return true;
    }
    if (number > 0x10ffff || (number >= 0xd800 && number <= 0xdfff)) return false;
    at = put_utf8(static_cast<char32_t>(number), at);
    return true;
  }

  std::string_view rest_;
  Arena& arena_;
};

// Times.

std::optional<std::int64_t> nanoseconds(std::int64_t seconds, std::int64_t nanos) {
  if (seconds > INT64_MAX / kSecond - 1 || seconds < -(INT64_MAX / kSecond - 1) || nanos < 0 ||
      nanos >= kSecond) {
    return std::nullopt;
  }
  return seconds * kSecond + nanos;
}

/// Decimal nanoseconds. False if the text is no number at all; a number out of range is no time.
bool read_nanoseconds(std::string_view text, std::optional<std::int64_t>& time_ns) {
  const bool negative = take_prefix(text, "-");
  if (!all_digits(text)) return false;
  const auto number = read_number(text);
  time_ns.reset();
  if (number && *number <= static_cast<std::uint64_t>(INT64_MAX)) {
    time_ns = static_cast<std::int64_t>(*number) * (negative ? -1 : 1);
  }
  return true;
}

// Building.

class PushReader {
 public:
  PushReader(Charset charset, Arena& arena, const LokiLimits& limits, LokiPush& out)
      : charset_(charset), arena_(arena), limits_(limits), out_(out) {}

  bool json(std::string_view body) {
    JsonBody document;
    dom::element streams;
    dom::object root;
    if (!document.parse(body, charset_) || document.root().get(root) != simdjson::SUCCESS) {
      return fail(LokiErrc::bad_json, "the body is no JSON object");
    }
    out_.tags = document.tags();
    dom::array list;
    if (!find_member(root, "streams", {}, streams) || streams.get(list) != simdjson::SUCCESS) {
      return fail(LokiErrc::bad_json, "\"streams\" is missing or no array");
    }
    for (const dom::element one : list) {
      if (!json_stream(one)) return false;
    }
    return true;
  }

  bool protobuf(std::string_view message) {
    // protozero tells of bytes that are no protobuf by exceptions, all of them its own.
    try {
      protozero::pbf_reader request(message.data(), message.size());
      while (request.next()) {
        if (request.tag_and_type() !=
            protozero::tag_and_type(1, protozero::pbf_wire_type::length_delimited)) {
          request.skip();
        } else if (!protobuf_stream(request.get_message())) {
          return false;
        }
      }
      return true;
    } catch (const protozero::exception&) {
      return fail(LokiErrc::bad_protobuf, "the body is no PushRequest");
    }
  }

 private:
  bool fail(LokiErrc error, std::string what) {
    out_.streams.clear();
    out_.error = error;
    out_.what = std::move(what);
    return false;
  }

  bool labels_text(std::string_view text, LokiStream& stream) {
    if (read_loki_labels(text, arena_, stream.labels)) return true;
    return fail(LokiErrc::bad_labels, "error parsing labels " + printable(text));
  }

  static std::string printable(std::string_view text) {
    constexpr std::size_t kShown = 200;
    std::string out;
    append_terminal_safe(text.substr(0, kShown), out);
    return out;
  }

  /// An envelope holds so much of names and values, and the certificate of the client besides.
  static void weigh(LokiStream& stream) {
    constexpr std::size_t kLabelsBytesMax = Envelope::kBytesMax / 2, kPrefixBytes = 16;
    std::size_t bytes = 0;
    for (const auto& [name, value] : stream.labels) {
      bytes += name.size() + value.size() + kPrefixBytes;
      if (value.size() > Envelope::kValueBytesMax) stream.labels_in_lines = true;
    }
    if (bytes > kLabelsBytesMax) stream.labels_in_lines = true;
  }

  bool add(LokiStream& stream, std::string_view line, std::optional<std::int64_t> time_ns,
           const Labels& metadata) {
    if (++entries_ > limits_.entries_max) {
      return fail(LokiErrc::too_large, "more than " + std::to_string(limits_.entries_max) +
                                           " lines in one request: send them in several");
    }
    LokiEntry entry;
    entry.time_ns = time_ns;
    entry.oversize = line.size() > limits_.line_bytes_max;
    line = line.substr(0, limits_.line_bytes_max);
    static const Labels kNone;
    const Labels& labels = stream.labels_in_lines ? stream.labels : kNone;
    entry.text = metadata.empty() && labels.empty() ? line : document(line, labels, metadata);
    stream.entries.push_back(entry);
    return true;
  }

  /// A line that is not UTF-8 is decoded, because a document is text. Without metadata it stays as it is.
  std::string_view document(std::string_view line, const Labels& labels, const Labels& metadata) {
    scratch_ = "{\"labels\":{";
    for (const Labels* const pairs : {&labels, &metadata}) {
      for (const auto& [name, value] : *pairs) {
        if (scratch_.back() != '{') scratch_ += ',';
        append_decoded(name);
        scratch_ += ':';
        append_decoded(value);
      }
    }
    scratch_ += "},\"message\":";
    append_decoded(line);
    scratch_ += '}';
    return arena_.copy(scratch_);
  }
  void append_decoded(std::string_view text) {
    Arena arena(1024);
    append_json_string(is_utf8(text) ? text : decode_text(text, charset_, Controls::kept, arena).text,
                       scratch_);
  }

  // JSON.

  bool json_stream(dom::element one) {
    dom::object object;
    if (one.get(object) != simdjson::SUCCESS) return fail(LokiErrc::bad_json, "a stream is no object");
    LokiStream stream;
    dom::element said;
    if (find_member(object, "stream", {}, said)) {
      if (!json_labels(said, stream.labels))
        return fail(LokiErrc::bad_labels, "\"stream\" is no object of strings");
    } else if (find_member(object, "labels", {}, said)) {
      std::string_view text;
      if (said.get(text) != simdjson::SUCCESS) return fail(LokiErrc::bad_labels, "\"labels\" is no string");
      if (!labels_text(arena_.copy(text), stream)) return false;
    }
    weigh(stream);
    dom::array entries;
    if (find_member(object, "values", "entries", said)) {
      if (said.get(entries) != simdjson::SUCCESS) return fail(LokiErrc::bad_entry, "\"values\" is no array");
      for (const dom::element entry : entries) {
        if (!json_entry(entry, stream)) return false;
      }
    }
    out_.streams.push_back(std::move(stream));
    return true;
  }

  /// {"a":"b"}. What is no string is written as JSON writes it.
  bool json_labels(dom::element element, Labels& labels) {
    dom::object object;
    if (element.is_null()) return true;
    if (element.get(object) != simdjson::SUCCESS) return false;
    for (const auto member : object) {
      if (labels.size() == LokiLimits::kLabelsMax) return false;
      std::string_view text;
      if (member.value.get(text) == simdjson::SUCCESS) {
        text = arena_.copy(text);
      } else {
        text = arena_.copy(simdjson::to_string(member.value));
      }
      labels.emplace_back(arena_.copy(member.key), text);
    }
    return true;
  }

  bool json_entry(dom::element element, LokiStream& stream) {
    dom::array values;
    dom::object object;
    dom::element time, line;
    Labels metadata;
    if (element.get(values) == simdjson::SUCCESS) {
      std::size_t at = 0;
      for (const dom::element value : values) {
        if (at == 0) time = value;
        if (at == 1) line = value;
        if (at == 2 && !json_labels(value, metadata))
          return fail(LokiErrc::bad_entry, "metadata are no object");
        ++at;
      }
      if (at < 2) return fail(LokiErrc::bad_entry, "an entry has no time or no line");
    } else if (element.get(object) == simdjson::SUCCESS) {
      dom::element said;
      if (!find_member(object, "ts", "timestamp", time) || !find_member(object, "line", {}, line)) {
        return fail(LokiErrc::bad_entry, "an entry has no \"ts\" or no \"line\"");
      }
      if (find_member(object, "structuredMetadata", {}, said) && !json_labels(said, metadata)) {
        return fail(LokiErrc::bad_entry, "metadata are no object");
      }
    } else {
      return fail(LokiErrc::bad_entry, "an entry is neither array nor object");
    }
    std::optional<std::int64_t> time_ns;
    if (!json_time(time, time_ns))
      return fail(LokiErrc::bad_entry, "an entry's time is no number of nanoseconds");
    std::string_view text;
    if (line.get(text) != simdjson::SUCCESS) return fail(LokiErrc::bad_entry, "a line is no string");
    // A body that is not UTF-8 was decoded as a whole, and the line with it.
    return add(stream, arena_.copy(text), time_ns, metadata);
  }

  static bool json_time(dom::element element, std::optional<std::int64_t>& time_ns) {
    std::string_view text;
    std::int64_t number = 0;
    double real = 0;
    if (element.get(number) == simdjson::SUCCESS) {
      time_ns = number;
      return true;
    }
    if (element.get(text) == simdjson::SUCCESS) {
      if (read_nanoseconds(text, time_ns)) return true;
      time_ns = read_iso_time(text, 0);
      return time_ns.has_value();
    }
    // 1795157940123456800.0: what a JavaScript client makes of nanoseconds.
    if (element.get(real) != simdjson::SUCCESS) return false;
    if (real > -9.2e18 && real < 9.2e18) time_ns = static_cast<std::int64_t>(real);
    return true;
  }

  // Protobuf.

  static constexpr auto kBytes = protozero::pbf_wire_type::length_delimited;
  static constexpr auto kVarint = protozero::pbf_wire_type::varint;

  bool protobuf_stream(protozero::pbf_reader message) {
    LokiStream stream;
    // Fields may come in any order, and a line may need the labels.
    for (protozero::pbf_reader pass = message; pass.next();) {
      if (pass.tag_and_type() != protozero::tag_and_type(1, kBytes)) {
        pass.skip();
      } else if (!labels_text(view(pass), stream)) {
        return false;
      }
    }
    weigh(stream);
    while (message.next()) {
      if (message.tag_and_type() != protozero::tag_and_type(2, kBytes)) {
        message.skip();
      } else if (!protobuf_entry(message.get_message(), stream)) {
        return false;
      }
    }
    out_.streams.push_back(std::move(stream));
    return true;
  }

  bool protobuf_entry(protozero::pbf_reader message, LokiStream& stream) {
    std::string_view line;
    std::optional<std::int64_t> time_ns;
    Labels metadata;
    while (message.next()) {
      switch (message.tag_and_type()) {
        case protozero::tag_and_type(1, kBytes):
          time_ns = protobuf_time(message.get_message());
          break;
        case protozero::tag_and_type(2, kBytes):
          line = view(message);
          break;
        case protozero::tag_and_type(3, kBytes): {
          if (metadata.size() == LokiLimits::kLabelsMax)
            return fail(LokiErrc::bad_entry, "too many pairs of metadata");
          metadata.push_back(protobuf_pair(message.get_message()));
          break;
        }
        default:
          message.skip();
      }
    }
    return add(stream, line, time_ns, metadata);
  }

  static std::string_view view(protozero::pbf_reader& message) {
    const auto bytes = message.get_view();
    return {bytes.data(), bytes.size()};
  }

  static std::optional<std::int64_t> protobuf_time(protozero::pbf_reader message) {
    std::int64_t seconds = 0, nanos = 0;
    while (message.next()) {
      switch (message.tag_and_type()) {
        case protozero::tag_and_type(1, kVarint):
          seconds = message.get_int64();
          break;
        case protozero::tag_and_type(2, kVarint):
          nanos = message.get_int32();
          break;
        default:
          message.skip();
      }
    }
    return nanoseconds(seconds, nanos);
  }

  static std::pair<std::string_view, std::string_view> protobuf_pair(protozero::pbf_reader message) {
    std::pair<std::string_view, std::string_view> pair;
    while (message.next()) {
      switch (message.tag_and_type()) {
        case protozero::tag_and_type(1, kBytes):
          pair.first = view(message);
          break;
        case protozero::tag_and_type(2, kBytes):
          pair.second = view(message);
          break;
        default:
          message.skip();
      }
    }
    return pair;
  }

  Charset charset_;
  Arena& arena_;
  const LokiLimits& limits_;
  LokiPush& out_;
  std::size_t entries_ = 0;
  std::string scratch_;
};

}  // namespace

std::string_view LokiStream::label(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    for (const auto& [key, value] : labels) {
      if (key == name) return value;
    }
  }
  return {};
}

bool read_loki_labels(std::string_view text, Arena& arena,
                      std::vector<std::pair<std::string_view, std::string_view>>& labels) {
  return LabelReader(text, arena).read(labels);
}

LokiPush read_loki_push(std::string_view body, Charset charset, Arena& arena, const LokiLimits& limits) {
  LokiPush out;
  const bool looks_like_json = trim_left(body).starts_with('{') || body.starts_with("\xef\xbb\xbf");
  if (looks_like_json && PushReader(charset, arena, limits, out).json(body)) return out;

  // A block of 123 bytes begins with "{" too.
  std::string inflated;
  const InflateFault fault =
      inflate(Coding::snappy, body, inflated, InflateLimits{.bytes_max = limits.inflated_bytes_max});
  if (fault == InflateFault::none) {
    LokiPush inner;
    if (PushReader(charset, arena, limits, inner).protobuf(arena.copy(inflated)) || !looks_like_json)
      return inner;
  }
  if (looks_like_json) return out;
  if (fault == InflateFault::too_large) {
    out.error = LokiErrc::too_large;
    out.what = "the body inflates to more than " + std::to_string(limits.inflated_bytes_max) +
               " bytes: send it in several";
    return out;
  }
  // The message itself, from clients that do not compress.
  PushReader(charset, arena, limits, out).protobuf(body);
  return out;
}

}  // namespace vigil
