#pragma once

#include "daemon/duplicate_window.h"
#include "daemon/ingest_http.h"
#include "parsers/journal_export.h"

namespace vigil {

/// `POST /upload`: systemd-journal-upload. Each entry of the journal is one record, its bytes as they came. The first upload
/// of a machine is its whole journal, and one that follows may have no end: entries are stored as they come, and no more is
/// read while the disk is behind. 200 when all of them are on disk: only then does the client move its cursor on. An upload
/// that breaks off is sent again from there; entries whose __CURSOR was stored within the last ten minutes are duplicates.
class JournalIngest : public IngestHandler {
 public:
  explicit JournalIngest(const IngestParts& parts) : parts_(parts) {}
  std::shared_ptr<HttpBodySink> open(const HttpRequest& request, const Admission& admission) override;
  void handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
              const Admission& admission) override;
  void refuse(const HttpRequest& request, HttpAnswer& answer, const Admission& admission) const override;
  void busy(const HttpRequest& request, HttpAnswer& answer) const override;

 private:
  class Upload;
  const IngestParts parts_;
  DuplicateWindow cursors_;
};

}  // namespace vigil
