// Sends messages by RELP over some connections at a steady rate, each with at most 128 unacknowledged, and tells how long the
// acknowledgements take.
//
//   relp_load PORT RATE SECONDS CONNECTIONS
//
// One line out: messages sent and acknowledged, their rate, and the 50th, 99th and 99.9th percentile and the longest time from
// sending a message to reading its `rsp`, in milliseconds.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kWindow = 128;
constexpr std::string_view kMessage =
    "<86>1 2026-11-20T07:13:08.123456+08:00 srv1 sshd 4711 - - Failed password for invalid user admin from "
    "203.0.113.9 port "
    "51999 ssh2; this line is as long as those of servers and firewalls usually are, about two hundred bytes "
    "all in all";

struct Connection {
  int fd = -1;
  unsigned next = 1;
  std::deque<Clock::time_point> sent;  // of what waits for its answer, oldest first
  std::string out, in;
};

void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

int connect_to(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) die("connect");
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void add_frame(Connection& to, std::string_view command, std::string_view data) {
  to.out += std::to_string(to.next++) + " " + std::string(command) + " " + std::to_string(data.size()) + " ";
  to.out.append(data).push_back('\n');
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: relp_load PORT RATE SECONDS CONNECTIONS\n");
    return 2;
  }
  const double rate = std::atof(argv[2]), seconds = std::atof(argv[3]);
  std::vector<Connection> all(static_cast<std::size_t>(std::atoi(argv[4])));
  const std::string open = "relp_version=0\nrelp_software=relp_load\ncommands=syslog\n";
  for (Connection& each : all) {
    each.fd = connect_to(std::atoi(argv[1]));
    add_frame(each, "open", open);
    each.sent.push_back(Clock::now());
  }
  std::vector<double> waits;
  waits.reserve(static_cast<std::size_t>(rate * seconds));
  std::vector<pollfd> polls(all.size());
  const auto begin = Clock::now();
  double made = 0;
  std::size_t turn = 0;
  bool waiting = true;
  while (waiting) {
    const double at = std::chrono::duration<double>(Clock::now() - begin).count();
    // What the windows had no room for is made up later: the rate is offered, not forced.
    for (std::size_t tried = 0; at < seconds && made < at * rate && tried < all.size();) {
      Connection& to = all[turn++ % all.size()];
      if (to.sent.size() >= kWindow) {
        ++tried;
        continue;
      }
      add_frame(to, "syslog", kMessage);
      to.sent.push_back(Clock::now());
      ++made;
      tried = 0;
    }
    waiting = at < seconds;
    for (std::size_t i = 0; i < all.size(); ++i) {
      waiting = waiting || !all[i].sent.empty();
      polls[i] = {all[i].fd, static_cast<short>(POLLIN | (all[i].out.empty() ? 0 : POLLOUT)), 0};
    }
    ::poll(polls.data(), polls.size(), 1);
    for (std::size_t i = 0; i < all.size(); ++i) {
      Connection& each = all[i];
      if ((polls[i].revents & POLLOUT) != 0) {
        const ssize_t n = ::send(each.fd, each.out.data(), each.out.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0) each.out.erase(0, static_cast<std::size_t>(n));
      }
      if ((polls[i].revents & (POLLIN | POLLHUP)) == 0) continue;
      char bytes[64 * 1024];
      const ssize_t n = ::recv(each.fd, bytes, sizeof bytes, MSG_DONTWAIT);
      if (n <= 0) die("the server has closed");
      each.in.append(bytes, static_cast<std::size_t>(n));
      const auto now = Clock::now();
      std::size_t from = 0;
      // "N rsp 6 200 OK\n"; only the answer to `open` has lines of its own.
      for (std::size_t end = each.in.find('\n', from); end != std::string::npos;
           end = each.in.find('\n', from)) {
        if (each.in.substr(from, end - from).find(" rsp ") != std::string::npos) {
          waits.push_back(std::chrono::duration<double, std::milli>(now - each.sent.front()).count());
          each.sent.pop_front();
        }
        from = end + 1;
      }
      each.in.erase(0, from);
    }
  }
  const double took = std::chrono::duration<double>(Clock::now() - begin).count();
  std::sort(waits.begin(), waits.end());
  const auto part = [&waits](double share) {
    return waits[std::min(waits.size() - 1,
                          static_cast<std::size_t>(share * static_cast<double>(waits.size())))];
  };
  std::printf(
      "%.0f sent, %zu acknowledged, %.0f/s; acknowledged after ms: p50 %.2f, p99 %.2f, p99.9 %.2f, longest "
      "%.2f\n",
      made, waits.size() - all.size(), made / took, part(0.5), part(0.99), part(0.999), waits.back());
  return 0;
}
