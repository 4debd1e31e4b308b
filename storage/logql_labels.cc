#include "storage/logql_labels.h"

#include <algorithm>

#include "storage/field_values.h"
#include "storage/label_names.h"

namespace vigil {
namespace {

/// Fields of one event shown as labels: a document may hold a hundred thousand names.
constexpr std::size_t kFieldLabelsMax = 256;

std::string first_value(LazyEvent& subject, const FieldRef& field) {
  std::string out;
  any_value(subject, field, [&](const FieldValue& value) {
    out = value.time_ns ? std::to_string(*value.time_ns) : std::string(value.text);
    return true;
  });
  return out;
}

bool is_stream_label(std::string_view label) {
  const auto labels = stream_labels();
  return label == kJobLabel ||
         std::any_of(labels.begin(), labels.end(), [&](const StreamLabel& one) { return one.name == label; });
}

}  // namespace

LabelReader::LabelReader(const LogSelection& selection, std::optional<LabelGrouping> grouping)
    : selection_(selection), grouping_(std::move(grouping)) {
  const auto add = [this](const StreamLabel& label) {
    columns_.push_back({std::string(label.name), std::nullopt, label.field, std::string(label.absent)});
  };
  if (left(kJobLabel)) columns_.push_back({std::string(kJobLabel), std::string(kJobValue), {}, {}});
  for (const StreamLabel& label : stream_labels()) {
    if (left(label.name)) add(label);
  }
  sender_labels_ = !grouping_ || grouping_->without;
  if (grouping_ && !grouping_->without) {
    for (const std::string& name : grouping_->labels) {
      if (is_stream_label(name) || !selection.shows(name)) continue;
      LabelMeaning meaning = label_meaning(name, true);
      columns_.push_back({name, std::move(meaning.constant), std::move(meaning.field), {}});
    }
  }
  std::sort(columns_.begin(), columns_.end(),
            [](const Column& a, const Column& b) { return a.name < b.name; });
  columns_.erase(std::unique(columns_.begin(), columns_.end(),
                             [](const Column& a, const Column& b) { return a.name == b.name; }),
                 columns_.end());
}

bool LabelReader::left(std::string_view label) const {
  if (!selection_.shows(label)) return false;
  if (!grouping_) return true;
  const bool named =
      std::find(grouping_->labels.begin(), grouping_->labels.end(), label) != grouping_->labels.end();
  return named != grouping_->without;
}

void LabelReader::read(LazyEvent& subject, Labels& out) const {
  out.clear();
  for (const Column& column : columns_) {
    std::string value = column.constant ? *column.constant : first_value(subject, column.field);
    if (value.empty()) value = column.absent;
    if (!value.empty()) out.emplace_back(column.name, std::move(value));
  }
  if (sender_labels_) read_fields(subject, out);
}

void LabelReader::read_fields(LazyEvent& subject, Labels& out) const {
  const std::size_t before = out.size();
  for (const Field& field : subject.event().fields()) {
    if (out.size() - before == kFieldLabelsMax) break;
    if (field.value.empty() || field.type == ValueType::null) continue;
    if (!selection_.parsed && !field.name.starts_with(kSenderLabels)) continue;
    std::string label = label_of_field(field.name);
    // As Loki does where a field has the name of a label that was there before.
    if (is_stream_label(label)) label += "_extracted";
    if (label.starts_with("vigil_")) label.insert(0, "vendor_");
    if (left(label)) out.emplace_back(std::move(label), std::string(field.value));
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  out.erase(
      std::unique(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first == b.first; }),
      out.end());
}

}  // namespace vigil
