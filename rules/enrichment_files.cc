#include "rules/enrichment_files.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>

#include "parsers/arena.h"
#include "parsers/calendar.h"
#include "parsers/csv_cells.h"
#include "rules/case_fold.h"

namespace vigil {
namespace {

constexpr std::size_t kCellBytesMax = 256;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

/// One CSV whose first line names its columns, row by row.
class Table {
 public:
  Table(std::string_view text, std::string file, std::vector<EnrichmentProblem>& problems)
      : rest_(text), file_(std::move(file)), problems_(problems) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
  }

  /// Reads the first line. `known` are the columns there may be, `required` of them must be there.
  bool read_header(std::span<const std::string_view> known, std::span<const std::string_view> required) {
    if (!next_line()) {
      wrong("", "the file is empty; its first line names the columns: " + joined(known) +
                    " / 檔案是空的，第一行須為欄位名稱");
      return false;
    }
    const std::size_t before = problems_.size();
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const std::string name = sigma::folded(cells_[i]);
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        wrong(cells_[i], "no column of that name; write " + joined(known) + " / 沒有這個欄位");
      } else if (!columns_.try_emplace(name, i).second) {
        wrong(name, "the column stands twice / 欄位重複");
      }
    }
    for (const std::string_view name : required) {
      if (!columns_.contains(name)) {
        wrong(name, "the first line does not name this column; write " + joined(known) + " / 第一行缺少這個欄位");
      }
    }
    return problems_.size() == before;
  }

  /// Moves to the next row with any text; false at the end, or when there is no use in going on.
  bool next() { return told_ < Enrichment::kProblemsMax && next_line(); }

  std::string_view cell(std::string_view column) const {
    const auto at = columns_.find(column);
    return at == columns_.end() || at->second >= cells_.size() ? std::string_view() : cells_[at->second];
  }

  void wrong(std::string_view column, std::string reason) {
    if (told_++ < Enrichment::kProblemsMax) problems_.push_back({file_, line_, std::string(column), std::move(reason)});
  }

 private:
  static std::string joined(std::span<const std::string_view> names) {
    std::string text;
    for (const std::string_view name : names) text.append(text.empty() ? "" : ",").append(name);
    return text;
  }

  bool next_line() {
    while (!rest_.empty()) {
      const std::string_view line = rest_.substr(0, rest_.find('\n'));
      rest_.remove_prefix(std::min(rest_.size(), line.size() + 1));
      ++line_;
      if (trimmed(line).empty() || line.starts_with('#')) continue;
      cells_.clear();
      arena_.reset();
      CsvCells cells(trimmed(line));
      for (std::string_view cell; cells.next(cell, arena_);) cells_.push_back(trimmed(cell));
      return true;
    }
    return false;
  }

  std::string_view rest_;
  std::string file_;
  std::vector<EnrichmentProblem>& problems_;
  int line_ = 0;
  std::size_t told_ = 0;
  Arena arena_;
  std::vector<std::string_view> cells_;
  std::map<std::string, std::size_t, std::less<>> columns_;
};

bool is_country(std::string_view text) {
  return text.size() == 2 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
         });
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 10 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_class(std::string_view text) {
  return !text.empty() && text.size() <= 32 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
  }
  return out;
}

/// "AS3462", "3462".
std::string_view as_number(std::string_view text) {
  if (text.size() > 2 && (text[0] == 'A' || text[0] == 'a') && (text[1] == 'S' || text[1] == 's')) text.remove_prefix(2);
  return text;
}

