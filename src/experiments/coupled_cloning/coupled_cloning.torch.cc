#include "experiments/coupled_cloning/coupled_cloning.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"
#include "core/random.h"
#include "diffusion/branches.h"
#include "experiments/coupled_cloning/declaration.h"
#include "experiments/coupled_cloning/generation.h"
#include "experiments/shared/axis_values.h"
#include "models/model_source.h"
#include "networks/tensor_values.h"
#include "networks/threads.h"
#include "observables/clone_agreement.h"
#include "observables/estimate.h"
#include "observables/excess_agreement.h"
#include "observables/resampled_means.h"

// Shapes: N trajectories, S branch steps, K labels; modes are u and v.
namespace syncgap::experiments {
namespace {

/// The captured axes, checked against options and horizons.
struct CloningAxes {
  std::vector<std::int64_t> branch_steps, samples_kept;

  CloningAxes(const CoupledCloningOptions& options, const Grid& grid)
      : branch_steps(axis_values<std::int64_t>(grid, "branch_step")),
        samples_kept(axis_values<std::int64_t>(grid, "sample")) {
    const std::int64_t labels = std::ssize(options.pairs.classes);
    require_input(labels >= 2, "agreement needs at least two classes (experiment.classes has ",
                  labels, "): name e.g. [1, 8]");
    require_input(grid.axis("label").size() == labels,
                  "axis label does not count the classes (axes.label, ", grid.axis("label").size(),
                  " values): leave it out and set experiment.classes");
    require_increasing(grid, "branch_step", 2);
    for (const std::int64_t horizon : axis_values<std::int64_t>(grid, "horizon"))
      for (const std::int64_t step : branch_steps)
        require_input(step >= 0 && step < horizon,
                      "there is no such step to clone at (axes.branch_step, saw ", step,
                      ", the schedule has ", horizon, "): give steps from 0 to ", horizon - 1);
    for (const std::int64_t sample : samples_kept)
      require_input(sample >= 0 && sample < options.trajectories,
                    "there is no such trajectory to keep (axes.sample, saw ", sample,
                    "): give numbers below experiment.trajectories, now ", options.trajectories);
  }
};

class CoupledCloning : public Prepared {
 public:
  CoupledCloning(const CoupledCloningOptions& options, const Grid& grid, std::optional<int> device)
      : CoupledCloning(options, grid, device, read_images(options.pairs.source),
                       read_other_half(options.pairs.source)) {}

  Facts facts() const override { return facts_; }
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  CoupledCloning(const CoupledCloningOptions& options, const Grid& grid, std::optional<int> device,
                 const data::ImageSet& images, const std::optional<data::ImageSet>& test_images);

  std::int64_t labels() const { return std::ssize(options_.pairs.classes); }
  void store_agreement(const LabelledEnds& seen, const RandomStream& stream,
                       Results& results) const;
  void store_labels(const LabelledEnds& seen, const PairClassifiers& classifiers,
                    Results& results) const;
  void store_samples(const LabelledEnds& seen, double low, Results& results) const;

