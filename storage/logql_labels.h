#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/logql.h"
#include "storage/stored_event.h"

namespace vigil {

/// Name and value, in the order of names; each name once.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// Reads the labels of records: the small set of label_names.h and, behind `| json` or `| logfmt`, a label
/// for each field that a parser found. What a `drop` takes away is not there, and with a grouping only what
/// it leaves.
class LabelReader {
 public:
  explicit LabelReader(const LogSelection& selection, std::optional<LabelGrouping> grouping = std::nullopt);
  void read(LazyEvent& subject, Labels& out) const;

 private:
  struct Column {
    std::string name;
    std::optional<std::string> constant;
    FieldRef field;
    std::string absent;
  };
  bool left(std::string_view label) const;
  void read_fields(LazyEvent& subject, Labels& out) const;

  const LogSelection& selection_;
  std::optional<LabelGrouping> grouping_;
  std::vector<Column> columns_;
  bool sender_labels_ = false;  ///< those that senders gave; with a parser, all fields
};

}  // namespace vigil
