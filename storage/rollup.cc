#include "storage/rollup.h"

#include <zstd.h>

#include <algorithm>
#include <optional>

#include "parsers/format.h"
#include "parsers/wrapped_record.h"
#include "storage/hash.h"
#include "storage/needle.h"
#include "storage/row_columns.h"
#include "storage/wire.h"

namespace vigil {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr int kLevel = 3;
/// Unpacked bytes of one rollup: a day of a million groups. What a reader allocates.
constexpr std::uint64_t kPlainMax = 64 * 1024 * 1024;

std::uint64_t rest_of(const RollupEntry& entry) {
  return (std::uint64_t{entry.source} << 36U) ^ (std::uint64_t{entry.host} << 12U) ^
         (std::uint64_t{entry.kinds} << 4U) ^ entry.severity;
}
static_assert(kSeverityUnknown < 16 && kKindCount <= 8);

bool alike(const RollupEntry& a, const RollupEntry& b) {
  return a.hour == b.hour && a.source == b.source && a.host == b.host && a.kinds == b.kinds &&
         a.severity == b.severity;
}

std::optional<std::string_view> plain_name(std::string_view name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f; });
  return plain ? std::optional(name) : std::nullopt;
}

/// The host that JSON names: the empty text if it names none, nothing if that is not plain to see.
std::optional<std::string_view> host_in_json(Format format, std::string_view raw) {
  static const Needle kKey("\"host"), kWinlog("\"winlog"), kComputer("\"computer");
  constexpr std::string_view kHostname = "\"Hostname\"";
  if (raw.find("\\u") != std::string_view::npos) return std::nullopt;
  const std::size_t at = kKey.find(raw);
  if (format == Format::json)
    return at == std::string_view::npos ? std::optional<std::string_view>("") : std::nullopt;
  // Winlogbeat's names are others, and Fluent Bit's, wherever they stand.
  if (kWinlog.find(raw) != std::string_view::npos || kComputer.find(raw) != std::string_view::npos) return std::nullopt;
  if (at == std::string_view::npos) return std::string_view();
  // NXLog's flat JSON: the first key of that name counts, here in the outermost object.
  const std::string_view before = raw.substr(0, at);
  const bool plain = raw.substr(at).starts_with(kHostname) && before.find('[') == std::string_view::npos &&
                     std::count(before.begin(), before.end(), '{') == 1 &&
                     before.find('\\') == std::string_view::npos;
  if (!plain) return std::nullopt;
  std::string_view rest = raw.substr(at + kHostname.size());
  if (!rest.starts_with(":\"")) return std::nullopt;
  rest.remove_prefix(2);
  const std::size_t end = rest.find_first_of("\"\\");
  if (end == 0 || end == std::string_view::npos || rest[end] != '"') return std::nullopt;
  return plain_name(rest.substr(0, end));
}

/// The name that a FortiGate without a header gives itself, if it is plain to see.
std::optional<std::string_view> host_in_fortigate(std::string_view raw) {
  constexpr std::string_view kKey = " devname=\"";
  constexpr std::size_t kFrontBytes = 96;
  // Behind the priority the payload begins at once: there is no header that could name a host.
  const std::size_t payload = raw.find('>');
  if (!raw.starts_with('<') || payload > 4 || !raw.substr(payload + 1).starts_with("date="))
    return std::nullopt;
  // The first of that name counts, and stands in front of everything quoted.
  const std::string_view front = raw.substr(0, kFrontBytes);
  const std::size_t at = front.find(kKey);
  if (at == std::string_view::npos || front.substr(0, at).find_first_of("\"\\") != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view rest = raw.substr(at + kKey.size());
  const std::size_t end = rest.find_first_of("\"\\");
  if (end == 0 || end == std::string_view::npos || rest[end] != '"') return std::nullopt;
  return plain_name(rest.substr(0, end));
}

}  // namespace

