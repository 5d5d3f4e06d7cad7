#include "experiments/trained_regimes/trained_regimes.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/random.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/regime_parts.h"
#include "experiments/trained_regimes/cloned_samples.h"
#include "experiments/trained_regimes/declaration.h"
#include "models/image_states.h"
#include "models/trained_classifier.h"
#include "models/trained_denoiser.h"
#include "observables/clone_agreement.h"
#include "observables/crossing.h"
#include "observables/resampled_means.h"
#include "sde/denoised_step.h"

// Shapes: n images of C channels, S branch times, M trajectories.
namespace syncgap::experiments {
namespace {

using torch::Tensor;

/// Images whose distance to the nearest other one is averaged.
constexpr std::int64_t kSpacingImages = 500;
/// A sample belongs to a training image if every other one is this many times as far.
constexpr float kCollapsedRatio = 3;

class TrainedRegimes : public Experiment {
 public:
  TrainedRegimes() : table_(options_.table()) {}

  std::string name() const override { return "trained_regimes"; }
  std::string summary() const override {
    return "speciation and collapse of trained denoisers on real images beside their exact "
           "empirical score (regimes, figures 4, 5 and 11)";
  }
  OptionTable& options() override { return table_; }
  std::vector<Axis> axes() const override { return trained_regimes_axes(options_); }
  std::vector<Observable> observables() const override {
    return trained_regimes_observables(options_);
  }
  bool uses_teams() const override { return true; }
  void prepare(const Grid& grid) override;
  double cost(const Unit& unit) const override;
  double memory() const override;
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  std::size_t image_count(const std::string& classes, std::int64_t images) const;
  models::TrainedDenoiser denoiser_of(const models::ImageStates& states, std::uint64_t checksum,
                                      const RegimeSeed& seed, const RunContext& context) const;
  models::TrainedClassifier classifier_of(const std::vector<std::int32_t>& classes,
                                          const RunContext& context) const;
  ClonedSamples samples_of(const models::TrainedDenoiser& denoiser,
                           const models::TrainedClassifier& classifier, const RegimeImages& images,
                           const models::ImageStates& states, const RegimeSeed& seed,
                           const parallel::Communicator& team) const;
  void store_models(const models::TrainedDenoiser& denoiser,
                    const models::TrainedClassifier& classifier, const models::ImageStates& states,
                    Results& results) const;
  void store_clones(const ClonedSamples& seen, const RegimeImages& images, const RegimeSeed& seed,
                    Results& results) const;
  void store_samples(const ClonedSamples& seen, const RegimeImages& images, const Tensor& pixels,
                     const RegimeSeed& seed, Results& results) const;

  TrainedRegimesOptions options_;
  OptionTable table_;

