#include "models/denoiser_network.h"

#include <utility>

#include "core/check.h"
#include "core/expect_shape.h"
#include "networks/dit.h"
#include "networks/initialize.h"

namespace syncgap::models {
namespace {

/// States (B, P, C, H, W) as images of all their replicas, (B, P C, H, W).
torch::Tensor joint_images(const torch::Tensor& states) { return states.flatten(1, 2); }

class UNetDenoiser : public DenoiserNetwork {
 public:
  explicit UNetDenoiser(const networks::UNetShape& shape) : network_(shape) {}

  diffusion::Prediction predict(const torch::Tensor& states,
                                const diffusion::Conditions& conditions) override {
    SYNCGAP_EXPECTS(!conditions.rows.label.defined() && !conditions.rows.coupling.defined());
    return {network_(joint_images(states), conditions.step).view_as(states)};
  }
  torch::nn::Module& module() override { return *network_; }

 private:
  networks::UNet network_;
};

class DiTDenoiser : public DenoiserNetwork {
 public:
  DiTDenoiser(const networks::DiTShape& shape, ReplicaView view) : network_(shape), view_(view) {}

  diffusion::Prediction predict(const torch::Tensor& states,
                                const diffusion::Conditions& conditions) override {
    return predict_in(networks::Context::own, states, conditions);
  }
  bool has_context() const override { return true; }
  diffusion::Prediction predict_in(networks::Context context, const torch::Tensor& states,
                                   const diffusion::Conditions& conditions) override {
    return forward(context, states, conditions, {});
  }
  diffusion::Prediction predict_tapped(const networks::LayerTap& tap, const torch::Tensor& states,
                                       const diffusion::Conditions& conditions) override {
    return forward(networks::Context::own, states, conditions, tap);
  }
  diffusion::Prediction predict_changed(const networks::LayerChange& change,
                                        const torch::Tensor& states,
                                        const diffusion::Conditions& conditions) override {
    return forward(networks::Context::own, states, conditions, {}, change);
  }
  torch::nn::Module& module() override { return *network_; }
  networks::DiTImpl* transformer() override { return network_.get(); }
  void initialize(const RandomStream& stream) override { network_->initialize(stream); }
  std::string doubt() const override {
    constexpr double kMoreThanRounding = 1e-3;
    const double error = network_->position_error();
    if (error <= kMoreThanRounding) return {};
    return concat("its pos_embed differs from the formula by ", error,
                  " and is used as it is: was the network trained for other sizes or positions?");
  }

 private:
  diffusion::Prediction forward(networks::Context context, const torch::Tensor& states,
                                const diffusion::Conditions& conditions,
                                const networks::LayerTap& tap,
                                const networks::LayerChange& change = {}) {
    const bool joint = view_ == ReplicaView::joint;
    auto out =
        network_(joint ? joint_images(states).unsqueeze(1) : states,
                 networks::DiTConditions{conditions.step, conditions.rows.label,
                                         conditions.rows.coupling, context, conditions.rows.graph},
                 tap, change);
    if (joint)
      for (torch::Tensor* each : {&out.noise, &out.variance})
        if (each->defined()) *each = each->view_as(states);
    return {std::move(out.noise), std::move(out.variance)};
  }

  networks::DiT network_;
  ReplicaView view_;
};

}  // namespace

diffusion::Prediction DenoiserNetwork::predict_in(networks::Context context,
                                                  const torch::Tensor& states,
                                                  const diffusion::Conditions& conditions) {
  require_input(context == networks::Context::own,
                "this network has no context to replace (it has no attention that takes another "
                "one, as a U-Net has none): ask it of a transformer");
  return predict(states, conditions);
}

diffusion::Prediction DenoiserNetwork::predict_tapped(const networks::LayerTap& tap,
                                                      const torch::Tensor& states,
                                                      const diffusion::Conditions& conditions) {
  require_input(!tap,
                "this network has no layers to look at (it is no transformer): ask it of one");
  return predict(states, conditions);
}

diffusion::Prediction DenoiserNetwork::predict_changed(const networks::LayerChange& change,
                                                       const torch::Tensor& states,
                                                       const diffusion::Conditions& conditions) {
  require_input(!change,
                "this network has no layers to change (it is no transformer): ask it of one");
  return predict(states, conditions);
}

void DenoiserNetwork::initialize(const RandomStream& stream) {
  networks::initialize(module(), stream);
}

std::unique_ptr<DenoiserNetwork> make_unet(const networks::UNetShape& shape) {
  return std::make_unique<UNetDenoiser>(shape);
}

std::unique_ptr<DenoiserNetwork> make_dit(const networks::DiTShape& shape, ReplicaView view) {
  return std::make_unique<DiTDenoiser>(shape, view);
}

}  // namespace syncgap::models
