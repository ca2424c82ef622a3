# How everything here is compiled: language level, build type, warnings,
# sanitizers, ccache. Targets get it through amdvi_options.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# The model is also linked into a shared object. Hidden, because only the C interface is
# exported from it, and because g++ does not inline what another object may replace.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

get_property(_multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(NOT CMAKE_BUILD_TYPE AND NOT _multi_config)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Debug, Release, RelWithDebInfo, MinSizeRel" FORCE)
endif()

# Asserts stay on: an assert that only holds in debug builds has checked nothing
# that anyone ran.
foreach(_language C CXX)
  foreach(_config RELEASE RELWITHDEBINFO MINSIZEREL)
    string(REGEX REPLACE "(^| )-DNDEBUG" "" CMAKE_${_language}_FLAGS_${_config}
           "${CMAKE_${_language}_FLAGS_${_config}}")
  endforeach()
endforeach()

add_library(amdvi_options INTERFACE)
target_include_directories(amdvi_options INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
target_compile_options(amdvi_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  $<$<BOOL:${AMDVI_WERROR}>:-Werror>)

if(AMDVI_SANITIZE)
  add_compile_options(-fsanitize=${AMDVI_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${AMDVI_SANITIZE})
endif()

if(AMDVI_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "AMDVI_FUZZ needs clang (libFuzzer): -DCMAKE_CXX_COMPILER=clang++")
  endif()
  # Coverage feedback everywhere; only the fuzz targets link libFuzzer's main.
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()

# ccache only where it works: installed does not mean that its directory can be
# written (a service user without a home).
find_program(_ccache ccache NO_CACHE)
if(_ccache AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  file(WRITE "${PROJECT_BINARY_DIR}/CMakeFiles/ccache_probe.cpp" "int main() {}\n")
  execute_process(
    COMMAND "${_ccache}" "${CMAKE_CXX_COMPILER}" -c ccache_probe.cpp -o ccache_probe.o
    WORKING_DIRECTORY "${PROJECT_BINARY_DIR}/CMakeFiles"
    RESULT_VARIABLE _ccache_rc OUTPUT_QUIET ERROR_QUIET)
  if(_ccache_rc EQUAL 0)
    set(CMAKE_C_COMPILER_LAUNCHER "${_ccache}")
    set(CMAKE_CXX_COMPILER_LAUNCHER "${_ccache}")
  endif()
endif()
