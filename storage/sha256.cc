#include "storage/sha256.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace vigil {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }

  // SHA-256 of memory cannot fail but for want of memory, or with an OpenSSL that has no SHA-256: no evidence is
  // made then.
  static void must(int done) {
    if (done != 1) std::abort();
  }
  void begin() { must(context ? EVP_DigestInit_ex(context, EVP_sha256(), nullptr) : 0); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) { state_->begin(); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(std::string_view bytes) {
  State::must(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()));
}

Sha256::Digest Sha256::finish() {
  Digest digest{};
  unsigned size = 0;
  State::must(EVP_DigestFinal_ex(state_->context, digest.data(), &size));
  state_->begin();
  return digest;
}

std::string Sha256::finish_hex() {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : finish()) {
    out.push_back(kHex[byte >> 4U]);
    out.push_back(kHex[byte & 15U]);
  }
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.finish_hex();
}

}  // namespace vigil
