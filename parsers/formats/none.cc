#include "parsers/format.h"

namespace vigil {
namespace {

constexpr LogSource kLogSources[] = {{"", "plain_text", ""}};

/// Text that nobody has taught us: it stays in `message`.
void parse_none(PayloadWriter& out) {
  out.event().tags.add(Tag::unparsed);
}

}  // namespace

extern const FormatSpec kFormat_none = {
    .number = Format::none,
    .name = "none",
    .title = "text that nobody has taught us",
    .sample = "The quick brown fox jumps over the lazy dog",
    .rank = 255,
    .parse = parse_none,
    .names_host = NamesHost::never,
    .log_sources = kLogSources,
};

}  // namespace vigil
