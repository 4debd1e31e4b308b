#include "daemon/receipts.h"

#include <utility>

namespace vigil {

/// Passes everything on and notes what is answered.
class ReceiptBook::Noting : public HttpAnswer {
 public:
  Noting(ReceiptBook& book, Request request, std::shared_ptr<HttpAnswer> answer,
         std::shared_ptr<const std::uint64_t> events, std::function<std::int64_t()> clock)
      : book_(book),
        request_(std::move(request)),
        answer_(std::move(answer)),
        events_(std::move(events)),
        clock_(std::move(clock)) {}
  ~Noting() override {
    // Whoever waits for it is let go of too: a handler that forgets its answer would forget it again.
    if (!answered_) book_.under_way_.erase(key_of_request(request_));
  }

  void reply(unsigned status, std::string_view type, std::string body, Headers headers = {}) override {
    if (std::exchange(answered_, true)) return;
    if (status < 300) note(Receipt{status, std::string(type), body, headers, *events_});
    answer_->reply(status, type, std::move(body), std::move(headers));
    book_.answered(key_of_request(request_));
  }
  void begin(unsigned status, std::string_view type) override { answer_->begin(status, type); }
  bool write(std::string chunk) override { return answer_->write(std::move(chunk)); }
  void end() override { answer_->end(); }
  bool gone() const override { return answer_->gone(); }
  bool peer_ended() const override { return answer_->peer_ended(); }

 private:
  void note(Receipt receipt) {
    if (!request_.name.empty()) return book_.keep(request_, std::move(receipt), clock_());
    // Whether the answer arrives is known a little later, but whoever waits to send the same again is asked now.
    const bool ended = answer_->peer_ended();
    if (ended) book_.keep(request_, receipt, clock_());
    answer_->when_delivered([&book = book_, request = request_, receipt = std::move(receipt), ended,
                             clock = clock_](bool delivered) {
      if (delivered && ended) book.forget(key_of_request(request));
      if (!delivered && !ended) book.keep(request, receipt, clock());
    });
  }

  ReceiptBook& book_;
  const Request request_;
  const std::shared_ptr<HttpAnswer> answer_;
  const std::shared_ptr<const std::uint64_t> events_;
  const std::function<std::int64_t()> clock_;
  bool answered_ = false;
};

std::string ReceiptBook::key_of_request(const Request& request) {
  std::string key = request.sender;
  key.push_back('\0');
  if (!request.name.empty()) return key.append("name:").append(request.name);
  key.append("body:");
  for (const std::uint64_t half : {request.body.low, request.body.high})
    key.append(std::to_string(half)).push_back(':');
  return key;
}

ReceiptBook::Look ReceiptBook::look(const Request& request, std::int64_t now_ns) {
  while (!order_.empty() && order_.front().until_ns <= now_ns) drop_oldest();
  if (receipts_.empty()) return {};
  const auto found = receipts_.find(key_of_request(request));
  if (found == receipts_.end()) return {};
  const Entry& entry = *found->second;
  if (entry.body != request.body) return {Found::other_body, nullptr};
  return {Found::answered, &entry.receipt};
}

bool ReceiptBook::wait(const Request& request, std::function<void()> again) {
  const auto found = under_way_.find(key_of_request(request));
  if (found == under_way_.end()) return false;
  found->second.push_back(std::move(again));
  return true;
}

std::shared_ptr<HttpAnswer> ReceiptBook::wrap(const Request& request, std::shared_ptr<HttpAnswer> answer,
                                              std::shared_ptr<const std::uint64_t> events,
                                              std::function<std::int64_t()> clock) {
  under_way_[key_of_request(request)];
  return std::make_shared<Noting>(*this, request, std::move(answer), std::move(events), std::move(clock));
}

void ReceiptBook::answer_again(const Request& request, const std::shared_ptr<HttpAnswer>& answer) {
  const auto found = receipts_.find(key_of_request(request));
  if (found == receipts_.end()) return;
  const Receipt& receipt = found->second->receipt;
  if (request.name.empty()) {
    answer->when_delivered([this, key = found->first](bool delivered) {
      if (delivered) forget(key);
    });
  }
  answer->reply(receipt.status, receipt.type, receipt.body, receipt.headers);
}

void ReceiptBook::keep(const Request& request, Receipt receipt, std::int64_t now_ns) {
  Entry entry{key_of_request(request), request.body, now_ns + kKeptNs, std::move(receipt)};
  forget(entry.key);
  bytes_ += entry.key.size() + entry.receipt.body.size();
  order_.push_back(std::move(entry));
  receipts_[order_.back().key] = std::prev(order_.end());
  while (order_.size() > 1 && (bytes_ > kBytesMax || order_.size() > kReceiptsMax)) drop_oldest();
}

void ReceiptBook::forget(const std::string& key) {
  const auto found = receipts_.find(key);
  if (found == receipts_.end()) return;
  bytes_ -= found->second->key.size() + found->second->receipt.body.size();
  order_.erase(found->second);
  receipts_.erase(found);
}

void ReceiptBook::drop_oldest() { forget(std::string(order_.front().key)); }

void ReceiptBook::answered(const std::string& key) {
  const auto found = under_way_.find(key);
  if (found == under_way_.end()) return;
  const auto waiting = std::move(found->second);
  under_way_.erase(found);
  for (const auto& again : waiting) again();
}

}  // namespace vigil
