#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <set>

#include "parsers/caseless.h"
#include "parsers/render.h"
#include "storage/bundle.h"
#include "storage/bundle_file.h"
#include "storage/bundle_files.h"
#include "storage/bundle_names.h"

namespace vigil {
namespace {

namespace fs = std::filesystem;
using Done = Result<void, StoreError>;

StoreError refuse(std::string what) { return {StoreErrc::bad_argument, std::move(what)}; }

/// "2026-11-20T06:59:00.123456789Z": evidence is told in UTC.
std::string utc_time(std::int64_t ns) {
  std::string text = iso_time(ns, 0);
  if (text.ends_with("+00:00")) text.replace(text.size() - 6, 6, "Z");
  return text;
}

/// One cell of index.csv: quoted where RFC 4180 asks, control characters as \xHH (a row stays one line), and a '
/// before what a spreadsheet would run as a formula (BI-90).
std::string csv_cell(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  bool quote = false;
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) out.push_back('\'');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      out.append("\\x").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
      continue;
    }
    quote = quote || c == ',' || c == '"';
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  return quote ? "\"" + out + "\"" : out;
}

/// A line of bag-info.txt, left out where there is nothing to say.
std::string info_line(std::string_view label, std::string_view value) {
  if (value.empty()) return {};
  std::string line = std::string(label) + ": ";
  for (const char c : value) line.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c);
  return line + "\n";
}

void append_member(std::string& json, std::string_view name, std::string_view value) {
  json.append(json.back() == '{' ? "" : ",");
  append_json_string(name, json);
  json.push_back(':');
  append_json_string(value, json);
}

void append_plain_member(std::string& json, std::string_view name, std::string_view plain) {
  json.append(json.back() == '{' ? "" : ",");
  append_json_string(name, json);
  json.append(":").append(plain);
}

/// A bundle while it is made, in a directory beside its place. What is not finished is removed.
class BundleWriter {
 public:
  BundleWriter(fs::path parent, const BundleInfo& info) : parent_(std::move(parent)), info_(info) {}
  ~BundleWriter() {
    std::error_code ignored;
    if (!root_.empty()) fs::remove_all(root_, ignored);
  }
  BundleWriter(const BundleWriter&) = delete;
  BundleWriter& operator=(const BundleWriter&) = delete;

  Done begin() {
    std::error_code error;
    if (fs::exists(fs::symlink_status(parent_ / info_.name, error))) return refuse("there is a bundle " + info_.name + " already");
    std::string pattern = (parent_ / ("." + info_.name + ".XXXXXX")).string();
    if (::mkdtemp(pattern.data()) == nullptr) return bundle::file_error("cannot make", pattern, errno);
    root_ = pattern;
    if (::chmod(root_.c_str(), 0750) != 0) return bundle::file_error("cannot set the mode of", root_, errno);
    if (auto made = make_directory("data"); !made) return made;
    auto index = bundle::OutFile::create(root_ / bundle::kIndex);
    if (!index) return index.error();
    index_.emplace(std::move(*index));
    return index_->write(std::string(bundle::kIndexHeader) + "\n");
  }

  Done add(const StoredRecord& record) {
    if (record.source == nullptr || record.source->organisation != info_.organisation) {
      return refuse("record " + record_id(record.sequence) + " does not belong to organisation " + info_.organisation);
    }
    if (records_ > 0 && record.sequence <= last_sequence_) {
      return refuse("record " + record_id(record.sequence) + " is out of order");
    }
    if (auto room = make_room(record.raw.size() + 1); !room) return room;
    const std::size_t offset = segment_->size();
    hash_.add(record.raw);
    std::string row = segment_name_ + "," + std::to_string(segment_lines_ + 1) + "," + std::to_string(offset) + "," +
                      std::to_string(record.raw.size()) + "," + hash_.finish_hex() + "," + record_id(record.sequence) +
                      "," + utc_time(record.received_ns) + "," + utc_time(record.event_ns) + "," +
                      csv_cell(record.source->peer) + "," + csv_cell(record.source->listener) + "," +
                      csv_cell(record.source->host) + "\n";
    if (auto written = segment_->write(record.raw); !written) return written;
    if (auto written = segment_->write("\n"); !written) return written;
    segment_lines_ += 1 + static_cast<std::size_t>(std::count(record.raw.begin(), record.raw.end(), '\n'));
    ++segment_records_;
    if (records_++ == 0) first_received_ns_ = record.received_ns;
    last_received_ns_ = record.received_ns;
    last_sequence_ = record.sequence;
    return index_->write(row);
  }

