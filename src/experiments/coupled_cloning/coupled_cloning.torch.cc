#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "core/numbers.h"
#include "core/random.h"
#include "diffusion/branches.h"
#include "experiments/coupled_cloning/generation.h"
#include "experiments/coupled_cloning/plan.h"
#include "experiments/trained.h"
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

class CoupledCloning : public Prepared {
 public:
  CoupledCloning(const CoupledCloningOptions& options, const Grid& grid, std::optional<int> device)
      : CoupledCloning(options, grid, device, read_images(options.pairs.source),
                       read_other_part(options.pairs.source)) {}

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
  for (const Fact& fact : models::model_facts(options.pairs.denoiser, device))
    facts_.push_back(fact);
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

}  // namespace

std::unique_ptr<const Prepared> prepare_coupled_cloning(const CoupledCloningOptions& options,
                                                        const Grid& grid,
                                                        std::optional<int> device) {
  return std::make_unique<const CoupledCloning>(options, grid, device);
}

}  // namespace syncgap::experiments
