// vigil token new: a token for a device, and the row that lets it in. Offline.

#include <sys/random.h>

#include <array>

#include "cli/args.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "storage/sha256.h"

namespace vigil::cli {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Letters chosen by the kernel, six bits each. Empty where it has none to give.
std::string random_letters(std::size_t count) {
  std::array<unsigned char, 64> bytes{};
  if (count > bytes.size() || ::getentropy(bytes.data(), count) != 0) return {};
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += kLetters[bytes[i] % kLetters.size()];
  return text;
}

/// As the configuration wants identifiers.
bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
             std::string_view::npos;
}

Exit new_token(const Arguments& arguments, Session& session) {
  constexpr std::size_t kSecretLetters = 43;  // 258 bits: nobody guesses it, so one SHA-256 keeps it
  const std::string secret = random_letters(kSecretLetters), name = random_letters(6);
  if (secret.empty() || name.empty()) {
    complain(say("the kernel gives no random numbers", "核心無法提供亂數"));
    return Exit::failed;
  }
  const std::string id = arguments.get_or("id", "device-" + name);
  const std::string organisation = arguments.get_or("organisation", "");
  if (!is_id(id) || (!organisation.empty() && !is_id(organisation))) {
    complain(say("an id has letters, digits, '-', '_' and '.', at most 64",
                 "識別碼僅可用英數字、-、_、.，最多 64 字"));
    return Exit::usage;
  }
  const std::string token = "vigil_" + secret, hash = sha256_hex(token);
  const bool plain_text = session.format == Format::table || !session.format_given;
  if (!plain_text) {
    return print_rows(
        session, {{"id", {"id", "識別碼"}}, {"token", {"token", "權杖"}}, {"sha256", {"sha256", "sha256"}}},
        {boost::json::object{{"id", id}, {"token", token}, {"sha256", hash}}});
  }
  session.out.line(say("# for the device; it is shown this once", "# 交給設備使用，僅顯示這一次"));
  session.out.line(token);
  session.out.line(say("# for the configuration, below tokens:", "# 寫入設定檔的 tokens: 之下"));
  session.out.line("- {id: " + id + ", sha256: " + hash +
                   (organisation.empty() ? "" : ", organisation: " + organisation) + "}");
  return Exit::done;
}

}  // namespace

void add_token_verbs(std::vector<Verb>& out) {
  out.push_back(
      {"token new",
       "",
       {"make a token for a device that sends over HTTP (offline)", "產生 HTTP 傳送設備的權杖（離線）"},
       {{"id", "ID", {"its name in logs and in the configuration", "在日誌與設定檔中的名稱"}},
        {"organisation", "ID", {"whose records what it sends becomes", "所傳送紀錄歸屬的機關"}}},
       "vigil token new --id nas-1",
       0,
       0,
       new_token});
}

}  // namespace vigil::cli
