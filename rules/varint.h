#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vigil::sigma {

// Numbers in stored windows: LEB128, signed ones zigzag. A read takes what it read from the front of `text`; false where
// the text ends too early.
void append_varint(std::uint64_t value, std::string& out);
bool read_varint(std::string_view& text, std::uint64_t& value);
void append_signed(std::int64_t value, std::string& out);
bool read_signed(std::string_view& text, std::int64_t& value);
void append_text(std::string_view value, std::string& out);
/// A view into `text`.
bool read_text(std::string_view& text, std::string_view& value);

}  // namespace vigil::sigma
