#pragma once

#include <cstdint>
#include <torch/nn/modules/container/sequential.h>
#include <torch/types.h>

#include "networks/classifier_shape.h"

namespace syncgap::networks {

/// Class of a image: (B, C, S, S) -> logits (B, K). Norms are over groups of channels, not over
/// the batch: what a network makes of a image then depends on that image alone, in training
/// too, however a batch is cut and over however many ranks.
class ClassifierImpl : public torch::nn::Module {
 public:
  explicit ClassifierImpl(ClassifierShape shape);
  torch::Tensor forward(const torch::Tensor& images);
  /// What the last layer sees of images, behind ReLUs: (B, C, S, S) -> (B, F), none negative. Only
  /// for classifiers without sign symmetry.
  torch::Tensor features(const torch::Tensor& images);
  torch::Tensor logits_of(const torch::Tensor& features);  ///< (B, F) -> (B, K)
  const ClassifierShape& shape() const { return shape_; }

 private:
  ClassifierShape shape_;
  torch::nn::Sequential body_{nullptr};  // the last layer makes logits of features
};
TORCH_MODULE(Classifier);

}  // namespace syncgap::networks
