// RELP: frames from a stream cut anywhere, and what each frame is answered with (ingest.md 3.4).

#include "parsers/relp.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/parsers/describe.h"

namespace vigil {
namespace {

using Act = RelpDialogue::Step::Act;

/// "1 open 3|abc" a frame, joined by " ; "; then the error, if there is one.
std::string cut(std::string_view stream, std::size_t piece, RelpLimits limits = {}) {
  RelpCutter cutter(limits);
  std::string out;
  while (!stream.empty()) {
    cutter.feed(stream.substr(0, piece), [&](const RelpFrame& frame) {
      if (!out.empty()) out += " ; ";
      out += std::to_string(frame.txnr) + " " + std::string(frame.command) + "|" + printable(frame.data);
      if (frame.cut) out += " (cut)";
      return true;
    });
    stream.remove_prefix(std::min(piece, stream.size()));
  }
  if (cutter.error() != RelpError::none)
    out += (out.empty() ? "" : " ; ") + std::string(relp_error_name(cutter.error()));
  if (cutter.error() == RelpError::none && cutter.mid_frame()) out += " …";
  return out;
}

struct Case {
  std::string_view why, stream, expected;
};
using namespace std::string_view_literals;
constexpr Case kStreams[] = {
    {"what rsyslog's omrelp opens with",
     "1 open 86 relp_version=0\nrelp_software=librelp,1.11.0,http://librelp.adiscon.com\ncommands=syslog\n"sv,
     "1 open|relp_version=0\\x0arelp_software=librelp,1.11.0,http://librelp.adiscon.com\\x0acommands=syslog"sv},
    {"a message that ends in its own LF", "2 syslog 6 <13>a\n\n"sv, "2 syslog|<13>a\\x0a"sv},
    {"two frames in one read", "2 syslog 1 a\n3 syslog 1 b\n"sv, "2 syslog|a ; 3 syslog|b"sv},
    {"no data, no blank", "9 close 0\n"sv, "9 close|"sv},
    {"no data and a blank", "9 close 0 \n10 close 0\n"sv, "9 close| ; 10 close|"sv},
    {"two blanks without data are none", "9 close 0  \n"sv, "bad_trailer"sv},
    {"any bytes are data", "2 syslog 4 \0\n \xff\n"sv, "2 syslog|\\x00\\x0a \xff"sv},
    {"an unfinished frame waits", "2 syslog 10 abc"sv, " …"sv},
    {"an unfinished number waits", "12"sv, " …"sv},
    {"largest number", "999999999 syslog 1 a\n"sv, "999999999 syslog|a"sv},
    {"a tenth digit", "1234567890 syslog 1 a\n"sv, "bad_txnr"sv},
    {"no digit at first", "x syslog 1 a\n"sv, "bad_txnr"sv},
    {"HTTP", "GET / HTTP/1.1\r\n"sv, "bad_txnr"sv},
    {"a TLS hello on a plain port", "\x16\x03\x01"sv, "bad_txnr"sv},
    {"an empty number", " syslog 1 a\n"sv, "bad_txnr"sv},
    {"32 letters", "1 abcdefghijklmnopqrstuvwxyzabcdef 1 a\n"sv, "1 abcdefghijklmnopqrstuvwxyzabcdef|a"sv},
    {"33 letters", "1 abcdefghijklmnopqrstuvwxyzabcdefg 1 a\n"sv, "bad_command"sv},
    {"a digit in the command", "1 sys1og 1 a\n"sv, "bad_command"sv},
    {"no command", "1  1 a\n"sv, "bad_command"sv},
    {"a length of ten digits", "1 syslog 1234567890 a\n"sv, "bad_length"sv},
    {"a length that is none", "1 syslog -1 a\n"sv, "bad_length"sv},
    {"no length", "1 syslog \n"sv, "bad_length"sv},
    {"a length without its data", "1 syslog 3\n"sv, "bad_length"sv},
    {"no LF behind the data", "1 syslog 3 abcX"sv, "bad_trailer"sv},
    {"the frame before an error is given", "1 syslog 1 a\n2 syslog 1 bX"sv, "1 syslog|a ; bad_trailer"sv},
};

TEST(RelpCutter, GivesTheSameFramesWhereverTheStreamIsCut) {
  for (const auto& [why, stream, expected] : kStreams) {
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
      EXPECT_EQ(cut(stream, piece), expected) << why << ", pieces of " << piece;
    }
  }
}

TEST(RelpCutter, KeepsTheBeginningOfLongDataOrRefusesIt) {
  const std::string_view stream = "1 syslog 9 abcdefghi\n2 syslog 1 x\n";
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    EXPECT_EQ(cut(stream, piece, {.data_bytes_max = 4}), "1 syslog|abcd (cut) ; 2 syslog|x") << piece;
    EXPECT_EQ(cut(stream, piece, {.data_bytes_max = 4, .longer = RelpLimits::Longer::refuse}),
              "data_too_long");
  }
}

