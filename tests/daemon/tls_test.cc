#include "daemon/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "daemon/socket.h"
#include "daemon/stream_acceptor.h"
#include "tests/daemon/certificates.h"

// Real handshakes over loopback: a StreamAcceptor on one side, an OpenSSL client on a thread of its own on the other.
// What came of one is described in a line: "in: CN=… said …" or "refused: REASON".

namespace vigil {
namespace {

using namespace std::chrono_literals;
using test::CertificateWish;
using test::Identity;
using test::make_identity;
using testing::HasSubstr;
using Mode = TlsConfig::Mode;

class Tls : public testing::Test {
 protected:
  static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }

  void SetUp() override {
    std::string pattern = testing::TempDir() + "vigil-tls-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    authority_ = make_identity({.common_name = "Our CA", .authority = true});
    server_ = make_identity(
        {.common_name = "log.school.edu.tw", .names = "DNS:log.school.edu.tw", .issuer = &authority_});
    test::write_certificates(directory_ / "ca.pem", {&authority_});
    test::write_certificates(directory_ / "server.pem", {&server_});
    test::write_key(directory_ / "server.key", server_);
    config_.certificate = directory_ / "server.pem";
    config_.key = directory_ / "server.key";
    config_.client_ca = directory_ / "ca.pem";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  Identity client(CertificateWish wish = {}) const {
    if (wish.issuer == nullptr) wish.issuer = &authority_;
    return make_identity(wish);
  }
  std::string fingerprint(const Identity& identity) const {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    X509_digest(identity.certificate.get(), EVP_sha256(), bytes, &size);
    std::string out = "SHA256";
    char pair[4];
    for (unsigned i = 0; i < size; ++i) {
      std::snprintf(pair, sizeof pair, ":%02X", bytes[i]);
      out += pair;
    }
    return out;
  }

  std::filesystem::path directory_;
  Identity authority_, server_;
  TlsConfig config_;
};

/// What a client does beyond saying "hello".
struct ClientWish {
  const Identity* identity = nullptr;
  std::vector<const Identity*> chain{};
  std::function<void(SSL_CTX*)> set_up{};
  std::function<void(SSL*)> afterwards{};  ///< connected, "hello" written
  std::function<void(int)> instead{};      ///< with the bare socket, no TLS
};

struct Meeting {
  std::string outcome;   ///< "in: …" or "refused: …"
  bool resumed = false;  ///< the client came back with a ticket
  std::shared_ptr<SSL_SESSION> session;
};

void speak(std::uint16_t port, const ClientWish& wish, SSL_SESSION* resume, Meeting* seen) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (wish.instead) {
    wish.instead(fd);
    ::close(fd);
    return;
  }
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_security_level(context, 0);
  if (wish.identity != nullptr) {
    SSL_CTX_use_certificate(context, wish.identity->certificate.get());
    SSL_CTX_use_PrivateKey(context, wish.identity->key.get());
  }
  for (const Identity* each : wish.chain) SSL_CTX_add1_chain_cert(context, each->certificate.get());
  if (wish.set_up) wish.set_up(context);
  SSL* const ssl = SSL_new(context);
  SSL_set_fd(ssl, fd);
  if (resume != nullptr) SSL_set_session(ssl, resume);
  if (SSL_connect(ssl) == 1 && SSL_write(ssl, "hello", 5) == 5) {
    if (wish.afterwards) wish.afterwards(ssl);
    SSL_shutdown(ssl);
    char answer[256];
    while (SSL_read(ssl, answer, sizeof answer) > 0) {
    }
    if (seen != nullptr) {
      seen->resumed = SSL_session_reused(ssl) == 1;
      seen->session.reset(SSL_get1_session(ssl), &SSL_SESSION_free);
    }
  }
  SSL_free(ssl);
  SSL_CTX_free(context);
  ::close(fd);
}

/// One client comes to a listener that has these settings.
Meeting meet_with(const TlsServer& tls, const ClientWish& wish, TcpLimits limits = {},
                  SSL_SESSION* resume = nullptr) {
  boost::asio::io_context io;
  Counters counters;
  ConnectionLedger ledger(limits);
  IntakeListener listener;
  listener.description.id = "syslog-tls:test";
  listener.stats = &counters.add_listener("syslog-tls:test", "syslog-tls", "");
  Meeting meeting;
  std::string said;
  std::unique_ptr<AcceptedStream> accepted;
  std::function<void()> read = [&] {
    std::array<char, 512> room;
    for (;;) {
      const auto [state, n] = accepted->stream.read(room);
      if (state == Io::done) {
        said.append(room.data(), n);
        continue;
      }
      if (state == Io::would_block) {
        return accepted->stream.async_wait_read([&](const boost::system::error_code&) { read(); });
      }
      const PeerCertificate& peer = accepted->stream.peer_certificate();
      meeting.outcome = "in: " + (peer.subject.empty() ? "nobody" : peer.subject) + " said " + said;
      if (state == Io::failed)
        meeting.outcome += ", then " + std::string(closed_name(accepted->stream.reason()));
      return accepted->stream.close();
    }
  };
  std::string trouble;
  const int fd = open_bound_socket(*parse_endpoint("127.0.0.1:0"), SOCK_STREAM, PortSharing::shared, trouble);
  StreamAcceptor acceptor(io, fd, listener, counters, ledger, &tls,
                          {.ready =
                               [&](AcceptedStream stream) {
                                 accepted = std::make_unique<AcceptedStream>(std::move(stream));
                                 read();
                               },
                           .make_room = [] {}});
  acceptor.start();
  std::thread client([&] { speak(bound_port(fd), wish, resume, &meeting); });
  const auto give_up = std::chrono::steady_clock::now() + 30s;
  while (meeting.outcome.empty() && std::chrono::steady_clock::now() < give_up) {
    io.run_one_for(10ms);
    for (unsigned i = 0; i < static_cast<unsigned>(Closed::count_); ++i) {
      if (counters.closed_for(static_cast<Closed>(i)) != 0)
        meeting.outcome = "refused: " + std::string(closed_name(static_cast<Closed>(i)));
    }
  }
  acceptor.stop();
  client.join();
  io.poll();
  accepted.reset();
  EXPECT_EQ(listener.stats->connections.load(), 0U) << "every connection is counted down";
  return meeting;
}

std::string meet(const TlsConfig& config, const ClientWish& wish, TlsLimits limits = {}) {
  const auto tls = TlsServer::open(config, TlsClients::read, limits);
  if (!tls) return tls.error();
  return meet_with(**tls, wish).outcome;
}

TEST_F(Tls, AnonAsksNobodyForACertificate) {
  config_.mode = Mode::anon;
  EXPECT_EQ(meet(config_, {}), "in: nobody said hello");
  const Identity somebody = client();
  EXPECT_EQ(meet(config_, {.identity = &somebody}), "in: nobody said hello") << "and takes none";
}

TEST_F(Tls, CertvalidTakesWhomTheAuthorityHasCertified) {
  config_.mode = Mode::certvalid;
  const Identity good = client({.common_name = "fw1"});
  EXPECT_EQ(meet(config_, {.identity = &good}), "in: CN=fw1 said hello");
  EXPECT_EQ(meet(config_, {}), "refused: tls_no_certificate");
  const Identity expired = client({.from_days = -30, .until_days = -1});
  EXPECT_EQ(meet(config_, {.identity = &expired}), "refused: tls_expired");
  const Identity future = client({.from_days = 1});
  EXPECT_EQ(meet(config_, {.identity = &future}), "refused: tls_not_yet_valid");
  const Identity server_only = client({.extended_usage = "serverAuth"});
  EXPECT_EQ(meet(config_, {.identity = &server_only}), "refused: tls_purpose");
  const Identity any_use = client({.extended_usage = ""});
  EXPECT_EQ(meet(config_, {.identity = &any_use}), "in: CN=client said hello") << "no usage named: any";
  const Identity self_signed = make_identity({});
  EXPECT_EQ(meet(config_, {.identity = &self_signed}), "refused: tls_untrusted");
  const Identity other_authority = make_identity({.common_name = "Our CA", .authority = true});
  const Identity stranger = client({.issuer = &other_authority});
  EXPECT_EQ(meet(config_, {.identity = &stranger}), "refused: tls_untrusted") << "a CA of the same name";
  const Identity not_an_authority = client();
  const Identity issued = client({.issuer = &not_an_authority});
  EXPECT_EQ(meet(config_, {.identity = &issued, .chain = {&not_an_authority}}), "refused: tls_untrusted");
}

TEST_F(Tls, CertvalidFollowsAChain) {
  config_.mode = Mode::certvalid;
  const Identity middle = make_identity({.common_name = "Middle", .authority = true, .issuer = &authority_});
  const Identity leaf = client({.issuer = &middle});
  EXPECT_EQ(meet(config_, {.identity = &leaf, .chain = {&middle}}), "in: CN=client said hello");
  EXPECT_EQ(meet(config_, {.identity = &leaf}), "refused: tls_untrusted") << "the client left out the middle";
}

TEST_F(Tls, TheRevokedStayOut) {
  config_.mode = Mode::certvalid;
  config_.crl = directory_ / "crl.pem";
  const Identity good = client();
  const Identity revoked = client();
  test::write_crl(config_.crl, authority_, {&revoked});
  EXPECT_EQ(meet(config_, {.identity = &good}), "in: CN=client said hello");
  EXPECT_EQ(meet(config_, {.identity = &revoked}), "refused: tls_revoked");
  const Identity middle = make_identity({.common_name = "Middle", .authority = true, .issuer = &authority_});
  const Identity below = client({.issuer = &middle});
  EXPECT_EQ(meet(config_, {.identity = &below, .chain = {&middle}}), "refused: tls_crl")
      << "no list of its issuer";
  test::write_crl(config_.crl, authority_, {}, -1);
  EXPECT_EQ(meet(config_, {.identity = &good}), "refused: tls_crl")
      << "a list that has run out tells nothing";
}

TEST_F(Tls, FingerprintAsksNoAuthority) {
  config_.mode = Mode::fingerprint;
  config_.client_ca.clear();
  const Identity known = make_identity({.common_name = "self"});
  const Identity expired = make_identity({.from_days = -30, .until_days = -1});
  const Identity server_only = make_identity({.extended_usage = "serverAuth"});
  config_.permitted_peers = {fingerprint(known), fingerprint(expired), fingerprint(server_only)};
  EXPECT_EQ(meet(config_, {.identity = &known}), "in: CN=self said hello");
  const Identity unknown = make_identity({.common_name = "self"});
  EXPECT_EQ(meet(config_, {.identity = &unknown}), "refused: tls_not_permitted");
  EXPECT_EQ(meet(config_, {.identity = &expired}), "refused: tls_expired");
  EXPECT_EQ(meet(config_, {.identity = &server_only}), "refused: tls_purpose");
  EXPECT_EQ(meet(config_, {}), "refused: tls_no_certificate");
}

TEST_F(Tls, NameComparesWhatTheCertificateSays) {
  config_.mode = Mode::name;
  config_.permitted_peers = {"*.school.edu.tw", "192.0.2.7"};
  struct Case {
    std::string why, common_name, names, outcome;
  };
  const Case cases[] = {
      {"a name of the SAN", "x", "DNS:a.school.edu.tw", "in: CN=x said hello"},
      {"an address of the SAN", "x", "IP:192.0.2.7", "in: CN=x said hello"},
      {"another name", "x", "DNS:a.other.edu.tw", "refused: tls_not_permitted"},
      {"only the CN fits, but there is a SAN", "a.school.edu.tw", "DNS:a.other.edu.tw",
       "refused: tls_not_permitted"},
      {"only a CN", "a.school.edu.tw", "", "in: CN=a.school.edu.tw said hello"},
      {"a certificate for everything", "x", "DNS:*", "refused: tls_not_permitted"},
      {"one for a top level", "x", "DNS:*.tw", "refused: tls_not_permitted"},
  };
  for (const auto& [why, common_name, names, outcome] : cases) {
    const Identity identity = client({.common_name = common_name, .names = names});
    EXPECT_EQ(meet(config_, {.identity = &identity}), outcome) << why;
  }
  const Identity expired = client({.names = "DNS:a.school.edu.tw", .from_days = -9, .until_days = -1});
  EXPECT_EQ(meet(config_, {.identity = &expired}), "refused: tls_expired") << "validity comes first";
}

TEST_F(Tls, MonstersAreRefusedBeforeTheyAreReckonedWith) {
  config_.mode = Mode::certvalid;
  std::string names;
  for (int i = 0; i < 200; ++i) names += (i == 0 ? "DNS:n" : ",DNS:n") + std::to_string(i) + ".tw";
  const Identity many_names = client({.names = names});
  EXPECT_EQ(meet(config_, {.identity = &many_names}), "refused: tls_limit") << "200 names";

  TlsLimits limits;
  limits.rsa_bits_max = 2048;
  const Identity long_key = client({.rsa_bits = 3072});
  EXPECT_EQ(meet(config_, {.identity = &long_key}, limits), "refused: tls_limit") << "a long key";
  EXPECT_EQ(meet(config_, {.identity = &long_key}), "in: CN=client said hello");

  std::vector<Identity> chain{make_identity({.authority = true, .issuer = &authority_})};
  for (int i = 0; i < 50; ++i) chain.push_back(make_identity({.authority = true, .issuer = &chain.back()}));
  const Identity deep = client({.issuer = &chain.back()});
  ClientWish wish{.identity = &deep};
  for (const Identity& each : chain) wish.chain.push_back(&each);
  EXPECT_EQ(meet(config_, wish), "refused: tls_limit") << "50 certificates deep";

  limits = {};
  limits.chain_bytes_max = 4096;
  EXPECT_EQ(meet(config_, wish, limits), "refused: tls_limit") << "too many bytes";
}

TEST_F(Tls, SpeaksOnlyWhatIsSafe) {
  const auto only = [](int version) {
    return [version](SSL_CTX* c) {
      SSL_CTX_set_min_proto_version(c, 0);
      SSL_CTX_set_max_proto_version(c, version);
    };
  };
  EXPECT_EQ(meet(config_, {.set_up = only(TLS1_3_VERSION)}), "in: nobody said hello");
  EXPECT_EQ(meet(config_, {.set_up = only(TLS1_2_VERSION)}), "in: nobody said hello");
  EXPECT_EQ(meet(config_, {.set_up = only(TLS1_1_VERSION)}), "refused: tls_protocol");
  EXPECT_EQ(meet(config_, {.set_up = only(TLS1_VERSION)}), "refused: tls_protocol");
  for (const char* const ciphers :
       {"AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "AES256-GCM-SHA384"}) {
    const auto set_up = [ciphers](SSL_CTX* c) {
      SSL_CTX_set_max_proto_version(c, TLS1_2_VERSION);
      SSL_CTX_set_cipher_list(c, ciphers);
    };
    EXPECT_EQ(meet(config_, {.set_up = set_up}), "refused: tls_protocol") << ciphers;
  }
}

TEST_F(Tls, WhoeverSpeaksNoTlsIsClosed) {
  const auto say = [](std::string bytes) {
    return [bytes](int fd) {
      ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      char answer[64];
      while (::recv(fd, answer, sizeof answer, 0) > 0) {
      }
    };
  };
  EXPECT_EQ(meet(config_, {.instead = say("<13>plain syslog on the TLS port\n")}), "refused: tls_broken");
  EXPECT_EQ(meet(config_, {.instead = say("GET / HTTP/1.1\r\n\r\n")}), "refused: tls_broken");
  EXPECT_EQ(meet(config_, {.instead = say(std::string(4000, '\xa7'))}), "refused: tls_broken");
  EXPECT_EQ(meet(config_, {.instead = [](int) {}}), "refused: tls_broken") << "comes and goes";
  EXPECT_EQ(meet(config_, {.instead =
                               [](int fd) {
                                 ::send(fd, "\x16\x03\x01\x02", 4, MSG_NOSIGNAL);
                                 ::shutdown(fd, SHUT_WR);
                                 char answer[64];
                                 while (::recv(fd, answer, sizeof answer, 0) > 0) {
                                 }
                               }}),
            "refused: tls_broken")
      << "half a record";
}

TEST_F(Tls, AHandshakeThatStallsIsClosed) {
  const auto tls = TlsServer::open(config_);
  ASSERT_TRUE(tls) << tls.error();
  TcpLimits limits;
  limits.handshakes.deadline = std::chrono::seconds(1);
  const auto stall = [](int fd) {
    ::send(fd, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9, MSG_NOSIGNAL);
    char answer[64];
    while (::recv(fd, answer, sizeof answer, 0) > 0) {
    }
  };
  EXPECT_EQ(meet_with(**tls, {.instead = stall}, limits).outcome, "refused: tls_timeout");
}

TEST_F(Tls, RenegotiationClosesTheSession) {
  const auto renegotiate = [](SSL* ssl) {
    SSL_renegotiate(ssl);
    SSL_do_handshake(ssl);
  };
  const auto set_up = [](SSL_CTX* c) { SSL_CTX_set_max_proto_version(c, TLS1_2_VERSION); };
  EXPECT_EQ(meet(config_, {.set_up = set_up, .afterwards = renegotiate}),
            "in: nobody said hello, then tls_renegotiation");
}

TEST_F(Tls, MoreThanOneRecordArrivesWhole) {
  const auto more = [](SSL* ssl) {
    const std::string text(100'000, 'x');
    SSL_write(ssl, text.data(), static_cast<int>(text.size()));
  };
  EXPECT_EQ(meet(config_, {.afterwards = more}), "in: nobody said hello" + std::string(100'000, 'x'));
}

TEST_F(Tls, ATicketLetsAClientBackInAndShowsWhoItIs) {
  config_.mode = Mode::certvalid;
  const Identity known = client({.common_name = "fw1"});
  const auto tls = TlsServer::open(config_);
  ASSERT_TRUE(tls) << tls.error();
  const ClientWish wish{.identity = &known,
                        .set_up = [](SSL_CTX* c) { SSL_CTX_set_max_proto_version(c, TLS1_2_VERSION); }};
  const Meeting first = meet_with(**tls, wish);
  EXPECT_EQ(first.outcome, "in: CN=fw1 said hello");
  EXPECT_FALSE(first.resumed);
  const Meeting second = meet_with(**tls, wish, {}, first.session.get());
  EXPECT_EQ(second.outcome, "in: CN=fw1 said hello");
  EXPECT_TRUE(second.resumed);

  std::string trouble;
  ASSERT_EQ((*tls)->reload(true, trouble), TlsServer::Reloaded::renewed) << trouble;
  const Meeting third = meet_with(**tls, wish, {}, first.session.get());
  EXPECT_EQ(third.outcome, "in: CN=fw1 said hello");
  EXPECT_FALSE(third.resumed) << "a reload ends what tickets are worth";
}

TEST_F(Tls, AClientThatOnlyWritesFindsNothingUnread) {
  // With a ticket unread its kernel answers close() with a reset and throws away what was still to be sent.
  for (const TlsClients clients : {TlsClients::read, TlsClients::only_write}) {
    const auto tls = TlsServer::open(config_, clients);
    ASSERT_TRUE(tls) << tls.error();
    int unread = -1;
    const auto count = [&unread](SSL* ssl) {
      std::this_thread::sleep_for(200ms);
      ::ioctl(SSL_get_fd(ssl), FIONREAD, &unread);
    };
    EXPECT_EQ(meet_with(**tls, {.afterwards = count}).outcome, "in: nobody said hello");
    EXPECT_EQ(unread > 0, clients == TlsClients::read) << unread;
  }
}

TEST_F(Tls, FilesThatChangeAreLoadedAgainAndBadOnesAreNot) {
  config_.mode = Mode::certvalid;
  config_.crl = directory_ / "crl.pem";
  test::write_crl(config_.crl, authority_, {});
  const auto tls = TlsServer::open(config_);
  ASSERT_TRUE(tls) << tls.error();
  const Identity known = client();
  EXPECT_EQ(meet_with(**tls, {.identity = &known}).outcome, "in: CN=client said hello");
  std::string trouble;
  EXPECT_EQ((*tls)->reload(false, trouble), TlsServer::Reloaded::unchanged);

  test::write_crl(directory_ / "new.pem", authority_, {&known});
  std::filesystem::rename(directory_ / "new.pem", config_.crl);
  EXPECT_EQ((*tls)->reload(false, trouble), TlsServer::Reloaded::renewed) << trouble;
  EXPECT_EQ(meet_with(**tls, {.identity = &known}).outcome, "refused: tls_revoked");

  const Identity other = make_identity({});
  test::write_key(directory_ / "server.key", other);
  EXPECT_EQ((*tls)->reload(false, trouble), TlsServer::Reloaded::failed);
  EXPECT_THAT(trouble, HasSubstr("tls.key"));
  EXPECT_THAT(trouble, HasSubstr("another certificate"));
  EXPECT_EQ((*tls)->reload(false, trouble), TlsServer::Reloaded::unchanged)
      << "a bad file is complained of once";
  EXPECT_EQ(meet_with(**tls, {.identity = &known}).outcome, "refused: tls_revoked")
      << "the old one is in force";
}

TEST_F(Tls, MistakesNameTheFieldTheFileAndTheRemedy) {
  const auto complaint = [](const TlsConfig& config) {
    const auto tls = TlsServer::open(config);
    return tls ? std::string("ok") : tls.error();
  };
  EXPECT_EQ(complaint(config_), "ok");
  struct Case {
    std::string why;
    std::function<void(TlsConfig&)> spoil;
    std::string expected;
  };
  const auto junk = directory_ / "junk.pem";
  std::fclose(test::open_for_writing(junk));
  const Identity rsa = make_identity({.rsa_bits = 2048});
  test::write_key(directory_ / "rsa.key", rsa);
  const Case cases[] = {
      {"no certificate", [&](TlsConfig& c) { c.certificate = directory_ / "none.pem"; }, "tls.certificate: "},
      {"a directory", [&](TlsConfig& c) { c.certificate = directory_; }, "tls.certificate: "},
      {"an empty certificate", [&](TlsConfig& c) { c.certificate = junk; }, "junk.pem"},
      {"no key", [&](TlsConfig& c) { c.key = directory_ / "none.key"; }, "tls.key: "},
      {"an empty key", [&](TlsConfig& c) { c.key = junk; }, "passphrase"},
      {"a key of another kind", [&](TlsConfig& c) { c.key = directory_ / "rsa.key"; }, "another certificate"},
      {"certvalid without a CA",
       [&](TlsConfig& c) {
         c.mode = Mode::certvalid;
         c.client_ca.clear();
       },
       "tls.client_ca: "},
      {"an empty CA",
       [&](TlsConfig& c) {
         c.mode = Mode::certvalid;
         c.client_ca = junk;
       },
       "junk.pem"},
      {"an empty CRL",
       [&](TlsConfig& c) {
         c.mode = Mode::certvalid;
         c.crl = junk;
       },
       "tls.crl: "},
      {"a fingerprint that is none",
       [&](TlsConfig& c) {
         c.mode = Mode::fingerprint;
         c.permitted_peers = {"SHA256:00"};
       },
       "tls.permitted_peers: \"SHA256:00\""},
      {"a name that could never match",
       [&](TlsConfig& c) {
         c.mode = Mode::name;
         c.permitted_peers = {"*.tw"};
       },
       "tls.permitted_peers: \"*.tw\""},
  };
  for (const auto& [why, spoil, expected] : cases) {
    TlsConfig config = config_;
    spoil(config);
    const std::string said = complaint(config);
    EXPECT_THAT(said, HasSubstr(expected)) << why;
    EXPECT_THAT(said, HasSubstr("E-TLS ")) << why;
    EXPECT_THAT(said, HasSubstr(" / ")) << why << ": in Chinese as well";
  }
}

TEST_F(Tls, WarnsOfAKeyAllCanReadAndOfWhatRunsOut) {
  std::filesystem::permissions(config_.key, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const Identity soon = make_identity({.until_days = 5, .issuer = &authority_});
  test::write_certificates(config_.certificate, {&soon});
  test::write_key(directory_ / "new.key", soon);
  config_.crl = directory_ / "crl.pem";
  config_.mode = Mode::certvalid;
  test::write_crl(config_.crl, authority_, {}, -1);
  {
    const auto tls = TlsServer::open(config_);
    ASSERT_FALSE(tls) << "its key is another one";
  }
  config_.key = directory_ / "new.key";
  std::filesystem::permissions(config_.key, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const auto tls = TlsServer::open(config_);
  ASSERT_TRUE(tls) << tls.error();
  EXPECT_THAT((*tls)->warnings(),
              testing::UnorderedElementsAre(HasSubstr("can be read by everybody"), HasSubstr("runs out in"),
                                            HasSubstr("crl.pem has run out")));
}

}  // namespace
}  // namespace vigil
