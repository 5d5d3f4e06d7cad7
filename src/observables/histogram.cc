#include "observables/histogram.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::observables {

Histogram::Histogram(std::span<const double> centres) : counts_(centres.size()) {
  SYNCGAP_EXPECTS(centres.size() >= 2 && std::is_sorted(centres.begin(), centres.end()));
  const std::size_t n = centres.size();
  edges_.push_back(centres[0] - 0.5 * (centres[1] - centres[0]));
  for (std::size_t i = 1; i < n; ++i) edges_.push_back(0.5 * (centres[i - 1] + centres[i]));
  edges_.push_back(centres[n - 1] + 0.5 * (centres[n - 1] - centres[n - 2]));
}

void Histogram::add(double value) {
  ++total_;
  if (!(value >= edges_.front() && value < edges_.back())) return;
  const auto edge = std::upper_bound(edges_.begin(), edges_.end(), value);
  ++counts_[unsigned_size(edge - edges_.begin()) - 1];
}

std::vector<Estimate> Histogram::density() const {
  std::vector<Estimate> densities;
  for (std::size_t bin = 0; bin < counts_.size(); ++bin) {
    const double width = edges_[bin + 1] - edges_[bin], n = to_real(total_);
    const double share = to_real(counts_[bin]) / n;
    double error = std::sqrt(share * (1.0 - share) / n);
    if (const double events = to_real(counts_[bin]); events < kFewestEvents)
      error = std::max(error, rare_event_error(events, 1.0, n));
    densities.push_back({share / width, error / width, total_});
  }
  return densities;
}

}  // namespace syncgap::observables
