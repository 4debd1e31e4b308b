#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct hs_database;
struct hs_scratch;

namespace vigil::sigma {

/// The memory that scans need; one per thread, for any number of tables.
class LiteralScratch {
 public:
  LiteralScratch() = default;
  ~LiteralScratch();
  LiteralScratch(const LiteralScratch&) = delete;
  LiteralScratch& operator=(const LiteralScratch&) = delete;

 private:
  friend class LiteralTable;
  hs_scratch* memory_ = nullptr;
};

/// Many literals looked for in a text at once, by Vectorscan. Immutable once built.
class LiteralTable {
 public:
  enum class Place : std::uint8_t { anywhere, front, end };
  enum class Case : std::uint8_t { exact, ascii_folded };

  explicit LiteralTable(Case kind) : case_(kind) {}
  ~LiteralTable();
  LiteralTable(const LiteralTable&) = delete;
  LiteralTable& operator=(const LiteralTable&) = delete;

  /// Literals are numbered in the order of their being added. Not empty.
  void add(std::string_view literal, Place place);
  /// False: it could not be built (out of memory); then nothing is found.
  bool build(LiteralScratch& scratch);

  bool empty() const { return literals_.empty(); }
  std::size_t memory() const;

  /// Calls `found(number)` for each literal that is there, perhaps more than once. False: the scan failed.
  template <class Found>
  bool scan(std::string_view text, LiteralScratch& scratch, Found found) const {
    if (text.size() < shortest_) return true;
    return scan(text, scratch, [](void* given, std::uint32_t number) { (*static_cast<Found*>(given))(number); }, &found);
  }

 private:
  using Call = void (*)(void* context, std::uint32_t number);
  bool scan(std::string_view text, LiteralScratch& scratch, Call call, void* context) const;

  Case case_;
  std::vector<std::string> literals_;  ///< until built
  std::vector<Place> places_;
  std::vector<std::uint32_t> lengths_;
  std::size_t shortest_ = SIZE_MAX;
  hs_database* database_ = nullptr;
};

}  // namespace vigil::sigma
