// Three ways to write finished units into a file of known layout, on any number of MPI ranks:
// pwrite at the offsets HDF5 gives, stores into a shared mapping, and independent H5Dwrite of
// parallel HDF5. A unit is its cells, an 8-byte checksum, 8-byte seconds and a 1-byte status, as in
// a record. Stands alone, because the parallel HDF5 library cannot be linked beside the serial one.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include <mpi.h>
#ifdef SYNCGAP_PARALLEL_HDF5
#include <hdf5.h>
#endif

namespace {

struct Shape {
  std::uint64_t units = 0, doubles = 0;
  std::uint64_t cells() const { return 0; }
  std::uint64_t checksum() const { return units * doubles * 8; }
  std::uint64_t seconds() const { return checksum() + units * 8; }
  std::uint64_t status() const { return seconds() + units * 8; }
  std::uint64_t bytes() const { return status() + units; }
};

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  MPI_Abort(MPI_COMM_WORLD, 1);
  std::abort();
}

void put(int file, const void* data, std::size_t bytes, std::uint64_t offset) {
  if (::pwrite(file, data, bytes, static_cast<off_t>(offset)) != static_cast<ssize_t>(bytes))
    fail("pwrite");
}

/// Every byte exists before the clock starts, as in a record that was laid out.
void lay_out(const std::string& path, const Shape& shape) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644);
  const std::vector<char> zeros(std::size_t{1} << 20);
  for (std::uint64_t at = 0; at < shape.bytes(); at += zeros.size())
    put(file, zeros.data(), std::min<std::uint64_t>(zeros.size(), shape.bytes() - at), at);
  ::close(file);
}

/// Units are dealt in turn; calls `commit(unit)` for this rank's and returns the slowest rank's
/// seconds.
template <class Commit>
double time_units(const Shape& shape, const Commit& commit) {
  int rank = 0, ranks = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  MPI_Barrier(MPI_COMM_WORLD);
  const auto start = std::chrono::steady_clock::now();
  for (auto unit = static_cast<std::uint64_t>(rank); unit < shape.units;
       unit += static_cast<std::uint64_t>(ranks))
    commit(unit);
  const std::chrono::duration<double> mine = std::chrono::steady_clock::now() - start;
  double all = mine.count();
  MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return all;
}

double with_pwrite(const std::string& path, const Shape& shape, const std::vector<double>& values) {
  const int file = ::open(path.c_str(), O_RDWR);
  const std::uint64_t word = 1;
  const std::uint8_t done = 1;
  const double seconds = time_units(shape, [&](std::uint64_t unit) {
    put(file, values.data(), shape.doubles * 8, unit * shape.doubles * 8);
    put(file, &word, 8, shape.checksum() + unit * 8);
    put(file, &word, 8, shape.seconds() + unit * 8);
    put(file, &done, 1, shape.status() + unit);
  });
  ::close(file);
  return seconds;
}

double with_mapping(const std::string& path, const Shape& shape,
                    const std::vector<double>& values) {
  const int file = ::open(path.c_str(), O_RDWR);
  void* memory = ::mmap(nullptr, shape.bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) fail("mmap");
  char* base = static_cast<char*>(memory);
  const std::uint64_t word = 1;
  const double seconds = time_units(shape, [&](std::uint64_t unit) {
    std::memcpy(base + unit * shape.doubles * 8, values.data(), shape.doubles * 8);
    std::memcpy(base + shape.checksum() + unit * 8, &word, 8);
    std::memcpy(base + shape.seconds() + unit * 8, &word, 8);
    base[shape.status() + unit] = 1;
  });
  ::munmap(memory, shape.bytes());
  ::close(file);
  return seconds;
}

#ifdef SYNCGAP_PARALLEL_HDF5
hid_t valid(hid_t id) {
  if (id < 0) fail("HDF5");
  return id;
}

