option(SYNCGAP_UNITY "Compile files several at a time" OFF)
set(SYNCGAP_UNITY_BYTES 60000 CACHE STRING "Most bytes of source in a group")
mark_as_advanced(SYNCGAP_UNITY_BYTES)

# syncgap_sources(RESULT FOLDER): the sources of a folder, at any depth, that belong to this build.
#   A build flag marks a file by its suffix, never a place:
#     *.torch.cc  needs LibTorch
#     *.cuda.cc   needs CUDA and NCCL       *.nocuda.cc   its stand-in where there are none
#     *.cuda.cu   kernels: nvcc compiles it
function(syncgap_sources result folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cc)
  if(NOT SYNCGAP_HAS_TORCH)
    list(FILTER sources EXCLUDE REGEX "\\.torch\\.cc$")
  endif()
  if(SYNCGAP_CUDA)
    list(FILTER sources EXCLUDE REGEX "\\.nocuda\\.cc$")
    file(GLOB_RECURSE kernels CONFIGURE_DEPENDS ${folder}/*.cuda.cu)
    list(APPEND sources ${kernels})
  else()
    list(FILTER sources EXCLUDE REGEX "\\.cuda\\.cc$")
  endif()
  set(${result} ${sources} PARENT_SCOPE)
endfunction()

# syncgap_headers(PLAIN TORCH FOLDER): its headers, those that need LibTorch apart: NAME.h whose only
#   source is NAME.torch.cc, and NAME.torch.h, which has no source.
function(syncgap_headers plain torch folder)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${folder}/*.h)
  set(with_torch)
  foreach(header IN LISTS headers)
    string(REGEX REPLACE "\\.h$" "" stem ${header})
    if(header MATCHES "\\.torch\\.h$" OR (EXISTS ${stem}.torch.cc AND NOT EXISTS ${stem}.cc))
      list(APPEND with_torch ${header})
    endif()
  endforeach()
  if(with_torch)
    list(REMOVE_ITEM headers ${with_torch})
  endif()
  set(${plain} ${headers} PARENT_SCOPE)
  set(${torch} ${with_torch} PARENT_SCOPE)
endfunction()

# syncgap_unity(TARGET source...)
#   Most of what it takes to compile a file is reading headers and instantiating what others
#   instantiate too: where SYNCGAP_UNITY is set, groups of files share both. Groups are even in bytes,
#   so that none is long alone at the end. Vector code compiles itself several times over and stays
#   alone, as do tests that choose whether preconditions are checked.
function(syncgap_unity target)
  if(NOT SYNCGAP_UNITY OR NOT ARGN)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  set(group 0)
  set(filled 0)
  foreach(source IN LISTS ARGN)
    file(STRINGS ${source} alone REGEX "HWY_TARGET_INCLUDE|define NDEBUG|undef NDEBUG" LIMIT_COUNT 1)
    if(NOT alone)
      file(SIZE ${source} bytes)
      math(EXPR filled "${filled} + ${bytes}")
      if(filled GREATER SYNCGAP_UNITY_BYTES)
        math(EXPR group "${group} + 1")
        set(filled ${bytes})
      endif()
      set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
    endif()
  endforeach()
endfunction()

function(syncgap_is_vector_code source result)
  file(STRINGS ${source} vector_code REGEX "define HWY_TARGET_INCLUDE" LIMIT_COUNT 1)
  set(${result} "${vector_code}" PARENT_SCOPE)
endfunction()

# syncgap_library(TARGET SOURCES... HEADERS... USES target...): a static library, or only headers.
function(syncgap_library target)
  cmake_parse_arguments(LIBRARY "" "" "SOURCES;HEADERS;USES" ${ARGN})
  set(scope PUBLIC)
  if(LIBRARY_SOURCES)
    add_library(${target} STATIC ${LIBRARY_SOURCES})
    target_link_libraries(${target} PRIVATE syncgap_flags)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src
    FILES ${LIBRARY_HEADERS})
  set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  target_link_libraries(${target} ${scope} ${LIBRARY_USES})
endfunction()

# syncgap_room(NAME [USES room...] [LIBS target...] [TORCH_TABLE symbol])
#   One folder of src/, one namespace, and the library syncgap_NAME; what needs LibTorch is the library
#   syncgap_NAME_torch. USES is the table of what may include what: check_includes.py reads these
#   very lines. TORCH_TABLE is what the first library asks the second one for (core/torch_part.h):
#   a program that links the second one exports it.
function(syncgap_room name)
  cmake_parse_arguments(ROOM "" "TORCH_TABLE" "USES;LIBS" ${ARGN})
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/${name})
  syncgap_sources(sources ${folder})
  syncgap_headers(headers torch_headers ${folder})
  # Vector code is a hundred times slower without optimisation: too slow even to test. Its
  # preconditions stay on in Debug.
  foreach(source IN LISTS sources)
    syncgap_is_vector_code(${source} vector_code)
    if(vector_code)
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "$<$<CONFIG:Debug>:-O2>")
    endif()
  endforeach()
  set(torch_sources ${sources})
  list(FILTER torch_sources INCLUDE REGEX "\\.torch\\.cc$")
  list(FILTER sources EXCLUDE REGEX "\\.torch\\.cc$")
  list(TRANSFORM ROOM_USES PREPEND syncgap_ OUTPUT_VARIABLE uses)
  syncgap_library(syncgap_${name} SOURCES ${sources} HEADERS ${headers} USES ${uses} ${ROOM_LIBS})
  syncgap_unity(syncgap_${name} ${sources})
  if(sources)
    set_property(GLOBAL APPEND PROPERTY SYNCGAP_PLAIN_ROOMS syncgap_${name})
  endif()
  if(NOT SYNCGAP_HAS_TORCH OR NOT (torch_sources OR torch_headers))
    return()
  endif()
  set(torch_uses syncgap_${name} syncgap_torch)
  foreach(used IN LISTS ROOM_USES)
    if(TARGET syncgap_${used}_torch)
      list(APPEND torch_uses syncgap_${used}_torch)
    endif()
  endforeach()
  set(torch syncgap_${name}_torch)
  syncgap_library(${torch} SOURCES ${torch_sources} HEADERS ${torch_headers} USES ${torch_uses})
  # Part of a shared object none of whose functions another one replaces.
  set_target_properties(${torch} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${torch} PRIVATE -fno-semantic-interposition)
  syncgap_unity(${torch} ${torch_sources})
  if(ROOM_TORCH_TABLE)
    target_link_options(${torch} INTERFACE -Wl,--undefined=${ROOM_TORCH_TABLE}
      -Wl,--export-dynamic-symbol=${ROOM_TORCH_TABLE})
  endif()
  set_property(GLOBAL APPEND PROPERTY SYNCGAP_TORCH_ROOMS ${torch})
endfunction()

# syncgap_torch_part(TARGET PROGRAM): the shared object with every room's LibTorch library, which
#   PROGRAM opens when a job trains. What it needs of the rooms without LibTorch it takes from the
#   program, which therefore holds all of them whole and exports them: nothing is there twice.
function(syncgap_torch_part target program)
  get_property(torch_rooms GLOBAL PROPERTY SYNCGAP_TORCH_ROOMS)
  get_property(plain_rooms GLOBAL PROPERTY SYNCGAP_PLAIN_ROOMS)
  foreach(rooms IN ITEMS torch_rooms plain_rooms)
    list(TRANSFORM ${rooms} REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>")
  endforeach()
  add_library(${target} MODULE ${torch_rooms})
  target_link_libraries(${target} PRIVATE syncgap_torch)
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX OUTPUT_NAME syncgap_torch
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  target_sources(${program} PRIVATE ${plain_rooms})
  set_target_properties(${program} PROPERTIES ENABLE_EXPORTS ON)
  add_dependencies(${program} ${target})
endfunction()
