#pragma once

#include <string_view>

namespace vigil {

/// Whether `text` is one whole JSON object and nothing else. Bytes that are not UTF-8 inside strings do not count
/// against it: what they mean is decided when it is read (charset.h).
bool is_json_object(std::string_view text);

/// The host that a document of a Beat or a logger names: `host.name`, `host`, `{"host":{"name":…}}`, where that is plain to
/// see; else empty. Reads no further than needed.
std::string_view peek_document_host(std::string_view document);

}  // namespace vigil
