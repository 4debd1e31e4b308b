#include "storage/lane_cursor.h"

#include <algorithm>

#include "storage/block_index.h"
#include "storage/day_index.h"
#include "storage/rocks_archive.h"
#include "storage/terms.h"

namespace vigil {

ScanPlan::ScanPlan(const ScanRange& scan_range) : range(scan_range) {
  for (const std::string& needle : range.needles) {
    if (!needle.empty()) needles.emplace_back(needle);
  }
  for (const std::string& hint : range.hints) hints.emplace_back(hint);
  needle_columns = ColumnSearch(range.needles);
  hint_columns = ColumnSearch(range.hints);
  for (const std::string& term : range.terms) terms.push_back(term_hash(term));
}

bool ScanPlan::overlaps(const RowBounds& bounds) const {
  return bounds.rows > 0 && bounds.sequence_last >= range.sequence_from &&
         bounds.sequence_first < range.sequence_to && bounds.event_max >= range.event_from_ns &&
         bounds.event_min < range.event_to_ns;
}

bool ScanPlan::holds(const Row& row) const {
  return row.sequence >= range.sequence_from && row.sequence < range.sequence_to &&
         row.event_ns >= range.event_from_ns && row.event_ns < range.event_to_ns;
}

bool LaneCursor::may_hold_terms(const BlockInfo& info) {
  if (plan_.terms.empty() || info.place == BlockPlace::held) return true;
  if (info.place == BlockPlace::cold) {
    if (run_may_hold_.empty() || run_ != info.run || run_day_ != info.day) ask_run(info);
    return info.ordinal >= run_may_hold_.size() || run_may_hold_[info.ordinal] != 0;
  }
  rocksdb::PinnableSlice pin;
  const auto value = database_.get(Family::fidx, block_key(info), pin);
  BlockIndex index;
  // An index that cannot be read excludes nothing.
  if (!value || !index.open(*value)) return true;
  return std::all_of(plan_.terms.begin(), plan_.terms.end(),
                     [&](std::uint32_t term) { return index.may_contain(term); });
}

/// Looks the terms up in the index of a run: a page for each, for all its blocks at once.
void LaneCursor::ask_run(const BlockInfo& info) {
  run_ = info.run;
  run_day_ = info.day;
  run_may_hold_.assign(kRunBlocksMax, 1);
  for (const std::uint32_t term : plan_.terms) {
    rocksdb::PinnableSlice pin;
    const auto page = static_cast<std::uint16_t>(day_index_page(term, info.log_pages));
    const auto value = database_.get(Family::cidx, run_key(info, page), pin);
    if (!value || !narrow_by_day_index(*value, info.log_pages, term, run_may_hold_)) continue;
    if (std::none_of(run_may_hold_.begin(), run_may_hold_.end(), [](char may) { return may != 0; })) return;
  }
}

std::optional<std::uint64_t> LaneCursor::bound() const {
  if (next_window_ < window_.size()) return window_[next_window_].sequence;
  if (next_hit_ < hits_.size()) return hits_[next_hit_].sequence;
  if (next_segment_ == segments_.size()) return std::nullopt;
  const RowBounds& bounds = segments_[next_segment_].bounds();
  return plan_.range.newest_first ? bounds.sequence_last : bounds.sequence_first;
}

bool LaneCursor::step() {
  if (next_window_ < window_.size()) {
    const Row& row = window_[next_window_++];
    show(row, {window_text_.data() + row.offset, row.length}, window_sources_);
    return true;
  }
  if (next_hit_ < hits_.size()) {
    if (segment_.chunk) {
      const Row& row = segment_.chunk->rows()[hits_[next_hit_++].row];
      show(row, segment_.chunk->raw(row), segment_.chunk->sources());
      return true;
    }
    if (plan_.window_bytes > 0) {
      fill_window();
      return false;
    }
    const Row& row = block_->rows()[hits_[next_hit_++].row];
    if (!plan_.range.text_needed) {
      show(row, {}, block_->sources());
      return true;
    }
    const bool fresh = !block_->has_text(block_->part_of(row));
    const auto raw = block_->raw(row);
    if (!raw) {
      fail(raw.error());
      return false;
    }
    if (fresh) count_read(block_->part_of(row));
    show(row, *raw, block_->sources());
    return true;
  }
  block_.reset();
  segment_ = Segment();
  if (next_segment_ == segments_.size()) return false;
  segment_ = segments_[next_segment_++];
  hits_.clear();
  next_hit_ = 0;
  if (segment_.chunk) {
    load_chunk();
  } else {
    load_block();
  }
  return false;
}

void LaneCursor::take_hits(const std::vector<Row>& rows, const std::vector<char>& wanted) {
  for (std::uint32_t row = 0; row < rows.size(); ++row) {
    if (wanted[row] != 0) hits_.push_back({.row = row, .sequence = rows[row].sequence});
  }
  if (plan_.range.newest_first) std::reverse(hits_.begin(), hits_.end());
}

void LaneCursor::load_chunk() {
  const std::vector<Row>& rows = segment_.chunk->rows();
  std::vector<char> wanted(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string_view raw = segment_.chunk->raw(rows[i]);
    wanted[i] = plan_.holds(rows[i]) &&
                std::all_of(plan_.needles.begin(), plan_.needles.end(),
                            [&](const Needle& n) { return n.find(raw) != std::string_view::npos; });
  }
  cost_.raw_bytes += segment_.chunk->bounds().raw_bytes;
  take_hits(rows, wanted);
}

void LaneCursor::load_block() {
  if (!may_hold_terms(*segment_.block)) return;
  const auto answers = search_columns();
  if (answers.empty()) return;
  ++cost_.blocks_read;
  auto block = LoadedBlock::open(database_, segment_.block);
  if (!block) {
    fail(block.error());
    return;
  }
  block_ = std::move(*block);
  std::vector<char> wanted(block_->rows().size());
  for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = plan_.holds(block_->rows()[i]);
  search_block(answers, wanted);
  if (block_) take_hits(block_->rows(), wanted);
}

std::vector<LaneCursor::Answer> LaneCursor::search_columns() {
  const BlockInfo& info = *segment_.block;
  std::vector<Answer> answers(info.parts, Answer::records);
  const ColumnSearch &needles = plan_.needle_columns, &hints = plan_.hint_columns;
  if (needles.empty() && hints.empty()) return answers;
  rocksdb::PinnableSlice pin;
  if (info.place == BlockPlace::held) return answers;
  auto value = info.place == BlockPlace::cold
                   ? database_.get(Family::cidx, run_key(info, kLettersPage + info.ordinal), pin)
                   : database_.get(Family::fidx, letters_key(info), pin);
  LetterIndex letters;
  // What cannot be read excludes nothing.
  if (!value || !letters.open(*value, info.parts)) return answers;
  for (std::uint16_t part = 0; part < info.parts; ++part) {
    if (!letters.known(part)) continue;
    const ShownAscii shown = letters.shown(part);
    bool may_hold = hints.may_hold(letters, part, shown) && needles.may_hold(letters, part, ShownAscii::all);
    // Columns say no more than that where they may bring forth anything.
    if (may_hold && (shown != ShownAscii::not_all || !needles.empty())) {
      value = database_.get(family_of(info.place), part_key(info, static_cast<std::uint16_t>(part + 1)), pin);
      if (!value) continue;  // reading it tells why
      ++cost_.parts_searched;
      may_hold = part_reader_.may_hold(*value, shown, hints, needles);
    }
    if (!may_hold) {
      answers[part] = Answer::nothing;
    } else if (shown == ShownAscii::all) {
      answers[part] = Answer::bytes;
    }
  }
  const bool nothing =
      std::all_of(answers.begin(), answers.end(), [](Answer a) { return a == Answer::nothing; });
  return nothing ? std::vector<Answer>() : answers;
}

/// Takes from `wanted` the rows that lack a needle or, where that can be told without decoding them, a hint.
void LaneCursor::search_block(std::span<const Answer> answers, std::vector<char>& wanted) {
  const TextLayout& layout = block_->layout();
  for (std::size_t part = 0; part < layout.parts.size(); ++part) {
    const auto first = layout.order.begin() + layout.parts[part].order_first;
    const auto last = first + layout.parts[part].rows;
    const auto any_wanted = [&] {
      return std::any_of(first, last, [&](std::uint32_t row) { return wanted[row] != 0; });
    };
    const auto none_wanted = [&] { std::for_each(first, last, [&](std::uint32_t row) { wanted[row] = 0; }); };
    if (answers[part] == Answer::nothing) none_wanted();
    const bool by_hints = answers[part] == Answer::bytes && !plan_.hints.empty();
    if ((plan_.needles.empty() && !by_hints) || !any_wanted()) continue;
    const auto text = block_->text(part);
    if (!text) {
      // Only what this part holds is out of reach.
      none_wanted();
      if (!trouble_) trouble_ = text.error();
      continue;
    }
    count_read(part);
    for (const Needle& needle : plan_.needles) search_part(part, *text, needle, wanted);
    if (by_hints) {
      for (const Needle& hint : plan_.hints) search_part(part, *text, hint, wanted);
    }
    if (!any_wanted()) block_->drop_text(part);
  }
}

/// Takes from `wanted` the rows of a part that lack a needle. The text is searched as one piece: nearly as fast as the
/// memory where a needle is rare.
void LaneCursor::search_part(std::size_t part, std::string_view text, const Needle& needle,
                             std::vector<char>& wanted) const {
  const TextLayout& layout = block_->layout();
  const TextLayout::Part& place = layout.parts[part];
  std::size_t found = needle.find(text);  // the first occurrence at or after the row's begin
  for (std::uint32_t i = place.order_first; i < place.order_first + place.rows; ++i) {
    const Row& row = block_->rows()[layout.order[i]];
    const auto begin = static_cast<std::size_t>(row.offset - place.at);
    if (found < begin) found = needle.find(text, begin);
    // One that goes on into the next record is none, and nothing after it could end sooner.
    const bool held = found != std::string_view::npos && found + needle.size() <= begin + row.length;
    if (!held) wanted[layout.order[i]] = 0;
  }
}

void LaneCursor::count_read(std::size_t part) {
  ++cost_.parts_read;
  cost_.raw_bytes += block_->layout().parts[part].bytes;
}

/// Copies the next records' text out of the block until the window is full, and lets the block go.
void LaneCursor::fill_window() {
  window_.clear();
  window_text_.clear();
  next_window_ = 0;
  if (!block_) {
    auto block = LoadedBlock::open(database_, segment_.block);
    if (!block) {
      fail(block.error());
      return;
    }
    block_ = std::move(*block);
  }
  while (next_hit_ < hits_.size() && window_text_.size() + window_.size() * sizeof(Row) < plan_.window_bytes) {
    Row row = block_->rows()[hits_[next_hit_].row];
    if (!plan_.range.text_needed) {
      row.offset = row.length = 0;
      window_.push_back(row);
      ++next_hit_;
      continue;
    }
    const bool fresh = !block_->has_text(block_->part_of(row));
    const auto raw = block_->raw(row);
    if (!raw) {
      window_sources_ = block_->sources();
      fail(raw.error());
      return;
    }
    if (fresh) count_read(block_->part_of(row));
    row.offset = static_cast<std::uint32_t>(window_text_.size());
    window_text_.append(*raw);
    window_.push_back(row);
    ++next_hit_;
  }
  window_sources_ = block_->sources();
  block_.reset();
}

void LaneCursor::show(const Row& row, std::string_view raw, const Sources& sources) {
  record_ = stored_record(row, raw, sources);
  ++cost_.records_seen;
}

void LaneCursor::fail(const StoreError& error) {
  if (!trouble_) trouble_ = error;
  hits_.clear();
  next_hit_ = 0;
  block_.reset();
}

}  // namespace vigil