  Result<fs::path, StoreError> finish() {
    if (auto closed = close_segment(); !closed) return closed.error();
    const std::size_t index_size = index_->size();
    auto index_digest = index_->finish();
    if (!index_digest) return index_digest.error();
    note_payload(std::string(bundle::kIndex), *index_digest, index_size);
    for (const auto& [name, bytes] : info_.attachments) {
      if (auto added = add_attachment(name, bytes); !added) return added.error();
    }
    if (auto written = write_tag_files(); !written) return written.error();
    for (const fs::path& made : directories_) {
      if (auto synced = bundle::sync_directory(root_ / made); !synced) return synced.error();
    }
    return move_into_place();
  }

 private:
  Done make_directory(const fs::path& below) {
    if (std::find(directories_.begin(), directories_.end(), below) != directories_.end()) return {};
    if (::mkdir((root_ / below).c_str(), 0750) != 0) return bundle::file_error("cannot make", root_ / below, errno);
    directories_.push_back(below);
    return {};
  }

  void note_payload(std::string name, std::string digest, std::size_t size) {
    payload_bytes_ += size;
    payload_.emplace(std::move(name), std::move(digest));
  }

  /// Opens the next segment where the record does not fit into this one.
  Done make_room(std::size_t bytes) {
    const bool full = segment_ && (segment_->size() + bytes > kSegmentBytesMax || segment_records_ == kSegmentRecordsMax);
    if (full) {
      if (auto closed = close_segment(); !closed) return closed;
    }
    if (segment_) return {};
    if (auto made = make_directory("data/segments"); !made) return made;
    const std::string number = std::to_string(++segments_);
    segment_name_ = std::string(10 - std::min<std::size_t>(10, number.size()), '0') + number;
    auto segment = bundle::OutFile::create(root_ / segment_path());
    if (!segment) return segment.error();
    segment_.emplace(std::move(*segment));
    return {};
  }

  std::string segment_path() const { return std::string(bundle::kSegments) + segment_name_ + ".log"; }

  Done close_segment() {
    if (!segment_) return {};
    const std::size_t size = segment_->size();
    auto digest = segment_->finish();
    if (!digest) return digest.error();
    note_payload(segment_path(), std::move(*digest), size);
    segment_.reset();
    segment_lines_ = segment_records_ = 0;
    return {};
  }

