#include "storage/counted_search.h"

#include <algorithm>

#include "storage/hash.h"
#include "storage/query_eval.h"
#include "storage/rollup.h"
#include "storage/row_columns.h"
#include "storage/stored_event.h"

namespace vigil {

namespace {

/// Calls `see` for each field that a filter asks about.
template <class See>
void for_each_field(const Node& node, See see) {
  if (node.leaf) see(node.leaf->field.id);
  for (const Node& child : node.children) for_each_field(child, see);
}

bool is_of_source(FieldId id) {
  switch (id) {
    case FieldId::peer:
    case FieldId::listener:
    case FieldId::organisation:
    case FieldId::system:
    case FieldId::registered:
    case FieldId::core:
    case FieldId::drill:
      return true;
    default:
      return false;
  }
}

bool is_counted(FieldId id) {
  return is_of_source(id) || id == FieldId::kinds || id == FieldId::host || id == FieldId::severity;
}

}  // namespace

std::optional<Archive::CountNeeds> needs_of_counts(const Query::Impl& query, int zone_minutes) {
  const auto* const stats = query.pipes.empty() ? nullptr : std::get_if<StatsPipe>(&query.pipes.front());
  if (stats == nullptr) return std::nullopt;
  Archive::CountNeeds needs;
  bool answered = true;
  const auto see = [&](FieldId id) {
    answered = answered && is_counted(id);
    needs.host = needs.host || id == FieldId::host;
    needs.severity = needs.severity || id == FieldId::severity;
  };
  for_each_field(query.filter, see);
  for (const Aggregate& aggregate : stats->aggregates) {
    const bool counts = aggregate.function == Aggregate::Function::count ||
                        aggregate.function == Aggregate::Function::count_distinct;
    answered = answered && counts;
    if (!aggregate.field.name.empty()) see(aggregate.field.id);
  }
  for (const GroupKey& key : stats->keys) {
    if (key.bucket_ns == 0) {
      see(key.field.id);
      continue;
    }
    const bool hours =
        key.field.id == FieldId::timestamp && key.bucket_ns % kHourNs == 0 && zone_minutes % 60 == 0;
    answered = answered && hours;
  }
  return answered ? std::optional(needs) : std::nullopt;
}

CountedRows::CountedRows(const Query::Impl& query) : query_(query) {
  const auto see = [this](FieldId id) {
    by_source_ = by_source_ || is_of_source(id);
    by_kinds_ = by_kinds_ || id == FieldId::kinds;
    by_host_ = by_host_ || id == FieldId::host;
    by_severity_ = by_severity_ || id == FieldId::severity;
  };
  for_each_field(query.filter, see);
  const auto& stats = std::get<StatsPipe>(query.pipes.front());
  for (const Aggregate& aggregate : stats.aggregates) see(aggregate.field.id);
  for (const GroupKey& key : stats.keys) {
    see(key.field.id);
    by_hour_ = by_hour_ || key.bucket_ns > 0;
  }
}

std::size_t CountedRows::Hash::operator()(const Key& key) const {
  return static_cast<std::size_t>(
      mix(static_cast<std::uint64_t>(key.hour) ^ kMixA ^ (std::uint64_t{key.kinds} << 56U),
          (std::uint64_t{key.source} << 32U | key.host) ^ kMixB ^ (std::uint64_t{key.severity} << 60U)));
}

bool CountedRows::add(const Archive::CountedHours& hours) {
  const Rollup& rollup = hours.rollup;
  const auto number_of = [](auto& numbers, std::string name, auto& all, auto&& value) {
    const auto [place, fresh] = numbers.try_emplace(std::move(name), static_cast<std::uint32_t>(all.size()));
    if (fresh) all.push_back(value);
    return place->second;
  };
  std::vector<std::uint32_t> sources, hosts, source_hosts;
  for (const auto& source : rollup.sources) {
    std::string name;
    if (by_source_) {
      append_sources(name, {source});
    }
    sources.push_back(number_of(source_numbers_, std::move(name), sources_, source));
    source_hosts.push_back(by_host_ ? number_of(host_numbers_, source->host, hosts_, source->host) : 0);
  }
  for (const std::string& host : rollup.hosts) {
    hosts.push_back(by_host_ ? number_of(host_numbers_, host, hosts_, host) : 0);
  }
  for (const RollupEntry& entry : rollup.entries) {
    if (entry.hour < hours.from || entry.hour >= hours.to) continue;
    Key key;
    if (by_hour_) key.hour = entry.hour;
    key.source = sources[entry.source];
    if (by_host_)
      key.host = entry.host == kHostOfSource ? source_hosts[entry.source] : hosts[entry.host - kHostFirst];
    if (by_kinds_) key.kinds = entry.kinds;
    if (by_severity_) key.severity = entry.severity;
    groups_[key] += entry.records;
  }
  return groups_.size() <= kGroupsMax;
}

void CountedRows::give(PipeStage& pipes) const {
  LazyEvent subject;
  for (const auto& [key, records] : groups_) {
    StoredRecord record;
    record.event_ns = key.hour * kHourNs;
    record.source = sources_[key.source].get();
    record.kinds = Kinds(key.kinds);
    const CountedFacts facts{.host = by_host_ ? std::string_view(hosts_[key.host]) : std::string_view(),
                             .severity = key.severity};
    subject.reset(record, facts);
    if (!satisfies(query_.filter, subject)) continue;
    PipeRow row;
    row.event = &subject;
    row.records = records;
    if (!pipes.push(row)) return;
  }
}

}  // namespace vigil
