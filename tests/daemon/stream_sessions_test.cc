// RELP, Beats and GELF on a real socket, with an archive whose commits are scripted: what the client hears, and when.

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <string>
#include <thread>

#include "config/config.h"
#include "daemon/beats_listener.h"
#include "daemon/gelf_listener.h"
#include "daemon/relp_listener.h"
#include "daemon/socket.h"
#include "tests/daemon/scripted_archive.h"

namespace vigil {
namespace {

/// One I/O thread with one listener, and a client that blocks.
class StreamBench {
 public:
  explicit StreamBench(std::string_view transport) {
    listener_.description = {.id = std::string(transport) + ":test",
                             .transport = std::string(transport),
                             .organisation = "default"};
    listener_.zone = "Asia/Taipei";
    listener_.stats = &counters_.add_listener("test", std::string(transport), "test");
  }
  ~StreamBench() {
    std::promise<void> stopped;
    boost::asio::post(io_, [&] {
      server_->stop();
      stopped.set_value();
    });
    stopped.get_future().wait();
    writer_.stop();
    work_.reset();
    io_.stop();
    thread_.join();
    // Sessions that have been closed go before what they stand on, as in the daemon.
    io_.restart();
    io_.poll();
  }

  void serve(const StreamListener::Make& make, std::size_t sessions_max = 100) {
    std::string trouble;
    const Endpoint any = {boost::asio::ip::make_address("127.0.0.1"), 0};
    const int fd = open_bound_socket(any, SOCK_STREAM, PortSharing::shared, trouble);
    ASSERT_GE(fd, 0) << trouble;
    port_ = bound_port(fd);
    server_ = std::make_unique<StreamListener>(
        StreamParts{io_, listener_, intake_, writer_, counters_, ledger_}, fd, nullptr, sessions_max, make);
    server_->start();  // Before the thread: clients may come at once.
    thread_ = std::thread([this] { io_.run(); });
    writer_.start();
  }

  std::vector<std::string> stored() {
    const std::lock_guard lock(archive.mutex);
    return archive.stored;
  }
  std::uint64_t closed(Closed reason) const { return counters_.closed_for(reason); }
  std::uint64_t discarded(Discard reason) const { return counters_.discarded_for(reason); }
  std::uint16_t port() const { return port_; }

  ScriptedArchive archive;
  ResendWindow resends;

