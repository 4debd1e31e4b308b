#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/indicator.h"

namespace vigil {

/// The indicators of one list, packed: 32 bytes a row and the bytes of value and comment. Rows are added and never
/// changed, but for since(). Immutable once shared.
///
/// A row's `since` is the first record (sequence) that the stream watches for it; the records before are the retro-hunt's.
/// So each record is held against each indicator exactly once.
class IndicatorTable {
 public:
  static constexpr std::size_t kCommentBytesMax = 512;  ///< what is longer is cut: it is shown beside each hit

  /// Appends one; false where its kind and value are there already (the table is as before).
  bool add(const Indicator& indicator, std::uint64_t since, std::uint16_t batch = 0);

  std::size_t size() const { return rows_.size(); }
  IndicatorKind kind(std::size_t row) const { return rows_[row].kind; }
  std::string_view value(std::size_t row) const { return {text_.data() + rows_[row].at, rows_[row].value_size}; }
  std::string_view comment(std::size_t row) const {
    return {text_.data() + rows_[row].at + rows_[row].value_size, rows_[row].comment_size};
  }
  const std::string& source(std::size_t row) const { return origins_[rows_[row].origin].source; }
  const std::string& tlp(std::size_t row) const { return origins_[rows_[row].origin].tlp; }
  int confidence(std::size_t row) const { return rows_[row].confidence; }
  std::int64_t added_ns(std::size_t row) const { return rows_[row].added_s * std::int64_t{1'000'000'000}; }
  std::int64_t expires_ns(std::size_t row) const { return rows_[row].expires_s * std::int64_t{1'000'000'000}; }
  bool expired(std::size_t row, std::int64_t now_ns) const {
    return rows_[row].expires_s != 0 && now_ns >= expires_ns(row);
  }
  std::uint64_t since(std::size_t row) const { return rows_[row].since; }
  /// Which change of the list brought it (a hunt's number, modulo 65,536): two changes may take effect at one record.
  std::uint16_t batch(std::size_t row) const { return rows_[row].batch; }
  void set_since(std::size_t row, std::uint64_t since, std::uint16_t batch) {
    rows_[row].since = since;
    rows_[row].batch = batch;
  }

  Indicator indicator(std::size_t row) const;
  /// The row of this kind and value; size() where there is none. Linear once, then a hash look-up: made for changing a
  /// list, let go with forget_rows().
  std::size_t find(IndicatorKind kind, std::string_view value) const;
  /// Gives back what find() and add() remember to tell doubles. Adding goes on telling those it meets from then on.
  void forget_rows() { known_.clear(); }
  std::size_t memory_bytes() const;

  /// A table is kept in the state store as kChunks texts, each row in that of its value's hash: changing one row writes
  /// one of them. Text: "1\n", then a row a line, its cells parted by TAB.
  static constexpr unsigned kChunks = 256;
  static unsigned chunk_of(IndicatorKind kind, std::string_view value);
  void write_chunks(const std::function<void(unsigned chunk, std::string&& text)>& put) const;
  /// Adds a chunk's rows. False where it was written by a newer program, or is damaged; whole rows are taken all the same.
  bool read_chunk(std::string_view text);

 private:
  struct Row {
    std::uint32_t at;
    std::uint16_t value_size, comment_size;
    std::uint32_t origin;
    std::uint32_t added_s, expires_s;  // until 2106
    IndicatorKind kind;
    std::int8_t confidence;
    std::uint16_t batch;
    std::uint64_t since;
  };
  struct Origin {
    std::string source, tlp;
  };
  std::uint32_t origin_of(const std::string& source, const std::string& tlp);

  std::string text_;
  std::vector<Row> rows_;
  std::vector<Origin> origins_;
  std::unordered_map<std::string, std::uint32_t> origin_rows_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> known_;  ///< hash of kind and value -> row
};

}  // namespace vigil
