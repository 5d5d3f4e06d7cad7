#pragma once

#include <cstddef>

namespace syncgap::networks {

// The linear unit x Phi(x) with the normal distribution's tanh form, single precision.

/// y = gelu(x) of `count` numbers; y may be x.
void gelu_forward(const float* x, std::size_t count, float* y);
/// dx = gelu'(x) dy
void gelu_backward(const float* x, const float* dy, std::size_t count, float* dx);

}  // namespace syncgap::networks
