#include "storage/query_plan.h"

#include <algorithm>

#include "parsers/caseless.h"
#include "storage/needle_filter.h"
#include "storage/terms.h"

namespace vigil {
namespace {

/// More hints and terms than these cost more than they save.
constexpr std::size_t kHintsMax = 8, kTermsMax = 32;
/// A shorter one is in nearly every frame.
constexpr std::size_t kNeedleBytesMin = 2;

/// Fields whose value every parser takes from the message as it stands there (escapes aside, which NeedleFilter
/// knows). Left out is what is named by us (event.outcome), rewritten (MAC addresses, numbers of protocols) or known
/// from elsewhere (host.name may be the peer).
constexpr std::string_view kVerbatimFields[] = {
    "source.ip", "destination.ip", "client.ip", "server.ip", "user.name", "user.domain", "url.domain",
    "dns.question.name", "file.hash.sha256", "file.hash.sha1", "file.hash.md5",
};

bool is_verbatim(const FieldRef& field) {
  return field.id == FieldId::payload &&
         std::find(std::begin(kVerbatimFields), std::end(kVerbatimFields), field.lower) != std::end(kVerbatimFields);
}

/// Adds the runs of `text` that are sure to stand in the bytes.
void add_hints(std::string_view text, ScanRange& range) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && NeedleFilter::is_needle_byte(text[end])) ++end;
    if (end - at >= kNeedleBytesMin && range.hints.size() < kHintsMax) {
      range.hints.emplace_back(text.substr(at, end - at));
    }
    at = end + 1;
  }
}

void add_hints(const TextPattern& pattern, ScanRange& range) {
  for (const TextPiece& piece : pattern.pieces()) {
    for (const TextPiece::Chunk& chunk : piece.chunks) add_hints(chunk.lower, range);
  }
}

/// "x1bfoo" may be how a control character before "foo" is shown. The index has seen the character, not its picture.
bool may_begin_with_picture(std::string_view term) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return term.size() >= 3 && term[0] == 'x' && is_hex(term[1]) && is_hex(term[2]);
}

void add_terms(std::string_view text, TextEdges edges, ScanRange& range) {
  terms_of_text(
      text,
      [&](std::string_view term) {
        if (range.terms.size() < kTermsMax && !may_begin_with_picture(term)) range.terms.emplace_back(term);
      },
      edges);
}

/// What a pattern is held against. A parsed value may have a line break where its message has "#012" (a relay's way to
/// write one), so that the word after a blank is not a word of the message.
enum class Against : std::uint8_t { text, value };

/// What a text that the pattern is found in, or a value it covers, must hold.
void add_pattern(const TextPattern& pattern, Against against, ScanRange& range) {
  const auto& pieces = pattern.pieces();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto& chunks = pieces[i].chunks;
    for (std::size_t k = 0; k < chunks.size(); ++k) {
      add_hints(chunks[k].lower, range);
      if (against == Against::value && chunks.size() > 1) continue;
      // Beside a star a word may go on; at blanks and at the pattern's closed ends it is complete.
      TextEdges edges;
      edges.front_complete = k > 0 || (i == 0 && !pattern.open_front());
      edges.back_complete = k + 1 < chunks.size() || (i + 1 == pieces.size() && !pattern.open_back());
      add_terms(chunks[k].lower, edges, range);
    }
  }
}

void narrow_time(const Test& test, ScanRange& range) {
  const auto from = [&](std::int64_t ns) { range.event_from_ns = std::max(range.event_from_ns, ns); };
  const auto to = [&](std::int64_t ns) { range.event_to_ns = std::min(range.event_to_ns, ns); };
  if (const auto* equals = std::get_if<Equals>(&test); equals && equals->value.time) {
    from(equals->value.time->from);
    to(equals->value.time->to);
  }
  if (const auto* between = std::get_if<Between>(&test)) {
    if (between->low && between->low->time) {
      from(between->low_included ? between->low->time->from : between->low->time->to);
    }
    if (between->high && between->high->time) {
      to(between->high_included ? between->high->time->to : between->high->time->from);
    }
  }
}

void narrow_sequence(const Test& test, ScanRange& range) {
  const auto* equals = std::get_if<Equals>(&test);
  const auto sequence = equals ? record_sequence(equals->value.lower) : std::nullopt;
  if (!sequence || *sequence == UINT64_MAX) return;
  range.sequence_from = std::max(range.sequence_from, *sequence);
  range.sequence_to = std::min(range.sequence_to, *sequence + 1);
}

void add_equal(const Operand& value, ScanRange& range) {
  // Numbers and IPv6 addresses are compared by value and may be written in other ways.
  if (value.number || (value.ip && !value.ip->is_v4())) return;
  std::string_view text = value.lower;
  // ::ffff:10.0.0.5 is 10.0.0.5, which both ways of writing it hold.
  if (value.ip) text = text.substr(text.rfind(':') + 1);
  add_hints(text, range);
  if (std::none_of(text.begin(), text.end(), is_blank_byte)) add_terms(text, {}, range);
}

void plan_leaf(const Leaf& leaf, ScanRange& range) {
  switch (leaf.field.id) {
    case FieldId::timestamp:
      return narrow_time(leaf.test, range);
    case FieldId::id:
      return narrow_sequence(leaf.test, range);
    case FieldId::text:
    case FieldId::original:
      if (const auto* found = std::get_if<Found>(&leaf.test)) add_pattern(found->pattern, Against::text, range);
      return;
    case FieldId::message:
      // Verbatim too, but searched in: its words may stand behind a "#012".
      if (const auto* found = std::get_if<Found>(&leaf.test)) add_hints(found->pattern, range);
      return;
    default:
      break;
  }
  if (!is_verbatim(leaf.field)) return;
  if (const auto* found = std::get_if<Found>(&leaf.test)) add_hints(found->pattern, range);
  if (const auto* whole = std::get_if<Whole>(&leaf.test)) add_pattern(whole->pattern, Against::value, range);
  if (const auto* equals = std::get_if<Equals>(&leaf.test)) add_equal(equals->value, range);
}

}  // namespace

bool index_knows(const FieldRef& field) { return is_verbatim(field); }

void plan_filter(const Node& node, ScanRange& range) {
  if (node.op == Node::Op::leaf) plan_leaf(*node.leaf, range);
  if (node.op != Node::Op::all) return;
  for (const Node& child : node.children) plan_filter(child, range);
}

}  // namespace vigil
