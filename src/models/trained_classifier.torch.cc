#include "models/trained_classifier.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/numbers.h"
#include "core/random.h"
#include "diffusion/normals.h"
#include "models/compute_device.h"
#include "models/model_source.h"
#include "networks/initialize.h"
#include "networks/weight_file.h"
#include "observables/estimate.h"
#include "parallel/dealt.h"
#include "training/model_cache.h"
#include "training/trainer.h"

// Shapes: n images of C channels and H x W pixels, B of them in a batch, K classes.
namespace syncgap::models {
namespace {

using torch::Tensor;

/// Images judged together: bounds memory, and with it fixes the bits.
constexpr std::int64_t kClassifiedTogether = 256;

const std::string kTest = "test.";

void check_images(const LabelledImages& set, std::int64_t classes, const char* part) {
  const auto& x = set.images;
  const auto& labels = set.labels;
  require_input(x.dim() == 4 && x.scalar_type() == torch::kFloat32 && labels.dim() == 1 &&
                    labels.scalar_type() == torch::kInt64 && x.size(0) == labels.size(0) &&
                    x.size(2) == x.size(3),
                "images and labels of a classifier do not fit (", part, ": ", x.sizes(), " and ",
                labels.sizes(), "): give square images (n, C, H, H) and labels (n)");
  require_input(x.size(0) > 0, "a classifier has no images (", part, "): give some");
  const auto low = labels.min().item<std::int64_t>(), high = labels.max().item<std::int64_t>();
  require_input(low >= 0 && high < classes, "labels lie outside their classes (", part, ": ", low,
                " to ", high, ", ", classes, " classes): number the classes from 0");
}

/// Cross-entropy of images whose order, shifts and noise are functions of (epoch, image).
class ClassifierLoss {
 public:
  ClassifierLoss(const ClassifierTask& task, const ClassifierOptions& options,
                 networks::Classifier network, torch::Device device)
      : data_(task.images->train),
        options_(options),
        network_(std::move(network)),
        device_(device),
        order_stream_(task.sweep_seed, "classifier order", {task.seed}),
        shift_stream_(task.sweep_seed, "classifier shifts", {task.seed}),
        noise_stream_(task.sweep_seed, "classifier noise", {task.seed}) {}

  Tensor operator()(std::int64_t epoch, std::int64_t begin, std::int64_t end) {
    if (epoch != epoch_) shuffle(epoch);
    const auto chosen = order_.narrow(0, begin, end - begin);  // (B)
    const auto* numbers = chosen.data_ptr<std::int64_t>();
    auto images = data_.images.index_select(0, chosen);  // (B, C, H, W)
    if (options_.shift > 0) images = shifted(images, epoch, numbers);
    images = images.to(device_);
    if (options_.noise > 0)
      images.add_(diffusion::image_normals(noise_stream_, epoch, numbers, images.sizes(), device_),
                  options_.noise);
    const auto labels = data_.labels.index_select(0, chosen).to(device_);
    return torch::cross_entropy_loss(network_(images), labels);
  }

 private:
  void shuffle(std::int64_t epoch) {
    std::vector<double> keys(data_.labels.size(0));
    order_stream_.fill_uniforms<double>(epoch, 0, keys);
    std::vector<std::int64_t> order(keys.size());
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
      return std::pair(keys[a], a) < std::pair(keys[b], b);
    });
    order_ = torch::tensor(order, torch::kInt64);
    epoch_ = epoch;
  }

  /// What comes in at an edge repeats it.
  Tensor shifted(const Tensor& images, std::int64_t epoch, const std::int64_t* numbers) const {
    const std::int64_t most = options_.shift, side = images.size(2);
    const auto wide = torch::replication_pad2d(images, {most, most, most, most});
    auto out = torch::empty_like(images);
    for (std::int64_t k = 0; k < images.size(0); ++k) {
      const auto draw = [&](std::uint32_t component) {
        const auto image = static_cast<std::uint32_t>(numbers[k]);
        const auto u = shift_stream_.uniform<double>(epoch, image, component);
        return static_cast<std::int64_t>(u * to_real(2 * most + 1));
      };
      out[k].copy_(wide[k].narrow(1, draw(0), side).narrow(2, draw(1), side));
    }
    return out;
  }

  LabelledImages data_;
  ClassifierOptions options_;
  networks::Classifier network_;
  torch::Device device_;
  RandomStream order_stream_, shift_stream_, noise_stream_;
  Tensor order_;  // (n)
  std::int64_t epoch_ = -1;
};

