#include "rules/watchlist_watch.h"

#include <algorithm>
#include <charconv>

#include "rules/detection_codec.h"
#include "rules/sip_hash.h"

namespace vigil {
namespace {

constexpr std::size_t kReferencesMax = 10;
constexpr std::int64_t kLookEvery = 1'000'000'000;

std::string hex(std::uint64_t number) {
  char text[17];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number, 16);
  return {text, end};
}

Detection nothing() {
  Detection none;
  none.count = 0;
  return none;
}

}  // namespace

void add_up(Detection& to, Detection more) {
  if (to.count == 0) {
    to = std::move(more);
    return;
  }
  more.count += to.count;
  more.first_ns = std::min(more.first_ns, to.first_ns);
  more.last_ns = std::max(more.last_ns, to.last_ns);
  std::vector<std::uint64_t> references = std::move(to.references);
  references.insert(references.end(), more.references.begin(), more.references.end());
  if (references.size() > kReferencesMax) {
    // The first half and the newest: how it began, and how it is now.
    references.erase(references.begin() + kReferencesMax / 2, references.end() - kReferencesMax / 2);
  }
  more.references = std::move(references);
  to = std::move(more);
}

/// Indicator, organisation, drill or not, and the host: whom the event names as its source, else who reports.
std::string WatchlistWatch::key_of(const WatchlistHit& hit) const {
  const IndicatorTable& table = matcher_.index()->table(hit.ref);
  const Detection& d = hit.detection;
  std::string host = d.host;
  for (const auto& [type, value] : d.entities) {
    if (type == "source.ip") host = value;
  }
  std::string text = std::string(indicator_kind_name(table.kind(hit.ref.row))) + '\0' + std::string(table.value(hit.ref.row)) +
                     '\0' + matcher_.index()->lists()[hit.ref.list].id + '\0' + d.organisation + '\0' +
                     (d.drill ? "drill" : "") + '\0' + host;
  return hex(sigma::sip_hash({0x666F6C64, 1}, text)) + hex(sigma::sip_hash({0x666F6C64, 2}, text));
}

void WatchlistWatch::observe(const Observation& observation, std::vector<Detection>& out) {
  const WatchlistIndex& index = *matcher_.index();
  if (index.empty()) return;
  hits_.clear();
  matcher_.match(observation, WatchlistPass::stream, observation.received_ns,
                 [&](IndicatorRef ref) { return observation.sequence >= index.table(ref).since(ref.row); }, hits_);
  const std::int64_t window = std::chrono::nanoseconds(options_.fold_window).count();
  for (WatchlistHit& hit : hits_) {
    std::string key = key_of(hit);
    auto found = folds_.find(key);
    if (found == folds_.end()) {
      if (folds_.size() < options_.folds_max) folds_[std::move(key)].told_ns = observation.received_ns;
      out.push_back(std::move(hit.detection));
      continue;
    }
    Fold& fold = found->second;
    fold.dirty = true;
    add_up(fold.waiting, std::move(hit.detection));
    if (observation.received_ns - fold.told_ns < window) continue;
    out.push_back(std::exchange(fold.waiting, nothing()));
    fold.told_ns = observation.received_ns;
  }
}

void WatchlistWatch::flush(std::int64_t now_ns, std::vector<Detection>& out) {
  if (folds_.empty() || now_ns - looked_ns_ < kLookEvery) return;
  looked_ns_ = now_ns;
  const std::int64_t window = std::chrono::nanoseconds(options_.fold_window).count();
  for (auto at = folds_.begin(); at != folds_.end();) {
    Fold& fold = at->second;
    if (now_ns - fold.told_ns < window) {
      ++at;
      continue;
    }
    if (fold.waiting.count != 0) {
      out.push_back(std::exchange(fold.waiting, nothing()));
      fold.told_ns = now_ns;
      fold.dirty = true;
      ++at;
    } else {
      erased_.push_back(at->first);
      at = folds_.erase(at);
    }
  }
}

void WatchlistWatch::take_edits(std::vector<Watcher::WindowEdit>& out) {
  for (std::string& key : erased_) out.push_back({std::move(key), {}});
  erased_.clear();
  for (auto& [key, fold] : folds_) {
    if (!std::exchange(fold.dirty, false)) continue;
    out.push_back({key, std::to_string(fold.told_ns) + " " + (fold.waiting.count == 0 ? "" : write_detection(fold.waiting))});
  }
}

void WatchlistWatch::restore(std::string_view key, std::string_view value) {
  Fold fold;
  fold.dirty = false;
  const std::size_t space = value.find(' ');
  if (space == std::string_view::npos) return;
  std::from_chars(value.data(), value.data() + space, fold.told_ns);
  if (value.size() > space + 1) {
    auto waiting = read_detection(value.substr(space + 1), [](std::string_view id) { return watchlist_rule(id); });
    if (waiting) fold.waiting = std::move(*waiting);
  }
  folds_[std::string(key)] = std::move(fold);
}

}  // namespace vigil
