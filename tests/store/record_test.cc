#include "store/record.h"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <hdf5_hl.h>

#include "error_text.h"
#include "store/hdf5.h"
#include "store/small_record.h"

namespace syncgap::store {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::NanSensitiveDoubleEq;
using testing::Pointwise;

class RecordTest : public testing::Test {
 protected:
  RecordTest() { create_record(path_, small_header(), small_grid(), small_observables()); }

  Record open(Record::Access access = Record::Access::write) const { return {path_, access}; }
  std::string refusal() const {
    return error_text<RecordError>([&] { open(); });
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.path("figure12.h5");
};

TEST_F(RecordTest, GivesBackWhatItWasMadeOf) {
  const Record record = open(Record::Access::read);
  const RecordHeader expected = small_header();
  const RecordHeader& header = record.header();
  EXPECT_EQ(header.experiment, expected.experiment);
  EXPECT_EQ(header.title, expected.title);
  EXPECT_EQ(header.profile, expected.profile);
  EXPECT_EQ(header.job, expected.job);
  EXPECT_EQ(header.options, expected.options);
  EXPECT_EQ(header.identity, expected.identity);
  EXPECT_EQ(header.sweep_seed, 42);
  EXPECT_EQ(header.provenance, expected.provenance);

  const Grid grid = small_grid();
  ASSERT_EQ(record.grid().axes().size(), 3U);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(record.grid().axes()[k].name, grid.axes()[k].name);
    EXPECT_EQ(record.grid().axes()[k].values, grid.axes()[k].values);
    EXPECT_EQ(record.grid().axes()[k].role, grid.axes()[k].role);
    EXPECT_EQ(record.grid().axes()[k].doc, grid.axes()[k].doc);
    EXPECT_EQ(record.grid().axes()[k].unit, grid.axes()[k].unit);
  }
  const auto observables = small_observables();
  ASSERT_EQ(record.layout().observables().size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const Observable& observable = record.layout().observables()[i];
    EXPECT_EQ(observable.name, observables[i].name);
    EXPECT_EQ(observable.captured, observables[i].captured);
    EXPECT_EQ(observable.long_name, observables[i].long_name);
    EXPECT_EQ(observable.unit, observables[i].unit);
    EXPECT_EQ(observable.source, observables[i].source);
  }
}

TEST_F(RecordTest, StartsPendingAndFilledWithNan) {
  const Record record = open(Record::Access::read);
  EXPECT_THAT(record.statuses(), Each(0));
  for (const double x : record.seconds()) EXPECT_TRUE(std::isnan(x));
  for (std::uint64_t unit = 0; unit < 6; ++unit)
    for (const double x : record.values(unit)) EXPECT_TRUE(std::isnan(x));
  EXPECT_THAT(record.failures(), IsEmpty());
}

TEST_F(RecordTest, ACommittedUnitIsThereForEveryoneAndTheOthersAreUntouched) {
  const Record writer = open();
  const auto values = small_values(writer, 4);
  EXPECT_EQ(writer.commit(4, values, 1.5), values.size() * 8);
  const Record reader = open(Record::Access::read);
  EXPECT_EQ(reader.values(4), values);
  EXPECT_THAT(reader.statuses(), ElementsAre(0, 0, 0, 0, 1, 0));
  EXPECT_EQ(reader.seconds()[4], 1.5);
  for (const std::uint64_t other : {0, 1, 2, 3, 5})
    for (const double x : reader.values(other)) EXPECT_TRUE(std::isnan(x));
  EXPECT_THAT(reader.damaged(0, 6, reader.statuses()), IsEmpty());
}

TEST_F(RecordTest, Hdf5FindsTheCellsWhereTheCoordinatesSay) {
  const Record record = open();
  for (std::uint64_t unit = 0; unit < 6; ++unit)
    record.commit(unit, small_values(record, unit), 0.1);
  const Hdf5Id file = own(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "open");
  std::vector<double> agreement(3 * 2 * 4), final(3 * 2);
  ASSERT_GE(H5LTread_dataset_double(file.get(), "agreement", agreement.data()), 0);
  ASSERT_GE(H5LTread_dataset_double(file.get(), "final", final.data()), 0);
  for (std::uint64_t unit = 0; unit < 6; ++unit) {
    const auto expected = small_values(record, unit);
    for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(agreement[unit * 4 + k], expected[k]);
    EXPECT_EQ(final[unit], expected[4]);
  }
}

TEST_F(RecordTest, NothingButCellsAndLedgerEverChanges) {
  const auto length = std::filesystem::file_size(path_);
  {
    const Record record = open();
    for (std::uint64_t unit = 0; unit < 5; ++unit)
      record.commit(unit, small_values(record, unit), 0.1);
    record.fail(5, 0, "diverged", 0.1);
    record.sync();
  }
  EXPECT_EQ(std::filesystem::file_size(path_), length);
  EXPECT_EQ(open().header().identity, small_header().identity);  // the seal still holds
}

TEST_F(RecordTest, AFailureKeepsItsMessageAndLeavesTheCellsNan) {
  const Record record = open();
  record.fail(2, 0, "did not converge: κ = ∞", 0.25);
  EXPECT_THAT(record.statuses(), ElementsAre(0, 0, 2, 0, 0, 0));
  const auto failures = record.failures();
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].unit, 2U);
  EXPECT_EQ(failures[0].message, "did not converge: κ = ∞");
  for (const double x : record.values(2)) EXPECT_TRUE(std::isnan(x));
}

