#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "daemon/admission.h"
#include "daemon/delivery.h"
#include "daemon/http_body_sink.h"
#include "daemon/http_server.h"
#include "daemon/receipts.h"

namespace vigil {

class AlertLedger;
class RelayLedger;

/// What handlers of one HTTP listener work with. Everything outlives them.
struct IngestParts {
  Intake& intake;
  Writer& writer;
  Counters& counters;
  const IntakeListener& listener;
  TokenDesk& tokens;
  ReceiptBook& receipts;
  RelayLedger& relay;
  AlertLedger& alerts;
};

/// One protocol on HTTP: reads what it was sent, hands it on (Delivery) and answers in its own words once it is on disk. On
/// one I/O thread.
class IngestHandler {
 public:
  virtual ~IngestHandler() = default;
  /// An admitted request whose body is whole and decompressed.
  virtual void handle(const HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer,
                      const Admission& admission) = 0;
  /// Who takes the body of that admitted request piece by piece; handle() is called when it is whole, with
  /// HttpRequest::sink. Null: the body is read first.
  virtual std::shared_ptr<HttpBodySink> open(const HttpRequest& request, const Admission& admission);
  /// One that is not admitted: 401 with WWW-Authenticate, 403, 421, as refusal_of() has it.
  virtual void refuse(const HttpRequest& request, HttpAnswer& answer, const Admission& admission) const;
  /// One that comes while the queue is full: 429.
  virtual void busy(const HttpRequest& request, HttpAnswer& answer) const;
};

/// What is usually answered to who is not admitted.
struct Refusal {
  unsigned status = 401;
  std::string_view code, message, message_zh;
  HttpAnswer::Headers headers;
};
Refusal refusal_of(const Admission& admission);

/// The paths of one HTTP listener that take records, and who takes them. What no row fits is the API's.
class IngestHttp {
 public:
  explicit IngestHttp(const IngestParts& parts);

  /// Answers the request if one of its paths is asked. False: it is somebody else's, and unchanged.
  bool handle(HttpRequest& request, const std::shared_ptr<HttpAnswer>& answer);
  /// The server's gate: whether a large body is worth being read.
  bool lets_in(const HttpRequest& request) const;
  /// The server's opener.
  std::shared_ptr<HttpBodySink> open(const HttpRequest& request) const;

 private:
  enum class Needs : std::uint8_t {
    admission,
    nothing  ///< health checks
  };
  struct Row {
    std::string_view methods;  ///< "POST PUT"; empty: all
    std::string_view path;     ///< `*` is one segment, `**` at the end of it whatever follows
    IngestHandler* handler;
    Needs needs;
  };
  void add(std::string_view methods, std::string_view path, IngestHandler& handler,
           Needs needs = Needs::admission);
  template <class Handler>
  Handler& make() {
    handlers_.push_back(std::make_unique<Handler>(parts_));
    return static_cast<Handler&>(*handlers_.back());
  }
  const Row* find(const HttpRequest& request) const;
  void take(const std::shared_ptr<HttpRequest>& request, const std::shared_ptr<HttpAnswer>& answer,
            const Row& row);

  IngestParts parts_;
  std::vector<std::unique_ptr<IngestHandler>> handlers_;
  std::vector<Row> rows_;
};

/// Whether a path fits a row's pattern.
bool path_fits(std::string_view path, std::string_view pattern);

}  // namespace vigil
