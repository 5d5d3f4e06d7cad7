#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "core/numbers.h"
#include "experiments/experiment.h"
#include "experiments/information_dynamics/options.h"
#include "sde/mixture_samples.h"
#include "theory/data_mixture.h"
#include "theory/diffusion_process.h"
#include "theory/information.h"
#include "theory/noised_mixture.h"

namespace syncgap::experiments {

/// Rates per unit of log(sigma / alpha), where ds = 2s d log(sigma / alpha): by (19), (33), (56).
struct LogRates {
  double score_norm, denoising, divergence;
};
inline LogRates log_rates(const theory::Information& found, Eigen::Index dimension, double s) {
  const double d = to_real(dimension);
  return {d - s * found.score_norm, found.posterior_variance / s, d + s * found.divergence};
}

/// One mixture, or several, under noise. In two files: what is a curve over the noise, and what is
/// known of modes.
class InformationDynamics : public Prepared {
 public:
  InformationDynamics(const InformationDynamicsOptions& options, const Grid& grid);

  double cost(const Unit& unit) const;
  double memory() const;
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  theory::DataMixture data_of(const std::string& name, std::uint64_t sweep_seed) const;
  void write_clocks(Eigen::Index dimension, Results& results) const;
  void write_exact(const theory::DataMixture& data, Results& results) const;
  void write_sampled(const theory::DataMixture& data, const sde::MixtureStreams& streams,
                     Results& results) const;
  void write_spectra(const theory::DataMixture& data, const theory::SpanReduction& reduction,
                     const theory::NoisedMixture& noised, const sde::MixtureSamples& samples,
                     std::size_t level, Results& results) const;
  void write_paths(const theory::DataMixture& data, Results& results) const;
  void write_line(const theory::DataMixture& data, Results& results) const;
  void write_peaks(const theory::DataMixture& data, Results& results) const;
  double reduced_noise(std::size_t level) const { return noise_[level] * noise_[level]; }

  InformationDynamicsOptions options_;
  std::vector<double> noise_, positions_;
  std::vector<theory::DiffusionProcess> processes_;
  std::int64_t spectrum_trials_, paths_, coordinates_, roots_, eigenvalues_, peaks_;
};

}  // namespace syncgap::experiments
