#include "experiments/exact_score/declaration.h"

#include <numbers>
#include <string>

#include "experiments/shared/axis_values.h"

namespace syncgap::experiments {
std::vector<Axis> exact_score_axes(const ExactScoreOptions& options) {
  using Labels = std::vector<std::string>;
  const AxisRole captured = AxisRole::captured;
  return {
      {.name = "theta",
       .values = even_values(0, std::numbers::pi, 33),
       .doc = "angle between the class means of X and Y",
       .unit = "rad"},
      {.name = "seed",
       .values = std::vector<std::int64_t>{0},
       .doc = "independent repetition; angles, modes aside, share the noise of a seed"},
      {.name = "mode",
       .role = captured,
       .values = Labels{"plane"},
       .doc = "coordinates simulated: the signal plane alone, or all d",
       .choices = {"plane", "full"}},
      {.name = "score",
       .role = captured,
       .values = Labels{"printed", "path", "joint"},
       .doc = "score of the reverse process: of P_t(y|x_t), P_t(y|X_{0:t}) or P_t(x,y)",
       .choices = {"printed", "path", "joint"}},
      {.name = "schedule",
       .role = captured,
       .values = Labels{"constant", "late", "early"},
       .doc = "time dependence of the coupling, g(t)/g",
       .choices = {"constant", "late", "early"}},
      {.name = "g",
       .role = captured,
       .values = std::vector<double>{0.2, 0.5, 1.0},
       .doc = "coupling strength g_0",
       .unit = "1/time"},
      {.name = "time",
       .role = captured,
       .values = even_values(0, options.duration, 21),
       .doc = "forward diffusion time t at which classes are compared",
       .unit = "time"},
  };
}

std::vector<Observable> exact_score_observables() {
  const std::vector<std::string> cell = {"mode", "score", "schedule", "g"};
  const std::vector<std::string> base = {"mode", "score"};
  const std::vector<std::string> predicted = {"score", "schedule", "g"};
  std::vector<Observable> list;
  const auto declare = [&](const std::string& key, const std::string& what, const char* unit,
                           const char* source) {
    const std::string error = ", standard error";
    list.push_back({key, cell, what, unit, source});
    list.push_back({key + "_error", cell, what + error, unit, source});
    const std::string delta = what + ": change against g = 0";
    list.push_back({"delta_" + key, cell, delta, unit, source});
    list.push_back({"delta_" + key + "_error", cell, delta + ", paired" + error, unit, source});
    list.push_back({"baseline_" + key, base, what + " at g = 0", unit, source});
    list.push_back({"baseline_" + key + "_error", base, what + " at g = 0" + error, unit, source});
    list.push_back({"perfect_" + key, {}, what + " of exact samples of P_0(y|x_0)", unit, source});
  };
  declare("accuracy", "agreement of the signs of <x_0, mu_x> and <y_0, mu_y>", "1",
          "multimodal appendix C");
  declare("mse", "half mean squared distance of y_0 from its class mean in the signal plane", "1",
          "multimodal (145), corrections E0.23");
  declare("nll", "negative log-likelihood of y_0 given x_0", "nat", "multimodal (146)");
  const std::string variance = "variance of a coordinate of y_0 outside the signal plane";
  list.push_back({"terminal_variance", cell, variance + ", sampled (mode full)", "1",
                  "corrections E0.22 (i)", NanPolicy::allowed});
  list.push_back({"terminal_variance_error", cell, variance + ", sampled, standard error", "1",
                  "corrections E0.22 (i)", NanPolicy::allowed});
  list.push_back({"terminal_variance_exact", predicted,
                  variance + ", exact for the scheme with its N steps", "1",
                  "corrections E0.22 (i)"});
  list.push_back({"terminal_variance_limit", predicted, variance + ", limit of infinite N", "1",
                  "corrections E0.22 (i)"});
  std::vector<std::string> cell_in_time = cell, base_in_time = base;
  cell_in_time.push_back("time");
  base_in_time.push_back("time");
  const std::string agreement = "how often sign <y_t, mu_y> is sign <x_0, mu_x>";
  const std::string commitment = "how often sign <y_t, mu_y> is already sign <y_0, mu_y>";
  list.push_back({"agreement", cell_in_time, agreement, "1", "multimodal appendix C"});
  list.push_back({"commitment", cell_in_time, commitment, "1", "multimodal appendix C"});
  list.push_back(
      {"baseline_agreement", base_in_time, agreement + " at g = 0", "1", "multimodal appendix C"});
  list.push_back({"baseline_commitment", base_in_time, commitment + " at g = 0", "1",
                  "multimodal appendix C"});
  return list;
}

}  // namespace syncgap::experiments
