#include "models/denoiser_network.h"

#include <cmath>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "diffusion/denoisers.h"
#include "error_text.h"
#include "networks/dit.h"
#include "networks/weight_file.h"

namespace syncgap::models {
namespace {

using ::testing::HasSubstr;
using torch::Tensor;

networks::DiTShape small_shape() {
  return {.image_channels = 1,
          .side = 8,
          .patch = 2,
          .width = 16,
          .depth = 2,
          .heads = 2,
          .classes = 3,
          .learned_variance = true};
}

/// A network that has left its start, where it says nothing.
std::unique_ptr<DenoiserNetwork> trained(const networks::DiTShape& shape,
                                         ReplicaView view = ReplicaView::apart) {
  auto network = make_dit(shape, view);
  const torch::NoGradGuard no_grad;
  double phase = 0;
  for (auto& parameter : network->module().parameters())
    parameter.copy_(
        torch::cos(torch::arange(parameter.numel()) * 0.7 + ++phase).view_as(parameter) * 0.3);
  return network;
}

Tensor states(std::int64_t rows) {
  return torch::sin(torch::arange(rows * 2 * 64) * 0.37).view({rows, 2, 1, 8, 8});
}

TEST(MakeDiT, TellsTheNetworkLabelsAndCouplingOfEachRow) {
  const auto network = trained(small_shape());
  const torch::NoGradGuard no_grad;
  const auto noise = [&](const diffusion::RowConditions& rows) {
    return network->predict(states(3), {torch::tensor({10, 400, 999}), rows}).noise;
  };
  const auto none = noise({});
  EXPECT_EQ(none.sizes(), states(3).sizes());
  const auto differs = [&](const Tensor& other, std::int64_t row) {
    return !torch::equal(other[row], none[row]);
  };
  const auto labelled = noise({torch::tensor({3, 1, 3}), {}});  // 3 is the null label
  EXPECT_TRUE(!differs(labelled, 0) && differs(labelled, 1) && !differs(labelled, 2));
  const auto coupled = noise({{}, torch::tensor({0.0, 0.0, 0.4})});
  EXPECT_TRUE(!differs(coupled, 0) && !differs(coupled, 1) && differs(coupled, 2));
  const auto by_layer = noise({{}, torch::tensor({{0.0, 0.0}, {0.4, 0.0}, {0.4, 0.4}})});
  EXPECT_TRUE(!differs(by_layer, 0) && differs(by_layer, 1));
  EXPECT_TRUE(torch::equal(by_layer[2], coupled[2]));
}

TEST(MakeDiT, HandsOnTheLearnedVariance) {
  const auto shape = small_shape();
  auto without = shape;
  without.learned_variance = false;
  const torch::NoGradGuard no_grad;
  const diffusion::Conditions told{torch::tensor({10, 999})};
  const auto out = trained(shape)->predict(states(2), told);
  ASSERT_TRUE(out.variance.defined());
  EXPECT_EQ(out.variance.sizes(), states(2).sizes());
  EXPECT_FALSE(torch::equal(out.variance, out.noise));
  EXPECT_FALSE(trained(without)->predict(states(2), told).variance.defined());
}

TEST(MakeDiT, RefusesALabelThatTheNetworkDoesNotKnow) {
  const auto network = trained(small_shape());
  EXPECT_THAT(error_text<InputError>([&] {
                network->predict(states(1), {torch::tensor({10}), {torch::tensor({4}), {}}});
              }),
              HasSubstr("labels are 0 to 3"));
}

TEST(MakeDiT, IsGuidedAwayFromWhatItSaysOfNoLabel) {
  const std::shared_ptr<DenoiserNetwork> network = trained(small_shape());
  const torch::NoGradGuard no_grad;
  const auto led = diffusion::guided(
      [network](const Tensor& z, const diffusion::Conditions& told) {
        return network->predict(z, told);
      },
      small_shape().null_label(), {.scale = 4});
  const auto steps = torch::tensor({40, 600});
  const auto g = torch::tensor({0.5, 0.0});
  const diffusion::Conditions told{steps, {torch::tensor({0, 2}), g}};
  const auto with = network->predict(states(2), told);
  const auto without = network->predict(states(2), {steps, {{}, g}});
  const auto out = led(states(2), told);
  const auto expected = without.noise + 4 * (with.noise - without.noise);
  EXPECT_TRUE(torch::allclose(out.noise, expected, 1e-5, 1e-5));
  EXPECT_TRUE(torch::allclose(out.variance, with.variance, 1e-5, 1e-5));
  EXPECT_GT((out.noise - with.noise).abs().max().item<double>(), 1e-2);
}

TEST(MakeDiT, ReplacesTheContextOfAPairsFirstReplicaOrOfBoth) {
  const auto network = trained(small_shape());
  const torch::NoGradGuard no_grad;
  const diffusion::Conditions told{torch::tensor({10, 400, 999})};
  const auto in = [&](networks::Context context) {
    return network->predict_in(context, states(3), told).noise;
  };
  const auto own = network->predict(states(3), told).noise;
  EXPECT_TRUE(torch::equal(in(networks::Context::own), own));
  const auto other = in(networks::Context::other), uniform = in(networks::Context::uniform);
  EXPECT_FALSE(torch::equal(other.select(1, 0), own.select(1, 0)));
  EXPECT_TRUE(torch::equal(other.select(1, 1), own.select(1, 1)));
  EXPECT_FALSE(torch::equal(uniform.select(1, 0), own.select(1, 0)));
  EXPECT_FALSE(torch::equal(uniform.select(1, 1), own.select(1, 1)));
}

/// For joint states of two replicas of one channel.
networks::DiTShape joint_shape() {
  auto shape = small_shape();
  shape.image_channels = 2;
  shape.classes = 0;
  return shape;
}

TEST(MakeDiT, TakesJointStatesForOneImageOfAllTheirChannels) {
  const auto joint = trained(joint_shape(), ReplicaView::joint);
  const torch::NoGradGuard no_grad;
  const auto steps = torch::tensor({10, 400, 999});
  const auto found = joint->predict(states(3), {steps});
  auto& network = dynamic_cast<networks::DiTImpl&>(joint->module());
  const auto image = torch::empty({3, 1, 2, 8, 8});
  for (std::int64_t replica = 0; replica < 2; ++replica)
    image.select(1, 0).select(1, replica).copy_(states(3).select(1, replica).select(1, 0));
  const auto expected = network.forward(image, {steps, {}, {}});
  ASSERT_EQ(found.noise.sizes(), states(3).sizes());
  ASSERT_EQ(found.variance.sizes(), states(3).sizes());
  for (std::int64_t replica = 0; replica < 2; ++replica) {
    const auto own = [&](const Tensor& tensor) { return tensor.select(1, replica).select(1, 0); };
    const auto channel = [&](const Tensor& tensor) {
      return tensor.select(1, 0).select(1, replica);
    };
    EXPECT_TRUE(torch::equal(own(found.noise), channel(expected.noise)));
    EXPECT_TRUE(torch::equal(own(found.variance), channel(expected.variance)));
  }
}

TEST(MakeDiT, SeesAllReplicasOfAJointStateInEveryPatch) {
  const auto joint = trained(joint_shape(), ReplicaView::joint);
  const torch::NoGradGuard no_grad;
  const diffusion::Conditions told{torch::tensor({400})};
  // Where no token looks at another one, the first replica's noise follows the second all the same.
  const auto noise = [&](const Tensor& z) {
    return joint->predict_in(networks::Context::uniform, z, told).noise[0][0][0];
  };
  auto other = states(1);
  other[0][1] += 1;
  const auto moved = (noise(other) - noise(states(1))).abs();
  EXPECT_GT(moved.min().item<double>(), 0);
}

TEST(MakeDiT, OfJointStatesKnowsNoCouplingNoLabelAndNoOtherNumberOfReplicas) {
  const auto joint = trained(joint_shape(), ReplicaView::joint);
  const auto refusal = [&](const Tensor& z, const diffusion::RowConditions& rows) {
    return error_text<InputError>([&] { joint->predict(z, {torch::tensor({10}), rows}); });
  };
  EXPECT_THAT(refusal(states(1), {{}, torch::tensor({0.5})}), HasSubstr("states have 1"));
  EXPECT_THAT(refusal(states(1), {torch::tensor({0}), {}}), HasSubstr("told no label"));
  EXPECT_THAT(refusal(states(1).narrow(1, 0, 1), {}), HasSubstr("(1, 1, 1, 8, 8)"));
}

TEST(MakeUNet, HasNoContextToReplace) {
  const auto network = make_unet({});
  const torch::NoGradGuard no_grad;
  const auto refusal = [&](networks::Context context) {
    return error_text<InputError>(
        [&] { network->predict_in(context, states(1), {torch::tensor({10})}); });
  };
  EXPECT_THAT(refusal(networks::Context::other), HasSubstr("ask it of a transformer"));
  EXPECT_THAT(refusal(networks::Context::uniform), HasSubstr("no context to replace"));
}

TEST(DenoiserNetwork, EachKindHasItsOwnStart) {
  const auto spread = [](DenoiserNetwork& network, const char* name) {
    network.initialize(RandomStream(1, "weights"));
    return networks::tensors_of(network.module()).at(name).abs().max().item<double>();
  };
  const auto transformer = make_dit(small_shape());
  EXPECT_NEAR(spread(*transformer, "blocks.0.mlp.fc1.weight"), std::sqrt(6.0 / (16 + 64)), 1e-2);
  EXPECT_EQ(spread(*transformer, "blocks.0.adaLN_modulation.1.weight"), 0);
  const auto convolutions = make_unet({});
  EXPECT_NEAR(spread(*convolutions, "in.weight"), 1 / std::sqrt(9 * 2), 1e-2);
}

}  // namespace
}  // namespace syncgap::models
