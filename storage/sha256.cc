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

std::string Sha256::finish_hex() {
  static constexpr std::string_view kHex = "0123456789abcdef";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  State::must(EVP_DigestFinal_ex(state_->context, digest, &size));
  state_->begin();
  std::string out;
  for (unsigned i = 0; i < size; ++i) {
    out.push_back(kHex[digest[i] >> 4U]);
    out.push_back(kHex[digest[i] & 15U]);
  }
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.finish_hex();
}

}  // namespace vigil
