// Whatever the message: a number that is found was announced by the quick look, and however numbers arrive, no more of
// them go missing than were passed over, none that arrived in time does, and the state stays small.
//
// The first byte chooses: even, the rest is a frame; odd, the rest are steps of a series, two bytes each.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "parsers/sender_sequence.h"
#include "tests/fuzz/require.h"

namespace {

using namespace vigil;

void check_message(std::string_view frame) {
  Arena arena(1024);
  ParseContext context;
  context.received_ns = 1'795'158'000'000'000'000;
  const SyslogHeader header = parse_syslog_header(frame, context, arena);
  const auto found = find_sequence(header);
  require(!found || may_have_sequence(header), "the quick look misses nothing");
  find_journal_sequence(frame);
  SenderSequences sequences;
  sequences.load(frame);
  SenderSequences again;
  again.load(sequences.save());
  require(again.save() == sequences.save(), "what is saved reads as it is");
}

void check_series(std::string_view steps) {
  SenderSequences sequences;
  SequenceTracker tracker(1'000'000);
  std::uint64_t number = 1'000'000, highest = number, missing = 0, spread = 0;
  while (steps.size() >= 2) {
    const auto step = static_cast<std::int16_t>(static_cast<unsigned char>(steps[0]) << 8U |
                                                static_cast<unsigned char>(steps[1]));
    steps.remove_prefix(2);
    if (step == 0) {
      missing += tracker.settle().count;
      continue;
    }
    number += static_cast<std::uint64_t>(static_cast<std::int64_t>(step));
    const std::uint64_t before = tracker.newest();
    missing += tracker.take(number).count;
    sequences.take({SequenceKind::cisco, static_cast<std::uint32_t>(step), number});
    if (tracker.newest() > before) spread += tracker.newest() - before;
    highest = std::max(highest, number);
    require(tracker.newest() <= highest, "the newest number is one that came");
  }
  missing += tracker.settle().count;
  missing += tracker.settle().count;
  require(missing <= spread, "no more is missing than was passed over");
  require(sequences.save().size() <= SenderSequences::kSeriesMax * 48, "the state stays small");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    check_message(rest);
  } else {
    check_series(rest);
  }
  return 0;
}
