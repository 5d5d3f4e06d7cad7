#include <cstring>
#include <filesystem>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <hdf5_hl.h>

#include "error_text.h"
#include "store/hdf5.h"
#include "store/record.h"
#include "store/small_record.h"

namespace syncgap::store {
namespace {

using testing::HasSubstr;

template <class T>
std::vector<T> read(const std::string& path, const std::string& dataset, hid_t type,
                    std::size_t count) {
  const Hdf5Id file = own(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "open");
  std::vector<T> out(count);
  EXPECT_GE(H5LTread_dataset(file.get(), dataset.c_str(), type, out.data()), 0) << dataset;
  return out;
}

class PackTest : public testing::Test {
 protected:
  PackTest() {
    create_record(path_, small_header(), small_grid(), small_observables());
    const Record record(path_, Record::Access::write);
    for (const std::uint64_t unit : {0, 2, 3}) record.commit(unit, small_values(record, unit), 0.5);
    record.fail(4, 0, "diverged", 0.1);
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.path("figure12.h5"), packed_ = folder_.path("packed.h5");
};

TEST_F(PackTest, TheCopyHoldsTheSameBits) {
  pack_record(path_, packed_);
  for (const auto& [name, count] : {std::pair<const char*, std::size_t>{"agreement", 24},
                                    {"final", 6},
                                    {"speciation", 24},
                                    {"unit_seconds", 6}}) {
    // As bytes, so that NaN equals NaN.
    const auto before = read<double>(path_, name, H5T_NATIVE_DOUBLE, count);
    const auto after = read<double>(packed_, name, H5T_NATIVE_DOUBLE, count);
    EXPECT_EQ(std::memcmp(before.data(), after.data(), count * 8), 0) << name;
  }
  EXPECT_EQ(read<std::uint8_t>(path_, "unit_status", H5T_NATIVE_UINT8, 6),
            read<std::uint8_t>(packed_, "unit_status", H5T_NATIVE_UINT8, 6));
  EXPECT_EQ(read<std::uint64_t>(path_, "unit_checksum", H5T_NATIVE_UINT64, 6),
            read<std::uint64_t>(packed_, "unit_checksum", H5T_NATIVE_UINT64, 6));
  EXPECT_EQ(entries(folder_), 2U);
}

TEST_F(PackTest, ACopyIsRefusedAsARecordAndNeverOverwritten) {
  pack_record(path_, packed_);
  EXPECT_THAT(error_text<RecordError>([&] { Record(packed_, Record::Access::write); }),
              HasSubstr("packed"));
  EXPECT_THAT(error_text<RecordError>([&] { pack_record(path_, packed_); }),
              HasSubstr("the packed copy exists already"));
  EXPECT_THAT(error_text<RecordError>([&] { pack_record(packed_, folder_.path("twice.h5")); }),
              HasSubstr("packed"));
}

TEST_F(PackTest, ALargeRecordShrinks) {
  std::vector<std::int64_t> seeds(1000), steps(500);
  std::iota(seeds.begin(), seeds.end(), 0);
  std::iota(steps.begin(), steps.end(), 0);
  const Grid grid({{"seed", AxisRole::split, seeds, ""}, {"step", AxisRole::captured, steps, ""}});
  const std::string path = folder_.path("large.h5");
  create_record(path, small_header(), grid, {{"x", {"step"}, ""}});
  const Record record(path, Record::Access::write);
  std::vector<double> values(500);
  for (std::uint64_t unit = 0; unit < 1000; ++unit) {
    for (std::size_t k = 0; k < 500; ++k) values[k] = static_cast<double>((unit + k) % 7);
    record.commit(unit, values, 0.1);
  }
  pack_record(path, packed_);
  EXPECT_LT(std::filesystem::file_size(packed_), std::filesystem::file_size(path) / 4);
  EXPECT_EQ(read<double>(path, "x", H5T_NATIVE_DOUBLE, 500'000),
            read<double>(packed_, "x", H5T_NATIVE_DOUBLE, 500'000));
}

TEST_F(PackTest, ADamagedRecordIsNotPackedSilently) {
  flip_bit(path_, 200);
  EXPECT_THROW(pack_record(path_, packed_), RecordError);
  EXPECT_EQ(entries(folder_), 1U);
}

}  // namespace
}  // namespace syncgap::store
