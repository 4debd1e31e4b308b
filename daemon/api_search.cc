#include <boost/json.hpp>

#include "daemon/api.h"
#include "daemon/api_support.h"
#include "daemon/clock.h"
#include "parsers/record.h"
#include "storage/stored_event.h"
#include "storage/surroundings.h"

namespace vigil {

namespace json = boost::json;

namespace {

constexpr std::string_view kNdjson = "application/x-ndjson";

/// Rows on their way to a client. The head goes out with the first of them, so that an error before them still has its
/// own status.
class RowStream {
 public:
  RowStream(HttpAnswer& answer, bool raw, int zone_minutes)
      : answer_(answer), raw_(raw), zone_minutes_(zone_minutes) {}

  bool begun() const { return begun_; }
  /// False once nobody reads any more.
  bool put(const SearchRow& row) {
    if (raw_ && row.record != nullptr) {
      piece_.append(row.record->raw);
    } else {
      render_row_json(row, zone_minutes_, piece_);
    }
    piece_.push_back('\n');
    const auto now = std::chrono::steady_clock::now();
    if (piece_.size() < kPieceBytes && now - last_flush_ < std::chrono::milliseconds(50)) return true;
    last_flush_ = now;
    begin();
    return answer_.write(std::exchange(piece_, {}));
  }
  void put_error(const StoreError& error) { put_object({{"error", json::object{{"message", error.what}}}}); }
  void put_object(const json::object& object) { piece_ += json::serialize(object) + "\n"; }
  void end() {
    begin();
    answer_.write(std::move(piece_));
    answer_.end();
  }

 private:
  void begin() {
    if (!std::exchange(begun_, true)) answer_.begin(200, raw_ ? "application/octet-stream" : kNdjson);
  }

