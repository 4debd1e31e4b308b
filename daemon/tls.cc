#include "daemon/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include "daemon/peer_match.h"
#include "parsers/render.h"

namespace vigil {

namespace {

/// Session keys are agreed on afresh (ECDHE) and records are sealed (AEAD): no RC4, 3DES, CBC or static RSA.
constexpr const char* kCiphers12 = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!PSK";
constexpr const char* kCiphers13 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* kGroups = "X25519:P-256:P-384";
/// 112 bits of security: RSA-2048, no SHA-1 signatures, whatever this machine's openssl.cnf says.
constexpr int kSecurityLevel = 2;
/// How long a ticket lets a client back in without showing its certificate again.
constexpr long kTicketSeconds = 600;
/// What OpenSSL reads from the socket at once: several records, so that a fast sender costs fewer calls.
constexpr std::size_t kReadAheadBytes = 64 * 1024;
/// CAs named in the request for a certificate; a system's whole bundle would make every handshake 20 KiB longer.
constexpr int kNamedAuthoritiesMax = 20;
constexpr std::size_t kSubjectBytesMax = 512;
/// Before a certificate or CRL runs out one is told so.
constexpr int kWarnDays = 14;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using BioPtr = std::unique_ptr<BIO, Freed<&BIO_free_all>>;
using CrlPtr = std::unique_ptr<X509_CRL, Freed<&X509_CRL_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, Freed<&GENERAL_NAMES_free>>;
using CertPtr = std::unique_ptr<X509, Freed<&X509_free>>;

/// Who may come in. Belongs to a context.
struct Policy {
  TlsConfig::Mode mode = TlsConfig::Mode::anon;
  TlsLimits limits;
  PermittedFingerprints fingerprints;
  PermittedNames names;
};

/// What happened to a session. Belongs to it.
struct Note {
  std::optional<Closed> refused;
  std::string what;
  PeerCertificate peer;
  bool renegotiation = false;
};

void free_policy(void*, void* policy, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Policy*>(policy);
}
void free_note(void*, void* note, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<Note*>(note); }

int policy_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, &free_policy);
  return index;
}
int note_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, &free_note);
  return index;
}

Note* note_of(const SSL* session) { return static_cast<Note*>(SSL_get_ex_data(session, note_index())); }

Note& make_note(SSL* session) {
  Note* note = note_of(session);
  if (note == nullptr) {
    note = new Note;
    SSL_set_ex_data(session, note_index(), note);
  }
  return *note;
}

std::string subject_text(const X509* certificate) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  // UTF-8 stays readable; controls are escaped once more for terminals below.
  X509_NAME_print_ex(out.get(), X509_get_subject_name(certificate), 0,
                     XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  if (size <= 0) return {};
  std::string safe;
  append_terminal_safe(std::string_view(text, std::min(static_cast<std::size_t>(size), kSubjectBytesMax)),
                       safe);
  return safe;
}

std::string digest_hex(const X509* certificate, const EVP_MD* hash) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (X509_digest(certificate, hash, bytes, &size) != 1) return {};
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (unsigned i = 0; i < size; ++i) {
    out.push_back(kDigits[bytes[i] >> 4U]);
    out.push_back(kDigits[bytes[i] & 15U]);
  }
  return out;
}

PeerCertificate describe(const X509* certificate) {
  return {subject_text(certificate), digest_hex(certificate, EVP_sha256())};
}

std::string bytes_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

CertificateIdentity identity_of(const X509* certificate) {
  CertificateIdentity out;
  out.sha1 = digest_hex(certificate, EVP_sha1());
  out.sha256 = digest_hex(certificate, EVP_sha256());
  const NamesPtr names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) out.dns_names.push_back(bytes_of(name->d.dNSName));
    if (name->type == GEN_IPADD) out.addresses.push_back(bytes_of(name->d.iPAddress));
  }
  out.has_names = !out.dns_names.empty() || !out.addresses.empty();
  X509_NAME* const subject = X509_get_subject_name(certificate);
  // The last CN is the most specific one.
  int at = -1;
  for (int next = -1; (next = X509_NAME_get_index_by_NID(subject, NID_commonName, next)) >= 0;) at = next;
  if (at >= 0) out.common_name = bytes_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  return out;
}

