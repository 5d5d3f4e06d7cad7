#include "cloud/posterior.h"

#include <cmath>

namespace syncgap::cloud {

NoiseLevel NoiseLevel::ornstein_uhlenbeck(double time) {
  return {std::exp(-time), -std::expm1(-2 * time)};
}

NoiseLevel NoiseLevel::variance_exploding(double sigma) { return {1, sigma * sigma}; }

}  // namespace syncgap::cloud
