#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <set>
#include <system_error>

#include "parsers/caseless.h"
#include "storage/bundle.h"
#include "storage/bundle_manifest.h"
#include "storage/bundle_names.h"
#include "storage/sha256.h"

namespace vigil {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFindingsMax = 100;
/// Directories inside each other; ours has three.
constexpr std::size_t kDepthMax = 16;
/// A tag file is read whole: manifests of 100,000 files are 12 MB, an index of a million records 250 MB.
constexpr std::uint64_t kTextBytesMax = 1024ULL * 1024 * 1024;

/// A plain file of the bag, opened without following links and without waiting for a device.
class InFile {
 public:
  explicit InFile(const fs::path& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)) {
    struct stat status {};
    if (descriptor_ >= 0 && (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode))) close();
    if (descriptor_ >= 0) size_ = static_cast<std::uint64_t>(status.st_size);
  }
  ~InFile() { close(); }
  InFile(const InFile&) = delete;
  InFile& operator=(const InFile&) = delete;

  bool good() const { return descriptor_ >= 0; }
  std::uint64_t size() const { return size_; }

  /// Calls `visit` with the file's bytes, piece by piece; false if reading fails or `visit` says so.
  template <class Visit>
  bool read(Visit&& visit) {
    std::string piece(256 * 1024, '\0');
    for (;;) {
      const ssize_t got = ::read(descriptor_, piece.data(), piece.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return got == 0;
      if (!visit(std::string_view(piece.data(), static_cast<std::size_t>(got)))) return false;
    }
  }

 private:
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  int descriptor_;
  std::uint64_t size_ = 0;
};

class BundleCheck {
 public:
  BundleCheck(fs::path root, std::string_view fingerprint) : root_(std::move(root)), fingerprint_(fingerprint) {}

  std::vector<BundleFinding> run() {
    // Each step rests on the ones before it: after a failed one the next would only repeat it.
    if (walk() && read_manifests() && check_complete() && check_sizes() && check_digests() && check_index() &&
        check_custody() && check_fingerprint()) {
      return std::move(findings_);
    }
    std::erase_if(findings_, [](const BundleFinding& finding) { return finding.ok; });
    return std::move(findings_);
  }

 private:
  bool fail(std::string where, std::string what, std::string what_zh) {
    if (findings_.size() < kFindingsMax) findings_.push_back({false, std::move(where), std::move(what), std::move(what_zh)});
    failed_ = true;
    return false;
  }
  bool pass(std::string where, std::string what, std::string what_zh) {
    if (failed_) return false;
    findings_.push_back({true, std::move(where), std::move(what), std::move(what_zh)});
    return true;
  }

  bool walk() {
    std::error_code error;
    const auto status = fs::symlink_status(root_, error);
    if (error || status.type() != fs::file_type::directory) {
      return fail(root_.string(), "is no directory", "不是目錄");
    }
    if (!walk_below("", 0)) return false;
    return pass(".", std::to_string(sizes_.size()) + " files with plain names", std::to_string(sizes_.size()) + " 個檔案，檔名正常");
  }

  bool walk_below(const std::string& prefix, std::size_t depth) {
    if (depth > kDepthMax) return fail(prefix, "is nested too deep", "目錄層數太多");
    std::error_code error;
    std::size_t entries = 0;
    for (fs::directory_iterator at(root_ / prefix, error), end; !error && at != end; at.increment(error)) {
      const std::string name = at->path().filename().string();
      const std::string path = prefix + name;
      ++entries;
      if (!bundle::is_safe_name(name)) {
        return fail(prefix.empty() ? "." : prefix, "has a name with characters that are not allowed", "檔名含有不允許的字元");
      }
      std::error_code ignored;
      const auto type = fs::symlink_status(at->path(), ignored).type();
      if (type == fs::file_type::symlink) return fail(path, "is a symbolic link", "是符號連結");
      if (type == fs::file_type::directory) {
        if (!walk_below(path + "/", depth + 1)) return false;
        continue;
      }
      if (type != fs::file_type::regular) return fail(path, "is neither file nor directory", "既非檔案也非目錄");
      const std::uint64_t size = fs::file_size(at->path(), ignored);
      if (ignored) return fail(path, "cannot be read", "無法讀取");
      if (sizes_.size() == bundle::kFilesMax) return fail(".", "has too many files", "檔案太多");
      sizes_.emplace(path, size);
    }
    if (error) return fail(prefix.empty() ? "." : prefix, "cannot be read: " + error.message(), "無法讀取");
    if (entries == 0) return fail(prefix.empty() ? "." : prefix, "is an empty directory", "是空目錄");
    return true;
  }

