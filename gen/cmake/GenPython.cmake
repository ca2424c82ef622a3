# Chooses the interpreter that runs the generator: the first one that can do the
# job, not the first one on PATH. A developer's pyenv or virtualenv may lack
# PyYAML while /usr/bin/python3 has it from apt, or the other way round.
#
# Sets Python3_EXECUTABLE to the real interpreter (sys.executable): a pyenv shim
# answers differently per directory and costs ~0.2 s a call.
set(AMDVI_GEN_MODULES yaml)

function(_gen_python_probe candidate result reason)
  string(JOIN "," modules ${AMDVI_GEN_MODULES})
  execute_process(
    COMMAND "${candidate}" -B -c
            "import sys; assert sys.version_info >= (3, 9), sys.version; import ${modules}; print(sys.executable)"
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    RESULT_VARIABLE rc OUTPUT_VARIABLE out ERROR_VARIABLE err
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_STRIP_TRAILING_WHITESPACE)
  if(rc EQUAL 0)
    set(${result} "${out}" PARENT_SCOPE)
  else()
    string(REGEX REPLACE ".*\n" "" err "${err}")
    if(NOT err)
      set(err "${rc}")
    endif()
    set(${result} "" PARENT_SCOPE)
    set(${reason} "${err}" PARENT_SCOPE)
  endif()
endfunction()

function(_gen_python_candidates result)
  set(candidates "")
  if(DEFINED ENV{VIRTUAL_ENV})    # unguarded, an unset one would read "/bin/python3"
    list(APPEND candidates "$ENV{VIRTUAL_ENV}/bin/python3")
  endif()
  string(REPLACE ":" ";" path_dirs "$ENV{PATH}")
  foreach(dir IN LISTS path_dirs)
    list(APPEND candidates "${dir}/python3")
  endforeach()
  list(APPEND candidates /usr/bin/python3)
  list(REMOVE_DUPLICATES candidates)
  set(${result} "${candidates}" PARENT_SCOPE)
endfunction()

function(find_gen_python)
  # Named by the user: that one or none. Chosen by us in an earlier run: try it
  # first, but it may have been removed since.
  set(candidates ${Python3_EXECUTABLE})
  set(ours FALSE)
  if(NOT Python3_EXECUTABLE OR Python3_EXECUTABLE STREQUAL AMDVI_CHOSEN_PYTHON)
    set(ours TRUE)
    _gen_python_candidates(more)
    list(APPEND candidates ${more})
  endif()
  set(tried "")
  foreach(candidate IN LISTS candidates)
    if(NOT EXISTS "${candidate}")
      if(candidate STREQUAL Python3_EXECUTABLE)
        string(APPEND tried "  ${candidate}: no such file\n")
      endif()
      continue()
    endif()
    _gen_python_probe("${candidate}" exe why)
    if(exe)
      set(Python3_EXECUTABLE "${exe}" CACHE FILEPATH "Interpreter that runs the generator" FORCE)
      if(ours)
        set(AMDVI_CHOSEN_PYTHON "${exe}" CACHE INTERNAL "")
      endif()
      message(STATUS "Generator Python: ${exe}")
      return()
    endif()
    string(APPEND tried "  ${candidate}: ${why}\n")
  endforeach()
  string(JOIN " and " wanted ${AMDVI_GEN_MODULES})
  message(FATAL_ERROR
    "No Python here can import ${wanted}. Tried:\n${tried}"
    "On Debian: apt-get install python3-yaml\n"
    "Elsewhere: point -DPython3_EXECUTABLE= at an interpreter that has them.")
endfunction()

find_gen_python()
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
