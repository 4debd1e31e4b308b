# vigil_embed(TARGET NAMESPACE_SYMBOL FILES...): compiles files into the program as
#   namespace vigil::embedded { struct File { std::string_view name, text; }; std::span<const File> SYMBOL(); }
# so that the daemon works unconfigured, from any directory.
function(vigil_embed target symbol)
  set(out "${CMAKE_CURRENT_BINARY_DIR}/embedded_${symbol}.cc")
  set(files ${ARGN})
  list(TRANSFORM files PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  string(REPLACE ";" "|" joined "${files}")
  add_custom_command(OUTPUT "${out}"
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DSYMBOL=${symbol} "-DFILES=${joined}" -P ${CMAKE_SOURCE_DIR}/cmake/embed_script.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/embed_script.cmake
    VERBATIM)
  target_sources(${target} PRIVATE "${out}")
endfunction()