/// What is wrong with the size of what a client has shown; empty: nothing. Before any signature is checked (BI-26).
std::string beyond_limits(X509_STORE_CTX* store, const TlsLimits& limits) {
  STACK_OF(X509)* const chain = X509_STORE_CTX_get0_untrusted(store);
  if (chain != nullptr && sk_X509_num(chain) > limits.chain_max)
    return "its chain has " + std::to_string(sk_X509_num(chain)) + " certificates";
  for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i) {
    const X509* const certificate = sk_X509_value(chain, i);
    EVP_PKEY* const key = X509_get0_pubkey(certificate);
    if (key == nullptr) return "a key in its chain cannot be read";
    switch (EVP_PKEY_get_base_id(key)) {
      case EVP_PKEY_RSA:
      case EVP_PKEY_RSA_PSS:
        if (EVP_PKEY_get_bits(key) > limits.rsa_bits_max)
          return "a key in its chain has " + std::to_string(EVP_PKEY_get_bits(key)) + " bits";
        break;
      case EVP_PKEY_EC:
      case EVP_PKEY_ED25519:
      case EVP_PKEY_ED448:
        break;
      default:
        return "a key in its chain is of a kind nobody uses";
    }
    const NamesPtr names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    if (names && sk_GENERAL_NAME_num(names.get()) > limits.names_max)
      return "a certificate in its chain has " + std::to_string(sk_GENERAL_NAME_num(names.get())) + " names";
  }
  return {};
}

Closed closed_for(int verify_error) {
  switch (verify_error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return Closed::tls_expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Closed::tls_not_yet_valid;
    case X509_V_ERR_CERT_REVOKED:
      return Closed::tls_revoked;
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_NOT_YET_VALID:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
      return Closed::tls_crl;
    case X509_V_ERR_INVALID_PURPOSE:
      return Closed::tls_purpose;
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
      return Closed::tls_limit;
    default:
      return Closed::tls_untrusted;
  }
}

/// A CRL speaks for one CA. Where an operator has given none for the CAs above, theirs is not asked for.
int tolerate_missing_upper_crl(int ok, X509_STORE_CTX* store) {
  if (ok == 0 && X509_STORE_CTX_get_error(store) == X509_V_ERR_UNABLE_TO_GET_CRL &&
      X509_STORE_CTX_get_error_depth(store) > 0) {
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
  }
  return ok;
}

/// OpenSSL asks here whether the client's certificate will do. 0: the handshake ends with an alert that fits the error.
int verify(X509_STORE_CTX* store, void*) {
  SSL* const session =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto& policy =
      *static_cast<const Policy*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), policy_index()));
  X509* const certificate = X509_STORE_CTX_get0_cert(store);
  Note& note = make_note(session);
  const auto refuse = [&](Closed reason, std::string what, int error) {
    note.refused = reason;
    note.what = std::move(what);
    X509_STORE_CTX_set_error(store, error);
    return 0;
  };
  if (certificate == nullptr)
    return refuse(Closed::tls_no_certificate, "it showed no certificate",
                  X509_V_ERR_APPLICATION_VERIFICATION);
  note.peer = describe(certificate);
  if (std::string beyond = beyond_limits(store, policy.limits); !beyond.empty())
    return refuse(Closed::tls_limit, std::move(beyond), X509_V_ERR_CERT_CHAIN_TOO_LONG);

  if (policy.mode == TlsConfig::Mode::fingerprint) {
    // No CA is asked; what the certificate says of itself counts all the same.
    if (!policy.fingerprints.permit(identity_of(certificate)))
      return refuse(Closed::tls_not_permitted, "its fingerprint is not among permitted_peers",
                    X509_V_ERR_APPLICATION_VERIFICATION);
    if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
      return refuse(Closed::tls_expired, "its certificate has expired", X509_V_ERR_CERT_HAS_EXPIRED);
    if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
      return refuse(Closed::tls_not_yet_valid, "its certificate is not yet valid",
                    X509_V_ERR_CERT_NOT_YET_VALID);
    if (X509_check_purpose(certificate, X509_PURPOSE_SSL_CLIENT, 0) != 1)
      return refuse(Closed::tls_purpose, "its certificate is not for clients", X509_V_ERR_INVALID_PURPOSE);
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
  }
  X509_STORE_CTX_set_verify_cb(store, &tolerate_missing_upper_crl);
  if (X509_verify_cert(store) != 1) {
    const int error = X509_STORE_CTX_get_error(store);
    return refuse(closed_for(error), std::string("its certificate: ") + X509_verify_cert_error_string(error),
                  error);
  }
  if (policy.mode == TlsConfig::Mode::name && !policy.names.permit(identity_of(certificate)))
    return refuse(Closed::tls_not_permitted, "none of its names is among permitted_peers",
                  X509_V_ERR_APPLICATION_VERIFICATION);
  return 1;
}

