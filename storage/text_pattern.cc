#include "storage/text_pattern.h"

#include <algorithm>

#include "storage/folding.h"

namespace vigil {

constexpr auto kNowhere = std::string_view::npos;

TextPiece TextPattern::make_piece(std::string_view text) {
  TextPiece piece;
  for (std::size_t at = 0; at < text.size();) {
    while (at < text.size() && is_blank_byte(text[at])) ++at;
    std::size_t end = at;
    while (end < text.size() && !is_blank_byte(text[end])) ++end;
    if (end > at) piece.chunks.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return piece;
}

void TextPattern::add_piece(std::string_view written) {
  const std::string text = fold_width(written);
  has_non_ascii_ = has_non_ascii_ || std::any_of(text.begin(), text.end(), [](char c) { return c < 0; });
  TextPiece piece = make_piece(text);
  if (!piece.chunks.empty()) pieces_.push_back(std::move(piece));
}

TextPattern TextPattern::phrase(std::string_view text) {
  TextPattern pattern;
  pattern.add_piece(text);
  return pattern;
}

TextPattern TextPattern::wildcard(const std::vector<std::string>& parts) {
  TextPattern pattern;
  pattern.has_star_ = parts.size() > 1;
  pattern.open_front_ = pattern.has_star_ && parts.front().empty();
  pattern.open_back_ = pattern.has_star_ && parts.back().empty();
  for (const std::string& part : parts) pattern.add_piece(part);
  return pattern;
}

TextPattern::Span TextPattern::find_piece(std::string_view text, const TextPiece& piece, std::size_t from) {
  for (;;) {
    const std::size_t begin = piece.chunks.front().needle.find(text, from);
    if (begin == kNowhere) return {kNowhere, kNowhere};
    std::size_t at = begin + piece.chunks.front().lower.size();
    bool fits = true;
    for (std::size_t i = 1; fits && i < piece.chunks.size(); ++i) {
      std::size_t next = at;
      while (next < text.size() && is_blank_byte(text[next])) ++next;
      const std::string& chunk = piece.chunks[i].lower;
      fits = next > at && text.size() - next >= chunk.size() && equal_caseless(text.substr(next, chunk.size()), chunk);
      at = next + chunk.size();
    }
    if (fits) return {begin, at};
    from = begin + 1;
  }
}

bool TextPattern::front_fits(std::string_view text, std::size_t begin) const {
  return open_front_ || begin == 0 || !is_word_byte(pieces_.front().chunks.front().lower.front()) ||
         !is_word_byte(text[begin - 1]);
}

bool TextPattern::back_fits(std::string_view text, std::size_t end) const {
  return open_back_ || end == text.size() || !is_word_byte(pieces_.back().chunks.back().lower.back()) ||
         !is_word_byte(text[end]);
}

// Linear in the text: a first piece that fails in a run without blanks is not tried again in that run, because a
// later start there leaves the others only less room.
bool TextPattern::found_in(std::string_view text) const {
  if (pieces_.empty()) return true;
  std::string room;
  text = fold_width(text, room);
  for (std::size_t from = 0; from <= text.size();) {
    const Span first = find_piece(text, pieces_.front(), from);
    if (first.begin == kNowhere) return false;
    from = first.begin + 1;
    if (!front_fits(text, first.begin)) continue;
    if (pieces_.size() == 1) {
      if (back_fits(text, first.end)) return true;
      continue;
    }
    const auto blank = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(first.end), text.end(), is_blank_byte);
    const auto run_end = static_cast<std::size_t>(blank - text.begin());
    std::size_t at = first.end;
    std::size_t index = 1;
    while (index < pieces_.size()) {
      const Span next = find_piece(text, pieces_[index], at);
      if (next.begin == kNowhere) return false;  // nowhere further on either
      if (next.begin > run_end) break;
      if (index + 1 < pieces_.size()) {
        at = next.end;
        ++index;
      } else if (back_fits(text, next.end)) {
        return true;
      } else {
        at = next.begin + 1;
      }
    }
    from = std::max(from, run_end);
  }
  return false;
}

bool TextPattern::matches_whole(std::string_view value) const {
  if (pieces_.empty()) return has_star_ || value.empty();
  std::string room;
  value = fold_width(value, room);
  std::size_t at = 0;
  std::size_t index = 0;
  if (!open_front_) {
    const Span first = find_piece(value, pieces_.front(), 0);
    if (first.begin != 0) return false;
    if (pieces_.size() == 1 && !open_back_) return first.end == value.size() && !has_star_;
    at = first.end;
    index = 1;
  }
  for (; index < pieces_.size(); ++index) {
    Span next = find_piece(value, pieces_[index], at);
    if (next.begin == kNowhere) return false;
    if (index + 1 == pieces_.size() && !open_back_) {
      // The last piece has to end the value: of its places the last one counts.
      while (next.end != value.size()) {
        next = find_piece(value, pieces_[index], next.begin + 1);
        if (next.begin == kNowhere) return false;
      }
      return true;
    }
    at = next.end;
  }
  return true;
}

}  // namespace vigil
