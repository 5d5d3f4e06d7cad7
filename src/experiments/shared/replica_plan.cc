#include "experiments/shared/replica_plan.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/training_cells.h"

namespace syncgap::experiments {
namespace {

networks::DiTShape checked_shape(const ReplicaOptions& options) {
  const std::int64_t channels =
      options.is_published()
          ? 0
          : std::max<std::int64_t>(1, peek_images(options.source).shape.channels);
  auto shape = options.shape(channels);
  shape.check();
  return shape;
}

/// Whether a unit has the first value on every axis but that of seeds.
bool is_first_of_seed(const Unit& unit) {
  const Grid& grid = unit.grid();
  const auto position = grid.position(unit.index());
  for (std::size_t k = 0; k < position.size(); ++k)
    if (grid.axes()[k].name != "seed" && position[k] != 0) return false;
  return true;
}

}  // namespace

void require_given(const std::string& path, const char* option, const std::string& remedy) {
  require_input(!path.empty(), "a file is missing (experiment.", option, " is empty): ", remedy);
  require_input(std::filesystem::exists(path), "there is no such file (experiment.", option,
                " = \"", path, "\"): ", remedy);
}

std::vector<Axis> replica_axes(std::vector<double> couplings) {
  constexpr auto split = AxisRole::split;
  using Integers = std::vector<std::int64_t>;
  return {
      {"g", split, std::move(couplings), "coupling strength of the replicas' attention, (19)"},
      {"seed", split, Integers{1},
       "start weights and images' order of a model, noise of the pairs"},
      {"told_class", split, Integers{kNoClass},
       "class that all replicas are told, as its place in experiment.classes; -1: none"},
  };
}

std::vector<std::int64_t> context_steps(const ReplicaOptions& options) {
  std::vector<std::int64_t> steps;
  constexpr std::int64_t kSteps = 9;
  for (std::int64_t k = 1; k <= kSteps; ++k) steps.push_back(options.horizon * k / (kSteps + 1));
  return steps;
}

std::vector<Axis> replica_network_axes(const ReplicaOptions& options) {
  constexpr auto captured = AxisRole::captured;
  using Labels = std::vector<std::string>;
  std::vector<Axis> axes = {
      {"epoch", captured, first_integers(options.transformer.training.epochs),
       "passes over the images, from 0"},
      {"context_step", captured, context_steps(options),
       "steps t at which the use of context is measured"},
      {"replacement",
       captured,
       Labels{"other", "uniform"},
       "what takes the place of a token's context: the keys and values of another sample, or the "
       "mean value of its own",
       "1",
       {"other", "uniform"}},
  };
  settle(axes, {"epoch", "context_step", "replacement"});
  return axes;
}

void describe_replica_network(ObservableList& list) {
  const std::string error = "standard error over images";
  describe_training(list, "dit sec. 2.1");
  list.add_with_error("denoising_error", {"context_step"},
                      "mean squared error of the predicted noise, a number", "1", "syncgap", error);
  list.add_with_error("context_rise", {"replacement", "context_step"},
                      "rise of that error where a token's context is replaced, over the error; 0: "
                      "every token denoises by itself, and coupling has nothing to act on",
                      "1", "syncgap", error);
}

void check_replica_axes(const ReplicaOptions& options, const Grid& grid) {
  for (const double g : axis_values<double>(grid, "g"))
    require_input(g >= 0 && g <= 1, "the coupling strength of attention has limits (axes.g, saw ",
                  g, "): give values from 0 to 1");
  for (const std::int64_t label : axis_values<std::int64_t>(grid, "told_class")) {
    require_input(label >= kNoClass && label < options.told_classes(),
                  "there is no such class to be told (axes.told_class, saw ", label,
                  "): give places in the list of classes, 0 to ", options.told_classes() - 1,
                  ", or -1 for none");
    require_input(label != kNoClass || options.guidance.scale == 1,
                  "guidance leads towards a class (axes.told_class, saw -1, with "
                  "experiment.guidance = ",
                  options.guidance.scale, "): tell a class, or set experiment.guidance = 1");
  }
}

ReplicaPlan::ReplicaPlan(const ReplicaOptions& options)
    : options_(options),
      shape_(checked_shape(options)),
      schedule_(options.schedule()),
      visited_(options.visited()) {
  const auto& transformer = options.transformer;
  if (options.is_published())
    require_given(transformer.weights, "weights",
                  "a published network is read, not trained: give DiT-XL-2-256x256.pt or "
                  "DiT-XL-2-512x512.pt from https://dl.fbaipublicfiles.com/DiT/models/, or weights "
                  "of your own of this size (licence of the published ones CC BY-NC 4.0)");
  else if (!transformer.weights.empty())
    require_given(transformer.weights, "weights", "give the file of the network's weights");
  if (!has_images()) return;
  expected_images_ = expected_count(options.source, std::ssize(options.classes), options.images);
}

double ReplicaPlan::training_operations(const Unit& unit) const {
  if (!options_.transformer.weights.empty() || !is_first_of_seed(unit)) return 0;
  const double images = to_real(options_.transformer.training.epochs * expected_images_);
  return 3 * shape_.operations() * images;
}

double ReplicaPlan::context_operations() const {
  if (!has_images()) return 0;
  // Own, another sample's beside it, uniform.
  return 4 * shape_.operations() * to_real(options_.context_samples) *
         to_real(std::ssize(context_steps(options_)));
}

double ReplicaPlan::sampling_operations(double coupled, double uncoupled, std::int64_t replicas,
                                        std::int64_t links) const {
  const double guided = options_.guidance.scale == 1 ? 1 : 2;
  return guided * (coupled * shape_.coupled_operations(replicas, links) +
                   uncoupled * shape_.operations(replicas));
}

double ReplicaPlan::state_bytes() const {
  return 4.0 * to_real(2 * shape_.image_channels * options_.side * options_.side);
}

double ReplicaPlan::memory() const {
  // The weights as they are, their average or their file, and in the order of the kernels.
  return 12.0 * to_real(shape_.weights()) + to_real(expected_images_) * state_bytes() +
         to_real(2 * options_.group) * models::transformer_bytes(shape_);
}

}  // namespace syncgap::experiments