 private:
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  Counters counters_;
  Writer writer_{archive, counters_, {.full_disk_retry = std::chrono::milliseconds(5)}};
  SourceTable sources_{std::make_shared<AssetTable>(embedded_default())};
  ConnectionLedger ledger_{TcpLimits{}};
  IntakeListener listener_;
  Intake intake_{io_, writer_, sources_, counters_, std::make_shared<BatchPool>(), Intake::WhenFull::queue};
  std::unique_ptr<StreamListener> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

class Client {
 public:
  explicit Client(const StreamBench& bench) : socket_(io_) {
    socket_.connect({boost::asio::ip::make_address("127.0.0.1"), bench.port()});
  }
  Client& says(std::string_view bytes) {
    ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return *this;
  }
  /// What the server says until it has said `size` bytes or closed.
  std::string hears(std::size_t size) {
    std::string out;
    while (out.size() < size) {
      pollfd ready = {socket_.native_handle(), POLLIN, 0};
      if (::poll(&ready, 1, 20'000) <= 0) return out + "(nothing more)";
      char room[4096];
      const ssize_t n = ::recv(socket_.native_handle(), room, std::min(sizeof room, size - out.size()), 0);
      if (n <= 0) return out + "(end)";
      out.append(room, static_cast<std::size_t>(n));
    }
    return out;
  }
  std::string hears_all() { return hears(100'000); }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
};

const std::string kOpen = "1 open 30 relp_version=0\ncommands=syslog\n";
const std::string kOpened = "1 rsp 61 200 OK\nrelp_version=0\nrelp_software=vigil,1.0\ncommands=syslog\n";
std::string syslog(int txnr, const std::string& text) {
  return std::to_string(txnr) + " syslog " + std::to_string(text.size()) + " " + text + "\n";
}

TEST(RelpListener, AnswersInOrderOnceTheMessagesAreStored) {
  StreamBench bench("relp");
  bench.serve(relp_sessions({}, bench.resends));
  Client client(bench);
  client.says(kOpen + syslog(2, "<13>a\n") + syslog(3, "<13>b\n") + "4 close 0\n");
  EXPECT_EQ(client.hears_all(),
            kOpened + "2 rsp 6 200 OK\n3 rsp 6 200 OK\n4 rsp 6 200 OK\n0 serverclose 0\n(end)");
  EXPECT_EQ(bench.stored(), (std::vector<std::string>{"<13>a", "<13>b"}));
}

TEST(RelpListener, EndsOnProtocolErrorsAndKeepsWhatItHadDecoded) {
  struct Case {
    std::string why, says, hears;
  };
  const Case kCases[] = {
      {"a number left out", syslog(3, "x"), "0 serverclose 0\n(end)"},
      {"no number", "x", "0 serverclose 0\n(end)"},
      {"a missing trailer", "2 syslog 1 ab", "0 serverclose 0\n(end)"},
      {"an unknown command", "2 rot 0\n", "2 rsp 19 500 unknown command\n0 serverclose 0\n(end)"},
  };
  for (const auto& [why, says, hears] : kCases) {
    StreamBench bench("relp");
    bench.serve(relp_sessions({}, bench.resends));
    Client client(bench);
    client.says(kOpen);
    EXPECT_EQ(client.hears(kOpened.size()), kOpened);
    EXPECT_EQ(client.says(says).hears_all(), hears) << why;
    EXPECT_EQ(bench.closed(Closed::bad_relp), 1U) << why;
  }
  StreamBench bench("relp");
  bench.serve(relp_sessions({}, bench.resends));
  Client client(bench);
  client.says(kOpen + syslog(2, "<13>kept") + "9 syslog 1 x\n");
  EXPECT_EQ(client.hears_all(), "0 serverclose 0\n(end)") << "nothing is answered that was not durable yet";
  for (int i = 0; i < 400 && bench.stored().empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(bench.stored(), std::vector<std::string>{"<13>kept"});
}

TEST(RelpListener, SaysSoWhenTheDiskIsFullAndGoesOn) {
  StreamBench bench("relp");
  bench.archive.failures = {StoreErrc::disk_full};
  bench.serve(relp_sessions({}, bench.resends));
  Client client(bench);
  client.says(kOpen);
  EXPECT_EQ(client.hears(kOpened.size()), kOpened);
  const std::string full = "2 rsp 13 500 disk full\n", ok = "3 rsp 6 200 OK\n";
  EXPECT_EQ(client.says(syslog(2, "<13>a")).hears(full.size()), full);
  EXPECT_EQ(client.says(syslog(3, "<13>a")).hears(ok.size()), ok);
  EXPECT_EQ(bench.stored(), std::vector<std::string>{"<13>a"}) << "what was not stored may come again";
}

TEST(RelpListener, StoresOnceWhatIsSentAgainAfterAReconnect) {
  StreamBench bench("relp");
  bench.serve(relp_sessions({}, bench.resends));
  const std::string both = "2 rsp 6 200 OK\n3 rsp 6 200 OK\n";
  {
    Client first(bench);
    first.says(kOpen + syslog(2, "<13>a") + syslog(3, "<13>b"));
    EXPECT_EQ(first.hears(kOpened.size() + both.size()), kOpened + both);
  }
  Client second(bench);
  second.says(kOpen + syslog(2, "<13>b") + syslog(3, "<13>c"));
  EXPECT_EQ(second.hears(kOpened.size() + both.size()), kOpened + both);
  EXPECT_EQ(bench.stored(), (std::vector<std::string>{"<13>a", "<13>b", "<13>c"}));
  EXPECT_EQ(bench.discarded(Discard::duplicate), 1U);
}

std::string u32(std::size_t value) {
  std::string out;
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    out += static_cast<char>(static_cast<unsigned char>(value >> shift));
  return out;
}
std::string window(std::initializer_list<std::string> documents) {
  std::string out = "2W" + u32(documents.size());
  std::size_t seq = 0;
  for (const std::string& document : documents) out += "2J" + u32(++seq) + u32(document.size()) + document;
  return out;
}

TEST(BeatsListener, AcknowledgesAWholeWindow) {
  StreamBench bench("beats");
  bench.serve(beats_sessions({}, bench.resends));
  Client client(bench);
  const std::string two = window({"{\"a\":1}", "{\"a\":2}"});
  client.says(two.substr(0, 25));
  for (int i = 0; i < 400 && bench.stored().empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  client.says(two.substr(25));
  EXPECT_EQ(client.hears(6), "2A" + u32(2))
      << "and nothing after the first event, which was stored by itself";
  EXPECT_EQ(bench.stored(), (std::vector<std::string>{"{\"a\":1}", "{\"a\":2}"}));
}

TEST(BeatsListener, AWindowSentAgainIsStoredOnceAndAcknowledged) {
  StreamBench bench("beats");
  bench.serve(beats_sessions({}, bench.resends));
  const std::string two = window({"{\"a\":1}", "{\"a\":2}"});
  {
    Client first(bench);
    first.says(two.substr(0, two.size() - 1));
    for (int i = 0; i < 400 && bench.stored().empty(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  Client second(bench);
  second.says(two + window({"{\"a\":1}"}));
  EXPECT_EQ(second.hears(12), "2A" + u32(2) + "2A" + u32(1));
  EXPECT_EQ(bench.discarded(Discard::duplicate), 1U);
  EXPECT_EQ(bench.stored(), (std::vector<std::string>{"{\"a\":1}", "{\"a\":2}", "{\"a\":1}"}));
}

TEST(BeatsListener, ClosesWithoutAnAcknowledgementOnErrorsAndOnAFullDisk) {
  for (const std::string& says : {std::string("GET /"), "2W" + u32(0), window({"no object"})}) {
    StreamBench bench("beats");
    bench.serve(beats_sessions({}, bench.resends));
    Client client(bench);
    EXPECT_EQ(client.says(says).hears_all(), "(end)") << says;
    EXPECT_EQ(bench.closed(Closed::bad_beats), 1U) << says;
  }
  StreamBench bench("beats");
  bench.archive.failures = {StoreErrc::disk_full};
  bench.serve(beats_sessions({}, bench.resends));
  Client client(bench);
  EXPECT_EQ(client.says(window({"{}"})).hears_all(), "(end)");
  EXPECT_EQ(bench.closed(Closed::disk_full), 1U);
}

TEST(BeatsListener, TellsThatItIsStillThere) {
  StreamBench bench("beats");
  BeatsOptions options;
  options.keep_alive = std::chrono::seconds(1);
  bench.serve(beats_sessions(options, bench.resends));
  Client client(bench);
  client.says("2W" + u32(2));
  EXPECT_EQ(client.hears(6), "2A" + u32(0));
}

TEST(StreamListener, HasALimitOfSessions) {
  StreamBench bench("beats");
  bench.serve(beats_sessions({}, bench.resends), 1);
  Client first(bench);
  first.says(window({"{}"}));
  EXPECT_EQ(first.hears(6), "2A" + u32(1));
  Client second(bench);
  EXPECT_EQ(second.hears_all(), "(end)");
  EXPECT_EQ(bench.closed(Closed::limit_total), 1U);
}

TEST(GelfListener, CutsATcpStreamAtNul) {
  StreamBench bench("gelf");
  bench.serve(gelf_sessions({}));
  {
    Client client(bench);
    client.says(std::string("{\"short_message\":\"a\"}\0{\"short_message\":\"b\"}", 43));
  }
  for (int i = 0; i < 400 && bench.stored().size() < 2; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(bench.stored(),
            (std::vector<std::string>{"{\"short_message\":\"a\"}", "{\"short_message\":\"b\"}"}));
}

}  // namespace
}  // namespace vigil
