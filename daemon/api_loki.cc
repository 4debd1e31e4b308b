#include "daemon/api.h"
#include "daemon/api_support.h"
#include "daemon/clock.h"
#include "daemon/loki_query.h"

namespace vigil {

namespace {

/// A form holds a query and a few names and times.
constexpr std::size_t kFormBytesMax = 64 * 1024;

constexpr std::string_view kBuildInfo = R"({"version":"3.0.0","revision":"vigil )" VIGIL_VERSION
                                        R"(","branch":"","buildUser":"","buildDate":"","goVersion":""})"
                                        "\n";

struct LokiPath {
  std::string_view path;
  Loki<std::string> (*answer)(const LokiParts&, const HttpRequest&);
};
constexpr LokiPath kLokiPaths[] = {
    {"query", loki_query},
    {"query_range", loki_query_range},
    {"labels", loki_labels},
    {"label", loki_labels},  // its older name
    {"series", loki_series},
    {"index/stats", loki_index_stats},
    {"index/volume", loki_volume},
    {"index/volume_range", loki_volume_range},
    {"detected_labels", loki_detected_labels},
    {"detected_fields", loki_detected_fields},
    {"format_query", loki_format_query},
};

}  // namespace

void Api::loki(const HttpRequest& asked, HttpAnswer& answer) {
  constexpr std::string_view kRoot = "/loki/api/v1/";
  const bool post = asked.method == "POST";
  if (post && asked.body.size() > kFormBytesMax)
    return reply_refusal(answer,
                         refusal(413, "a query takes a form of at most 64 KiB", "查詢表單最多 64 KiB"));
  HttpRequest request = asked;
  if (post && !add_form(request.body, request.query))
    return reply_refusal(answer, refusal(400, "the body is no form (application/x-www-form-urlencoded)",
                                         "內容不是表單（application/x-www-form-urlencoded）"));
  const std::function<bool()> cancelled = [this, &answer] { return stopping_.load() || answer.gone(); };
  const LokiParts parts{parts_.archive, parts_.sources, wall_clock_ns(), cancelled};
  const auto reply = [&answer](const Loki<std::string>& body) {
    if (!body) return reply_refusal(answer, body.error());
    answer.reply(200, kJson, *body);
  };
  const std::string_view path = std::string_view(request.path).substr(kRoot.size());
  for (const LokiPath& known : kLokiPaths) {
    if (known.path == path) return reply(known.answer(parts, request));
  }
  if (const auto label = between(path, "label/", "/values"); !label.empty())
    return reply(loki_label_values(parts, request, std::string(label)));
  if (const auto field = between(path, "detected_field/", "/values"); !field.empty())
    return reply(loki_field_values(parts, request, std::string(field)));
  if (path == "patterns") return answer.reply(200, kJson, "{\"status\":\"success\",\"data\":[]}\n");
  if (!post && path == "status/buildinfo") return answer.reply(200, kJson, std::string(kBuildInfo));
  if (path == "tail")
    return reply_refusal(
        answer,
        refusal(404, "live tailing over WebSocket is not supported: use `vigil tail` or GET /api/v1/tail",
                "不支援 WebSocket 即時檢視：請用 `vigil tail` 或 GET /api/v1/tail"));
  reply_refusal(answer, refusal(404, "no such path of Loki's here: " + request.path, "不支援這個 Loki 路徑"));
}

}  // namespace vigil
