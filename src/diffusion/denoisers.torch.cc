#include "diffusion/denoisers.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/numbers.h"

// Shapes: B rows of a batch, each of P replicas; states (B, P, C, H, W).
namespace syncgap::diffusion {
namespace {

using torch::Tensor;

/// What is told of all rows, each tensor of a row's conditions changed; what is not told stays so.
template <class Change>
Conditions changed(const Conditions& told, const Change& change) {
  const auto each = [&](const Tensor& x) { return x.defined() ? change(x) : x; };
  return {each(told.step), {each(told.rows.label), each(told.rows.coupling), told.rows.graph}};
}

}  // namespace

Denoiser guided(Denoiser denoiser, std::int64_t null_label, const Guidance& guidance) {
  if (guidance.is_none()) return denoiser;
  return [denoiser = std::move(denoiser), null_label, guidance](const Tensor& states,
                                                                const Conditions& told) {
    require_input(told.rows.label.defined(),
                  "guidance leads towards a label, and rows have none (guidance = ", guidance.scale,
                  "): give labels, or guidance = 1");
    const auto twice = [](const Tensor& x) { return torch::cat({x, x}); };
    Conditions both = changed(told, twice);
    both.rows.label = torch::cat({told.rows.label, torch::full_like(told.rows.label, null_label)});
    const Prediction predicted = denoiser(twice(states), both);
    const auto of_label = [](const Tensor& x) { return x.defined() ? x.chunk(2)[0] : x; };
    const Tensor labelled = of_label(predicted.noise), none = predicted.noise.chunk(2)[1];
    const auto channels = std::min(guidance.channels, states.size(2));
    const auto led = [&](const Tensor& x) { return x.narrow(2, 0, channels); };
    const auto toward = led(none) + guidance.scale * (led(labelled) - led(none));
    const auto rest = labelled.narrow(2, channels, states.size(2) - channels);
    return Prediction{torch::cat({toward, rest}, 2), of_label(predicted.variance)};
  };
}

Denoiser coupled_by_step(Denoiser denoiser, const std::vector<double>& factors) {
  return [denoiser = std::move(denoiser), table = torch::tensor(factors, torch::kFloat64)](
             const Tensor& states, const Conditions& told) {
    Conditions scaled = told;
    if (Tensor& g = scaled.rows.coupling; g.defined()) {
      auto shape = std::vector<std::int64_t>(unsigned_size(g.dim()), 1);
      shape[0] = g.size(0);
      const auto factor = table.index_select(0, told.step.to(torch::kCPU)).view(shape);
      g = (g * factor).clamp_max(1).to(g.scalar_type());  // (B), (B, L) or (B, L, h)
    }
    return denoiser(states, scaled);
  };
}

}  // namespace syncgap::diffusion
