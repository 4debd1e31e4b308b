#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/asset_table.h"
#include "incidents/case_book.h"
#include "rules/detection.h"
#include "storage/state_store.h"

// A small school, its county above it, and detections as rules would make them.

namespace vigil::test {

inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kMinute = 60 * kSecond;
inline constexpr std::int64_t kHour = 60 * kMinute;
inline constexpr std::int64_t kDay = 24 * kHour;
/// 2026-11-20 14:00:00 +08:00
inline constexpr std::int64_t kAfternoon = 1'795'154'400LL * kSecond;

/// A state store that is a map: what was committed is there, what was not is not.
class MapStore final : public StateStore {
 public:
  std::optional<std::string> get(std::string_view key) const override {
    const auto found = rows.find(key);
    return found == rows.end() ? std::nullopt : std::optional<std::string>(found->second);
  }
  void scan(std::string_view prefix,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    for (auto at = rows.lower_bound(prefix); at != rows.end() && at->first.starts_with(prefix); ++at) {
      if (!visit(at->first, at->second)) return;
    }
  }
  Result<void, StoreError> commit(const StateChange& change) override {
    for (const auto& edit : change.edits()) {
      if (edit.erase) {
        rows.erase(edit.key);
      } else {
        rows[edit.key] = edit.value;
      }
    }
    return {};
  }

