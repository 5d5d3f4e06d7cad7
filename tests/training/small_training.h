#pragma once

#include <functional>
#include <string>
#include <torch/torch.h>

#include "core/random.h"
#include "networks/initialize.h"
#include "training/trainer.h"

namespace syncgap::training {

/// A small regression with noise of its own for every example and epoch.
struct SmallTraining {
  static constexpr std::int64_t kExamples = 103;

  torch::nn::Sequential network{torch::nn::Linear(3, 8), torch::nn::Tanh(),
                                torch::nn::Linear(8, 1)};
  TrainingOptions options;
  std::string identity = "small regression";

  SmallTraining() {
    networks::initialize(*network, RandomStream(1, "weights"));
    options.epochs = 3;
    options.batch = 25;
    options.optimizer.learning_rate = 0.01;
  }

  /// Examples of an epoch, as (n, 4): inputs and target.
  static torch::Tensor examples(std::int64_t epoch, std::int64_t begin, std::int64_t end) {
    auto out = torch::empty({end - begin, 4});
    const RandomStream stream(2, "examples");
    for (std::int64_t i = begin; i < end; ++i)
      stream.fill_normals<float>(static_cast<std::uint64_t>(epoch), static_cast<std::uint32_t>(i),
                                 {out[i - begin].data_ptr<float>(), 4});
    auto target = out.select(1, 3);
    target.mul_(0.1).add_(out.select(1, 0)).sub_(out.select(1, 1) * out.select(1, 2));
    return out;
  }

  Loss loss() {
    return [this](std::int64_t epoch, std::int64_t begin, std::int64_t end) {
      const auto data = examples(epoch, begin, end);
      return torch::mse_loss(network->forward(data.narrow(1, 0, 3)), data.narrow(1, 3, 1));
    };
  }

  Trainer trainer(const std::string& checkpoint, const parallel::Communicator& ranks,
                  parallel::Team::StopRequest stop = {}) {
    return Trainer(*network, kExamples, loss(), options, identity, checkpoint,
                   parallel::Team(ranks, {}, std::move(stop)));
  }
};

}  // namespace syncgap::training
