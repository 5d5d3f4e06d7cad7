#include <algorithm>
#include <cstdio>

#include "app/commands.h"
#include "core/check.h"
#include "store/join.h"

namespace syncgap::app {
namespace {

std::string line_about(const std::string& record, const store::TakenOver& taken) {
  std::string line = concat(record, ": ", taken.done, " units");
  if (taken.repeated > 0)
    line += concat(", ", taken.repeated, " more that an earlier record has with the same bits");
  if (taken.failed > 0) line += concat(", ", taken.failed, " failed");
  if (taken.damaged > 0) line += concat(", ", taken.damaged, " damaged ones left out");
  return line;
}

}  // namespace

ExitCode merge(const std::vector<std::string>& records, const std::string& output) {
  const auto taken = store::merge_records(records, output);
  for (std::size_t k = 0; k < records.size(); ++k)
    std::puts(line_about(records[k], taken[k]).c_str());
  const store::Record merged(output, store::Record::Access::read);
  const auto statuses = merged.statuses();
  std::string line = concat(output, ": ", count(statuses, store::UnitStatus::done), " of ",
                            merged.unit_count(), " units done");
  if (const auto failed = count(statuses, store::UnitStatus::failed); failed > 0)
    line += concat(", ", failed, " failed");
  std::puts(line.c_str());
  if (count(statuses, store::UnitStatus::pending) > 0)
    std::printf("run its job with these axes and --record %s to compute the rest\n",
                output.c_str());
  return ExitCode::done;
}

}  // namespace syncgap::app
