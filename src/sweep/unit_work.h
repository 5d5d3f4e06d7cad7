#pragma once

#include <functional>

#include "core/grid.h"
#include "core/results.h"
#include "parallel/communicator.h"
#include "sweep/plan.h"

namespace syncgap::sweep {

/// Whether a drain is under way anywhere. Cheap: may be asked at every step of a computation.
using StopRequest = std::function<bool()>;

/// What a sweep runs. The sweep knows nothing of experiments: a unit's work is this callable. All
/// ranks of a team call it together; only the first one's values are kept, and a unit fails if it
/// throws on any of them, and stays pending if that is UnitStopped (none may then be left inside a
/// call that waits for the others).
struct UnitWork {
  UnitCost cost;
  std::function<void(const Unit&, Results&, const parallel::Communicator& team, const StopRequest&)>
      run;
};

}  // namespace syncgap::sweep
