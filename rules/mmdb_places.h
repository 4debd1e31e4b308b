#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace vigil {

struct PlaceOfAddress;

/// A MaxMind database of countries, cities or autonomous systems, kept mapped: a new one is put in its place by renaming, not
/// by writing over it. Any thread.
class MmdbPlaces {
 public:
  /// Null where the file is none; `reason` says why.
  static std::unique_ptr<const MmdbPlaces> open(const std::filesystem::path& file, std::string& reason);
  ~MmdbPlaces();
  /// Fills what is still empty in `place`.
  void look_up(std::string_view address, PlaceOfAddress& place) const;

 private:
  struct Database;
  explicit MmdbPlaces(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace vigil
