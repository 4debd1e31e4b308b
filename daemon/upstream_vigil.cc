// A parent Vigil: POST /ingest/relay, as docs/relay.md has it.

#include <curl/curl.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <map>

#include "daemon/upstream_sink.h"
#include "parsers/content_coding.h"
#include "parsers/envelope.h"
#include "parsers/relay.h"

namespace vigil {

namespace {

namespace json = boost::json;

constexpr long kConnectSeconds = 10;
/// A body and its commit on the other side; a parent that is busy says so at once.
constexpr long kRequestSeconds = 60;
/// Longest answer read (BI-95): ours have a hundred bytes.
constexpr std::size_t kAnswerBytesMax = 64 * 1024;
/// A fast level: what is sent is read once.
constexpr int kZstdLevel = 1;
/// What gets smaller than this part of itself is sent as it is: receivers take it for a bomb.
constexpr std::size_t kRatioMax = 50;
constexpr std::string_view kRelayPrefix = "vigil.relay.";

struct Answer {
  std::string body;
  bool too_long = false;
  static std::size_t write(char* data, std::size_t size, std::size_t count, void* self) {
    auto& answer = *static_cast<Answer*>(self);
    if (answer.body.size() + size * count > kAnswerBytesMax) {
      answer.too_long = true;
      return 0;
    }
    answer.body.append(data, size * count);
    return size * count;
  }
};

int ends_when_told(void* stopping, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(stopping)->load(std::memory_order_relaxed) ? 1 : 0;
}

struct CurlGlobal {
  CurlGlobal() { curl_global_init(CURL_GLOBAL_DEFAULT); }
  ~CurlGlobal() { curl_global_cleanup(); }
};

/// Scheme, host and port of a checked URL.
struct Place {
  std::string scheme, host, port;
};
Place place_of(const std::string& url) {
  Place place;
  const std::size_t scheme = url.find("://");
  place.scheme = url.substr(0, scheme);
  std::string rest = url.substr(scheme + 3);
  if (rest.ends_with('/')) rest.pop_back();
  const std::size_t colon = rest.rfind(':');
  const bool has_port = colon != std::string::npos && rest.find(']', colon) == std::string::npos;
  place.host = has_port ? rest.substr(0, colon) : rest;
  place.port = has_port ? rest.substr(colon + 1) : place.scheme == "https" ? "443" : "80";
  return place;
}

/// The number under a name of an answer in JSON.
std::optional<std::uint64_t> number_in(const std::string& body, const char* name) {
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  if (error || !value.is_object()) return std::nullopt;
  const json::value* const found = value.as_object().if_contains(name);
  if (found == nullptr) return std::nullopt;
  const auto number = found->to_number<std::uint64_t>(error);
  if (error) return std::nullopt;
  return number;
}
std::string text_in(const std::string& body, const char* name) {
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  if (error || !value.is_object()) return {};
  const json::value* const found = value.as_object().if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

class VigilSink : public UpstreamSink {
 public:
  VigilSink(const UpstreamConfig& config, UpstreamSelf self, const std::atomic<bool>& stop)
      : UpstreamSink(stop), config_(config), self_(std::move(self)), place_(place_of(config.url)) {
    static const CurlGlobal global;
  }

  Result<Opened, std::string> open(const std::string& stream, std::uint64_t begin) override {
    stream_ = stream;
    curl_.reset(curl_easy_init());
    if (!curl_) return std::string("out of memory");
    token_.clear();
    if (!config_.token_file.empty()) {
      if (auto read = read_token(); !read) return read.error();
    }
    const std::string query =
        "?origin=" + self_.instance + "&stream=" + stream + "&begin=" + std::to_string(begin);
    const auto answered = ask("/ingest/relay" + query, nullptr, false);
    if (!answered) return answered.error();
    const auto next = number_in(answer_.body, "next");
    if (*answered != 200 || !next) return refusal(*answered);
    return Opened{next, text_in(answer_.body, "instance")};
  }

  Sent send(const ForwardBatch& batch) override {
    const std::string_view body = body_of(batch);
    const std::string_view packed = pack(body);
    const auto answered = ask("/ingest/relay", &packed, packed.data() != body.data());
    if (!answered) return {0, answered.error()};
    const auto next = number_in(answer_.body, "next");
    if (*answered == 409 && next) return {0, "it is at another place of the stream and will be asked again"};
    if (*answered != 200 || !next) return {0, refusal(*answered)};
    if (*next >= batch.next) return {batch.records.size(), {}};
    return {0, "it acknowledged less than it was sent"};
  }

  void close() override { curl_.reset(); }

 private:
  struct EasyCleanup {
    void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  };
  struct ListFree {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  Result<void, std::string> read_token() {
    std::ifstream in(config_.token_file);
    if (!in || !std::getline(in, token_))
      return "the token file cannot be read: " + config_.token_file.string();
    while (!token_.empty() && (token_.back() == '\r' || token_.back() == ' ')) token_.pop_back();
    const bool good = std::all_of(token_.begin(), token_.end(), [](char c) { return c > ' ' && c < 0x7f; });
    if (token_.empty() || !good)
      return "the token file holds no token in its first line: " + config_.token_file.string();
    const bool local = place_.host == "127.0.0.1" || place_.host == "[::1]" || place_.host == "localhost";
    if (place_.scheme != "https" && !local)
      return std::string("a token is sent over https:// only: change the upstream's url");
    return {};
  }

  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(curl_.get(), option, value);
  }

  /// GET, or POST with a body. The status, or a sentence.
  Result<long, std::string> ask(const std::string& target, const std::string_view* body, bool packed) {
    if (!curl_) return std::string("not connected");
    CURL* const curl = curl_.get();
    answer_ = {};
    curl_easy_reset(curl);  // keeps the connection
    Place place = place_;
    const UpstreamConfig::Tls tls = config_.tls.value_or(UpstreamConfig::Tls());
    std::unique_ptr<curl_slist, ListFree> connect_to;
    if (!tls.name.empty()) {
      connect_to.reset(curl_slist_append(
          nullptr, (tls.name + ":" + place.port + ":" + place.host + ":" + place.port).c_str()));
      curl_easy_setopt(curl, CURLOPT_CONNECT_TO, connect_to.get());
      place.host = tls.name;
    }
    const std::string url = place.scheme + "://" + place.host + ":" + place.port + target;
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    set(CURLOPT_TIMEOUT, kRequestSeconds);
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!tls.ca.empty()) {
      set(CURLOPT_CAINFO, tls.ca.c_str());
      curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
    }
    if (!tls.certificate.empty()) {
      set(CURLOPT_SSLCERT, tls.certificate.c_str());
      set(CURLOPT_SSLKEY, tls.key.c_str());
    }
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &ends_when_told);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &stopping_flag());
    set(CURLOPT_WRITEFUNCTION, &Answer::write);
    set(CURLOPT_WRITEDATA, &answer_);

