# Checks of the source text: `cmake --build build/release --target check` runs them all.
#   check_format    clang-format 14 would change nothing
#   check_includes  every #include follows the table in src/CMakeLists.txt, and none is missing
#   check_headers   every header of a room compiles alone
# and beside them, because it takes two minutes of two processors:
#   check_tidy      clang-tidy 14 finds nothing of what .clang-tidy lists
find_program(SYNCGAP_CLANG_FORMAT NAMES clang-format-14 clang-format)
find_program(SYNCGAP_CLANG_TIDY NAMES clang-tidy-14 clang-tidy)

# A check whose tool is not there fails: it is not silently passed.
function(syncgap_failing_check target tool)
  add_custom_target(${target}
    COMMAND ${CMAKE_COMMAND} -E echo "${tool} is missing: install the package ${tool}-14"
    COMMAND ${CMAKE_COMMAND} -E false VERBATIM)
endfunction()

file(GLOB_RECURSE sources CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/src/*.h ${PROJECT_SOURCE_DIR}/src/*.cc ${PROJECT_SOURCE_DIR}/src/*.cu
  ${PROJECT_SOURCE_DIR}/tests/*.h ${PROJECT_SOURCE_DIR}/tests/*.cc)
if(SYNCGAP_CLANG_FORMAT)
  add_custom_target(check_format
    COMMAND ${SYNCGAP_CLANG_FORMAT} --dry-run -Werror ${sources}
    COMMENT "Checking the layout of the sources" VERBATIM)
else()
  syncgap_failing_check(check_format clang-format)
endif()

add_custom_target(check_includes
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/cmake/check_includes.py
    ${PROJECT_SOURCE_DIR}/src
  COMMENT "Checking the include directions" VERBATIM)

if(SYNCGAP_CLANG_TIDY)
  add_custom_target(check_tidy
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/cmake/check_tidy.py
      --clang-tidy ${SYNCGAP_CLANG_TIDY} --build ${PROJECT_BINARY_DIR}
      --source ${PROJECT_SOURCE_DIR}/src
      core theory observables sde data store sweep parallel app
    COMMENT "Checking the sources with clang-tidy" VERBATIM)
else()
  syncgap_failing_check(check_tidy clang-tidy)
endif()

# CMake itself makes this target from the header sets of the rooms (VERIFY_INTERFACE_HEADER_SETS).
add_custom_target(check_headers DEPENDS all_verify_interface_header_sets)

add_custom_target(check DEPENDS check_format check_includes check_headers)
