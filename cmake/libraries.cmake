# Debian 12's packages. Only the room that owns a library links it: RocksDB in storage/, simdjson in
# parsers/, Vectorscan and libyaml in rules/, yaml-cpp in config/, Asio and libcurl in daemon/.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url program_options)
find_package(RocksDB REQUIRED)
find_package(simdjson REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(CURL REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(HS REQUIRED IMPORTED_TARGET libhs)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
find_library(DATE_TZ_LIBRARY NAMES date-tz REQUIRED)

# A room: one static library with its own headers found from the top of the tree ("parsers/event.h").
function(vigil_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINK;PRIVATE" ${ARGN})
  add_library(vigil_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(vigil_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(vigil_${name} PUBLIC vigil_flags ${ROOM_LINK} PRIVATE ${ROOM_PRIVATE})
endfunction()
