#include "experiments/dataset_regimes/dataset_regimes.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cloud/cloud_on_device.h"
#include "core/check.h"
#include "core/numbers.h"
#include "experiments/dataset_regimes/declaration.h"
#include "experiments/dataset_regimes/parts.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/exact_regimes.h"

namespace syncgap::experiments {
namespace {

/// Additions and multiplications per second that the cost estimate assumes.
constexpr double kRate = 5e10;

/// Options and axes that fit together, with nothing read but the outline of the images.
class DatasetRegimesPlan {
 public:
  DatasetRegimesPlan(const DatasetRegimesOptions& options, const Grid& grid);

  const DatasetRegimesOptions& options() const { return options_; }
  const std::vector<double>& times() const { return times_; }
  std::int64_t paths() const { return paths_; }
  const TrajectoryPlan& trajectories() const { return trajectories_; }
  double cost(const Unit& unit) const;
  double memory() const;

 private:
  static constexpr std::int64_t kLeastImages = 4;

  void read_trajectories(const Grid& grid);

  DatasetRegimesOptions options_;
  data::ImageOutline outline_;
  std::vector<double> times_;
  std::int64_t paths_ = 0;
  TrajectoryPlan trajectories_;
};

/// With the images.
class DatasetRegimes : public Prepared {
 public:
  DatasetRegimes(const DatasetRegimesOptions& options, const Grid& grid)
      : plan_(options, grid), images_(read_images(options.regime.source)) {
    check_images(grid, images_, options.regime);
  }

  Facts facts() const override {
    Facts facts = data_facts(images_, std::nullopt);
    facts.push_back(cloud_fact(plan_.options().regime));
    return facts;
  }
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  DatasetRegimesPlan plan_;
  data::ImageSet images_;
};

/// Times must lie in the range where there is noise and the run takes place.
void require_times(const Grid& grid, const char* axis, double lowest, double highest) {
  for (const double t : axis_values<double>(grid, axis))
    require_input(t >= lowest && t <= highest, "a time lies outside the run (axes.", axis, ", saw ",
                  t, "): give times between ", lowest, " and ", highest);
}

DatasetRegimesPlan::DatasetRegimesPlan(const DatasetRegimesOptions& options, const Grid& grid)
    : options_(options), outline_(peek_images(options.regime.source)) {
  check_subsets(grid, options.regime, kLeastImages);
  require_input(
      !options_.measure.empty(),
      "there is nothing to measure (experiment.measure is empty): name at least one part");
  if (options_.regime.device != "cpu") cloud::require_device(options_.regime.device);
  const bool curves =
      options_.measures(RegimePart::posterior) || options_.measures(RegimePart::information);
  if (options_.measures(RegimePart::paths)) {
    paths_ = grid.axis("path").size();
    require_input(options_.regime.path_step < options_.regime.path_horizon,
                  "the paths take no step (experiment.path_step = ", options_.regime.path_step,
                  "): choose one below experiment.path_horizon = ", options_.regime.path_horizon);
  }
  if (curves || options_.measures(RegimePart::trajectories)) {
    require_increasing(grid, "time", curves ? 3 : 1);
    require_times(grid, "time", 1e-9, 1e3);
    times_ = axis_values<double>(grid, "time");
  }
  if (options_.measures(RegimePart::trajectories)) read_trajectories(grid);
}

void DatasetRegimesPlan::read_trajectories(const Grid& grid) {
  const double horizon = options_.reverse_times().back();
  require_times(grid, "branch_time", 0, horizon);
  require_times(grid, "image_time", 0, horizon);
  trajectories_.times = times_;
  trajectories_.branch_times = axis_values<double>(grid, "branch_time");
  trajectories_.image_times = axis_values<double>(grid, "image_time");
  trajectories_.trajectories = grid.axis("trajectory").size();
  trajectories_.strips = axis_values<std::int64_t>(grid, "strip");
  for (const std::int64_t strip : trajectories_.strips)
    require_input(strip >= 0 && strip < trajectories_.trajectories,
                  "there is no such trajectory (axes.strip, saw ", strip,
                  "): give numbers below the size of axes.trajectory, ",
                  trajectories_.trajectories);
}

double DatasetRegimesPlan::cost(const Unit& unit) const {
  const auto n = to_real(expected_images(unit.integer("images"), outline_, options_.regime));
  const double plane = to_real(options_.regime.padded_size * options_.regime.padded_size);
  const double product = 2 * n * plane * to_real(options_.regime.channels);
  double operations = 1e9;
  if (options_.measures(RegimePart::spectrum))
    operations += 40 * n * plane * to_real(options_.regime.resamples);
  const auto samples = to_real(options_.regime.samples);
  if (options_.measures(RegimePart::posterior))
    operations += product * samples * to_real(times_.size());
  if (options_.measures(RegimePart::information))  // posterior means double the products
    operations += 2 * product * (samples * to_real(times_.size()) + 5e3);
  // Paths end around t = 1/2; clones run half of the way on average.
  if (paths_ > 0) operations += product * to_real(paths_) * 0.5 / options_.regime.path_step;
  operations += product * samples * to_real(trajectories_.branch_times.size());
  operations += 2 * product * to_real(trajectories_.trajectories) * to_real(options_.steps) *
                (1 + 0.3 * to_real(trajectories_.branch_times.size()));
  return operations / kRate;
}

double DatasetRegimesPlan::memory() const {
  const double plane = to_real(options_.regime.padded_size * options_.regime.padded_size);
  const double d = plane * to_real(options_.regime.channels);
  const auto n = to_real(outline_.count);
  const double open = 64.0 * (1 + to_real(trajectories_.branch_times.size()));
  const double cloud =
      n * d * (options_.regime.precision == CloudPrecision::double_precision ? 8 : 4);
  const double curves = to_real(options_.regime.samples) * to_real(times_.size());
  const double information =
      options_.measures(RegimePart::information) ? cloud + 80 * curves + 1e4 * d : 0;
  return cloud + n * plane * 8 + 32 * open * d + 8 * d * to_real(paths_) + 48 * curves +
         information;
}

void DatasetRegimes::run(const Unit& unit, Results& results, const RunContext& context) const {
  const DatasetRegimesOptions& options = plan_.options();
  const RegimeSeed seed{context.sweep_seed, unit.integer("seed")};
  const RegimeImages images = take_images(images_, class_pair(unit.label("classes")),
                                          unit.integer("images"), options.regime, seed);
  store_images_used(images_, images, results);
  if (options.measures(RegimePart::spectrum))
    measure_spectrum(images_, images, options.regime, seed, results);
  if (options.measures(RegimePart::posterior))
    measure_posterior(images, options.regime, plan_.times(), seed, results);
  if (options.measures(RegimePart::information))
    measure_information(images, options.regime, plan_.times(), seed, results);
  if (options.measures(RegimePart::paths))
    measure_paths(images, options.regime, plan_.paths(), seed, results);
  if (options.measures(RegimePart::trajectories))
    measure_trajectories(images, options, plan_.trajectories(), seed, results);
}

}  // namespace

std::unique_ptr<Experiment> make_dataset_regimes() {
  return declare<DatasetRegimesOptions>({
      .name = "dataset_regimes",
      .summary = "speciation, collapse and the three regimes of real images under their exact "
                 "empirical score (regimes, figures 1, 4, 5 and table)",
      .axes = dataset_regimes_axes,
      .observables = dataset_regimes_observables,
      .plan = plan_as<DatasetRegimesPlan, DatasetRegimesOptions>,
      .prepare = prepare_as<DatasetRegimes, DatasetRegimesOptions>,
  });
}

}  // namespace syncgap::experiments
