#include "store/join.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>
#include <variant>

#include "core/identity.h"
#include "store/record_error.h"

namespace syncgap::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSplitLine = "split axis ";

/// An identity without the values of its split axes.
std::string without_split_values(const std::string& identity) {
  std::istringstream in(identity);
  std::string text;
  for (std::string line; std::getline(in, line);)
    text += (line.starts_with(kSplitLine) ? line.substr(0, line.find(" = ")) : line) + "\n";
  return text;
}

/// The same identity with the axes of another grid.
std::string with_split_axes(const std::string& identity, const Grid& grid) {
  std::istringstream in(identity);
  std::string text;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(kSplitLine)) {
      const std::string start = line.substr(0, line.find(" = "));
      line = start + " = " + axis_text(grid.axis(start.substr(std::strlen(kSplitLine))));
    }
    text += line + "\n";
  }
  return text;
}

/// Where the values of one axis stand on another; -1 for one that it lacks.
std::vector<std::int64_t> places_on(const Axis& part, const Axis& whole) {
  return std::visit(
      [&](const auto& values) {
        using List = std::decay_t<decltype(values)>;
        const auto* all = std::get_if<List>(&whole.values);
        std::vector<std::int64_t> places;
        for (const auto& value : values) {
          const auto found = all ? std::find(all->begin(), all->end(), value) : values.end();
          const bool there = all && found != all->end();
          places.push_back(there ? found - all->begin() : -1);
        }
        return places;
      },
      part.values);
}

/// For every unit of `part` the unit of `whole` with the same coordinates.
class Places {
 public:
  Places(const Grid& part, const Grid& whole) : part_(part), whole_(whole) {
    for (std::size_t k = 0; k < part.split_count(); ++k)
      along_.push_back(places_on(part.axes()[k], whole.axis(part.axes()[k].name)));
  }

  std::uint64_t of(std::uint64_t unit) const {
    const auto position = part_.position(unit);
    std::uint64_t index = 0;
    for (std::size_t k = 0; k < whole_.split_count(); ++k) {
      const Axis& axis = whole_.axes()[k];
      const std::size_t own = part_.axis_index(axis.name);
      index = index * axis.size() + along_[own][position[own]];
    }
    return index;
  }

 private:
  const Grid& part_;
  const Grid& whole_;
  std::vector<std::vector<std::int64_t>> along_;
};

template <class Value>
void add_values(std::vector<Value>& all, const std::vector<Value>& more, bool rising) {
  for (const Value& value : more)
    if (std::find(all.begin(), all.end(), value) == all.end()) all.push_back(value);
  if (rising) std::sort(all.begin(), all.end());
}

bool rises(const Axis& axis) {
  return std::visit(
      [](const auto& values) {
        using Value = typename std::decay_t<decltype(values)>::value_type;
        if constexpr (std::is_same_v<Value, std::string>)
          return false;
        else
          return std::is_sorted(values.begin(), values.end());
      },
      axis.values);
}

/// The grid with the values of all.
Grid united(const std::vector<Record>& records) {
  std::vector<Axis> axes = records.front().grid().axes();
  for (Axis& axis : axes) {
    if (axis.role != AxisRole::split) continue;
    const bool rising = std::all_of(records.begin(), records.end(), [&](const Record& record) {
      return rises(record.grid().axis(axis.name));
    });
    for (const Record& record : records)
      std::visit(
          [&](auto& all) {
            add_values(all,
                       std::get<std::decay_t<decltype(all)>>(record.grid().axis(axis.name).values),
                       rising);
          },
          axis.values);
  }
  return Grid(std::move(axes));
}

void refuse_disagreement(const Record& to, std::uint64_t unit, const std::string& from,
                         std::span<const double> there, std::span<const double> here) {
  const ResultLayout& layout = to.layout();
  std::int64_t which = 0;
  for (; which + 1 < std::ssize(layout.observables()); ++which) {
    const auto first = static_cast<std::size_t>(layout.offset(which));
    const auto extent = static_cast<std::size_t>(layout.extent(which));
    if (std::memcmp(&there[first], &here[first], extent * sizeof(double)) != 0) break;
  }
  throw RecordError(concat("the records disagree about a finished unit (", to.grid().describe(unit),
                           ", observable ", layout.observables()[which].name, ", in ", from,
                           " other bits than in a record named before it): they were not computed "
                           "alike, and are left apart"));
}

/// Writes what `from` holds into `to`, whose grid has all its values.
TakenOver take_over(const Record& from, const Record& to) {
  TakenOver out;
  const Places places(from.grid(), to.grid());
  std::vector<std::uint8_t> statuses = from.statuses();
  for (const std::uint64_t unit : from.damaged(0, from.unit_count(), statuses)) {
    statuses[unit] = byte(UnitStatus::pending);
    ++out.damaged;
  }
  const std::vector<double> seconds = from.seconds();
  const std::vector<std::uint8_t> before = to.statuses();
  for (std::uint64_t unit = 0; unit < from.unit_count(); ++unit) {
    if (statuses[unit] != byte(UnitStatus::done)) continue;
    const std::uint64_t place = places.of(unit);
    const std::vector<double> values = from.values(unit);
    if (before[place] == byte(UnitStatus::done)) {
      const std::vector<double> there = to.values(place);
      if (std::memcmp(there.data(), values.data(), values.size() * sizeof(double)) != 0)
        refuse_disagreement(to, place, from.path(), there, values);
      ++out.repeated;
      continue;
    }
    to.commit(place, values, seconds[unit]);
    ++out.done;
  }
  return out;
}

