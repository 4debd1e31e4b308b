#include "daemon/elastic_answers.h"

#include <algorithm>

#include "parsers/http_head.h"
#include "parsers/render.h"

namespace vigil {

namespace {

constexpr std::string_view kVersion = "8.17.0";
constexpr std::string_view kAcknowledged = R"({"acknowledged":true})";
constexpr std::string_view kShards = R"({"_shards":{"total":1,"successful":1,"failed":0}})";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "8.17.0" at the front of a text; empty if there is none.
std::string_view version_at(std::string_view text) {
  std::size_t end = 0;
  unsigned dots = 0;
  while (end < text.size() && (is_digit(text[end]) || text[end] == '.')) dots += text[end++] == '.';
  const bool good = dots == 2 && end <= 12 && is_digit(text[0]) && is_digit(text[end - 1]) &&
                    text.substr(0, end).find("..") == std::string_view::npos;
  return good ? text.substr(0, end) : std::string_view();
}

std::string hello(const HttpRequest& request) {
  const std::string version = elastic_version(request.header("User-Agent"));
  return R"({"name":"vigil","cluster_name":"vigil","cluster_uuid":"VigilLogServer00000000","version":{"number":")" +
         version +
         R"(","build_flavor":"default","build_type":"deb","build_hash":"unknown","build_date":"2024-12-11T12:08:05.663969764Z","build_snapshot":false,"lucene_version":"9.12.0","minimum_wire_compatibility_version":"7.17.0","minimum_index_compatibility_version":"7.0.0"},"tagline":"You Know, for Search"})";
}