  Done add_attachment(const std::string& name, std::string_view bytes) {
    const std::string path = "data/" + name;
    if (!bundle::is_safe_path(name) || path == bundle::kIndex || path.starts_with("data/segments")) {
      return refuse("'" + name + "' is no name for a file of a bundle");
    }
    const std::string lower = lower_ascii(path);
    const bool taken = std::any_of(payload_.begin(), payload_.end(),
                                   [&](const auto& file) { return lower_ascii(file.first) == lower; });
    if (taken) return refuse("two files of the bundle would be called '" + name + "'");
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      if (auto made = make_directory(path.substr(0, slash)); !made) return made;
    }
    auto digest = write_file(path, bytes);
    if (!digest) return digest.error();
    note_payload(path, std::move(*digest), bytes.size());
    return {};
  }

  Result<std::string, StoreError> write_file(const fs::path& name, std::string_view bytes, unsigned mode = 0640) {
    auto file = bundle::OutFile::create(root_ / name, mode);
    if (!file) return file.error();
    if (auto written = file->write(bytes); !written) return written.error();
    return file->finish();
  }

  Done write_tag_file(std::string_view name, std::string_view bytes) {
    auto digest = write_file(name, bytes, name == "verify.sh" ? 0750 : 0640);
    if (!digest) return digest.error();
    tags_.emplace(name, std::move(*digest));
    return {};
  }

  static std::string manifest_of(const std::map<std::string, std::string>& files) {
    std::string text;
    for (const auto& [name, digest] : files) text.append(digest).append("  ").append(name).append("\n");
    return text;
  }

  Done write_tag_files() {
    const std::string manifest = manifest_of(payload_);
    if (auto done = write_tag_file(bundle::kManifest, manifest); !done) return done;
    if (auto done = write_tag_file(bundle::kBagit, bundle::kBagitText); !done) return done;
    if (auto done = write_tag_file(bundle::kBagInfo, bag_info()); !done) return done;
    if (auto done = write_tag_file(bundle::kCustody, custody(sha256_hex(manifest))); !done) return done;
    if (auto done = write_tag_file(bundle::kEnvironment, environment()); !done) return done;
    for (const embedded::File& file : embedded::bundle_files()) {
      if (auto done = write_tag_file(file.name, file.text); !done) return done;
    }
    auto last = write_file(bundle::kTagManifest, manifest_of(tags_));
    if (!last) return last.error();
    return {};
  }

  std::string bag_info() const {
    std::string text;
    text += info_line("Source-Organization", info_.organisation_name.empty() ? info_.organisation : info_.organisation_name);
    text += info_line("Contact-Name", info_.who);
    text += info_line("External-Description", info_.description);
    text += info_line("External-Identifier", info_.name);
    text += info_line("Bagging-Date", iso_time(info_.now_ns, info_.zone_minutes).substr(0, 10));
    text += info_line("Bag-Software-Agent", info_.tool_version);
    text += info_line("Payload-Oxum", std::to_string(payload_bytes_) + "." + std::to_string(payload_.size()));
    text += info_line("Case-Id", info_.case_id);
    text += info_line("Organization-Id", info_.organisation);
    text += info_line("Record-Count", std::to_string(records_));
    if (records_ > 0) {
      text += info_line("First-Received", utc_time(first_received_ns_));
      text += info_line("Last-Received", utc_time(last_received_ns_));
    }
    if (info_.drill) text += info_line("Drill", "true (演練)");
    return text;
  }

  /// The chain's first entry. Each later one begins with the digest of the line before it.
  std::string custody(std::string_view manifest_digest) const {
    std::string line = "{";
    append_member(line, "prev", bundle::kNoEntry);
    append_plain_member(line, "id", "1");
    append_member(line, "when", utc_time(info_.now_ns));
    append_member(line, "who", info_.who);
    append_member(line, "what", "exported");
    append_member(line, "why", info_.case_id.empty() ? info_.description : "case " + info_.case_id);
    append_plain_member(line, "records", std::to_string(records_));
    append_member(line, "tool", info_.tool_version);
    append_plain_member(line, "drill", info_.drill ? "true" : "false");
    append_member(line, "manifest_sha256", manifest_digest);
    return line + "}\n";
  }

  std::string environment() const {
    std::string json = "{";
    append_member(json, "tool", info_.tool_version);
    append_member(json, "made_at", utc_time(info_.now_ns));
    append_plain_member(json, "zone_minutes", std::to_string(info_.zone_minutes));
    append_member(json, "organisation", info_.organisation);
    append_plain_member(json, "drill", info_.drill ? "true" : "false");
    utsname host{};
    if (::uname(&host) == 0) {
      append_member(json, "host", host.nodename);
      append_member(json, "system", std::string(host.sysname) + " " + host.release + " " + host.machine);
    }
    return json + "}\n";
  }

  Result<fs::path, StoreError> move_into_place() {
    if (auto synced = bundle::sync_directory(root_); !synced) return synced.error();
    const fs::path target = parent_ / info_.name;
    if (::renameat2(AT_FDCWD, root_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) != 0) {
      // Some file systems (NFS) do not know the flag; rename(2) then still never replaces a directory with files in it.
      if (errno != EINVAL && errno != ENOSYS) return bundle::file_error("cannot put in place", target, errno);
      if (::rename(root_.c_str(), target.c_str()) != 0) return bundle::file_error("cannot put in place", target, errno);
    }
    root_.clear();
    if (auto synced = bundle::sync_directory(parent_); !synced) return synced.error();
    return target;
  }

  fs::path parent_;
  const BundleInfo& info_;
  fs::path root_;  ///< empty once it is in its place
  std::vector<fs::path> directories_;
  std::optional<bundle::OutFile> index_, segment_;
  Sha256 hash_;
  std::string segment_name_;
  std::size_t segments_ = 0, segment_lines_ = 0, segment_records_ = 0;
  std::uint64_t records_ = 0, last_sequence_ = 0;
  std::int64_t first_received_ns_ = 0, last_received_ns_ = 0;
  std::size_t payload_bytes_ = 0;
  std::map<std::string, std::string> payload_, tags_;  ///< name -> digest, in the order of names
};

}  // namespace

Result<fs::path, StoreError> export_bundle(
    const fs::path& directory, const BundleInfo& info,
    const std::function<Result<void, StoreError>(const std::function<bool(const StoredRecord&)>&)>& records) {
  if (!bundle::is_safe_name(info.name) || info.name.front() == '.' || info.name.size() > 128) {
    return refuse("'" + info.name + "' is no name for a bundle");
  }
  BundleWriter writer(directory, info);
  if (auto begun = writer.begin(); !begun) return begun.error();
  std::optional<StoreError> failed;
  const auto read = records([&](const StoredRecord& record) {
    if (auto added = writer.add(record); !added) failed = added.error();
    return !failed;
  });
  if (failed) return *failed;
  if (!read) return read.error();
  return writer.finish();
}

}  // namespace vigil
