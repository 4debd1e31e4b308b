#include "parsers/field_target.h"

#include "parsers/json_fields.h"
#include "parsers/key_value.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

bool is_nothing(std::string_view value) { return is_any(value, {"", "-", "N/A", "n/a", "(null)"}); }

/// "10.0.0.1:443", "[2001:db8::1]:443", "10.0.0.1/443", "10.0.0.1(443)", "2001:db8::1.443"; an address or a name alone.
void put_pair(PayloadWriter& out, Side side, std::string_view value) {
  if (!plain_address(value).empty()) return out.add_endpoint(side, value);
  std::string_view address = value, port;
  take_suffix(address, ")");
  const std::size_t cut = address.find_last_of(":/(#.");
  if (cut != std::string_view::npos && all_digits(address.substr(cut + 1)) && cut + 6 >= address.size()) {
    port = address.substr(cut + 1);
    address = address.substr(0, cut);
  } else {
    address = value;
  }
  out.add_endpoint(side, address);
  out.add_port(side, port);
}

/// DOMAIN\user; the domain alone is no user.
void put_user(PayloadWriter& out, std::string_view prefix, std::string_view value) {
  const std::size_t slash = value.rfind('\\');
  std::string_view name = value, domain;
  if (slash != std::string_view::npos) {
    domain = value.substr(0, slash);
    take_suffix(domain, "\\");
    name = value.substr(slash + 1);
  }
  if (prefix == "user") {
    out.add("user.name", name);
    return out.add("user.domain", domain);
  }
  if (!name.empty()) out.add(out.join(prefix, ".name"), name);
  if (!domain.empty()) out.add(out.join(prefix, ".domain"), domain);
}

/// Six bytes in hex, however they are parted; anything else as it stands.
std::string_view ecs_mac(std::string_view value, Arena& arena) {
  constexpr std::size_t kDigits = 12;
  char digits[kDigits];
  std::size_t count = 0;
  for (const char c : value) {
    if (c == ':' || c == '-' || c == '.') continue;
    const char l = lower(c);
    if (count == kDigits || !(is_digit(l) || (l >= 'a' && l <= 'f'))) return value;
    digits[count++] = static_cast<char>(is_digit(l) ? l : l - 'a' + 'A');
  }
  if (count != kDigits) return value;
  char* const out = arena.allocate(kDigits + 5);
  std::size_t at = 0;
  for (std::size_t i = 0; i < kDigits; ++i) {
    if (i != 0 && i % 2 == 0) out[at++] = '-';
    out[at++] = digits[i];
  }
  return {out, at};
}

void put_duration(PayloadWriter& out, std::string_view value, std::string_view zeros) {
  if (all_digits(value) && value.size() < 12)
    out.add_number("event.duration", value == "0" ? value : out.join(value, zeros));
}

}  // namespace

void put(PayloadWriter& out, const Target& target, std::string_view value) {
  if (target.put == Put::vendor) return out.add_vendor(target.name, value);
  value = trim(value);
  if (is_nothing(value)) return;
  switch (target.put) {
    case Put::field:
      return out.add(target.name, value);
    case Put::number:
      return out.add_number(target.name, value);
    case Put::lower:
      return out.add(target.name, out.lower_case(value));
    case Put::mac:
      return out.add(target.name, ecs_mac(value, out.arena()));
    case Put::source:
      return out.add_endpoint(Side::source, value);
    case Put::destination:
      return out.add_endpoint(Side::destination, value);
    case Put::source_port:
      return out.add_port(Side::source, value);
    case Put::destination_port:
      return out.add_port(Side::destination, value);
    case Put::source_pair:
      return put_pair(out, Side::source, value);
    case Put::destination_pair:
      return put_pair(out, Side::destination, value);
    case Put::user:
      return put_user(out, target.name, value);
    case Put::transport:
      return out.add_transport(value);
    case Put::url:
      return out.add_url(value);
    case Put::file:
      return out.add_file(value);
    case Put::executable:
      return out.add_executable(value);
    case Put::hash:
      return out.add_hash(target.name, value);
    case Put::message:
      return out.set("message", value);
    case Put::host:
    case Put::device:
      if (target.put == Put::device) out.add(target.name, value);
      if (!out.header().host_from_message) out.set("host.name", value);
      return;
    case Put::seconds:
      return put_duration(out, value, "000000000");
    case Put::milliseconds:
      return put_duration(out, value, "000000");
    case Put::vendor:
    case Put::skip:
      return;
  }
}

void FieldTable::put_or_keep(PayloadWriter& out, std::string_view key, std::string_view value,
                             ValueType type) const {
  if (const Target* target = find(key)) {
    put(out, *target, value);
  } else {
    out.add_vendor(key, value, type);
  }
}

void put_pairs(PayloadWriter& out, std::string_view text, FieldTable table) {
  KeyValueReader reader(text);
  KeyValue pair;
  for (std::size_t count = 0; reader.next(pair); ++count) {
    if (count == PayloadWriter::kFieldsMax) return out.overflow(pair_onwards(pair, text));
    table.put_or_keep(out, pair.key, unescape_quotes(pair, out.arena()));
  }
}

bool put_json(PayloadWriter& out, FieldTable table) {
  const JsonFields* const fields = read_json(out);
  if (fields == nullptr) return false;
  for (const JsonField& leaf : fields->leaves) {
    if (const Target* target = leaf.type == ValueType::null ? nullptr : table.find(leaf.path)) {
      put(out, *target, leaf.value);
    } else {
      add_json_leaf(out, leaf);
    }
  }
  return true;
}

}  // namespace vigil
