#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rules/field_source.h"

namespace vigil::sigma {

/// A JSON document as rules see it, with Sigma, ECS or raw field names: nested or dotted, a literal dotted key before
/// a path. An array of values is several values; a path goes into the objects of an array.
class JsonFields final : public FieldSource {
 public:
  /// Nothing if `text` is no JSON object (depth at most 64), then `error` says why.
  static std::optional<JsonFields> parse(std::string_view text, std::string& error);
  JsonFields(JsonFields&&) noexcept;
  ~JsonFields() override;

  bool collect(const FieldName& name, std::vector<FieldValue>& out) const override;
  void collect_all(std::vector<FieldValue>& out) const override;
  std::string_view raw() const override { return {}; }

  /// `@timestamp` (ISO or epoch seconds) in UTC nanoseconds.
  std::optional<std::int64_t> timestamp_ns(int zone_minutes) const;

 private:
  struct Document;
  explicit JsonFields(std::unique_ptr<Document> document);
  std::unique_ptr<Document> document_;
};

}  // namespace vigil::sigma
