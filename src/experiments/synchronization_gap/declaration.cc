#include "experiments/synchronization_gap/declaration.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/check.h"
#include "data/pairing.h"
#include "experiments/shared/axis_values.h"

namespace syncgap::experiments {

std::vector<Axis> synchronization_gap_axes(const SynchronizationGapOptions& options) {
  using Labels = std::vector<std::string>;
  using Integers = std::vector<std::int64_t>;
  constexpr auto captured = AxisRole::captured;
  std::vector<Axis> axes{
      {"pairing", AxisRole::split, data::kPairings.words(),
       "what the second channel is made from: the same image or one of another class", "1",
       data::kPairings.words()}};
  for (Axis& axis : coupled_pair_axes({0.0, 0.3, 0.5, 0.7}, {1, 2, 3, 4}))
    axes.push_back(std::move(axis));
  const std::vector<Axis> measured = {
      {"mode",
       captured,
       Labels{"u", "v", "A", "B"},
       "common mode, difference mode, first and second channel",
       "1",
       {"u", "v", "A", "B"}},
      {"noise_mode", captured, Labels{"u", "v"}, "mode of the predicted noise", "1", {"u", "v"}},
      {"step", captured, first_integers(200), "diffusion step t, 0 is the end of generation"},
      {"tau", captured, std::vector<double>{0.90, 0.95, 0.98}, "threshold of the cosine, (99)"},
      {"intervention_step", captured, Integers{180, 150, 120, 90, 60, 30, 10},
       "step at which the difference mode is perturbed, (101)"},
      {"scale", captured, std::vector<double>{0.25}, "standard deviation of the perturbation"},
      {"epoch", captured, first_integers(options.pairs.denoiser.training.epochs),
       "passes over the images, from 0"},
      {"sample", captured, first_integers(std::min<std::int64_t>(2, options.samples)),
       "trajectories whose images are kept"},
      {"image_step", captured, Integers{199, 175, 150, 125, 100, 75, 50, 25, 0},
       "steps whose images are kept"},
      {"view", captured, Labels{"A", "B", "u"}, "channels and common mode", "1", {"A", "B", "u"}},
  };
  axes.insert(axes.end(), measured.begin(), measured.end());
  for (Axis& axis : pixel_axes(options.pairs.side)) axes.push_back(std::move(axis));
  settle(axes, {"mode", "noise_mode", "epoch", "view"});
  return axes;
}

std::vector<Observable> synchronization_gap_observables(const SynchronizationGapOptions&) {
  const std::string bootstrap = "bootstrap interval";
  ObservableList list;
  list.add_with_interval("cosine", {"mode", "step"},
                         "mean cosine of the prediction with the last one", "1", "multimodal (98)",
                         bootstrap);
  list.add_with_interval("crossing_time", {"mode", "tau"},
                         "largest step at which the mean cosine reaches the threshold", "step",
                         "multimodal (99)", bootstrap);
  list.add_with_interval("persistent_crossing_time", {"mode", "tau"},
                         "largest step up to which the mean cosine stays at the threshold", "step",
                         "multimodal (99), corrections E0.16", bootstrap);
  list.add("passages", {"mode", "tau"},
           "how often the mean cosine passes the threshold; more than one: the two times differ",
           "1", "corrections E0.16");
  list.add_with_interval("gap", {"tau"}, "synchronization gap t_v - t_u", "step",
                         "multimodal (100)", bootstrap);
  list.add_with_interval("persistent_gap", {"tau"},
                         "synchronization gap of the persistent crossings", "step",
                         "multimodal (100), corrections E0.16", bootstrap);
  list.add_with_interval("ghosting_index", {"step"}, "2 cos_u - cos_A - cos_B", "1",
                         "multimodal (108)", bootstrap);
  for (const auto& [mode, name] : {std::pair{"u", "common"}, std::pair{"v", "difference"}})
    list.add_with_error(concat("rms_", name), {"intervention_step", "scale"},
                        concat("root mean square change of ", mode,
                               " at the end after v was perturbed, white - black = 1"),
                        "1", "multimodal (101)", "standard error over trajectories");
  list.add("predicted_pixels", {"sample", "image_step", "view", "row", "column"},
           "prediction of the clean image, black 0, white 1", "1", "multimodal (97)");
  list.add_with_error("denoising_error", {"noise_mode", "step"},
                      "squared error of the predicted noise over its variance", "1",
                      "multimodal (96)", "standard error");
  list.add_with_error("entropy_rate", {"step"},
                      "rate of H[z_0 | z_t] by the denoiser, an upper bound", "nat / step",
                      "information (34), corrections E4.3", "standard error");
  list.add("gradient_norm", {"epoch"}, "mean norm of the gradient before clipping", "1", "syncgap");
  list.add(
      "images_per_second", {},
      "speed of the training that made the model, a timing: not the same bits from run to run; "
      "no value where the model was there already",
      "1 / s", "syncgap");
  describe_pair_training(list);
  return list.take();
}

}  // namespace syncgap::experiments