TEST_F(RecordTest, ALongMessageIsCutAtACharacter) {
  const Record record = open();
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::string text(shift, 'x');
    while (text.size() < 700) text += "∞";
    record.fail(2, 0, text, 0);
    const std::string cut = record.failures()[0].message;
    ASSERT_GT(cut.size(), 490U);
    EXPECT_TRUE(cut.ends_with("..."));
    EXPECT_EQ(cut.substr(0, cut.size() - 3), text.substr(0, cut.size() - 3));
    EXPECT_EQ((cut.size() - 3 - shift) % 3, 0U);
  }
}

TEST_F(RecordTest, TheFailureTableIsRewrittenAndNeverOverrun) {
  const Record record = open();
  ASSERT_EQ(record.failure_capacity(), 6U);
  for (std::uint64_t unit = 0; unit < 6; ++unit) record.fail(unit, unit, "first", 0);
  record.fail(0, 6, "there is no room for this", 0);
  record.fail(0, 1000000, "nor for this", 0);
  EXPECT_EQ(record.failures().size(), 6U);
  record.write_failures({{3, "kept"}});
  const auto failures = record.failures();
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].unit, 3U);
  EXPECT_EQ(failures[0].message, "kept");
  EXPECT_EQ(open().unit_count(), 6U);
}

TEST_F(RecordTest, ResetMakesAUnitPendingAndItsCellsNan) {
  const Record record = open();
  record.commit(1, small_values(record, 1), 0.1);
  record.commit(2, small_values(record, 2), 0.1);
  record.reset(1);
  EXPECT_THAT(record.statuses(), ElementsAre(0, 0, 1, 0, 0, 0));
  for (const double x : record.values(1)) EXPECT_TRUE(std::isnan(x));
  EXPECT_TRUE(std::isnan(record.seconds()[1]));
  EXPECT_EQ(record.values(2), small_values(record, 2));
}

TEST_F(RecordTest, AFlippedBitInAnyCellOfADoneUnitIsFound) {
  std::uint64_t cells = 0;
  {
    const Record record = open();
    for (std::uint64_t unit = 0; unit < 6; ++unit)
      record.commit(unit, small_values(record, unit), 0.1);
    const Hdf5Id file = own(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "open");
    const Hdf5Id dataset =
        own(H5Dopen2(file.get(), "agreement", H5P_DEFAULT), H5Dclose, "open agreement");
    cells = H5Dget_offset(dataset.get());
  }
  for (std::uint64_t byte = 0; byte < 6 * 4 * 8; ++byte) {
    flip_bit(path_, cells + byte);
    const Record record = open(Record::Access::read);
    EXPECT_THAT(record.damaged(0, 6, record.statuses()), ElementsAre(byte / 32));
    flip_bit(path_, cells + byte);
  }
}