/// Renegotiation is refused by OpenSSL with a warning; whoever asks for it is to be closed.
void watch_alerts(const SSL* session, int where, int alert) {
  if (where == SSL_CB_WRITE_ALERT && (alert & 0xff) == SSL_AD_NO_RENEGOTIATION)
    make_note(const_cast<SSL*>(session)).renegotiation = true;
}

/// Keys with a passphrase are refused: nobody is there to type it.
int no_passphrase(char*, int, int, void*) { return -1; }

std::string openssl_says() {
  const unsigned long code = ERR_peek_last_error();
  const char* const text = ERR_reason_error_string(code);
  std::string out = text != nullptr ? text : "it cannot be read";
  ERR_clear_error();
  return out;
}

/// "E-TLS tls.key: k.pem: …"
std::string mistake(std::string_view field, const std::filesystem::path& file, const std::string& what,
                    std::string_view remedy) {
  return "E-TLS tls." + std::string(field) + ": " + file.string() + ": " + what + " - " + std::string(remedy);
}

/// Why a file cannot be read at all; empty: it can.
std::string unreadable(std::string_view field, const std::filesystem::path& file) {
  if (file.empty()) return mistake(field, file, "is missing", "name a PEM file / 請指定 PEM 檔案");
  struct stat about {};
  const std::unique_ptr<std::FILE, Freed<&std::fclose>> opened(std::fopen(file.c_str(), "re"));
  if (!opened || ::fstat(::fileno(opened.get()), &about) != 0)
    return mistake(field, file, std::strerror(errno),
                   "check the path and who may read it / 請檢查路徑與讀取權限");
  if (!S_ISREG(about.st_mode)) return mistake(field, file, "is no file", "name a PEM file / 請指定 PEM 檔案");
  return {};
}

int days_left(const ASN1_TIME* until) {
  int days = 0;
  int seconds = 0;
  if (until == nullptr || ASN1_TIME_diff(&days, &seconds, nullptr, until) != 1) return kWarnDays + 1;
  return days < 0 || seconds < 0 ? -1 : days;
}

std::string runs_out(std::string_view field, const std::filesystem::path& file, int days) {
  const std::string what = days < 0 ? "has run out" : "runs out in " + std::to_string(days) + " days";
  return "W-TLS tls." + std::string(field) + ": " + file.string() + " " + what +
         " - renew it / 憑證或 CRL 即將到期，請更新";
}

using Context = std::shared_ptr<SSL_CTX>;

