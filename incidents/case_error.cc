#include "incidents/case_error.h"

#include <utility>

namespace vigil {

CaseError bad_argument(std::string zh, std::string en) {
  return {CaseError::Code::bad_argument, std::move(zh), std::move(en)};
}

std::optional<CaseError> check_text(std::string_view what_zh, std::string_view what_en, std::string_view text,
                                    bool required, std::size_t bytes_max) {
  const bool blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
  if (required && blank) {
    return bad_argument(std::string(what_zh) + "不可空白", std::string(what_en) + " must not be empty");
  }
  if (text.size() > bytes_max) {
    return bad_argument(std::string(what_zh) + "過長（上限 " + std::to_string(bytes_max) + " 位元組）",
                        std::string(what_en) + " is longer than " + std::to_string(bytes_max) + " bytes");
  }
  return std::nullopt;
}

}  // namespace vigil
