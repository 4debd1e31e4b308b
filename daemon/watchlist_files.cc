// The watchlists that the configuration names: WatchlistDesk's thread.

#include <spdlog/spdlog.h>

#include <algorithm>
#include <fstream>

#include "daemon/clock.h"
#include "daemon/watchlist_desk.h"

namespace vigil {
namespace {

constexpr std::chrono::seconds kLookEvery{5};
/// Files of one directory; a MISP feed has one an event.
constexpr std::size_t kFilesMax = 10'000;
/// Problems of a file that are told in the log one by one; the rest is counted.
constexpr std::size_t kToldMax = 5;

struct File {
  std::filesystem::path path;
  std::int64_t changed_ns = 0;
  std::uintmax_t size = 0;
};

std::optional<File> look_at(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  File file{path, 0, std::filesystem::file_size(path, error)};
  const auto time = std::filesystem::last_write_time(path, error);
  if (error) return std::nullopt;
  file.changed_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                        std::chrono::file_clock::to_sys(time).time_since_epoch()).count();
  return file;
}

/// The files of a list in the order of their names. A MISP feed's manifest and table of hashes name no indicators.
std::vector<File> files_of(const WatchlistConfig& config, std::string& trouble) {
  std::vector<File> files;
  if (!config.is_directory) {
    if (auto file = look_at(config.path)) {
      files.push_back(std::move(*file));
    } else {
      trouble = "there is no such file";
    }
    return files;
  }
  std::error_code error;
  for (std::filesystem::directory_iterator at(config.path, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().native();
    if (name.starts_with('.') || name.ends_with('~') || name == "manifest.json" || name == "hashes.csv") continue;
    if (auto file = look_at(at->path())) files.push_back(std::move(*file));
    if (files.size() == kFilesMax) break;
  }
  if (error) trouble = error.message();
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.path < b.path; });
  return files;
}

std::string signature_of(const std::vector<File>& files) {
  std::string out;
  for (const File& file : files)
    out += file.path.native() + '\0' + std::to_string(file.size) + ' ' + std::to_string(file.changed_ns) + '\n';
  return out;
}

}  // namespace

void WatchlistDesk::run() {
  // Lists of a configuration of before.
  for (const WatchlistSummary& list : lists()) {
    const bool named = std::any_of(configured_.begin(), configured_.end(), [&](const auto& each) { return each.id == list.about.id; });
    if (!list.about.configured || named) continue;
    spdlog::info("watchlist {} is no longer configured and is let go / 名單已自設定移除", list.about.id);
    if (const auto removed = remove(list.about.id); !removed) spdlog::error("E-WATCHLIST {}", removed.error().what.en);
  }
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, kLookEvery, [this] { return stopping_ || look_now_; });
      if (stopping_) return;
      if (std::exchange(look_now_, false)) signatures_.clear();
    }
    for (const WatchlistConfig& config : configured_) read_configured(config);
  }
}

void WatchlistDesk::read_configured(const WatchlistConfig& config) {
  std::string trouble;
  const std::vector<File> files = files_of(config, trouble);
  const std::string signature = trouble + "\n" + signature_of(files);
  if (signatures_[config.id] == signature) return;
  signatures_[config.id] = signature;
  WatchlistReading all;
  WatchlistDefaults defaults;
  defaults.source = config.source.empty() ? config.id : config.source;
  defaults.tlp = config.tlp;
  defaults.confidence = config.confidence;
  defaults.now_ns = wall_clock_ns();
  defaults.lifetime_ns = std::chrono::nanoseconds(config.lifetime).count();
  const WatchlistFormat format = watchlist_format_from_name(config.format).value_or(WatchlistFormat::automatic);
  for (const File& file : files) {
    if (file.size > WatchlistLimits().text_bytes_max) {
      trouble = file.path.native() + " is larger than 256 MB";
      continue;
    }
    std::ifstream stream(file.path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    if (!stream.good() && !stream.eof()) {
      trouble = file.path.native() + " cannot be read";
      continue;
    }
    defaults.seen_ns = file.changed_ns;
    WatchlistReading read = read_watchlist(bytes, format, defaults);
    for (std::size_t i = 0; i < read.problems.size() && i < kToldMax; ++i) {
      const WatchlistProblem& problem = read.problems[i];
      spdlog::warn("W-WATCHLIST {} {}: {} / {}", file.path.native(),
                   problem.where.empty() ? "line " + std::to_string(problem.line) : problem.where, problem.reason.en, problem.reason.zh);
    }
    if (read.refused > kToldMax) spdlog::warn("W-WATCHLIST {}: {} rows were not taken / 共 {} 筆未採用", file.path.native(), read.refused, read.refused);
    all.refused += read.refused;
    all.passed_over += read.passed_over;
    all.format = read.format;
    for (std::size_t row = 0; row < read.table.size(); ++row) all.table.add(read.table.indicator(row), 0);
  }
  if (all.table.size() == 0 && (all.refused != 0 || !trouble.empty())) {
    if (trouble.empty()) trouble = "no row of it could be used";
    spdlog::error("E-WATCHLIST {} ({}): {} - the list of before stays / 沿用先前的名單", config.id, config.path.native(), trouble);
    const std::lock_guard lock(mutex_);
    List& list = lists_[config.id];
    if (list.about.id.empty()) {
      list.about.id = config.id;
      list.about.name = config.name.empty() ? config.id : config.name;
    }
    list.about.configured = true;
    list.refused = all.refused;
    list.trouble = trouble;
    return;
  }
  WatchlistAbout about;
  about.id = config.id;
  about.name = config.name.empty() ? config.id : config.name;
  about.source = defaults.source;
  about.tlp = config.tlp;
  about.organisation = config.organisation;
  about.configured = true;
  const auto changed = change(std::move(about), std::move(all), How::replace, defaults.now_ns);
  if (!changed) {
    spdlog::error("E-WATCHLIST {}: {} / {}", config.id, changed.error().what.en, changed.error().what.zh);
    signatures_[config.id].clear();
    return;
  }
  spdlog::info("watchlist {}: {} indicators, {} new, {} gone, {} rows not taken / 名單已讀入", config.id, changed->indicators,
               changed->added, changed->removed, changed->refused);
}

}  // namespace vigil