    curl_slist* list = curl_slist_append(nullptr, "Expect:");
    list = curl_slist_append(list, "Content-Type: application/vnd.vigil.relay");
    // The name in the certificate is TLS's affair; the request is for the host of the url.
    if (place.host != place_.host)
      list = curl_slist_append(list, ("Host: " + place_.host + ":" + place_.port).c_str());
    if (packed) list = curl_slist_append(list, "Content-Encoding: zstd");
    if (!token_.empty()) list = curl_slist_append(list, ("Authorization: Bearer " + token_).c_str());
    const std::unique_ptr<curl_slist, ListFree> headers(list);
    set(CURLOPT_HTTPHEADER, headers.get());
    if (body != nullptr) {
      set(CURLOPT_POST, 1L);
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
      set(CURLOPT_POSTFIELDS, body->data());
    }
    const CURLcode code = curl_easy_perform(curl);
    if (answer_.too_long) return std::string("its answer is longer than any of a Vigil: look at the url");
    // Without curl's own details, which have times in them and differ from try to try.
    if (code != CURLE_OK) {
      long verified = 0;
      curl_easy_getinfo(curl, CURLINFO_SSL_VERIFYRESULT, &verified);
      return std::string(curl_easy_strerror(code)) +
             (code == CURLE_PEER_FAILED_VERIFICATION
                  ? " - its certificate is not good for '" + place.host + "': look at tls.ca and tls.name"
                  : "");
    }
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
  }