/// One dataset of shape (units, columns), allocated at once; (units) if `columns` is 0.
struct Dataset {
  Dataset(hid_t file, const char* name, hid_t stored, const Shape& shape, hsize_t columns)
      : columns_(columns), rank_(columns == 0 ? 1 : 2) {
    const hsize_t size[2] = {shape.units, columns};
    space_ = valid(H5Screate_simple(rank_, size, nullptr));
    const hid_t how = valid(H5Pcreate(H5P_DATASET_CREATE));
    H5Pset_alloc_time(how, H5D_ALLOC_TIME_EARLY);
    id_ = valid(H5Dcreate2(file, name, stored, space_, H5P_DEFAULT, how, H5P_DEFAULT));
    H5Pclose(how);
    const hsize_t one[2] = {1, columns};
    row_ = valid(H5Screate_simple(rank_, one, nullptr));
  }
  void write(std::uint64_t unit, hid_t type, const void* data) const {
    const hsize_t start[2] = {unit, 0}, count[2] = {1, columns_};
    H5Sselect_hyperslab(space_, H5S_SELECT_SET, start, nullptr, count, nullptr);
    if (H5Dwrite(id_, type, row_, space_, H5P_DEFAULT, data) < 0) fail("H5Dwrite");
  }
  void close() const { H5Sclose(row_), H5Sclose(space_), H5Dclose(id_); }

 private:
  hsize_t columns_;
  int rank_;
  hid_t id_, space_, row_;
};

double with_hdf5(const std::string& path, const Shape& shape, const std::vector<double>& values) {
  const hid_t access = valid(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_fapl_mpio(access, MPI_COMM_WORLD, MPI_INFO_NULL);
  const hid_t file = valid(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access));
  const Dataset cells(file, "value", H5T_IEEE_F64LE, shape, shape.doubles);
  const Dataset checksum(file, "unit_checksum", H5T_STD_U64LE, shape, 0);
  const Dataset taken(file, "unit_seconds", H5T_IEEE_F64LE, shape, 0);
  const Dataset status(file, "unit_status", H5T_STD_U8LE, shape, 0);
  const std::uint64_t word = 1;
  const std::uint8_t done = 1;
  const double seconds = time_units(shape, [&](std::uint64_t unit) {
    cells.write(unit, H5T_NATIVE_DOUBLE, values.data());
    checksum.write(unit, H5T_NATIVE_UINT64, &word);
    taken.write(unit, H5T_NATIVE_DOUBLE, values.data());
    status.write(unit, H5T_NATIVE_UINT8, &done);
  });
  for (const Dataset* each : {&cells, &checksum, &taken, &status}) each->close();
  H5Fclose(file);
  H5Pclose(access);
  return seconds;
}
#endif

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (argc != 5) {
    if (rank == 0) std::fprintf(stderr, "usage: write_paths FILE pwrite|mmap|hdf5 UNITS DOUBLES\n");
    MPI_Finalize();
    return 2;
  }
  const std::string path = argv[1], how = argv[2];
  const Shape shape{std::strtoull(argv[3], nullptr, 10), std::strtoull(argv[4], nullptr, 10)};
  const std::vector<double> values(shape.doubles, 0.5);
  if (rank == 0 && how != "hdf5") lay_out(path, shape);
  MPI_Barrier(MPI_COMM_WORLD);
  double seconds = -1;
  if (how == "pwrite") seconds = with_pwrite(path, shape, values);
  if (how == "mmap") seconds = with_mapping(path, shape, values);
#ifdef SYNCGAP_PARALLEL_HDF5
  if (how == "hdf5") seconds = with_hdf5(path, shape, values);
#endif
  if (rank == 0) {
    if (seconds < 0)
      std::printf("{}\n");
    else
      std::printf("{\"seconds\": %.9f, \"units_per_second\": %.1f, \"bytes_per_second\": %.1f}\n",
                  seconds, static_cast<double>(shape.units) / seconds,
                  static_cast<double>(shape.bytes()) / seconds);
    std::remove(path.c_str());
  }
  MPI_Finalize();
  return 0;
}
