#include "models/trained_classifier.h"

#include <algorithm>
#include <numeric>
#include <torch/version.h>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/random.h"
#include "diffusion/normals.h"
#include "networks/initialize.h"
#include "networks/weight_file.h"
#include "parallel/dealt.h"
#include "training/model_cache.h"

// Shapes: n pictures of C channels and H x W pixels, B of them in a batch, K classes.
namespace syncgap::models {
namespace {

using torch::Tensor;

/// Pictures judged together: bounds memory, and with it fixes the bits.
constexpr std::int64_t kPicturesTogether = 256;

const std::string kTest = "test.";

void check_pictures(const LabelledImages& pictures, std::int64_t classes, const char* part) {
  const auto& x = pictures.pictures;
  const auto& labels = pictures.labels;
  require_input(x.dim() == 4 && x.scalar_type() == torch::kFloat32 && labels.dim() == 1 &&
                    labels.scalar_type() == torch::kInt64 && x.size(0) == labels.size(0) &&
                    x.size(2) == x.size(3),
                "pictures and labels of a classifier do not fit (", part, ": ", x.sizes(), " and ",
                labels.sizes(), "): give square pictures (n, C, H, H) and labels (n)");
  require_input(x.size(0) > 0, "a classifier has no pictures (", part, "): give some");
  const auto low = labels.min().item<std::int64_t>(), high = labels.max().item<std::int64_t>();
  require_input(low >= 0 && high < classes, "labels lie outside their classes (", part, ": ", low,
                " to ", high, ", ", classes, " classes): number the classes from 0");
}

/// Cross-entropy of pictures whose order, shifts and noise are functions of (epoch, picture).
class ClassifierLoss {
 public:
  ClassifierLoss(const ClassifierTask& task, const ClassifierOptions& options,
                 networks::Classifier network)
      : data_(task.pictures->train),
        options_(options),
        network_(std::move(network)),
        order_stream_(task.sweep_seed, "classifier order", {task.seed}),
        shift_stream_(task.sweep_seed, "classifier shifts", {task.seed}),
        noise_stream_(task.sweep_seed, "classifier noise", {task.seed}) {}

  Tensor operator()(std::int64_t epoch, std::int64_t begin, std::int64_t end) {
    if (epoch != epoch_) shuffle(epoch);
    const auto chosen = order_.narrow(0, begin, end - begin);  // (B)
    auto pictures = data_.pictures.index_select(0, chosen);    // (B, C, H, W)
    const auto* images = chosen.data_ptr<std::int64_t>();
    if (options_.shift > 0) pictures = shifted(pictures, epoch, images);
    if (options_.noise > 0)
      pictures.add_(diffusion::image_normals(noise_stream_, epoch, images, pictures.sizes()),
                    options_.noise);
    return torch::cross_entropy_loss(network_(pictures), data_.labels.index_select(0, chosen));
  }

 private:
  void shuffle(std::int64_t epoch) {
    const auto count = data_.labels.size(0);
    std::vector<double> keys(static_cast<std::size_t>(count));
    order_stream_.fill_uniforms<double>(static_cast<std::uint64_t>(epoch), 0, keys);
    std::vector<std::int64_t> order(keys.size());
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
      return std::pair(keys[static_cast<std::size_t>(a)], a) <
             std::pair(keys[static_cast<std::size_t>(b)], b);
    });
    order_ = torch::tensor(order, torch::kInt64);
    epoch_ = epoch;
  }

  /// What comes in at an edge repeats it.
  Tensor shifted(const Tensor& pictures, std::int64_t epoch, const std::int64_t* images) const {
    const std::int64_t most = options_.shift, side = pictures.size(2);
    const auto wide = torch::replication_pad2d(pictures, {most, most, most, most});
    auto out = torch::empty_like(pictures);
    for (std::int64_t k = 0; k < pictures.size(0); ++k) {
      const auto draw = [&](std::uint32_t component) {
        const auto u = shift_stream_.uniform<double>(
            static_cast<std::uint64_t>(epoch), static_cast<std::uint32_t>(images[k]), component);
        return static_cast<std::int64_t>(u * static_cast<double>(2 * most + 1));
      };
      out[k].copy_(wide[k].narrow(1, draw(0), side).narrow(2, draw(1), side));
    }
    return out;
  }

