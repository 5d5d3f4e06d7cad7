# CUDA and NCCL are seen by the files *.cuda.cc of src/parallel alone; every other build has *.nocuda.cc
# in their place, where there is no device and every NCCL communicator is null.
option(SYNCGAP_CUDA "Build with CUDA and NCCL" OFF)

add_library(syncgap_device INTERFACE)
if(SYNCGAP_CUDA)
  find_package(CUDAToolkit REQUIRED)
  find_path(NCCL_INCLUDE_DIR nccl.h HINTS ${CUDAToolkit_INCLUDE_DIRS} REQUIRED)
  find_library(NCCL_LIBRARY nccl HINTS ${CUDAToolkit_LIBRARY_DIR} REQUIRED)
  target_include_directories(syncgap_device SYSTEM INTERFACE ${NCCL_INCLUDE_DIR})
  target_link_libraries(syncgap_device INTERFACE CUDA::cudart ${NCCL_LIBRARY})
endif()
