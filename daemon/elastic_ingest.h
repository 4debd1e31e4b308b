#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/duplicate_window.h"
#include "daemon/elastic_answers.h"
#include "daemon/ingest_http.h"
#include "parsers/bulk_body.h"

namespace vigil {

/// What Elasticsearch's clients (Beats, Logstash, Fluent Bit, rsyslog, Vector, the official libraries) ask of it: `_bulk`, single
/// documents, and the questions of elastic_answers.h. Every document becomes one record, its bytes as they came; its index is
/// kept in the envelope as `vigil.index`.
///
/// A body whose action lines cannot all be read is refused whole and nothing of it stored. Else every document has its item
/// in the answer, in order. `create` with an _id that was stored within the last ten minutes is a duplicate (409), `index`
/// with such an _id and the same bytes too (200). `update` stores its "doc" as a new record, `delete` deletes nothing (404):
/// evidence is not overwritten.
class ElasticIngest : public IngestHandler {
 public:
  /// Longest document. Beats' largest events (stack traces, cloud audit records) stay far below.
  static constexpr std::size_t kDocumentBytesMax = 16 * 1024 * 1024;
  /// Index names that become part of a source's identity; those beyond (a client that makes a name per event) do not.
  static constexpr std::size_t kIndexesMax = 1000;

  explicit ElasticIngest(const IngestParts& parts);
  void handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
              const Admission& admission) override;
  void refuse(const HttpRequest& request, HttpAnswer& answer, const Admission& admission) const override;
  void busy(const HttpRequest& request, HttpAnswer& answer) const override;

 private:
  /// One bulk or single document on its way.
  struct Taking;
  void bulk(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer, const Admission& admission,
            std::string_view index);
  void document(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
                const Admission& admission, BulkAction action);
  /// Decides what becomes of one action and hands its document on. Fills in index and id.
  void take(BulkAction& action, Taking& taking);
  void set_index(std::string_view index, Taking& taking);
  std::string_view new_id();

  const IngestParts parts_;
  BulkReader reader_;
  DuplicateWindow ids_;
  std::set<std::string, std::less<>> indexes_;
  std::string next_id_;
};

}  // namespace vigil