TEST(RelpCutter, AllocatesNothingByAClaimedLength) {
  RelpCutter cutter;
  const auto none = [](const RelpFrame&) { return true; };
  cutter.feed("1 syslog 999999999 abc", none);
  EXPECT_LT(cutter.buffered_bytes(), 100U);
  const std::string piece(1 << 20, 'x');
  for (int i = 0; i < 20; ++i) cutter.feed(piece, none);
  EXPECT_LE(cutter.buffered_bytes(), std::size_t{512} * 1024);
}

TEST(RelpCutter, StopsWhereTheReceiverHasEnough) {
  RelpCutter cutter;
  int frames = 0;
  cutter.feed("1 a 0\n2 b 0\n3 c 0\n", [&frames](const RelpFrame&) { return ++frames < 2; });
  EXPECT_EQ(frames, 2);
}

/// What the server says to a stream: "M" for a message, answers as they are, "!" for a break.
std::string talk(std::string_view stream) {
  RelpCutter cutter;
  RelpDialogue dialogue;
  std::string out;
  cutter.feed(stream, [&](const RelpFrame& frame) {
    const RelpDialogue::Step step = dialogue.take(frame);
    if (step.act == Act::message) out += "M" + std::to_string(frame.txnr) + "\n";
    if (!step.text.empty()) append_relp_answer(frame.txnr, step.text, out);
    const bool ends = step.act == Act::closing || step.act == Act::refuse || step.act == Act::break_off;
    if (ends) out += kRelpServerClose;
    return !ends;
  });
  return out;
}

constexpr std::string_view kOpened =
    "1 rsp 61 200 OK\nrelp_version=0\nrelp_software=vigil,1.0\ncommands=syslog\n";

struct Talk {
  std::string_view why, says, answer_after_open;
};
TEST(RelpDialogue, AnswersAsTheProtocolSays) {
  const std::string open = "1 open 30 relp_version=0\ncommands=syslog\n";
  EXPECT_EQ(talk(open), kOpened);
  EXPECT_EQ(talk("1 open 30 relp_version=1\ncommands=syslog\n").substr(0, 30),
            "1 rsp 61 200 OK\nrelp_version=1");
  EXPECT_EQ(talk("1 open 30 relp_version=7\ncommands=syslog\n").substr(0, 30),
            "1 rsp 61 200 OK\nrelp_version=1");
  EXPECT_EQ(talk("1 open 19 commands=rot,syslog\n").substr(0, 10), "1 rsp 61 2");
  constexpr Talk kTalks[] = {
      {"a message waits for its commit", "2 syslog 1 a\n", "M2\n"},
      {"close", "2 close 0\n", "2 rsp 6 200 OK\n0 serverclose 0\n"},
      {"nothing is read after close", "2 close 0\n3 syslog 1 a\n", "2 rsp 6 200 OK\n0 serverclose 0\n"},
      {"a second open, and on", "2 open 15 commands=syslog\n3 syslog 1 a\n",
       "2 rsp 43 500 protocol error: connection already open\nM3\n"},
      {"a command we do not know", "2 rot 1 a\n", "2 rsp 19 500 unknown command\n0 serverclose 0\n"},
      {"a number left out", "3 syslog 1 a\n", "0 serverclose 0\n"},
      {"a number again", "2 syslog 1 a\n2 syslog 1 a\n", "M2\n0 serverclose 0\n"},
      {"a hint from a client", "0 syslog 1 a\n", "0 serverclose 0\n"},
  };
  for (const auto& [why, says, answer] : kTalks) {
    EXPECT_EQ(talk(open + std::string(says)), std::string(kOpened) + std::string(answer)) << why;
  }
  EXPECT_EQ(talk("1 syslog 1 a\n"),
            "1 rsp 46 500 protocol error: the connection is not open\n0 serverclose 0\n");
  EXPECT_EQ(talk("1 open 12 commands=rot\n"), "1 rsp 44 500 required command not supported by client\n");
  EXPECT_EQ(talk("1 open 0\n"), "1 rsp 44 500 required command not supported by client\n");
}

TEST(RelpDialogue, CountsFromItsLastNumberToOne) {
  RelpDialogue dialogue;
  dialogue.take({1, "open", "commands=syslog", false});
  for (std::uint32_t txnr = 2; txnr <= 1000; ++txnr) {
    ASSERT_EQ(dialogue.take({txnr, "syslog", "a", false}).act, Act::message);
  }
}

TEST(RelpMessage, IsWithoutItsTrailer) {
  EXPECT_EQ(relp_message("<13>a\n"), "<13>a");
  EXPECT_EQ(relp_message(std::string_view("<13>a\nb\r\n\0", 10)), "<13>a\nb");
  EXPECT_EQ(relp_message("\n"), "");
}

}  // namespace
}  // namespace vigil
