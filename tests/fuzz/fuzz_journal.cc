// The entries of a stream do not depend on how it was cut, are bounded, and each reads as a record. The first byte of the input
// is the size of the pieces.

#include <cstdint>
#include <string>
#include <vector>

#include "parsers/journal_export.h"
#include "tests/fuzz/read_record.h"

namespace {

using namespace vigil;

constexpr JournalLimits kLimits{.field_bytes_max = 512, .entry_bytes_max = 2048};

JournalErrc cut(std::string_view stream, std::size_t piece, std::vector<std::string>& entries) {
  JournalExport journal(kLimits);
  const auto sink = [&entries](std::string_view entry) { entries.emplace_back(entry); };
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    if (const JournalErrc error = journal.feed(stream.substr(at, piece), sink); error != JournalErrc::none)
      return error;
    require(journal.held_bytes() <= kLimits.entry_bytes_max + kLimits.field_bytes_max + 600 + piece,
            "little is held");
  }
  return journal.finish(sink);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<std::string> whole, pieces;
  const JournalErrc one = cut(stream, stream.size() + 1, whole);
  const JournalErrc other = cut(stream, data[0] + std::size_t{1}, pieces);
  require(one == other && whole == pieces, "pieces make no difference");
  for (const std::string& entry : whole) {
    require(!entry.empty() && entry.size() <= kLimits.entry_bytes_max + kLimits.field_bytes_max + 600,
            "entries are bounded");
    std::size_t fields = 0;
    for_each_journal_field(entry, [&fields](const JournalField& field) {
      require(!field.name.empty(), "a field has a name");
      ++fields;
    });
    require(fields > 0, "an entry has fields");
    read_as_record("journal", entry);
  }
  return 0;
}
