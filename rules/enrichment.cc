#include "rules/enrichment.h"

#include <algorithm>
#include <fstream>

#include "parsers/calendar.h"
#include "rules/case_fold.h"
#include "rules/enrichment_files.h"
#include "rules/mmdb_places.h"

namespace vigil {
namespace {

constexpr std::string_view kPrivate[] = {"10.0.0.0/8",     "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8",
                                         "169.254.0.0/16", "fc00::/7",      "fe80::/10",      "::1/128"};
constexpr std::string_view kExpired = "expired";

std::int64_t floor_div(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

std::int32_t local_day(std::int64_t time_ns, int zone_minutes) {
  return static_cast<std::int32_t>(floor_div(floor_div(time_ns, kSecond) + seconds_of(zone_minutes), kSecondsPerDay));
}

bool read_file(const std::filesystem::path& path, std::string& text, std::vector<EnrichmentProblem>& problems) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) {
    problems.push_back({path.string(), 0, "", "cannot be read: " + error.message() + " / 無法讀取"});
    return false;
  }
  if (size > Enrichment::kFileBytesMax) {
    problems.push_back({path.string(), 0, "", "larger than 256 MiB; a MaxMind file is smaller / 檔案太大"});
    return false;
  }
  std::ifstream file(path, std::ios::binary);
  text.resize(size);
  file.read(text.data(), static_cast<std::streamsize>(size));
  if (file.gcount() != static_cast<std::streamsize>(size)) {
    problems.push_back({path.string(), 0, "", "cannot be read whole / 無法完整讀取"});
    return false;
  }
  return true;
}

}  // namespace

bool WorkingHours::working(std::int64_t time_ns, int zone_minutes) const {
  const std::int64_t seconds = floor_div(time_ns, kSecond) + seconds_of(zone_minutes);
  const std::int64_t day = floor_div(seconds, kSecondsPerDay);
  const std::int64_t minute = (seconds - day * kSecondsPerDay) / 60;
  // 1970-01-01 was a Thursday.
  const auto weekday = static_cast<unsigned>(((day + 3) % 7 + 7) % 7);
  if (((days >> weekday) & 1U) == 0 || minute < from_minutes || minute >= to_minutes) return false;
  return std::find(holidays.begin(), holidays.end(), static_cast<std::int32_t>(day)) == holidays.end();
}

std::string EnrichmentProblem::render() const {
  std::string text = file;
  if (line > 0) text += ":" + std::to_string(line);
  if (!field.empty()) text += ": " + field;
  return text + ": " + reason;
}

struct Enrichment::Data {
  /// One of the files, in the order in which they are asked.
  struct Places {
    PlaceFile csv;
    std::unique_ptr<const MmdbPlaces> mmdb;
  };
  std::vector<Places> places;
  AccountFile accounts;
  WorkingHours hours;
  std::map<std::string, WorkingHours, std::less<>> hours_of;
  RangeTable everybody;                                       ///< private networks
  std::map<std::string, RangeTable, std::less<>> networks;    ///< by organisation

  void add_networks(const EnrichmentOptions& options);
  void load_places(const std::filesystem::path& file, std::vector<EnrichmentProblem>& problems);
};

void Enrichment::Data::add_networks(const EnrichmentOptions& options) {
  for (const std::string_view network : kPrivate) everybody.add(*AddressRange::parse(network), 1);
  everybody.finish();
  for (const auto& [organisation, list] : options.networks) {
    RangeTable& table = networks[organisation];
    for (const std::string& network : list) {
      if (const auto range = AddressRange::parse(network)) table.add(*range, 1);
    }
    table.finish();
  }
}

void Enrichment::Data::load_places(const std::filesystem::path& file, std::vector<EnrichmentProblem>& problems) {
  Places loaded;
  if (file.extension() == ".mmdb") {
    std::string reason;
    loaded.mmdb = MmdbPlaces::open(file, reason);
    if (!loaded.mmdb) {
      problems.push_back({file.string(), 0, "", "is no MaxMind database that can be read: " + reason + " / 無法讀取"});
    }
  } else {
    std::string text;
    if (read_file(file, text, problems)) loaded.csv = read_places(text, file.string(), problems);
  }
  places.push_back(std::move(loaded));
}

