#include "daemon/evidence_desk.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <string>

#include "incidents/evidence_plan.h"
#include "incidents/report_files.h"
#include "storage/terms.h"

namespace vigil {

namespace {

using Visit = std::function<bool(const StoredRecord&)>;

/// Bytes of records that are held in memory between finding and writing them; what is more is read again.
constexpr std::size_t kHeldBytesMax = std::size_t{16} * 1024 * 1024;

/// A record that outlives the scan that found it.
struct HeldRecord {
  explicit HeldRecord(const StoredRecord& found) : record(found), raw(found.raw), source(*found.source) {
    record.raw = raw;
    record.source = &source;
  }
  HeldRecord(const HeldRecord&) = delete;
  HeldRecord& operator=(const HeldRecord&) = delete;

  StoredRecord record;
  std::string raw;
  Source source;
};

/// Gives the plan's samples and what of their surroundings names an entity, each record once, in order of
/// arrival.
Result<void, StoreError> visit_planned(const Archive& archive, const EvidencePlan& plan,
                                       std::size_t records_max, const Visit& visit) {
  // First the sequences, then the records: samples may lie far outside the time window, and the limit must
  // never cost a sample. Each entity is looked for by itself, because the index answers "which blocks hold
  // this address" and most blocks hold none of a case's entities.
  std::vector<std::uint64_t> chosen = plan.samples;
  std::map<std::uint64_t, HeldRecord> held;
  std::size_t held_bytes = 0;
  for (const std::string& needle : plan.needles) {
    if (chosen.size() >= records_max) break;
    ScanRange range;
    range.organisations = {plan.organisation};
    range.event_from_ns = plan.event_from_ns;
    range.event_to_ns = plan.event_to_ns;
    range.newest_first = false;
    range.needles = {needle};
    terms_of_text(needle, [&range](std::string_view term) { range.terms.emplace_back(term); });
    const auto scanned = archive.scan(range, [&](const StoredRecord& record) {
      if (!plan.mentions(record.raw)) return true;
      chosen.push_back(record.sequence);
      if (held_bytes + record.raw.size() <= kHeldBytesMax &&
          held.try_emplace(record.sequence, record).second) {
        held_bytes += record.raw.size();
      }
      return chosen.size() < records_max;
    });
    if (!scanned) return scanned.error();
  }
  std::sort(chosen.begin(), chosen.end());
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());

  // Record by record: what lies between two of them may be months of everybody's traffic.
  const std::vector<std::string> organisations = {plan.organisation};
  for (const std::uint64_t sequence : chosen) {
    if (const auto found = held.find(sequence); found != held.end()) {
      if (!visit(found->second.record)) break;
      continue;
    }
    const auto kept = archive.get(sequence, organisations);
    if (!kept) {
      if (kept.error().code == StoreErrc::not_found) continue;  // retention may have passed over a sample
      return kept.error();
    }
    if (!visit(kept->record)) break;
  }
  return {};
}

}  // namespace

unsigned EvidenceDesk::newest_number(std::string_view subject) const {
  unsigned newest = 0;
  std::error_code ignored;
  const std::string prefix = "bag-" + std::string(subject) + "-";
  for (const auto& entry : std::filesystem::directory_iterator(directory_, ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    unsigned number = 0;
    const char* const end = name.data() + name.size();
    const auto [at, error] = std::from_chars(name.data() + prefix.size(), end, number);
    if (error == std::errc() && at == end) newest = std::max(newest, number);
  }
  return newest;
}

std::optional<EvidenceDesk::Bundle> EvidenceDesk::newest_for(std::string_view case_id) const {
  const unsigned number = newest_number(case_id);
  if (number == 0) return std::nullopt;
  const std::string name = "bag-" + std::string(case_id) + "-" + std::to_string(number);
  return Bundle{name, directory_ / name};
}

Result<EvidenceDesk::Bundle, StoreError> EvidenceDesk::write(
    BundleInfo info, std::string_view subject, const Records& records,
    const std::function<void(BundleInfo&)>& complete) {
  const std::lock_guard lock(mutex_);
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  if (error)
    return StoreError{StoreErrc::no_access, "cannot make " + directory_.string() + ": " + error.message()};
  info.name = "bag-" + std::string(subject) + "-" + std::to_string(newest_number(subject) + 1);
  info.tool_version = std::string("vigild ") + VIGIL_VERSION;
  const Organisation* const organisation = assets_->organisation(info.organisation);
  if (organisation != nullptr) {
    info.organisation_name = organisation->name;
    info.zone_minutes = zone_offset_minutes(organisation->timezone, info.now_ns);
  }
  if (complete) complete(info);
  auto made = export_bundle(directory_, info, records);
  if (!made) return made.error();
  return Bundle{info.name, std::move(*made)};
}

Result<EvidenceDesk::Bundle, StoreError> EvidenceDesk::for_case(const Case& incident,
                                                                const NotificationForm& form, Extent extent,
                                                                std::string_view who, std::int64_t now_ns) {
  BundleInfo info;
  info.organisation = incident.organisation;
  info.case_id = incident.id;
  info.description = incident.title_zh.empty() ? incident.title : incident.title_zh;
  info.who = who;
  info.drill = incident.drill;
  info.now_ns = now_ns;
  const EvidencePlan plan = plan_evidence(incident);
  const std::size_t records_max = extent == Extent::notice ? kNoticeRecordsMax : plan.records_max;
  return write(
      std::move(info), incident.id,
      [this, &plan, records_max](const Visit& visit) {
        return visit_planned(archive_, plan, records_max, visit);
      },
      [&](BundleInfo& named) { named.attachments = notification_files(incident, form, named.name, now_ns); });
}

Result<EvidenceDesk::Bundle, StoreError> EvidenceDesk::for_query(const Query& query,
                                                                 std::string_view query_text, ScanRange range,
                                                                 std::string_view who, std::int64_t now_ns) {
  if (range.organisations.size() != 1 || assets_->organisation(range.organisations.front()) == nullptr) {
    return StoreError{StoreErrc::bad_argument, "a bundle is made for one organisation that is configured"};
  }
  BundleInfo info;
  info.organisation = range.organisations.front();
  info.description = "query: " + std::string(query_text);
  info.who = who;
  info.now_ns = now_ns;
  range.newest_first = false;
  return write(
      std::move(info), "query-" + info.organisation, [&](const Visit& visit) -> Result<void, StoreError> {
        SearchRequest request;
        request.range = range;
        request.limit = 0;
        const auto found =
            search(archive_, query, request, [&visit](const SearchRow& row) { return visit(*row.record); });
        if (!found) return found.error();
        return {};
      });
}

}  // namespace vigil