  CoupledCloningOptions options_;
  CloningAxes axes_;
  CoupledPairs pairs_;
  PairClassifierData classifier_data_;
  Facts facts_;
};

CoupledCloning::CoupledCloning(const CoupledCloningOptions& options, const Grid& grid,
                               std::optional<int> device, const data::ImageSet& images,
                               const std::optional<data::ImageSet>& test_images)
    : options_(options),
      axes_(options, grid),
      pairs_(CoupledPairPlan(options.pairs, grid), images, grid),
      classifier_data_(options.pairs, images, test_images, grid),
      facts_(data_facts(images, test_images)) {
  const models::DenoiserOptions& denoiser = options.pairs.denoiser;
  facts_.push_back(denoiser.place.arithmetic(device));
  for (const Fact& fact : models::weights_facts(denoiser.weights)) facts_.push_back(fact);
}

void CoupledCloning::store_agreement(const LabelledEnds& seen, const RandomStream& stream,
                                     Results& results) const {
  const std::int64_t steps = std::ssize(axes_.branch_steps), width = steps + labels();
  const std::int64_t trajectories = options_.trajectories;
  // Of each trajectory and mode: agreement at each branch step, then one-hot label of its end.
  std::vector<double> values(trajectories * kModes * width, 0.0);
  for (std::int64_t k = 0; k < trajectories; ++k)
    for (std::int64_t m = 0; m < kModes; ++m) {
      const std::int64_t label = seen.trunk[m][k];
      double* row = values.data() + (k * kModes + m) * width;
      const auto shares = observables::shared_past_agreement(
          label, std::span<const std::int64_t>(seen.clones[m]).subspan(k * steps, steps));
      std::copy(shares.begin(), shares.end(), row);
      row[steps + label] = 1.0;
    }
  const observables::ResampledMeans means(values, kModes * width, stream, options_.resamples);
  using Means = std::span<const double>;
  const std::vector<double> branch_steps(axes_.branch_steps.begin(), axes_.branch_steps.end());
  const auto independent = [&](Means all, std::int64_t m) {
    return observables::independent_agreement(all.subspan(m * width + steps, labels()),
                                              trajectories);
  };
  const auto speciation = [&](Means all, std::int64_t m) {
    const double baseline = independent(all, m);
    std::vector<double> excess(steps);
    for (std::int64_t s = 0; s < steps; ++s)
      excess[s] = observables::excess_agreement(all[m * width + s], baseline);
    return observables::speciation_time({branch_steps, excess}, options_.threshold);
  };
  auto agreement = results.cells("agreement"), excess = results.cells("excess_agreement");
  auto count = results.cells("agreement_count");
  std::vector<double> shares(trajectories);
  for (std::int64_t m = 0; m < kModes; ++m) {
    const double baseline = independent(means.means(), m);
    results.cells("independent_agreement")
        .set_or_none(means.statistic([&](Means all) { return independent(all, m); }), m);
    // Curves may never reach the threshold, or still be above it at the last branch step.
    results.cells("speciation_time")
        .set_or_none(means.statistic([&](Means all) { return speciation(all, m).outermost; }), m);
    results.cells("persistent_speciation_time")
        .set_or_none(means.statistic([&](Means all) { return speciation(all, m).persistent; }), m);
    results.cells("passages").set(to_real(speciation(means.means(), m).passages), m);
    for (std::int64_t s = 0; s < steps; ++s) {
      for (std::int64_t k = 0; k < trajectories; ++k)
        shares[k] = values[(k * kModes + m) * width + s];
      const auto share = observables::estimate_share(shares, to_real(s + 1));
      agreement.set(share, m, s);
      count.set(share.count, m, s);
      const auto above = [&](double x) { return observables::excess_agreement(x, baseline); };
      excess.set_or_none(above(share.value),
                         Interval{above(share.interval.low), above(share.interval.high)}, m, s);
    }
  }
  results.cells("gap").set_or_none(means.statistic(
      [&](Means all) { return speciation(all, 1).outermost - speciation(all, 0).outermost; }));
}

void CoupledCloning::store_labels(const LabelledEnds& seen, const PairClassifiers& classifiers,
                                  Results& results) const {
  const std::int64_t trajectories = options_.trajectories;
  std::int64_t matches = 0;
  for (std::int64_t k = 0; k < trajectories; ++k)
    matches += seen.trunk[0][k] == seen.trunk[1][k] ? 1 : 0;
  results.cells("label_match").set(observables::wilson_share(matches, trajectories));
  const bool coherent = to_real(matches) >= options_.least_match * to_real(trajectories);
  for (std::int64_t m = 0; m < kModes; ++m) {
    std::int64_t fewest = trajectories;
    for (std::int64_t label = 0; label < labels(); ++label) {
      const std::int64_t count = std::count(seen.trunk[m].begin(), seen.trunk[m].end(), label);
      fewest = std::min(fewest, count);
      results.cells("class_share").set(observables::wilson_share(count, trajectories), m, label);
    }
    const models::Accuracy& accuracy = classifiers.accuracy(m);
    results.cells("classifier_accuracy").set(accuracy, m);
    results.cells("classifier_tests").set(to_real(accuracy.count), m);
    const bool balanced = to_real(fewest) >= options_.least_share * to_real(trajectories);
    const bool reliable = balanced && coherent && accuracy.value >= options_.least_accuracy;
    results.cells("reliable").set(reliable ? 1 : 0, m);
  }
}

/// Of images with colours the first channel.
void CoupledCloning::store_samples(const LabelledEnds& seen, double low, Results& results) const {
  const auto ends = torch::tensor(seen.pixels).view(pairs_.plan().state_shape(-1));
  auto cells = results.cells("sample_pixels");
  for (std::int64_t k = 0; k < std::ssize(axes_.samples_kept); ++k) {
    const auto state = ends.narrow(0, axes_.samples_kept[k], 1);
    const auto shown = (state - low) / (1 - low);
    const auto modes = images_of_modes(state, low);
    const torch::Tensor views[] = {shown[0][0][0], shown[0][1][0], modes[0][0][0], modes[1][0][0]};
    for (std::int64_t view = 0; view < std::ssize(views); ++view)
      cells.assign(std::span<const double>(networks::values_of(views[view])), k, view);
  }
}

void CoupledCloning::run(const Unit& unit, Results& results, const RunContext& context) const {
  const networks::ThreadScope threads(options_.pairs.threads);
  const auto schedule = pairs_.plan().schedule(unit);
  const auto task = pairs_.task(unit, data::Pairing::main, schedule, context.sweep_seed);
  const PairClassifiers classifiers(classifier_data_, unit.choice("modality", data::kModalities),
                                    options_.classifier, options_.pairs.denoiser,
                                    context.sweep_seed, context.team);
  const auto model = models::trained_denoiser(task, options_.pairs.denoiser, context.team);
  GenerationPlan plan{&options_, axes_.branch_steps};
  plan.kept = 1 + *std::max_element(axes_.samples_kept.begin(), axes_.samples_kept.end());
  plan.coupling_strength = unit.real("g");
  plan.pixel_low = unit.real("pixel_low");
  plan.sweep_seed = context.sweep_seed;
  plan.seed = unit.integer("seed");
  const LabelledEnds seen =
      generate_ends(plan, pairs_.plan(), schedule, model, classifiers, context.team);
  if (context.team.rank() != 0) return;  // every rank knows the same; the first one's is kept
  store_agreement(seen, RandomStream(context.sweep_seed, "resamples"), results);
  store_labels(seen, classifiers, results);
  store_samples(seen, plan.pixel_low, results);
  pairs_.store_training(model, schedule, results);
  results.cells("trajectory_count").set(to_real(options_.trajectories));
}

Plan plan_of(const CoupledCloningOptions& options, const Grid& grid) {
  const CloningAxes axes(options, grid);
  const auto pairs = std::make_shared<const CoupledPairPlan>(options.pairs, grid);
  double clone_steps = 0;
  for (const std::int64_t step : axes.branch_steps) clone_steps += to_real(step);
  const double trajectories = to_real(options.trajectories);
  return {[pairs, clone_steps, trajectories](const Unit& unit) {
            return pairs->cost((to_real(unit.integer("horizon")) + clone_steps) * trajectories);
          },
          pairs->memory() + pair_classifier_memory(*pairs, grid) +
              60 * pairs->state_bytes() * to_real(options.group) *
                  to_real(1 + std::ssize(axes.branch_steps))};
}

}  // namespace

std::unique_ptr<Experiment> make_coupled_cloning() {
  return declare<CoupledCloningOptions>({
      .name = "coupled_cloning",
      .summary = "trained denoisers of coupled image pairs, cloned: speciation times of common and "
                 "difference mode (multimodal, section 5.2, figures 10-11)",
      .axes = coupled_cloning_axes,
      .observables = coupled_cloning_observables,
      .plan = plan_of,
      .prepare = [](const CoupledCloningOptions& options, const Grid& grid,
                    std::optional<int> device) -> std::unique_ptr<const Prepared> {
        return std::make_unique<const CoupledCloning>(options, grid, device);
      },
      .teams = Teams::any,
  });
}

}  // namespace syncgap::experiments
