#include "parsers/mail_notice.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "parsers/characters.h"
#include "parsers/charset.h"
#include "parsers/csv_rows.h"
#include "parsers/payload_text.h"
#include "parsers/render.h"

namespace vigil {
namespace {

constexpr std::string_view kRef = "source_ref";
constexpr std::string_view kWideColon = "：";
/// Longest text before a colon that is taken for a label nobody knows.
constexpr std::size_t kLabelBytesMax = 45;

/// What stands before a label: marks of lists, numbers with a stop or in brackets.
std::string_view without_bullet(std::string_view text) {
  constexpr std::string_view kMarks[] = {"●", "◎", "○", "■", "□", "◆",  "◇", "★", "☆", "※",
                                         "▲", "▼", "•", "·", "‧", "＊", "*", ">", "-"};
  for (bool found = true; found;) {
    found = false;
    text = trim(text);
    while (const std::size_t wide = wide_blank_length(text)) text.remove_prefix(wide);
    for (const std::string_view mark : kMarks) {
      if (text.size() > mark.size() && take_prefix(text, mark)) found = true;
    }
  }
  std::string_view rest = text;
  while (is_digit(char_at(rest, 0))) rest.remove_prefix(1);
  const bool numbered = rest.size() != text.size() && text.size() - rest.size() <= 2;
  if (numbered && (take_prefix(rest, "、") || take_prefix(rest, ". ") || take_prefix(rest, ") ")))
    return trim(rest);
  for (const std::string_view mark : {"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}) {
    rest = text;
    const bool bracket = take_prefix(rest, "(") || take_prefix(rest, "（");
    if (!take_prefix(rest, mark)) continue;
    if (bracket ? take_prefix(rest, ")") || take_prefix(rest, "）") : take_prefix(rest, "、"))
      return trim(rest);
  }
  return text;
}

/// A label as it is compared. "【 ＥＷＡ 編號 】：" is "ewa編號".
std::string label_key(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (const std::size_t wide = wide_blank_length(rest)) {
      at += wide;
      continue;
    }
    // Full-width forms of ASCII: U+FF01 to U+FF5E.
    const auto second = static_cast<unsigned char>(char_at(rest, 1));
    const auto third = static_cast<unsigned char>(char_at(rest, 2));
    char c = rest.front();
    std::size_t length = 1;
    if (c == '\xef' && (second == 0xbc || second == 0xbd) && rest.size() >= 3) {
      const unsigned code = (second == 0xbd ? 0x40U : 0U) + (third & 0x3fU) + 0x20;
      if (code > 0x20 && code < 0x7f) {
        c = static_cast<char>(code);
        length = 3;
      }
    }
    bool mark = false;
    for (const std::string_view bracket : {"【", "】", "〔", "〕", "「", "」", "《", "》"}) {
      if (rest.starts_with(bracket)) {
        mark = true;
        length = bracket.size();
      }
    }
    at += length;
    if (mark || std::string_view(" \t\r\n[]:<>").find(c) != std::string_view::npos) continue;
    out += lower(c);
  }
  return out;
}

bool has_word(std::string_view text, const std::vector<std::string>& words) {
  const std::string key = label_key(text);
  return std::any_of(words.begin(), words.end(), [&key](const std::string& word) {
    const std::string wanted = label_key(word);
    return !wanted.empty() && key.find(wanted) != std::string::npos;
  });
}

/// Which field a label means: by the template that was chosen, else by TANet's.
class Labels {
 public:
  struct Meaning {
    std::string field;
    std::size_t place = 0;  ///< labels that stand first count first
  };

  explicit Labels(const MailTemplate& chosen)
      : chosen_(&chosen == &tanet_template() ? Meanings() : meanings_of(chosen, 0)) {}

  const Meaning* find(std::string_view label) const {
    constexpr std::size_t kBehindOwn = 1'000'000;
    static const Meanings kTanet = meanings_of(tanet_template(), kBehindOwn);
    const std::string key = label_key(label);
    if (const auto found = chosen_.find(key); found != chosen_.end()) return &found->second;
    const auto found = kTanet.find(key);
    return found == kTanet.end() ? nullptr : &found->second;
  }