  std::optional<std::string> read_text(std::string_view name) {
    InFile file(root_ / name);
    if (!file.good() || file.size() > kTextBytesMax) {
      fail(std::string(name), file.good() ? "is too large" : "is missing", file.good() ? "太大" : "不存在");
      return std::nullopt;
    }
    std::string text;
    text.reserve(static_cast<std::size_t>(file.size()));
    const bool read = file.read([&](std::string_view piece) {
      text.append(piece);
      return text.size() <= kTextBytesMax;
    });
    if (!read) {
      fail(std::string(name), "cannot be read", "無法讀取");
      return std::nullopt;
    }
    return text;
  }

  bool read_one_manifest(std::string_view name, std::map<std::string, std::string>& files, std::string& digest) {
    const auto text = read_text(name);
    if (!text) return false;
    digest = sha256_hex(*text);
    auto read = bundle::read_manifest(*text);
    if (!read) {
      return fail(std::string(name), "line " + std::to_string(read.error().line) + " " + read.error().what,
                  "第 " + std::to_string(read.error().line) + " 行：" + read.error().what_zh);
    }
    files = std::move(*read);
    return true;
  }

  bool read_manifests() {
    if (!read_one_manifest(bundle::kManifest, payload_, manifest_digest_) ||
        !read_one_manifest(bundle::kTagManifest, tags_, tag_manifest_digest_)) {
      return false;
    }
    for (const auto& [name, digest] : payload_) {
      if (!name.starts_with("data/")) return fail(std::string(bundle::kManifest), "names '" + name + "', which is not payload", "列出的 '" + name + "' 不是內容檔案");
    }
    for (const auto& [name, digest] : tags_) {
      if (name.starts_with("data/") || name == bundle::kTagManifest) {
        return fail(std::string(bundle::kTagManifest), "names '" + name + "', which is no tag file", "列出的 '" + name + "' 不是標籤檔案");
      }
    }
    for (const std::string_view name : bundle::kTagFiles) {
      if (!tags_.contains(std::string(name))) return fail(std::string(name), "is not part of the bundle", "不在證據包中");
    }
    if (!payload_.contains(std::string(bundle::kIndex))) return fail(std::string(bundle::kIndex), "is not part of the bundle", "不在證據包中");
    return true;
  }

  bool check_complete() {
    for (const auto& [name, size] : sizes_) {
      if (name == bundle::kTagManifest || payload_.contains(name) || tags_.contains(name)) continue;
      // Also fetch.txt, and manifests of other algorithms: nothing vouches for them here.
      fail(name, "is in the bundle but not listed", "在證據包中但未列於清單");
    }
    for (const auto* const listed : {&payload_, &tags_}) {
      for (const auto& [name, digest] : *listed) {
        if (!sizes_.contains(name)) fail(name, "is listed but missing", "列於清單但不存在");
      }
    }
    for (const auto& [name, digest] : tags_) {
      const bool other = name == "fetch.txt" || (name != bundle::kManifest && name.starts_with("manifest-")) || name.starts_with("tagmanifest-");
      if (other) fail(name, "has no place in a bundle of ours", "不應出現在證據包中");
    }
    return pass(std::string(bundle::kManifest), "lists every file, and every listed file is there", "所有檔案均列於清單，且清單所列均存在");
  }

  bool check_sizes() {
    const auto bagit = read_text(bundle::kBagit);
    const auto info = read_text(bundle::kBagInfo);
    if (!bagit || !info) return false;
    if (*bagit != bundle::kBagitText) return fail(std::string(bundle::kBagit), "is not of BagIt 1.0", "不是 BagIt 1.0");
    std::uint64_t octets = 0;
    for (const auto& [name, digest] : payload_) octets += sizes_[name];
    // Asked before a byte of the payload is read: a sparse file of terabytes stops here.
    if (bundle::payload_oxum(*info) != std::to_string(octets) + "." + std::to_string(payload_.size())) {
      return fail(std::string(bundle::kBagInfo), "Payload-Oxum is not what the payload has", "Payload-Oxum 與內容不符");
    }
    return true;
  }

  bool check_digests() {
    for (const auto* const listed : {&tags_, &payload_}) {
      for (const auto& [name, wanted] : *listed) {
        InFile file(root_ / name);
        Sha256 hash;
        const bool read = file.good() && file.read([&](std::string_view piece) {
          hash.add(piece);
          return true;
        });
        if (!read) {
          fail(name, "cannot be read", "無法讀取");
        } else if (hash.finish_hex() != wanted) {
          fail(name, "differs from its digest", "內容與雜湊值不符");
        }
      }
    }
    return pass(std::string(bundle::kTagManifest), "every file has the digest written for it", "所有檔案均與雜湊值相符");
  }

