#include "storage/row_columns.h"

#include <numeric>
#include <utility>

namespace vigil {

namespace {

/// Orders `order` by a small number of each row, keeping the order of equals: one step of a counting sort.
template <class Number>
void sort_by(std::vector<std::uint32_t>& order, const std::vector<Row>& rows, std::size_t numbers,
             Number&& number) {
  std::vector<std::uint32_t> starts(numbers + 1), sorted(order.size());
  for (const Row& row : rows) ++starts[number(row) + 1];
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  for (const std::uint32_t row : order) sorted[starts[number(rows[row])]++] = row;
  order.swap(sorted);
}

constexpr std::array<std::int64_t, 4> kUnits = {1, 1'000, 1'000'000, 1'000'000'000};

/// The largest unit of which all times are multiples: an index of kUnits.
template <std::size_t kUnit>
std::size_t unit_of(const std::vector<Row>& rows, std::size_t from) {
  if constexpr (kUnit > 0) {
    // What was a multiple of a larger unit is one of a smaller.
    for (; from < rows.size(); ++from) {
      if (rows.data()[from].event_ns % kUnits[kUnit] != 0) return unit_of<kUnit - 1>(rows, from);
    }
  }
  return kUnit;
}

/// Times divided by a unit; the compiler makes a multiplication of each.
template <std::int64_t kUnit, class Place>
void divide(const std::vector<Row>& rows, std::vector<std::uint64_t>& values, Place&& place) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    values.data()[i] = static_cast<std::uint64_t>(rows.data()[place(i)].event_ns / kUnit);
  }
}

}  // namespace

std::vector<std::uint32_t> text_order(const std::vector<Row>& rows) {
  std::vector<std::uint32_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0U);
  std::uint32_t sources = 0;
  for (const Row& row : rows) sources = std::max(sources, row.source + 1);
  sort_by(order, rows, sources, [](const Row& row) { return row.source; });
  sort_by(order, rows, 256, [](const Row& row) { return static_cast<std::uint8_t>(row.format); });
  return order;
}

void put_rows(const std::vector<Row>& rows, std::span<const std::uint32_t> order, NumberPlanes& out) {
  std::vector<std::uint64_t> values(rows.size());
  const auto put = [&](auto&& value) {
    for (std::size_t i = 0; i < rows.size(); ++i) values.data()[i] = value(i);
    out.put(values);
  };
  const Row* const row = rows.data();
  put([row](std::size_t i) { return row[i].sequence - i; });
  put([row](std::size_t i) { return static_cast<std::uint64_t>(row[i].received_ns); });
  put([row](std::size_t i) { return row[i].source; });
  put([row](std::size_t i) { return static_cast<std::uint8_t>(row[i].format); });
  put([row](std::size_t i) { return row[i].kinds; });
  put([row](std::size_t i) { return row[i].tags; });
  const auto in_order = [order](std::size_t i) { return order.empty() ? i : order.data()[i]; };
  put([row, &in_order](std::size_t i) { return row[in_order(i)].length; });
  const std::size_t unit = unit_of<kUnits.size() - 1>(rows, 0);
  out.shapes.varint(unit);
  switch (unit) {
    case 0:
      divide<kUnits[0]>(rows, values, in_order);
      break;
    case 1:
      divide<kUnits[1]>(rows, values, in_order);
      break;
    case 2:
      divide<kUnits[2]>(rows, values, in_order);
      break;
    default:
      divide<kUnits[3]>(rows, values, in_order);
      break;
  }
  out.put(values);
}

bool read_rows(NumberReaders& in, std::uint32_t count, std::size_t sources, RowOrder kind,
               std::vector<Row>& rows, std::vector<std::uint32_t>& order) {
  if (count == 0 || count > kRowsMax) return false;
  rows.resize(count);
  PlanedNumbers sequence, received, source, format, kinds, tags, length, event;
  for (PlanedNumbers* const column : {&sequence, &received, &source, &format, &kinds, &tags, &length}) {
    if (!column->read(in, count)) return false;
  }
  const auto unit = static_cast<std::size_t>(in.shapes.varint(kUnits.size() - 1));
  if (!event.read(in, count)) return false;
  std::uint64_t before = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    Row& row = rows.data()[i];
    row = Row();
    row.sequence = sequence.next(i) + i;
    row.received_ns = static_cast<std::int64_t>(received.next(i));
    row.source = static_cast<std::uint32_t>(source.next(i));
    row.format = static_cast<Format>(format.next(i));
    row.kinds = static_cast<std::uint8_t>(kinds.next(i));
    row.tags = tags.next(i);
    if (row.source >= sources || (i > 0 && row.sequence <= before)) return false;
    before = row.sequence;
  }
  if (kind == RowOrder::by_text) order = text_order(rows);
  std::uint64_t raw_bytes = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    Row& row = rows.data()[kind == RowOrder::by_text ? order.data()[i] : i];
    const std::uint64_t bytes = length.next(i);
    if (bytes > kRawBytesMax) return false;
    raw_bytes += row.length = static_cast<std::uint32_t>(bytes);
    row.event_ns = static_cast<std::int64_t>(event.next(i) * static_cast<std::uint64_t>(kUnits[unit]));
  }
  return in.shapes.ok() && raw_bytes <= kRawBytesMax;
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
  const auto [at, added] =
      by_content_.try_emplace(std::move(content), static_cast<std::uint32_t>(sources_.size()));
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
