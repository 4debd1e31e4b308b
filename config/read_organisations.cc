#include <algorithm>
#include <map>
#include <set>

#include "config/asset_table.h"
#include "config/nearest.h"
#include "config/sections.h"

namespace vigil::config {
namespace {

constexpr Choice<Tier> kTiers[] = {
    {"A", Tier::A}, {"B", Tier::B}, {"C", Tier::C}, {"D", Tier::D}, {"E", Tier::E}};

/// Regulation profiles of this version: the rules of 2021 and their reissue of January 2026.
constexpr Choice<std::string_view> kProfiles[] = {{"tw-2026", "tw-2026"}, {"tw-2021", "tw-2021"}};

/// 資安監控中心: the form's own three answers, kept in its words.
constexpr Choice<std::string_view> kSocKinds[] = {
    {"none", "無"}, {"own", "機關自行建置"},          {"outsourced", "委外建置"},
    {"無", "無"},   {"機關自行建置", "機關自行建置"}, {"委外建置", "委外建置"}};

Contact read_contact(const YamlNode& node, const std::string& path, Report& report,
                     std::string_view default_role) {
  Contact contact;
  contact.role = default_role;
  Fields fields(node, path, report);
  fields.text("name", contact.name);
  fields.required("name");
  fields.text("role", contact.role);
  read_mail(fields, "mail", contact.mail);
  fields.text("phone", contact.phone);
  fields.finish();
  return contact;
}

/// `soc: none`, or `soc: {kind: outsourced, vendor: …}`.
void read_soc(Fields& fields, Organisation& organisation) {
  const YamlNode* const node = fields.find("soc");
  if (node == nullptr) return;
  std::string_view kind;
  if (node->kind == YamlNode::Kind::mapping) {
    Fields soc(*node, fields.path_of("soc"), fields.report());
    soc.required("kind");
    if (soc.choice("kind", std::span<const Choice<std::string_view>>(kSocKinds), kind))
      organisation.soc = kind;
    soc.text("vendor", organisation.soc_vendor);
    soc.finish();
  } else if (fields.choice("soc", std::span<const Choice<std::string_view>>(kSocKinds), kind)) {
    organisation.soc = kind;
  }
}

/// What has to be looked at again when all organisations are known.
struct Parent {
  Place place;
  std::string path;
};

/// Reports each ring of the tree once, at the parent that closes it.
void check_loops(const std::vector<Organisation>& organisations, const std::vector<Parent>& parents,
                 Report& report) {
  std::map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < organisations.size(); ++i) index.emplace(organisations[i].id, i);
  std::vector<bool> seen(organisations.size(), false);
  for (std::size_t start = 0; start < organisations.size(); ++start) {
    std::vector<std::size_t> way;
    std::size_t at = start;
    while (!seen[at]) {
      seen[at] = true;
      way.push_back(at);
      const auto parent = index.find(organisations[at].parent);
      if (organisations[at].parent.empty() || parent == index.end()) break;
      at = parent->second;
      const auto ring = std::find(way.begin(), way.end(), at);
      if (ring == way.end()) continue;
      std::string names;
      for (auto each = ring; each != way.end(); ++each) names += organisations[*each].id + " → ";
      names += organisations[at].id;
      report.add(parents[way.back()].place, parents[way.back()].path,
                 {"the organisations form a loop: " + names, "機關的上下層關係形成迴圈：" + names},
                 {"the topmost organisation has no parent", "最上層的機關不寫 parent"});
    }
  }
}

}  // namespace

bool read_mail(Fields& fields, std::string_view key, std::string& out) {
  std::string mail;
  if (!fields.text(key, mail)) return false;
  const std::size_t at = mail.find('@');
  const bool good = at != std::string::npos && at > 0 && at + 1 < mail.size() &&
                    mail.find('@', at + 1) == std::string::npos &&
                    mail.find_first_of(" <>,;\"") == std::string::npos;
  if (!good) {
    fields.wrong(key, {"'" + mail + "' is no e-mail address", "'" + mail + "' 不是電子郵件地址"},
                 {"one address, as name@example.edu.tw", "請寫一個地址，例如 name@example.edu.tw"});
    return false;
  }
  out = mail;
  return true;
}

void read_zone(Fields& fields, std::string& out) {
  std::string zone;
  if (!fields.text("timezone", zone)) return;
  if (zone_known(zone)) {
    out = zone;
    return;
  }
  const std::vector<std::string> names = zone_names();
  const std::string_view near = nearest(zone, names);
  const std::string hint(near.empty() ? "Asia/Taipei" : near);
  fields.wrong(
      "timezone", {"'" + zone + "' is no time zone of this system", "系統沒有 '" + zone + "' 這個時區"},
      near.empty() ? Words{"an IANA name such as '" + hint + "'", "請用 IANA 名稱，例如 '" + hint + "'"}
                   : Words{"did you mean '" + hint + "'?", "您是不是要寫 '" + hint + "'？"});
}

Organisation default_organisation() {
  Organisation organisation;
  organisation.id = "default";
  organisation.name = "預設機關";
  return organisation;
}

void read_organisations(Fields& top, Config& config) {
  std::vector<Parent> parents;
  std::set<std::string> ids;
  const bool given = top.sequence("organisations", [&](const YamlNode& node, const std::string& path) {
    Organisation organisation;
    Fields fields(node, path, top.report());
    fields.required("id");
    if (fields.identifier("id", organisation.id) && !ids.insert(organisation.id).second) {
      fields.wrong("id", {"there are two organisations '" + organisation.id + "'",
                          "機關 '" + organisation.id + "' 重複"});
    }
    if (!fields.text("name", organisation.name)) organisation.name = organisation.id;
    fields.text("parent", organisation.parent);
    parents.push_back({fields.place_of("parent"), fields.path_of("parent")});
    fields.choice("tier", std::span<const Choice<Tier>>(kTiers), organisation.tier);
    read_zone(fields, organisation.timezone);
    std::string_view profile;
    if (fields.choice("profile", std::span<const Choice<std::string_view>>(kProfiles), profile)) {
      organisation.profile = profile;
    }
    fields.identifier("overlay", organisation.overlay);
    fields.sequence("contacts", [&](const YamlNode& contact, const std::string& where) {
      organisation.contacts.push_back(read_contact(contact, where, top.report(), "contact"));
    });
    if (const YamlNode* const ciso = fields.find("ciso")) {
      organisation.ciso = read_contact(*ciso, fields.path_of("ciso"), top.report(), "ciso");
    }
    fields.text("reviewing_org", organisation.reviewing_org);
    fields.text("fax", organisation.fax);
    read_soc(fields, organisation);
    fields.text("soc_vendor", organisation.soc_vendor);
    fields.text("maintenance_vendor", organisation.maintenance_vendor);
    fields.texts("safeguards", organisation.safeguards);
    read_working_hours(fields, organisation.working_hours);
    fields.finish();
    config.organisations.push_back(std::move(organisation));
  });
  if (!given || config.organisations.empty()) {
    config.organisations = {default_organisation()};
    return;
  }
  const std::vector<std::string> names(ids.begin(), ids.end());
  for (std::size_t i = 0; i < config.organisations.size(); ++i) {
    const std::string& parent = config.organisations[i].parent;
    if (parent.empty() || ids.contains(parent)) continue;
    top.report().add(parents[i].place, parents[i].path,
                     {"there is no organisation '" + parent + "'", "沒有機關 '" + parent + "'"},
                     suggest(parent, names));
  }
  check_loops(config.organisations, parents, top.report());
}

}  // namespace vigil::config
