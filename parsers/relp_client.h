#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vigil {

// RELP as its client speaks it (the server's half is relp.h):
//
//   frame = txnr SP command SP datalen [ SP data ] LF        datalen 0: no SP and no data
//   open    -> "relp_version=0" LF "relp_software=…" LF "commands=syslog"
//   syslog  -> one message
//   answer  -> txnr SP "rsp" SP datalen SP "200 OK" […]      or 500 and a reason
//   hint    -> "0 serverclose 0" LF                          the server goes
//
// txnr counts from 1 to 999,999,999 and begins again.

/// Frames sent and not yet answered, as librelp keeps them.
constexpr std::size_t kRelpWindow = 128;
constexpr std::uint32_t kRelpTxnrMax = 999'999'999;

constexpr std::uint32_t next_relp_txnr(std::uint32_t txnr) { return txnr == kRelpTxnrMax ? 1 : txnr + 1; }
void append_relp_frame(std::uint32_t txnr, std::string_view command, std::string_view data, std::string& out);
/// What is said at the beginning.
std::string relp_offer(std::string_view version);

/// What the server said in one frame.
struct RelpAnswer {
  std::uint32_t txnr = 0;
  bool server_closes = false;
  unsigned code = 0;      ///< 200, 500; 0 where none stood there
  std::string_view text;  ///< behind the code; lives until the next call
};

/// Cuts the server's bytes into answers.
class RelpAnswers {
 public:
  /// A server has little to say: more than this in one frame is not RELP.
  static constexpr std::size_t kAnswerBytesMax = 64 * 1024;

  void feed(std::string_view bytes);
  /// The next whole answer, if there is one.
  std::optional<RelpAnswer> next();
  /// What came is not RELP: close.
  bool broken() const { return broken_; }

 private:
  std::string buffer_;
  std::size_t taken_ = 0;
  bool broken_ = false;
};

}  // namespace vigil
