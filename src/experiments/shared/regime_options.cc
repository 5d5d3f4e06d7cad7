#include "experiments/shared/regime_options.h"

#include <algorithm>
#include <charconv>

#include "core/check.h"

namespace syncgap::experiments {

void RegimeOptions::describe_images(OptionTable& table) {
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
  table.add("subset", subset, kSubsets, "", "which images of a class are taken when not all are");
}

void RegimeOptions::describe_cloud(OptionTable& table, const std::string& prefix) {
  table.add(prefix + "precision", precision, kCloudPrecisions, "",
            "of the distance products; single computes the terms that decide again in double");
  table
      .add(prefix + "device", device, "",
           "where the distance products are computed: cpu, or a device of LibTorch, \"cuda\" or "
           "\"cuda:1\"; the last digits differ between them")
      .place();
}

void RegimeOptions::describe_curves(OptionTable& table) {
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
