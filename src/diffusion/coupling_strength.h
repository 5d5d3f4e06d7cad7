#pragma once

namespace syncgap::diffusion {

/// |g| < 1, or InputError: the noise of a pair has modes of variance 1 - g and 1 + g.
void check_coupling_strength(double coupling_strength);

}  // namespace syncgap::diffusion
