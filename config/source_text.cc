#include "config/source_text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "config/text_width.h"

namespace vigil::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Closes the file at the end of the block.
class Descriptor {
 public:
  [[nodiscard]] explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

Words from_errno(int error) {
  switch (error) {
    case ENOENT:
      return {"no such file", "沒有這個檔案"};
    case EACCES:
    case EPERM:
      return {"may not be read by this user", "目前的使用者無權讀取"};
    case ELOOP:
      return {"is a symbolic link; give the path of the file itself", "是符號連結，請直接指定檔案本身的路徑"};
    case ENOTDIR:
      return {"a part of the path is not a directory", "路徑中有一段不是目錄"};
    default: {
      const std::string text = std::error_code(error, std::generic_category()).message();
      return {"cannot be opened: " + text, "無法開啟：" + text};
    }
  }
}

Words too_large() {
  return {"is larger than 4 MiB, which no configuration needs; is it the right file?",
          "超過 4 MiB，設定檔不會這麼大；請確認是否指定了正確的檔案"};
}

Place place_at(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t last_end = before.rfind('\n');
  return {static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
          last_end == std::string_view::npos ? offset : offset - last_end - 1};
}

/// Two bytes of mark, or text in which every second byte of the start is NUL.
bool looks_utf16(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return true;
  if (bytes.size() < 4) return false;
  return (bytes[0] == 0 && bytes[1] != 0 && bytes[2] == 0) ||
         (bytes[0] != 0 && bytes[1] == 0 && bytes[3] == 0);
}

}  // namespace

std::string Words::both() const { return zh.empty() ? en : en + "（" + zh + "）"; }

SourceText::SourceText(std::string text) : text_(std::move(text)) {
  if (text_.starts_with(kByteOrderMark)) text_.erase(0, kByteOrderMark.size());
  starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n' && i + 1 < text_.size()) starts_.push_back(i + 1);
  }
}

std::string_view SourceText::line(std::size_t number) const {
  if (number >= starts_.size()) return {};
  std::string_view rest = std::string_view(text_).substr(starts_[number]);
  rest = rest.substr(0, rest.find('\n'));
  if (rest.ends_with('\r')) rest.remove_suffix(1);
  return rest;
}

Result<std::string, Words> read_config_file(const std::filesystem::path& file) {
  // O_NONBLOCK: opening a pipe nobody writes to must not hang the start. O_NOFOLLOW: a link may point to what
  // the operator never meant to show (BI-107).
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (descriptor.number() < 0) return from_errno(errno);
  struct stat status {};
  if (::fstat(descriptor.number(), &status) != 0) return from_errno(errno);
  if (!S_ISREG(status.st_mode)) return Words{"is not a regular file", "不是一般檔案"};
  if (static_cast<std::size_t>(status.st_size) > kConfigBytesMax) return too_large();

  std::string text;
  while (text.size() <= kConfigBytesMax) {
    char chunk[64 * 1024];
    const ssize_t got = ::read(descriptor.number(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return from_errno(errno);
    if (got == 0) return text;
    text.append(chunk, static_cast<std::size_t>(got));
  }
  return too_large();  // It grew while it was read.
}

std::optional<EncodingFault> find_encoding_fault(std::string_view bytes) {
  if (looks_utf16(bytes)) {
    return EncodingFault{{},
                         {"the file is UTF-16", "檔案是 UTF-16 編碼"},
                         {"save it as UTF-8 (Notepad: Save as, Encoding UTF-8)",
                          "請另存為 UTF-8；記事本請選「另存新檔」，編碼 UTF-8"}};
  }
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const std::size_t offset = bytes.size() - rest.size();
    if (rest.front() == '\0') {
      return EncodingFault{place_at(bytes, offset),
                           {"a NUL byte: this is not a text file", "含有 NUL 位元組，不是文字檔"},
                           {}};
    }
    const std::string_view before = rest;
    const char32_t code_point = take_code_point(rest);
    if (code_point == U'\uFFFD' && !before.starts_with("\xEF\xBF\xBD")) {
      return EncodingFault{place_at(bytes, offset),
                           {"bytes that are not UTF-8", "此處不是 UTF-8 編碼"},
                           {"was it saved as Big5? Save it as UTF-8", "是否存成了 Big5？請另存為 UTF-8"}};
    }
  }
  return std::nullopt;
}

}  // namespace vigil::config
