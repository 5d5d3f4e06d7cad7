#include "experiments/coupled_cloning/coupled_cloning.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <utility>

#include "core/check.h"
#include "core/random.h"
#include "diffusion/cloning.h"
#include "diffusion/coupled_modes.h"
#include "diffusion/normals.h"
#include "experiments/coupled_cloning/declaration.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/pair_classifiers.h"
#include "models/trained_denoiser.h"
#include "networks/tensor_values.h"
#include "observables/clone_agreement.h"
#include "observables/estimate.h"
#include "observables/excess_agreement.h"
#include "observables/resampled_means.h"
#include "parallel/dealt.h"

// Shapes: N trajectories, S scan steps, K labels; modes are u and v.
namespace syncgap::experiments {
namespace {

using torch::Tensor;

/// What the ends of all trajectories look like to the classifiers. Labels are whole numbers as
/// floats, which sum exactly over ranks.
struct Labelled {
  std::vector<float> trunk[kModes];   ///< (N) each
  std::vector<float> clones[kModes];  ///< (N, S) each
  std::vector<float> pictures;        ///< ends of the first trajectories, (kept, 2 C, H, W)
};

class CoupledCloning : public Experiment {
 public:
  CoupledCloning() : table_(options_.table()) {}

  std::string name() const override { return "coupled_cloning"; }
  std::string summary() const override {
    return "trained denoisers of coupled image pairs, cloned: speciation times of common and "
           "difference mode (multimodal, section 5.2, figures 10-11)";
  }
  OptionTable& options() override { return table_; }
  std::vector<Axis> axes() const override { return coupled_cloning_axes(options_); }
  std::vector<Observable> observables() const override { return coupled_cloning_observables(); }
  bool uses_teams() const override { return true; }
  void prepare(const Grid& grid) override;
  double cost(const Unit& unit) const override;
  double memory() const override;
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  std::size_t labels() const { return options_.pairs.classes.size(); }
  std::vector<std::int64_t> state_shape(std::int64_t count) const {
    return {count, pairs_.channels(), options_.pairs.side, options_.pairs.side};
  }
  Labelled generate(const Unit& unit, const diffusion::NoiseSchedule& schedule,
                    const models::TrainedDenoiser& model, const PairClassifiers& classifiers,
                    const RunContext& context) const;
  void store_agreement(const Labelled& seen, const RandomStream& stream, Results& results) const;
  void store_labels(const Labelled& seen, const PairClassifiers& classifiers,
                    Results& results) const;
  void store_pictures(const Labelled& seen, double low, Results& results) const;

  CoupledCloningOptions options_;
  OptionTable table_;

