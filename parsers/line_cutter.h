#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "parsers/arena.h"
#include "parsers/record_start.h"
#include "parsers/syslog_header.h"
#include "parsers/tags.h"

namespace vigil {

/// How the characters of a file are laid out, as the byte order mark at its front says. `bytes` is every charset in which
/// LF is the byte 0x0A: UTF-8, Big5, Latin-1.
enum class FileEncoding : std::uint8_t { bytes, utf16le, utf16be };
FileEncoding encoding_of(std::string_view front);

struct LineCutterOptions {
  /// Longest line kept, as the longest syslog frame. The rest of a longer one is skipped and what is kept is tagged
  /// `oversize`. A record of several lines is cut before the line that would make it longer: nothing of it is skipped.
  std::size_t line_bytes_max = std::size_t{64} * 1024;
  FileEncoding encoding = FileEncoding::bytes;
  /// If there is one, lines that begin nothing belong to the record before them.
  std::optional<RecordStart> record_start{};
  /// In which `record_start` reads a line that is not UTF-8.
  Charset charset = Charset::automatic;
};

/// Cuts the bytes of one growing file into lines, or into records of several lines.
///
///   file   = [ BOM ] *( line end )
///   end    = LF | CR LF              of two bytes each in UTF-16
///   record = line *( end line )      where only the first line is one that `record_start` knows
///
/// What is given is what stands in the file, without the last end: a record's inner ends are kept. In UTF-16 the file's
/// byte order mark is put before each, so that a line by itself says what it is (charset.h, Tag::utf16). Blank lines are
/// not given, and neither are NULs at the front of a line: they are what a file of fixed size, or one truncated below its
/// writer, holds where nothing has been written. NULs at the end of what was read may still be written over: they wait.
///
/// The lines do not depend on how the bytes were cut into reads. A line that lies whole in `data` is given as a view of
/// it. A partial line costs its own bytes and never more than the limit and a little.
class LineCutter {
 public:
  /// `offset`: where in the file reading begins, the beginning of a line.
  explicit LineCutter(LineCutterOptions options = {}, std::uint64_t offset = 0);

  /// The bytes that stand at next_offset(). Calls `sink(std::string_view line, Tags tags)`; the view ends with the call.
  template <class Sink>
  void feed(std::string_view data, Sink&& sink) {
    run(data, &call<Sink>, address_of(sink));
  }
  /// Nobody knows whether there will be more: gives what waits, a line without its end tagged `partial_eof`.
  template <class Sink>
  void flush(Sink&& sink) {
    give_up(&call<Sink>, address_of(sink));
  }

  /// A partial line, or a record that may go on.
  bool waiting() const { return !line_.empty() || !record_.empty(); }
  /// Where the next bytes are to come from.
  std::uint64_t next_offset() const { return offset_; }
  /// Everything before this offset has been given: what a checkpoint may say.
  std::uint64_t taken() const { return taken_; }
  /// NULs at the end of what was fed.
  std::uint64_t padding() const { return padding_; }
  /// To be asked at the end of the file: takes those NULs back, so that what is written over them is read.
  void take_padding_back();

 private:
  using Emit = void (*)(void*, std::string_view, Tags);
  template <class Sink>
  static void* address_of(Sink& sink) {
    return const_cast<void*>(static_cast<const void*>(std::addressof(sink)));
  }
  template <class Sink>
  static void call(void* sink, std::string_view line, Tags tags) {
    (*static_cast<std::remove_reference_t<Sink>*>(sink))(line, tags);
  }
  void run(std::string_view data, Emit emit, void* sink);
  void run_units(std::string_view data, Emit emit, void* sink);
  void give_up(Emit emit, void* sink);

  std::size_t unit() const { return options_.encoding == FileEncoding::bytes ? 1 : 2; }
  std::size_t room() const;
  bool is_unit(std::string_view text, std::size_t at, char c) const;
  bool blank(std::string_view line) const;
  bool begins_record(std::string_view line);
  void piece(std::string_view bytes);
  void keep(std::string_view bytes);
  void end_line(Emit emit, void* sink);
  void line(std::string_view bytes, Tags tags, Emit emit, void* sink);
  void give(std::string_view bytes, Tags tags, Emit emit, void* sink);
  void give_record(Emit emit, void* sink);

  LineCutterOptions options_;
  std::uint64_t offset_, taken_;
  std::size_t mark_left_ = 0;  ///< bytes of the byte order mark still to come
  std::string half_;           ///< the first byte of a unit of two
  std::string line_;           ///< the partial line, without the NULs behind it
  bool over_ = false;          ///< it is longer than the limit: the rest is skipped
  bool given_ = false;         ///< flush() gave the front of it, which was too long: the rest is not given
  std::uint64_t padding_ = 0;  ///< NULs behind it
  std::string record_;         ///< whole lines that may go on, without the last end
  Tags record_tags_;
  std::string record_end_;       ///< the end of its last line
  std::uint64_t record_to_ = 0;  ///< offset behind that
  std::string out_;              ///< reused: a line with its mark
  Arena arena_;
};

}  // namespace vigil
