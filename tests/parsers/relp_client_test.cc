#include "parsers/relp_client.h"

#include <gtest/gtest.h>

namespace vigil {
namespace {

/// "7:200:OK" per answer, "closes", "broken".
std::string describe(std::string_view bytes, std::size_t step) {
  RelpAnswers answers;
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    answers.feed(bytes.substr(at, step));
    while (const auto answer = answers.next()) {
      out.append(out.empty() ? "" : " ");
      out.append(answer->server_closes ? "closes"
                                       : std::to_string(answer->txnr) + ":" + std::to_string(answer->code) +
                                             ":" + std::string(answer->text));
    }
  }
  return out + (answers.broken() ? "broken" : "");
}

struct Case {
  std::string_view why, bytes, expected;
};
constexpr Case kCases[] = {
    {"the offer's answer", "1 rsp 66 200 OK\nrelp_version=0\nrelp_software=librelp,1.11.0\ncommands=syslog\n",
     "1:200:OK\nrelp_version=0\nrelp_software=librelp,1.11.0\ncommands=syslog"},
    {"two in a row", "2 rsp 6 200 OK\n3 rsp 6 200 OK\n", "2:200:OK 3:200:OK"},
    {"a refusal", "4 rsp 9 500 no-no\n", "4:500:no-no"},
    {"an answer without data, as librelp gives to close", "5 rsp 0\n", "5:0:"},
    {"the same with a blank", "5 rsp 0 \n", "5:0:"},
    {"the server goes", "0 serverclose 0\n", "closes"},
    {"not finished", "6 rsp 6 200 O", ""},
    {"no number", "x rsp 0\n", "broken"},
    {"ten digits", "1234567890 rsp 0\n", "broken"},
    {"no LF behind the data", "6 rsp 6 200 OKx", "broken"},
    {"a command no server says", "6 syslog 1 x\n", "broken"},
    {"more than a server has to say", "6 rsp 65537 x", "broken"},
    {"a web server", "HTTP/1.1 400 Bad Request\r\n", "broken"},
};

TEST(RelpAnswers, AreCutAndReadHoweverTheyCome) {
  for (const auto& [why, bytes, expected] : kCases) {
    EXPECT_EQ(describe(bytes, bytes.size()), expected) << why;
    EXPECT_EQ(describe(bytes, 1), expected) << why << ", byte by byte";
  }
}

TEST(RelpFrames, AreAsLibrelpWritesThem) {
  std::string out;
  append_relp_frame(2, "syslog", "<13>x\n", out);
  append_relp_frame(3, "close", "", out);
  EXPECT_EQ(out, "2 syslog 6 <13>x\n\n3 close 0\n");
  EXPECT_EQ(next_relp_txnr(1), 2U);
  EXPECT_EQ(next_relp_txnr(kRelpTxnrMax), 1U);
}

}  // namespace
}  // namespace vigil
