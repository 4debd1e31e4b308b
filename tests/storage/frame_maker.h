#pragma once

#include <cstdio>
#include <initializer_list>
#include <random>
#include <string>

namespace vigil {

/// Frames of every format, charset and nastiness, from a small vocabulary so that queries often hit.
class FrameMaker {
 public:
  explicit FrameMaker(unsigned seed) : random_(seed) {}

  static constexpr std::size_t kSorts = 14;
  std::string frame() { return frame(pick(kSorts)); }
  std::string frame(std::size_t sort) {
    wide_ = sort % 4 == 2;
    switch (sort) {
      case 0:
        return "<38>Nov 20 14:59:0" + digit() + " srv1 sshd[" + digit() + "2]: Failed password for " +
               user() + " from " + address() + " port 4242 ssh2";
      case 1:
        return "<38>Nov 20 14:59:0" + digit() + " srv2 sshd[77]: Invalid user " + user() + " from " +
               address();
      case 2:
        return "{\"source\":{\"ip\":\"" + address() + "\"},\"user\":{\"name\":\"" + json_escaped(user()) +
               "\"},\"message\":\"" + json_escaped(text()) + "\"}";
      case 3:
        return "<134>CEF:0|Acme|Wall|1|7|" + word() + " seen|5|src=" + address() + " suser=" + user() +
               " msg=" + text() + "#012" + word() + "\\n" + word();
      case 4:
        return "<189>date=2026-11-20 time=14:59:0" + digit() +
               " devname=\"fw\" devid=\"FG1\" logid=\"1\" srcip=" + address() + " user=\"" + user() +
               "\" msg=\"" + text() + "\"";
      case 5:
        return address() + " - " + user() + " [20/Nov/2026:14:59:0" + digit() + " +0800] \"GET http://" +
               word() + "/a?b=" + word() + " HTTP/1.1\" 200 12 \"-\" \"" + text() + "\"";
      case 6:
        return "<13>Nov 20 14:59:04 pc7 app: \xA5\x5C\xAF\xE0" + big5() + " \xB5\x6E" +
               big5();  // Big5, glued to ASCII
      case 7:
        return "<13>Nov 20 14:59:04 pc7 app: \xFE\xB5" + word() + " \xFF" + user();  // no charset at all
      case 8:
        return "<13>Nov 20 14:59:04 pc7 app: \x1B" + word() + "\x07 " + user() + "\x01";
      case 9:
        return utf16("<13>pc7 app: " + text() + " " + user());
      case 10:
        return "<165>1 2026-11-20T06:59:0" + digit() + "Z web app - ID7 [x@1 user=\"" + user() + "\" ip=\"" +
               address() + "\"] 使用者" + user() + "登入失敗 " + text();
      case 11:
        return "<13>Nov 20 14:59:05 pc8 app: C:\\" + word() + "\\" + user() + "\\n" + word() + " " + text();
      case 12:
        return "user=" + user() + " src=" + address() + " msg=\"" + text() + "\"";
      default:
        return "<13>Nov 20 14:59:05 pc8 app: " + text();
    }
  }

  std::string query() {
    wide_ = true;
    std::string out = condition();
    for (std::size_t more = pick(3); more > 0; --more) out += (pick(4) == 0 ? " OR " : " ") + condition();
    return out;
  }

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }
  std::string one_of(std::initializer_list<const char*> words) {
    return *(words.begin() + pick(words.size()));
  }
  std::string digit() { return std::to_string(pick(10)); }
  std::string word() {
    if (wide_ && pick(6) == 0) return one_of({"臺北", "台北", "Ｆailed", "０１２"});
    return one_of({"failed", "Failed", "error", "nroot", "x1b", "b5def", "log_fail", "su", "登入", "失敗",
                   "a-b", "10.0.0.5", "012", "é"});
  }
  std::string user() {
    if (wide_ && pick(6) == 0) return one_of({"ＡＢＣ", "ＲＯＯt"});
    return one_of({"root", "adm", "adm_wang", "Root", "user.x", "王小明", "n", "x1broot", "abc"});
  }
  std::string address() {
    return one_of({"10.0.0.5", "203.0.113.9", "::ffff:10.0.0.5", "2001:db8::1", "110.0.0.5"});
  }
  /// Letters, some of them full-width in Big5.
  std::string big5() {
    return one_of({"root", "failed", "su", "abc", "\xA2\xCF\xA2\xD0\xA2\xD1", "\xA2\xE0oot", "n"});
  }
  std::string text() {
    std::string out = word();
    for (std::size_t more = pick(4); more > 0; --more)
      out += one_of({" ", " ", "/", "_", "", ",", "\t"}) + word();
    return out;
  }

  std::string json_escaped(const std::string& plain) {
    std::string out;
    for (std::size_t i = 0; i < plain.size(); ++i) {
      const auto byte = static_cast<unsigned char>(plain[i]);
      if (byte == '\t') {
        out += "\\t";
      } else if (byte < 0x80 && pick(12) == 0) {
        char hex[8];
        std::snprintf(hex, sizeof hex, "\\u%04x", byte);
        out += hex;
      } else if (byte < 0x80 && pick(10) == 0) {
        out += one_of({"\\n", "\\t", "\\\\", "\\/", "\\u5b78", "\\uff32oot"}) + plain[i];
      } else {
        out.push_back(plain[i]);
      }
    }
    return out;
  }

  static std::string utf16(const std::string& ascii) {
    std::string out = "\xFF\xFE";
    for (const char c : ascii) out.append(1, c < 0 ? '?' : c).append(1, '\0');
    return out;
  }

  std::string condition() {
    const std::string minus = pick(6) == 0 ? "-" : "";
    switch (pick(11)) {
      case 0:
        return minus + "user.name:" + user();
      case 1:
        return minus + "source.ip:" + address();
      case 2:
        return minus + "user.name:" + one_of({"ro", "adm_", "王小", "x1b", "a"}) + "*";
      case 3:
        return minus + "message:" + word();
      case 4:
        return minus + "\"" + word() + " " + word() + "\"";
      case 5:
        return minus + word() + "*";
      case 6:
        return minus + "*" +
               (pick(2) == 0 ? user() : one_of({"qzxv", "assword", "x1bro", "ev_x", "rror", "b5d"})) + "*";
      case 7:
        return minus + "user.name:\"" + user() + "\"";
      case 8:
        return minus + "user.name:=" + user();
      case 9:
        return minus + user();
      default:
        return minus + word();
    }
  }

  std::mt19937 random_;
  bool wide_ = false;  ///< full-width letters, and 臺, may come
};

}  // namespace vigil
