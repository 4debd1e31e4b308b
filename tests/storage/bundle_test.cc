#include "storage/bundle.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>

#include "storage/bundle_manifest.h"
#include "storage/sha256.h"
#include "tests/storage/fake_archive.h"

namespace vigil {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

constexpr std::int64_t kNow = 1'795'158'000'000'000'000;

std::string read_all(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write_all(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// Runs a verify.sh as a stranger would: no environment but a PATH. Returns its exit code.
int run_script(const std::vector<std::string>& shell, const fs::path& script, const fs::path& bag, const std::string& fingerprint,
               std::string* output = nullptr) {
  const fs::path log = bag.parent_path() / "script.log";
  const pid_t child = ::fork();
  if (child == 0) {
    std::vector<std::string> words = shell;
    words.insert(words.end(), {script.string(), bag.string()});
    if (!fingerprint.empty()) words.push_back(fingerprint);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    char path[] = "PATH=/usr/bin:/bin";
    char* environment[] = {path, nullptr};
    if (std::freopen(log.c_str(), "w", stdout) == nullptr || ::dup2(STDOUT_FILENO, STDERR_FILENO) < 0) ::_exit(126);
    ::execve(arguments[0], arguments.data(), environment);
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (output) *output = read_all(log);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

const std::vector<std::string> kDash = {"/bin/dash"};
const std::vector<std::string> kBusybox = {"/usr/bin/busybox", "sh"};

class Bundle : public testing::Test {
 protected:
  Bundle() {
    std::string pattern = (fs::temp_directory_path() / "bundle_test.XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    info_.name = "bag-2026-0001-1";
    info_.organisation = "school-a";
    info_.organisation_name = "甲國小";
    info_.case_id = "2026-0001";
    info_.description = "SSH 暴力破解\nsecond line";
    info_.who = "alice (administrator)";
    info_.now_ns = kNow;
    info_.tool_version = "vigild 0.1.0";
    info_.attachments = {{"form.html", "<html>"}, {"case/case.json", "{}"}};
  }
  ~Bundle() override { fs::remove_all(directory_); }

  void add(std::string_view raw) { archive_.add(raw, kNow, source_); }
  void add_some() {
    add("<38>Nov 20 14:59:00 srv1 sshd[123]: Failed password for root from 203.0.113.9 port 4242 ssh2");
    add("two lines\nin one record");
    add("\n");
    add("\xA5\x5C\xAF\xE0 Big5 and \xFF nothing");
    add("with\0zero and \x1B[31m"sv);
    add("ends with a carriage return\r");
    add("=cmd|'/C calc'!A0");
  }

  Result<fs::path, StoreError> make() {
    return export_bundle(directory_, info_, [&](const std::function<bool(const StoredRecord&)>& visit) -> Result<void, StoreError> {
      for (std::uint64_t sequence = 1; sequence <= archive_.size(); ++sequence) {
        if (!visit(archive_.record(sequence))) break;
      }
      return {};
    });
  }

  static bool valid(const fs::path& bag, std::string_view fingerprint = {}) {
    const auto findings = verify_bundle(bag, fingerprint);
    return !findings.empty() && std::all_of(findings.begin(), findings.end(), [](const BundleFinding& one) { return one.ok; });
  }
  static std::string describe(const fs::path& bag) {
    std::string out;
    for (const BundleFinding& finding : verify_bundle(bag)) {
      if (!finding.ok) out += finding.where + ": " + finding.what + "\n";
    }
    return out;
  }

  fs::path directory_;
  BundleInfo info_;
  FakeArchive archive_;
  std::shared_ptr<Source> source_ = FakeArchive::make_source();
};

TEST_F(Bundle, HoldsTheBytesAsReceivedAndSaysWhereTheyLie) {
  add_some();
  const auto bag = make();
  ASSERT_TRUE(bag) << bag.error().what;
  EXPECT_EQ(*bag, directory_ / "bag-2026-0001-1");
  const std::string segment = read_all(*bag / "data/segments/0000000001.log");
  std::string index = read_all(*bag / "data/index.csv");
  std::string_view rest = index;
  rest.remove_prefix(rest.find('\n') + 1);
  for (std::uint64_t sequence = 1; sequence <= archive_.size(); ++sequence) {
    const auto row = bundle::read_index_row(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(rest.find('\n') + 1);
    ASSERT_TRUE(row);
    const StoredRecord record = archive_.record(sequence);
    EXPECT_EQ(segment.substr(row->offset, row->length), record.raw);
    EXPECT_EQ(row->digest, sha256_hex(record.raw));
    EXPECT_EQ(row->id, record_id(sequence));
  }
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(describe(*bag), "");
  EXPECT_TRUE(valid(*bag));
}

TEST_F(Bundle, TellsWhoseItIs) {
  add_some();
  info_.drill = true;
  const auto bag = make();
  ASSERT_TRUE(bag);
  const std::string info = read_all(*bag / "bag-info.txt");
  for (const std::string_view line : {"Source-Organization: 甲國小\n", "External-Identifier: bag-2026-0001-1\n", "Case-Id: 2026-0001\n",
                                      "Bagging-Date: 2026-11-20\n", "Record-Count: 7\n", "Drill: true (演練)\n",
                                      "External-Description: SSH 暴力破解 second line\n"}) {
    EXPECT_NE(info.find(line), std::string::npos) << line << "\n" << info;
  }
  EXPECT_EQ(read_all(*bag / "bagit.txt"), "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
  EXPECT_NE(read_all(*bag / "custody.jsonl").find("\"who\":\"alice (administrator)\""), std::string::npos);
  EXPECT_NE(read_all(*bag / "environment.json").find("\"drill\":true"), std::string::npos);
  EXPECT_EQ(read_all(*bag / "data/case/case.json"), "{}");
}

TEST_F(Bundle, BI90EscapesCellsThatASpreadsheetWouldRun) {
  for (const auto& [host, cell] : std::vector<std::pair<std::string, std::string>>{
           {"=cmd|'/C calc'!A0", "'=cmd|'/C calc'!A0"}, {"+1", "'+1"}, {"-1", "'-1"}, {"@x", "'@x"}, {"\tx", "'\\x09x"},
           {"\rx", "'\\x0Dx"}, {"a,b", "\"a,b\""}, {"a\"b", "\"a\"\"b\""}, {"=a,\"b\"", "\"'=a,\"\"b\"\"\""}, {"a\nb", "a\\x0Ab"}}) {
    source_ = FakeArchive::make_source();
    source_->host = host;
    archive_ = FakeArchive();
    add("x");
    const auto bag = make();
    ASSERT_TRUE(bag);
    const std::string index = read_all(*bag / "data/index.csv");
    EXPECT_TRUE(index.ends_with("," + cell + "\n")) << index;
    EXPECT_TRUE(valid(*bag)) << describe(*bag);
    fs::remove_all(*bag);
  }
}

TEST_F(Bundle, RefusesRecordsOfAnotherOrganisation) {
  add_some();
  archive_.add("not theirs", kNow, FakeArchive::make_source("school-b"));
  const auto bag = make();
  ASSERT_FALSE(bag);
  EXPECT_EQ(bag.error().code, StoreErrc::bad_argument);
  EXPECT_TRUE(fs::is_empty(directory_)) << "what was begun has to go";
}

TEST_F(Bundle, BI67AndBI68RefusesNamesThatLeaveItsPlace) {
  add("x");
  for (const std::string name : {"", ".", "..", "../x", "/etc/x", "a/b", ".hidden", "a b", "甲", "a\n"}) {
    info_.name = name;
    EXPECT_FALSE(make()) << name;
  }
  info_.name = "bag";
  for (const std::string name : {"", "../x", "/etc/cron.d/x", "a/../../x", "a//b", "a/", "./a", "index.csv", "INDEX.csv",
                                 "segments/0000000001.log", "Form.html", "a b"}) {
    info_.attachments = {{"form.html", ""}, {name, "x"}};
    EXPECT_FALSE(make()) << name;
  }
  EXPECT_TRUE(fs::is_empty(directory_));
}

TEST_F(Bundle, NeverReplacesABundle) {
  add("x");
  const auto first = make();
  ASSERT_TRUE(first);
  const std::string fingerprint = bundle_fingerprint(*first);
  const auto second = make();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, StoreErrc::bad_argument);
  EXPECT_EQ(bundle_fingerprint(*first), fingerprint);
}

TEST_F(Bundle, RefusesRecordsOutOfOrder) {
  add("x");
  add("y");
  const auto bag = export_bundle(directory_, info_, [&](const auto& visit) -> Result<void, StoreError> {
    if (visit(archive_.record(2))) visit(archive_.record(1));
    return {};
  });
  EXPECT_FALSE(bag);
}

TEST_F(Bundle, PassesOnWhatFailedWhileReading) {
  const auto bag = export_bundle(directory_, info_, [&](const auto&) -> Result<void, StoreError> {
    return StoreError{StoreErrc::corrupt, "a block"};
  });
  ASSERT_FALSE(bag);
  EXPECT_EQ(bag.error().code, StoreErrc::corrupt);
  EXPECT_TRUE(fs::is_empty(directory_));
}

TEST_F(Bundle, IsCheckedByItsOwnScriptInDashAndBusybox) {
  add_some();
  for (int i = 0; i < 5000; ++i) add("record " + std::to_string(i) + (i % 100 == 0 ? "\nmore\n\n" : "") + std::string(static_cast<std::size_t>(i % 500), 'x'));
  add(std::string(3 * 1024 * 1024, 'L'));  // longer than a segment
  add("after it");
  const auto bag = make();
  ASSERT_TRUE(bag) << bag.error().what;
  EXPECT_EQ(describe(*bag), "");
  std::string output;
  EXPECT_EQ(run_script(kDash, *bag / "verify.sh", *bag, "", &output), 0) << output;
  EXPECT_NE(output.find("VALID"), std::string::npos) << output;
  EXPECT_NE(output.find(bundle_fingerprint(*bag)), std::string::npos) << output;
  EXPECT_EQ(run_script(kDash, *bag / "verify.sh", *bag, bundle_fingerprint(*bag), &output), 0) << output;
  EXPECT_EQ(run_script(kDash, *bag / "verify.sh", *bag, std::string(64, '0'), &output), 1) << output;
  if (!fs::exists(kBusybox[0])) GTEST_SKIP() << "busybox is not installed";
  EXPECT_EQ(run_script(kBusybox, *bag / "verify.sh", *bag, "", &output), 0) << output;
}

TEST_F(Bundle, T1AScriptTakesAQuarterOfASecondPerSegment) {
  for (int i = 0; i < 20'000; ++i) add("<134>Nov 20 14:59:00 srv1 app[1]: " + std::to_string(i) + std::string(static_cast<std::size_t>(i % 400), 'x'));
  const auto bag = make();
  ASSERT_TRUE(bag);
  const auto segments = std::distance(fs::directory_iterator(*bag / "data/segments"), fs::directory_iterator());
  ASSERT_GE(segments, 4);
  const auto begin = std::chrono::steady_clock::now();
  std::string output;
  ASSERT_EQ(run_script(kDash, *bag / "verify.sh", *bag, "", &output), 0) << output;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  RecordProperty("seconds_per_segment", std::to_string(seconds / static_cast<double>(segments)));
  std::printf("verify.sh: %.3f s per segment (%d segments)\n", seconds / static_cast<double>(segments), static_cast<int>(segments));
  // The promise is 0.25 s; a shared machine under load gets four times that.
  EXPECT_LT(seconds / static_cast<double>(segments), 1.0);
}

TEST_F(Bundle, MayBeEmpty) {
  info_.attachments.clear();
  const auto bag = make();
  ASSERT_TRUE(bag);
  EXPECT_EQ(describe(*bag), "");
  std::string output;
  EXPECT_EQ(run_script(kDash, *bag / "verify.sh", *bag, "", &output), 0) << output;
}

/// Writes both manifests anew, as somebody would who wants his changes not to be seen.
void recompute_manifests(const fs::path& bag) {
  std::map<std::string, std::string> payload, tags;
  for (const auto& entry : fs::recursive_directory_iterator(bag)) {
    if (!entry.is_regular_file()) continue;
    const std::string name = fs::relative(entry.path(), bag).string();
    if (name.starts_with("data/")) payload[name] = sha256_hex(read_all(entry.path()));
  }
  const auto text_of = [](const auto& files) {
    std::string text;
    for (const auto& [name, digest] : files) text += digest + "  " + name + "\n";
    return text;
  };
  write_all(bag / "manifest-sha256.txt", text_of(payload));
  for (const auto& entry : fs::directory_iterator(bag)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && name != "tagmanifest-sha256.txt") tags[name] = sha256_hex(read_all(entry.path()));
  }
  write_all(bag / "tagmanifest-sha256.txt", text_of(tags));
}

/// One random change somewhere in the bag. Returns what it was.
std::string tamper(const fs::path& bag, std::mt19937& random) {
  const auto pick = [&](std::size_t below) { return static_cast<std::size_t>(random() % below); };
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(bag)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  const fs::path file = files[pick(files.size())];
  std::string bytes = read_all(file);
  const std::string name = fs::relative(file, bag).string();
  switch (pick(9)) {
    case 0: {
      bytes[pick(bytes.size())] ^= static_cast<char>(1U << pick(8));
      write_all(file, bytes);
      return "one bit of " + name;
    }
    case 1:
      bytes.insert(pick(bytes.size() + 1), 1, static_cast<char>(random()));
      write_all(file, bytes);
      return "a byte more in " + name;
    case 2:
      bytes.erase(pick(bytes.size()), 1);
      write_all(file, bytes);
      return "a byte less in " + name;
    case 3:
      fs::remove(file);
      return "without " + name;
    case 4:
      fs::rename(file, file.string() + "x");
      return "renamed " + name;
    case 5:
      write_all(file.parent_path() / "extra.txt", "extra");
      return "a file beside " + name;
    case 6: {
      const fs::path other = files[(pick(files.size() - 1) + 1 + static_cast<std::size_t>(std::find(files.begin(), files.end(), file) - files.begin())) % files.size()];
      const std::string theirs = read_all(other);
      if (theirs == bytes) {
        fs::remove(other);
        return "without " + other.string();
      }
      write_all(file, theirs);
      write_all(other, bytes);
      return "swapped " + name + " and " + other.filename().string();
    }
    case 7:
      bytes.resize(bytes.size() - 1 - pick(bytes.size()));
      write_all(file, bytes);
      return "the end cut off " + name;
    default:
      fs::remove(file);
      fs::create_symlink("/etc/passwd", file);
      return "a link for " + name;
  }
}

TEST_F(Bundle, DetectsTwoHundredRandomTampersTwice) {
  add_some();
  const auto bag = make();
  ASSERT_TRUE(bag);
  const fs::path copy = directory_ / "copy";
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    fs::remove_all(copy);
    fs::copy(*bag, copy, fs::copy_options::recursive);
    const std::string script = read_all(copy / "verify.sh");
    const std::string what = tamper(copy, random);
    EXPECT_FALSE(valid(copy)) << "seed " << seed << ": " << what;
    // BI-86: the script that is run is our own, whatever became of the bag's.
    write_all(directory_ / "verify.sh", script);
    std::string output;
    EXPECT_EQ(run_script(kDash, directory_ / "verify.sh", copy, "", &output), 1) << "seed " << seed << ": " << what << "\n" << output;
  }
}

TEST_F(Bundle, DetectsTampersWithManifestsMadeAnewByTheFingerprint) {
  add_some();
  const auto bag = make();
  ASSERT_TRUE(bag);
  const std::string fingerprint = bundle_fingerprint(*bag);
  const fs::path copy = directory_ / "copy";
  fs::copy(*bag, copy, fs::copy_options::recursive);
  recompute_manifests(copy);
  ASSERT_TRUE(valid(copy, fingerprint)) << "nothing was changed: the same manifests";
  write_all(copy / "data/form.html", "<htm1>");
  recompute_manifests(copy);
  EXPECT_FALSE(valid(copy, fingerprint));
  EXPECT_EQ(run_script(kDash, copy / "verify.sh", copy, fingerprint), 1);
  // The custody entry names the payload's manifest: the change shows even without the fingerprint.
  EXPECT_EQ(describe(copy), "custody.jsonl: line 1 ends with an entry about another payload\n");
  std::string output;
  EXPECT_EQ(run_script(kDash, copy / "verify.sh", copy, "", &output), 1);
  EXPECT_NE(output.find("the last entry is about another payload"), std::string::npos) << output;
}

struct Change {
  std::string_view why;
  void (*apply)(const fs::path& bag);
  std::string_view where;  ///< what both checkers name
};

void edit(const fs::path& file, std::string_view from, std::string_view to) {
  std::string bytes = read_all(file);
  for (std::size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + to.size())) {
    bytes.replace(at, from.size(), to);
  }
  write_all(file, bytes);
}
void append(const fs::path& file, std::string_view bytes) { write_all(file, read_all(file) + std::string(bytes)); }

const Change kChanges[] = {
    {"BI-81: a symbolic link", [](const fs::path& bag) { fs::create_symlink("index.csv", bag / "data/link"); }, "data/link"},
    {"BI-81: a link to a directory", [](const fs::path& bag) { fs::create_directory_symlink("/etc", bag / "data/etc"); }, "data/etc"},
    {"BI-81: a FIFO", [](const fs::path& bag) { ::mkfifo((bag / "data/pipe").c_str(), 0600); }, "data/pipe"},
    {"BI-81: a name outside", [](const fs::path& bag) { append(bag / "manifest-sha256.txt", std::string(64, '0') + "  data/../../x\n"); }, "manifest-sha256.txt"},
    {"BI-81: an absolute name", [](const fs::path& bag) { append(bag / "manifest-sha256.txt", std::string(64, '0') + "  /etc/passwd\n"); }, "manifest-sha256.txt"},
    {"BI-81: a name twice", [](const fs::path& bag) { append(bag / "manifest-sha256.txt", read_all(bag / "manifest-sha256.txt")); }, "manifest-sha256.txt"},
    {"BI-81: names that differ in case", [](const fs::path& bag) { append(bag / "manifest-sha256.txt", std::string(64, '0') + "  data/INDEX.csv\n"); }, "manifest-sha256.txt"},
    {"BI-81: a name with a blank", [](const fs::path& bag) { write_all(bag / "data/a b", "x"); }, "data/"},
    {"BI-81: a name with a line feed", [](const fs::path& bag) { write_all(bag / "data/a\nb", "x"); }, "data/"},
    {"BI-81: fetch.txt", [](const fs::path& bag) { write_all(bag / "fetch.txt", "http://x 1 data/x\n"); }, "fetch.txt"},
    {"BI-81: a sparse file of 5 GB", [](const fs::path& bag) { fs::resize_file(bag / "data/form.html", 5'000'000'000); }, ""},
    {"BI-82: CRLF in a manifest", [](const fs::path& bag) { edit(bag / "manifest-sha256.txt", "\n", "\r\n"); }, "manifest-sha256.txt"},
    {"BI-82: capital digits", [](const fs::path& bag) { edit(bag / "manifest-sha256.txt", "a", "A"); }, "manifest-sha256.txt"},
    {"BI-82: a binary mark", [](const fs::path& bag) { edit(bag / "manifest-sha256.txt", "  data", " *data"); }, "manifest-sha256.txt"},
    {"BI-82: no line feed at the end", [](const fs::path& bag) { std::string text = read_all(bag / "manifest-sha256.txt"); text.pop_back(); write_all(bag / "manifest-sha256.txt", text); }, "manifest-sha256.txt"},
    {"BI-82: md5 only", [](const fs::path& bag) { fs::rename(bag / "manifest-sha256.txt", bag / "manifest-md5.txt"); }, "manifest-sha256.txt"},
    {"BI-82: md5 besides", [](const fs::path& bag) { write_all(bag / "manifest-md5.txt", "x"); }, "manifest-md5.txt"},
    {"BI-82: an extra file", [](const fs::path& bag) { write_all(bag / "data/segments/0000000002.log", "x\n"); }, "data/segments/0000000002.log"},
    {"BI-82: a hidden file", [](const fs::path& bag) { write_all(bag / "data/.x", "x\n"); }, "data/.x"},
    {"BI-82: a missing file", [](const fs::path& bag) { fs::remove(bag / "data/form.html"); }, "data/form.html"},
    {"an empty directory", [](const fs::path& bag) { fs::create_directory(bag / "data/empty"); }, "data/empty/"},
    {"an empty manifest", [](const fs::path& bag) { write_all(bag / "manifest-sha256.txt", ""); }, "manifest-sha256.txt"},
    {"BI-88: line ends changed in a segment", [](const fs::path& bag) { edit(bag / "data/segments/0000000001.log", "\r\n", "\n"); }, ""},
};

TEST_F(Bundle, RefusesWhatIsNotAsItShouldBeAndSaysWhere) {
  add_some();
  const auto bag = make();
  ASSERT_TRUE(bag);
  const fs::path copy = directory_ / "copy";
  for (const auto& [why, apply, where] : kChanges) {
    fs::remove_all(copy);
    fs::copy(*bag, copy, fs::copy_options::recursive);
    apply(copy);
    const std::string found = describe(copy);
    EXPECT_NE(found, "") << why;
    EXPECT_NE(found.find(where), std::string::npos) << why << "\n" << found;
    std::string output;
    if (why.find("5 GB") == std::string_view::npos) {
      EXPECT_EQ(run_script(kDash, copy / "verify.sh", copy, "", &output), 1) << why << "\n" << output;
      EXPECT_NE(output.find(where), std::string::npos) << why << "\n" << output;
    }
  }
}

/// Changes of index and segments by somebody who makes all checksums anew, custody included.
const Change kIndexChanges[] = {
    {"a record's digest", [](const fs::path& bag) { edit(bag / "data/segments/0000000001.log", "Failed", "Passed"); }, ""},
    {"a record cut out of the index", [](const fs::path& bag) { std::string text = read_all(bag / "data/index.csv"); const auto at = text.find("\n0000000001,2,"); text.erase(at, text.find('\n', at + 1) - at); write_all(bag / "data/index.csv", text); }, ""},
    {"the last record cut out of the index", [](const fs::path& bag) { std::string text = read_all(bag / "data/index.csv"); text.pop_back(); text.resize(text.rfind('\n') + 1); write_all(bag / "data/index.csv", text); }, ""},
    {"a byte behind the last record", [](const fs::path& bag) { append(bag / "data/segments/0000000001.log", "x"); }, ""},
    {"a record behind the last record", [](const fs::path& bag) { append(bag / "data/segments/0000000001.log", "x\n"); }, ""},
    {"a segment that the index does not know", [](const fs::path& bag) { write_all(bag / "data/segments/0000000002.log", "x\n"); }, "data/segments/0000000002.log"},
    {"a segment that is not there", [](const fs::path& bag) { fs::rename(bag / "data/segments/0000000001.log", bag / "data/segments/0000000002.log"); }, "0000000001.log"},
    {"another header", [](const fs::path& bag) { edit(bag / "data/index.csv", "segment,line", "Segment,line"); }, "data/index.csv"},
    {"an offset with a leading zero", [](const fs::path& bag) { edit(bag / "data/index.csv", "0000000001,1,0,", "0000000001,1,00,"); }, ""},
    {"an offset past the end", [](const fs::path& bag) { edit(bag / "data/index.csv", "0000000001,1,0,", "0000000001,1,99999999999999999999,"); }, ""},
    {"a row with letters", [](const fs::path& bag) { edit(bag / "data/index.csv", "0000000001,1,0,", "0000000001,1,z,"); }, ""},
};

TEST_F(Bundle, HoldsTheIndexAgainstTheSegments) {
  add_some();
  const auto bag = make();
  ASSERT_TRUE(bag);
  const fs::path copy = directory_ / "copy";
  for (const auto& [why, apply, where] : kIndexChanges) {
    fs::remove_all(copy);
    fs::copy(*bag, copy, fs::copy_options::recursive);
    const std::string manifest = sha256_hex(read_all(copy / "manifest-sha256.txt"));
    apply(copy);
    recompute_manifests(copy);
    edit(copy / "custody.jsonl", manifest, sha256_hex(read_all(copy / "manifest-sha256.txt")));
    std::size_t octets = 0, files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(copy / "data")) {
      if (entry.is_regular_file()) octets += entry.file_size(), ++files;
    }
    std::string info = read_all(copy / "bag-info.txt");
    const auto at = info.find("Payload-Oxum: ") + 14;
    info.replace(at, info.find('\n', at) - at, std::to_string(octets) + "." + std::to_string(files));
    write_all(copy / "bag-info.txt", info);
    recompute_manifests(copy);
    const std::string found = describe(copy);
    EXPECT_NE(found, "") << why;
    EXPECT_EQ(found.find("custody"), std::string::npos) << why << "\n" << found;
    EXPECT_NE(found.find(where), std::string::npos) << why << "\n" << found;
    std::string output;
    EXPECT_EQ(run_script(kDash, copy / "verify.sh", copy, "", &output), 1) << why << "\n" << output;
    EXPECT_NE(output.find(where), std::string::npos) << why << "\n" << output;
    EXPECT_EQ(output.find("custody"), std::string::npos) << why << "\n" << output;
  }
}

TEST(BundleVerify, SaysThatThereIsNoBundle) {
  const auto findings = verify_bundle("/nonexistent/bag");
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_FALSE(findings.front().ok);
}

}  // namespace
}  // namespace vigil