std::uint32_t host_without_parsing(const Source& source, Format format, std::string_view raw,
                                   RollupBuilder& rollup) {
  switch (format) {
    case Format::json:
    case Format::windows_json: {
      // A document that came over HTTP may hold a whole message of another format.
      const auto host = source.carries_documents() ? std::nullopt : host_in_json(format, raw);
      if (!host) return kHostUnknown;
      return host->empty() || *host == source.host ? kHostOfSource : rollup.host(*host);
    }
    case Format::cef:
    case Format::fortigate: {
      // Their own name counts only where the header has none; then the host is the peer, or what an HTTP client said.
      if (source.carries_documents()) return kHostUnknown;
      if (source.host != source.peer) return kHostOfSource;
      const auto host = format == Format::fortigate ? host_in_fortigate(raw) : std::nullopt;
      return host ? rollup.host(*host) : kHostUnknown;
    }
    default:
      break;
  }
  const FormatSpec* const spec = find_format(format);
  if (spec == nullptr || spec->names_host == NamesHost::always) return kHostUnknown;
  const bool header_names_it = source.host != source.peer;
  return header_names_it || spec->names_host == NamesHost::never ? kHostOfSource : kHostUnknown;
}

std::uint8_t severity_without_parsing(const Source& source, std::string_view raw) {
  if (raw.empty() || raw.front() == '\0' || source.transport == transport::kGelf) return kSeverityUnknown;
  if (raw.front() != '<') {
    const bool document = source.carries_documents() && raw.front() == '{' && !may_be_wrapped(source.transport);
    // A line that a shipper brought may begin with its priority.
    return document && raw.find("\"<") == std::string_view::npos ? kSeverityNone : kSeverityUnknown;
  }
  unsigned priority = 0;
  std::size_t at = 1;
  for (; at < raw.size() && at <= 3 && raw[at] >= '0' && raw[at] <= '9'; ++at) {
    priority = priority * 10 + static_cast<unsigned>(raw[at] - '0');
  }
  const bool plain =
      at > 1 && at < raw.size() && raw[at] == '>' && priority <= 191 && (raw[1] != '0' || at == 2);
  return plain ? static_cast<std::uint8_t>(priority & 7U) : kSeverityUnknown;
}

std::size_t RollupBuilder::Hash::operator()(const Key& key) const {
  return static_cast<std::size_t>(mix(static_cast<std::uint64_t>(key.hour) ^ kMixA, key.rest ^ kMixB));
}

void RollupBuilder::add(const Row& row, std::uint32_t host, std::uint8_t severity) {
  const RollupEntry entry{.hour = hour_of(row.event_ns),
                          .source = row.source,
                          .host = host,
                          .kinds = row.kinds,
                          .severity = severity,
                          .records = 1,
                          .raw_bytes = row.length};
  // Neighbours are mostly alike.
  if (last_ >= entries_.size() || !alike(entries_[last_], entry)) {
    const auto [place, fresh] =
        places_.try_emplace({.hour = entry.hour, .rest = rest_of(entry)}, entries_.size());
    last_ = place->second;
    if (fresh) {
      entries_.push_back(entry);
      return;
    }
  }
  ++entries_[last_].records;
  entries_[last_].raw_bytes += row.length;
}

std::uint32_t RollupBuilder::host(std::string_view name) {
  if (last_host_ < hosts_.size() && hosts_[last_host_] == name) return last_host_ + kHostFirst;
  const auto [place, fresh] =
      host_numbers_.try_emplace(std::string(name), static_cast<std::uint32_t>(hosts_.size()) + kHostFirst);
  if (fresh) hosts_.emplace_back(name);
  last_host_ = place->second - kHostFirst;
  return place->second;
}

