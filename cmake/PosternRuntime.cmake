# The bootstraps of Lambda functions, where the binary looks for them (src/app/runtime_directory.hpp): share/postern/runtime beside its own
# directory, in the build tree as where it is installed. Copied again when one is edited.
set(source "${PROJECT_SOURCE_DIR}/src/integrations/lambda/runtime")
file(GLOB_RECURSE files RELATIVE "${source}" CONFIGURE_DEPENDS "${source}/*.mjs" "${source}/*.py")
foreach(file IN LISTS files)
  set(copy "${PROJECT_BINARY_DIR}/share/postern/runtime/${file}")
  add_custom_command(OUTPUT "${copy}" DEPENDS "${source}/${file}" VERBATIM
    COMMAND ${CMAKE_COMMAND} -E copy "${source}/${file}" "${copy}")
  list(APPEND copies "${copy}")
endforeach()
add_custom_target(postern_runtime DEPENDS ${copies})
add_dependencies(postern postern_runtime)
