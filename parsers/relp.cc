#include "parsers/relp.h"

#include <algorithm>

#include "parsers/characters.h"

namespace vigil {

namespace {

constexpr std::uint32_t kTxnrMax = 999'999'999;
/// A connection that once had a large partial frame does not keep its memory.
constexpr std::size_t kBufferKept = 4096;

bool is_letter(char c) { return is_ascii_upper(c) || (c >= 'a' && c <= 'z'); }

/// The value of `name=value` in the lines of an open's offers; empty if it is not offered.
std::string_view offered(std::string_view offers, std::string_view name) {
  while (!offers.empty()) {
    const std::size_t end = offers.find('\n');
    std::string_view line = offers.substr(0, end);
    offers.remove_prefix(end == std::string_view::npos ? offers.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with(name) && line.substr(name.size()).starts_with('='))
      return line.substr(name.size() + 1);
  }
  return {};
}

bool lists(std::string_view commands, std::string_view command) {
  while (!commands.empty()) {
    const std::size_t end = commands.find(',');
    if (commands.substr(0, end) == command) return true;
    if (end == std::string_view::npos) return false;
    commands.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace

std::string_view relp_error_name(RelpError error) {
  constexpr std::array<std::string_view, 6> kNames = {"none",       "bad_txnr",    "bad_command",
                                                      "bad_length", "bad_trailer", "data_too_long"};
  return kNames[static_cast<std::size_t>(error)];
}

void RelpCutter::fail(RelpError error) {
  error_ = error;
  data_ = std::string();
}

void RelpCutter::run(std::string_view bytes, Emit emit, void* sink) {
  while (!bytes.empty() && error_ == RelpError::none) {
    if (state_ == State::data) {
      // The usual case: the whole frame is here.
      if (data_.empty() && left_ == length_ && bytes.size() > length_ && bytes[length_] == '\n') {
        const std::string_view data = bytes.substr(0, length_);
        bytes.remove_prefix(data.size() + 1);
        if (!give(data.substr(0, limits_.data_bytes_max), emit, sink)) return;
        continue;
      }
      bytes.remove_prefix(take_data(bytes));
    } else if (state_ == State::trailer) {
      if (bytes.front() != '\n') return fail(RelpError::bad_trailer);
      bytes.remove_prefix(1);
      if (!give(data_, emit, sink)) return;
    } else {
      const char c = bytes.front();
      bytes.remove_prefix(1);
      // Without data the LF stands right behind the length.
      if (state_ == State::length && digits_ > 0 && length_ == 0 && c == '\n') {
        if (!give({}, emit, sink)) return;
        continue;
      }
      head(c);
    }
  }
}

void RelpCutter::head(char c) {
  switch (state_) {
    case State::txnr:
      if (is_ascii_digit(c) && digits_ < kNumberDigitsMax) {
        txnr_ = txnr_ * 10 + static_cast<std::uint32_t>(c - '0');
        ++digits_;
      } else if (c == ' ' && digits_ > 0) {
        state_ = State::command;
      } else {
        fail(RelpError::bad_txnr);
      }
      return;
    case State::command:
      if (is_letter(c) && command_size_ < kCommandBytesMax) {
        command_[command_size_++] = c;
      } else if (c == ' ' && command_size_ > 0) {
        state_ = State::length;
        digits_ = 0;
      } else {
        fail(RelpError::bad_command);
      }
      return;
    case State::length:
      if (is_ascii_digit(c) && digits_ < kNumberDigitsMax) {
        length_ = length_ * 10 + static_cast<std::uint32_t>(c - '0');
        ++digits_;
        return;
      }
      if (digits_ == 0 || c != ' ') return fail(RelpError::bad_length);
      if (length_ > limits_.data_bytes_max && limits_.longer == RelpLimits::Longer::refuse)
        return fail(RelpError::data_too_long);
      state_ = length_ == 0 ? State::trailer : State::data;
      left_ = length_;
      return;
    case State::data:
    case State::trailer:
      return;
  }
}

std::size_t RelpCutter::take_data(std::string_view bytes) {
  const std::size_t here = std::min<std::size_t>(bytes.size(), left_);
  const std::size_t room = limits_.data_bytes_max - std::min(data_.size(), limits_.data_bytes_max);
  data_.append(bytes.substr(0, std::min(here, room)));
  left_ -= static_cast<std::uint32_t>(here);
  if (left_ == 0) state_ = State::trailer;
  return here;
}

bool RelpCutter::give(std::string_view data, Emit emit, void* sink) {
  const RelpFrame frame = {txnr_, {command_.data(), command_size_}, data, length_ > limits_.data_bytes_max};
  const bool more = emit(sink, frame);
  if (data_.capacity() > kBufferKept) {
    data_ = std::string();
  } else {
    data_.clear();
  }
  state_ = State::txnr;
  digits_ = 0;
  txnr_ = length_ = left_ = 0;
  command_size_ = 0;
  return more;
}

RelpDialogue::Step RelpDialogue::take(const RelpFrame& frame) {
  using Act = Step::Act;
  if (frame.txnr != expected_) return {Act::break_off, {}};
  expected_ = expected_ == kTxnrMax ? 1 : expected_ + 1;

  if (frame.command == "syslog" && open_) return {Act::message, {}};
  if (frame.command == "open") {
    if (open_) return {Act::answer, "500 protocol error: connection already open"};
    if (!lists(offered(frame.data, "commands"), "syslog"))
      return {Act::answer, "500 required command not supported by client"};
    open_ = true;
    // Version 0 is what rsyslog's librelp says; of those above 1 we know nothing.
    const std::string_view version = offered(frame.data, "relp_version");
    const bool first = version.empty() || version.find_first_not_of('0') == std::string_view::npos;
    return {Act::answer, std::string("200 OK\nrelp_version=") + (first ? "0" : "1") +
                             "\nrelp_software=vigil,1.0\ncommands=syslog"};
  }
  if (!open_) return {Act::refuse, "500 protocol error: the connection is not open"};
  if (frame.command == "close") return {Act::closing, std::string(kRelpOk)};
  return {Act::refuse, "500 unknown command"};
}

void append_relp_answer(std::uint32_t txnr, std::string_view text, std::string& out) {
  out += std::to_string(txnr);
  out += " rsp ";
  out += std::to_string(text.size());
  out += ' ';
  out += text;
  out += '\n';
}

std::string_view relp_message(std::string_view data) {
  while (!data.empty() && (data.back() == '\n' || data.back() == '\r' || data.back() == '\0'))
    data.remove_suffix(1);
  return data;
}

}  // namespace vigil
