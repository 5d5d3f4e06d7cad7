# What Open MPI needs to run ranks as root and on machines with fewer cores, without spinning, and
# without binding tests that run side by side to the same core: OMPI_MCA_ is read by Open MPI 4, PRTE_
# by 5. Under sanitizers: it keeps memory to the end of the process, which is no leak of ours.
set(SYNCGAP_MPI_ENVIRONMENT OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
  OMPI_MCA_hwloc_base_binding_policy=none
  PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
  PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe PRTE_MCA_hwloc_default_binding_policy=none
  OMPI_MCA_btl_tcp_if_include=lo ASAN_OPTIONS=detect_leaks=0)

# A program that loads LibTorch for the first time since the machine started takes longer to list
# its tests than the five seconds CMake grants.
set(SYNCGAP_DISCOVERY DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 300)

# syncgap_link_rooms(TARGET room...): links rooms, what needs LibTorch of them too.
function(syncgap_link_rooms target)
  foreach(room IN LISTS ARGN)
    target_link_libraries(${target} PRIVATE syncgap_flags syncgap_${room})
    if(TARGET syncgap_${room}_torch)
      target_link_libraries(${target} PRIVATE syncgap_${room}_torch)
    endif()
  endforeach()
endfunction()

# syncgap_room_tests(ROOM): builds test_ROOM from every NAME_test.cc below tests/ROOM, NAME_test.torch.cc
#   where there is LibTorch, and registers every case.
function(syncgap_room_tests room)
  syncgap_sources(sources ${CMAKE_CURRENT_SOURCE_DIR}/${room})
  list(FILTER sources INCLUDE REGEX "_test(\\.torch)?\\.cc$")
  if(NOT sources)
    return()
  endif()
  add_executable(test_${room} ${sources})
  syncgap_unity(test_${room} ${sources})
  syncgap_link_rooms(test_${room} ${room})
  target_link_libraries(test_${room} PRIVATE GTest::gtest_main GTest::gmock)
  target_include_directories(test_${room} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  gtest_discover_tests(test_${room} TEST_PREFIX ${room}. ${SYNCGAP_DISCOVERY}
    PROPERTIES LABELS unit TIMEOUT 600)
endfunction()

# syncgap_pytest(NAME PLACES [TIMEOUT s] [ENVIRONMENT NAME=value...]): runs the pytest files in the
#   folders tests/PLACE, or the files of that name, as one test.
function(syncgap_pytest name places)
  cmake_parse_arguments(ARG "" "TIMEOUT" "ENVIRONMENT" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  list(TRANSFORM places PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  add_test(NAME ${name} COMMAND ${Python3_EXECUTABLE} -m pytest -q -p no:cacheprovider ${places})
  set_tests_properties(${name} PROPERTIES LABELS python TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1;${ARG_ENVIRONMENT}")
endfunction()

# syncgap_mpi_test(NAME RANKS n... COMMAND program [arguments...] [LABELS label...] [TIMEOUT s]):
#   runs the program on n MPI ranks, on machines with fewer cores and as root too; with several n as
#   one test each, NAME.n_ranks. A GoogleTest case that skips makes the whole test count as skipped.
function(syncgap_mpi_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "RANKS;COMMAND;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  list(LENGTH ARG_RANKS counts)
  foreach(ranks IN LISTS ARG_RANKS)
    set(test ${name})
    if(counts GREATER 1)
      set(test ${name}.${ranks}_ranks)
    endif()
    add_test(NAME ${test}
      COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} ${ARG_COMMAND})
    set_tests_properties(${test} PROPERTIES LABELS "mpi;${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT}
      PROCESSORS ${ranks} SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]"
      ENVIRONMENT "${SYNCGAP_MPI_ENVIRONMENT}")
  endforeach()
endfunction()

# syncgap_ranks_tests(ROOM RANKS n...): builds test_ROOM_ranks from tests/ROOM/*_ranks.cc, cases that
#   every rank runs together, and registers it for each number of ranks.
function(syncgap_ranks_tests room)
  cmake_parse_arguments(ARG "" "" "RANKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${room}/*_ranks.cc)
  add_executable(test_${room}_ranks ${sources} ${CMAKE_CURRENT_SOURCE_DIR}/mpi_main.cc)
  syncgap_unity(test_${room}_ranks ${sources})
  syncgap_link_rooms(test_${room}_ranks ${room} parallel)
  target_link_libraries(test_${room}_ranks PRIVATE GTest::gtest GTest::gmock)
  target_include_directories(test_${room}_ranks PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  syncgap_mpi_test(${room}.ranks RANKS ${ARG_RANKS} COMMAND $<TARGET_FILE:test_${room}_ranks>)
endfunction()