  // Set by prepare().
  CoupledPairs pairs_;
  PairClassifierData classifier_data_;
  std::vector<std::int64_t> scan_steps_, samples_kept_;
};

void CoupledCloning::prepare(const Grid& grid) {
  require_input(labels() >= 2, "agreement needs at least two classes (experiment.classes has ",
                labels(), "): name e.g. [1, 8]");
  require_input(grid.axis("label").size() == labels(),
                "axis label does not count the classes (axes.label, ", grid.axis("label").size(),
                " values): leave it out and set experiment.classes");
  const auto images = read_images(options_.pairs.source);
  pairs_.prepare(options_.pairs, images, grid);
  require_increasing(grid, "scan_step", 2);
  scan_steps_ = axis_values<std::int64_t>(grid, "scan_step");
  for (const std::int64_t horizon : axis_values<std::int64_t>(grid, "horizon"))
    diffusion::CloningScan{scan_steps_, 2}.check(horizon);
  samples_kept_ = axis_values<std::int64_t>(grid, "sample");
  for (const std::int64_t sample : samples_kept_)
    require_input(sample >= 0 && sample < options_.trajectories,
                  "there is no such trajectory to keep (axes.sample, saw ", sample,
                  "): give numbers below experiment.trajectories, now ", options_.trajectories);
  classifier_data_.prepare(options_.pairs, images, grid);
}

double CoupledCloning::cost(const Unit& unit) const {
  double steps = static_cast<double>(unit.integer("horizon"));
  for (const std::int64_t step : scan_steps_) steps += static_cast<double>(step);
  return pairs_.cost(steps * static_cast<double>(options_.trajectories));
}

double CoupledCloning::memory() const {
  return pairs_.memory() + classifier_data_.memory() +
         60 * pairs_.state_bytes() * static_cast<double>(options_.group) *
             static_cast<double>(1 + scan_steps_.size());
}

Labelled CoupledCloning::generate(const Unit& unit, const diffusion::NoiseSchedule& schedule,
                                  const models::TrainedDenoiser& model,
                                  const PairClassifiers& classifiers,
                                  const RunContext& context) const {
  const double g = unit.real("g"), low = unit.real("pixel_low");
  const std::int64_t kept = 1 + *std::max_element(samples_kept_.begin(), samples_kept_.end());
  const std::int64_t seed = unit.integer("seed");
  const RandomStream start_stream(context.sweep_seed, "initial noise", {seed});
  const RandomStream trunk_stream(context.sweep_seed, "reverse trunk noise", {seed});
  std::map<std::int64_t, RandomStream> clone_streams;
  for (const std::int64_t step : scan_steps_)
    clone_streams.emplace(step,
                          RandomStream(context.sweep_seed, "reverse clone noise", {seed, step}));
  auto denoiser = model.denoiser();
  if (options_.within_range)
    denoiser = diffusion::within_range(schedule, std::move(denoiser), torch::tensor(low),
                                       torch::tensor(1.0));
  const auto total = static_cast<std::size_t>(options_.trajectories);
  const std::size_t scans = scan_steps_.size();
  const auto numbers = static_cast<std::size_t>(state_shape(1)[1] * state_shape(1)[2]) *
                       static_cast<std::size_t>(state_shape(1)[3]);
  Labelled seen;
  for (std::size_t m = 0; m < kModes; ++m) {
    seen.trunk[m].resize(total);
    seen.clones[m].resize(total * scans);
  }
  seen.pictures.resize(static_cast<std::size_t>(kept) * numbers);

  const parallel::Dealt dealt(options_.trajectories, options_.group, context.team.ranks());
  for (const auto& group : dealt.mine()) {
    const std::int64_t first = group.first, count = group.count;
    context.team.say(
        concat("clones trajectories, ", first, " of ", options_.trajectories, " done"));
    const auto noise = [&](const RandomStream& stream, std::int64_t t) {
      return diffusion::couple_noise(
          diffusion::trajectory_normals(stream, first, state_shape(count), t), g);
    };
    const auto ends =
        diffusion::run_cloning(schedule, denoiser, {scan_steps_, 2}, noise(start_stream, 0),
                               [&](const diffusion::ClonePath& path, std::int64_t t) {
                                 return noise(path.scan_step == diffusion::ClonePath::kTrunk
                                                  ? trunk_stream
                                                  : clone_streams.at(path.scan_step),
                                              t);
                               });
    if (first < kept) {
      const auto pictures =
          networks::values_of(ends.trunk.narrow(0, 0, std::min(count, kept - first)));
      std::copy(pictures.begin(), pictures.end(),
                seen.pictures.begin() + first * static_cast<std::int64_t>(numbers));
    }
    const auto at = static_cast<std::size_t>(first);
    for (std::size_t m = 0; m < kModes; ++m) {
      const auto trunk = classifiers.labels(m, ends.trunk, low);
      for (std::size_t k = 0; k < trunk.size(); ++k)
        seen.trunk[m][at + k] = static_cast<float>(trunk[k]);
      for (std::size_t s = 0; s < scans; ++s) {
        const auto clones = classifiers.labels(m, ends.clones[s][0], low);
        for (std::size_t k = 0; k < clones.size(); ++k)
          seen.clones[m][(at + k) * scans + s] = static_cast<float>(clones[k]);
      }
    }
  }
  for (std::size_t m = 0; m < kModes; ++m) {
    dealt.gather(std::span<float>(seen.trunk[m]));
    dealt.gather(std::span<float>(seen.clones[m]));
  }
  dealt.gather(std::span<float>(seen.pictures));
  return seen;
}

void CoupledCloning::store_agreement(const Labelled& seen, const RandomStream& stream,
                                     Results& results) const {
  const std::size_t steps = scan_steps_.size(), width = steps + labels();
  const auto trajectories = static_cast<std::size_t>(options_.trajectories);
  // Of each trajectory and mode: agreement at each scan step, then one-hot label of its end.
  std::vector<double> values(trajectories * kModes * width, 0.0);
  for (std::size_t k = 0; k < trajectories; ++k)
    for (std::size_t m = 0; m < kModes; ++m) {
      const float label = seen.trunk[m][k];
      double* row = values.data() + (k * kModes + m) * width;
      const auto shares = observables::shared_past_agreement(
          label, std::span<const float>(seen.clones[m]).subspan(k * steps, steps));
      std::copy(shares.begin(), shares.end(), row);
      row[steps + static_cast<std::size_t>(label)] = 1.0;
    }
  const observables::ResampledMeans means(values, kModes * width, stream,
                                          static_cast<std::size_t>(options_.resamples));
  using Means = std::span<const double>;
  const std::vector<double> scan(scan_steps_.begin(), scan_steps_.end());
  const auto independent = [&](Means all, std::size_t m) {
    return observables::independent_agreement(all.subspan(m * width + steps, labels()),
                                              trajectories);
  };
  const auto speciation = [&](Means all, std::size_t m) {
    const double baseline = independent(all, m);
    std::vector<double> excess(steps);
    for (std::size_t s = 0; s < steps; ++s)
      excess[s] = observables::excess_agreement(all[m * width + s], baseline);
    return observables::speciation_time({scan, excess}, options_.threshold);
  };
  std::vector<double> shares(trajectories);
  for (std::size_t m = 0; m < kModes; ++m) {
    const double baseline = independent(means.means(), m);
    put_statistic(results, "independent_agreement", m, means,
                  [&](Means all) { return independent(all, m); });
    put_statistic(results, "speciation_time", m, means,
                  [&](Means all) { return speciation(all, m).outermost; });
    put_statistic(results, "persistent_speciation_time", m, means,
                  [&](Means all) { return speciation(all, m).persistent; });
    results["passages"][m] = static_cast<double>(speciation(means.means(), m).passages);
    for (std::size_t s = 0; s < steps; ++s) {
      for (std::size_t k = 0; k < trajectories; ++k)
        shares[k] = values[(k * kModes + m) * width + s];
      const auto agreement = observables::estimate_share(shares, static_cast<double>(s + 1));
      const std::size_t at = m * steps + s;
      put(results, "agreement", at, agreement.value, agreement.interval);
      results["agreement_count"][at] = agreement.count;
      put(results, "excess_agreement", at, observables::excess_agreement(agreement.value, baseline),
          {observables::excess_agreement(agreement.interval.low, baseline),
           observables::excess_agreement(agreement.interval.high, baseline)});
    }
  }
  put_statistic(results, "gap", 0, means, [&](Means all) {
    return speciation(all, 1).outermost - speciation(all, 0).outermost;
  });
}

void CoupledCloning::store_labels(const Labelled& seen, const PairClassifiers& classifiers,
                                  Results& results) const {
  const auto trajectories = static_cast<std::uint64_t>(options_.trajectories);
  std::uint64_t matches = 0;
  for (std::size_t k = 0; k < trajectories; ++k)
    matches += seen.trunk[0][k] == seen.trunk[1][k] ? 1 : 0;
  put_share(results, "label_match", 0, matches, trajectories);
  const bool coherent =
      static_cast<double>(matches) >= options_.least_match * static_cast<double>(trajectories);
  for (std::size_t m = 0; m < kModes; ++m) {
    std::uint64_t fewest = trajectories;
    for (std::size_t label = 0; label < labels(); ++label) {
      const auto count = static_cast<std::uint64_t>(
          std::count(seen.trunk[m].begin(), seen.trunk[m].end(), static_cast<float>(label)));
      fewest = std::min(fewest, count);
      put_share(results, "class_share", m * labels() + label, count, trajectories);
    }
    const models::Accuracy& accuracy = classifiers.accuracy(m);
    put(results, "classifier_accuracy", m, accuracy.value, {accuracy.low, accuracy.high});
    results["classifier_tests"][m] = static_cast<double>(accuracy.count);
    const bool balanced =
        static_cast<double>(fewest) >= options_.least_share * static_cast<double>(trajectories);
    results["reliable"][m] =
        balanced && coherent && accuracy.value >= options_.least_accuracy ? 1 : 0;
  }
}

void CoupledCloning::store_pictures(const Labelled& seen, double low, Results& results) const {
  auto out = results["sample_picture"].begin();
  const auto ends = torch::tensor(seen.pictures).view(state_shape(-1));
  for (const std::int64_t sample : samples_kept_) {
    const auto state = ends.narrow(0, sample, 1);
    const auto channels = (state - low) / (1 - low);
    const auto modes = pictures_of_modes(state, low);
    // Of images with colours the first channel.
    for (const Tensor& picture :
         {channels[0][0], channels[0][state.size(1) / 2], modes[0][0][0], modes[1][0][0]}) {
      const auto values = networks::values_of(picture);
      out = std::copy(values.begin(), values.end(), out);
    }
  }
}

void CoupledCloning::run(const Unit& unit, Results& results, const RunContext& context) const {
  const auto schedule = pairs_.schedule(unit);
  const models::DenoiserTask task =
      pairs_.task(unit, data::Pairing::main, schedule, context.sweep_seed);
  const PairClassifiers classifiers(classifier_data_, unit.label("modality"), options_.classifier,
                                    options_.pairs.denoiser, context.sweep_seed, context.team);
  const models::TrainedDenoiser model =
      models::trained_denoiser(task, options_.pairs.denoiser, context.team);
  const Labelled seen = generate(unit, schedule, model, classifiers, context);
  if (context.team.rank() != 0) return;  // the rest needs no team
  store_agreement(seen, RandomStream(context.sweep_seed, "resamples"), results);
  store_labels(seen, classifiers, results);
  store_pictures(seen, unit.real("pixel_low"), results);
  pairs_.store_training(model, schedule, results);
  results["trajectory_count"][0] = static_cast<double>(options_.trajectories);
}

}  // namespace

std::unique_ptr<Experiment> make_coupled_cloning() { return std::make_unique<CoupledCloning>(); }

}  // namespace syncgap::experiments