/// Failures of units that no record finished, after all records gave what they finished.
void take_failures(const Record& from, const Record& to, std::uint64_t& slot, TakenOver& out) {
  const Places places(from.grid(), to.grid());
  const std::vector<std::uint8_t> statuses = from.statuses(), there = to.statuses();
  const std::vector<double> seconds = from.seconds();
  for (const Failure& failure : from.failures()) {
    const std::uint64_t place = places.of(failure.unit);
    if (statuses[failure.unit] != byte(UnitStatus::failed) ||
        there[place] != byte(UnitStatus::pending))
      continue;
    to.fail(place, slot++, failure.message, seconds[failure.unit]);
    ++out.failed;
  }
}

/// Beside a record the name its present file keeps: one that is not there, or is that very file.
std::string free_name(const fs::path& record, std::uint64_t units) {
  for (int copy = 1;; ++copy) {
    const std::string mark = copy == 1 ? "" : concat("-", copy);
    const fs::path name =
        record.parent_path() /
        concat(record.stem().string(), ".", units, "-units", mark, record.extension().string());
    std::error_code ignored;
    if (!fs::exists(name, ignored) || fs::equivalent(name, record, ignored)) return name.string();
  }
}

void note_parents(RecordHeader& header, const char* how, const std::string& parents) {
  auto& notes = header.provenance;
  std::erase_if(notes, [&](const auto& note) { return note.first == how; });
  notes.emplace_back(how, parents);
}

}  // namespace

std::string difference_beside_split_axes(const std::string& recorded, const std::string& wanted) {
  return identity_difference(without_split_values(recorded), without_split_values(wanted));
}

std::vector<std::string> axes_that_lack_values(const Grid& part, const Grid& whole) {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < part.split_count(); ++k) {
    const Axis& axis = part.axes()[k];
    const auto places = places_on(axis, whole.axis(axis.name));
    if (std::find(places.begin(), places.end(), -1) != places.end()) names.push_back(axis.name);
  }
  return names;
}

std::vector<TakenOver> merge_records(const std::vector<std::string>& from, const std::string& to) {
  std::vector<Record> records;
  for (const std::string& path : from) records.emplace_back(path, Record::Access::read);
  const Record& first = records.front();
  for (const Record& record : records) {
    const std::string difference =
        difference_beside_split_axes(first.header().identity, record.header().identity);
    if (!difference.empty())
      throw RecordError(concat("the records are of different jobs (", first.path(), " and ",
                               record.path(),
                               "; the first is called recorded, the second the job):", difference,
                               "\nOnly split axes may differ"));
  }
  const Grid grid = united(records);
  RecordHeader header = first.header();
  header.identity = with_split_axes(header.identity, grid);
  std::string parents;
  for (const std::string& path : from) parents += (parents.empty() ? "" : ", ") + path;
  note_parents(header, "merged_from", parents);
  const std::string growing = to + ".merging";
  std::error_code ignored;
  if (fs::exists(to, ignored))
    throw RecordError(concat("the merged record exists already (", to,
                             "): remove it or name another with --output"));
  fs::remove(growing, ignored);
  create_record(growing, header, grid, first.layout().observables());
  std::vector<TakenOver> taken;
  try {
    const Record merged(growing, Record::Access::write);
    for (const Record& record : records) taken.push_back(take_over(record, merged));
    std::uint64_t slot = 0;
    for (std::size_t k = 0; k < records.size(); ++k)
      take_failures(records[k], merged, slot, taken[k]);
    merged.sync();
  } catch (...) {
    fs::remove(growing, ignored);
    throw;
  }
  std::error_code problem;
  fs::rename(growing, to, problem);
  if (problem)
    throw RecordError(concat("cannot name the merged record (", to, ", ", problem.message(),
                             "): it is complete as ", growing));
  return taken;
}

Extension extend_record(const std::string& path, const RecordHeader& header, const Grid& grid,
                        const std::vector<Observable>& observables) {
  Extension out;
  const fs::path place = path;
  const std::string growing = path + ".extending";
  std::error_code ignored, problem;
  fs::remove(growing, ignored);  // of a run that was killed while it did this
  const Record old(path, Record::Access::read);
  out.old_record = free_name(place, old.unit_count());
  RecordHeader extended = header;
  note_parents(extended, "extends", out.old_record);
  create_record(growing, extended, grid, observables);
  {
    const Record record(growing, Record::Access::write);
    out.taken = take_over(old, record);
    std::uint64_t slot = 0;
    take_failures(old, record, slot, out.taken);
    record.sync();
  }
  // A second name first: at no instant is the old record without one.
  if (!fs::exists(out.old_record, ignored)) fs::create_hard_link(path, out.old_record, problem);
  if (!problem) fs::rename(growing, path, problem);
  if (problem)
    throw RecordError(concat("cannot put the extended record in its place (", path, ", ",
                             problem.message(), "): the old one is untouched"));
  return out;
}

}  // namespace syncgap::store
