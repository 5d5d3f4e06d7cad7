// How a finished unit reaches the file: pwrite, a shared memory map, or independent parallel HDF5.
// Each rank writes every size-th unit of one preallocated file: its cells, then seconds, checksum
// and status in arrays of their own, as the record does. Prints one JSON line; run under mpirun.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include <hdf5.h>
#include <mpi.h>

namespace {

struct Shape {
  std::uint64_t units, cell_bytes;
  std::uint64_t cells() const { return 0; }
  std::uint64_t ledger() const { return units * cell_bytes; }
  std::uint64_t bytes() const { return ledger() + units * 17; }
};

void fail(const char* what) {
  std::perror(what);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

void with_pwrite(const Shape& shape, const char* path, std::uint64_t first, std::uint64_t step) {
  const int file = ::open(path, O_RDWR);
  if (file < 0) fail("open");
  const std::vector<char> cells(shape.cell_bytes, 'x');
  auto put = [&](const void* data, std::size_t bytes, std::uint64_t at) {
    if (::pwrite(file, data, bytes, static_cast<off_t>(at)) != static_cast<ssize_t>(bytes))
      fail("pwrite");
  };
  for (std::uint64_t unit = first; unit < shape.units; unit += step) {
    put(cells.data(), shape.cell_bytes, shape.cells() + unit * shape.cell_bytes);
    put(&unit, 8, shape.ledger() + unit * 8);
    put(&unit, 8, shape.ledger() + (shape.units + unit) * 8);
    put("\1", 1, shape.ledger() + shape.units * 16 + unit);
  }
  ::close(file);
}

void with_map(const Shape& shape, const char* path, std::uint64_t first, std::uint64_t step) {
  const int file = ::open(path, O_RDWR);
  if (file < 0) fail("open");
  auto* base = static_cast<char*>(
      ::mmap(nullptr, shape.bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
  if (base == MAP_FAILED) fail("mmap");
  const std::vector<char> cells(shape.cell_bytes, 'x');
  for (std::uint64_t unit = first; unit < shape.units; unit += step) {
    std::memcpy(base + unit * shape.cell_bytes, cells.data(), shape.cell_bytes);
    std::memcpy(base + shape.ledger() + unit * 8, &unit, 8);
    std::memcpy(base + shape.ledger() + (shape.units + unit) * 8, &unit, 8);
    base[shape.ledger() + shape.units * 16 + unit] = 1;
  }
  ::munmap(base, shape.bytes());
  ::close(file);
}

void with_hdf5(const Shape& shape, const std::string& path, std::uint64_t first,
               std::uint64_t step) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fapl_mpio(access, MPI_COMM_WORLD, MPI_INFO_NULL);
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, access);
  if (file < 0) fail("H5Fopen");
  const hid_t cells = H5Dopen2(file, "cells", H5P_DEFAULT);
  const hid_t ledgers[3] = {H5Dopen2(file, "seconds", H5P_DEFAULT),
                            H5Dopen2(file, "checksum", H5P_DEFAULT),
                            H5Dopen2(file, "status", H5P_DEFAULT)};
  const hid_t types[3] = {H5T_NATIVE_UINT64, H5T_NATIVE_UINT64, H5T_NATIVE_UINT8};
  const hsize_t row[2] = {1, shape.cell_bytes};
  const hsize_t one = 1;
  const hid_t row_memory = H5Screate_simple(2, row, nullptr);
  const hid_t one_memory = H5Screate_simple(1, &one, nullptr);
  const hid_t row_space = H5Dget_space(cells);
  const hid_t one_space = H5Dget_space(ledgers[0]);
  const std::vector<char> data(shape.cell_bytes, 'x');
  for (std::uint64_t unit = first; unit < shape.units; unit += step) {
    const hsize_t start[2] = {unit, 0};
    H5Sselect_hyperslab(row_space, H5S_SELECT_SET, start, nullptr, row, nullptr);
    if (H5Dwrite(cells, H5T_NATIVE_CHAR, row_memory, row_space, H5P_DEFAULT, data.data()) < 0)
      fail("H5Dwrite");
    H5Sselect_hyperslab(one_space, H5S_SELECT_SET, start, nullptr, &one, nullptr);
    for (int k = 0; k < 3; ++k)
      H5Dwrite(ledgers[k], types[k], one_memory, one_space, H5P_DEFAULT, &unit);
  }
  for (const hid_t space : {row_memory, one_memory, row_space, one_space}) H5Sclose(space);
  for (const hid_t dataset : {cells, ledgers[0], ledgers[1], ledgers[2]}) H5Dclose(dataset);
  H5Fclose(file);
  H5Pclose(access);
}

void make_hdf5(const Shape& shape, const std::string& path) {
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t how = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_alloc_time(how, H5D_ALLOC_TIME_EARLY);
  auto add = [&](const char* name, hid_t type, int rank, hsize_t columns) {
    const hsize_t extent[2] = {shape.units, columns};
    const hid_t space = H5Screate_simple(rank, extent, nullptr);
    H5Dclose(H5Dcreate2(file, name, type, space, H5P_DEFAULT, how, H5P_DEFAULT));
    H5Sclose(space);
  };
  add("cells", H5T_NATIVE_CHAR, 2, shape.cell_bytes);
  add("seconds", H5T_NATIVE_UINT64, 1, 1);
  add("checksum", H5T_NATIVE_UINT64, 1, 1);
  add("status", H5T_NATIVE_UINT8, 1, 1);
  H5Pclose(how);
  H5Fclose(file);
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  if (argc != 5) {
    std::fprintf(stderr, "usage: write_paths pwrite|map|hdf5 FILE UNITS CELL_BYTES\n");
    MPI_Abort(MPI_COMM_WORLD, 2);
  }
  const std::string path = argv[2], way = argv[1];
  const Shape shape{std::strtoull(argv[3], nullptr, 10), std::strtoull(argv[4], nullptr, 10)};
  int rank = 0, size = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  if (rank == 0) {
    if (way == "hdf5") {
      make_hdf5(shape, path);
    } else {
      const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644);
      const std::vector<char> zeros(1 << 20, 0);
      for (std::uint64_t at = 0; at < shape.bytes(); at += zeros.size())
        if (::write(file, zeros.data(), zeros.size()) < 0) fail("write");
      ::close(file);
    }
  }
  MPI_Barrier(MPI_COMM_WORLD);
  const double start = MPI_Wtime();
  const auto first = static_cast<std::uint64_t>(rank), step = static_cast<std::uint64_t>(size);
  if (way == "pwrite") with_pwrite(shape, path.c_str(), first, step);
  if (way == "map") with_map(shape, path.c_str(), first, step);
  if (way == "hdf5") with_hdf5(shape, path, first, step);
  MPI_Barrier(MPI_COMM_WORLD);
  const double seconds = MPI_Wtime() - start;
  if (rank == 0)
    std::printf("{\"seconds\": %.9f, \"units_per_second\": %.6g, \"bytes_per_second\": %.6g}\n",
                seconds, static_cast<double>(shape.units) / seconds,
                static_cast<double>(shape.bytes()) / seconds);
  MPI_Finalize();
  return 0;
}
