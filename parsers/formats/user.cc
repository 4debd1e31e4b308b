#include "parsers/format.h"
#include "parsers/user_parser.h"

namespace vigil {
namespace {

// A user may name any source.
constexpr LogSource kLogSources[] = {{"*", "*", "*"},     {"*", "antivirus", "*"}, {"*", "database", "*"}, {"*", "dns", "*"},
                                     {"*", "firewall", "*"}, {"*", "proxy", "*"},     {"*", "webserver", "*"}};

bool claims_user(const SyslogHeader& header, std::string_view text) {
  const UserParsers& parsers = UserParsers::current();
  return !parsers.empty() && parsers.find(header, text) != nullptr;
}

Kinds user_kinds(const SyslogHeader& header, std::string_view text) {
  const UserParsers& parsers = UserParsers::current();
  const UserParsers::Parser* const parser = parsers.find(header, text);
  return parser == nullptr ? Kinds() : parsers.kinds_of(*parser);
}

/// Which of them took the message is asked again here: a parser may have been mended since it was stored.
void parse_user(PayloadWriter& out) {
  const UserParsers& parsers = UserParsers::current();
  const UserParsers::Parser* const parser = parsers.find(out.header(), out.text());
  if (parser == nullptr) return out.event().tags.add(Tag::unparsed);
  parsers.parse(*parser, out);
}

}  // namespace

/// What users have written parsers for; they go before ours.
extern const FormatSpec kFormat_user = {
    .number = Format{127},
    .name = "user",
    .title = "a parser of this site's own",
    .sample = "card 0042 opened door 3 for alice",
    .rank = 0,
    .claims = claims_user,
    .parse = parse_user,
    .kinds_of = user_kinds,
    .names_host = NamesHost::always,
    .log_sources = kLogSources,
};

}  // namespace vigil