  // Set by prepare().
  std::optional<data::ImageSet> images_, test_images_;
  std::optional<diffusion::NoiseSchedule> schedule_;
  std::vector<double> times_, clone_times_;
  std::vector<std::int64_t> branch_steps_;  // of each branch time; two may share one
  std::vector<std::int64_t> scan_steps_;    // the different ones
  std::vector<std::int64_t> strips_;
  std::int64_t trajectories_ = 0, neighbours_ = 0, progress_ = 0;
  std::size_t paths_ = 0;
  double most_images_ = 0;
};

/// Points as pictures, (n, C, H, W).
Tensor pictures_of(const data::ImagePoints<float>& points) {
  const auto extent = [](std::size_t size) { return static_cast<std::int64_t>(size); };
  const std::size_t count = points.values.size() / points.shape.size();
  auto out = torch::empty({extent(count), extent(points.shape.channels),
                           extent(points.shape.height), extent(points.shape.width)});
  std::copy(points.values.begin(), points.values.end(), out.data_ptr<float>());
  return out;
}

/// Pictures (n, C, H, W) as they are, padded like the points.
Tensor plain_pictures(const data::ImageSet& images, const std::vector<std::uint32_t>& chosen,
                      data::PointFormat format) {
  const auto points = data::make_points<float>(images, chosen, format);
  return pictures_of(points).add_(
      torch::tensor(points.channel_mean).to(torch::kFloat32).view({1, -1, 1, 1}));
}

void TrainedRegimes::prepare(const Grid& grid) {
  torch::set_num_threads(static_cast<int>(options_.threads));
  schedule_ = diffusion::NoiseSchedule::scaled_linear(options_.steps, options_.beta_first,
                                                      options_.beta_last);
  require_increasing(grid, "time", 3);
  times_ = axis_values<double>(grid, "time");
  require_input(times_.front() > 0, "the exact score needs noise (axes.time, saw ", times_.front(),
                "): give positive times");
  require_input(options_.exact.path_step < options_.exact.path_horizon,
                "the paths take no step (experiment.path_step = ", options_.exact.path_step,
                "): choose one below experiment.path_horizon = ", options_.exact.path_horizon);
  std::vector<double> step_times;
  for (std::int64_t t = 0; t < options_.steps; ++t) step_times.push_back(schedule_->ou_time(t));
  branch_steps_.clear();
  clone_times_.clear();
  for (const double time : axis_values<double>(grid, "branch_time")) {
    require_input(time >= 0 && time <= step_times.back(),
                  "a time lies outside the run (axes.branch_time, saw ", time,
                  "): give times between 0 and ", step_times.back());
    const auto step = sde::nearest_step(step_times, time);
    branch_steps_.push_back(static_cast<std::int64_t>(step));
    clone_times_.push_back(step_times[step]);
  }
  scan_steps_ = branch_steps_;
  std::sort(scan_steps_.begin(), scan_steps_.end());
  scan_steps_.erase(std::unique(scan_steps_.begin(), scan_steps_.end()), scan_steps_.end());
  trajectories_ = static_cast<std::int64_t>(grid.axis("trajectory").size());
  require_input(trajectories_ >= 2, "intervals need two trajectories (axes.trajectory, ",
                trajectories_, " values): give more");
  paths_ = grid.axis("path").size();
  progress_ = static_cast<std::int64_t>(grid.axis("progress").size());
  neighbours_ = static_cast<std::int64_t>(grid.axis("neighbour").size());
  strips_ = axis_values<std::int64_t>(grid, "strip");
  for (const std::int64_t strip : strips_)
    require_input(strip >= 0 && strip < trajectories_,
                  "there is no such trajectory (axes.strip, saw ", strip,
                  "): give numbers below the size of axes.trajectory, ", trajectories_);
  const auto require_size = [&](const char* axis, const char* option, std::int64_t wanted) {
    require_input(grid.axis(axis).size() == static_cast<std::size_t>(wanted), "axis ", axis,
                  " does not fit the images (axes.", axis, ", ", grid.axis(axis).size(),
                  " values): leave it out and set experiment.", option, ", now ", wanted);
  };
  require_size("channel", "channels", options_.exact.channels);
  require_size("row", "padded_size", options_.exact.padded_size);
  require_size("column", "padded_size", options_.exact.padded_size);
  options_.denoiser.shape(options_.exact.channels).check(options_.exact.padded_size);
  options_.classifier
      .shape(options_.exact.channels, options_.exact.padded_size, 2, networks::SignSymmetry::none)
      .check();

  images_ = read_images(options_.exact.source);
  test_images_ = read_other_half(options_.exact.source);
  most_images_ = 0;
  for (const auto& label : axis_values<std::string>(grid, "classes"))
    for (const std::int64_t count : axis_values<std::int64_t>(grid, "images")) {
      const auto least = std::max<std::int64_t>(4, std::max<std::int64_t>(2, neighbours_));
      require_input(count == 0 || count >= least, "too few images (axes.images, saw ", count,
                    "): give at least ", least, ", or 0 for all");
      data::choose_images(*images_, class_pair(label), static_cast<std::size_t>(count),
                          data::Subset::first, RandomStream(0, "check"));
      most_images_ = std::max(most_images_, static_cast<double>(image_count(label, count)));
    }
  const std::vector<std::uint32_t> one = {0};
  data::make_points<float>(*images_, one, options_.exact.point_format());
}

std::size_t TrainedRegimes::image_count(const std::string& classes, std::int64_t images) const {
  if (images > 0) return static_cast<std::size_t>(images);
  const auto pair = class_pair(classes);
  return static_cast<std::size_t>(
      std::count_if(images_->labels().begin(), images_->labels().end(), [&](std::int32_t label) {
        return std::find(pair.begin(), pair.end(), label) != pair.end();
      }));
}

double TrainedRegimes::cost(const Unit& unit) const {
  const auto n =
      static_cast<std::int64_t>(image_count(unit.label("classes"), unit.integer("images")));
  const double pixels = std::pow(static_cast<double>(options_.exact.padded_size), 2);
  const double pass = options_.denoiser.operations_per_pass(options_.exact.padded_size);
  const double trained = 3.0 * static_cast<double>(options_.epochs(n) * n);
  const double sampled = static_cast<double>(trajectories_ * options_.steps) *
                         (1 + 0.4 * static_cast<double>(scan_steps_.size()));
  const double exact = 2.0 * static_cast<double>(n) * pixels *
                       (static_cast<double>(options_.exact.samples) *
                            static_cast<double>(times_.size() + scan_steps_.size()) +
                        static_cast<double>(trajectories_ * options_.steps));
  return (pass * (trained + sampled) + exact) / 2e10;
}

double TrainedRegimes::memory() const {
  const double d = static_cast<double>(options_.exact.channels * options_.exact.padded_size *
                                       options_.exact.padded_size);
  const double open =
      static_cast<double>(options_.group) * (1 + static_cast<double>(scan_steps_.size()));
  const double classified = 4 * d * static_cast<double>(images_ ? images_->count() : 0);
  return 16 * d * most_images_ + classified +
         4 * d * open * 8 * static_cast<double>(options_.denoiser.width);
}

models::TrainedDenoiser TrainedRegimes::denoiser_of(const models::ImageStates& states,
                                                    std::uint64_t checksum, const RegimeSeed& seed,
                                                    const RunContext& context) const {
  models::DenoiserOptions options = options_.denoiser;
  options.epochs = options_.epochs(states.count());
  models::DenoiserTask task;
  task.states = &states;
  task.schedule = &*schedule_;
  task.sweep_seed = seed.sweep;
  task.seed = seed.seed;
  task.data_identity = concat(
      "single images, centred, data=", checksum, " n=", states.pixels().size(0),
      " repeats=", states.repeats(), " padded=", options_.exact.padded_size,
      " channels=", options_.exact.channels, " L=", options_.steps, " beta=", options_.beta_first,
      "..", options_.beta_last, " scaled, threads=", options_.threads);
  return models::trained_denoiser(task, options, context.team);
}

models::TrainedClassifier TrainedRegimes::classifier_of(const std::vector<std::int32_t>& classes,
                                                        const RunContext& context) const {
  const auto all = [&](const data::ImageSet& set) {
    return data::checksum(
        set, data::choose_images(set, classes, 0, data::Subset::first, RandomStream(0, "all")));
  };
  const auto pictures = models::classifier_images(
      *images_, test_images_, classes,
      [&](const data::ImageSet& images, const std::vector<std::uint32_t>& chosen) {
        return plain_pictures(images, chosen, options_.exact.point_format());
      });
  models::ClassifierTask task;
  task.pictures = &pictures;
  task.sweep_seed = context.sweep_seed;
  // One classifier judges every seed.
  task.data_identity =
      concat("pictures in [0, 1], classes=", classes[0], "-", classes[1], " data=", all(*images_),
             " test=", test_images_ ? all(*test_images_) : std::uint64_t{0},
             " threads=", options_.threads);
  return models::trained_classifier(task, options_.classifier, options_.denoiser, context.team);
}

ClonedSamples TrainedRegimes::samples_of(const models::TrainedDenoiser& denoiser,
                                         const models::TrainedClassifier& classifier,
                                         const RegimeImages& images,
                                         const models::ImageStates& states, const RegimeSeed& seed,
                                         const parallel::Communicator& team) const {
  CloningPlan plan;
  plan.schedule = &*schedule_;
  plan.scan_steps = scan_steps_;
  plan.trajectories = trajectories_;
  plan.group = options_.group;
  plan.nearest_every = options_.nearest_every;
  plan.neighbours = std::max<std::int64_t>(2, neighbours_);
  plan.pictures = strips_.empty() ? 0 : 1 + *std::max_element(strips_.begin(), strips_.end());
  const auto mean = torch::tensor(images.channel_mean).to(torch::kFloat32).view({1, -1, 1, 1});
  auto predict = denoiser.denoiser();
  if (options_.within_range)
    predict = diffusion::within_range(*schedule_, std::move(predict), -mean, 1 - mean);
  return draw_cloned_samples(
      plan, predict, [&](const Tensor& generated) { return classifier.predict(generated + mean); },
      images, states.pixels(), seed, team);
}

void TrainedRegimes::store_models(const models::TrainedDenoiser& denoiser,
                                  const models::TrainedClassifier& classifier,
                                  const models::ImageStates& states, Results& results) const {
  const auto& loss = denoiser.curves.loss;
  const auto epochs = static_cast<std::int64_t>(loss.size());
  for (std::int64_t k = 0; k < progress_; ++k) {
    const auto first = k * epochs / progress_;
    const auto last = std::max(first + 1, (k + 1) * epochs / progress_);
    results["training_loss"][static_cast<std::size_t>(k)] =
        std::accumulate(loss.begin() + first, loss.begin() + last, 0.0) /
        static_cast<double>(last - first);
  }
  results["parameters"][0] = static_cast<double>(denoiser.parameters);
  results["epochs_trained"][0] = static_cast<double>(epochs * states.repeats());
  const auto& accuracy = classifier.accuracy;
  put(results, "classifier_accuracy", 0, accuracy.value, {accuracy.low, accuracy.high});
  results["classifier_test_count"][0] = static_cast<double>(accuracy.count);
  results["classifier_held_out"][0] = test_images_ ? 0 : 1;
}

void TrainedRegimes::store_clones(const ClonedSamples& seen, const RegimeImages& images,
                                  const RegimeSeed& seed, Results& results) const {
  const auto total = static_cast<std::size_t>(trajectories_);
  const std::size_t scans = scan_steps_.size();
  // Agreements of class, then of image, by trajectory: (M, 2, S).
  std::vector<double> agreements(total * 2 * scans);
  std::vector<float> clones(scans);
  const auto agree = [&](const std::vector<float>& trunk, const std::vector<float>& clone,
                         std::size_t m, std::size_t at) {
    for (std::size_t s = 0; s < scans; ++s) clones[s] = clone[s * total + m];
    const auto shares = observables::shared_past_agreement(trunk[m], clones);
    std::copy(shares.begin(), shares.end(),
              agreements.begin() + static_cast<std::ptrdiff_t>(m * 2 * scans + at));
  };
  for (std::size_t m = 0; m < total; ++m) {
    agree(seen.trunk_class, seen.clone_class, m, 0);
    agree(seen.trunk_image, seen.clone_image, m, scans);
  }
  const observables::ResampledMeans means(agreements, 2 * scans, seed.stream("resampled clones"),
                                          static_cast<std::size_t>(options_.exact.resamples));
  std::vector<double> scan_times;
  for (const std::int64_t step : scan_steps_) scan_times.push_back(schedule_->ou_time(step));
  const auto put_crossing = [&](const char* name, std::size_t first, double level) {
    const auto crossing = [&](std::span<const double> curve) {
      return observables::last_crossing({scan_times, curve}, level);
    };
    put(results, name, 0, crossing(means.means().subspan(first, scans)),
        means.interval(first, scans, crossing));
  };
  put_crossing("clone_speciation_time", 0, options_.exact.speciation_level);
  put_crossing("clone_collapse_time", scans, 0.5);

  const auto exact = exact_agreements(images, options_.exact, clone_times_, seed);
  for (std::size_t b = 0; b < branch_steps_.size(); ++b) {
    const auto s = static_cast<std::size_t>(
        std::lower_bound(scan_steps_.begin(), scan_steps_.end(), branch_steps_[b]) -
        scan_steps_.begin());
    results["clone_time"][b] = clone_times_[b];
    const auto put_agreement = [&](const std::string& name, std::size_t quantity) {
      std::vector<double> shares(total);
      for (std::size_t m = 0; m < total; ++m) shares[m] = agreements[m * 2 * scans + quantity];
      const auto share = observables::estimate_share(shares, static_cast<double>(s + 1));
      put(results, name, b, share.value, share.interval);
      results[name + "_count"][b] = share.count;
    };
    put_agreement("clone_agreement", s);
    put_agreement("clone_collapse", scans + s);
    put(results, "clone_agreement_exact", b, exact[b].of_class, exact[b].class_interval);
    put(results, "clone_collapse_exact", b, exact[b].of_image, exact[b].image_interval);
  }
}

/// Mean distance to the nearest other image, over the first images. pixels (n, C, H, W)
double training_spacing(const Tensor& pixels) {
  const auto flat = pixels.flatten(1);
  const auto some = flat.narrow(0, 0, std::min(kSpacingImages, flat.size(0)));
  const auto two = torch::cdist(some, flat, 2, 2).topk(2, 1, false, true);  // itself, then another
  return std::get<0>(two).select(1, 1).mean().item<double>();
}

void TrainedRegimes::store_samples(const ClonedSamples& seen, const RegimeImages& images,
                                   const Tensor& pixels, const RegimeSeed& seed,
                                   Results& results) const {
  const auto total = static_cast<std::size_t>(trajectories_);
  const std::size_t d = images.cloud.dimension();
  const auto kept = static_cast<std::size_t>(std::max<std::int64_t>(2, neighbours_));
  std::uint64_t second = 0, collapsed = 0;
  for (std::size_t m = 0; m < total; ++m) {
    const auto group = static_cast<std::size_t>(seen.trunk_class[m]);
    second += group;
    results["final_class"][m] = images.classes[group];
    results["final_image"][m] = images.chosen[static_cast<std::size_t>(seen.trunk_image[m])];
    results["trajectory_last_change"][m] = static_cast<double>(seen.last_change[m]);
    const float* distance = seen.neighbour_distance.data() + m * kept;
    results["nearest_distance"][m] = static_cast<double>(distance[0]);
    results["second_distance"][m] = static_cast<double>(distance[1]);
    collapsed += distance[1] > kCollapsedRatio * distance[0];
  }
  put_share(results, "second_class_share", 0, second, total);
  put_share(results, "collapsed_share", 0, collapsed, total);
  const double p = static_cast<double>(second) / static_cast<double>(total);
  results["independent_agreement"][0] = p * p + (1 - p) * (1 - p);
  results["training_spacing"][0] = training_spacing(pixels);
  const observables::ResampledMeans mean(results["trajectory_last_change"], 1,
                                         seed.stream("resampled trajectories"),
                                         static_cast<std::size_t>(options_.exact.resamples));
  put(results, "trajectory_last_change_mean", 0, mean.means()[0], mean.interval(0));

  // With the mean of each channel put back.
  const auto put_picture = [&](const char* name, std::size_t at, const float* values) {
    const auto picture = results[name].subspan(at * d, d);
    for (std::size_t k = 0; k < d; ++k)
      picture[k] = static_cast<double>(values[k]) + images.channel_mean[k / images.shape.plane()];
  };
  const auto neighbours = static_cast<std::size_t>(neighbours_);
  for (std::size_t s = 0; s < strips_.size(); ++s) {
    const auto m = static_cast<std::size_t>(strips_[s]);
    put_picture("sample_picture", s, seen.picture.data() + m * d);
    for (std::size_t k = 0; k < neighbours; ++k) {
      const auto image = static_cast<std::size_t>(seen.neighbour[m * kept + k]);
      put_picture("neighbour_picture", s * neighbours + k, pixels.data_ptr<float>() + image * d);
      results["neighbour_distance"][s * neighbours + k] =
          static_cast<double>(seen.neighbour_distance[m * kept + k]);
    }
  }
}

void TrainedRegimes::run(const Unit& unit, Results& results, const RunContext& context) const {
  const RegimeSeed seed{context.sweep_seed, unit.integer("seed")};
  const auto classes = class_pair(unit.label("classes"));
  const RegimeImages images = take_images(
      *images_, classes, static_cast<std::size_t>(unit.integer("images")), options_.exact, seed);
  const auto checksum = data::checksum(*images_, images.chosen);
  const auto pixels =
      pictures_of(data::make_points<float>(*images_, images.chosen, options_.exact.point_format()));
  std::vector<std::int32_t> labels;
  for (const std::uint32_t image : images.chosen) labels.push_back(images_->label(image));
  const models::ImageStates states(pixels, labels, options_.denoiser.batch);

  const models::TrainedClassifier classifier = classifier_of(classes, context);
  const models::TrainedDenoiser denoiser = denoiser_of(states, checksum, seed, context);
  context.team.say(concat("clones ", trajectories_, " trajectories"));
  const ClonedSamples seen =
      samples_of(denoiser, classifier, images, states, seed, context.team.ranks());
  if (context.team.rank() != 0) return;  // the rest needs no team
  context.team.say("measures the exact empirical score");

  results["image_count"][0] = static_cast<double>(images.chosen.size());
  results["dimension"][0] = static_cast<double>(images.cloud.dimension());
  results["varying_dimension"][0] = static_cast<double>(images.cloud.varying_dimension());
  results["data_checksum"][0] = static_cast<double>(checksum & ((std::uint64_t{1} << 53) - 1));
  measure_spectrum(*images_, images, options_.exact, seed, results);
  measure_posterior(images, options_.exact, times_, seed, results);
  measure_paths(images, options_.exact, paths_, seed, results);
  store_models(denoiser, classifier, states, results);
  store_clones(seen, images, seed, results);
  store_samples(seen, images, pixels, seed, results);
}

}  // namespace

std::unique_ptr<Experiment> make_trained_regimes() { return std::make_unique<TrainedRegimes>(); }

}  // namespace syncgap::experiments
