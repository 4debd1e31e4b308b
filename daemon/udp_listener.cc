#include "daemon/udp_listener.h"

#include <netinet/in.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/sock_diag.h>

#include <cstring>
#include <new>

#include "daemon/clock.h"
#include "parsers/rsyslog_zip.h"

namespace vigil {

namespace {

constexpr std::chrono::milliseconds kPollEvery{500};

struct PeerText {
  std::string text;
  bool suspicious;
};

/// Source addresses nobody can have (BI-9). The record is kept, the tag warns.
PeerText describe(const sockaddr_storage& storage) {
  if (storage.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    boost::asio::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    const boost::asio::ip::address_v6 address(bytes);
    const std::string text = peer_text(address);
    const bool mapped_any = text == "0.0.0.0" || text == "255.255.255.255";
    return {text, address.is_multicast() || address.is_unspecified() || mapped_any || v6.sin6_port == 0};
  }
  const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
  const boost::asio::ip::address_v4 address(ntohl(v4.sin_addr.s_addr));
  return {address.to_string(), address.is_multicast() || address.is_unspecified() ||
                                   address == boost::asio::ip::address_v4::broadcast() || v4.sin_port == 0};
}

}  // namespace

int set_receive_buffer(int fd, int bytes) {
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0) {
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }
  int given = 0;
  socklen_t length = sizeof given;
  ::getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &given, &length);
  return given / 2;  // The kernel doubles what it is asked for, for its own bookkeeping.
}

UdpListener::UdpListener(boost::asio::io_context& io, int fd, const IntakeListener& listener, Options options,
                         Intake& intake, std::function<void(std::uint64_t)> on_loss, Sink sink)
    : socket_(io, fd),
      poll_timer_(io),
      fd_(fd),
      listener_(listener),
      options_(options),
      intake_(intake),
      on_loss_(std::move(on_loss)),
      sink_(std::move(sink)) {
  const int on = 1;
  ::setsockopt(fd_, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
  void* const memory =
      ::mmap(nullptr, kSlots * kSlotBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  slots_ = static_cast<char*>(memory);
  for (std::size_t i = 0; i < kSlots; ++i) {
    vectors_[i] = {slots_ + i * kSlotBytes, kSlotBytes};
    headers_[i].msg_hdr.msg_iov = &vectors_[i];
    headers_[i].msg_hdr.msg_iovlen = 1;
    headers_[i].msg_hdr.msg_name = &peers_[i];
    headers_[i].msg_hdr.msg_control = controls_[i].data();
  }
}

UdpListener::~UdpListener() { ::munmap(slots_, kSlots * kSlotBytes); }

void UdpListener::start() {
  wait();
  poll_later();
}

void UdpListener::stop() {
  boost::system::error_code ignored;
  drain();  // What the kernel has taken for us is ours to keep.
  poll_drops();
  poll_timer_.cancel();
  socket_.close(ignored);
}

void UdpListener::wait() {
  socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [this](const boost::system::error_code& error) {
                       if (error) return;
                       drain();
                       wait();
                     });
}

void UdpListener::poll_later() {
  poll_timer_.expires_after(kPollEvery);
  poll_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    poll_drops();
    poll_later();
  });
}

void UdpListener::poll_drops() {
  std::uint32_t info[SK_MEMINFO_VARS] = {};
  socklen_t length = sizeof info;
  if (::getsockopt(fd_, SOL_SOCKET, SO_MEMINFO, info, &length) == 0) count_drops(info[SK_MEMINFO_DROPS]);
}

void UdpListener::count_drops(std::uint32_t cumulative) {
  std::uint32_t seen = dropped_.load(std::memory_order_relaxed);
  do {
    // Two ways tell the same counter; the later word may come first. It wraps, so compare by difference.
    if (static_cast<std::int32_t>(cumulative - seen) <= 0) return;
  } while (!dropped_.compare_exchange_weak(seen, cumulative, std::memory_order_relaxed));
  const std::uint64_t more = cumulative - seen;
  listener_.stats->kernel_dropped.fetch_add(more, std::memory_order_relaxed);
  on_loss_(more);
}

void UdpListener::take(std::string_view datagram, Tags tags, std::int64_t now) {
  if (sink_) return sink_(last_peer_text_, datagram, tags, now);
  if (options_.compressed_rsyslog && may_be_rsyslog_zip(datagram)) {
    if (const auto unzipped = unzip_rsyslog(datagram, options_.message_bytes_max, unzipped_)) {
      datagram = unzipped->text;
      if (unzipped->cut) tags.add(Tag::oversize);
    } else {
      tags.add(Tag::bad_zip);
    }
  }
  if (datagram.size() > options_.message_bytes_max) {
    datagram = datagram.substr(0, options_.message_bytes_max);
    tags.add(Tag::oversize);
  }
  intake_.add(listener_, last_peer_text_, datagram, tags, now);
}

void UdpListener::drain() {
  for (int round = 0; round < kRoundsMax; ++round) {
    for (std::size_t i = 0; i < kSlots; ++i) {
      headers_[i].msg_hdr.msg_namelen = sizeof peers_[i];
      headers_[i].msg_hdr.msg_controllen = controls_[i].size();
    }
    const int count = ::recvmmsg(fd_, headers_.data(), kSlots, MSG_DONTWAIT, nullptr);
    if (count <= 0) break;
    const std::int64_t now = wall_clock_ns();
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      const msghdr& header = headers_[i].msg_hdr;
      if (std::memcmp(&peers_[i], &last_peer_, header.msg_namelen) != 0 || last_peer_text_.empty()) {
        // The port takes part in the comparison: a sender with a new port is described again, which is cheap
        // enough.
        PeerText peer = describe(peers_[i]);
        last_peer_text_ = std::move(peer.text);
        last_peer_suspicious_ = peer.suspicious;
        last_peer_ = peers_[i];
      }
      Tags tags;
      if ((header.msg_flags & MSG_TRUNC) != 0) tags.add(Tag::truncated);
      if (last_peer_suspicious_) tags.add(Tag::suspicious_source);
      take({slots_ + i * kSlotBytes, headers_[i].msg_len}, tags, now);
    }
    // The kernel's count comes with every datagram once there was a drop; the newest says it all.
    msghdr& last = headers_[static_cast<std::size_t>(count) - 1].msg_hdr;
    for (cmsghdr* control = CMSG_FIRSTHDR(&last); control != nullptr; control = CMSG_NXTHDR(&last, control)) {
      if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL) {
        std::uint32_t cumulative = 0;
        std::memcpy(&cumulative, CMSG_DATA(control), sizeof cumulative);
        count_drops(cumulative);
      }
    }
    if (static_cast<std::size_t>(count) < kSlots) break;
  }
  intake_.wake_done();
}

}  // namespace vigil
