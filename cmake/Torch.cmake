# SYNCGAP_TORCH chooses the LibTorch build; SYNCGAP_HAS_TORCH says whether there is one, and the
# target syncgap_torch is how it is linked. Only the files *.torch.cc see it, which make a shared object
# of their own (Rooms.cmake).
#   auto    Torch_DIR if given, else Debian's libtorch-dev, else the torch package of python3
#   none    no LibTorch
#   debian  Debian's libtorch-dev
#   wheel   the torch package of the python3 in PATH
#   PATH    an unpacked LibTorch, or the folder of its TorchConfig.cmake
# TorchConfig.cmake itself is not used: where LibTorch was built with CUDA it insists on a CUDA
# toolkit of the same version, which a program that only links LibTorch does not need.
set(SYNCGAP_TORCH auto CACHE STRING "LibTorch to use: auto, none, debian, wheel or a path")
set(SYNCGAP_HAS_TORCH OFF)
set(SYNCGAP_TORCH_LIBRARY "")

# Sets torch_include and torch_library from an unpacked LibTorch or wheel.
function(syncgap_search_torch root)
  find_path(torch_include torch/script.h PATHS ${root}/include NO_DEFAULT_PATH NO_CACHE)
  find_library(torch_library torch PATHS ${root}/lib NO_DEFAULT_PATH NO_CACHE)
  set(torch_include ${torch_include} PARENT_SCOPE)
  set(torch_library ${torch_library} PARENT_SCOPE)
endfunction()

unset(torch_include)
unset(torch_library)
if(NOT SYNCGAP_TORCH MATCHES "^(auto|none|debian|wheel)$")
  string(REGEX REPLACE "/share/cmake/Torch/?$" "" root ${SYNCGAP_TORCH})
  syncgap_search_torch(${root})
elseif(SYNCGAP_TORCH STREQUAL "auto" AND Torch_DIR)
  string(REGEX REPLACE "/share/cmake/Torch/?$" "" root ${Torch_DIR})
  syncgap_search_torch(${root})
endif()
if(SYNCGAP_TORCH MATCHES "^(auto|debian)$" AND NOT torch_library)
  find_path(torch_include torch/script.h PATHS /usr/include NO_DEFAULT_PATH NO_CACHE)
  find_library(torch_library torch PATHS /usr/lib PATH_SUFFIXES ${CMAKE_LIBRARY_ARCHITECTURE}
    NO_DEFAULT_PATH NO_CACHE)
endif()
if(SYNCGAP_TORCH MATCHES "^(auto|wheel)$" AND NOT torch_library)
  find_program(SYNCGAP_PATH_PYTHON python3)
  execute_process(COMMAND ${SYNCGAP_PATH_PYTHON} -c
    "import importlib.util, os; print(os.path.dirname(importlib.util.find_spec('torch').origin))"
    OUTPUT_VARIABLE root OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(root)
    syncgap_search_torch(${root})
  endif()
endif()

if(torch_library AND torch_include)
  get_filename_component(torch_folder ${torch_library} DIRECTORY)
  find_library(torch_cpu torch_cpu PATHS ${torch_folder} NO_DEFAULT_PATH NO_CACHE REQUIRED)
  find_library(torch_core c10 PATHS ${torch_folder} NO_DEFAULT_PATH NO_CACHE REQUIRED)
  find_library(torch_cuda torch_cuda PATHS ${torch_folder} NO_DEFAULT_PATH NO_CACHE)
  add_library(syncgap_torch INTERFACE)
  target_include_directories(syncgap_torch SYSTEM INTERFACE ${torch_include})
  if(EXISTS ${torch_include}/torch/csrc/api/include)
    target_include_directories(syncgap_torch SYSTEM INTERFACE
      ${torch_include}/torch/csrc/api/include)
  endif()
  target_link_libraries(syncgap_torch INTERFACE ${torch_cpu} ${torch_core})
  if(SYNCGAP_CUDA AND torch_cuda)
    # Nothing refers to it by name: it registers its kernels when it is loaded.
    target_link_libraries(syncgap_torch INTERFACE -Wl,--no-as-needed ${torch_cuda} -Wl,--as-needed)
  endif()
  set(SYNCGAP_HAS_TORCH ON)
  find_file(torch_version torch/version.h PATHS ${torch_include}/torch/csrc/api/include
    ${torch_include} NO_DEFAULT_PATH NO_CACHE REQUIRED)
  foreach(part IN ITEMS MAJOR MINOR PATCH)
    file(STRINGS ${torch_version} found REGEX "define TORCH_VERSION_${part} +[0-9]+" LIMIT_COUNT 1)
    string(REGEX MATCH "[0-9]+$" ${part} "${found}")
  endforeach()
  set(SYNCGAP_TORCH_LIBRARY "LibTorch ${MAJOR}.${MINOR}.${PATCH}")
  message(STATUS "LibTorch: ${torch_library}")
elseif(SYNCGAP_TORCH MATCHES "^(auto|none)$")
  message(STATUS "LibTorch: none")
else()
  message(FATAL_ERROR "No LibTorch found (SYNCGAP_TORCH=${SYNCGAP_TORCH}): install libtorch-dev for"
    " 'debian', the torch package of python3 for 'wheel', or give the folder of an unpacked LibTorch")
endif()
