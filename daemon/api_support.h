#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/http_server.h"
#include "incidents/case_error.h"
#include "rules/compiled.h"
#include "storage/query.h"

namespace vigil {

constexpr std::string_view kJson = "application/json";
/// Streamed answers are handed on in pieces of this size.
constexpr std::size_t kPieceBytes = 32 * 1024;

/// The text between `prefix` and `suffix` of a path; empty if it does not fit or holds a slash.
std::string_view between(std::string_view path, std::string_view prefix, std::string_view suffix = {});

/// `{"error":{"code","message","message_zh"}}`.
void reply_error(HttpAnswer& answer, unsigned status, std::string_view code, std::string_view message,
                 std::string_view message_zh);
/// The same for a query, with position, what was expected, and the caret under it.
void reply_query_error(HttpAnswer& answer, std::string_view query, const QueryError& error);

/// What a person asked for and the case book does not do: 404, 409 or 400.
void reply_case_error(HttpAnswer& answer, const CaseError& error);
/// 507: it is not on disk.
void reply_not_durable(HttpAnswer& answer, const StoreError& error);

/// Reads `from` and `to` into the range; answers 400 and gives false if one is no time or they are the wrong
/// way round.
bool read_range(const HttpRequest& request, int zone_minutes, ScanRange& range, HttpAnswer& answer);

/// The same, for answers over time: without `to` up to now, without `from` the 24 hours before `to`.
bool read_recent_range(const HttpRequest& request, int zone_minutes, std::int64_t now_ns, ScanRange& range,
                       HttpAnswer& answer);

/// Reads `limit`: 1 to `most`, `fallback` where there is none; answers 400 and gives nothing if it is something else.
std::optional<std::uint64_t> read_limit(const HttpRequest& request, std::uint64_t fallback,
                                        std::uint64_t most, HttpAnswer& answer);
/// Reads `q`, a filter without pipes; answers 400 and gives nothing if it is none.
std::optional<Query> read_filter(const HttpRequest& request, int zone_minutes, HttpAnswer& answer);
/// Answers for a search that failed: 422 where it asked for too much, else 500.
void reply_search_error(HttpAnswer& answer, const StoreError& error);

std::optional<std::uint64_t> read_whole_number(std::string_view text);

/// The rule of that id, name or title; answers 404 with what is most like it and gives nothing where there is none.
std::optional<sigma::RuleReference> find_rule_or_reply(const CompiledRules& rules, std::string_view wanted,
                                                       HttpAnswer& answer);

/// Reads a JSON object of strings. Every key of `keys` is in the result, empty where absent. Other keys and
/// other types are answered with 400 and the field's name.
std::optional<std::map<std::string, std::string>> read_object(std::string_view body,
                                                              std::initializer_list<std::string_view> keys,
                                                              HttpAnswer& answer);

}  // namespace vigil
