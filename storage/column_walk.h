#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "parsers/caseless.h"
#include "storage/text_columns.h"
#include "storage/value_columns.h"
#include "storage/wire.h"

namespace vigil {

/// Walks what columns say of themselves (text_columns.h: the piece `text`, with kScanPadding readable bytes behind it),
/// without their numbers. What stands in a line of a part stands in that piece as it is, if it holds no digit, but for what
/// the visitor is told. It has
///
///   bool between(char c)  a delimiter, or a byte that values were split at: a line has it between what are bytes apart here
///   bool joint(std::string_view before, std::string_view after)
///                         a value is the one and then the other, neither empty; the piece has only `after`
///   bool hex(std::string_view places)
///                         values are these bytes in lower case, with any hex digit where it says kHexPlace
///
/// and ends the walk by saying true.
template <class Visitor>
class ColumnWalk {
 public:
  static constexpr char kHexPlace = '0';

  explicit ColumnWalk(Visitor& visitor) : visitor_(visitor) {}

  /// False if the visitor ended it, or if this is not what the writer wrote: it may be anything.
  bool walk(std::string_view text) {
    WireReader in(text);
    in.varint();
    std::uint64_t groups = in.varint(kGroupsMax);
    in.varint();
    in.text();
    in.text();
    WireReader described(in.text());
    shapes_ = WireReader(in.text());
    values_ = WireReader(in.text());
    if (!in.ok() || in.left() != 0) return false;
    for (; groups > 0; --groups) {
      described.varint();
      const std::string_view skeleton = described.text();
      if (!described.ok() ||
          std::any_of(skeleton.begin(), skeleton.end(), [this](char c) { return visitor_.between(c); })) {
        return false;
      }
      for (std::size_t columns = skeleton.size() + 1; columns > 0; --columns) {
        if (!column() || !shapes_.ok() || !values_.ok()) return false;
      }
    }
    return described.left() == 0 && shapes_.left() == 0 && values_.left() == 0;
  }

 private:
  bool column() {
    const std::uint64_t head = shapes_.varint();
    const std::uint64_t kind = head / 4;
    if (head % 4 == static_cast<std::uint64_t>(ColumnChange::sometimes) &&
        kind > static_cast<std::uint64_t>(ColumnKind::cut)) {
      shapes_.varint();
    }
    return values(kind, 0);
  }

  bool values(std::uint64_t kind, unsigned depth) {
    switch (static_cast<ColumnKind>(std::min<std::uint64_t>(kind, UINT8_MAX))) {
      case ColumnKind::text:
        values_.bytes(shapes_.varint());
        return true;
      case ColumnKind::cut:
        return depth == 0 && cut(values_.bytes(shapes_.varint()));
      case ColumnKind::same:
        shapes_.varint();
        return depth == 0;
      case ColumnKind::words:
        shapes_.varint();
        values_.bytes(shapes_.varint());
        numbers();
        return true;
      case ColumnKind::numbers:
        for (std::uint64_t runs = shapes_.varint(kColumnRunsMax); runs > 0; --runs) {
          shapes_.text();
          if (shapes_.varint() < kColumnTimes) numbers();
        }
        shapes_.text();
        return true;
      case ColumnKind::hex:
        return hex();
      case ColumnKind::split:
        if (depth == kColumnSplitsMax || visitor_.between(static_cast<char>(shapes_.byte()))) return false;
        for (int piece = 0; piece < 2; ++piece) {
          if (!values(shapes_.varint() / 4, depth + 1)) return false;
        }
        return true;
    }
    return false;
  }

  /// A run of numbers, which has no text.
  void numbers() {
    shapes_.varint();
    shapes_.byte();
    shapes_.varint();
  }

  bool cut(std::string_view cut_values) {
    if (cut_values.empty() || cut_values.back() != ' ') return false;
    constexpr std::size_t kHead = UINT8_MAX - kColumnCutZero;  // more than this is never left out
    char head[kHead + kColumnPadding];                         // of the value before
    std::size_t head_size = 0;
    for (const char *at = cut_values.data(), *const end = at + cut_values.size(); at < end;) {
      const char* const stop =
          static_cast<const char*>(std::memchr(at, ' ', static_cast<std::size_t>(end - at)));
      const std::size_t common = static_cast<unsigned char>(*at) - std::size_t{kColumnCutZero};
      if (at == stop || common > head_size) return false;
      const std::string_view rest(at + 1, static_cast<std::size_t>(stop - at) - 1);
      if (common > 0 && !rest.empty() && visitor_.joint({head, common}, rest)) return false;
      head_size = std::min(kHead, common + rest.size());
      copy_wide(head + common, rest.data(), head_size - common);
      at = stop + 1;
    }
    return true;
  }

  bool hex() {
    shapes_.varint();
    const auto length = static_cast<std::size_t>(shapes_.varint(kColumnHexMax));
    const std::string_view bits = shapes_.bytes((length + 7) / 8);
    if (!shapes_.ok()) return false;
    char places[kColumnHexMax];
    std::size_t digits = 0;
    for (std::size_t i = 0; i < length; ++i) {
      const bool digit =
          (static_cast<unsigned>(static_cast<unsigned char>(bits[i / 8])) >> (i % 8) & 1U) != 0;
      places[i] = digit ? kHexPlace : lower_ascii(static_cast<char>(shapes_.byte()));
      digits += digit ? 1 : 0;
    }
    for (std::size_t pair = 0; pair < (digits + 1) / 2; ++pair) numbers();
    return shapes_.ok() && !visitor_.hex({places, length});
  }

  Visitor& visitor_;
  WireReader shapes_{{}}, values_{{}};
};

}  // namespace vigil
