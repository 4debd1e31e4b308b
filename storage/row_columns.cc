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

/// Ends of the runs of lengths and times, in the order of the text.
std::vector<std::size_t> runs_of(const std::vector<Row>& rows, std::span<const std::uint32_t> order) {
  constexpr std::size_t kRunMin = 64;
  std::vector<std::size_t> ends;
  bool open = false;  // the latest run is of small ones, and may go on
  for (std::size_t first = 0, end = 0; first < order.size(); first = end) {
    const Row& row = rows[order[first]];
    while (end < order.size() && rows[order[end]].source == row.source &&
           rows[order[end]].format == row.format)
      ++end;
    const bool small = end - first < kRunMin;
    if (open && small) {
      ends.back() = end;
    } else {
      ends.push_back(end);
    }
    open = small;
  }
  if (order.empty()) ends.push_back(rows.size());
  return ends;
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
  const auto in_order = [order](std::size_t i) { return order.empty() ? i : order.data()[i]; };
  put([row, &in_order](std::size_t i) { return row[in_order(i)].kinds; });
  put([row, &in_order](std::size_t i) { return row[in_order(i)].tags; });
  std::size_t first = 0;
  for (const std::size_t end : runs_of(rows, order)) {
    const std::span<std::uint64_t> run = std::span(values).first(end - first);
    for (std::size_t i = first; i < end; ++i) run[i - first] = row[in_order(i)].length;
    out.put(run);
    for (std::size_t i = first; i < end; ++i)
      run[i - first] = static_cast<std::uint64_t>(row[in_order(i)].event_ns);
    out.put(run);
    first = end;
  }
}

bool read_rows(NumberReaders& in, std::uint32_t count, std::size_t sources, RowOrder kind,
               std::vector<Row>& rows, std::vector<std::uint32_t>& order) {
  if (count == 0 || count > kRowsMax) return false;
  rows.resize(count);
  PlanedNumbers sequence, received, source, format, kinds, tags;
  for (PlanedNumbers* const column : {&sequence, &received, &source, &format, &kinds, &tags}) {
    if (!column->read(in, count)) return false;
  }
  std::uint64_t before = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    Row& row = rows.data()[i];
    row = Row();
    row.sequence = sequence.next(i) + i;
    row.received_ns = static_cast<std::int64_t>(received.next(i));
    row.source = static_cast<std::uint32_t>(source.next(i));
    row.format = static_cast<Format>(format.next(i));
    if (row.source >= sources || (i > 0 && row.sequence <= before)) return false;
    before = row.sequence;
  }
  if (kind == RowOrder::by_text) {
    order = text_order(rows);
  } else {
    order.clear();
  }
  std::uint64_t raw_bytes = 0;
  std::size_t first = 0;
  for (const std::size_t end : runs_of(rows, order)) {
    PlanedNumbers length, event;
    if (!length.read(in, end - first) || !event.read(in, end - first)) return false;
    for (std::size_t i = first; i < end; ++i) {
      Row& row = rows.data()[kind == RowOrder::by_text ? order.data()[i] : i];
      row.kinds = static_cast<std::uint8_t>(kinds.next(i));
      row.tags = tags.next(i);
      const std::uint64_t bytes = length.next(i - first);
      if (bytes > kRawBytesMax) return false;
      raw_bytes += row.length = static_cast<std::uint32_t>(bytes);
      row.event_ns = static_cast<std::int64_t>(event.next(i - first));
    }
    first = end;
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
  append_text(out, source.envelope);
}
}  // namespace

void append_sources(std::string& out, const Sources& sources) {
  append_varint(out, sources.size());
  for (const auto& source : sources) append_source(out, *source);
}

bool read_sources(WireReader& in, Sources& sources) {
  constexpr std::size_t kSmallest = 11;  // a source of empty strings
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
    source->envelope = in.text();
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
