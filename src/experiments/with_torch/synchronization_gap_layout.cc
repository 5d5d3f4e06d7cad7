#include "experiments/with_torch/synchronization_gap_layout.h"

#include <numeric>

#include "core/check.h"
#include "data/modality.h"

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
  source.describe(table);
  table.add("classes", classes, "", "labels of the images that are used").at_least(0);
  table.add("images", images, "n", "images to train on, the same number of each class; 0: all")
      .at_least(0);
  table.add("side", side, "", "height and width of the images").at_least(4).unit("pixel");
  table
      .add("beta_first", beta_first, "beta_0", "noise variance of the first step, linear schedules")
      .above(0)
      .below(1);
  table
      .add("beta_last", beta_last, "beta_{T-1}",
           "noise variance of the last step, linear schedules")
      .above(0)
      .below(1);
  table.add("samples", samples, "B", "trajectories followed in each unit").at_least(2);
  table.add("resamples", resamples, "", "bootstrap samples of trajectories behind each interval")
      .at_least(10);
  table.add("threads", threads, "", "processors a rank computes on; part of what decides the bits")
      .at_least(1)
      .at_most(1024);
  denoiser.describe(table);
  return table;
}

std::vector<Axis> synchronization_gap_axes(const SynchronizationGapOptions& options) {
  using Labels = std::vector<std::string>;
  using Reals = std::vector<double>;
  using Integers = std::vector<std::int64_t>;
  constexpr auto split = AxisRole::split, captured = AxisRole::captured;
  return {
      {"pairing",
       split,
       Labels{"main", "control"},
       "what the second channel is made from: the same image or one of another class",
       "1",
       {"main", "control"}},
      {"g", split, Reals{0.0, 0.3, 0.5, 0.7}, "coupling strength of the noise, (92)"},
      {"seed", split, Integers{1, 2, 3, 4}, "start weights, pairs and noise of a model"},
      {"modality", split, Labels{"edge"}, "transform T that makes the second channel", "1",
       data::modality_names()},
      {"schedule",
       split,
       Labels{"linear"},
       "noise schedule: beta linear as given, linear with its ends times 1000 / T, or cosine",
       "1",
       {"linear", "scaled", "cosine"}},
      {"pixel_low", split, Reals{-1.0}, "what black becomes; white is 1"},
      {"horizon", split, Integers{200}, "steps T of the diffusion"},
      {"mode",
       captured,
       Labels{"u", "v", "A", "B"},
       "common mode, difference mode, first and second channel",
       "1",
       {"u", "v", "A", "B"}},
      {"step", captured, counted(200), "diffusion step t, 0 is the end of generation"},
      {"tau", captured, Reals{0.90, 0.95, 0.98}, "threshold of the cosine, (99)"},
      {"intervention_step", captured, Integers{180, 150, 120, 90, 60, 30, 10},
       "step at which the difference mode is perturbed, (101)"},
      {"scale", captured, Reals{0.25}, "standard deviation of the perturbation"},
      {"epoch", captured, counted(options.denoiser.epochs), "passes over the images, from 0"},
      {"sample", captured, Integers{0, 1}, "trajectories kept as pictures"},
      {"frame_step", captured, Integers{199, 175, 150, 125, 100, 75, 50, 25, 0},
       "steps kept as pictures"},
      {"picture",
       captured,
       Labels{"A", "B", "u"},
       "channels and common mode",
       "1",
       {"A", "B", "u"}},
      {"row", captured, counted(options.side), "pixel row", "pixel"},
      {"column", captured, counted(options.side), "pixel column", "pixel"},
  };
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
  list.push_back({"parameters", {}, "numbers that were trained", "1"});
  list.push_back({"image_count", {}, "images trained on", "1"});
  list.push_back({"prior_signal",
                  {},
                  "abar at the last step: signal that the start of generation lacks",
                  "1"});
  return list;
}

}  // namespace syncgap::experiments