  /// Holds the rows of the index against their segments, one segment in memory at a time.
  bool check_index() {
    const std::string where(bundle::kIndex);
    const auto text = read_text(bundle::kIndex);
    if (!text) return false;
    std::string_view rest = *text;
    const std::string header = std::string(bundle::kIndexHeader) + "\n";
    if (!rest.starts_with(header) || rest.back() != '\n') return fail(where, "has other columns, or no line feed at its end", "欄位不符，或結尾沒有換行");
    rest.remove_prefix(header.size());

    std::set<std::string> seen;
    std::string segment, name;
    std::uint64_t at = 0, line = 1, records = 0, number = 1;
    std::string_view last_id;
    const auto segment_is_done = [&] { return segment.empty() ? name.empty() : at == segment.size(); };
    while (!rest.empty()) {
      ++number;
      const std::size_t end = rest.find('\n');
      const auto row = bundle::read_index_row(rest.substr(0, end));
      rest.remove_prefix(end + 1);
      const std::string row_where = where + " line " + std::to_string(number);
      if (!row) return fail(row_where, "is no row", "格式不符");
      if (std::string path = std::string(bundle::kSegments) + std::string(row->segment) + ".log"; path != name) {
        if (!segment_is_done()) return fail(name, "is longer than the index says", "長度超過索引");
        if (!payload_.contains(path)) return fail(path, "is in the index but missing", "索引中有但檔案不存在");
        if (!seen.insert(path).second) return fail(row_where, "comes back to a segment", "區段順序不符");
        name = std::move(path);
        auto bytes = read_text(name);
        if (!bytes) return false;
        segment = std::move(*bytes);
        at = 0;
        line = 1;
      }
      if (row->offset != at || row->line != line || row->id <= last_id) {
        return fail(row_where, "does not follow from the row before it", "與前一列不相連");
      }
      if (segment.size() < at || segment.size() - at <= row->length || segment[at + row->length] != '\n') {
        return fail(row_where, "does not fit into its segment", "與區段檔案不符");
      }
      const std::string_view record(segment.data() + at, row->length);
      if (sha256_hex(record) != row->digest) return fail(row_where, "the record differs from its digest", "紀錄與雜湊值不符");
      line += 1 + static_cast<std::uint64_t>(std::count(record.begin(), record.end(), '\n'));
      at += row->length + 1;
      last_id = row->id;
      ++records;
    }
    if (!segment_is_done()) return fail(name, "is longer than the index says", "長度超過索引");
    for (const auto& [path, digest] : payload_) {
      if (path.starts_with(bundle::kSegments) && !seen.contains(path)) return fail(path, "is not in the index", "不在索引中");
    }
    return pass(where, std::to_string(records) + " records in " + std::to_string(seen.size()) + " segments, each as its digest says",
                std::to_string(records) + " 筆紀錄、" + std::to_string(seen.size()) + " 個區段，均與雜湊值相符");
  }

  bool check_custody() {
    const auto text = read_text(bundle::kCustody);
    if (!text) return false;
    if (const auto wrong = bundle::check_custody(*text, manifest_digest_)) {
      return fail(std::string(bundle::kCustody), "line " + std::to_string(wrong->line) + " " + wrong->what,
                  "第 " + std::to_string(wrong->line) + " 行：" + wrong->what_zh);
    }
    return pass(std::string(bundle::kCustody), "entries follow from each other", "保管紀錄前後相連");
  }

  bool check_fingerprint() {
    const std::string where(bundle::kTagManifest);
    if (!fingerprint_.empty() && lower_ascii(fingerprint_) != tag_manifest_digest_) {
      return fail(where, "the bundle has another fingerprint: " + tag_manifest_digest_, "證據包的指紋不同：" + tag_manifest_digest_);
    }
    return pass(where, (fingerprint_.empty() ? "fingerprint, to compare with the one given by another way: " : "fingerprint as given: ") + tag_manifest_digest_,
                (fingerprint_.empty() ? "指紋（請與其他管道取得者核對）：" : "指紋相符：") + tag_manifest_digest_);
  }

  fs::path root_;
  std::string fingerprint_;
  std::vector<BundleFinding> findings_;
  bool failed_ = false;
  std::map<std::string, std::uint64_t> sizes_;
  std::map<std::string, std::string> payload_, tags_;
  std::string manifest_digest_, tag_manifest_digest_;
};

}  // namespace

std::vector<BundleFinding> verify_bundle(const fs::path& directory, std::string_view fingerprint) {
  return BundleCheck(directory, fingerprint).run();
}

std::string bundle_fingerprint(const fs::path& directory) {
  InFile file(directory / bundle::kTagManifest);
  Sha256 hash;
  const bool read = file.good() && file.read([&](std::string_view piece) {
    hash.add(piece);
    return true;
  });
  return read ? hash.finish_hex() : std::string();
}

}  // namespace vigil