/// The last segment of a path.
std::string_view last_segment(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

std::string elastic_version(std::string_view user_agent) {
  for (const std::string_view product : {"Elastic-", "elasticsearch-", "elastic-transport-"}) {
    for (std::size_t at = 0; at + product.size() <= user_agent.size(); ++at) {
      if (!same_name(user_agent.substr(at, product.size()), product)) continue;
      const std::size_t slash = user_agent.find_first_of("/ ", at);
      if (slash == std::string_view::npos || user_agent[slash] != '/') break;
      const std::string_view version = version_at(user_agent.substr(slash + 1));
      if (!version.empty()) return std::string(version);
      break;
    }
  }
  return std::string(kVersion);
}

std::string elastic_content_type(std::string_view accept) {
  constexpr std::string_view kVendor = "application/vnd.elasticsearch+json";
  if (!accept.starts_with(kVendor)) return "application/json";
  // "application/vnd.elasticsearch+json; compatible-with=9, text/plain": the first one, if it is what we know.
  constexpr std::string_view kWith = "compatible-with=";
  const std::string_view first = accept.substr(0, accept.find(','));
  const std::size_t with = first.find(kWith);
  if (with == std::string_view::npos || with + kWith.size() >= first.size() ||
      !is_digit(first[with + kWith.size()]))
    return std::string(kVendor);
  return std::string(kVendor) + ";compatible-with=" + first[with + kWith.size()];
}

std::string elastic_error(unsigned status, std::string_view type, std::string_view reason) {
  std::string cause = R"({"type":)";
  append_json_string(type, cause);
  cause += R"(,"reason":)";
  append_json_string(reason, cause);
  std::string body = R"({"error":{"root_cause":[)" + cause + "}],";
  body.append(std::string_view(cause).substr(1))
      .append(R"(},"status":)")
      .append(std::to_string(status))
      .append("}");
  return body;
}

ElasticAnswer elastic_answer(const HttpRequest& request) {
  const std::string_view path = request.path;
  const std::string_view method = request.method;
  const bool asks = method == "GET" || method == "HEAD";
  const bool puts = method == "PUT" || method == "POST";
  const auto is = [path](std::string_view prefix) {
    return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
  };
  const auto ok = [](std::string_view body) { return ElasticAnswer{200, std::string(body)}; };

  if (path == "/" && asks) return ok(hello(request));
  if (is("/_license") && asks) {
    return ok(
        R"({"license":{"status":"active","uid":"00000000-0000-0000-0000-000000000000","type":"basic","issue_date_in_millis":0,"expiry_date_in_millis":4102444800000}})");
  }
  if (path == "/_xpack" && asks) {
    return ok(
        R"({"build":{"hash":"unknown"},"license":{"uid":"00000000-0000-0000-0000-000000000000","type":"basic","mode":"basic","status":"active"},"features":{},"tagline":"You know, for X"})");
  }
  if (is("/_cluster/health") && asks) {
    return ok(
        R"({"cluster_name":"vigil","status":"green","timed_out":false,"number_of_nodes":1,"number_of_data_nodes":1,"active_primary_shards":1,"active_shards":1,"relocating_shards":0,"initializing_shards":0,"unassigned_shards":0})");
  }
  if (is("/_nodes") && asks)
    return ok(R"({"_nodes":{"total":1,"successful":1,"failed":0},"cluster_name":"vigil","nodes":{}})");
  if (is("/_cat") && asks) {
    return {200, path == "/_cat/health" ? "0 00:00:00 vigil green 1 1 1 1 0 0 0 0 - 100.0%\n" : "",
            "text/plain; charset=UTF-8"};
  }
  if (last_segment(path) == "_refresh" || last_segment(path) == "_flush") return ok(kShards);
  if (is("/_ilm/policy") && asks && path != "/_ilm/policy") {
    std::string body = "{";
    append_json_string(last_segment(path), body);
    return ok(body + ":{}}");
  }
  if (puts && (is("/_index_template") || is("/_template") || is("/_component_template") || is("/_ilm") ||
               is("/_data_stream") || is("/_alias") || is("/_aliases") || is("/_ingest/pipeline") ||
               is("/_cluster/settings")))
    return ok(kAcknowledged);
  if (asks && (is("/_data_stream") || is("/_alias"))) return ok(kAcknowledged);
  const bool named = path.starts_with("/_");
  if (named) {
    if (asks || method == "PUT") return ok("{}");
  } else if (method == "HEAD" || method == "GET") {
    return ok("{}");  // an index, or one of its pages: it is there
  } else if (method == "PUT") {
    std::string body = R"({"acknowledged":true,"shards_acknowledged":true,"index":)";
    append_json_string(path.substr(1), body);
    return ok(body + "}");
  }
  return {404, elastic_error(404, "resource_not_found_exception",
                             "no handler found for uri [" + std::string(path) + "] and method [" +
                                 std::string(method) + "]")};
}

bool BulkFilter::wanted(std::string_view patterns, std::string_view path) {
  const auto next = [](std::string_view& text, char separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
  };
  /// A pattern that names something above or below the path means it too.
  const auto fits = [&next](std::string_view pattern, std::string_view name) {
    while (!pattern.empty() && !name.empty()) {
      const std::string_view wish = next(pattern, '.');
      if (wish == "**") return true;
      const std::string_view have = next(name, '.');
      const std::size_t star = wish.find('*');
      const bool good = star == std::string_view::npos
                            ? wish == have
                            : have.size() + 1 >= wish.size() && have.starts_with(wish.substr(0, star)) &&
                                  have.ends_with(wish.substr(star + 1));
      if (!good) return false;
    }
    return true;
  };
  bool any_wish = false, wish_fits = false;
  while (!patterns.empty()) {
    std::string_view pattern = next(patterns, ',');
    if (pattern.starts_with('-')) {
      pattern.remove_prefix(1);
      // Taking away needs the whole name.
      if (std::ranges::count(pattern, '.') <= std::ranges::count(path, '.') && fits(pattern, path))
        return false;
    } else if (!pattern.empty()) {
      any_wish = true;
      wish_fits = wish_fits || fits(pattern, path);
    }
  }
  return !any_wish || wish_fits;
}

BulkFilter::BulkFilter(std::string_view patterns) {
  if (patterns.empty()) return;
  took = wanted(patterns, "took");
  errors = wanted(patterns, "errors");
  // "items.*.status": the star is the action's name.
  index = wanted(patterns, "items.create._index");
  id = wanted(patterns, "items.create._id");
  status = wanted(patterns, "items.create.status");
  error = wanted(patterns, "items.create.error");
}

}  // namespace vigil
