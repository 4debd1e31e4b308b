#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

/// A property that every input must keep. Ends the program, so that fuzzers and test runners alike see it.
inline void require(bool holds, std::string_view property) {
  if (holds) return;
  std::fwrite(property.data(), 1, property.size(), stderr);
  std::fputc('\n', stderr);
  std::abort();
}
