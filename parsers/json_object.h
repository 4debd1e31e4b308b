#pragma once

#include <string_view>

namespace vigil {

/// Whether `text` is one whole JSON object and nothing else. Bytes that are not UTF-8 inside strings do not count
/// against it: what they mean is decided when it is read (charset.h).
bool is_json_object(std::string_view text);

}  // namespace vigil