  std::map<std::string, std::string, std::less<>> rows;
};

inline Contact contact(std::string name, std::string mail) {
  Contact out;
  out.name = std::move(name);
  out.role = "contact";
  out.mail = std::move(mail);
  out.phone = "04-2345-6789 分機 21";
  return out;
}

inline System make_system(std::string id, std::string name, bool core, std::vector<std::string> hosts) {
  System out;
  out.id = std::move(id);
  out.name = std::move(name);
  out.organisation = "school-a";
  out.core = core;
  out.hosts = std::move(hosts);
  return out;
}

inline Config school_config() {
  Config config;
  Organisation county;
  county.id = "county";
  county.name = "縣市教育網路中心";
  Organisation school;
  school.id = "school-a";
  school.name = "甲國小";
  school.parent = "county";
  school.contacts = {contact("資安聯絡人甲", "a@school.example"),
                     contact("資安聯絡人乙", "b@school.example")};
  school.ciso = contact("校長", "principal@school.example");
  school.reviewing_org = "縣市教育局";
  school.fax = "04-2345-0000";
  school.soc = "委外建置";
  school.soc_vendor = "安全監控公司";
  school.maintenance_vendor = "維護公司";
  school.overlay = "county-schools";
  Organisation other;
  other.id = "school-b";
  other.name = "乙國小";
  other.parent = "county";
  config.organisations = {county, school, other};

  System grades = make_system("grades", "成績系統", true, {"srv1", "10.1.0.5"});
  grades.information = {"personal_data"};
  grades.tolerable_outage_hours = 8;
  System web = make_system("web", "學校網站", false, {"web1"});
  System dns = make_system("dns", "網域名稱服務", true, {"ns1"});
  System water = make_system("water", "供水控制", true, {"plc1"});
  water.critical_infrastructure = true;
  System archive = make_system("archive", "公文系統", true, {"doc1"});
  archive.information = {"official_secret"};
  System vault = make_system("vault", "機密庫", true, {"vault1"});
  vault.information = {"state_secret"};
  System firewall = make_system("firewall", "防火牆", false, {"fw1"});
  firewall.kinds = Kinds(Kind::device);
  config.systems = {grades, web, dns, water, archive, vault, firewall};
  return config;
}

inline std::shared_ptr<const AssetTable> school_assets() {
  static const std::shared_ptr<const AssetTable> kAssets =
      std::make_shared<const AssetTable>(school_config());
  return kAssets;
}

inline std::vector<ChannelConfig> school_channels() {
  ChannelConfig mail;
  mail.id = "mail";
  mail.kind = ChannelConfig::Kind::smtp;
  ChannelConfig spool;
  spool.id = "spool";
  ChannelConfig drill;
  drill.id = "drill-spool";
  drill.drill = true;
  return {mail, spool, drill};
}

struct Impact {
  int confidentiality = 0, integrity = 0, availability = 0;
};

inline std::shared_ptr<RuleMeta> rule(std::string id, std::string title_zh, Level level, std::string category,
                                      std::vector<std::string> symptoms, Impact impact = {}) {
  auto out = std::make_shared<RuleMeta>();
  out->id = std::move(id);
  out->title = "Rule " + out->id;
  out->title_zh = std::move(title_zh);
  out->level = level;
  out->category = std::move(category);
  out->symptoms = std::move(symptoms);
  out->confidentiality = impact.confidentiality;
  out->integrity = impact.integrity;
  out->availability = impact.availability;
  return out;
}

inline std::shared_ptr<RuleMeta> brute_force() {
  return rule("ssh-brute", "SSH 密碼猜測", Level::medium, "intrusion", {"異常連線"});
}
inline std::shared_ptr<RuleMeta> brute_success() {
  return rule("ssh-success", "SSH 密碼猜測後登入成功", Level::high, "intrusion", {"系統遭入侵"}, {1, 1, 0});
}
inline std::shared_ptr<RuleMeta> web_shell() {
  return rule("web-shell", "網頁木馬", Level::critical, "web_attack", {"網頁木馬"}, {1, 2, 0});
}
inline std::shared_ptr<RuleMeta> context_rule() {
  auto out = rule("failed-login", "登入失敗", Level::low, "intrusion", {"異常連線"}, {2, 2, 2});
  out->opens_candidate = false;
  return out;
}

using Entities = std::vector<std::pair<std::string, std::string>>;

/// One detection of `rule` about `host` at `at_ns`, of school-a. What the host is comes from the asset table.
inline Detection detection(std::shared_ptr<const RuleMeta> meta, std::int64_t at_ns, std::string host,
                           Entities entities) {
  static std::uint64_t sequence = 1000;
  Detection out;
  out.rule = std::move(meta);
  out.sequence = ++sequence;
  out.at_ns = out.first_ns = out.last_ns = at_ns;
  out.received_ns = at_ns + kSecond;
  out.organisation = "school-a";
  out.host = std::move(host);
  const auto answer = school_assets()->look_up(out.organisation, out.host, "");
  if (answer.system) {
    out.system = answer.system->id;
    out.core = answer.system->core;
  }
  out.entities = std::move(entities);
  out.references = {out.sequence};
  return out;
}

/// A book over a store, committing what it does.
struct Desk {
  explicit Desk(CaseBookOptions options = {}, std::vector<ChannelConfig> channels = school_channels())
      : options_(options), channels_(std::move(channels)), book(open()) {}

  std::unique_ptr<CaseBook> open() {
    return std::make_unique<CaseBook>(store, school_assets(), channels_, options_);
  }
  void restart() { book = open(); }
  std::vector<std::string> apply(std::vector<Detection> detections, std::int64_t now_ns = kAfternoon) {
    StateChange change;
    auto ids = book->apply(detections, now_ns, change);
    EXPECT_TRUE(store.commit(change));
    return ids;
  }
  bool confirm(const std::string& id, std::int64_t now_ns, std::string_view who = "王小明") {
    StateChange change;
    const bool done = book->confirm(id, who, "", now_ns, change).has_value();
    EXPECT_TRUE(store.commit(change));
    return done;
  }
  const Case& only() const {
    const auto cases = book->list({"*"});
    EXPECT_EQ(cases.size(), 1U);
    return *cases.front();
  }
  std::size_t count() const { return book->list({"*"}).size(); }

  MapStore store;
  CaseBookOptions options_;
  std::vector<ChannelConfig> channels_;
  std::unique_ptr<CaseBook> book;
};

}  // namespace vigil::test