TEST_F(RecordTest, CellsOfTwoUnitsThatAreExchangedAreFound) {
  const Record record = open();
  const auto values = small_values(record, 0);
  record.commit(0, values, 0.1);
  record.commit(1, values, 0.1);  // the same numbers, yet another checksum
  EXPECT_THAT(record.damaged(0, 6, record.statuses()), IsEmpty());
  const Hdf5Id file = own(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "open");
  std::vector<std::uint64_t> sums(6);
  ASSERT_GE(H5LTread_dataset(file.get(), "unit_checksum", H5T_NATIVE_UINT64, sums.data()), 0);
  EXPECT_NE(sums[0], sums[1]);
}

TEST_F(RecordTest, OnlyTheUnitsAskedForAreChecked) {
  const Record record = open();
  const auto values = small_values(record, 0);
  for (std::uint64_t unit = 0; unit < 6; ++unit) record.commit(unit, values, 0.1);
  std::vector<std::uint8_t> statuses = record.statuses();
  statuses[3] = 0;
  EXPECT_THAT(record.damaged(3, 3, statuses), IsEmpty());
  EXPECT_THAT(record.damaged(3, 6, statuses), IsEmpty());
}

TEST_F(RecordTest, AnImpossibleStatusIsRefused) {
  std::uint64_t at = 0;
  {
    const Hdf5Id file = own(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "open");
    const Hdf5Id dataset =
        own(H5Dopen2(file.get(), "unit_status", H5P_DEFAULT), H5Dclose, "open status");
    at = H5Dget_offset(dataset.get());
  }
  flip_bit(path_, at + 3);
  EXPECT_THAT(error_text<RecordError>([&] { open().statuses(); }),
              HasSubstr("impossible status (" + path_ + ", unit 3, saw 16)"));
}

TEST_F(RecordTest, IsNeverOverwrittenByANewOne) {
  {
    const Record record = open();
    record.commit(1, small_values(record, 1), 0.1);
  }
  EXPECT_THAT(error_text<RecordError>(
                  [&] { create_record(path_, small_header(), small_grid(), small_observables()); }),
              HasSubstr("exists already"));
  EXPECT_THAT(open().statuses(), ElementsAre(0, 1, 0, 0, 0, 0));
}

TEST_F(RecordTest, CreationLeavesNothingElseBehind) { EXPECT_EQ(entries(folder_), 1U); }

TEST_F(RecordTest, ARemovedReplacedOrCutFileIsNoticed) {
  const Record record = open();
  record.check_in_place();
  std::filesystem::rename(path_, path_ + ".moved");
  EXPECT_THAT(error_text<RecordError>([&] { record.check_in_place(); }),
              HasSubstr("no longer at its place"));
  create_record(path_, small_header(), small_grid(), small_observables());
  EXPECT_THAT(error_text<RecordError>([&] { record.check_in_place(); }),
              HasSubstr("no longer at its place"));
  std::filesystem::rename(path_ + ".moved", path_);
  record.check_in_place();
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 1);
  EXPECT_THAT(error_text<RecordError>([&] { record.check_in_place(); }),
              HasSubstr("changed its length"));
}

