#include <algorithm>
#include <boost/json.hpp>
#include <fstream>

#include "daemon/api.h"
#include "daemon/api_support.h"
#include "daemon/clock.h"

namespace vigil {

namespace json = boost::json;

namespace {

json::object delivery_json(const Notice::Delivery& delivery, int zone) {
  json::object out{{"channel", delivery.channel}, {"attempts", delivery.attempts}, {"done", delivery.done}};
  if (delivery.done) out["done_at"] = iso_time(delivery.done_ns, zone);
  if (!delivery.done && delivery.next_try_ns != 0) out["next_try_at"] = iso_time(delivery.next_try_ns, zone);
  if (!delivery.last_error.empty()) out["last_error"] = delivery.last_error;
  return out;
}

}  // namespace

void Api::incidents(const HttpRequest& request, HttpAnswer& answer) {
  const std::int64_t now = wall_clock_ns();
  const int zone = zone_now();
  std::int64_t since = INT64_MIN;
  if (request.has("updated_since")) {
    const auto time = read_time(request.parameter("updated_since"), zone);
    if (!time)
      return reply_error(answer, 400, "bad_time", "updated_since is no time", "updated_since 不是時間");
    since = *time;
  }
  const std::string_view state = request.parameter("state");
  std::string body = R"({"incidents":[)";
  parts_.desk.read([&](const CaseBook& book) {
    bool first = true;
    for (const Case* incident : book.list({"*"})) {
      if (!state.empty() && case_state_name(incident->state) != state) continue;
      if (incident->updated_ns < since) continue;
      if (!std::exchange(first, false)) body.push_back(',');
      body += incident->to_json(now, zone);
    }
    return 0;
  });
  answer.reply(200, kJson, body + "]}\n");
}

void Api::incident(const HttpRequest& request, HttpAnswer& answer) {
  const std::string_view id = between(request.path, "/api/v1/incidents/");
  const auto body = parts_.desk.read([&](const CaseBook& book) -> std::string {
    const Case* const found = book.find(id);
    return found ? found->to_json(wall_clock_ns(), zone_now()) : std::string();
  });
  if (body.empty())
    return reply_error(answer, 404, "not_found", "no incident " + std::string(id), "沒有這個事件");
  answer.reply(200, kJson, body + "\n");
}

std::string Api::asker(const HttpRequest& request) {
  return request.trusted ? "administrator" : "administrator@" + request.peer;
}

void Api::change_case(const CaseWork& work, HttpAnswer& answer) {
  std::optional<CaseError> wrong;
  std::string body;
  const auto committed = parts_.desk.change([&](CaseBook& book, StateChange& change) {
    const std::int64_t now = wall_clock_ns();
    const auto done = work(book, change, now);
    if (!done) {
      wrong = done.error();
    } else {
      body = book.find(*done)->to_json(now, zone_now());
    }
  });
  if (wrong) return reply_case_error(answer, *wrong);
  if (!committed) return reply_not_durable(answer, committed.error());
  parts_.dispatcher.wake();
  answer.reply(200, kJson, body + "\n");
}

void Api::decide(const HttpRequest& request, HttpAnswer& answer) {
  const std::size_t slash = request.path.rfind('/');
  const std::string_view act = std::string_view(request.path).substr(slash + 1);
  const std::string id = request.path.substr(18, slash - 18);
  std::string note, reason, as;
  if (!request.body.empty()) {
    const auto body = read_object(request.body, {"note", "reason", "as"}, answer);
    if (!body) return;
    note = body->at("note");
    reason = body->at("reason");
    as = body->at("as");
  }
  const auto disposition = disposition_from_name(as.empty() ? "false" : as);
  if (!disposition) {
    return reply_error(answer, 400, "bad_field", "as is false (the rule was wrong) or benign (it was right, and wanted)",
                       "as 為 false（誤判）或 benign（屬實但無害）");
  }
  const std::string who = asker(request);
  const auto work = [&](CaseBook& book, StateChange& change, std::int64_t now) -> Result<std::string, CaseError> {
    Result<void, CaseError> done;
    if (act == "confirm") {
      done = book.confirm(id, who, note, now, change);
    } else if (act == "reject") {
      done = book.reject(id, who, reason, now, change, *disposition);
    } else {
      done = book.note(id, who, note, now, change);
    }
    if (!done) return done.error();
    return id;
  };
  change_case(work, answer);
}

namespace {

/// "N-<case>" back to the case.
std::string_view case_of_notification(std::string_view id) {
  return id.starts_with("N-") ? id.substr(2) : std::string_view();
}

}  // namespace

void Api::notifications(const HttpRequest& request, HttpAnswer& answer) {
  const std::int64_t now = wall_clock_ns();
  const int zone = zone_now();
  std::int64_t since = INT64_MIN;
  if (request.has("updated_since")) {
    const auto time = read_time(request.parameter("updated_since"), zone);
    if (!time)
      return reply_error(answer, 400, "bad_time", "updated_since is no time", "updated_since 不是時間");
    since = *time;
  }
  json::array rows;
  parts_.desk.read([&](const CaseBook& book) {
    const auto notices = book.notices();
    for (const Case* incident : book.list({"*"})) {
      if (incident->state == CaseState::rejected || incident->updated_ns < since) continue;
      rows.push_back(notification_row(*incident, notices, now, zone));
    }
    return 0;
  });
  answer.reply(200, kJson, json::serialize(json::object{{"notifications", std::move(rows)}}) + "\n");
}

json::object Api::notification_row(const Case& incident, const std::vector<Notice>& notices, std::int64_t now,
                                   int zone) const {
  const NotificationForm form = draft_notification(incident, *parts_.assets, now);
  json::object row{{"id", form.id},
                   {"incident", incident.id},
                   {"organisation", incident.organisation},
                   {"title", incident.title_zh.empty() ? incident.title : incident.title_zh},
                   {"state", case_state_name(incident.state)},
                   {"drafted_at", iso_time(form.drafted_ns, zone)},
                   {"required_empty", form.required_empty()},
                   {"drill", form.drill}};
  json::array deliveries;
  std::string spooled;
  for (const Notice& notice : notices) {
    if (notice.case_id != incident.id) continue;
    for (const auto& delivery : notice.deliveries) {
      deliveries.push_back(delivery_json(delivery, zone));
      const auto channel = std::find_if(parts_.channels.begin(), parts_.channels.end(),
                                        [&](const ChannelConfig& c) { return c.id == delivery.channel; });
      if (delivery.done && channel != parts_.channels.end() && channel->kind == ChannelConfig::Kind::spool) {
        spooled = (channel->directory / (notice.case_id + "-" + notice.id) / "form.html").string();
      }
    }
  }
  row["deliveries"] = std::move(deliveries);
  if (!spooled.empty()) row["form_html"] = spooled;
  if (const auto bundle = parts_.evidence.newest_for(incident.id)) row["bundle"] = bundle->path.string();
  return row;
}

void Api::notification(const HttpRequest& request, HttpAnswer& answer) {
  const bool form_only = request.path.ends_with("/form");
  const std::string_view id = between(request.path, "/api/v1/notifications/", form_only ? "/form" : "");
  const std::int64_t now = wall_clock_ns();
  const int zone = zone_now();
  std::optional<NotificationForm> form;
  json::object row;
  parts_.desk.read([&](const CaseBook& book) {
    const Case* const incident = book.find(case_of_notification(id));
    if (incident == nullptr) return 0;
    form = draft_notification(*incident, *parts_.assets, now);
    row = notification_row(*incident, book.notices(), now, zone);
    return 0;
  });
  if (!form)
    return reply_error(answer, 404, "not_found", "no notification " + std::string(id), "沒有這份通報單");
  if (form_only) {
    const std::string_view format = request.parameter("format", "html");
    if (format == "html") return answer.reply(200, "text/html; charset=utf-8", render_form_html(*form));
    if (format == "json") return answer.reply(200, kJson, render_form_json(*form) + "\n");
    return reply_error(answer, 400, "bad_format", "the form can be had as html or json",
                       "通報單格式為 html 或 json");
  }
  row["form"] = json::parse(render_form_json(*form));
  answer.reply(200, kJson, json::serialize(row) + "\n");
}

void Api::make_evidence(const HttpRequest& request, HttpAnswer& answer) {
  const auto body = read_object(request.body, {"incident", "query", "organisation", "from", "to"}, answer);
  if (!body) return;
  const std::string who = request.trusted ? "administrator" : "administrator@" + request.peer;
  const std::int64_t now = wall_clock_ns();
  Result<EvidenceDesk::Bundle, StoreError> made =
      StoreError{StoreErrc::bad_argument, "name an incident or a query"};
  if (!body->at("incident").empty()) {
    std::optional<Case> incident;
    parts_.desk.read([&](const CaseBook& book) {
      if (const Case* const found = book.find(body->at("incident"))) incident = *found;
      return 0;
    });
    if (!incident)
      return reply_error(answer, 404, "not_found", "no incident " + body->at("incident"), "沒有這個事件");
    made = parts_.evidence.for_case(*incident, draft_notification(*incident, *parts_.assets, now),
                                    EvidenceDesk::Extent::full, who, now);
  } else if (!body->at("query").empty()) {
    const auto query = Query::parse(body->at("query"));
    if (!query) return reply_query_error(answer, body->at("query"), query.error());
    if (query->has_pipes())
      return reply_error(answer, 400, "bad_query", "evidence takes records, not pipes", "證據查詢不支援管線");
    ScanRange range;
    const std::string& organisation = body->at("organisation");
    range.organisations = {organisation.empty() ? std::string("default") : organisation};
    HttpRequest times;
    times.query.insert(body->begin(), body->end());
    if (body->at("from").empty()) times.query.erase("from");
    if (body->at("to").empty()) times.query.erase("to");
    if (!read_range(times, zone_now(), range, answer)) return;
    made = parts_.evidence.for_query(*query, body->at("query"), range, who, now);
  }
  if (!made) {
    const unsigned status = made.error().code == StoreErrc::disk_full      ? 507
                            : made.error().code == StoreErrc::bad_argument ? 400
                                                                           : 500;
    return reply_error(answer, status, store_errc_name(made.error().code), made.error().what,
                       made.error().what);
  }
  json::array files;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(made->path, ignored)) {
    if (!entry.is_regular_file()) continue;
    files.push_back(json::object{{"path", std::filesystem::relative(entry.path(), made->path).string()},
                                 {"size", static_cast<std::uint64_t>(entry.file_size())}});
  }
  answer.reply(200, kJson,
               json::serialize(json::object{
                   {"bundle", made->name}, {"path", made->path.string()}, {"files", std::move(files)}}) +
                   "\n");
}

