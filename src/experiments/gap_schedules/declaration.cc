#include "experiments/gap_schedules/declaration.h"

#include <string>

#include "core/spacing.h"
#include "experiments/shared/axis_values.h"

namespace syncgap::experiments {

std::vector<Axis> gap_schedules_axes(const GapSchedulesOptions& options) {
  const AxisRole captured = AxisRole::captured;
  return {
      {.name = "g",
       .values = stepped(0.025, 0.025, 8),
       .doc =
           "coupling strength: mean of g(t) over the budget's clock, the same for every schedule",
       .unit = "1/time"},
      {.name = "schedule",
       .values = kBudgetSchedules.words(),
       .doc = "g(t)/g of that mean: constant; all as near as it may be to the noise (early) or to "
              "the data (late); the one of the smallest or the largest synchronization gap",
       .choices = kBudgetSchedules.words()},
      {.name = "piece",
       .role = captured,
       .values = first_integers(options.pieces),
       .doc = "piece of g(t), from the data on",
       .choice = AxisChoice::nothing},
      {.name = "mode",
       .role = captured,
       .values = std::vector<std::string>{"common", "difference"},
       .doc = "eigenmode of the coupling",
       .choices = {"common", "difference"},
       .choice = AxisChoice::nothing},
  };
}

std::vector<Observable> gap_schedules_observables(const GapSchedulesOptions&) {
  ObservableList list;
  list.add("gap", {},
           "synchronization gap: speciation time of the common mode minus that of the difference "
           "mode; below 0 where the difference mode speciates at a larger time, first in "
           "generation",
           "time", "multimodal section 3");
  list.add("speciation_time", {"mode"}, "speciation time of a mode that holds all the signal",
           "time", "multimodal (66), corrections E0.1");
  list.add(
      "speciation_status", {"mode"},
      "0 speciates, 1 no speciation (kappa <= 1 for all t), 2 less confined than "
      "least_restoring, 3 speciates at a switch of g(t); 4 no schedule of the budget has a gap",
      "1", "multimodal (59), (60), (83)");
  list.add("factor", {"piece"}, "g(t)/g on a piece: piece_factors of other experiments", "1",
           "syncgap");
  list.add("sensitivity", {"piece"},
           "change of the gap by g(t)/g on a piece, the others held; 0 where no passage moves",
           "time", "syncgap");
  list.add("piece_time", {"piece"}, "forward time at which a piece begins", "time", "syncgap");
  list.add("piece_share", {"piece"},
           "where it begins as a share of the steps of a reverse trajectory, 0 at the data: "
           "piece_starts of replica_speciation",
           "1", "syncgap");
  return list.take();
}

}  // namespace syncgap::experiments
