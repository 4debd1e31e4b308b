#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace vigil {

// systemd's Journal Export Format (https://systemd.io/JOURNAL_EXPORT_FORMATS/):
//
//   stream = *( *LF entry )             a blank line, or the end, ends an entry
//   entry  = 1*field
//   field  = NAME "=" value LF          value without LF
//          / NAME LF length bytes LF    length: 8 bytes, little-endian; any bytes
//
// What systemd-journal-upload sends. A field may occur several times.

struct JournalLimits {
  /// Longest field, as journald itself has it (DATA_SIZE_MAX 768 KiB) …
  std::size_t field_bytes_max = 768 * 1024;
  /// … and entry. Nobody's length is believed before its bytes are there.
  std::size_t entry_bytes_max = 16 * 1024 * 1024;
};

/// One field of an entry.
struct JournalField {
  std::string_view name, value;
};

enum class JournalErrc : std::uint8_t {
  none,
  field_too_large,  ///< a field's length above the limit
  entry_too_large,
  bad_field,  ///< no name, or no LF behind a value of bytes
  cut_off     ///< the stream ended inside a field
};

/// Cuts a stream into entries as its pieces come; how they are cut makes no difference. Holds no more than one entry.
class JournalExport {
 public:
  /// Told of each entry: its bytes as they came, with the LF of its last field but not the blank line. Views live until it
  /// returns.
  using Sink = std::function<void(std::string_view entry)>;

  explicit JournalExport(JournalLimits limits = {}) : limits_(limits) {}

  /// The next piece. After an error nothing more is read.
  JournalErrc feed(std::string_view piece, const Sink& sink);
  /// The end of the stream: gives the last entry, which no blank line need end. cut_off if its last field is not whole; the
  /// entry is not given then, since its sender has to send it again.
  JournalErrc finish(const Sink& sink);
  std::size_t held_bytes() const { return held_.size(); }

 private:
  enum class Step : std::uint8_t { entry, more, broken };
  /// Looks on in `text`, which begins with an entry, from `scanned_`, where its next field begins.
  Step scan(std::string_view text);

  JournalLimits limits_;
  std::string held_;         ///< the front of an entry whose end has not come yet
  std::size_t scanned_ = 0;  ///< whole fields of the entry
  std::size_t looked_ = 0;   ///< bytes of the next field known to hold no LF
  JournalErrc error_ = JournalErrc::none;
};

/// Calls `sink(const JournalField&)` for each field of an entry, in order, as far as it can be read.
template <class Sink>
void for_each_journal_field(std::string_view entry, Sink&& sink);

/// The first field of that name.
std::optional<std::string_view> find_journal_field(std::string_view entry, std::string_view name);

namespace detail {
bool next_journal_field(std::string_view& rest, JournalField& field);
}  // namespace detail

template <class Sink>
void for_each_journal_field(std::string_view entry, Sink&& sink) {
  JournalField field;
  while (detail::next_journal_field(entry, field)) sink(static_cast<const JournalField&>(field));
}

}  // namespace vigil
