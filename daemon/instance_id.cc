#include "daemon/instance_id.h"

#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>

#include "parsers/relay.h"

namespace vigil {

std::string random_id() {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<unsigned char, 16> bytes{};
  // Up to 256 bytes come whole, unless the kernel has no randomness at all: then nothing can go on.
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) std::abort();
  std::string id;
  for (const unsigned char byte : bytes) id.append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
  return id;
}

Result<std::string, StoreError> instance_id(StateStore& state) {
  constexpr std::string_view kKey = "relay/instance";
  if (auto known = state.get(kKey); known && is_relay_id(*known)) return *known;
  std::string made = random_id();
  StateChange change;
  change.put(std::string(kKey), made);
  if (auto written = state.commit(change); !written) return written.error();
  return made;
}

std::string machine_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "vigil";
  return name.data();
}

}  // namespace vigil
