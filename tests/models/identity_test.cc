#include "core/identity.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "data/image_set.h"
#include "error_text.h"
#include "models/model_source.h"
#include "models/pair_states.h"
#include "models/trained_classifier.h"
#include "models/trained_denoiser.h"
#include "networks/initialize.h"
#include "networks/weight_file.h"
#include "temporary_folder.h"

namespace syncgap::models {
namespace {

using ::testing::HasSubstr;

/// Another value that an option may have.
OptionValue another(const Option& option) {
  struct Change {
    const Option& option;
    OptionValue operator()(bool value) const { return !value; }
    OptionValue operator()(std::int64_t value) const { return value + 1; }
    OptionValue operator()(double value) const { return value == 0 ? 0.5 : value * 0.5; }
    OptionValue operator()(const std::string& value) const {
      if (!option.choices().empty())
        return option.choices().front() == value ? option.choices().back()
                                                 : option.choices().front();
      return value + "x";
    }
    OptionValue operator()(std::vector<double> value) const {
      value.push_back(1);
      return value;
    }
    OptionValue operator()(std::vector<std::string> value) const {
      value.pop_back();
      return value;
    }
  };
  return std::visit(Change{option}, option.value());
}

data::ImageSet some_images() {
  std::vector<float> pixels(4 * 64);
  for (std::size_t k = 0; k < pixels.size(); ++k) pixels[k] = static_cast<float>(k % 7) / 7.0F;
  return {{1, 8, 8}, pixels, {0, 1, 0, 1}};
}

struct SmallTask {
  PairStates states{some_images(), {0, 1, 2, 3}, data::Modality::inversion, -1.0};
  diffusion::NoiseSchedule schedule = diffusion::NoiseSchedule::linear(10, 1e-3, 0.3);
  DenoiserTask task;
  DenoiserOptions options;

