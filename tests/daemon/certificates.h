#pragma once

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace vigil::test {

/// A key and its certificate, made while the test runs.
struct Identity {
  std::shared_ptr<EVP_PKEY> key;
  std::shared_ptr<X509> certificate;
};

struct CertificateWish {
  std::string common_name = "client";
  std::string names{};                    ///< as openssl.cnf writes a subjectAltName: "DNS:a.tw,IP:192.0.2.7"
  int from_days = -1, until_days = 30;  ///< from now
  std::string extended_usage = "clientAuth,serverAuth";
  bool authority = false;
  int rsa_bits = 0;                  ///< 0: an EC key on P-256
  const Identity* issuer = nullptr;  ///< none: signed by itself
};

inline void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  if (extension == nullptr) throw std::runtime_error("no such extension: " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

inline Identity make_identity(const CertificateWish& wish) {
  static std::atomic<long> serial{1000};
  Identity out;
  out.key.reset(wish.rsa_bits != 0 ? EVP_RSA_gen(static_cast<unsigned>(wish.rsa_bits)) : EVP_EC_gen("P-256"),
                &EVP_PKEY_free);
  out.certificate.reset(X509_new(), &X509_free);
  X509* const certificate = out.certificate.get();
  const Identity& issuer = wish.issuer != nullptr ? *wish.issuer : out;
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), wish.from_days * 86400L);
  X509_gmtime_adj(X509_getm_notAfter(certificate), wish.until_days * 86400L);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wish.common_name.data()),
                             static_cast<int>(wish.common_name.size()), -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer.certificate.get()));
  X509_set_pubkey(certificate, out.key.get());
  add_extension(certificate, issuer.certificate.get(), NID_basic_constraints,
                wish.authority ? "critical,CA:TRUE" : "CA:FALSE");
  add_extension(certificate, issuer.certificate.get(), NID_subject_key_identifier, "hash");
  if (wish.authority)
    add_extension(certificate, issuer.certificate.get(), NID_key_usage, "keyCertSign,cRLSign");
  if (!wish.authority && !wish.extended_usage.empty())
    add_extension(certificate, issuer.certificate.get(), NID_ext_key_usage, wish.extended_usage);
  if (!wish.names.empty())
    add_extension(certificate, issuer.certificate.get(), NID_subject_alt_name, wish.names);
  X509_sign(certificate, issuer.key.get(), EVP_sha256());
  return out;
}

inline std::FILE* open_for_writing(const std::filesystem::path& path) {
  std::FILE* const file = std::fopen(path.c_str(), "we");
  if (file == nullptr) throw std::runtime_error("cannot write " + path.string());
  return file;
}

inline void write_certificates(const std::filesystem::path& path,
                               const std::vector<const Identity*>& identities) {
  std::FILE* const file = open_for_writing(path);
  for (const Identity* each : identities) PEM_write_X509(file, each->certificate.get());
  std::fclose(file);
}

inline void write_key(const std::filesystem::path& path, const Identity& identity) {
  std::FILE* const file = open_for_writing(path);
  PEM_write_PrivateKey(file, identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  std::filesystem::permissions(path,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

inline void write_crl(const std::filesystem::path& path, const Identity& issuer,
                      const std::vector<const Identity*>& revoked, int until_days = 30) {
  const std::unique_ptr<X509_CRL, void (*)(X509_CRL*)> crl(X509_CRL_new(), &X509_CRL_free);
  X509_CRL_set_version(crl.get(), 1);
  X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer.certificate.get()));
  const std::unique_ptr<ASN1_TIME, void (*)(ASN1_TIME*)> from(X509_gmtime_adj(nullptr, -2 * 86400L),
                                                              &ASN1_TIME_free);
  const std::unique_ptr<ASN1_TIME, void (*)(ASN1_TIME*)> until(X509_gmtime_adj(nullptr, until_days * 86400L),
                                                               &ASN1_TIME_free);
  X509_CRL_set1_lastUpdate(crl.get(), from.get());
  X509_CRL_set1_nextUpdate(crl.get(), until.get());
  for (const Identity* each : revoked) {
    X509_REVOKED* const entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(each->certificate.get()));
    X509_REVOKED_set_revocationDate(entry, from.get());
    X509_CRL_add0_revoked(crl.get(), entry);
  }
  X509_CRL_sort(crl.get());
  X509_CRL_sign(crl.get(), issuer.key.get(), EVP_sha256());
  std::FILE* const file = open_for_writing(path);
  PEM_write_X509_CRL(file, crl.get());
  std::fclose(file);
}

}  // namespace vigil::test
