#include "store/goal_tables.h"

#include <numeric>

#include "core/numbers.h"
#include "core/repeated_cells.h"
#include "store/record_error.h"

namespace syncgap::store {
namespace {

constexpr const char* kGoal = "goals/goal";
constexpr const char* kByte = "goals/byte";

}  // namespace

void lay_out_goals(DatasetWriter& writer, const GoalNote& goals, const Grid& grid) {
  const Hdf5Id group = writer.group("goals");
  std::vector<std::int64_t> numbers(kGoalBytes);
  std::iota(numbers.begin(), numbers.end(), 0);
  describe(writer.scale(kByte, numbers).get(), "1", "place in the text", "");
  const Hdf5Id text = writer.bare_dataset(kGoalText, {kGoalBytes}, H5T_STD_U8LE, &kNoByte);
  writer.attach(text, kByte, 0);
  describe(text.get(), "1", "what the sweep stops at: JSON in UTF-8, 0 behind its end", "");
  if (goals.observables.empty()) return;
  const std::size_t count = goals.observables.size();
  const Hdf5Id scale = writer.scale(kGoal, {numbers.begin(), numbers.begin() + signed_size(count)});
  describe(scale.get(), "1", "observable of the goal", "");
  write_labels(scale.get(), goals.observables);
  const RepeatedCells cells(grid);
  const auto over_cells = [&](const char* name, hid_t type, const void* fill,
                              const std::string& meaning) {
    std::vector<hsize_t> shape;
    for (const std::size_t k : cells.axes()) shape.push_back(grid.axes()[k].size());
    shape.push_back(count);
    const Hdf5Id dataset = writer.bare_dataset(name, shape, type, fill);
    for (std::size_t k = 0; k < cells.axes().size(); ++k)
      writer.attach(dataset, grid.axes()[cells.axes()[k]].name, k);
    writer.attach(dataset, kGoal, cells.axes().size());
    describe(dataset.get(), "1", meaning, "");
  };
  over_cells(kGoalCount, H5T_STD_I64LE, &kNoInteger,
             "repetitions with a value, of the element farthest from the goal");
  over_cells(kGoalHalfWidth, H5T_IEEE_F64LE, &kNoReal,
             "half width of the interval of their mean, in the unit of the observable");
  over_cells(kGoalTarget, H5T_IEEE_F64LE, &kNoReal,
             "what that half width is to be at most, in the unit of the observable");
}

GoalNote read_goals(hid_t file) {
  GoalNote out;
  if (H5Lexists(file, "goals", H5P_DEFAULT) <= 0) return out;
  const Hdf5Id dataset = own(H5Dopen2(file, kGoalText, H5P_DEFAULT), H5Dclose, "open the goals");
  std::vector<char> bytes(kGoalBytes + 1, '\0');
  const Hdf5Id space = own(H5Dget_space(dataset.get()), H5Sclose, "read the goals");
  if (H5Sget_simple_extent_npoints(space.get()) != static_cast<hssize_t>(kGoalBytes))
    throw RecordError("the goals are not of the size they have");
  check_hdf5(H5Dread(dataset.get(), H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()),
             "read the goals");
  out.text = bytes.data();
  if (H5Lexists(file, kGoal, H5P_DEFAULT) <= 0) return out;
  const Hdf5Id scale = own(H5Dopen2(file, kGoal, H5P_DEFAULT), H5Dclose, "open the goals");
  out.observables = read_labels(scale.get());
  return out;
}

std::vector<Reached> rows_of_reached(const std::vector<std::int64_t>& counts,
                                     const std::vector<double>& half_widths,
                                     const std::vector<double>& targets) {
  std::vector<Reached> rows;
  for (std::size_t i = 0; i < counts.size(); ++i)
    rows.push_back({counts[i], half_widths[i], targets[i]});
  return rows;
}

std::string goal_bytes(const std::string& text) {
  if (text.size() >= kGoalBytes)
    throw RecordError(concat("the goals of this job need ", text.size(),
                             " bytes in the record, which has ", kGoalBytes - 1,
                             ": name fewer observables"));
  std::string bytes = text;
  bytes.resize(kGoalBytes, '\0');
  return bytes;
}

}  // namespace syncgap::store
