#include <algorithm>
#include <charconv>
#include <set>

#include "config/sections.h"

namespace vigil::config {
namespace {

using ChannelKind = ChannelConfig::Kind;
constexpr Choice<ChannelKind> kKinds[] = {{"smtp", ChannelKind::smtp}, {"spool", ChannelKind::spool}};
constexpr std::string_view kLaterKinds[] = {"webhook", "syslog", "cef", "line", "telegram", "sms"};

/// smtp://host[:port] or smtps://host[:port]; what else a URL may carry (user, path, query) has no place
/// here.
bool server_is_good(std::string_view server) {
  for (const std::string_view scheme : {"smtp://", "smtps://"}) {
    if (!server.starts_with(scheme)) continue;
    std::string_view rest = server.substr(scheme.size());
    if (rest.ends_with('/')) rest.remove_suffix(1);
    std::string_view port;
    const std::size_t bracket = rest.rfind(']');
    const std::size_t colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos) {
      port = rest.substr(colon + 1);
      rest = rest.substr(0, colon);
      unsigned number = 0;
      const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
      if (error != std::errc() || end != port.data() + port.size() || number == 0 || number > 65535)
        return false;
    }
    return !rest.empty() && rest.find_first_of("@/?# ") == std::string_view::npos;
  }
  return false;
}

void read_smtp(Fields& fields, const std::filesystem::path& base, ChannelConfig& channel) {
  fields.required("server");
  fields.required("from");
  if (fields.text("server", channel.server) && !server_is_good(channel.server)) {
    const bool secret = channel.server.find('@') != std::string::npos;
    fields.wrong(
        "server",
        {"expected smtp://host:port or smtps://host:port", "此處應為 smtp://主機:埠 或 smtps://主機:埠"},
        secret ? Words{"the user goes into 'username', the password into a file that 'password_file' names",
                       "帳號請寫在 'username'，密碼請放在 'password_file' 指定的檔案"}
               : Words{"as smtp://127.0.0.1:25", "例如 smtp://127.0.0.1:25"});
  }
  read_mail(fields, "from", channel.from);
  fields.text("username", channel.username);
  std::filesystem::path password;
  if (fields.path("password_file", base, password)) channel.password_file = password.string();
  if (!channel.username.empty()) fields.required("password_file");
}

}  // namespace

std::vector<ChannelConfig> default_channels(const std::filesystem::path& data) {
  ChannelConfig spool;
  spool.id = "spool";
  spool.kind = ChannelKind::spool;
  spool.directory = data / "spool";
  return {spool};
}

void read_channels(Fields& top, const std::filesystem::path& base, Config& config) {
  std::set<std::string> ids;
  const bool given = top.sequence("channels", [&](const YamlNode& node, const std::string& path) {
    ChannelConfig channel;
    Fields fields(node, path, top.report());
    fields.required("id");
    fields.required("kind");
    if (fields.identifier("id", channel.id) && !ids.insert(channel.id).second) {
      fields.wrong("id", {"there are two channels '" + channel.id + "'", "通道 '" + channel.id + "' 重複"});
    }
    std::string word;
    const bool kind_read = fields.text("kind", word);
    if (kind_read &&
        std::find(std::begin(kLaterKinds), std::end(kLaterKinds), word) != std::end(kLaterKinds)) {
      fields.wrong("kind", not_yet(word),
                   {"this version tells by smtp and spool", "本版本可用 smtp 與 spool"});
      return;
    }
    const bool kind_known =
        kind_read && fields.choice("kind", std::span<const Choice<ChannelKind>>(kKinds), channel.kind);
    fields.boolean("drill", channel.drill);
    for (const std::string_view key : {"password", "secret", "token"}) {
      fields.refuse(key, {"a secret does not belong into this file", "密碼等機密不可寫在設定檔中"},
                    {"put it into a file of its own and name that with 'password_file'",
                     "請放在另一個檔案，並以 'password_file' 指定"});
    }
    // Where the kind is wrong nobody knows which keys are right.
    if (!kind_known) return;
    if (channel.kind == ChannelKind::smtp) {
      read_smtp(fields, base, channel);
    } else {
      fields.required("directory");
      fields.path("directory", base, channel.directory);
    }
    fields.finish();
    config.channels.push_back(std::move(channel));
  });
  if (!given) config.channels = default_channels(config.data);
}

}  // namespace vigil::config
