#include "experiments/with_torch/synchronization_gap_layout.h"

#include <numeric>
#include <utility>

#include "core/check.h"

namespace syncgap::experiments {
namespace {

std::vector<std::int64_t> counted(std::int64_t count) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), std::int64_t{0});
  return values;
}

}  // namespace

OptionTable SynchronizationGapOptions::table() {
  OptionTable table;
  pairs.describe(table);
  table.add("samples", samples, "B", "trajectories followed in each unit").at_least(2);
  table.add("resamples", resamples, "", "bootstrap samples of trajectories behind each interval")
      .at_least(10);
  table
      .add("denoising_samples", denoising_samples, "",
           "states at which the denoiser's error is measured at every step")
      .at_least(2);
  return table;
}

std::vector<Axis> synchronization_gap_axes(const SynchronizationGapOptions& options) {
  using Labels = std::vector<std::string>;
  using Integers = std::vector<std::int64_t>;
  constexpr auto captured = AxisRole::captured;
  std::vector<Axis> axes{
      {"pairing",
       AxisRole::split,
       Labels{"main", "control"},
       "what the second channel is made from: the same image or one of another class",
       "1",
       {"main", "control"}}};
  for (Axis& axis : coupled_pair_axes()) axes.push_back(std::move(axis));
  const std::vector<Axis> measured = {
      {"mode",
       captured,
       Labels{"u", "v", "A", "B"},
       "common mode, difference mode, first and second channel",
       "1",
       {"u", "v", "A", "B"}},
      {"noise_mode", captured, Labels{"u", "v"}, "mode of the predicted noise", "1", {"u", "v"}},
      {"step", captured, counted(200), "diffusion step t, 0 is the end of generation"},
      {"tau", captured, std::vector<double>{0.90, 0.95, 0.98}, "threshold of the cosine, (99)"},
      {"intervention_step", captured, Integers{180, 150, 120, 90, 60, 30, 10},
       "step at which the difference mode is perturbed, (101)"},
      {"scale", captured, std::vector<double>{0.25}, "standard deviation of the perturbation"},
      {"epoch", captured, counted(options.pairs.denoiser.epochs), "passes over the images, from 0"},
      {"sample", captured, Integers{0, 1}, "trajectories kept as pictures"},
      {"frame_step", captured, Integers{199, 175, 150, 125, 100, 75, 50, 25, 0},
       "steps kept as pictures"},
      {"picture",
       captured,
       Labels{"A", "B", "u"},
       "channels and common mode",
       "1",
       {"A", "B", "u"}},
      {"row", captured, counted(options.pairs.side), "pixel row", "pixel"},
      {"column", captured, counted(options.pairs.side), "pixel column", "pixel"},
  };
  axes.insert(axes.end(), measured.begin(), measured.end());
  return axes;
}

std::vector<Observable> synchronization_gap_observables() {
  using Names = std::vector<std::string>;
  const auto allowed = NanPolicy::allowed;
  std::vector<Observable> list;
  const auto with_interval = [&](const std::string& name, const Names& axes,
                                 const std::string& what, const std::string& unit,
                                 const std::string& source) {
    list.push_back({name, axes, what, unit, source, allowed});
    list.push_back({name + "_low", axes, what + ", lower end of the 95% bootstrap interval", unit,
                    source, allowed});
    list.push_back({name + "_high", axes, what + ", upper end of the 95% bootstrap interval", unit,
                    source, allowed});
  };
  with_interval("cosine", {"mode", "step"}, "mean cosine of the prediction with the last one", "1",
                "multimodal (98)");
  with_interval("crossing_time", {"mode", "tau"},
                "largest step at which the mean cosine reaches the threshold", "step",
                "multimodal (99)");
  with_interval("persistent_crossing_time", {"mode", "tau"},
                "largest step up to which the mean cosine stays at the threshold", "step",
                "multimodal (99), corrections E0.16");
  list.push_back(
      {"passages",
       {"mode", "tau"},
       "how often the mean cosine passes the threshold; more than one: the two times differ",
       "1",
       "corrections E0.16"});
  with_interval("gap", {"tau"}, "synchronization gap t_v - t_u", "step", "multimodal (100)");
  with_interval("persistent_gap", {"tau"}, "synchronization gap of the persistent crossings",
                "step", "multimodal (100), corrections E0.16");
  with_interval("ghosting_index", {"step"}, "2 cos_u - cos_A - cos_B", "1", "multimodal (108)");
  for (const auto& [mode, name] : {std::pair{"u", "common"}, std::pair{"v", "difference"}}) {
    const std::string what = concat("root mean square change of ", mode,
                                    " at the end after v was perturbed, white - black = 1");
    list.push_back({concat("rms_", name),
                    {"intervention_step", "scale"},
                    what,
                    "1",
                    "multimodal (101)",
                    allowed});
    list.push_back({concat("rms_", name, "_error"),
                    {"intervention_step", "scale"},
                    what + ", standard error over trajectories",
                    "1",
                    "multimodal (101)",
                    allowed});
  }
  list.push_back({"frame",
                  {"sample", "frame_step", "picture", "row", "column"},
                  "prediction of the clean picture, black 0, white 1",
                  "1",
                  "multimodal (97)",
                  allowed});
  list.push_back(
      {"training_loss", {"epoch"}, "mean denoising loss of an epoch", "1", "multimodal (96)"});
  list.push_back({"gradient_norm", {"epoch"}, "mean norm of the gradient before clipping", "1"});
  const auto with_error = [&](const std::string& name, const Names& axes, const std::string& what,
                              const std::string& unit, const std::string& source) {
    list.push_back({name, axes, what, unit, source, allowed});
    list.push_back({name + "_error", axes, what + ", standard error", unit, source, allowed});
  };
  with_error("denoising_error", {"noise_mode", "step"},
             "squared error of the predicted noise over its variance", "1", "multimodal (96)");
  with_error("entropy_rate", {"step"}, "rate of H[z_0 | z_t] by the denoiser, an upper bound",
             "nat / step", "information (34), corrections E4.3");
  list.push_back({"images_per_second",
                  {},
                  "speed of the training that made the model, a timing: not the same bits from run "
                  "to run",
                  "1 / s"});
  list.push_back({"parameters", {}, "numbers that were trained", "1"});
  list.push_back({"image_count", {}, "images trained on", "1"});
  list.push_back({"prior_signal",
                  {},
                  "abar at the last step: signal that the start of generation lacks",
                  "1"});
  return list;
}

}  // namespace syncgap::experiments
