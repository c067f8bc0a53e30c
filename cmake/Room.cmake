# SPDX-License-Identifier: Apache-2.0
# realname_room(NAME SOURCES ... LINKS ...): one static library per folder, warnings as errors, include paths from the
# project's root so that each include line names its room.
add_library(realname_flags INTERFACE)
target_include_directories(realname_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(realname_flags INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wconversion -Wno-sign-conversion -Werror)

function(realname_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(realname_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(realname_${name} PUBLIC realname_flags ${ARG_LINKS})
endfunction()

# realname_program(NAME SOURCES ... LINKS ...): an executable in the build folder's bin/.
function(realname_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE realname_flags ${ARG_LINKS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()
