#include "store/join.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_text.h"
#include "store/record_error.h"
#include "store/small_record.h"

namespace syncgap::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Grid grid_of(std::vector<double> g, std::vector<std::string> schedules = {"constant"}) {
  return Grid({{"g", AxisRole::split, std::move(g), "coupling", "1"},
               {"schedule", AxisRole::split, std::move(schedules), "how"},
               {"step", AxisRole::captured, std::vector<std::int64_t>{0, 10, 20, 30}, "step"}});
}

class Join : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_.path(name); }

  Record make(const std::string& name, const Grid& grid) const {
    RecordHeader header = small_header();
    header.identity =
        "experiment = exact_score\nsplit axis g = [0]\nsplit axis schedule = [a]\nseed = 1\n";
    create_record(path(name), header, grid, small_observables());
    return {path(name), Record::Access::write};
  }

  /// Values that are the coordinates' own.
  static void commit(const Record& record, std::uint64_t unit, double shift = 0) {
    std::vector<double> values(record.layout().total(),
                               Unit(record.grid(), unit).real("g") + shift);
    record.commit(unit, values, 1.5);
  }

  TemporaryFolder folder_;
};

TEST_F(Join, UnitsGoWhereTheirCoordinatesAre) {
  const Record a = make("a.h5", grid_of({0.5, 2.0})), b = make("b.h5", grid_of({0.1, 1.0}));
  for (const std::uint64_t unit : {0, 1}) {
    commit(a, unit);
    commit(b, unit);
  }
  const auto taken = merge_records({a.path(), b.path()}, path("all.h5"));
  const Record all(path("all.h5"), Record::Access::read);
  EXPECT_EQ(taken[0].done + taken[1].done, 4U);
  EXPECT_THAT(std::get<0>(all.grid().axes()[0].values), ElementsAre(0.1, 0.5, 1.0, 2.0));
  for (std::uint64_t unit = 0; unit < 4; ++unit)
    EXPECT_THAT(all.values(unit), testing::Each(Unit(all.grid(), unit).real("g")));
  EXPECT_THAT(all.damaged(0, 4, all.statuses()), ElementsAre());
  EXPECT_THAT(all.header().identity, HasSubstr("split axis g = [0.1, 0.5, 1.0, 2.0]\n"));
}

TEST_F(Join, ValuesThatDoNotRiseStayInTheOrderMet) {
  const Record a = make("a.h5", grid_of({2.0, 0.5}, {"late", "constant"}));
  const Record b = make("b.h5", grid_of({1.0}, {"constant", "early"}));
  merge_records({a.path(), b.path()}, path("all.h5"));
  const Record all(path("all.h5"), Record::Access::read);
  EXPECT_THAT(std::get<0>(all.grid().axes()[0].values), ElementsAre(2.0, 0.5, 1.0));
  EXPECT_THAT(std::get<2>(all.grid().axes()[1].values), ElementsAre("late", "constant", "early"));
}

TEST_F(Join, RecordsThatDisagreeAreLeftApart) {
  const Record a = make("a.h5", grid_of({0.5, 2.0})), b = make("b.h5", grid_of({2.0}));
  commit(a, 1);
  commit(b, 0, 1e-15);
  EXPECT_THAT(error_text<RecordError>([&] {
                merge_records({a.path(), b.path()}, path("all.h5"));
              }),
              HasSubstr("disagree about a finished unit (g=2.0 schedule=constant, observable "
                        "agreement, in " +
                        b.path()));
  EXPECT_EQ(entries(folder_), 2U);
}

TEST_F(Join, AFailureIsTakenOnlyWhereNobodyFinished) {
  const Record a = make("a.h5", grid_of({0.5, 2.0})), b = make("b.h5", grid_of({2.0, 3.0}));
  a.fail(0, 0, "no root", 1);
  a.fail(1, 1, "another", 1);
  commit(b, 0);
  const auto taken = merge_records({a.path(), b.path()}, path("all.h5"));
  const Record all(path("all.h5"), Record::Access::read);
  EXPECT_THAT(all.statuses(), ElementsAre(2, 1, 0));
  ASSERT_EQ(all.failures().size(), 1U);
  EXPECT_EQ(all.failures()[0].message, "no root");
  EXPECT_EQ(taken[0].failed, 1U);
}

TEST_F(Join, DamagedUnitsAreLeftOutAndRunAgain) {
  const Record a = make("a.h5", grid_of({0.5, 2.0}));
  commit(a, 0);
  commit(a, 1);
  // Its cells without its checksum.
  const auto statuses = a.statuses();
  const Record other = make("b.h5", grid_of({0.5}));
  commit(other, 0);
  std::uint64_t offset = 0;
  {
    std::ifstream file(a.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    const double wanted = 2.0;
    std::string pattern(reinterpret_cast<const char*>(&wanted), sizeof wanted);
    pattern += pattern;  // two cells side by side: no coordinate
    offset = bytes.find(pattern);
    ASSERT_NE(offset, std::string::npos);
  }
  flip_bit(a.path(), offset);
  const auto taken = merge_records({a.path(), other.path()}, path("all.h5"));
  EXPECT_EQ(taken[0].damaged, 1U);
  EXPECT_EQ(taken[1].repeated, 1U);
  EXPECT_THAT(Record(path("all.h5"), Record::Access::read).statuses(), ElementsAre(1, 0));
}

TEST_F(Join, ExtendedInPlaceTheOldRecordStaysBesideTheNewOne) {
  const Grid small = grid_of({0.5, 2.0}), large = grid_of({0.1, 0.5, 2.0}, {"late", "constant"});
  RecordHeader header;
  {
    const Record record = make("r.h5", small);
    commit(record, 0);
    record.fail(1, 0, "no root", 1);
    header = record.header();
  }
  for (int again = 0; again < 2; ++again) {  // as after a kill before the old one was replaced
    const Extension extension = extend_record(path("r.h5"), header, large, small_observables());
    if (again == 0) {
      EXPECT_EQ(extension.old_record, path("r.2-units.h5"));
      EXPECT_EQ(extension.taken.done, 1U);
      EXPECT_EQ(extension.taken.failed, 1U);
    }
    const Record record(path("r.h5"), Record::Access::read);
    EXPECT_THAT(record.statuses(), ElementsAre(0, 0, 0, 1, 0, 2));
    EXPECT_EQ(record.failures()[0].unit, 5U);
    EXPECT_THAT(record.values(3), testing::Each(0.5));
  }
  EXPECT_THAT(Record(path("r.2-units.h5"), Record::Access::read).statuses(), ElementsAre(1, 2));
  EXPECT_EQ(entries(folder_), 3U);
}

TEST_F(Join, NamesAxesThatLackValues) {
  EXPECT_THAT(axes_that_lack_values(grid_of({0.5, 3.0}), grid_of({0.5}, {"late"})),
              ElementsAre("g", "schedule"));
  EXPECT_THAT(axes_that_lack_values(grid_of({0.5}), grid_of({0.1, 0.5})), ElementsAre());
}

}  // namespace
}  // namespace syncgap::store
