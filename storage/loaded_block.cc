#include "storage/loaded_block.h"

#include <algorithm>

#include "storage/rocks_archive.h"

namespace vigil {

Result<std::shared_ptr<LoadedBlock>, StoreError> LoadedBlock::open(const Database& database,
                                                                   std::shared_ptr<const BlockInfo> info) {
  std::shared_ptr<LoadedBlock> block(new LoadedBlock(database, std::move(info)));
  rocksdb::PinnableSlice pin;
  const auto value = database.get(family_of(block->info_->place), part_key(*block->info_, 0), pin);
  if (!value) return value.error();
  auto rows = read_rows_part(*value, *block->info_);
  if (!rows) return rows.error();
  block->rows_ = std::move(*rows);
  block->texts_.resize(block->rows_->layout.parts.size());
  return block;
}

std::size_t LoadedBlock::part_of(const Row& row) const {
  const auto& parts = rows_->layout.parts;
  // A record without bytes may stand where one part ends and the next begins: any part will do for it.
  const auto after =
      std::upper_bound(parts.begin(), parts.end(), row.offset,
                       [](std::uint64_t offset, const TextLayout::Part& part) { return offset < part.at; });
  return static_cast<std::size_t>(after - parts.begin()) - 1;
}

Result<std::string_view, StoreError> LoadedBlock::text(std::size_t part) {
  TextPart& text = texts_[part];
  if (!text.bytes) {
    rocksdb::PinnableSlice pin;
    const auto value =
        database_.get(family_of(info_->place), part_key(*info_, static_cast<std::uint16_t>(part + 1)), pin);
    if (!value) return value.error();
    if (!reader_) reader_ = std::make_unique<TextPartReader>();
    auto read = reader_->read(*value, rows_->layout.parts[part].bytes, rows_->times_of(part), *info_);
    if (!read) return read.error();
    text = std::move(*read);
  }
  return std::string_view(text.bytes.get(), text.size);
}

Result<std::string_view, StoreError> LoadedBlock::raw(const Row& row) {
  const std::size_t part = part_of(row);
  const auto whole = text(part);
  if (!whole) return whole.error();
  const auto at = static_cast<std::size_t>(row.offset - rows_->layout.parts[part].at);
  return row.length == 0 ? std::string_view() : whole->substr(at, row.length);
}

}  // namespace vigil