  LabelledImages data_;
  ClassifierOptions options_;
  networks::Classifier network_;
  RandomStream order_stream_, shift_stream_, noise_stream_;
  Tensor order_;  // (n)
  std::int64_t epoch_ = -1;
};

Tensor predict_with(networks::Classifier network, const Tensor& pictures) {
  const torch::NoGradGuard no_grad;
  std::vector<Tensor> classes;
  for (std::int64_t first = 0; first < pictures.size(0); first += kPicturesTogether)
    classes.push_back(
        network(pictures.narrow(0, first, std::min(kPicturesTogether, pictures.size(0) - first)))
            .argmax(1)
            .to(torch::kCPU));
  return classes.empty() ? torch::empty({0}, torch::kInt64) : torch::cat(classes);
}

/// Test pictures judged rightly, each rank a part of them.
std::int64_t count_right(const networks::Classifier& network, const LabelledImages& test,
                         const parallel::Communicator& team) {
  std::int64_t right = 0;
  for (const auto& [first, count] :
       parallel::Dealt(test.labels.size(0), kPicturesTogether, team).mine())
    right += predict_with(network, test.pictures.narrow(0, first, count))
                 .eq(test.labels.narrow(0, first, count))
                 .sum()
                 .item<std::int64_t>();
  return team.sum(right);
}

}  // namespace

Tensor TrainedClassifier::predict(const Tensor& pictures) const {
  return predict_with(network, pictures);
}

TrainedClassifier trained_classifier(const ClassifierTask& task, const ClassifierOptions& options,
                                     const DenoiserOptions& denoiser, const parallel::Team& team) {
  const auto& data = *task.pictures;
  check_pictures(data.train, task.classes, "training");
  check_pictures(data.test, task.classes, "test");
  const auto& pictures = data.train.pictures;
  const auto shape = options.shape(pictures.size(1), pictures.size(2), task.classes, task.symmetry);
  const training::ModelRequest request{
      denoiser.models,
      concat(options.identity(shape, denoiser), "; ", task.data_identity,
             data.test_images == TestImages::held_out ? " tested on the last tenth" : "",
             " sweep_seed=", task.sweep_seed, " seed=", task.seed, "; libtorch ", TORCH_VERSION)};
  const auto stop_requested = [&team] { return team.stop_requested(); };

  TrainedClassifier model;
  model.network = networks::Classifier(shape);
  model.parameters = networks::parameter_count(*model.network);
  const auto train = [&](const std::string& checkpoint) {
    networks::initialize(*model.network,
                         RandomStream(task.sweep_seed, "classifier weights", {task.seed}));
    training::Trainer trainer(
        *model.network, data.train.labels.size(0), ClassifierLoss(task, options, model.network),
        options.training(denoiser), request.identity, checkpoint, team.ranks());
    if (!trainer.run(stop_requested, [&team](const std::string& text) { team.say(text); }))
      throw UnitStopped("training left at a checkpoint: " + checkpoint);
    trainer.use_average();
    model.network->eval();
    networks::Weights weights{networks::tensors_of(*model.network), {}};
    weights.tensors[kTest + "right"] =
        torch::tensor(count_right(model.network, data.test, team.ranks()), torch::kInt64);
    weights.tensors[kTest + "count"] = torch::tensor(data.test.labels.size(0), torch::kInt64);
    return weights;
  };
  auto weights = training::cached_model(request, train, stop_requested, team.ranks());
  const auto take = [&](const std::string& name) {
    const auto found = weights.tensors.find(kTest + name);
    require_input(found != weights.tensors.end(), "the classifier has no test result (",
                  request.path(), "): move it away to have it trained again");
    const auto value = static_cast<std::uint64_t>(found->second.item<std::int64_t>());
    weights.tensors.erase(found);
    return value;
  };
  const std::uint64_t right = take("right"), count = take("count");
  networks::load_tensors(*model.network, weights.tensors, request.path());
  model.network->eval();
  const auto interval = observables::wilson_interval(right, count);
  model.accuracy = {static_cast<double>(right) / static_cast<double>(count), interval.low,
                    interval.high, count};
  return model;
}

}  // namespace syncgap::models
