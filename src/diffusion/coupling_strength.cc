#include "diffusion/coupling_strength.h"

#include <cmath>

#include "core/check.h"

namespace syncgap::diffusion {

void check_coupling_strength(double coupling_strength) {
  require_input(std::abs(coupling_strength) < 1,
                "noise of a coupled pair needs |g| < 1 (g = ", coupling_strength,
                "): variances of the modes are 1 - g and 1 + g");
}

}  // namespace syncgap::diffusion
