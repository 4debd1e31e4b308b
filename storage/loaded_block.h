#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "storage/archive.h"
#include "storage/block_codec.h"
#include "storage/database.h"

namespace vigil {

/// A row as it is shown to those who ask; `raw` and `sources` outlive what is made.
inline StoredRecord stored_record(const Row& row, std::string_view raw, const Sources& sources) {
  return {.sequence = row.sequence,
          .raw = raw,
          .received_ns = row.received_ns,
          .event_ns = row.event_ns,
          .source = sources[row.source].get(),
          .kinds = Kinds(row.kinds),
          .format = row.format,
          .transport_tags = Tags(row.tags)};
}

/// A block being read: its rows at once, its text part by part as it is asked for. One thread.
class LoadedBlock {
 public:
  static Result<std::shared_ptr<LoadedBlock>, StoreError> open(const Database& database,
                                                               std::shared_ptr<const BlockInfo> info);

  const BlockInfo& info() const { return *info_; }
  const std::vector<Row>& rows() const { return rows_->rows; }
  const Sources& sources() const { return rows_->sources; }
  const TextLayout& layout() const { return rows_->layout; }
  /// The part that holds the row's text.
  std::size_t part_of(const Row& row) const;
  /// Text of a part; read if it is not there yet. TermCollector::kPadding bytes are readable behind its end.
  Result<std::string_view, StoreError> text(std::size_t part);
  bool has_text(std::size_t part) const { return texts_[part].bytes != nullptr; }
  void drop_text(std::size_t part) { texts_[part].bytes.reset(); }
  /// The record's bytes, which live until its part is dropped.
  Result<std::string_view, StoreError> raw(const Row& row);

 private:
  LoadedBlock(const Database& database, std::shared_ptr<const BlockInfo> info)
      : database_(database), info_(std::move(info)) {}

  const Database& database_;
  std::shared_ptr<const BlockInfo> info_;
  std::shared_ptr<const BlockRows> rows_;
  std::vector<TextPart> texts_;
  std::unique_ptr<TextPartReader> reader_;
};

}  // namespace vigil
