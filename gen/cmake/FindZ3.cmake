# Debian's libz3-dev (4.8.12) installs z3.pc but no Z3Config.cmake; upstream's
# own package (and Homebrew, vcpkg, conda) installs Z3Config.cmake and names its
# target z3::libz3. This module gives every machine that same target.
find_package(Z3 CONFIG QUIET)
if(TARGET z3::libz3)
  set(Z3_FOUND TRUE)
  if(NOT DEFINED Z3_VERSION AND DEFINED Z3_VERSION_STRING)
    set(Z3_VERSION "${Z3_VERSION_STRING}")
  endif()
  # The caller's floor was not passed on: a config package without a version
  # file would refuse any.
  if(Z3_FIND_VERSION AND Z3_VERSION AND Z3_VERSION VERSION_LESS Z3_FIND_VERSION)
    message(FATAL_ERROR "Z3 ${Z3_VERSION} is older than ${Z3_FIND_VERSION}")
  endif()
  return()
endif()
find_path(Z3_INCLUDE_DIR z3.h PATH_SUFFIXES z3)
find_library(Z3_LIBRARY NAMES z3 libz3)
if(Z3_INCLUDE_DIR AND EXISTS "${Z3_INCLUDE_DIR}/z3_version.h")
  file(STRINGS "${Z3_INCLUDE_DIR}/z3_version.h" _z3_lines REGEX "Z3_(MAJOR|MINOR|BUILD)")
  foreach(_z3_part MAJOR MINOR BUILD_NUMBER)
    string(REGEX MATCH "Z3_${_z3_part}[A-Z_]*[ \t]+([0-9]+)" _ "${_z3_lines}")
    set(_z3_${_z3_part} "${CMAKE_MATCH_1}")
  endforeach()
  set(Z3_VERSION "${_z3_MAJOR}.${_z3_MINOR}.${_z3_BUILD_NUMBER}")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Z3 REQUIRED_VARS Z3_LIBRARY Z3_INCLUDE_DIR VERSION_VAR Z3_VERSION)
if(Z3_FOUND AND NOT TARGET z3::libz3)
  add_library(z3::libz3 UNKNOWN IMPORTED)
  set_target_properties(z3::libz3 PROPERTIES
    IMPORTED_LOCATION "${Z3_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${Z3_INCLUDE_DIR}")
endif()
mark_as_advanced(Z3_INCLUDE_DIR Z3_LIBRARY)
