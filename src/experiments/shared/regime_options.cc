#include "experiments/shared/regime_options.h"

#include <algorithm>
#include <charconv>

#include "core/check.h"

namespace syncgap::experiments {

void DatasetRegimesOptions::describe_images(OptionTable& table) {
  source.describe(table);
  table.add("padded_size", padded_size, "", "height and width after zero padding")
      .at_least(1)
      .at_most(4096)
      .unit("pixels");
  table
      .add(
          "channels", channels, "",
          "colour channels that are kept; the covariance's largest eigenvalue is that of the first "
          "alone, as in the table of the paper")
      .at_least(1)
      .at_most(16);
  table.add("subset", subset, "", "which images of a class are taken when not all are")
      .one_of({"first", "random"});
  table
      .add("precision", precision, "",
           "of the distance products; single computes the terms that decide again in double")
      .one_of({"single", "double"});
  table.add("device", device, "",
            "where the distance products are computed: cpu, or a device of LibTorch, \"cuda\" or "
            "\"cuda:1\"; the last digits differ between them");
}

void DatasetRegimesOptions::describe_curves(OptionTable& table) {
  table.add("samples", samples, "N", "noised images per time of the curves")
      .at_least(2)
      .at_most(1e8);
  table.add("resamples", resamples, "", "bootstrap resamples behind each interval")
      .at_least(20)
      .at_most(1e6);
  table
      .add("speciation_level", speciation_level, "",
           "clone agreement that marks speciation; two Gaussian clusters have 0.7752 at t_S for "
           "every d")
      .above(0.5)
      .below(1);
  table
      .add("entropy_threshold", entropy_threshold, "",
           "the excess entropy counts as zero below this share of its late value log(n) / d")
      .above(0)
      .below(1);
  table.add("path_step", path_step, "", "resolution of the last change along exact paths")
      .above(0)
      .unit("time");
  table.add("path_horizon", path_horizon, "", "largest time at which a last change is looked for")
      .above(0)
      .unit("time");
}

OptionTable DatasetRegimesOptions::table() {
  OptionTable table;
  describe_images(table);
  table
      .add(
          "measure", measure, "",
          "parts: spectrum (eigenvalue), posterior (curves over the time), information (entropies, "
          "their rates and variances over the time), paths (last change of the nearest image), "
          "trajectories (backward diffusion with clones, pictures)")
      .one_of({"spectrum", "posterior", "information", "paths", "trajectories"});
  describe_curves(table);
  table
      .add("time_grid", time_grid, "",
           "steps of the backward diffusion: those of the DDPM schedule (59), or equal ones")
      .one_of({"ddpm", "uniform"});
  table.add("steps", steps, "L", "steps of the backward diffusion").at_least(2).at_most(1e6);
  table.add("horizon", horizon, "T", "start of the backward diffusion on the uniform grid")
      .above(0)
      .unit("time");
  table.add("scheme", scheme, "", "DDPM's ancestral step (61), or Euler-Maruyama for (3)")
      .one_of({"ancestral", "euler"});
  table
      .add("settled_weight", settled_weight, "",
           "a clone is not followed further once its point has all but this much posterior weight")
      .at_least(0)
      .below(0.5);
  return table;
}

bool DatasetRegimesOptions::measures(const char* part) const {
  return std::find(measure.begin(), measure.end(), part) != measure.end();
}

std::vector<double> DatasetRegimesOptions::reverse_times() const {
  const auto count = static_cast<std::size_t>(steps);
  return time_grid == "ddpm" ? sde::ddpm_times(count) : sde::uniform_times(horizon, count);
}

sde::StepScheme DatasetRegimesOptions::step_scheme() const {
  return scheme == "euler" ? sde::StepScheme::euler : sde::StepScheme::ancestral;
}

data::PointFormat DatasetRegimesOptions::point_format() const {
  return {static_cast<std::size_t>(padded_size), static_cast<std::size_t>(channels)};
}

std::vector<std::int32_t> class_pair(const std::string& label) {
  std::int32_t first = -1, second = -1;
  const char* const end = label.data() + label.size();
  const auto one = std::from_chars(label.data(), end, first);
  if (one.ec == std::errc() && one.ptr != end && *one.ptr == '-') {
    const auto two = std::from_chars(one.ptr + 1, end, second);
    if (two.ec == std::errc() && two.ptr == end && first >= 0 && second >= 0 && first != second)
      return {first, second};
  }
  throw InputError(concat("'", label, "' does not name two classes (axes.classes): write two ",
                          "different class numbers with a hyphen, as in \"1-8\""));
}

}  // namespace syncgap::experiments