 private:
  using Meanings = std::unordered_map<std::string, Meaning>;
  static Meanings meanings_of(const MailTemplate& from, std::size_t place) {
    Meanings out;
    for (const auto& [field, spellings] : from.labels) {
      for (const std::string& spelling : spellings)
        out.try_emplace(label_key(spelling), Meaning{field, place++});
    }
    return out;
  }
  const Meanings chosen_;
};

bool is_prose(std::string_view field) {
  return is_any(field, {"description", "evidence", "remedy", "reference"});
}

/// The number in the value of its label: "EWA-2026-1（測試）" is "EWA-2026-1". Empty if there is none.
std::string_view ticket_number(std::string_view value) {
  value = trim(value);
  for (const std::string_view open : {"[", "【", "#"}) take_prefix(value, open);
  std::size_t end = 0;
  while (end < value.size() && end < AlertLimits::kRefBytesMax) {
    const char c = value[end];
    if (!is_ascii_alnum(c) && std::string_view("-_./#").find(c) == std::string_view::npos) break;
    ++end;
  }
  value = value.substr(0, end);
  const bool digit = std::any_of(value.begin(), value.end(), is_ascii_digit);
  return digit ? value : std::string_view();
}

/// A number that says itself what it is, anywhere in a subject: "EWA-2026112000001".
std::string_view number_in_subject(std::string_view subject) {
  constexpr std::string_view kCodes[] = {"EWA", "INT", "DEF", "ANA", "FBI", "A-ISAC", "AISAC"};
  constexpr std::ptrdiff_t kDigitsMin = 3;
  while (!subject.empty()) {
    std::size_t length = 0;
    while (is_ascii_alnum(char_at(subject, length)) ||
           (length != 0 && std::string_view("-_").find(char_at(subject, length)) != std::string_view::npos &&
            length < subject.size()))
      ++length;
    const std::string_view word = subject.substr(0, length);
    const bool coded = std::any_of(std::begin(kCodes), std::end(kCodes), [word](std::string_view code) {
      return starts_with_ignoring_case(word, code);
    });
    if (coded && std::count_if(word.begin(), word.end(), is_ascii_digit) >= kDigitsMin) return word;
    subject.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return {};
}

/// One label and its value.
struct Pair {
  std::string_view label, value;
};

std::string_view without_colon(std::string_view text) {
  for (text = trim(text); take_prefix(text, ":") || take_prefix(text, kWideColon);) text = trim(text);
  return text;
}

/// "【label】 value"; nothing where no bracket stands, or what is in it cannot be a label.
std::optional<Pair> bracketed_pair(const Labels& labels, std::string_view line) {
  constexpr std::pair<std::string_view, std::string_view> kBrackets[] = {
      {"【", "】"}, {"[", "]"}, {"〔", "〕"}};
  for (const auto& [open, close] : kBrackets) {
    std::string_view rest = line;
    if (!take_prefix(rest, open)) continue;
    const std::size_t end = rest.find(close);
    if (end == std::string_view::npos || end > kLabelBytesMax) return std::nullopt;
    const std::string_view label = trim(rest.substr(0, end));
    const std::string_view behind = trim(rest.substr(end + close.size()));
    const std::string_view value = without_colon(behind);
    if (labels.find(label) != nullptr) return Pair{label, value};
    // "[2001:db8::1]:443" and "[error] …" are none; "【資安預警】" alone is a heading.
    const bool wide = open != "[" || std::any_of(label.begin(), label.end(), [](char c) {
                        return static_cast<unsigned char>(c) >= 0x80;
                      });
    if (wide && !value.empty() && value.size() != behind.size()) return Pair{label, value};
    return std::nullopt;
  }
  return std::nullopt;
}

/// "label：value".
std::optional<Pair> plain_pair(const Labels& labels, std::string_view line) {
  const std::size_t wide = line.find(kWideColon);
  const std::size_t at = std::min(line.find(':'), wide);
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  const std::string_view label = trim(line.substr(0, at));
  const std::string_view behind = line.substr(at + (at == wide ? kWideColon.size() : 1));
  if (labels.find(label) != nullptr) return Pair{label, without_colon(behind)};
  const bool could = !label.empty() && label.size() <= kLabelBytesMax && !is_digit(label.front()) &&
                     label.find_first_of("/.\"'<>=[]()") == std::string_view::npos;
  const bool foreign =
      std::any_of(label.begin(), label.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  const bool clock = could && is_digit(label.back()) && is_digit(char_at(behind, 0));
  if (!could || clock || (at != wide && !foreign && !behind.starts_with(' ')) || behind.starts_with("//") ||
      trim(behind).empty())
    return std::nullopt;
  return Pair{label, trim(behind)};
}

std::optional<Pair> pair_of(const Labels& labels, std::string_view line) {
  line = without_bullet(line);
  if (auto pair = bracketed_pair(labels, line)) return pair;
  return plain_pair(labels, line);
}

/// Where in a value another known label begins: "192.0.2.1  Port：80". npos if nowhere.
std::size_t next_label(const Labels& labels, std::string_view value) {
  for (std::size_t at = 1; at < value.size(); ++at) {
    if (value[at] != ':' && !value.substr(at).starts_with(kWideColon)) continue;
    std::size_t found = std::string_view::npos;
    std::size_t words = 0;
    // A label may be of two words.
    for (std::size_t from = at; from-- > 1 && words < 2;) {
      if (value[from - 1] != ' ' && value[from - 1] != '\t') continue;
      if (labels.find(value.substr(from, at - from)) != nullptr) found = from;
      ++words;
    }
    if (found != std::string_view::npos) return found;
  }
  return std::string_view::npos;
}

struct Table {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;
};

/// Gathers what is said of one ticket.
class Ticket {
 public:
  Ticket(const Labels& labels, const MailNoticeLimits& limits) : labels_(labels), limits_(limits) {}

  std::string number;              ///< empty: none was found
  std::vector<AlertValue> values;  ///< but for the number
  std::vector<Table> tables;
  std::string rest;  ///< lines that are part of nothing
  bool cut = false;

  void read(const std::vector<std::string>& lines) {
    std::size_t count = 0;
    for (const std::string& line : lines) {
      if (++count > limits_.lines_max) {
        cut = true;
        break;
      }
      if (line.find('\t') == std::string::npos) {
        end_table();
        read_line(line);
      } else {
        read_row(line);
      }
    }
    end_table();
    std::erase_if(values, [](const AlertValue& value) { return value.value.empty(); });
  }

  void say(std::string_view label, std::string_view value) {
    open_.reset();
    awaits_number_.clear();
    const Labels::Meaning* const meaning = labels_.find(label);
    if (meaning == nullptr) return add("ticket." + field_name(label), value);
    if (meaning->field != kRef) return add(meaning->field, value);
    // "[事件單編號]:A-ISAC編號:XX" is how TACERT's own forms have it.
    if (const auto inner = pair_of(labels_, value); inner && labels_.find(inner->label) != nullptr)
      return say(inner->label, inner->value);
    if (value.empty()) {
      awaits_number_ = label;
      return;
    }
    const std::string_view found = ticket_number(value);
    const bool better = !found.empty() && (number.empty() || meaning->place < number_place_);
    if (!better || found.size() != value.size()) add("ticket." + field_name(label), value);
    open_.reset();
    if (!better) return;
    if (!number.empty()) values.push_back({"ticket." + number_label_, number});
    number = found;
    number_place_ = meaning->place;
    number_label_ = field_name(label);
  }

 private:
  static std::string field_name(std::string_view label) {
    std::string name = label_key(label);
    std::replace(name.begin(), name.end(), '.', '_');
    return name.empty() ? "_" : name;
  }

  void add(std::string name, std::string_view value) {
    if (values.size() >= limits_.fields_max) {
      cut = true;
      return append(rest, value);
    }
    values.push_back({std::move(name), std::string(value.substr(0, limits_.value_bytes_max))});
    open_ = values.size() - 1;
  }

  void append(std::string& to, std::string_view line) {
    if (to.size() + line.size() >= limits_.value_bytes_max) {
      cut = true;
      return;
    }
    if (!to.empty()) to += '\n';
    to += line;
  }

  void read_line(std::string_view line) {
    const std::string_view text = trim(line);
    if (text.empty()) {
      if (open_ && !values[*open_].value.empty()) open_.reset();
      return;
    }
    const bool prose = open_ && is_prose(values[*open_].name);
    auto pair = pair_of(labels_, text);
    if (pair && (labels_.find(pair->label) != nullptr || !prose)) {
      for (;;) {
        const Labels::Meaning* const meaning = labels_.find(pair->label);
        const bool split = meaning != nullptr && !is_prose(meaning->field) && meaning->field != "title";
        const std::size_t next = split ? next_label(labels_, pair->value) : std::string_view::npos;
        if (next == std::string_view::npos) return say(pair->label, pair->value);
        const std::string_view behind = pair->value.substr(next);
        say(pair->label, trim(pair->value.substr(0, next)));
        pair = plain_pair(labels_, behind);
        if (!pair) return append(rest, behind);
      }
    }
    if (!awaits_number_.empty()) return say(std::string(awaits_number_), text);
    if (open_) {
      AlertValue& last = values[*open_];
      if (prose || last.value.empty() || last.name.starts_with("ticket.")) return append(last.value, text);
    }
    open_.reset();
    append(rest, text);
  }

  /// A line of a table of HTML.
  void read_row(std::string_view line) {
    std::vector<std::string> cells;
    for (std::string_view left = line; !left.empty();) cells.emplace_back(trim(take_until(left, '\t')));
    while (!cells.empty() && cells.back().empty()) cells.pop_back();
    if (cells.size() < 2) {
      end_table();
      if (!cells.empty()) read_line(cells.front());
      return;
    }
    const auto known = [this](const std::string& cell) { return labels_.find(cell) != nullptr; };
    if (std::all_of(cells.begin(), cells.end(), known)) {
      end_table();
      table_.head = std::move(cells);
      return;
    }
    if (!table_.head.empty() && cells.size() <= table_.head.size() && !known(cells.front())) {
      table_.rows.push_back(std::move(cells));
      return;
    }
    end_table();
    if (known(cells.front()) ||
        (cells.size() == 2 && cells.front().size() <= kLabelBytesMax && !pair_of(labels_, cells.front()))) {
      for (std::size_t i = 0; i < cells.size(); i += 2) {
        say(without_bullet(cells[i]),
            i + 1 < cells.size() ? std::string_view(cells[i + 1]) : std::string_view());
        open_.reset();
      }
      return;
    }
    for (const std::string& cell : cells) read_line(cell);
  }

  /// The rows below a head: one says more of the ticket, several are a list.
  void end_table() {
    if (table_.rows.size() == 1) {
      for (std::size_t i = 0; i < table_.rows.front().size(); ++i)
        say(table_.head[i], table_.rows.front()[i]);
    } else if (!table_.rows.empty()) {
      tables.push_back(std::move(table_));
    }
    if (!table_.head.empty()) open_.reset();
    table_ = Table();
  }

  const Labels& labels_;
  const MailNoticeLimits& limits_;
  std::optional<std::size_t> open_;  ///< of the values: the next line may belong to it
  std::string awaits_number_;        ///< a label whose number stands on the next line
  std::size_t number_place_ = 0;
  std::string number_label_;
  Table table_;
};

/// Words of a template and of TANet's.
bool says(const std::vector<std::string> MailTemplate::*words, const MailTemplate& chosen,
          std::string_view text) {
  return has_word(text, chosen.*words) || has_word(text, tanet_template().*words);
}

std::string text_of(const std::vector<AlertValue>& values, std::string_view name) {
  const auto found = std::find_if(values.begin(), values.end(),
                                  [name](const AlertValue& value) { return value.name == name; });
  return found == values.end() ? std::string() : found->value;
}

/// EWA is an early warning, INT and DEF are not; of other numbers the words decide.
bool is_early_warning(const MailTemplate& chosen, const std::string& number, std::string_view words) {
  if (starts_with_ignoring_case(number, "EWA")) return true;
  if (starts_with_ignoring_case(number, "INT") || starts_with_ignoring_case(number, "DEF")) return false;
  return says(&MailTemplate::early_warning, chosen, number) ||
         says(&MailTemplate::early_warning, chosen, words);
}

/// What was said of how it came, which is another thing each time.
std::string beside_of(const MailText& mail, const std::string& rest) {
  std::string out;
  if (!mail.subject.empty()) append_alert_member("email.subject", mail.subject, out);
  if (!mail.from.empty()) append_alert_member("email.from.address", mail.from, out);
  if (!mail.message_id.empty()) append_alert_member("email.message_id", mail.message_id, out);
  if (mail.date_ns) append_alert_member("email.origination_timestamp", iso_time(*mail.date_ns, 0), out);
  std::string names;
  for (const MailText::Attachment& each : mail.attachments) {
    if (each.name.empty()) continue;
    names += names.empty() ? "" : ",";
    append_json_string(each.name, names);
  }
  if (!names.empty()) out += ",\"email.attachments.file.name\":[" + names + "]";
  if (!rest.empty()) append_alert_member("mail.text", rest, out);
  return out;
}

std::string joined(const std::vector<std::string>& lines, std::size_t bytes_max) {
  std::string out;
  for (const std::string& line : lines) {
    if (out.size() + line.size() > bytes_max) break;
    out += line;
    out += '\n';
  }
  return out;
}

/// A row's own fields, and the ticket's where it has none.
std::vector<AlertValue> values_of_row(const Labels& labels, const MailNoticeLimits& limits,
                                      const std::vector<AlertValue>& ticket, const Table& table,
                                      const std::vector<std::string>& row) {
  Ticket own(labels, limits);
  for (std::size_t i = 0; i < std::min(row.size(), table.head.size()); ++i) {
    if (!row[i].empty() && !table.head[i].empty()) own.say(table.head[i], row[i]);
  }
  std::vector<AlertValue> values = std::move(own.values);
  if (!own.number.empty()) values.push_back({"ticket.row_number", own.number});
  const std::size_t count = values.size();
  for (const AlertValue& each : ticket) {
    const bool there = std::any_of(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count),
                                   [&each](const AlertValue& value) { return value.name == each.name; });
    if (!there) values.push_back(each);
  }
  return values;
}

}  // namespace

MailNotice read_mail_notice(std::string_view bytes, std::span<const MailTemplate> templates,
                            std::string_view fallback_ref, int zone_minutes, const MailNoticeLimits& limits) {
  const MailText mail = read_mail(bytes, limits.mail);
  const auto fits = std::find_if(templates.begin(), templates.end(), [&mail](const MailTemplate& each) {
    return each.subject.empty() || has_word(mail.subject, each.subject);
  });
  const MailTemplate& chosen = fits == templates.end() ? tanet_template() : *fits;
  const Labels labels(chosen);
  const std::string& source = chosen.source.empty() ? tanet_template().source : chosen.source;

  MailNotice out;
  out.cut = mail.cut;
  std::vector<AlertFault> faults;  // a lenient reading of values with a source and a number has none
  const auto make = [&](std::vector<AlertValue> values, const std::string& number, std::string beside) {
    values.push_back({"source", source});
    values.push_back({std::string(kRef), number});
    Alert alert = make_alert(values, zone_minutes, AlertReading::lenient, faults);
    alert.beside = std::move(beside);
    out.alerts.push_back(std::move(alert));
  };

  Ticket ticket(labels, limits);
  ticket.read(mail.plain);
  if (ticket.number.empty() && !mail.html.empty()) {
    Ticket other(labels, limits);
    other.read(mail.html);
    if (!other.number.empty() || mail.plain.empty()) {
      ticket.number = std::move(other.number);
      ticket.values = std::move(other.values);
      ticket.tables = std::move(other.tables);
      ticket.rest = std::move(other.rest);
      ticket.cut = other.cut;
    }
  }
  if (ticket.number.empty()) ticket.number = number_in_subject(mail.subject);
  if (ticket.number.empty()) {
    Ticket subject(labels, limits);
    subject.read({mail.subject});
    ticket.number = std::move(subject.number);
  }
  out.cut = out.cut || ticket.cut;

  if (ticket.number.empty()) {
    out.state = mail.readable ? MailNotice::State::no_ticket : MailNotice::State::unreadable;
    std::string title = mail.subject;
    if (title.empty())
      title =
          mail.readable ? "mail without a subject / 無主旨郵件" : "mail that cannot be read / 無法解讀的郵件";
    std::string number = "mail:" + (mail.message_id.empty() ? std::string(fallback_ref) : mail.message_id);
    number.resize(std::min(number.size(), AlertLimits::kRefBytesMax));
    while (!is_utf8(number)) number.pop_back();
    const std::vector<std::string>& lines = mail.plain.empty() ? mail.html : mail.plain;
    make({{"title", title}, {"evidence", joined(lines, limits.value_bytes_max)}}, number,
         beside_of(mail, {}));
    return out;
  }

  out.state = MailNotice::State::ticket;
  std::vector<AlertValue>& values = ticket.values;
  if (text_of(values, "title").empty() && !mail.subject.empty()) values.push_back({"title", mail.subject});
  const std::string words =
      mail.subject + "\n" + text_of(values, "title") + "\n" + text_of(values, "event_type");
  if (is_early_warning(chosen, ticket.number, words))
    values.push_back({"early_warning", "true", ValueType::boolean});
  if (says(&MailTemplate::drill, chosen, words)) values.push_back({"drill", "true", ValueType::boolean});
  const std::string beside = beside_of(mail, ticket.rest);
  make(values, ticket.number, beside);

  for (const MailText::Attachment& each : mail.attachments) {
    if (each.csv.empty()) continue;
    CsvRows csv = read_csv(each.csv, CsvLimits{.rows_max = limits.rows_max + 1});
    out.cut = out.cut || csv.cut;
    if (csv.rows.size() < 2) continue;
    Table table{std::move(csv.rows.front()), {}};
    table.rows.assign(std::make_move_iterator(csv.rows.begin() + 1), std::make_move_iterator(csv.rows.end()));
    ticket.tables.push_back(std::move(table));
  }
  std::size_t count = 0;
  for (const Table& table : ticket.tables) {
    for (const std::vector<std::string>& row : table.rows) {
      if (++count > limits.rows_max) {
        out.cut = true;
        return out;
      }
      make(values_of_row(labels, limits, values, table, row), ticket.number + "#" + std::to_string(count),
           beside);
    }
  }
  return out;
}

}  // namespace vigil
