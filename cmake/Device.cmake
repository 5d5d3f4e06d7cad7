# CUDA and NCCL are seen by the files *.cuda.cc and *.cuda.cu of src/parallel alone; every other build
# has *.nocuda.cc in their place, where there is no device and every NCCL communicator is null.
option(SYNCGAP_CUDA "Build with CUDA and NCCL" OFF)

add_library(syncgap_device INTERFACE)
if(SYNCGAP_CUDA)
  find_package(CUDAToolkit REQUIRED)
  # The nvcc of the toolkit that was found need not be in PATH. Its machine code for A100 and H100;
  # newer devices translate what is there for the newest of them.
  if(NOT DEFINED CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
    set(CMAKE_CUDA_COMPILER ${CUDAToolkit_NVCC_EXECUTABLE})
  endif()
  if(NOT DEFINED CMAKE_CUDA_HOST_COMPILER AND NOT DEFINED ENV{CUDAHOSTCXX})
    set(CMAKE_CUDA_HOST_COMPILER ${CMAKE_CXX_COMPILER})
  endif()
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES AND NOT DEFINED ENV{CUDAARCHS})
    set(CMAKE_CUDA_ARCHITECTURES 80 90)
  endif()
  # CUDA::cudart below is the shared one: two in a program would each have a current device.
  set(CMAKE_CUDA_RUNTIME_LIBRARY Shared)
  enable_language(CUDA)
  # CMake 3.25 does not know yet that nvcc speaks C++20.
  if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
  endif()
  set(CMAKE_CUDA_STANDARD 20)
  set(CMAKE_CUDA_STANDARD_REQUIRED ON)
  set(CMAKE_CUDA_EXTENSIONS OFF)
  find_path(NCCL_INCLUDE_DIR nccl.h HINTS ${CUDAToolkit_INCLUDE_DIRS} REQUIRED)
  find_library(NCCL_LIBRARY nccl HINTS ${CUDAToolkit_LIBRARY_DIR} REQUIRED)
  target_include_directories(syncgap_device SYSTEM INTERFACE ${NCCL_INCLUDE_DIR})
  target_link_libraries(syncgap_device INTERFACE CUDA::cudart ${NCCL_LIBRARY})
endif()