/// Test images judged rightly, each rank a part of them.
std::int64_t count_right(const TrainedClassifier& model, const LabelledImages& test,
                         const parallel::Communicator& ranks) {
  std::int64_t right = 0;
  for (const auto& [first, count] :
       parallel::Dealt(test.labels.size(0), kClassifiedTogether, ranks).mine())
    right += model.predict(test.images.narrow(0, first, count))
                 .eq(test.labels.narrow(0, first, count))
                 .sum()
                 .item<std::int64_t>();
  return ranks.sum(right);
}

/// What the test has shown, taken out of the weights.
Accuracy take_accuracy(networks::Weights& weights, const std::string& path) {
  const auto take = [&](const std::string& name) {
    const auto found = weights.tensors.find(kTest + name);
    require_input(found != weights.tensors.end(), "the classifier has no test result (", path,
                  "): move it away to have it trained again");
    const std::uint64_t value = found->second.item<std::int64_t>();
    weights.tensors.erase(found);
    return value;
  };
  const std::uint64_t right = take("right"), count = take("count");
  return {observables::wilson_share(right, count), count};
}

}  // namespace

Tensor TrainedClassifier::predict(const Tensor& images) const {
  const torch::NoGradGuard no_grad;
  auto judge = network;
  std::vector<Tensor> classes;
  for (std::int64_t first = 0; first < images.size(0); first += kClassifiedTogether) {
    const auto count = std::min(kClassifiedTogether, images.size(0) - first);
    classes.push_back(judge(images.narrow(0, first, count).to(device)).argmax(1).to(torch::kCPU));
  }
  return classes.empty() ? torch::empty({0}, torch::kInt64) : torch::cat(classes);
}

std::string classifier_identity(const ClassifierTask& task, const ClassifierOptions& options,
                                const DenoiserSettings& denoiser, torch::Device device) {
  const auto& images = task.images->train.images;
  Facts facts = task.facts;
  const auto add = [&](const char* name, const auto& value) {
    facts.push_back({name, concat(value)});
  };
  add("network", options.shape(images.size(1), images.size(2), task.classes, task.symmetry).text());
  add("tested on",
      task.images->test_images == TestImages::held_out ? "the last tenth" : "test images");
  add("shards", denoiser.training.shards);
  add("sweep_seed", task.sweep_seed);
  add("seed", task.seed);
  for (const Fact& fact : computing_facts(device)) facts.push_back(fact);
  return "classifier\n" + facts_text(deciding_options(options)) + facts_text(facts);
}

TrainedClassifier trained_classifier(const ClassifierTask& task, const ClassifierOptions& options,
                                     const DenoiserSettings& denoiser, const parallel::Team& team) {
  const auto& data = *task.images;
  check_images(data.train, task.classes, "training");
  check_images(data.test, task.classes, "test");
  TrainedClassifier model;
  model.device = compute_device(denoiser.place, team.device());
  model.network = networks::Classifier(options.shape(
      data.train.images.size(1), data.train.images.size(2), task.classes, task.symmetry));
  model.parameters = networks::parameter_count(*model.network);
  const training::ModelRequest request{denoiser.place.models,
                                       classifier_identity(task, options, denoiser, model.device)};
  const auto train = [&](const std::string& checkpoint) {
    networks::initialize(*model.network,
                         RandomStream(task.sweep_seed, "classifier weights", {task.seed}));
    model.network->to(model.device);
    training::Trainer trainer(*model.network, data.train.labels.size(0),
                              ClassifierLoss(task, options, model.network, model.device),
                              options.training(denoiser.training), request.identity, checkpoint,
                              team);
    if (!trainer.run()) throw UnitStopped("training left at a checkpoint: " + checkpoint);
    trainer.use_average();
    model.network->eval();
    networks::Weights weights{networks::tensors_of(*model.network), {}};
    weights.tensors[kTest + "right"] =
        torch::tensor(count_right(model, data.test, team.ranks()), torch::kInt64);
    weights.tensors[kTest + "count"] = torch::tensor(data.test.labels.size(0), torch::kInt64);
    return weights;
  };
  auto weights = training::cached_model(request, train, team);
  model.accuracy = take_accuracy(weights, request.path());
  networks::load_tensors(*model.network, weights.tensors, request.path());
  model.network->to(model.device);
  model.network->eval();
  return model;
}

}  // namespace syncgap::models
