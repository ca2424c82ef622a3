# spec/*.yaml -> build/generated: C++ headers, the catalogue, the C header.
#
#   amdvi_spec       what a user of generated headers links: include path + catalogue
#   amdvi_generated  the generator's run, for whatever reads its output otherwise
#
# The generator rewrites a file only if its text changed. Each output is named
# to the build tool (BYPRODUCTS), so that a spec change recompiles exactly the
# sources that include a file whose text changed; the stamp says the run was done.
include(GenPython)

set(_generator "${PROJECT_SOURCE_DIR}/gen/amdvigen")
set(_spec "${PROJECT_SOURCE_DIR}/spec")
set(AMDVI_GENERATED_DIR "${PROJECT_BINARY_DIR}/generated")

# Globs as DEPENDS: a file that is added or removed must run the generator too.
file(GLOB_RECURSE _spec_files CONFIGURE_DEPENDS "${_spec}/*.yaml")
file(GLOB_RECURSE _generator_files CONFIGURE_DEPENDS "${_generator}/*.py")
# The list of outputs may change with either of them.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${_generator_files})

set(_generate "${Python3_EXECUTABLE}" -B "${_generator}" --spec "${_spec}"
              --out "${AMDVI_GENERATED_DIR}")
execute_process(
  COMMAND ${_generate} --list-outputs
  RESULT_VARIABLE _rc OUTPUT_VARIABLE _outputs ERROR_VARIABLE _error
  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_STRIP_TRAILING_WHITESPACE)
if(NOT _rc EQUAL 0 OR _outputs STREQUAL "")
  message(FATAL_ERROR "The generator could not list its outputs (${_rc}):\n${_error}")
endif()
string(REPLACE "\n" ";" _outputs "${_outputs}")
list(TRANSFORM _outputs PREPEND "${AMDVI_GENERATED_DIR}/" REGEX "^[^/]")
set(_catalogue ${_outputs})
list(FILTER _catalogue INCLUDE REGEX "\\.cpp$")

set(_stamp "${PROJECT_BINARY_DIR}/generated.stamp")
add_custom_command(
  OUTPUT "${_stamp}"
  BYPRODUCTS ${_outputs}
  COMMAND ${_generate} --depfile "${_stamp}.d" --stamp "${_stamp}"
  DEPENDS ${_spec_files} ${_generator_files}
  DEPFILE "${_stamp}.d"
  COMMENT "Generating C++ from spec/"
  VERBATIM)
add_custom_target(amdvi_generated DEPENDS "${_stamp}")

add_library(amdvi_catalogue STATIC ${_catalogue})
add_dependencies(amdvi_catalogue amdvi_generated)
target_include_directories(amdvi_catalogue
  PUBLIC $<BUILD_INTERFACE:${AMDVI_GENERATED_DIR}>
         $<BUILD_INTERFACE:${AMDVI_GENERATED_DIR}/include>
         $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/model/include>)
target_link_libraries(amdvi_catalogue PRIVATE $<BUILD_INTERFACE:amdvi_options>)

add_library(amdvi_spec INTERFACE)
add_dependencies(amdvi_spec amdvi_generated)
target_link_libraries(amdvi_spec INTERFACE amdvi_catalogue)
