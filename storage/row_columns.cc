#include "storage/row_columns.h"

#include <utility>

namespace vigil {

char* put_rows(char* at, std::span<const Row> rows) {
  std::uint64_t sequence = UINT64_MAX;  // so that the first is stored as it is: the distance from -1, less one
  for (const Row& row : rows) {
    at = put_varint(at, row.sequence - sequence - 1);
    sequence = row.sequence;
  }
  std::int64_t time = 0;
  for (const Row& row : rows) {
    at = put_varint(at, zigzag(wrapping_difference(row.received_ns, time)));
    time = row.received_ns;
  }
  time = 0;
  for (const Row& row : rows) {
    at = put_varint(at, zigzag(wrapping_difference(row.event_ns, time)));
    time = row.event_ns;
  }
  for (const Row& row : rows) at = put_varint(at, row.length);
  for (const Row& row : rows) at = put_varint(at, row.source);
  for (const Row& row : rows) at = put_varint(at, row.tags);
  for (const Row& row : rows) *at++ = static_cast<char>(row.kinds);
  for (const Row& row : rows) *at++ = static_cast<char>(row.format);
  return at;
}

bool read_rows(WireReader& in, std::uint32_t count, std::size_t sources, std::vector<Row>& rows) {
  if (count > kRowsMax || in.left() < std::size_t{count} * 8) return false;  // each column takes a byte a row at least
  rows.assign(count, Row());
  std::uint64_t sequence = UINT64_MAX;
  bool first = true;
  for (Row& row : rows) {
    const std::uint64_t next = sequence + in.varint() + 1;
    if (!first && next <= sequence) return false;
    row.sequence = sequence = next;
    first = false;
  }
  std::int64_t time = 0;
  for (Row& row : rows) row.received_ns = time = wrapping_sum(time, unzigzag(in.varint()));
  time = 0;
  for (Row& row : rows) row.event_ns = time = wrapping_sum(time, unzigzag(in.varint()));
  std::uint64_t raw_bytes = 0;
  for (Row& row : rows) raw_bytes += row.length = static_cast<std::uint32_t>(in.varint(kRawBytesMax));
  for (Row& row : rows) {
    row.source = static_cast<std::uint32_t>(in.varint(UINT32_MAX));
    if (row.source >= sources) return false;
  }
  for (Row& row : rows) row.tags = in.varint();
  for (Row& row : rows) row.kinds = in.byte();
  for (Row& row : rows) row.format = static_cast<Format>(in.byte());
  return in.ok() && raw_bytes <= kRawBytesMax;
}

namespace {
void append_source(std::string& out, const Source& source) {
  for (const std::string* text : {&source.peer, &source.host, &source.listener, &source.transport,
                                  &source.organisation, &source.system}) {
    append_text(out, *text);
  }
  const unsigned flags = (source.core ? 1U : 0U) | (source.in_scope ? 2U : 0U) | (source.drill ? 4U : 0U);
  out += static_cast<char>(flags);
  out += static_cast<char>(source.system_kinds.bits());
  append_varint(out, zigzag(source.zone_minutes));
  out += static_cast<char>(source.charset);
}
}  // namespace

void append_sources(std::string& out, const Sources& sources) {
  append_varint(out, sources.size());
  for (const auto& source : sources) append_source(out, *source);
}

bool read_sources(WireReader& in, Sources& sources) {
  constexpr std::size_t kSmallest = 10;  // a source of empty strings
  const std::uint64_t count = in.varint(in.left() / kSmallest);
  sources.clear();
  sources.reserve(static_cast<std::size_t>(count));
  for (std::uint64_t i = 0; i < count; ++i) {
    auto source = std::make_shared<Source>();
    for (std::string* text : {&source->peer, &source->host, &source->listener, &source->transport,
                              &source->organisation, &source->system}) {
      *text = in.text();
    }
    const unsigned flags = in.byte();
    source->core = (flags & 1U) != 0;
    source->in_scope = (flags & 2U) != 0;
    source->drill = (flags & 4U) != 0;
    source->system_kinds = Kinds(in.byte());
    source->zone_minutes = static_cast<int>(unzigzag(in.varint()));
    source->charset = static_cast<Charset>(in.byte());
    sources.push_back(std::move(source));
  }
  return in.ok();
}

std::uint32_t SourceTableBuilder::index_of(const std::shared_ptr<const Source>& source) {
  if (const auto known = by_address_.find(source.get()); known != by_address_.end()) return known->second;
  std::string content;
  append_source(content, *source);
  const auto [at, added] = by_content_.try_emplace(std::move(content), static_cast<std::uint32_t>(sources_.size()));
  if (added) {
    sources_.push_back(source);
    by_address_.emplace(source.get(), at->second);
  }
  return at->second;
}

Sources SourceTableBuilder::take() {
  by_address_.clear();
  by_content_.clear();
  return std::exchange(sources_, {});
}

}  // namespace vigil
