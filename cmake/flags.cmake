# One interface target carries how we compile: warnings as errors, hardening (OpenSSF's list, as far
# as GCC 12 and clang 14 both know it), sanitizers when a preset asks.
add_library(vigil_flags INTERFACE)

target_compile_options(vigil_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wformat=2 -Wimplicit-fallthrough
  -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wextra-semi -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(vigil_flags INTERFACE -Wbidi-chars=any -Wduplicated-cond -Wlogical-op)
endif()

target_compile_definitions(vigil_flags INTERFACE
  VIGIL_VERSION="${PROJECT_VERSION}"
  # Boost.Asio and Beast: no deprecated names, and separate timers from the calendar.
  BOOST_ASIO_NO_DEPRECATED)

target_compile_options(vigil_flags INTERFACE
  -fstack-protector-strong -fno-delete-null-pointer-checks -fno-strict-overflow -fno-strict-aliasing)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(VIGIL_SANITIZE)
  # vptr needs RTTI of libraries that Debian builds without it.
  target_compile_options(vigil_flags INTERFACE
    -fsanitize=${VIGIL_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(vigil_flags INTERFACE -fsanitize=${VIGIL_SANITIZE})
  if(VIGIL_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # The sanitizer does not see fences, and GCC says so wherever Asio has one beside an atomic it does see.
    target_compile_options(vigil_flags INTERFACE -Wno-tsan)
  endif()
else()
  target_compile_options(vigil_flags INTERFACE -fstack-clash-protection -ftrivial-auto-var-init=zero)
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    target_compile_options(vigil_flags INTERFACE -fcf-protection=full)
  endif()
  target_compile_definitions(vigil_flags INTERFACE
    $<$<CONFIG:Release>:_GLIBCXX_ASSERTIONS> $<$<CONFIG:Release>:_FORTIFY_SOURCE=3>)
  target_link_options(vigil_flags INTERFACE
    -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed)
endif()
