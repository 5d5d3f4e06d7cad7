#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/options.h"
#include "theory/data_mixture.h"

namespace syncgap::experiments {

/// The data distributions an axis `data` may name, and the options that shape some of them.
struct MixtureOptions {
  std::int64_t ambient_dimension = 16;
  std::int64_t subspace_dimension = 4;
  double subspace_variance = 100.0;
  std::int64_t cloud_points = 64;
  std::int64_t circle_points = 32;
  std::vector<double> means = {};
  std::int64_t mean_dimension = 1;
  std::vector<double> weights = {};
  std::vector<double> variances = {};

  /// Adds these options to an experiment's table; this object must outlive it.
  void add_to(OptionTable& table);
};

/// Names of all data sets.
const std::vector<std::string>& mixture_names();

/// The data set of that name. Random ones depend on the sweep seed alone. Throws InputError when
/// the options of `custom` do not fit together.
theory::DataMixture named_mixture(const std::string& name, const MixtureOptions& options,
                                  std::uint64_t sweep_seed);

/// A mixture from flat lists: `means` row by row, `dimension` numbers each; `weights` empty
/// (equal) or one per row; `variances` empty (points), one, or one per row. Throws InputError.
theory::DataMixture listed_mixture(const std::vector<double>& means, std::int64_t dimension,
                                   const std::vector<double>& weights,
                                   const std::vector<double>& variances);

}  // namespace syncgap::experiments
