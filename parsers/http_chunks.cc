#include "parsers/http_chunks.h"

#include <algorithm>
#include <charconv>

namespace vigil {

bool ChunkedBody::take_line(std::string_view& piece, std::size_t bytes_max) {
  const std::size_t end = piece.find('\n');
  const std::size_t taken = end == std::string_view::npos ? piece.size() : end + 1;
  if (line_.size() + taken > bytes_max) {
    bad_ = true;
    return false;
  }
  line_.append(piece.substr(0, taken));
  piece.remove_prefix(taken);
  if (end == std::string_view::npos) return false;
  bad_ = !line_.ends_with("\r\n") || line_.find('\r') != line_.size() - 2 ||
         line_.find('\0') != std::string::npos;
  line_.resize(line_.size() - std::min<std::size_t>(2, line_.size()));
  return !bad_;
}

bool ChunkedBody::read_size() {
  constexpr std::size_t kDigitsMax = 16;
  std::string_view line = line_;
  const std::size_t digits = std::min(line.find_first_not_of("0123456789abcdefABCDEF"), line.size());
  if (digits == 0 || digits > kDigitsMax) return false;
  std::from_chars(line.data(), line.data() + digits, left_, 16);
  line.remove_prefix(digits);
  const std::size_t next = line.find_first_not_of(" \t");
  return next == std::string_view::npos ? line.empty() : line[next] == ';';
}

ChunkedBody::State ChunkedBody::read(std::string_view piece, std::string& body, std::uint64_t bytes_max,
                                     std::size_t& used) {
  const std::size_t size = piece.size();
  const auto done = [&](State state) {
    used = size - piece.size();
    return state;
  };
  while (!piece.empty()) {
    switch (in_) {
      case In::size:
        if (!take_line(piece, kLineBytesMax)) return done(bad_ ? State::bad : State::more);
        if (!read_size()) return done(State::bad);
        line_.clear();
        if (left_ > bytes_max - std::min<std::uint64_t>(bytes_max, body.size()))
          return done(State::too_large);
        in_ = left_ == 0 ? In::trailer : In::data;
        break;
      case In::data: {
        const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece.size()));
        body.append(piece.substr(0, taken));
        piece.remove_prefix(taken);
        left_ -= taken;
        if (left_ == 0) in_ = In::data_end;
        break;
      }
      case In::data_end:
        if (!take_line(piece, 2)) return done(bad_ ? State::bad : State::more);
        if (!line_.empty()) return done(State::bad);
        in_ = In::size;
        break;
      case In::trailer: {
        if (!take_line(piece, kTrailerBytesMax)) return done(bad_ ? State::bad : State::more);
        if (line_.empty()) return done(State::whole);
        trailer_bytes_ += line_.size();
        const std::size_t colon = line_.find(':');
        if (trailer_bytes_ > kTrailerBytesMax || colon == 0 || colon == std::string::npos ||
            line_.front() == ' ' || line_.front() == '\t')
          return done(State::bad);
        line_.clear();
        break;
      }
    }
  }
  return done(State::more);
}

}  // namespace vigil
