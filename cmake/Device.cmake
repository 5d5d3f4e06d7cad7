# CUDA and NCCL live in src/parallel/with_cuda; every other build gets src/parallel/without_cuda,
# where there is no device and every NCCL communicator is null. No other file knows which it is.
option(SYNCGAP_CUDA "Build with CUDA and NCCL" OFF)

if(SYNCGAP_CUDA)
  find_package(CUDAToolkit REQUIRED)
  find_path(NCCL_INCLUDE_DIR nccl.h HINTS ${CUDAToolkit_INCLUDE_DIRS} REQUIRED)
  find_library(NCCL_LIBRARY nccl HINTS ${CUDAToolkit_LIBRARY_DIR} REQUIRED)
  file(GLOB device_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/parallel/with_cuda/*.cc)
  target_include_directories(syncgap_parallel SYSTEM PRIVATE ${NCCL_INCLUDE_DIR})
  target_link_libraries(syncgap_parallel PRIVATE CUDA::cudart ${NCCL_LIBRARY})
else()
  file(GLOB device_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/parallel/without_cuda/*.cc)
endif()
target_sources(syncgap_parallel PRIVATE ${device_sources})

# Point clouds on a device of LibTorch; without LibTorch there is none.
if(SYNCGAP_HAS_TORCH)
  file(GLOB torch_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/observables/with_torch/*.cc)
  target_link_libraries(syncgap_observables PRIVATE syncgap_torch)
else()
  file(GLOB torch_sources CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/src/observables/without_torch/*.cc)
endif()
target_sources(syncgap_observables PRIVATE ${torch_sources})