Result<void, std::string> load_own(SSL_CTX* context, const TlsConfig& config,
                                   std::vector<std::string>& warnings) {
  if (std::string trouble = unreadable("certificate", config.certificate); !trouble.empty()) return trouble;
  if (SSL_CTX_use_certificate_chain_file(context, config.certificate.c_str()) != 1)
    return mistake("certificate", config.certificate, openssl_says(),
                   "it must hold the certificate in PEM, then what leads to its CA / 檔案須為 PEM "
                   "格式，本身憑證在前、中繼憑證在後");
  if (const int days = days_left(X509_get0_notAfter(SSL_CTX_get0_certificate(context))); days < kWarnDays)
    warnings.push_back(runs_out("certificate", config.certificate, days));

  if (std::string trouble = unreadable("key", config.key); !trouble.empty()) return trouble;
  struct stat about {};
  if (::stat(config.key.c_str(), &about) == 0 && (about.st_mode & S_IROTH) != 0)
    warnings.push_back(
        "W-TLS tls.key: " + config.key.string() +
        " can be read by everybody on this machine - chmod 0640, and make a new key if others were here / "
        "私鑰檔任何人皆可讀取，請改為 0640");
  SSL_CTX_set_default_passwd_cb(context, &no_passphrase);
  if (SSL_CTX_use_PrivateKey_file(context, config.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    const bool other = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
    return mistake(
        "key", config.key, openssl_says(),
        other ? std::string_view("it belongs to another certificate than tls.certificate / 私鑰與憑證不相符")
              : std::string_view(
                    "it must be a PEM key without a passphrase (openssl pkey -in old.pem -out new.pem) "
                    "/ 須為未加密的 PEM 私鑰"));
  }
  if (SSL_CTX_check_private_key(context) != 1)
    return mistake("key", config.key, openssl_says(),
                   "it belongs to another certificate than tls.certificate / 私鑰與憑證不相符");
  return {};
}

Result<void, std::string> load_authorities(SSL_CTX* context, const TlsConfig& config,
                                           std::vector<std::string>& warnings) {
  if (std::string trouble = unreadable("client_ca", config.client_ca); !trouble.empty()) return trouble;
  STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(config.client_ca.c_str());
  if (names == nullptr || SSL_CTX_load_verify_file(context, config.client_ca.c_str()) != 1) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    return mistake("client_ca", config.client_ca, openssl_says(),
                   "it must hold the CA's certificates in PEM / 須為 PEM 格式的 CA 憑證");
  }
  if (sk_X509_NAME_num(names) <= kNamedAuthoritiesMax) {
    SSL_CTX_set_client_CA_list(context, names);
  } else {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
  }
  if (config.crl.empty()) return {};
  if (std::string trouble = unreadable("crl", config.crl); !trouble.empty()) return trouble;
  const BioPtr file(BIO_new_file(config.crl.c_str(), "r"));
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  int lists = 0;
  while (const CrlPtr crl{file ? PEM_read_bio_X509_CRL(file.get(), nullptr, nullptr, nullptr) : nullptr}) {
    if (const int days = days_left(X509_CRL_get0_nextUpdate(crl.get())); days < kWarnDays)
      warnings.push_back(runs_out("crl", config.crl, days));
    X509_STORE_add_crl(store, crl.get());
    ++lists;
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (lists == 0 || !at_end)
    return mistake("crl", config.crl, openssl_says(),
                   "it must hold revocation lists in PEM (openssl crl -inform DER -in x.crl -out x.pem) / "
                   "須為 PEM 格式的憑證廢止清冊");
  ERR_clear_error();
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return {};
}

Result<Context, std::string> make_context(const TlsConfig& config, TlsClients clients,
                                          const TlsLimits& limits, std::vector<std::string>& warnings) {
  const Context context(SSL_CTX_new(TLS_server_method()), [](SSL_CTX* freed) { SSL_CTX_free(freed); });
  if (!context) return "E-TLS " + openssl_says();
  SSL_CTX* const c = context.get();
  SSL_CTX_set_security_level(c, kSecurityLevel);
  if (SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) != 1 || SSL_CTX_set_cipher_list(c, kCiphers12) != 1 ||
      SSL_CTX_set_ciphersuites(c, kCiphers13) != 1 || SSL_CTX_set1_groups_list(c, kGroups) != 1) {
    return "E-TLS this OpenSSL lacks what is needed: " + openssl_says();
  }
  SSL_CTX_set_options(c, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                             SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(
      c, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(c, 1);
  SSL_CTX_set_default_read_buffer_len(c, kReadAheadBytes);
  // Tickets, no table of sessions: a client may come back, and we remember nothing for it.
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(c, kTicketSeconds);
  if (clients == TlsClients::only_write) SSL_CTX_set_num_tickets(c, 0);
  constexpr unsigned char kName[] = "vigil";
  SSL_CTX_set_session_id_context(c, kName, sizeof kName - 1);
  SSL_CTX_set_info_callback(c, &watch_alerts);

  if (auto own = load_own(c, config, warnings); !own) return own.error();
  auto policy = std::make_unique<Policy>();
  policy->mode = config.mode;
  policy->limits = limits;
  using Mode = TlsConfig::Mode;
  if (config.mode == Mode::fingerprint) {
    auto prints = PermittedFingerprints::read(config.permitted_peers);
    if (!prints) return "E-TLS tls.permitted_peers: " + prints.error();
    policy->fingerprints = std::move(*prints);
  }
  if (config.mode == Mode::name) {
    auto names = PermittedNames::read(config.permitted_peers);
    if (!names) return "E-TLS tls.permitted_peers: " + names.error();
    policy->names = std::move(*names);
  }
  if (config.mode == Mode::certvalid || config.mode == Mode::name) {
    if (auto loaded = load_authorities(c, config, warnings); !loaded) return loaded.error();
  }
  SSL_CTX_set_ex_data(c, policy_index(), policy.release());
  if (config.mode != Mode::anon) {
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_verify_depth(c, limits.chain_max);
    SSL_CTX_set_max_cert_list(c, static_cast<long>(limits.chain_bytes_max));
    SSL_CTX_set_cert_verify_callback(c, &verify, nullptr);
  }
  return context;
}

/// What OpenSSL's error says about a client.
TlsFailure from_error(unsigned long code) {
  const int reason = ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0;
  switch (reason) {
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return {Closed::tls_no_certificate, "it showed no certificate", {}, {}};
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
      return {Closed::tls_protocol, "it speaks no TLS 1.2 or 1.3", {}, {}};
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
    case SSL_R_INAPPROPRIATE_FALLBACK:
      return {
          Closed::tls_protocol, "no cipher in common: it must offer ECDHE with AES-GCM or ChaCha20", {}, {}};
    case SSL_R_EXCESSIVE_MESSAGE_SIZE:
      return {Closed::tls_limit, "its certificates are too long", {}, {}};
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
      return {Closed::tls_broken, "it does not speak TLS", {}, {}};
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
      return {Closed::tls_broken, "it does not trust our certificate: give it our CA", {}, {}};
    default:
      break;
  }
  const char* const text = ERR_reason_error_string(code);
  return {Closed::tls_broken, text != nullptr ? text : "the client went away", {}, {}};
}

}  // namespace

Result<std::unique_ptr<TlsServer>, std::string> TlsServer::open(const TlsConfig& config, TlsClients clients,
                                                                TlsLimits limits) {
  std::unique_ptr<TlsServer> server(new TlsServer(config, clients, limits));
  std::string trouble;
  if (server->reload(true, trouble) != Reloaded::renewed) return trouble;
  return server;
}

TlsServer::~TlsServer() = default;

std::shared_ptr<ssl_ctx_st> TlsServer::native() const {
  const std::lock_guard lock(mutex_);
  return context_;
}

TlsSession TlsServer::new_session() const { return TlsSession(SSL_new(native().get())); }

TlsServer::Reloaded TlsServer::reload(bool always, std::string& trouble) {
  std::string now = stamps();
  {
    const std::lock_guard lock(mutex_);
    if (!always && now == loaded_stamps_) return Reloaded::unchanged;
    loaded_stamps_ = std::move(now);
  }
  std::vector<std::string> warnings;
  auto context = make_context(config_, clients_, limits_, warnings);
  ERR_clear_error();
  if (!context) {
    trouble = context.error();
    return Reloaded::failed;
  }
  const std::lock_guard lock(mutex_);
  context_ = std::move(*context);
  warnings_ = std::move(warnings);
  return Reloaded::renewed;
}

std::vector<std::string> TlsServer::warnings() const {
  const std::lock_guard lock(mutex_);
  return warnings_;
}

std::string TlsServer::stamps() const {
  std::string out;
  for (const auto* file : {&config_.certificate, &config_.key, &config_.client_ca, &config_.crl}) {
    struct stat about {};
    if (file->empty() || ::stat(file->c_str(), &about) != 0) {
      out += "-;";
      continue;
    }
    for (const auto number :
         {static_cast<std::uint64_t>(about.st_dev), static_cast<std::uint64_t>(about.st_ino),
          static_cast<std::uint64_t>(about.st_size), static_cast<std::uint64_t>(about.st_mode),
          static_cast<std::uint64_t>(about.st_mtim.tv_sec),
          static_cast<std::uint64_t>(about.st_mtim.tv_nsec)}) {
      out += std::to_string(number) + ' ';
    }
    out += ';';
  }
  return out;
}

PeerCertificate peer_certificate(ssl_st* session) {
  const X509* const certificate = SSL_get0_peer_certificate(session);
  return certificate != nullptr ? describe(certificate) : PeerCertificate{};
}

bool renegotiation_asked(const ssl_st* session) {
  const Note* const note = note_of(session);
  return note != nullptr && note->renegotiation;
}

TlsFailure explain_failure(ssl_st* session) {
  TlsFailure failure = from_error(ERR_peek_last_error());
  ERR_clear_error();
  if (const Note* const note = note_of(session); note != nullptr) {
    failure.subject = note->peer.subject;
    failure.fingerprint = note->peer.fingerprint;
    if (note->refused) {
      failure.reason = *note->refused;
      failure.what = note->what;
    }
  }
  return failure;
}

std::string TlsFailure::text() const {
  std::string out = what;
  if (!fingerprint.empty()) out += " (subject \"" + subject + "\", SHA256:" + fingerprint + ")";
  return out;
}

}  // namespace vigil
