#include "sweep/survey.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "parallel/together.h"

namespace syncgap::sweep {

using parallel::together;
using store::UnitStatus;

Survey survey(const store::Record& record, const parallel::Communicator& ranks, bool retry_failed) {
  constexpr std::uint8_t kDamaged = 254;
  Survey out;
  std::vector<std::uint8_t> statuses(record.unit_count());
  together(ranks, [&] {
    if (ranks.rank() != 0) return;
    statuses = record.statuses();
    out.failures = record.failures().size();
  });
  ranks.broadcast(statuses);
  out.failures = ranks.broadcast(out.failures);
  const bool untouched = count(statuses, UnitStatus::pending) == statuses.size();
  if (untouched && out.failures == 0) return out;
  together(ranks, [&] {
    const std::uint64_t units = record.unit_count();
    const std::uint64_t size = ranks.size();
    const std::uint64_t rank = ranks.rank();
    for (const std::uint64_t unit :
         record.damaged(units * rank / size, units * (rank + 1) / size, statuses))
      statuses[unit] = kDamaged;
  });
  ranks.maximum(statuses);
  for (std::uint8_t& status : statuses) {
    if (status == kDamaged)
      ++out.damaged;
    else if (!retry_failed || status != byte(UnitStatus::failed))
      continue;
    status = kDamaged;
  }
  together(ranks, [&] {
    if (ranks.rank() != 0) return;
    for (std::uint64_t unit = 0; unit < statuses.size(); ++unit)
      if (statuses[unit] == kDamaged) record.reset(unit);
    // The table goes after the statuses: a kill in between leaves a message too many, not one
    // missing.
    std::vector<store::Failure> failures;
    for (auto& failure : record.failures())
      if (statuses[failure.unit] == byte(UnitStatus::failed))
        failures.push_back(std::move(failure));
    record.write_failures(failures);
    out.failures = failures.size();
  });
  out.failures = ranks.broadcast(out.failures);
  std::replace(statuses.begin(), statuses.end(), kDamaged, byte(UnitStatus::pending));
  out.done = count(statuses, UnitStatus::done);
  out.failed = count(statuses, UnitStatus::failed);
  return out;
}

}  // namespace syncgap::sweep
