#include <algorithm>
#include <bit>
#include <filesystem>
#include <limits>

#include "core/numbers.h"
#include "core/repeated_cells.h"
#include "store/file.h"
#include "store/goal_tables.h"
#include "store/hdf5.h"
#include "store/layout.h"
#include "store/record.h"
#include "store/seal.h"
#include "store/unfinished_file.h"

namespace syncgap::store {
namespace {

void check_writable_folder(const std::string& path, std::uint64_t bytes) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::absolute(path).parent_path();
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw RecordError(concat("cannot make the folder for the record (", folder.string(), ", ",
                             error.message(), "): choose another place with --record"));
  const auto space = fs::space(folder, error);
  if (!error && space.available < bytes)
    throw RecordError(concat("not enough room for the record (", path, " needs ", bytes,
                             " bytes, the disk has ", space.available,
                             " free): free some space or choose another place with --record"));
}

/// What stands in a range before any unit has run, as 64-bit words.
struct Fill {
  ByteRange range;
  std::uint64_t word = 0;
};

void write_fill(const File& file, const Fill& fill) {
  const std::vector<std::uint64_t> words(kPiece / 8, fill.word);
  for (std::uint64_t at = 0; at < fill.range.length; at += kPiece)
    file.write_at(fill.range.offset + at, words.data(),
                  std::min<std::uint64_t>(kPiece, fill.range.length - at));
}

}  // namespace

std::uint64_t record_bytes(const Grid& grid, const std::vector<Observable>& observables,
                           const GoalNote& goals) {
  const ResultLayout layout(grid, observables);
  const std::uint64_t units = grid.unit_count();
  constexpr double kMaxBytes = 4e18;
  if (to_real(units) * (8.0 * to_real(layout.total()) + 17) > kMaxBytes)
    throw RecordError(concat("the record would need more than 4 exabytes (", units, " units of ",
                             layout.total(), " numbers): give the axes fewer values"));
  std::uint64_t structure = 16384 + 2048 * (observables.size() + grid.axes().size());
  for (const Axis& axis : grid.axes()) structure += 8 * axis.size();
  // Labels are attributes, as they are and as flags with their numbers.
  for (const Axis& axis : grid.axes())
    if (const auto* labels = std::get_if<2>(&axis.values))
      for (const std::string& label : *labels) structure += 2 * label.size() + 10;
  structure += 8 * (failure_capacity(units) + kMessageBytes);
  if (!goals.text.empty())
    structure += 10 * kGoalBytes + 24 * goals.observables.size() * RepeatedCells(grid).count();
  return units * (8 * layout.total() + 17) + failure_capacity(units) * (8 + kMessageBytes) +
         structure;
}

void create_record(const std::string& path, const RecordHeader& header, const Grid& grid,
                   const std::vector<Observable>& observables) {
  silence_hdf5();
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored))
    throw RecordError(concat("the record exists already (", path, "): name another with --record"));
  check_writable_folder(path, record_bytes(grid, observables, header.goals));
  UnfinishedFile unfinished(path);
  std::vector<Fill> fills;
  ByteRange goals{};
  const std::string goal_text = goal_bytes(header.goals.text);
  try {
    Hdf5Id file = unfinished.create();
    lay_out(file.get(), header, grid, observables, Storage::contiguous);
    constexpr auto nan = std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN());
    for (const Observable& observable : observables)
      fills.push_back({range_of(file.get(), observable.name), nan});
    fills.push_back({range_of(file.get(), kSeconds), nan});
    for (const char* name : {kStatus, kChecksum, kFailureMessage})
      fills.push_back({range_of(file.get(), name), 0});
    fills.push_back({range_of(file.get(), kFailureUnit), ~std::uint64_t{0}});
    if (!header.goals.text.empty()) {
      goals = range_of(file.get(), kGoalText);
      fills.push_back({goals, 0});
    }
    if (!header.goals.observables.empty()) {
      fills.push_back({range_of(file.get(), kGoalCount), 0});
      for (const char* name : {kGoalHalfWidth, kGoalTarget})
        fills.push_back({range_of(file.get(), name), nan});
    }
    file.close("close the file " + unfinished.path());
  } catch (const RecordError& error) {
    throw RecordError(concat("cannot create the record (", path, "): ", error.what(),
                             "; check the folder's permissions and free space, or choose another "
                             "place with --record"));
  }
  std::vector<ByteRange> mutable_ranges;
  {
    const File file(unfinished.path(), File::Mode::read_write);
    file.reserve();
    for (const Fill& fill : fills) {
      write_fill(file, fill);
      mutable_ranges.push_back(fill.range);
    }
    if (goals.length > 0) file.write_at(goals.offset, goal_text.data(), goal_text.size());
  }
  write_seal(unfinished.path(), mutable_ranges);
  unfinished.finish();
}

}  // namespace syncgap::store
