#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

/// Gives a fuzz target every kept input of that name, and says how many there were: what once failed must go on passing.
/// Targets share one name for their entry points; each room's CMakeLists.txt gives them names of their own.
inline unsigned replay(const std::string& target, int (*input)(const std::uint8_t*, std::size_t)) {
  unsigned inputs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(VIGIL_SOURCE_DIR "/tests/fuzz/corpus/" + target)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    SCOPED_TRACE(entry.path().filename());
    input(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    ++inputs;
  }
  return inputs;
}
