#include "experiments/exact_score/declaration.h"

#include <string>

#include "core/spacing.h"
#include "experiments/shared/axis_values.h"

namespace syncgap::experiments {

std::vector<Axis> exact_score_axes(const ExactScoreOptions& options) {
  using Labels = std::vector<std::string>;
  const AxisRole captured = AxisRole::captured;
  return {
      {.name = "theta",
       .values = angles(33),
       .doc = "angle between the class means of X and Y",
       .unit = "rad"},
      {.name = "seed",
       .values = std::vector<std::int64_t>{0},
       .doc = "independent repetition; angles, methods aside, share the noise of a seed"},
      {.name = "method",
       .role = captured,
       .values = Labels{"plane"},
       .doc = "coordinates simulated: the signal plane alone, or all d",
       .choices = kSpaces.words()},
      {.name = "score",
       .role = captured,
       .values = Labels{"printed", "path", "joint"},
       .doc = "score of the reverse process: of P_t(y|x_t), P_t(y|X_{0:t}) or P_t(x,y)",
       .choices = kScores.words()},
      {.name = "schedule",
       .role = captured,
       .values = Labels{"constant", "late", "early"},
       .doc = "time dependence of the coupling, g(t)/g",
       .choices = kScheduleShapes.words()},
      {.name = "g",
       .role = captured,
       .values = std::vector<double>{0.2, 0.5, 1.0},
       .doc = "coupling strength g_0",
       .unit = "1/time"},
      {.name = "time",
       .role = captured,
       .values = evenly_spaced(0, options.duration, 21),
       .doc = "forward diffusion time t at which classes are compared",
       .unit = "time"},
  };
}

std::vector<Observable> exact_score_observables(const ExactScoreOptions&) {
  const std::vector<std::string> cell = {"method", "score", "schedule", "g"};
  const std::vector<std::string> base = {"method", "score"};
  const std::vector<std::string> predicted = {"score", "schedule", "g"};
  ObservableList list;
  const auto declare = [&](const std::string& key, const std::string& what, const char* unit,
                           const char* source) {
    const std::string error = "standard error";
    list.add_with_error(key, cell, what, unit, source, error);
    list.add_with_error("delta_" + key, cell, what + ": change against g = 0", unit, source,
                        "paired " + error);
    list.add_with_error("baseline_" + key, base, what + " at g = 0", unit, source, error);
    list.add("perfect_" + key, {}, what + " of exact samples of P_0(y|x_0)", unit, source);
  };
  declare("accuracy", "agreement of the signs of <x_0, mu_x> and <y_0, mu_y>", "1",
          "multimodal appendix C");
  declare("mse", "half mean squared distance of y_0 from its class mean in the signal plane", "1",
          "multimodal (145), corrections E0.23");
  declare("nll", "negative log-likelihood of y_0 given x_0", "nat", "multimodal (146)");
  const std::string variance = "variance of a coordinate of y_0 outside the signal plane";
  list.add("terminal_variance", cell, variance + ", sampled (method full)", "1",
           "corrections E0.22 (i)");
  list.add("terminal_variance_error", cell, variance + ", sampled, standard error", "1",
           "corrections E0.22 (i)");
  list.add("terminal_variance_exact", predicted,
           variance + ", exact for the scheme with its N steps", "1", "corrections E0.22 (i)");
  list.add("terminal_variance_limit", predicted, variance + ", limit of infinite N", "1",
           "corrections E0.22 (i)");
  std::vector<std::string> cell_in_time = cell, base_in_time = base;
  cell_in_time.push_back("time");
  base_in_time.push_back("time");
  const std::string agreement = "how often sign <y_t, mu_y> is sign <x_0, mu_x>";
  const std::string commitment = "how often sign <y_t, mu_y> is already sign <y_0, mu_y>";
  list.add("agreement", cell_in_time, agreement, "1", "multimodal appendix C");
  list.add("commitment", cell_in_time, commitment, "1", "multimodal appendix C");
  list.add("baseline_agreement", base_in_time, agreement + " at g = 0", "1",
           "multimodal appendix C");
  list.add("baseline_commitment", base_in_time, commitment + " at g = 0", "1",
           "multimodal appendix C");
  return list.take();
}

}  // namespace syncgap::experiments
