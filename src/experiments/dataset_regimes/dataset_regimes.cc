#include "experiments/dataset_regimes/dataset_regimes.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cloud/cloud_on_device.h"
#include "core/check.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/regime_declaration.h"
#include "experiments/shared/regime_options.h"
#include "experiments/shared/regime_parts.h"

namespace syncgap::experiments {
namespace {

/// Additions and multiplications per second that the cost estimate assumes.
constexpr double kRate = 5e10;

class DatasetRegimes : public Experiment {
 public:
  DatasetRegimes() : table_(options_.table()) {}

  std::string name() const override { return "dataset_regimes"; }
  std::string summary() const override {
    return "speciation, collapse and the three regimes of real images under their exact empirical "
           "score (regimes, figures 1, 4, 5 and table)";
  }
  OptionTable& options() override { return table_; }
  std::vector<Axis> axes() const override { return dataset_regimes_axes(options_); }
  std::vector<Observable> observables() const override {
    return dataset_regimes_observables(options_);
  }
  void prepare(const Grid& grid) override;
  double cost(const Unit& unit) const override;
  double memory() const override;
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  void read_axes(const Grid& grid);
  void check_images(const Grid& grid) const;
  std::size_t image_count(const Unit& unit) const;

  DatasetRegimesOptions options_;
  OptionTable table_;

