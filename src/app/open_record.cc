#include "app/open_record.h"

#include <cstdio>
#include <filesystem>

#include "core/check.h"
#include "core/version.h"
#include "store/join.h"

namespace syncgap::app {
namespace {

using store::Record;

bool is_there(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

/// Puts a record of this job in the place of one that holds a part of it, whose finished units it
/// takes over.
void extend(const Record& record, const PlannedJob& planned, const store::RecordHeader& header) {
  const auto [taken, old_record] =
      store::extend_record(record.path(), header, *planned.grid, planned.observables);
  std::printf("extended %s from %llu to %llu units: %llu taken over", record.path().c_str(),
              static_cast<unsigned long long>(record.unit_count()),
              static_cast<unsigned long long>(planned.grid->unit_count()),
              static_cast<unsigned long long>(taken.done));
  if (taken.damaged > 0)
    std::printf(", %llu damaged ones are run again",
                static_cast<unsigned long long>(taken.damaged));
  std::printf("; as it was it is now %s\n", old_record.c_str());
}

/// Whether the record holds a part of this job and nothing else.
bool is_part(const Record& record, const PlannedJob& planned, const store::RecordHeader& header) {
  return store::difference_beside_split_axes(record.header().identity, header.identity).empty() &&
         store::axes_that_lack_values(record.grid(), *planned.grid).empty();
}

}  // namespace

Record open_or_create(const PlannedJob& planned, const store::RecordHeader& header, Resume resume,
                      bool may_extend) {
  const std::string& path = planned.record_path;
  if (!is_there(path)) {
    require_input(resume == Resume::if_present, "there is no record to resume (", path,
                  "): leave out --resume to start one");
    store::create_record(path, header, *planned.grid, planned.observables);
  }
  if (store::seal_again(path))
    std::fprintf(stderr,
                 "syncgap: note: another program had the record open for writing (%s); its header, "
                 "axes and observables match their checksum, and it is sealed again\n",
                 path.c_str());
  Record record(path, Record::Access::write);
  std::string difference = store::identity_difference(record.header().identity, header.identity);
  const bool part = !difference.empty() && is_part(record, planned, header);
  require_input(!part || may_extend, "the record holds a part of this job (", path, ", ",
                record.unit_count(), " of ", planned.grid->unit_count(),
                " units): run again with --extend to take over what is finished and run only what "
                "is new, or give this job its own file with --record");
  const bool lacks_goals = difference.empty() && !record.takes_goals(header.goals);
  require_input(!lacks_goals || may_extend, "the record was begun without these goals (", path,
                "): run again with --extend to take over what is finished, or give this job its "
                "own file with --record");
  if (part || lacks_goals) {
    extend(record, planned, header);
    record = Record(path, Record::Access::write);
    difference = store::identity_difference(record.header().identity, header.identity);
  }
  const bool only_split_axes =
      store::difference_beside_split_axes(record.header().identity, header.identity).empty();
  require_input(
      difference.empty(), "the record belongs to another job (", path, "):", difference,
      "\nGive this job its own file with --record, or change it back",
      only_split_axes ? ", or name the record's values beside the new ones and --extend it" : "");
  record.write_goals(header.goals);
  for (const auto& [name, text] : record.header().provenance)
    if (name == "git_revision" && text != git_revision())
      std::fprintf(stderr, "syncgap: note: this record was begun by revision %s, this is %s\n",
                   text.c_str(), git_revision());
  return record;
}

}  // namespace syncgap::app
