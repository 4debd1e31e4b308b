#include "rules/literal_table.h"

#include <hs/hs.h>

#include <algorithm>

namespace vigil::sigma {

LiteralScratch::~LiteralScratch() { hs_free_scratch(memory_); }
LiteralTable::~LiteralTable() { hs_free_database(database_); }

void LiteralTable::add(std::string_view literal, Place place) {
  literals_.emplace_back(literal);
  places_.push_back(place);
  lengths_.push_back(static_cast<std::uint32_t>(literal.size()));
  shortest_ = std::min(shortest_, literal.size());
}

bool LiteralTable::build(LiteralScratch& scratch) {
  std::vector<const char*> texts;
  std::vector<std::size_t> lengths;
  std::vector<unsigned> flags, ids;
  for (const std::string& literal : literals_) {
    // The first place found is not always the last.
    const Place place = places_[texts.size()];
    flags.push_back((place == Place::end ? 0U : unsigned{HS_FLAG_SINGLEMATCH}) |
                    (case_ == Case::ascii_folded ? unsigned{HS_FLAG_CASELESS} : 0U));
    ids.push_back(static_cast<unsigned>(texts.size()));
    texts.push_back(literal.data());
    lengths.push_back(literal.size());
  }
  hs_compile_error_t* error = nullptr;
  const hs_error_t result = hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), lengths.data(),
                                                 static_cast<unsigned>(texts.size()), HS_MODE_BLOCK, nullptr, &database_,
                                                 &error);
  if (error != nullptr) hs_free_compile_error(error);
  std::vector<std::string>().swap(literals_);
  if (result == HS_SUCCESS && hs_alloc_scratch(database_, &scratch.memory_) == HS_SUCCESS) return true;
  hs_free_database(database_);
  database_ = nullptr;
  return false;
}

std::size_t LiteralTable::memory() const {
  std::size_t bytes = 0;
  if (database_ != nullptr) hs_database_size(database_, &bytes);
  return bytes + lengths_.capacity() * sizeof(lengths_[0]) + places_.capacity() * sizeof(places_[0]);
}

bool LiteralTable::scan(std::string_view text, LiteralScratch& scratch, Call call, void* context) const {
  struct Scan {
    const LiteralTable& table;
    std::size_t size;
    Call call;
    void* context;
  } scan{*this, text.size(), call, context};
  const auto on_match = [](unsigned number, unsigned long long, unsigned long long end, unsigned, void* given) {
    const auto& now = *static_cast<const Scan*>(given);
    const Place place = now.table.places_[number];
    if (place == Place::end && end != now.size) return 0;
    if (place == Place::front && end != now.table.lengths_[number]) return 0;
    now.call(now.context, number);
    return 0;
  };
  return database_ != nullptr && hs_scan(database_, text.data(), static_cast<unsigned>(text.size()), 0, scratch.memory_,
                                         on_match, &scan) == HS_SUCCESS;
}

}  // namespace vigil::sigma