  static std::string refusal(long status) {
    switch (status) {
      case 200:
        return "its answer is none of a Vigil: look at the url";
      case 401:
      case 403:
        return "it does not let us in (HTTP " + std::to_string(status) +
               "): look at the token and its hash there";
      case 421:
        return "its url's name is none that it answers to without a token (HTTP 421): give us a token_file";
      case 404:
      case 405:
        return "it takes no relayed records (HTTP " + std::to_string(status) +
               "): is it a Vigil of this version?";
      case 429:
      case 503:
        return "it is busy (HTTP " + std::to_string(status) + ")";
      case 507:
        return "its disk is full";
      default:
        if (status >= 300 && status < 400)
          return "it wants to send us elsewhere (HTTP " + std::to_string(status) + "): put the right url";
        return "it refuses (HTTP " + std::to_string(status) + ")";
    }
  }

  std::string_view body_of(const ForwardBatch& batch) {
    writer_.begin({self_.instance, stream_, self_.name, batch.first});
    std::map<const Source*, std::uint32_t> numbers;
    for (const StoredRecord& record : batch.records) {
      const auto [entry, fresh] = numbers.try_emplace(record.source, 0U);
      if (fresh) entry->second = add_source(*record.source);
      writer_.add_record({entry->second, record.sequence, record.received_ns, record.event_ns,
                          record.transport_tags, record.raw});
    }
    return writer_.end(batch.next);
  }

  /// A source as the instance knew it that received from it: that may have been another one before us.
  std::uint32_t add_source(const Source& source) {
    RelaySource out{.peer = source.peer,
                    .host = source.host,
                    .listener = source.listener,
                    .transport = source.transport,
                    .organisation = source.organisation,
                    .zone_minutes = source.zone_minutes,
                    .charset = source.charset,
                    .drill = source.drill,
                    .hops = {},
                    .envelope = {}};
    std::string_view hops;
    std::string envelope;
    Envelope::for_each(source.envelope, [&](std::string_view name, std::string_view value) {
      if (!name.starts_with(kRelayPrefix)) {
        envelope.append(name).push_back('\0');
        envelope.append(value).push_back('\0');
        return;
      }
      name.remove_prefix(kRelayPrefix.size());
      if (name == "hops") hops = value;
      if (name == "listener") out.listener = value;
      if (name == "organisation") out.organisation = value;
    });
    while (!hops.empty()) {
      const std::string_view hop = hops.substr(0, hops.find(','));
      if (is_relay_id(hop)) out.hops.push_back(hop);
      hops.remove_prefix(std::min(hops.size(), hop.size() + 1));
    }
    out.hops.push_back(self_.instance);
    out.envelope = envelope;
    return writer_.add_source(out);
  }

  /// The body compressed, or itself where that is no use.
  std::string_view pack(std::string_view body) {
    if (!zstd_compress(body, kZstdLevel, packed_) || packed_.size() >= body.size() ||
        packed_.size() < body.size() / kRatioMax) {
      return body;
    }
    return packed_;
  }

  const UpstreamConfig config_;
  const UpstreamSelf self_;
  const Place place_;
  std::string stream_, token_, packed_;
  std::unique_ptr<CURL, EasyCleanup> curl_;
  Answer answer_;
  RelayWriter writer_;
};

}  // namespace

std::unique_ptr<UpstreamSink> make_vigil_sink(const UpstreamConfig& config, const UpstreamSelf& self,
                                              const std::atomic<bool>& stopping) {
  return std::make_unique<VigilSink>(config, self, stopping);
}

std::unique_ptr<UpstreamSink> make_sink(const UpstreamConfig& config, const UpstreamSelf& self,
                                        const std::atomic<bool>& stopping) {
  switch (config.kind) {
    case UpstreamConfig::Kind::vigil:
      return make_vigil_sink(config, self, stopping);
    case UpstreamConfig::Kind::relp:
      return make_relp_sink(config, self, stopping);
    case UpstreamConfig::Kind::syslog_tcp:
    case UpstreamConfig::Kind::syslog_tls:
    case UpstreamConfig::Kind::cef:
      break;
  }
  return make_syslog_sink(config, self, stopping);
}

}  // namespace vigil