void read_place(Table& table, PlaceFile& out, std::map<std::string, std::uint32_t>& known) {
  const std::string_view network = table.cell("network"), country = table.cell("country");
  const std::string_view name = table.cell("place"), asn = as_number(table.cell("asn"));
  const auto range = AddressRange::parse(network);
  if (!range) {
    return table.wrong("network", "'" + std::string(network.substr(0, 64)) +
                                      "' is no network; write 203.0.113.0/24, all bits behind the prefix zero / 不是網段");
  }
  if (!country.empty() && !is_country(country)) {
    return table.wrong("country", "'" + std::string(country.substr(0, 64)) +
                                      "' is no country; write the two letters of ISO 3166, as TW / 請寫兩個字母的國碼");
  }
  if (!asn.empty() && !is_number(asn)) {
    return table.wrong("asn", "'" + std::string(asn.substr(0, 64)) + "' is no number; write 3462 or AS3462 / 不是數字");
  }
  if (name.size() > kCellBytesMax) return table.wrong("place", "longer than 256 bytes; shorten it / 太長");
  const std::string key = upper(country) + '\n' + std::string(name) + '\n' + std::string(asn);
  const auto [at, fresh] = known.try_emplace(key, static_cast<std::uint32_t>(out.places.size()));
  if (fresh) out.places.push_back({upper(country), std::string(name), std::string(asn)});
  out.ranges.add(*range, at->second);
}

}  // namespace

std::optional<std::int32_t> read_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  int parts[3] = {0, 0, 0};
  constexpr std::size_t kBegin[] = {0, 5, 8}, kLength[] = {4, 2, 2};
  for (std::size_t i = 0; i < 3; ++i) {
    for (const char c : text.substr(kBegin[i], kLength[i])) {
      if (c < '0' || c > '9') return std::nullopt;
      parts[i] = parts[i] * 10 + (c - '0');
    }
  }
  CivilTime civil;
  civil.year = parts[0];
  civil.month = static_cast<unsigned>(parts[1]);
  civil.day = static_cast<unsigned>(parts[2]);
  if (!seconds_from_civil(civil)) return std::nullopt;
  return static_cast<std::int32_t>(days_from_date(civil.year, civil.month, civil.day));
}

PlaceFile read_places(std::string_view text, const std::string& file, std::vector<EnrichmentProblem>& problems) {
  constexpr std::string_view kColumns[] = {"network", "country", "place", "asn"}, kRequired[] = {"network"};
  PlaceFile out;
  Table table(text, file, problems);
  if (!table.read_header(kColumns, kRequired)) return out;
  std::map<std::string, std::uint32_t> known;
  while (table.next()) {
    if (out.ranges.ranges() == Enrichment::kRangesMax) {
      table.wrong("", "more than a million networks; a MaxMind file holds more / 超過一百萬個網段，請改用 .mmdb");
      break;
    }
    read_place(table, out, known);
  }
  out.ranges.finish();
  return out;
}

AccountFile read_accounts(std::string_view text, const std::string& file, std::vector<EnrichmentProblem>& problems) {
  constexpr std::string_view kColumns[] = {"account", "class", "organisation", "until"},
                             kRequired[] = {"account", "class"};
  AccountFile out;
  Table table(text, file, problems);
  if (!table.read_header(kColumns, kRequired)) return out;
  for (std::size_t rows = 0; table.next(); ++rows) {
    const std::string_view account = table.cell("account"), name = table.cell("class"), until = table.cell("until");
    if (rows == Enrichment::kAccountsMax) {
      table.wrong("", "more than 500,000 lines / 超過五十萬行");
      break;
    }
    if (account.empty() || account.size() > kCellBytesMax) {
      table.wrong("account", "empty or longer than 256 bytes; write the name as it is logged on with / 空白或太長");
      continue;
    }
    if (!is_class(name)) {
      table.wrong("class", "'" + std::string(name.substr(0, 64)) +
                               "' is no class; lower case letters, digits, - and _: privileged, service, disabled, departed "
                               "/ 類別請用小寫英文");
      continue;
    }
    AccountFile::Entry entry{std::string(name), std::string(table.cell("organisation")), INT32_MAX};
    if (!until.empty()) {
      const auto day = read_day(until);
      if (!day) {
        table.wrong("until", "'" + std::string(until.substr(0, 64)) + "' is no day; write 2026-12-31 / 不是日期");
        continue;
      }
      entry.until = *day;
    }
    out.by_account[sigma::folded(account)].push_back(std::move(entry));
  }
  return out;
}

}  // namespace vigil
