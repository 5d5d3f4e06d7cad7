# Every third-party library the build uses, found once. README says why each one is here.
set(MPI_CXX_SKIP_MPICXX ON)
find_package(MPI REQUIRED COMPONENTS C)
find_package(HDF5 REQUIRED COMPONENTS C HL)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(Boost 1.74 REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy)
pkg_check_modules(TOMLPP REQUIRED IMPORTED_TARGET tomlplusplus)

add_library(syncgap_hdf5 INTERFACE)
target_include_directories(syncgap_hdf5 SYSTEM INTERFACE ${HDF5_INCLUDE_DIRS})
target_link_libraries(syncgap_hdf5 INTERFACE ${HDF5_C_LIBRARIES} ${HDF5_C_HL_LIBRARIES})

# Not by pkg-config: Debian's names the folder of one build of OpenBLAS, which would go into the
# program's run path. LibTorch finds its BLAS through the alternatives, and two builds in one process
# do not fit together.
find_path(SYNCGAP_OPENBLAS_INCLUDE cblas.h PATH_SUFFIXES openblas REQUIRED)
find_library(SYNCGAP_OPENBLAS_LIBRARY openblas REQUIRED)
add_library(syncgap_openblas INTERFACE)
target_include_directories(syncgap_openblas SYSTEM INTERFACE ${SYNCGAP_OPENBLAS_INCLUDE})
target_link_libraries(syncgap_openblas INTERFACE ${SYNCGAP_OPENBLAS_LIBRARY})

# The distribution's own Python has h5py and NumPy; another one that is first in PATH may not.
if(NOT Python3_EXECUTABLE AND EXISTS /usr/bin/python3)
  set(Python3_EXECUTABLE /usr/bin/python3 CACHE FILEPATH "Python with h5py, NumPy and Matplotlib")
endif()
find_package(Python3 REQUIRED COMPONENTS Interpreter)

if(SYNCGAP_TESTS)
  find_package(GTest REQUIRED)
endif()
