#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/indicator_table.h"

namespace vigil {

/// A list as it is watched for.
struct Watchlist {
  std::string id, name;
  std::vector<std::string> organisations;  ///< whose records it is for; empty: everybody's
  std::shared_ptr<const IndicatorTable> table;
};

/// Where an indicator is: a list of WatchlistIndex::lists() and a row of its table.
struct IndicatorRef {
  std::uint32_t list = 0, row = 0;
  bool operator==(const IndicatorRef&) const = default;
};

/// All lists in one look-up over raw text. Immutable; shared between threads and swapped whole.
///
/// The text is cut into tokens once (into those with a dot alone, unless accounts are looked for); nothing is parsed. Each token asks a filter of two bytes an indicator, which says no
/// to nearly all, and then a table of twelve. An address is found whole and in every network that holds it; a domain in
/// every name below it, at a dot; a URL by its host; a hash and a mail address whole; an account as a word.
///
/// What is found stands in the text at the borders of words, but where (in whose field) only parsing tells; a URL's path
/// has not been looked at, and an account's word may be anything (watchlist_watch.h does both).
class WatchlistIndex {
 public:
  WatchlistIndex() : WatchlistIndex(std::vector<Watchlist>()) {}
  explicit WatchlistIndex(std::vector<Watchlist> lists);

  bool empty() const { return rows_ == 0; }
  std::size_t size() const { return rows_; }
  const std::vector<Watchlist>& lists() const { return lists_; }
  const IndicatorTable& table(IndicatorRef ref) const { return *lists_[ref.list].table; }
  /// The index alone, without the tables.
  std::size_t memory_bytes() const { return slots_.capacity() * sizeof(Slot) + filter_.capacity() * sizeof(std::uint64_t); }

  /// Appends what may stand in the text, each once. UTF-8. Linear in the text; does not allocate where nothing is found.
  void find(std::string_view text, std::vector<IndicatorRef>& out) const;

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t entry = 0;  ///< number of the row over all lists, from 1; 0: a free slot
  };
  struct Token {
    const char *begin, *end;
    unsigned classes;
  };

  void insert(std::uint64_t key, std::uint32_t entry);
  void insert_row(const IndicatorTable& table, std::size_t row, std::uint32_t entry);
  bool maybe(std::uint64_t key) const {
    const std::uint64_t bits = filter_bits(key);
    return (filter_[(key >> 40U) & filter_mask_] & bits) == bits;
  }
  static std::uint64_t filter_bits(std::uint64_t key) {
    return std::uint64_t{1} << (key & 63U) | std::uint64_t{1} << (key >> 6U & 63U) | std::uint64_t{1} << (key >> 12U & 63U) |
           std::uint64_t{1} << (key >> 18U & 63U);
  }
  IndicatorRef ref_of(std::uint32_t entry) const;
  template <class Same>
  void look_up(std::uint64_t key, const Same& same, std::vector<IndicatorRef>& out) const;

  void every_token(std::string_view text, std::vector<IndicatorRef>& out) const;
  void dotted_tokens(std::string_view text, std::vector<IndicatorRef>& out) const;
  void long_runs(std::string_view text, std::vector<IndicatorRef>& out) const;
  void token(std::string_view text, Token token, std::vector<IndicatorRef>& out) const;
  void word(std::string_view token, std::vector<IndicatorRef>& out) const;
  void name(std::string_view token, std::string_view text, std::size_t at, std::vector<IndicatorRef>& out) const;
  void quad(std::string_view token, std::vector<IndicatorRef>& out) const;
  void numbers(std::string_view token, std::vector<IndicatorRef>& out) const;
  void hashes(std::string_view token, std::vector<IndicatorRef>& out) const;
  void wide_addresses(std::string_view text, std::vector<IndicatorRef>& out) const;
  void address(const std::uint8_t* bytes, bool v6, std::vector<IndicatorRef>& out) const;

  std::vector<Watchlist> lists_;
  std::vector<std::uint32_t> first_entry_;  ///< of each list, from 1
  std::size_t rows_ = 0;
  std::vector<Slot> slots_;
  std::size_t slot_mask_ = 0;
  std::vector<std::uint64_t> filter_;
  std::size_t filter_mask_ = 0;
  std::array<std::uint64_t, 256> tops_{};  ///< bits by the hash of a last label ("example", "tw")
  std::vector<unsigned> v4_prefixes_, v6_prefixes_;  ///< lengths that some network has, the longest first
  bool names_ = false, unicode_names_ = false, mails_ = false, hashes_ = false, accounts_ = false;
  std::array<bool, 129> hash_sizes_{};
};

}  // namespace vigil
