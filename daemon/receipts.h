#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/duplicate_window.h"
#include "daemon/http_request.h"

namespace vigil {

/// What was answered to requests that may come again: those that named themselves (Idempotency-Key), and those whose answer
/// reached nobody. For ten minutes, in memory: after a restart such a request is stored again.
///
///   named     the key with the same body gets the same receipt and nothing is stored twice; with another body 409
///   unnamed   the same body of the same sender, after an answer that could not be delivered, gets that answer once
///
/// On one I/O thread.
class ReceiptBook {
 public:
  static constexpr std::int64_t kKeptNs = std::int64_t{600} * 1'000'000'000;
  /// Of all receipts together; the oldest go first.
  static constexpr std::size_t kBytesMax = 32 * 1024 * 1024;
  static constexpr std::size_t kReceiptsMax = 50'000;
  static constexpr std::size_t kNameBytesMax = 255;

  struct Receipt {
    unsigned status = 0;
    std::string type, body;
    HttpAnswer::Headers headers;
    std::uint64_t events = 0;
  };
  struct Request {
    std::string sender;  ///< who asks what: token or address, and target
    std::string name;    ///< Idempotency-Key; may be empty
    Key128 body;
  };

  enum class Found : std::uint8_t {
    fresh,      ///< go on, with the answer that wrap() gives
    answered,   ///< `receipt` is the answer
    other_body  ///< the key was used for another body
  };
  struct Look {
    Found found = Found::fresh;
    const Receipt* receipt = nullptr;
  };
  Look look(const Request& request, std::int64_t now_ns);

  /// The same request is being worked on: `again` is called when it has been answered, to look anew. False if it is not.
  bool wait(const Request& request, std::function<void()> again);

  /// The answer to hand to whoever works on a fresh request: what it says is noted. `events` is how many events the request
  /// brought, known by the time it answers.
  std::shared_ptr<HttpAnswer> wrap(const Request& request, std::shared_ptr<HttpAnswer> answer,
                                   std::shared_ptr<const std::uint64_t> events,
                                   std::function<std::int64_t()> clock);
  /// The receipt of an unnamed request is on its way again; once it is delivered it is forgotten.
  void answer_again(const Request& request, const std::shared_ptr<HttpAnswer>& answer);

  std::size_t size() const { return receipts_.size(); }

 private:
  class Noting;
  struct Entry {
    std::string key;
    Key128 body;
    std::int64_t until_ns = 0;
    Receipt receipt;
  };
  /// Names and bodies are different worlds.
  static std::string key_of_request(const Request& request);
  void keep(const Request& request, Receipt receipt, std::int64_t now_ns);
  void drop_oldest();
  void forget(const std::string& key);
  void answered(const std::string& key);

  std::list<Entry> order_;  ///< oldest first
  std::unordered_map<std::string, std::list<Entry>::iterator> receipts_;
  std::unordered_map<std::string, std::vector<std::function<void()>>> under_way_;
  std::size_t bytes_ = 0;
};

}  // namespace vigil
