#include "parsers/relay.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "parsers/characters.h"

namespace vigil {

namespace {

constexpr std::string_view kMagic = "VGLRELAY";
constexpr char kVersion = 1;
constexpr char kEnd = 0, kSource = 1, kRecord = 2;
constexpr std::size_t kIdBytes = 32;
/// The last enumerator of Charset; a charset we do not know is read like none given.
constexpr std::uint8_t kCharsetLast = static_cast<std::uint8_t>(Charset::latin1);
constexpr std::uint64_t kKnownTags = ~std::uint64_t{0} >> (64U - static_cast<unsigned>(Tag::count_));
/// No place on earth is further from UTC; 14 h and a bit.
constexpr int kZoneMinutesMax = 15 * 60;

template <class Number>
void append_number(std::string& out, Number value) {
  const auto bits = static_cast<std::uint64_t>(value);
  for (std::size_t i = sizeof value; i-- > 0;) out.push_back(static_cast<char>(bits >> (8 * i) & 0xffU));
}
void append_text(std::string& out, std::string_view text) {
  append_number(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

/// Reads from the front; after the first thing that cannot be, nothing more is read and error() says what it was.
class Reader {
 public:
  explicit Reader(std::string_view body) : body_(body) {}

  template <class Number>
  Number number() {
    const std::string_view bytes = take(sizeof(Number));
    std::uint64_t value = 0;
    for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
    return static_cast<Number>(value);
  }
  std::string_view text(std::size_t most) {
    const auto length = number<std::uint32_t>();
    if (length > most) fail(RelayErrc::too_large);
    return take(length);
  }
  std::string_view id() {
    const std::string_view text_read = text(kIdBytes);
    if (!error_ && !is_relay_id(text_read)) fail(RelayErrc::bad_id);
    return text_read;
  }
  std::string_view take(std::size_t count) {
    if (error_) return {};
    if (count > body_.size() - at_) {
      fail(RelayErrc::truncated);
      return {};
    }
    const std::string_view bytes = body_.substr(at_, count);
    at_ += count;
    return bytes;
  }
  void fail(RelayErrc code) {
    if (!error_) error_ = RelayError{code, at_};
  }
  bool at_end() const { return at_ == body_.size(); }
  const std::optional<RelayError>& error() const { return error_; }

 private:
  std::string_view body_;
  std::size_t at_ = 0;
  std::optional<RelayError> error_;
};

RelaySource read_source(Reader& reader) {
  RelaySource source;
  for (std::string_view* const text :
       {&source.peer, &source.host, &source.listener, &source.transport, &source.organisation}) {
    *text = reader.text(kRelayNameBytesMax);
    // Names become keys, in which NUL ends a part.
    if (text->find('\0') != std::string_view::npos) reader.fail(RelayErrc::bad_source);
  }
  source.zone_minutes = reader.number<std::int16_t>();
  if (source.zone_minutes < -kZoneMinutesMax || source.zone_minutes > kZoneMinutesMax)
    reader.fail(RelayErrc::bad_source);
  const auto charset = reader.number<std::uint8_t>();
  source.charset = charset > kCharsetLast ? Charset::automatic : static_cast<Charset>(charset);
  const auto drill = reader.number<std::uint8_t>();
  if (drill > 1) reader.fail(RelayErrc::bad_source);
  source.drill = drill == 1;
  const auto hops = reader.number<std::uint8_t>();
  // A longer list is read too: it is the receiver who drops such records and counts them.
  if (hops > 4 * kRelayHopsMax) reader.fail(RelayErrc::too_large);
  for (unsigned i = 0; i < hops && !reader.error(); ++i) source.hops.push_back(reader.id());
  source.envelope = reader.text(kRelayEnvelopeBytesMax);
  // Pairs, each part ended by a NUL.
  if (!source.envelope.empty() &&
      (source.envelope.back() != '\0' ||
       std::count(source.envelope.begin(), source.envelope.end(), '\0') % 2 != 0)) {
    reader.fail(RelayErrc::bad_source);
  }
  return source;
}

}  // namespace

std::string_view relay_error_name(RelayErrc code) {
  constexpr std::array<std::string_view, 9> kNames = {"bad_magic",  "newer_version", "truncated",
                                                      "too_large",  "bad_id",        "bad_item",
                                                      "bad_source", "bad_order",     "trailing"};
  return kNames[static_cast<std::size_t>(code)];
}

bool is_relay_id(std::string_view text) {
  return text.size() == kIdBytes && std::all_of(text.begin(), text.end(), [](char c) {
           return is_ascii_digit(c) || (c >= 'a' && c <= 'f');
         });
}

Result<RelayBody, RelayError> read_relay_body(std::string_view bytes) {
  Reader reader(bytes);
  RelayBody body;
  if (reader.take(kMagic.size()) != kMagic) return RelayError{RelayErrc::bad_magic, 0};
  if (const auto version = reader.take(1); version.empty() || version.front() != kVersion)
    return RelayError{version.empty() ? RelayErrc::truncated : RelayErrc::newer_version, kMagic.size()};
  body.head.origin = reader.id();
  body.head.stream = reader.id();
  body.head.name = reader.text(kRelayNameBytesMax);
  body.head.first = reader.number<std::uint64_t>();

  std::uint64_t least = body.head.first;  // that the next record may have
  for (;;) {
    if (reader.error()) return *reader.error();
    const char item = reader.number<char>();
    if (reader.error()) return *reader.error();
    if (item == kEnd) break;
    if (item == kSource) {
      if (body.sources.size() == kRelaySourcesMax) reader.fail(RelayErrc::too_large);
      body.sources.push_back(read_source(reader));
    } else if (item == kRecord) {
      if (body.records.size() == kRelayRecordsMax) reader.fail(RelayErrc::too_large);
      RelayRecord record;
      record.source = reader.number<std::uint32_t>();
      record.sequence = reader.number<std::uint64_t>();
      record.received_ns = reader.number<std::int64_t>();
      record.event_ns = reader.number<std::int64_t>();
      record.tags = Tags(reader.number<std::uint64_t>() & kKnownTags);
      record.raw = reader.text(kRelayRawBytesMax);
      if (reader.error()) return *reader.error();
      if (record.source >= body.sources.size()) reader.fail(RelayErrc::bad_source);
      if (record.sequence < least || record.sequence == std::numeric_limits<std::uint64_t>::max())
        reader.fail(RelayErrc::bad_order);
      least = record.sequence + 1;
      body.records.push_back(record);
    } else {
      reader.fail(RelayErrc::bad_item);
    }
  }
  body.next = reader.number<std::uint64_t>();
  const auto records = reader.number<std::uint32_t>();
  if (!reader.error() && body.next < least) reader.fail(RelayErrc::bad_order);
  if (!reader.error() && records != body.records.size()) reader.fail(RelayErrc::truncated);
  if (!reader.error() && !reader.at_end()) reader.fail(RelayErrc::trailing);
  if (reader.error()) return *reader.error();
  return body;
}

void RelayWriter::begin(const RelayHead& head) {
  out_.clear();
  records_ = sources_ = 0;
  out_.append(kMagic).push_back(kVersion);
  append_text(out_, head.origin);
  append_text(out_, head.stream);
  append_text(out_, head.name.substr(0, kRelayNameBytesMax));
  append_number(out_, head.first);
}

std::uint32_t RelayWriter::add_source(const RelaySource& source) {
  out_.push_back(kSource);
  for (const std::string_view text :
       {source.peer, source.host, source.listener, source.transport, source.organisation})
    append_text(out_, text.substr(0, kRelayNameBytesMax));
  append_number(out_, static_cast<std::int16_t>(source.zone_minutes));
  append_number(out_, static_cast<std::uint8_t>(source.charset));
  append_number(out_, static_cast<std::uint8_t>(source.drill ? 1 : 0));
  append_number(out_, static_cast<std::uint8_t>(source.hops.size()));
  for (const std::string_view hop : source.hops) append_text(out_, hop);
  append_text(out_, source.envelope);
  return sources_++;
}

void RelayWriter::add_record(const RelayRecord& record) {
  out_.push_back(kRecord);
  append_number(out_, record.source);
  append_number(out_, record.sequence);
  append_number(out_, record.received_ns);
  append_number(out_, record.event_ns);
  append_number(out_, record.tags.bits());
  append_text(out_, record.raw);
  ++records_;
}

std::string_view RelayWriter::end(std::uint64_t next) {
  out_.push_back(kEnd);
  append_number(out_, next);
  append_number(out_, records_);
  return out_;
}

}  // namespace vigil
