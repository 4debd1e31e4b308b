#include "rules/indicator_table.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "rules/sip_hash.h"

namespace vigil {
namespace {

constexpr std::string_view kVersion = "1\n";

std::uint64_t row_hash(IndicatorKind kind, std::string_view value) {
  return sigma::sip_hash({0x7669676964776C31ULL, static_cast<std::uint64_t>(kind)}, value);
}

std::uint32_t seconds(std::int64_t ns) {
  const std::int64_t whole = ns / 1'000'000'000;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(whole, 0, UINT32_MAX));
}

/// One line, no TAB: what is kept as a cell.
std::string cell(std::string_view text, std::size_t most) {
  if (text.size() > most) {
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
    text = text.substr(0, most);
  }
  std::string out(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return out;
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::uint32_t IndicatorTable::origin_of(const std::string& source, const std::string& tlp) {
  const auto [found, fresh] =
      origin_rows_.try_emplace(source + "\t" + tlp, static_cast<std::uint32_t>(origins_.size()));
  if (fresh) origins_.push_back({source, tlp});
  return found->second;
}

bool IndicatorTable::add(const Indicator& indicator, std::uint64_t since, std::uint16_t batch) {
  const std::uint64_t hash = row_hash(indicator.kind, indicator.value);
  const auto [from, to] = known_.equal_range(hash);
  for (auto at = from; at != to; ++at) {
    if (kind(at->second) == indicator.kind && value(at->second) == indicator.value) return false;
  }
  const std::string comment = cell(indicator.comment, kCommentBytesMax);
  Row row{};
  row.at = static_cast<std::uint32_t>(text_.size());
  row.value_size = static_cast<std::uint16_t>(indicator.value.size());
  row.comment_size = static_cast<std::uint16_t>(comment.size());
  row.origin = origin_of(cell(indicator.source, 128), indicator.tlp);
  row.added_s = seconds(indicator.added_ns);
  row.expires_s = seconds(indicator.expires_ns);
  row.kind = indicator.kind;
  row.confidence = static_cast<std::int8_t>(std::clamp(indicator.confidence, -1, 100));
  row.batch = batch;
  row.since = since;
  text_ += indicator.value;
  text_ += comment;
  known_.emplace(hash, static_cast<std::uint32_t>(rows_.size()));
  rows_.push_back(row);
  return true;
}

Indicator IndicatorTable::indicator(std::size_t row) const {
  return {kind(row),           std::string(value(row)), source(row),   tlp(row), std::string(comment(row)),
          rows_[row].confidence, added_ns(row),         expires_ns(row)};
}

std::size_t IndicatorTable::find(IndicatorKind wanted, std::string_view text) const {
  if (known_.size() == rows_.size()) {
    const auto [from, to] = known_.equal_range(row_hash(wanted, text));
    for (auto at = from; at != to; ++at) {
      if (kind(at->second) == wanted && value(at->second) == text) return at->second;
    }
    return size();
  }
  for (std::size_t row = 0; row < size(); ++row) {
    if (kind(row) == wanted && value(row) == text) return row;
  }
  return size();
}

std::size_t IndicatorTable::memory_bytes() const {
  constexpr std::size_t kNode = 40;
  return sizeof(*this) + text_.capacity() + rows_.capacity() * sizeof(Row) + known_.size() * kNode +
         known_.bucket_count() * sizeof(void*);
}

unsigned IndicatorTable::chunk_of(IndicatorKind kind, std::string_view value) {
  return static_cast<unsigned>(row_hash(kind, value) % kChunks);
}

void IndicatorTable::write_chunks(const std::function<void(unsigned, std::string&&)>& put) const {
  std::array<std::vector<std::uint32_t>, kChunks> rows;
  for (std::size_t row = 0; row < size(); ++row) rows[chunk_of(kind(row), value(row))].push_back(static_cast<std::uint32_t>(row));
  for (unsigned chunk = 0; chunk < kChunks; ++chunk) {
    if (rows[chunk].empty()) continue;
    std::string text(kVersion);
    for (const std::uint32_t row : rows[chunk]) {
      const Row& each = rows_[row];
      text += indicator_kind_name(each.kind);
      text += '\t';
      text += value(row);
      for (const std::int64_t number : {std::int64_t{each.added_s}, std::int64_t{each.expires_s},
                                        std::int64_t{each.confidence}, static_cast<std::int64_t>(each.since),
                                        std::int64_t{each.batch}}) {
        text += '\t';
        text += std::to_string(number);
      }
      text += '\t';
      text += tlp(row);
      text += '\t';
      text += source(row);
      text += '\t';
      text += comment(row);
      text += '\n';
    }
    put(chunk, std::move(text));
  }
}

bool IndicatorTable::read_chunk(std::string_view text) {
  if (!text.starts_with(kVersion)) return false;
  text.remove_prefix(kVersion.size());
  bool whole = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    std::array<std::string_view, 10> cells;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::size_t tab = i + 1 == cells.size() ? line.size() : std::min(line.find('\t'), line.size());
      cells[i] = line.substr(0, tab);
      line.remove_prefix(std::min(tab + 1, line.size()));
    }
    Indicator indicator;
    std::int64_t added = 0, expires = 0;
    std::uint64_t since = 0;
    std::uint16_t batch = 0;
    const auto kind = indicator_kind_from_name(cells[0]);
    if (!kind || cells[1].empty() || !read_number(cells[2], added) || !read_number(cells[3], expires) ||
        !read_number(cells[4], indicator.confidence) || !read_number(cells[5], since) ||
        !read_number(cells[6], batch)) {
      whole = false;
      continue;
    }
    indicator.kind = *kind;
    indicator.value = cells[1];
    indicator.added_ns = added * 1'000'000'000;
    indicator.expires_ns = expires * 1'000'000'000;
    indicator.tlp = cells[7];
    indicator.source = cells[8];
    indicator.comment = cells[9];
    add(indicator, since, batch);
  }
  return whole;
}

}  // namespace vigil
