#include "rules/watchlist_match.h"

#include <algorithm>
#include <map>

#include "parsers/caseless.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/record.h"
#include "rules/entities.h"
#include "rules/event_fields.h"

namespace vigil {
namespace {

constexpr std::size_t kFieldsShown = 4;

bool is_name_byte(char c) {
  return (c >= '0' && c <= '9') || (lower_ascii(c) >= 'a' && lower_ascii(c) <= 'z') || c == '.' || c == '-' || c == '_';
}

/// What the text says behind a URL's host and port is its path, or goes on from it.
bool path_fits(std::string_view rest, std::string_view path) {
  constexpr std::string_view kGoesOn = "/?#&", kEnds = " \t\r\n\"'<>()[]{},;|\\^`";
  if (path == "/") return rest.empty() || kGoesOn.find(rest[0]) != std::string_view::npos || kEnds.find(rest[0]) != std::string_view::npos;
  if (!rest.starts_with(path)) return false;
  rest.remove_prefix(path.size());
  return rest.empty() || path.ends_with('/') || kGoesOn.find(rest[0]) != std::string_view::npos ||
         kEnds.find(rest[0]) != std::string_view::npos;
}

bool is_user_field(std::string_view name) {
  return name.find("user.") != std::string_view::npos &&
         (name.ends_with(".name") || name.ends_with(".email") || name.ends_with(".id") || name.ends_with(".full_name"));
}

/// `DOMAIN\alice`, `alice@school.example` and `alice` are alice; an indicator with a domain wants that one, where the
/// event names any.
bool account_fits(std::string_view value, std::string_view indicator, std::string_view domain) {
  if (equals_ignoring_case(value, indicator)) return true;
  const std::size_t wanted = indicator.rfind('\\'), slash = value.rfind('\\');
  const std::string_view bare = slash == std::string_view::npos ? value : value.substr(slash + 1);
  if (wanted == std::string_view::npos) return equals_ignoring_case(bare, indicator) || equals_ignoring_case(bare.substr(0, bare.find('@')), indicator);
  const std::string_view named = slash == std::string_view::npos ? domain : value.substr(0, slash);
  return equals_ignoring_case(bare, indicator.substr(wanted + 1)) && (named.empty() || equals_ignoring_case(named, indicator.substr(0, wanted)));
}

/// Devices that name host and path apart: `hostname="evil.example" url="/x.exe"`.
bool url_in_parts(const Event& event, const UrlParts& url) {
  const std::string_view host = url.host.starts_with('[') ? url.host.substr(1, url.host.size() - 2) : url.host;
  const bool has_host = std::any_of(event.fields().begin(), event.fields().end(), [&](const Field& field) {
    if (!field.name.ends_with(".domain") && !field.name.ends_with(".ip") && field.name.find("host") == std::string_view::npos) return false;
    if (equals_ignoring_case(field.value, host)) return true;
    return !url.port.empty() && equals_ignoring_case(field.value, std::string(host) + std::string(url.port));
  });
  if (!has_host) return false;
  if (!url.port.empty()) {
    const std::string_view port = url.port.substr(1);
    const bool known = std::any_of(event.fields().begin(), event.fields().end(), [](const Field& field) {
      return field.name == "url.port" || field.name == "destination.port";
    });
    const bool same = std::any_of(event.fields().begin(), event.fields().end(), [&](const Field& field) {
      return (field.name == "url.port" || field.name == "destination.port") && field.value == port;
    });
    if (known && !same) return false;
  }
  std::string whole(event.text_of("url.path"));
  if (!event.text_of("url.query").empty()) whole += "?" + std::string(event.text_of("url.query"));
  return url.path == "/" || path_fits(event.text_of("url.original"), url.path) || path_fits(whole, url.path);
}

struct Words {
  std::string_view title, title_zh, tag, symptom;
  int confidentiality, integrity;
};
constexpr Words kWords[kIndicatorKinds] = {
    {"Traffic with an address on a watchlist", "連線至情資名單上的位址", "attack.t1071", "異常連線", 1, 0},
    {"Look-up of or traffic with a domain on a watchlist", "查詢或連線情資名單上的網域", "attack.t1071", "異常連線", 1, 0},
    {"Request for a URL on a watchlist", "連線至情資名單上的網址", "attack.t1071", "異常連線", 1, 0},
    {"File on a watchlist", "出現情資名單上的檔案", "attack.t1204", "植入惡意程式", 1, 1},
    {"Mail with an address on a watchlist", "與情資名單上的信箱往來", "attack.t1566", "異常連線", 1, 0},
    {"Activity of an account on a watchlist", "情資名單上的帳號活動", "attack.t1078", "系統遭入侵", 1, 0}};

constexpr Level kLevels[] = {Level::low, Level::medium, Level::high};

std::string rule_id(IndicatorKind kind, Level level, WatchlistPass pass) {
  return std::string(pass == WatchlistPass::retro ? "watchlist-retro-" : "watchlist-") +
         std::string(indicator_kind_name(kind)) + "-" + std::string(level_name(level));
}

std::shared_ptr<const RuleMeta> make_rule(IndicatorKind kind, Level level, WatchlistPass pass) {
  const Words& words = kWords[static_cast<std::size_t>(kind)];
  const bool retro = pass == WatchlistPass::retro;
  auto meta = std::make_shared<RuleMeta>();
  meta->id = rule_id(kind, level, pass);
  meta->title = std::string(words.title) + (retro ? " (retro-hunt)" : "");
  meta->title_zh = std::string(words.title_zh) + (retro ? "（回溯）" : "");
  meta->description = "A preserved message holds an indicator of a watchlist (docs/watchlists.md).";
  meta->description_zh = "保存的紀錄含有情資名單上的指標（docs/watchlists.md）。";
  meta->file = "watchlists";
  meta->level = level;
  meta->tags = {std::string(words.tag)};
  meta->category = "intrusion";
  meta->symptoms = {std::string(words.symptom)};
  meta->confidentiality = words.confidentiality;
  meta->integrity = words.integrity;
  meta->opens_candidate = level != Level::low;
  return meta;
}

const std::map<std::string, std::shared_ptr<const RuleMeta>, std::less<>>& all_rules() {
  static const auto* const kRules = [] {
    auto* made = new std::map<std::string, std::shared_ptr<const RuleMeta>, std::less<>>;
    for (const IndicatorKind kind : kAllIndicatorKinds) {
      for (const Level level : kLevels) {
        for (const WatchlistPass pass : {WatchlistPass::stream, WatchlistPass::retro}) {
          auto rule = make_rule(kind, level, pass);
          made->emplace(rule->id, rule);
        }
      }
    }
    return made;
  }();
  return *kRules;
}

/// ECS's name for what the indicator is, and for its value.
std::pair<std::string_view, std::string_view> ecs_names(IndicatorKind kind, std::string_view value) {
  switch (kind) {
    case IndicatorKind::ip:
      return {value.find(':') == std::string_view::npos ? "ipv4-addr" : "ipv6-addr", "threat.indicator.ip"};
    case IndicatorKind::domain:
      return {"domain-name", "threat.indicator.url.domain"};
    case IndicatorKind::url:
      return {"url", "threat.indicator.url.original"};
    case IndicatorKind::hash:
      return {"file", value.size() == 32   ? "threat.indicator.file.hash.md5"
                      : value.size() == 40 ? "threat.indicator.file.hash.sha1"
                      : value.size() == 64 ? "threat.indicator.file.hash.sha256"
                                           : "threat.indicator.file.hash.sha512"};
    case IndicatorKind::mail:
      return {"email-addr", "threat.indicator.email.address"};
    case IndicatorKind::account:
      break;
  }
  return {"user-account", "threat.indicator.user.name"};
}

/// As what the indicator links cases: an address as an address, a file by its hash, a name as the host it is.
std::string_view entity_type(IndicatorKind kind, std::string_view value) {
  switch (kind) {
    case IndicatorKind::ip:
      return "destination.ip";
    case IndicatorKind::domain:
      return "destination.domain";
    case IndicatorKind::hash:
    case IndicatorKind::mail:
    case IndicatorKind::url:
      return ecs_names(kind, value).second.substr(std::string_view("threat.indicator.").size());
    case IndicatorKind::account:
      break;
  }
  return "user.name";
}

}  // namespace

std::shared_ptr<const RuleMeta> watchlist_rule(std::string_view id) {
  const auto found = all_rules().find(id);
  return found == all_rules().end() ? nullptr : found->second;
}

std::shared_ptr<const RuleMeta> watchlist_rule(IndicatorKind kind, int confidence, WatchlistPass pass) {
  const Level level = confidence < 0 || confidence >= 75 ? Level::high : confidence >= 40 ? Level::medium : Level::low;
  return watchlist_rule(rule_id(kind, level, pass));
}

bool url_stands_in(std::string_view text, const UrlParts& url) {
  if (url.host.empty()) return false;
  const auto fits = [](char a, char b) { return lower_ascii(a) == b; };
  for (auto at = text.begin();; ++at) {
    at = std::search(at, text.end(), url.host.begin(), url.host.end(), fits);
    if (at == text.end()) return false;
    if (at != text.begin() && is_name_byte(at[-1])) continue;
    std::string_view rest(at + static_cast<std::ptrdiff_t>(url.host.size()), text.end());
    if (rest.starts_with('.')) rest.remove_prefix(1);  // the root's dot
    if (!url.port.empty()) {
      if (!rest.starts_with(url.port)) continue;
      rest.remove_prefix(url.port.size());
      if (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') continue;
    } else {
      for (const std::string_view usual : {":443", ":80"}) {
        if (rest.starts_with(usual)) {
          rest.remove_prefix(usual.size());
          break;
        }
      }
    }
    if (path_fits(rest, url.path)) return true;
  }
}

void WatchlistMatcher::match(const Observation& observation, WatchlistPass pass, std::int64_t now_ns,
                             const std::function<bool(IndicatorRef)>& wanted, std::vector<WatchlistHit>& out) {
  if (index_->empty()) return;
  candidates_.clear();
  index_->find(observation.header->text, candidates_);
  std::erase_if(candidates_, [&](IndicatorRef ref) {
    const Watchlist& list = index_->lists()[ref.list];
    const auto& organisations = list.organisations;
    const bool ours = organisations.empty() || std::find(organisations.begin(), organisations.end(),
                                                         observation.source->organisation) != organisations.end();
    return !ours || list.table->expired(ref.row, now_ns) || !wanted(ref);
  });
  if (candidates_.empty()) return;
  ++parsed_;
  arena_.reset();
  event_.clear();
  // The number stands in the archive, where a newer program may have written one that this one does not know.
  const Format format =
      find_format(observation.format) == nullptr ? detect_format(*observation.header) : observation.format;
  parse_event_as(format, observation.event_ns, *observation.header,
                 record_context(*observation.source, observation.received_ns), event_, arena_);
  for (const IndicatorRef ref : candidates_) {
    std::string_view matched;
    const std::vector<std::string_view> fields = fields_with(ref, matched);
    if (!fields.empty()) out.push_back({ref, make(observation, pass, ref, fields, matched)});
  }
}

/// The fields that hold the indicator; the whole message where none does. `matched`: what stands there, of an address.
std::vector<std::string_view> WatchlistMatcher::fields_with(IndicatorRef ref, std::string_view& matched) const {
  const IndicatorTable& table = index_->table(ref);
  const IndicatorKind kind = table.kind(ref.row);
  const std::string_view value = table.value(ref.row);
  const UrlParts url = kind == IndicatorKind::url ? split_url(value) : UrlParts();
  const auto holds = [&](std::string_view text) {
    again_.clear();
    index_->find(text, again_);
    return std::find(again_.begin(), again_.end(), ref) != again_.end() &&
           (kind != IndicatorKind::url || url_stands_in(text, url));
  };
  std::vector<std::string_view> fields, vendors;
  for (const Field& field : event_.fields()) {
    if (fields.size() == kFieldsShown) break;
    if (field.name == "message" || field.name == "event.original") continue;
    // ECS's own name says more than the vendor's, and `.ip` more than `.address`.
    const bool second_name = field.name.starts_with("vendor.") || field.name.starts_with("winlog.") || field.name.ends_with(".address");
    if (second_name && (!fields.empty() || !vendors.empty())) continue;
    const bool here = kind == IndicatorKind::account
                          ? is_user_field(field.name) && account_fits(field.value, value, event_.text_of("user.domain"))
                          : holds(field.value);
    if (!here) continue;
    if (fields.empty()) matched = field.value;
    (second_name ? vendors : fields).push_back(field.name);
  }
  if (fields.empty()) fields = std::move(vendors);
  if (!fields.empty() || kind == IndicatorKind::account) return fields;
  if (kind == IndicatorKind::url && url_in_parts(event_, url)) return {"url.original"};
  if (holds(event_.header.text)) return {"message"};
  return {};
}

Detection WatchlistMatcher::make(const Observation& observation, WatchlistPass pass, IndicatorRef ref,
                                 const std::vector<std::string_view>& fields, std::string_view matched) const {
  const Watchlist& list = index_->lists()[ref.list];
  const IndicatorTable& table = *list.table;
  const IndicatorKind kind = table.kind(ref.row);
  const std::string_view value = table.value(ref.row);
  Detection out = detection_of(watchlist_rule(kind, table.confidence(ref.row), pass), observation);
  out.references = {observation.sequence};
  const sigma::EventFields event(event_);
  sigma::add_entities(*out.rule, event, out);
  const bool address = kind == IndicatorKind::ip && read_ip_network(matched).has_value();
  const auto is_known = [&](const auto& entity) { return entity.second == (address ? matched : value); };
  if (std::none_of(out.entities.begin(), out.entities.end(), is_known) && (kind != IndicatorKind::ip || address || value.find('/') == std::string_view::npos))
    sigma::add_entity(entity_type(kind, value), address ? matched : value, out);

  const auto show = [&out](std::string_view name, std::string_view text) {
    if (!text.empty()) out.fields.emplace_back(name, text);
  };
  const auto [type, name] = ecs_names(kind, value);
  show("threat.indicator.type", type);
  show(name, value);
  show("threat.feed.name", list.name);
  show("threat.indicator.provider", table.source(ref.row));
  show("threat.indicator.marking.tlp", table.tlp(ref.row));
  if (table.confidence(ref.row) >= 0) show("threat.indicator.confidence", std::to_string(table.confidence(ref.row)));
  show("threat.indicator.description", table.comment(ref.row));
  std::string places;
  for (const std::string_view field : fields) places += (places.empty() ? "" : ", ") + std::string(field);
  show("vigil.watchlist.fields", places);
  if (pass == WatchlistPass::retro) show("vigil.retro", "true");
  sigma::add_shown_fields(event, out);
  return out;
}

}  // namespace vigil
