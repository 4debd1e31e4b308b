#pragma once

#include <string>
#include <string_view>

namespace vigil {

/// What a transport says about a whole stream of messages and the messages do not: labels of a Loki stream, the
/// certificate of a TLS client, the path of a tailed file. Kept once for all messages of the stream (Source::envelope)
/// and shown as fields of each, so a value that differs from message to message has no place here.
///
///   pairs of: name, NUL, value, NUL      the names dotted and of ECS where it has one; sorted by nothing: as added
///
/// Names begin with `labels.`, `log.`, `splunk.`, `tls.client.` or `vigil.`: of those the rules know that the message
/// need not hold the value (rules/verbatim.cc). Names and values come from outside: a NUL in them is left out,
/// and the limits below hold.
class Envelope {
 public:
  /// A sender must not make each of its sources heavy: 50,000 of them are remembered.
  static constexpr std::size_t kBytesMax = 4096;
  static constexpr std::size_t kValueBytesMax = 1024;

  /// Adds a pair; an empty value says nothing and is left out. False if it did not fit: `complete()` is false then.
  bool add(std::string_view name, std::string_view value) {
    if (value.empty() || name.empty()) return true;
    const std::string_view kept = value.substr(0, kValueBytesMax);
    if (text_.size() + name.size() + kept.size() + 2 > kBytesMax) return complete_ = false;
    complete_ = complete_ && kept.size() == value.size();
    append(name);
    append(kept);
    return true;
  }
  /// False if something was left out or cut.
  bool complete() const { return complete_; }
  const std::string& text() const { return text_; }
  void clear() {
    text_.clear();
    complete_ = true;
  }

  /// Calls `sink(name, value)` for each pair of a text made by this class; a torn one ends early.
  template <class Sink>
  static void for_each(std::string_view text, Sink&& sink) {
    for (;;) {
      const std::size_t name_end = text.find('\0');
      if (name_end == std::string_view::npos) return;
      const std::size_t value_end = text.find('\0', name_end + 1);
      if (value_end == std::string_view::npos) return;
      sink(text.substr(0, name_end), text.substr(name_end + 1, value_end - name_end - 1));
      text.remove_prefix(value_end + 1);
    }
  }

 private:
  void append(std::string_view part) {
    for (const char c : part) {
      if (c != '\0') text_.push_back(c);
    }
    text_.push_back('\0');
  }

  std::string text_;
  bool complete_ = true;
};

}  // namespace vigil
