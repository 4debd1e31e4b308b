#include "daemon/mail_sender.h"

#include <curl/curl.h>

#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <string_view>

namespace vigil {

namespace {

struct Upload {
  std::string_view rest;
  static std::size_t read(char* buffer, std::size_t size, std::size_t count, void* self) {
    auto& upload = *static_cast<Upload*>(self);
    const std::size_t n = std::min(size * count, upload.rest.size());
    std::memcpy(buffer, upload.rest.data(), n);
    upload.rest.remove_prefix(n);
    return n;
  }
};

/// Server answers go nowhere: only their code matters, and a hostile one could be endless.
std::size_t discard(char*, std::size_t size, std::size_t count, void*) { return size * count; }

/// First line of the channel's password file.
std::optional<std::string> read_password(const std::string& file) {
  std::ifstream in(file);
  std::string password;
  if (!in || !std::getline(in, password)) return std::nullopt;
  return password;
}

struct CurlGlobal {
  CurlGlobal() { curl_global_init(CURL_GLOBAL_DEFAULT); }
  ~CurlGlobal() { curl_global_cleanup(); }
};

}  // namespace

Result<void, std::string> send_mail(const ChannelConfig& channel, const MailMessage& message,
                                    const MailLimits& limits) {
  static const CurlGlobal global;
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  if (!curl) return std::string("out of memory");
  if (message.to.empty())
    return std::string("nobody to send to: the organisation has no contact with a mail address");

  std::string password;
  if (!channel.username.empty()) {
    auto read = read_password(channel.password_file);
    if (!read) return "the password file cannot be read: " + channel.password_file;
    password = std::move(*read);
    curl_easy_setopt(curl.get(), CURLOPT_USERNAME, channel.username.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PASSWORD, password.c_str());
  }
  curl_slist* recipients = nullptr;
  for (const auto& to : message.to) recipients = curl_slist_append(recipients, ("<" + to + ">").c_str());
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> owned(recipients, &curl_slist_free_all);

  Upload upload{message.rfc5322};
  char reason[CURL_ERROR_SIZE] = {};
  const std::string from = "<" + message.from + ">";
  curl_easy_setopt(curl.get(), CURLOPT_URL, channel.server.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl.get(), CURLOPT_USE_SSL,
                   static_cast<long>(password.empty() ? CURLUSESSL_TRY : CURLUSESSL_ALL));
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, recipients);
  curl_easy_setopt(curl.get(), CURLOPT_READFUNCTION, &Upload::read);
  curl_easy_setopt(curl.get(), CURLOPT_READDATA, &upload);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &discard);
  curl_easy_setopt(curl.get(), CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, static_cast<char*>(reason));
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, static_cast<long>(limits.connect.count()));
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, static_cast<long>(limits.total.count()));

  const CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_OK) return {};
  long answer = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer);
  std::string why =
      reason[0] != '\0' ? std::string(static_cast<const char*>(reason)) : curl_easy_strerror(code);
  if (answer != 0) why += " (SMTP " + std::to_string(answer) + ")";
  return why;
}

}  // namespace vigil
