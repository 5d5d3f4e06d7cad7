#include "models/denoiser_network.h"

#include "core/expect_shape.h"

namespace syncgap::models {
namespace {

class UNetDenoiser : public DenoiserNetwork {
 public:
  explicit UNetDenoiser(const networks::UNetShape& shape) : network_(shape) {}

  diffusion::Prediction predict(const torch::Tensor& states,
                                const diffusion::Conditions& conditions) override {
    SYNCGAP_EXPECTS(!conditions.rows.label.defined() && !conditions.rows.coupling.defined());
    const auto images = states.flatten(1, 2);  // (B, P C, H, W)
    return {network_(images, conditions.step).view_as(states)};
  }
  torch::nn::Module& module() override { return *network_; }

 private:
  networks::UNet network_;
};

}  // namespace

std::unique_ptr<DenoiserNetwork> make_unet(const networks::UNetShape& shape) {
  return std::make_unique<UNetDenoiser>(shape);
}

}  // namespace syncgap::models