  HttpAnswer& answer_;
  const bool raw_;
  const int zone_minutes_;
  bool begun_ = false;
  std::string piece_;
  std::chrono::steady_clock::time_point last_flush_ = std::chrono::steady_clock::now();
};

}  // namespace

void Api::search(const HttpRequest& request, HttpAnswer& answer) {
  const std::string_view text = request.parameter("q");
  const auto query = Query::parse(text);
  if (!query) return reply_query_error(answer, text, query.error());
  SearchRequest wanted;
  wanted.range.organisations = {"*"};
  wanted.zone_minutes = zone_now();
  wanted.range.newest_first = request.parameter("order", "desc") != "asc";
  if (!read_range(request, wanted.zone_minutes, wanted.range, answer)) return;
  if (request.has("limit")) {
    const auto limit = read_whole_number(request.parameter("limit"));
    if (!limit)
      return reply_error(answer, 400, "bad_limit", "limit is a whole number from 0 (all)",
                         "limit 需為 0（全部）以上的整數");
    wanted.limit = *limit;
  }
  const std::function<bool()> cancelled = [this, &answer] { return stopping_.load() || answer.gone(); };
  wanted.cancelled = &cancelled;

  RowStream rows(answer, request.has("raw"), wanted.zone_minutes);
  const auto summary =
      vigil::search(parts_.archive, *query, wanted, [&rows](const SearchRow& row) { return rows.put(row); });
  if (!summary) {
    const bool limit = summary.error().code == StoreErrc::bad_argument;
    if (!rows.begun())
      return reply_error(answer, limit ? 422 : 500, store_errc_name(summary.error().code),
                         summary.error().what, summary.error().what);
    rows.put_error(summary.error());
  } else if (request.has("explain")) {
    const ScanCost& cost = summary->cost;
    rows.put_object({{"explain", json::object{{"rows", summary->rows},
                                              {"blocks_total", cost.blocks_total},
                                              {"blocks_read", cost.blocks_read},
                                              {"rollups_read", cost.rollups_read},
                                              {"parts_total", cost.parts_total},
                                              {"parts_searched", cost.parts_searched},
                                              {"parts_read", cost.parts_read},
                                              {"records_seen", cost.records_seen},
                                              {"raw_bytes", cost.raw_bytes}}}});
  }
  rows.end();
}

void Api::surroundings(const HttpRequest& request, HttpAnswer& answer) {
  SurroundingsRequest wanted;
  wanted.organisations = {"*"};
  const auto sequence = record_sequence(request.parameter("id"));
  if (!sequence)
    return reply_error(answer, 400, "bad_id", "id is a record's vigil.id, 16 hex digits",
                       "id 需為紀錄的 vigil.id（16 位十六進位）");
  wanted.sequence = *sequence;
  if (request.has("records")) {
    const auto records = read_whole_number(request.parameter("records"));
    if (!records || *records > kSurroundingsMax)
      return reply_error(answer, 400, "bad_records", "records is a whole number of at most 10000",
                         "records 需為 10000 以下的整數");
    wanted.records = *records;
  }
  if (request.has("within")) {
    constexpr std::uint64_t kSecondsMax = std::uint64_t{200} * 24 * 3600;  // longer than anything is kept
    const auto seconds = read_whole_number(request.parameter("within"));
    if (!seconds || *seconds > kSecondsMax)
      return reply_error(answer, 400, "bad_within", "within is a number of seconds, at most 200 days",
                         "within 需為秒數，最多 200 天");
    wanted.within = std::chrono::seconds(*seconds);
    if (!request.has("records")) wanted.records = kSurroundingsMax;
  }
  wanted.any_source = request.has("any_source");
  const bool raw = request.has("raw");
  const std::function<bool()> cancelled = [this, &answer] { return stopping_.load() || answer.gone(); };
  wanted.cancelled = &cancelled;

  RowStream rows(answer, raw, zone_now());
  Event event;
  Arena arena;
  const auto done = vigil::surroundings(parts_.archive, wanted, [&](const StoredRecord& record) {
    if (!raw) {
      arena.reset();
      event.clear();
      parse_stored(record, event, arena);
    }
    return rows.put({&event, &record, nullptr});
  });
  if (!done) {
    const bool absent = done.error().code == StoreErrc::not_found;
    if (!rows.begun())
      return reply_error(answer, absent ? 404 : 500, store_errc_name(done.error().code), done.error().what,
                         absent ? "沒有這筆紀錄" : done.error().what);
    rows.put_error(done.error());
  }
  rows.end();
}

void Api::tail(const HttpRequest& request, HttpAnswer& answer) {
  const std::string_view text = request.parameter("q");
  const auto query = Query::parse(text);
  if (!query) return reply_query_error(answer, text, query.error());
  if (query->has_pipes())
    return reply_error(answer, 400, "bad_query", "a live tail takes no pipes", "即時檢視不支援管線");
  const auto follower = parts_.tail.follow();
  if (!follower) return reply_error(answer, 429, "busy", "too many live tails at once", "同時即時檢視數過多");
  answer.begin(200, kNdjson);
  const int zone = zone_now();
  Event event;
  Arena arena;
  std::string piece;
  auto last_sign = std::chrono::steady_clock::now();
  while (!stopping_ && !answer.gone()) {
    std::uint64_t missed = 0;
    const auto batch = follower->next(std::chrono::milliseconds(200), missed);
    if (missed != 0) piece += json::serialize(json::object{{"missed", missed}}) + "\n";
    if (batch) {
      for (const Record& record : batch->records) {
        const StoredRecord stored{
            record.sequence,           record.raw,   record.received_ns, record.event_ns,
            &batch->source_of(record), record.kinds, record.format,      record.transport_tags};
        arena.reset();
        event.clear();
        parse_event(record.header, record_context(*stored.source, stored.received_ns), event, arena);
        if (!query->matches(event, stored)) continue;
        render_row_json({&event, &stored, nullptr}, zone, piece);
        piece.push_back('\n');
      }
    }
    const auto now = std::chrono::steady_clock::now();
    // A blank line now and then finds out whether the reader is still there.
    if (piece.empty() && now - last_sign > std::chrono::seconds(10)) piece = "\n";
    if (piece.empty()) continue;
    last_sign = now;
    if (!answer.write(std::exchange(piece, {}))) return;
  }
  answer.end();
}

}  // namespace vigil
