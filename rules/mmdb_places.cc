#include "rules/mmdb_places.h"

#include <arpa/inet.h>
#include <maxminddb.h>  // brings sockaddr_in, which its calls take

#include <cstring>

#include "rules/enrichment.h"
#include "rules/value_test.h"

namespace vigil {

struct MmdbPlaces::Database {
  MMDB_s mmdb{};
  bool open = false;
  ~Database() {
    if (open) MMDB_close(&mmdb);
  }
};

namespace {

std::string_view text_at(MMDB_entry_s* entry, const char* const* path) {
  MMDB_entry_data_s data;
  if (MMDB_aget_value(entry, &data, path) != MMDB_SUCCESS || !data.has_data) return {};
  if (data.type != MMDB_DATA_TYPE_UTF8_STRING) return {};
  return {data.utf8_string, data.data_size};
}

template <std::size_t N>
std::string_view first_text(MMDB_entry_s* entry, const char* const (&paths)[N][4]) {
  for (const auto& path : paths) {
    if (const std::string_view text = text_at(entry, path); !text.empty()) return text;
  }
  return {};
}

constexpr const char* kCountry[][4] = {{"country", "iso_code", nullptr, nullptr},
                                       {"registered_country", "iso_code", nullptr, nullptr}};
constexpr const char* kName[][4] = {{"city", "names", "en", nullptr}, {"country", "names", "en", nullptr}};

sockaddr_storage socket_address(const sigma::Address& address) {
  sockaddr_storage storage{};
  if (address.v4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, address.bytes.data(), sizeof v4.sin_addr);
    std::memcpy(&storage, &v4, sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, address.bytes.data(), sizeof v6.sin6_addr);
    std::memcpy(&storage, &v6, sizeof v6);
  }
  return storage;
}

}  // namespace

MmdbPlaces::MmdbPlaces(std::unique_ptr<Database> database) : database_(std::move(database)) {}
MmdbPlaces::~MmdbPlaces() = default;

std::unique_ptr<const MmdbPlaces> MmdbPlaces::open(const std::filesystem::path& file, std::string& reason) {
  auto database = std::make_unique<Database>();
  const int status = MMDB_open(file.c_str(), MMDB_MODE_MMAP, &database->mmdb);
  if (status != MMDB_SUCCESS) {
    reason = MMDB_strerror(status);
    return nullptr;
  }
  database->open = true;
  return std::unique_ptr<const MmdbPlaces>(new MmdbPlaces(std::move(database)));
}

void MmdbPlaces::look_up(std::string_view text, PlaceOfAddress& place) const {
  const auto address = sigma::Address::parse(text);
  if (!address) return;
  // A database of IPv4 knows nothing of others.
  if (!address->v4 && database_->mmdb.metadata.ip_version == 4) return;
  const sockaddr_storage storage = socket_address(*address);
  int error = MMDB_SUCCESS;
  MMDB_lookup_result_s found =
      MMDB_lookup_sockaddr(&database_->mmdb, reinterpret_cast<const sockaddr*>(&storage), &error);
  if (error != MMDB_SUCCESS || !found.found_entry) return;
  if (place.country.empty()) place.country = first_text(&found.entry, kCountry);
  if (place.name.empty()) place.name = first_text(&found.entry, kName);
  if (!place.asn.empty()) return;
  MMDB_entry_data_s number;
  if (MMDB_get_value(&found.entry, &number, "autonomous_system_number", nullptr) == MMDB_SUCCESS &&
      number.has_data && number.type == MMDB_DATA_TYPE_UINT32) {
    place.asn = std::to_string(number.uint32);
  }
}

}  // namespace vigil
