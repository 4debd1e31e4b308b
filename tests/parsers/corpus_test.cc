// The kept inputs of this room's fuzz targets, replayed: what once failed must go on passing.

#include "tests/fuzz/replay.h"

// The targets' entry points, renamed in CMakeLists.txt so that several fit into one program.
extern "C" int fuzz_framer_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_header_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_sender_sequence_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_relay_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_cef_render_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_relp_client_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_lines_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_relp_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_lumberjack_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_gelf_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_bulk_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_http_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_hec_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_loki_push_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_otlp_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_journal_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_alert_input(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_mail_notice_input(const std::uint8_t* data, std::size_t size);

namespace vigil {
namespace {

TEST(FuzzCorpus, TheFramerKeepsItsProperties) { EXPECT_GT(replay("framer", fuzz_framer_input), 10U); }
TEST(FuzzCorpus, TheHeaderParserKeepsItsProperties) { EXPECT_GT(replay("header", fuzz_header_input), 10U); }
TEST(FuzzCorpus, SendersNumbersKeepTheirProperties) {
  EXPECT_GT(replay("sender_sequence", fuzz_sender_sequence_input), 10U);
}
TEST(FuzzCorpus, TheRelayBodyKeepsItsProperties) { EXPECT_GT(replay("relay", fuzz_relay_input), 3U); }
TEST(FuzzCorpus, CefComesBackAsItWasRendered) { EXPECT_GT(replay("cef_render", fuzz_cef_render_input), 3U); }
TEST(FuzzCorpus, RelpAnswersKeepTheirProperties) { EXPECT_GT(replay("relp_client", fuzz_relp_client_input), 3U); }
TEST(FuzzCorpus, TheLineCutterKeepsItsProperties) { EXPECT_GT(replay("lines", fuzz_lines_input), 10U); }
TEST(FuzzCorpus, RelpKeepsItsProperties) { EXPECT_GT(replay("relp", fuzz_relp_input), 10U); }
TEST(FuzzCorpus, LumberjackKeepsItsProperties) { EXPECT_GT(replay("lumberjack", fuzz_lumberjack_input), 10U); }
TEST(FuzzCorpus, GelfKeepsItsProperties) { EXPECT_GT(replay("gelf", fuzz_gelf_input), 10U); }
TEST(FuzzCorpus, TheBulkBodyKeepsItsProperties) { EXPECT_GE(replay("bulk", fuzz_bulk_input), 8U); }
TEST(FuzzCorpus, HttpKeepsItsProperties) { EXPECT_GE(replay("http", fuzz_http_input), 8U); }
TEST(FuzzCorpus, HecBodiesKeepTheirProperties) { EXPECT_GE(replay("hec", fuzz_hec_input), 8U); }
TEST(FuzzCorpus, LokiPushesKeepTheirProperties) { EXPECT_GE(replay("loki_push", fuzz_loki_push_input), 8U); }
TEST(FuzzCorpus, OtlpLogsKeepTheirProperties) { EXPECT_GE(replay("otlp", fuzz_otlp_input), 6U); }
TEST(FuzzCorpus, AlertsKeepTheirProperties) { EXPECT_GE(replay("alert", fuzz_alert_input), 8U); }
TEST(FuzzCorpus, MailNoticesKeepTheirProperties) { EXPECT_GE(replay("mail_notice", fuzz_mail_notice_input), 8U); }
TEST(FuzzCorpus, JournalExportsKeepTheirProperties) { EXPECT_GE(replay("journal", fuzz_journal_input), 6U); }

}  // namespace
}  // namespace vigil