  // Set by prepare().
  std::optional<data::ImageSet> images_;
  std::vector<double> times_;
  std::size_t paths_ = 0;
  TrajectoryPlan plan_;
  std::int64_t most_images_ = 0;
};

/// Times must lie in the range where there is noise and the run takes place.
void require_times(const Grid& grid, const char* axis, double lowest, double highest) {
  for (const double t : axis_values<double>(grid, axis))
    require_input(t >= lowest && t <= highest, "a time lies outside the run (axes.", axis, ", saw ",
                  t, "): give times between ", lowest, " and ", highest);
}

void DatasetRegimes::read_axes(const Grid& grid) {
  plan_ = {};
  times_.clear();
  paths_ = 0;
  const bool curves = options_.measures("posterior") || options_.measures("information");
  if (options_.measures("paths")) {
    paths_ = grid.axis("path").size();
    require_input(options_.path_step < options_.path_horizon,
                  "the paths take no step (experiment.path_step = ", options_.path_step,
                  "): choose one below experiment.path_horizon = ", options_.path_horizon);
  }
  if (curves || options_.measures("trajectories")) {
    require_increasing(grid, "time", curves ? 3 : 1);
    require_times(grid, "time", 1e-9, 1e3);
    times_ = axis_values<double>(grid, "time");
  }
  if (!options_.measures("trajectories")) return;
  const double horizon = options_.reverse_times().back();
  require_times(grid, "branch_time", 0, horizon);
  require_times(grid, "frame_time", 0, horizon);
  plan_.times = times_;
  plan_.branch_times = axis_values<double>(grid, "branch_time");
  plan_.frame_times = axis_values<double>(grid, "frame_time");
  plan_.trajectories = grid.axis("trajectory").size();
  plan_.strips = axis_values<std::int64_t>(grid, "strip");
  for (const std::int64_t strip : plan_.strips)
    require_input(strip >= 0 && strip < static_cast<std::int64_t>(plan_.trajectories),
                  "there is no such trajectory (axes.strip, saw ", strip,
                  "): give numbers below the size of axes.trajectory, ", plan_.trajectories);
  const auto require_size = [&](const char* axis, const char* option, std::int64_t wanted) {
    require_input(grid.axis(axis).size() == static_cast<std::size_t>(wanted), "axis ", axis,
                  " does not fit the images (axes.", axis, ", ", grid.axis(axis).size(),
                  " values): leave it out and set experiment.", option, ", now ", wanted);
  };
  require_size("channel", "channels", options_.channels);
  require_size("row", "padded_size", options_.padded_size);
  require_size("column", "padded_size", options_.padded_size);
}

void DatasetRegimes::prepare(const Grid& grid) {
  require_input(
      !options_.measure.empty(),
      "there is nothing to measure (experiment.measure is empty): name at least one part");
  if (options_.device != "cpu") cloud::require_device(options_.device);
  read_axes(grid);
  images_ = read_images(options_.source);
  check_images(grid);
}

/// Finds out before the first unit runs what would stop one.
void DatasetRegimes::check_images(const Grid& grid) const {
  const auto& counts = axis_values<std::int64_t>(grid, "images");
  for (const std::int64_t count : counts)
    require_input(count == 0 || count >= 4, "too few images (axes.images, saw ", count,
                  "): give at least 4, or 0 for all");
  const RegimeSeed seed{0, 0};
  for (const std::string& label : axis_values<std::string>(grid, "classes")) {
    const std::vector<std::int32_t> classes = class_pair(label);
    for (const std::int64_t count : counts)
      data::choose_images(*images_, classes, static_cast<std::size_t>(count), data::Subset::first,
                          seed.stream("check"));
  }
  const std::vector<std::uint32_t> one = {0};
  data::make_points<float>(*images_, one, options_.point_format());
}

std::size_t DatasetRegimes::image_count(const Unit& unit) const {
  const auto count = static_cast<std::size_t>(unit.integer("images"));
  if (count > 0) return count;
  const std::vector<std::int32_t> classes = class_pair(unit.label("classes"));
  std::size_t found = 0;
  for (const std::int32_t label : images_->labels())
    found += std::find(classes.begin(), classes.end(), label) != classes.end();
  return found;
}

double DatasetRegimes::cost(const Unit& unit) const {
  const auto n = static_cast<double>(image_count(unit));
  const double plane = static_cast<double>(options_.padded_size * options_.padded_size);
  const double product = 2 * n * plane * static_cast<double>(options_.channels);
  double operations = 1e9;
  if (options_.measures("spectrum"))
    operations += 40 * n * plane * static_cast<double>(options_.resamples);
  const auto samples = static_cast<double>(options_.samples);
  if (options_.measures("posterior"))
    operations += product * samples * static_cast<double>(times_.size());
  if (options_.measures("information"))  // posterior means double the products
    operations += 2 * product * (samples * static_cast<double>(times_.size()) + 5e3);
  // Paths end around t = 1/2; clones run half of the way on average.
  if (paths_ > 0) operations += product * static_cast<double>(paths_) * 0.5 / options_.path_step;
  operations += product * samples * static_cast<double>(plan_.branch_times.size());
  operations += 2 * product * static_cast<double>(plan_.trajectories) *
                static_cast<double>(options_.steps) *
                (1 + 0.3 * static_cast<double>(plan_.branch_times.size()));
  return operations / kRate;
}

double DatasetRegimes::memory() const {
  const double plane = static_cast<double>(options_.padded_size * options_.padded_size);
  const double d = plane * static_cast<double>(options_.channels);
  const auto n = static_cast<double>(images_ ? images_->count() : 0);
  const double open = 64.0 * (1 + static_cast<double>(plan_.branch_times.size()));
  const double cloud = n * d * (options_.precision == "double" ? 8 : 4);
  const double curves = static_cast<double>(options_.samples) * static_cast<double>(times_.size());
  const double information = options_.measures("information") ? cloud + 80 * curves + 1e4 * d : 0;
  return cloud + n * plane * 8 + 32 * open * d + 8 * d * static_cast<double>(paths_) + 48 * curves +
         information;
}

void DatasetRegimes::run(const Unit& unit, Results& results, const RunContext& context) const {
  const RegimeSeed seed{context.sweep_seed, unit.integer("seed")};
  const RegimeImages images =
      take_images(*images_, class_pair(unit.label("classes")),
                  static_cast<std::size_t>(unit.integer("images")), options_, seed);
  results["image_count"][0] = static_cast<double>(images.chosen.size());
  results["dimension"][0] = static_cast<double>(images.cloud.dimension());
  results["varying_dimension"][0] = static_cast<double>(images.cloud.varying_dimension());
  results["data_checksum"][0] =
      static_cast<double>(data::checksum(*images_, images.chosen) & ((std::uint64_t{1} << 53) - 1));
  if (options_.measures("spectrum")) measure_spectrum(*images_, images, options_, seed, results);
  if (options_.measures("posterior")) measure_posterior(images, options_, times_, seed, results);
  if (options_.measures("information"))
    measure_information(images, options_, times_, seed, results);
  if (options_.measures("paths")) measure_paths(images, options_, paths_, seed, results);
  if (options_.measures("trajectories"))
    measure_trajectories(images, options_, plan_, seed, results);
}

}  // namespace

std::unique_ptr<Experiment> make_dataset_regimes() { return std::make_unique<DatasetRegimes>(); }

}  // namespace syncgap::experiments