  SmallTask() {
    task.states = &states;
    task.schedule = &schedule;
    task.facts = {{"data", "made up"}};
    options.unet.width = 8;
    options.unet.multipliers = {1};
    options.unet.groups = 4;
    options.training.epochs = 1;
    options.training.batch = 4;
  }
};

// Whoever adds an option to a network or its training gets it into the identity without doing
// anything, and cannot leave it out: the table that jobs set it by is what the identity is made of.
template <class Options>
void expect_every_row_decides(Options options) {
  SmallTask small;
  OptionTable table;
  options.describe(table);
  const auto path = [&] {
    const auto identity = denoiser_identity(small.task, deciding_options(options), torch::kCPU);
    return training::ModelRequest{"m", identity}.path();
  };
  const std::string before = path();
  std::set<std::string> seen{before};
  std::vector<std::string> places;
  for (const std::string& name : table.names()) {
    const Option& option = *std::find_if(table.all().begin(), table.all().end(),
                                         [&](const Option& each) { return each.name() == name; });
    const OptionValue value = option.value();
    table.set(name, another(option), "test");
    if (option.decides()) {
      EXPECT_TRUE(seen.insert(path()).second) << name << " does not decide the model's name";
    } else if (name != "network") {  // which at what it was gives the U-Net its name of before
      EXPECT_EQ(path(), before) << name;
      if (option.applies()) places.push_back(name);
    }
    table.set(name, value, "test");
    EXPECT_EQ(path(), before) << name;
  }
  EXPECT_THAT(places,
              testing::UnorderedElementsAre("checkpoint_seconds", "weights", "device", "models"));
}

TEST(ModelIdentity, ChangesWithEveryRowThatDecidesAndWithNoOther) {
  expect_every_row_decides(SmallTask().options);
  auto transformer = SmallTask().options;
  transformer.network = NetworkKind::dit;
  expect_every_row_decides(transformer);
  expect_every_row_decides(TransformerOptions());
}

TEST(ModelIdentity, OfAUNetIsWhatItWasBeforeThereWasAChoiceOfNetworks) {
  EXPECT_EQ(facts_line(deciding_options(DenoiserOptions())),
            "width = 16, multipliers = [1.0, 2.0, 2.0], blocks = 1, attention_levels = [], "
            "heads = 1, groups = 8, epochs = 20, batch = 128, learning_rate = 0.0002, warmup = 0, "
            "gradient_clip = 1.0, ema_decay = 0.999, shards = 4, summation = \"fixed_order\", "
            "precision = \"single\"");
}

TEST(ModelIdentity, OfATransformerSaysSoAndNothingOfUNets) {
  DenoiserOptions options;
  options.network = NetworkKind::dit;
  EXPECT_EQ(facts_line(deciding_options(options)),
            "network = \"dit\", dit_patch = 4, dit_width = 96, dit_depth = 6, dit_heads = 4, "
            "dit_learned_variance = false, dit_step_embedding = \"original\", "
            "dit_perceptron_norm = \"original\", dit_learning_rate = 0.001, dit_warmup = 200, "
            "dit_weight_decay = 0.0, dit_rate = \"cosine\", epochs = 20, batch = 128, "
            "gradient_clip = 1.0, ema_decay = 0.999, shards = 4, summation = \"fixed_order\", "
            "precision = \"single\"");
}

TEST(ModelIdentity, ChangesWithTheTask) {
  SmallTask small;
  const auto identity = [&](torch::Device device = torch::kCPU) {
    return denoiser_identity(small.task, deciding_options(small.options), device);
  };
  std::set<std::string> seen{identity()};
  small.task.coupling_strength = 0.3;
  EXPECT_TRUE(seen.insert(identity()).second);
  small.task.pairing = data::Pairing::control;
  EXPECT_TRUE(seen.insert(identity()).second);
  small.task.seed = 2;
  EXPECT_TRUE(seen.insert(identity()).second);
  small.task.facts[0].value = "other images";
  EXPECT_TRUE(seen.insert(identity()).second);
  EXPECT_TRUE(seen.insert(identity(torch::Device(torch::kCUDA, 0))).second);
  EXPECT_FALSE(seen.insert(identity(torch::Device(torch::kCUDA, 0))).second);
}

TEST(ModelIdentity, ClassifiersAreNamedByAllTheirRowsToo) {
  ClassifierImages images;
  images.train = images.test = {torch::zeros({4, 1, 8, 8}), torch::zeros({4}, torch::kInt64)};
  ClassifierTask task;
  task.images = &images;
  ClassifierOptions options;
  OptionTable table;
  options.describe(table);
  const auto identity = [&] { return classifier_identity(task, options, {}, torch::kCPU); };
  std::set<std::string> seen{identity()};
  for (const std::string& name : table.names()) {
    const Option& option = *std::find_if(table.all().begin(), table.all().end(),
                                         [&](const Option& each) { return each.name() == name; });
    const OptionValue value = option.value();
    table.set(name, another(option), "test");
    EXPECT_TRUE(seen.insert(identity()).second) << name;
    table.set(name, value, "test");
  }
  task.symmetry = networks::SignSymmetry::symmetrised;
  EXPECT_TRUE(seen.insert(identity()).second);
}

TEST(Weights, OfAFileAreReadInPlaceOfTraining) {
  const TemporaryFolder folder;
  SmallTask small;
  small.options.place.models = folder.path("models");
  const auto trained = trained_denoiser(small.task, small.options, {});
  EXPECT_EQ(trained.curves.loss.size(), 1U);
  const std::string file = folder.path("given.safetensors");
  networks::write_weights(file, {networks::tensors_of(trained.network->module()), {}});
  small.options.weights = file;
  const auto given = trained_denoiser(small.task, small.options, {});
  EXPECT_TRUE(given.curves.loss.empty());
  const auto states = torch::randn({3, 2, 1, 8, 8});
  const diffusion::Conditions told{torch::full({3}, 4, torch::kInt64)};
  EXPECT_TRUE(
      torch::equal(given.denoiser()(states, told).noise, trained.denoiser()(states, told).noise));
}

Facts facts_of_weights(const std::string& file) {
  DenoiserOptions options;
  options.weights = file;
  return model_facts(options, {});
}

TEST(Weights, AreAFactByTheirBytesAndNotByTheirPlace) {
  const TemporaryFolder folder;
  const auto write = [&](const char* name, const char* text) {
    std::ofstream(folder.path(name)) << text;
    return folder.path(name);
  };
  const auto first = facts_of_weights(write("a", "some weights"));
  EXPECT_EQ(first, facts_of_weights(write("b", "some weights")));
  EXPECT_NE(first, facts_of_weights(write("c", "other weights")));
  EXPECT_EQ(facts_of_weights(""), (Facts{{"arithmetic", "cpu, single"}}));
  EXPECT_THAT(error_text<InputError>([&] { facts_of_weights(folder.path("none")); }),
              HasSubstr("experiment.weights"));
}

TEST(Weights, OfAnIndexAreAFactByTheBytesOfTheirPartsToo) {
  const TemporaryFolder folder;
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(folder.path(name)) << text;
    return folder.path(name);
  };
  const auto index = write("index.json", R"({"weight_map": {"a": "part"}})");
  EXPECT_THAT(error_text<InputError>([&] { facts_of_weights(index); }), HasSubstr("part"));
  write("part", "some weights");
  const auto first = facts_of_weights(index);
  write("part", "other weights");
  EXPECT_NE(first, facts_of_weights(index));
  write("part", "some weights");
  EXPECT_EQ(first, facts_of_weights(index));
}

TEST(Weights, OfACheckpointOfTorchSaveThatDoesNotFitAreRefusedByName) {
  SmallTask small;
  small.options.weights = SYNCGAP_TORCH_FILES "/checkpoint.pt";
  EXPECT_THAT(error_text<InputError>([&] { trained_denoiser(small.task, small.options, {}); }),
              ::testing::AllOf(HasSubstr("checkpoint.pt"), HasSubstr("unknown: bias, weight")));
}

TEST(Weights, OfAnotherNetworkAreRefusedByName) {
  const TemporaryFolder folder;
  SmallTask small;
  const std::string file = folder.path("given.safetensors");
  auto shape = small.options.unet_shape(2);
  shape.width = 16;
  networks::write_weights(file, {networks::tensors_of(make_unet(shape)->module()), {}});
  small.options.weights = file;
  EXPECT_THAT(error_text<InputError>([&] { trained_denoiser(small.task, small.options, {}); }),
              HasSubstr(file));
}

}  // namespace
}  // namespace syncgap::models
