#include "experiments/shared/schedule_options.h"

#include "core/check.h"

namespace syncgap::experiments {

void ScheduleOptions::describe_schedule(OptionTable& table, const std::string& time) {
  table
      .add("switch_time", switch_time, "t_0",
           "when the late schedule switches off and the early one on; multimodal (144)")
      .at_least(0)
      .unit(time);
  table
      .add("ramp_time", ramp_time, "T",
           "how long the linear and cosine schedules take from ramp_start to ramp_end")
      .above(0)
      .unit(time);
  table.add("ramp_start", ramp_start, "", "g(0)/g of the linear and cosine schedules");
  table.add("ramp_end", ramp_end, "", "g(T)/g of the linear and cosine schedules, kept after T");
  table
      .add("piece_starts", piece_starts, "",
           "when the pieces of the piecewise schedule begin, the first at 0")
      .at_least(0)
      .unit(time);
  table.add("piece_factors", piece_factors, "", "g(t)/g on each piece of the piecewise schedule");
}

void ScheduleOptions::check_pieces() const {
  const auto& starts = piece_starts;
  require_input(!starts.empty() && starts.size() == piece_factors.size(),
                "the piecewise schedule needs as many piece_factors as piece_starts "
                "(experiment.piece_starts has ",
                starts.size(), ", experiment.piece_factors ", piece_factors.size(),
                "): give both, e.g. piece_starts = [0.0, 0.5], piece_factors = [1.0, 0.2]");
  require_input(starts.front() == 0.0,
                "the piecewise schedule must begin at time 0 (experiment.piece_starts, saw ",
                starts.front(), " first): put 0.0 in front");
  for (std::size_t i = 1; i < starts.size(); ++i)
    require_input(starts[i - 1] < starts[i],
                  "piece_starts must increase (experiment.piece_starts, saw ", starts[i - 1],
                  " before ", starts[i], "): sort them");
}

theory::CouplingSchedule ScheduleOptions::schedule(CouplingShape shape, double strength) const {
  using theory::CouplingSchedule;
  switch (shape) {
    case CouplingShape::constant:
      return CouplingSchedule::constant(strength);
    case CouplingShape::late:
      return CouplingSchedule::late(strength, switch_time);
    case CouplingShape::early:
      return CouplingSchedule::early(strength, switch_time);
    case CouplingShape::linear:
      return CouplingSchedule::linear(ramp_start * strength, ramp_end * strength, ramp_time);
    case CouplingShape::cosine:
      return CouplingSchedule::cosine(ramp_start * strength, ramp_end * strength, ramp_time);
    case CouplingShape::piecewise:
      break;
  }
  std::vector<double> strengths = piece_factors;
  for (double& factor : strengths) factor *= strength;
  return CouplingSchedule::piecewise(piece_starts, strengths);
}

}  // namespace syncgap::experiments