TEST_F(RecordTest, ARecordOfLargeUnitsIsWrittenInPieces) {
  std::vector<std::int64_t> steps(200'000);
  std::iota(steps.begin(), steps.end(), 0);
  const Grid grid({{"seed", AxisRole::split, std::vector<std::int64_t>{1, 2, 3}, ""},
                   {"step", AxisRole::captured, steps, ""}});
  const std::string path = folder_.path("large.h5");
  create_record(path, small_header(), grid, {{"x", {"step"}, ""}, {"y", {"step"}, ""}});
  const Record record(path, Record::Access::write);
  const auto values = small_values(record, 1);
  record.commit(1, values, 0.1);
  EXPECT_EQ(record.values(1), values);
  EXPECT_THAT(record.damaged(0, 3, record.statuses()), IsEmpty());
}

TEST(RecordWithoutSplitAxes, HoldsOneUnit) {
  const TemporaryFolder folder;
  const Grid grid({{"step", AxisRole::captured, std::vector<std::int64_t>{1, 2}, ""}});
  create_record(folder.path("one.h5"), small_header(), grid, {{"x", {"step"}, ""}, {"y", {}, ""}});
  const Record record(folder.path("one.h5"), Record::Access::write);
  ASSERT_EQ(record.unit_count(), 1U);
  const std::vector<double> values{1, 2, 3};
  record.commit(0, values, 0.1);
  EXPECT_EQ(Record(folder.path("one.h5"), Record::Access::read).values(0), values);
  EXPECT_THAT(record.statuses(), ElementsAre(1));
}

TEST(RecordBytes, IsCloseToTheFileAndNeverBelowIt) {
  const TemporaryFolder folder;
  for (const std::size_t units : {1, 100, 20000}) {
    std::vector<std::int64_t> seeds(units);
    std::iota(seeds.begin(), seeds.end(), 0);
    const Grid grid({{"seed", AxisRole::split, seeds, "seed"},
                     {"step", AxisRole::captured, std::vector<std::int64_t>{1, 2, 3}, "step"}});
    const std::vector<Observable> observables{{"x", {"step"}, "x"}, {"y", {}, "y"}};
    const std::string path = folder.path(std::to_string(units) + ".h5");
    create_record(path, small_header(), grid, observables);
    const auto actual = std::filesystem::file_size(path);
    EXPECT_GE(record_bytes(grid, observables), actual);
    EXPECT_LE(record_bytes(grid, observables), 1.2 * static_cast<double>(actual) + 30000);
  }
}

TEST(RecordBytes, AbsurdSizesAreRefusedWithoutOverflow) {
  std::vector<std::int64_t> many(60000), cells(700);
  std::iota(many.begin(), many.end(), 0);
  std::iota(cells.begin(), cells.end(), 0);
  const Grid grid({{"a", AxisRole::split, many, ""},
                   {"b", AxisRole::split, many, ""},
                   {"c", AxisRole::captured, cells, ""},
                   {"d", AxisRole::captured, cells, ""},
                   {"e", AxisRole::captured, cells, ""}});
  EXPECT_THAT(error_text<RecordError>([&] {
                record_bytes(grid, {{"x", {"c", "d", "e"}, ""}});
              }),
              HasSubstr("more than 4 exabytes"));
}

TEST(RecordPlaces, ThatCannotHoldARecordAreRefused) {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::string& path) {
    return error_text<RecordError>(
        [&] { create_record(path, small_header(), small_grid(), small_observables()); });
  };
  std::ofstream(folder.path("file")) << "x";
  EXPECT_THAT(refusal(folder.path("file/x.h5")), HasSubstr("choose another place with --record"));
  EXPECT_EQ(entries(folder), 1U);
  EXPECT_THAT(refusal(folder.path()), HasSubstr("exists already"));
}

TEST(RecordPlaces, WithoutARecordAreRefused) {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::string& path) {
    return error_text<RecordError>([&] { Record(path, Record::Access::read); });
  };
  EXPECT_EQ(refusal(folder.path("x.h5")),
            "there is no record here (" + folder.path("x.h5") + "): check the path");
  EXPECT_EQ(refusal(folder.path()), "a folder is not the record (" + folder.path() +
                                        "): name the file in it, " + folder.path("NAME.h5"));
}

TEST(IdentityDifference, NamesEveryLineThatDiffers) {
  const std::string recorded = "experiment = a\noption trials = 3\noption gone = 1\n";
  EXPECT_EQ(identity_difference(recorded, recorded), "");
  EXPECT_EQ(
      identity_difference(recorded, "experiment = a\noption trials = 4\noption new = x = y\n"),
      "\n  option gone: recorded 1, the job has none"
      "\n  option trials: recorded 3, the job has 4"
      "\n  option new: the record has none, the job has x = y");
}

TEST(IdentityDifference, OfLongValuesShowsTheFirstDifference) {
  const std::string zeros(300, '0'), ones(300, '1');
  EXPECT_EQ(identity_difference("axis g = " + zeros + "a" + ones + "\n",
                                "axis g = " + zeros + "b" + ones + "\n"),
            concat("\n  axis g: recorded ...", std::string(20, '0'), "a", std::string(79, '1'),
                   "..., the job has ...", std::string(20, '0'), "b", std::string(79, '1'), "..."));
  EXPECT_EQ(identity_difference("axis g = " + zeros + "\n", ""),
            concat("\n  axis g: recorded ", std::string(100, '0'), "..., the job has none"));
}

}  // namespace
}  // namespace syncgap::store
