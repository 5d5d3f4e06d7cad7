#include "experiments/sample_experiment/declaration.h"

namespace syncgap::experiments {

std::vector<Axis> sample_experiment_axes(const SampleExperimentOptions&) {
  using Integers = std::vector<std::int64_t>;
  return {
      {.name = "sigma",
       .values = std::vector<double>{0.5, 1.0, 2.0},
       .doc = "standard deviation of x"},
      {.name = "seed", .values = Integers{1}, .doc = "independent repetition"},
      {.name = "power",
       .role = AxisRole::captured,
       .values = Integers{2, 4},
       .doc = "power p, even"},
  };
}

std::vector<Observable> sample_experiment_observables(const SampleExperimentOptions&) {
  const std::vector<std::string> over = {"power"};
  const char* source = "moments of a normal";
  ObservableList list;
  list.add_with_error("moment", over, "mean of x^p over the trials", "1", source, "standard error");
  list.add("moment_exact", over, "its expectation sigma^p (p - 1)!!", "1", source);
  return list.take();
}

}  // namespace syncgap::experiments
