#include "cli/session.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>

namespace vigil::cli {

namespace json = boost::json;

namespace {

bool is_loopback(const std::string& host) {
  return host.empty() || host == "localhost" || host == "::1" || host.starts_with("127.");
}

Exit exit_of(unsigned status) {
  switch (status) {
    case 400:
    case 413:
    case 414:
    case 422:
      return Exit::usage;
    case 404:
      return Exit::failed;
    default:
      return Exit::unreachable;
  }
}

}  // namespace

std::optional<Session> make_session(const Arguments& arguments, Output& out) {
  Session session{out, out.terminal() ? Format::table : Format::ndjson, false, {}};
  // Verbs with formats of their own ask for them themselves.
  if (const auto name = arguments.get("format")) {
    if (const auto format = format_from_name(*name)) {
      session.format = *format;
      session.format_given = true;
    }
  }
  const auto server = arguments.get("server");
  if (server && arguments.has("data")) {
    complain(say("--data and --server exclude each other", "--data 與 --server 不能同時使用"));
    return std::nullopt;
  }
  if (!server) {
    session.target.socket = std::filesystem::path(arguments.get_or("data", "vigil-data")) / "vigil.sock";
    return session;
  }
  auto target = read_server(*server);
  if (!target) {
    const auto [what, hint] = target.error();
    complain(what);
    advise(hint);
    return std::nullopt;
  }
  session.target = *target;
  const char* const token =
      std::getenv("VIGIL_TOKEN");  // NOLINT(concurrency-mt-unsafe): nothing sets the environment
  if (token != nullptr) session.target.token = token;
  for (const char c : session.target.token) {
    if (static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7F) continue;
    complain(say("VIGIL_TOKEN holds characters no token has", "VIGIL_TOKEN 含有權杖不會有的字元"));
    return std::nullopt;
  }
  if (!session.target.token.empty() && !is_loopback(session.target.host)) {
    advise(say("note: the token travels unencrypted", "注意：權杖以未加密方式傳送"));
  }
  return session;
}

Exit tell(const ClientError& error) {
  complain(error.what);
  return error.kind == ClientError::Kind::too_large ? Exit::failed : Exit::unreachable;
}

Exit tell(const Response& refusal) {
  const auto body = read_json(refusal.body);
  const json::value* const error = body ? find_path(*body, "error") : nullptr;
  std::string message, caret;
  if (error != nullptr) {
    message = plain_at(*error, chinese() ? "message_zh" : "message");
    if (message.empty()) message = plain_at(*error, "message");
    caret = plain_at(*error, "caret");
  }
  const std::string status = "HTTP " + std::to_string(refusal.status);
  complain(message.empty() ? std::string(say("vigild refused: ", "vigild 拒絕：")) + status : message);
  // The query and the caret under it; the third line is the message again.
  std::string_view rest = caret;
  for (int line = 0; line < 2 && !rest.empty(); ++line) {
    const std::size_t end = rest.find('\n');
    advise(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  if (refusal.status == 401) advise(say("put a token into VIGIL_TOKEN", "請將權杖放在環境變數 VIGIL_TOKEN"));
  return exit_of(refusal.status);
}

std::optional<json::value> ask(Session& session, const Request& request, Exit& exit) {
  const auto answer = exchange(session.target, request);
  if (!answer) {
    exit = tell(answer.error());
    return std::nullopt;
  }
  if (answer->status < 200 || answer->status > 299) {
    exit = tell(*answer);
    return std::nullopt;
  }
  auto value = read_json(answer->body);
  if (!value) {
    complain(say("the answer is no JSON; is this a vigild?", "回應不是 JSON；對方是 vigild 嗎？"));
    exit = Exit::unreachable;
  }
  return value;
}

std::optional<json::value> read_json(std::string_view text) {
  boost::system::error_code error;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error);
  return error ? std::nullopt : std::optional(std::move(value));
}

const json::value* find_path(const json::value& value, std::string_view path) {
  const json::object* const object = value.if_object();
  if (object == nullptr) return nullptr;
  if (const json::value* const whole = object->if_contains(json::string_view(path.data(), path.size())))
    return whole;
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
    const json::value* const inner = object->if_contains(json::string_view(path.data(), dot));
    if (inner == nullptr) continue;
    if (const json::value* const found = find_path(*inner, path.substr(dot + 1))) return found;
  }
  return nullptr;
}

std::string plain(const json::value& value) {
  if (value.is_null()) return {};
  if (const json::string* const text = value.if_string()) return std::string(*text);
  if (const json::array* const array = value.if_array()) {
    std::string out;
    for (const json::value& each : *array) out += (out.empty() ? "" : ", ") + plain(each);
    return out;
  }
  if (const double* const number = value.if_double()) {
    // Boost.JSON writes 1.5E0; people do not.
    std::string out = std::to_string(*number);
    out.erase(out.find_last_not_of('0') + 1);
    if (out.ends_with('.')) out.pop_back();
    return out;
  }
  return json::serialize(value);
}

std::string plain_at(const json::value& value, std::string_view path) {
  const json::value* const found = find_path(value, path);
  return found == nullptr ? std::string() : plain(*found);
}

}  // namespace vigil::cli