void Api::evidence_file(const HttpRequest& request, HttpAnswer& answer) {
  constexpr std::size_t kPrefix = std::string_view("/api/v1/evidence/").size();
  const std::filesystem::path wanted = std::filesystem::path(request.path.substr(kPrefix)).lexically_normal();
  const auto outside = [&wanted] {
    return wanted.empty() || wanted.is_absolute() || *wanted.begin() == ".." || *wanted.begin() == ".";
  };
  const std::filesystem::path file = parts_.evidence.directory() / wanted;
  std::error_code ignored;
  // Bundles hold regular files only; a link would lead out of them.
  if (outside() || !std::filesystem::is_regular_file(std::filesystem::symlink_status(file, ignored))) {
    return reply_error(answer, 404, "not_found", "no such file in a bundle", "證據包中沒有這個檔案");
  }
  std::ifstream in(file, std::ios::binary);
  answer.begin(200, "application/octet-stream");
  std::string piece(kPieceBytes, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0) {
    if (!answer.write(piece.substr(0, static_cast<std::size_t>(in.gcount())))) return;
  }
  answer.end();
}

void Api::seal(const HttpRequest&, HttpAnswer& answer) {
  const auto sealed = parts_.archive.seal(true, wall_clock_ns());
  const auto emptied = sealed ? parts_.archive.empty_journal() : Result<void, StoreError>(sealed.error());
  if (!emptied)
    return reply_error(answer, 500, store_errc_name(emptied.error().code), emptied.error().what,
                       emptied.error().what);
  answer.reply(200, kJson, json::serialize(json::object{{"sealed", *sealed}}) + "\n");
}

void Api::night(const HttpRequest&, HttpAnswer& answer) {
  const auto packed = parts_.night.pack_now();
  if (!packed)
    return reply_error(answer, 500, store_errc_name(packed.error().code), packed.error().what,
                       packed.error().what);
  const auto retired = parts_.night.retire_now();
  if (!retired)
    return reply_error(answer, 500, store_errc_name(retired.error().code), retired.error().what,
                       retired.error().what);
  json::array troubles;
  for (const std::string& trouble : packed->troubles) troubles.emplace_back(trouble);
  answer.reply(200, kJson,
               json::serialize(json::object{{"blocks_before", packed->blocks_before},
                                            {"blocks_after", packed->blocks_after},
                                            {"raw_bytes", packed->raw_bytes},
                                            {"bytes_before", packed->bytes_before},
                                            {"bytes_after", packed->bytes_after},
                                            {"finished", packed->finished},
                                            {"troubles", std::move(troubles)},
                                            {"retired_records", retired->records},
                                            {"retired_bytes", retired->bytes},
                                            {"held_blocks", retired->held_blocks}}) +
                   "\n");
}

}  // namespace vigil
