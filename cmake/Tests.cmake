# syncgap_room_tests(ROOM): builds test_ROOM from tests/ROOM/*_test.cc and registers every case.
function(syncgap_room_tests room)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${room}/*_test.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(test_${room} ${sources})
  target_link_libraries(test_${room} PRIVATE syncgap_flags syncgap_${room} GTest::gtest_main
    GTest::gmock)
  target_include_directories(test_${room} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  gtest_discover_tests(test_${room} TEST_PREFIX ${room}. DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS unit TIMEOUT 300)
endfunction()
