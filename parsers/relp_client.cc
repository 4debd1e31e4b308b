#include "parsers/relp_client.h"

#include <charconv>

#include "parsers/characters.h"

namespace vigil {

namespace {

/// A number of one to nine digits at `at`, which moves behind it. Nothing if there is none (yet).
std::optional<std::uint32_t> read_number(std::string_view text, std::size_t& at) {
  std::uint32_t number = 0;
  const std::size_t from = at;
  while (at < text.size() && at - from < 10 && is_ascii_digit(text[at]))
    number = number * 10 + static_cast<std::uint32_t>(text[at++] - '0');
  if (at == from || at - from > 9) return std::nullopt;
  return number;
}

}  // namespace

void append_relp_frame(std::uint32_t txnr, std::string_view command, std::string_view data,
                       std::string& out) {
  out.append(std::to_string(txnr))
      .append(" ")
      .append(command)
      .append(" ")
      .append(std::to_string(data.size()));
  if (!data.empty()) out.append(" ").append(data);
  out.push_back('\n');
}

std::string relp_offer(std::string_view version) {
  return "relp_version=0\nrelp_software=vigil," + std::string(version) + "\ncommands=syslog";
}

void RelpAnswers::feed(std::string_view bytes) {
  buffer_.erase(0, taken_);
  taken_ = 0;
  if (!broken_) buffer_.append(bytes);
}

std::optional<RelpAnswer> RelpAnswers::next() {
  constexpr std::size_t kHeadBytesMax = 9 + 1 + 32 + 1 + 9 + 1;
  if (broken_) return std::nullopt;
  const std::string_view text = std::string_view(buffer_).substr(taken_);
  // Nothing can be said of a head that has not come whole; a long one is none.
  const auto unfinished = [&]() -> std::optional<RelpAnswer> {
    broken_ = text.size() > kHeadBytesMax;
    return std::nullopt;
  };
  const auto bad = [this]() -> std::optional<RelpAnswer> {
    broken_ = true;
    return std::nullopt;
  };
  std::size_t at = 0;
  const auto txnr = read_number(text, at);
  if (at == text.size()) return unfinished();
  if (!txnr || text[at] != ' ') return bad();
  const std::size_t command_at = ++at;
  while (at < text.size() && text[at] != ' ') {
    if (at - command_at == 32) return bad();
    ++at;
  }
  if (at >= text.size()) return unfinished();
  const std::string_view command = text.substr(command_at, at - command_at);
  ++at;
  const auto length = read_number(text, at);
  if (at >= text.size()) return unfinished();
  if (!length || *length > kAnswerBytesMax) return bad();
  std::string_view data;
  if (*length > 0) {
    if (text[at] != ' ') return bad();
    ++at;
    if (text.size() - at < *length + 1) return std::nullopt;
    data = text.substr(at, *length);
    at += *length;
  } else if (text[at] == ' ') {
    ++at;  // some servers put the blank all the same
    if (at == text.size()) return std::nullopt;
  }
  if (text[at] != '\n') return bad();
  taken_ += at + 1;
  RelpAnswer answer;
  answer.txnr = *txnr;
  if (command == "serverclose") {
    answer.server_closes = true;
  } else if (command == "rsp") {
    std::from_chars(data.data(), data.data() + data.size(), answer.code);
    const std::size_t blank = data.find(' ');
    if (blank != std::string_view::npos) answer.text = data.substr(blank + 1);
  } else {
    return bad();
  }
  return answer;
}

}  // namespace vigil
