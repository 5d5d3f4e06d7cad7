#include "training/flat_parameters.h"

#include "core/check.h"

namespace syncgap::training {

FlatParameters::FlatParameters(torch::nn::Module& network) {
  const torch::NoGradGuard no_grad;
  auto parameters = network.parameters();
  SYNCGAP_EXPECTS(!parameters.empty());
  std::int64_t size = 0;
  for (const auto& parameter : parameters) size += parameter.numel();
  values_ = torch::empty({size}, parameters.front().options().requires_grad(false));
  gradients_ = torch::zeros_like(values_);
  std::int64_t at = 0;
  for (auto& parameter : parameters) {
    auto view = values_.narrow(0, at, parameter.numel()).view_as(parameter);
    view.copy_(parameter);
    parameter.set_data(view);
    // A gradient that is there is added to in place.
    parameter.mutable_grad() = gradients_.narrow(0, at, parameter.numel()).view_as(parameter);
    at += parameter.numel();
  }
}

}  // namespace syncgap::training