std::string RollupBuilder::finish(const Sources& sources) {
  std::sort(entries_.begin(), entries_.end(), [](const RollupEntry& a, const RollupEntry& b) {
    return a.hour != b.hour ? a.hour < b.hour : rest_of(a) < rest_of(b);
  });
  std::string plain;
  append_sources(plain, sources);
  append_varint(plain, hosts_.size());
  for (const std::string& host : hosts_) append_text(plain, host);
  append_varint(plain, entries_.size());
  std::int64_t hour = 0;
  for (const RollupEntry& entry : entries_) {
    append_varint(plain, zigzag(entry.hour - hour));
    hour = entry.hour;
  }
  for (const RollupEntry& entry : entries_) append_varint(plain, entry.source);
  for (const RollupEntry& entry : entries_) append_varint(plain, entry.host);
  for (const RollupEntry& entry : entries_) append_varint(plain, entry.kinds);
  for (const RollupEntry& entry : entries_) append_varint(plain, entry.severity);
  for (const RollupEntry& entry : entries_) append_varint(plain, entry.records);
  for (const RollupEntry& entry : entries_) append_varint(plain, entry.raw_bytes);
  places_.clear();
  entries_.clear();
  last_ = 0;
  host_numbers_.clear();
  hosts_.clear();
  last_host_ = 0;

  std::string packed(ZSTD_compressBound(plain.size()), '\0');
  const std::size_t size = ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), kLevel);
  // Without a rollup the block is read instead.
  if (ZSTD_isError(size) != 0U || plain.size() > kPlainMax) return {};
  packed.resize(size);
  std::string out(1, static_cast<char>(kVersion));
  append_varint(out, parser_revision());
  append_varint(out, plain.size());
  out += packed;
  append_fixed(out, checksum64(out));
  return out;
}

bool read_rollup(std::string_view value, Rollup& rollup) {
  if (value.size() < sizeof(std::uint64_t)) return false;
  const std::string_view summed = value.substr(0, value.size() - sizeof(std::uint64_t));
  if (checksum64(summed) != load_u64(summed.data() + summed.size())) return false;
  WireReader head(summed);
  if (head.byte() != kVersion) return false;
  const bool ours = head.varint() == parser_revision();
  const auto size = static_cast<std::size_t>(head.varint(kPlainMax));
  if (!head.ok()) return false;
  const std::string_view frame = head.bytes(head.left());
  std::string plain(size, '\0');
  if (ZSTD_decompress(plain.data(), size, frame.data(), frame.size()) != size) return false;

  WireReader in(plain);
  if (!read_sources(in, rollup.sources)) return false;
  // What follows takes a byte each at least, so it cannot be more than there are bytes.
  rollup.hosts.resize(static_cast<std::size_t>(in.varint(in.left())));
  for (std::string& host : rollup.hosts) host = in.text();
  rollup.entries.assign(static_cast<std::size_t>(in.varint(in.left())), {});
  std::int64_t hour = 0;
  for (RollupEntry& entry : rollup.entries) hour = entry.hour = hour + unzigzag(in.varint());
  const std::uint64_t hosts_end = kHostFirst + rollup.hosts.size();
  bool inside = in.ok();
  for (RollupEntry& entry : rollup.entries) {
    entry.source = static_cast<std::uint32_t>(in.varint(UINT32_MAX));
    inside = inside && entry.source < rollup.sources.size();
  }
  for (RollupEntry& entry : rollup.entries) {
    entry.host = static_cast<std::uint32_t>(in.varint(UINT32_MAX));
    inside = inside && entry.host < hosts_end;
    if (!ours) entry.host = kHostUnknown;
  }
  for (RollupEntry& entry : rollup.entries) entry.kinds = static_cast<std::uint8_t>(in.varint(UINT8_MAX));
  for (RollupEntry& entry : rollup.entries) {
    entry.severity = static_cast<std::uint8_t>(in.varint(kSeverityUnknown));
    if (!ours) entry.severity = kSeverityUnknown;
  }
  for (RollupEntry& entry : rollup.entries) entry.records = in.varint();
  for (RollupEntry& entry : rollup.entries) entry.raw_bytes = in.varint();
  return inside && in.ok() && in.left() == 0;
}

}  // namespace vigil