Enrichment::Enrichment(std::unique_ptr<const Data> data) : data_(std::move(data)) {}
Enrichment::~Enrichment() = default;

std::shared_ptr<const Enrichment> Enrichment::load(const EnrichmentOptions& options,
                                                   std::vector<EnrichmentProblem>& problems) {
  const std::size_t before = problems.size();
  auto data = std::make_unique<Data>();
  data->hours = options.hours;
  data->hours_of = options.hours_of;
  data->add_networks(options);
  for (const auto& file : options.places) data->load_places(file, problems);
  if (!options.accounts.empty()) {
    std::string text;
    if (read_file(options.accounts, text, problems)) {
      data->accounts = read_accounts(text, options.accounts.string(), problems);
    }
  }
  if (problems.size() > before) return nullptr;
  return std::shared_ptr<const Enrichment>(new Enrichment(std::move(data)));
}

std::shared_ptr<const Enrichment> Enrichment::plain() {
  static const std::shared_ptr<const Enrichment> kPlain = [] {
    std::vector<EnrichmentProblem> problems;
    return load({}, problems);
  }();
  return kPlain;
}

PlaceOfAddress Enrichment::place_of(std::string_view address) const {
  PlaceOfAddress place;
  const auto number = data_->places.empty() ? std::nullopt : AddressNumber::parse(address);
  if (!number) return place;
  for (const Data::Places& source : data_->places) {
    if (source.mmdb) {
      source.mmdb->look_up(address, place);
      continue;
    }
    const std::uint32_t index = source.csv.ranges.find(*number);
    if (index == RangeTable::kNone) continue;
    const PlaceFile::Place& found = source.csv.places[index];
    if (place.country.empty()) place.country = found.country;
    if (place.name.empty()) place.name = found.name;
    if (place.asn.empty()) place.asn = found.asn;
  }
  return place;
}

bool Enrichment::internal(std::string_view address, std::string_view organisation) const {
  const auto number = AddressNumber::parse(address);
  if (!number) return false;
  if (data_->everybody.find(*number) != RangeTable::kNone) return true;
  const auto own = data_->networks.find(organisation);
  return own != data_->networks.end() && own->second.find(*number) != RangeTable::kNone;
}

void Enrichment::classes_of(std::string_view user, std::string_view domain, std::string_view organisation,
                            std::int64_t time_ns, int zone_minutes, std::vector<std::string_view>& out) const {
  if (data_->accounts.by_account.empty() || user.empty()) return;
  const std::int32_t today = local_day(time_ns, zone_minutes);
  const auto add = [&](const std::string& account) {
    const auto found = data_->accounts.by_account.find(account);
    if (found == data_->accounts.by_account.end()) return;
    for (const AccountFile::Entry& entry : found->second) {
      if (!entry.organisation.empty() && entry.organisation != organisation) continue;
      const std::string_view name = today <= entry.until ? std::string_view(entry.name) : kExpired;
      if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
    }
  };
  // As it is written; then with its domain, and without one.
  std::string account = sigma::folded(user);
  add(account);
  if (const std::size_t slash = account.find('\\'); slash != std::string::npos) return add(account.substr(slash + 1));
  if (const std::size_t at = account.find('@'); at != std::string::npos) return add(account.substr(0, at));
  if (domain.empty()) return;
  const std::string folded_domain = sigma::folded(domain);
  add(folded_domain + "\\" + account);
  add(account + "@" + folded_domain);
}

bool Enrichment::working(std::string_view organisation, std::int64_t time_ns, int zone_minutes) const {
  const auto own = data_->hours_of.find(organisation);
  return (own == data_->hours_of.end() ? data_->hours : own->second).working(time_ns, zone_minutes);
}

}  // namespace vigil
