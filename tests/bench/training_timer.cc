// Times the training of a denoiser and prints JSON. The other half of bench_training.py; `ranks`
// and `trace` run under mpirun.
//
//   training_timer train WIDTH MULTIPLIERS ATTENTION BATCH STEPS [single|bf16]
//   training_timer evaluate WIDTH MULTIPLIERS ATTENTION BATCH EVALUATIONS [single|bf16]
//   training_timer data WIDTH MULTIPLIERS ATTENTION BATCH STEPS      the batches alone
//   training_timer ranks WIDTH MULTIPLIERS ATTENTION BATCH STEPS fixed_order|fast ROUNDS
//     one training of all ranks and one of each rank by itself, in turn, and how the sums of the
//     last step overlapped its backward pass
//
// MULTIPLIERS is a list like 1,2,2; ATTENTION one of levels, or - for none. Where MULTIPLIERS is
// dit, it is the default transformer of that width: trained on single images with labels, evaluated
// on pairs, coupled where ATTENTION is a coupling strength and not -.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

#include "core/check.h"
#include "core/random.h"
#include "data/image_set.h"
#include "models/denoising_loss.h"
#include "models/image_states.h"
#include "models/pair_states.h"
#include "models/transformer_options.h"
#include "networks/freed_memory.h"
#include "networks/mixed_precision.h"
#include "stopwatch.h"
#include "training/trainer.h"

namespace syncgap {
namespace {

using models::DenoiserTask;
using models::DenoisingLoss;
using models::PairStates;

std::vector<std::int64_t> numbers(const std::string& list) {
  std::vector<std::int64_t> out;
  std::stringstream text(list);
  for (std::string word; list != "-" && std::getline(text, word, ',');)
    out.push_back(std::stoll(word));
  return out;
}

/// Pairs of `count` smooth images of 28 x 28 pixels: their contents do not change the time.
models::PairStates smooth_pairs(std::int64_t count) {
  const data::ImageShape shape{1, 28, 28};
  const auto n = static_cast<std::size_t>(count);
  std::vector<std::uint8_t> pixels(n * shape.size());
  std::vector<std::int32_t> labels(n);
  std::vector<std::uint32_t> chosen(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < shape.size(); ++k)
      pixels[i * shape.size() + k] = static_cast<std::uint8_t>((i * 7 + k * (i % 11 + 1)) % 256);
    labels[i] = static_cast<std::int32_t>(i % 10);
    chosen[i] = static_cast<std::uint32_t>(i);
  }
  return models::PairStates(data::ImageSet(shape, std::move(pixels), std::move(labels)), chosen,
                            data::Modality::edge, -1);
}

constexpr std::int64_t kClasses = 10;

std::unique_ptr<models::TrainingStates> smooth_states(std::int64_t count, bool single) {
  auto pairs = smooth_pairs(count);
  if (!single) return std::make_unique<PairStates>(std::move(pairs));
  return std::make_unique<models::ImageStates>(pairs.bank().narrow(0, 0, count), pairs.labels(),
                                               count);
}

struct Set {
  std::int64_t batch, steps;
  bool transformer;
  double coupling;
  std::unique_ptr<models::DenoiserNetwork> network;
  std::unique_ptr<models::TrainingStates> states;
  diffusion::NoiseSchedule schedule = diffusion::NoiseSchedule::linear(200, 1e-4, 0.02);

  explicit Set(char** words)
      : batch(std::stoll(words[3])),
        steps(std::stoll(words[4])),
        transformer(std::string(words[1]) == "dit"),
        coupling(transformer && words[2][0] != '-' ? std::stod(words[2]) : 0),
        network(transformer ? models::make_dit(dit(words)) : models::make_unet(shape(words))),
        states(smooth_states(batch * std::max<std::int64_t>(steps, 1), transformer)) {
    network->initialize(RandomStream(1, "weights"));
  }
  static networks::DiTShape dit(char** words) {
    networks::DiTShape shape;
    shape.width = std::stoll(words[0]);
    shape.classes = kClasses;
    return shape;
  }
  static networks::UNetShape shape(char** words) {
    networks::UNetShape shape;
    shape.width = std::stoll(words[0]);
    shape.multipliers = numbers(words[1]);
    shape.attention_levels = numbers(words[2]);
    return shape;
  }
  models::DenoiserTask task() const {
    models::DenoiserTask task;
    task.states = states.get();
    task.coupling_strength = transformer ? 0 : 0.5;
    task.told_classes = transformer ? kClasses : 0;
    task.label_dropout = transformer ? 0.1 : 0;
    task.schedule = &schedule;
    return task;
  }
};

void print(const Stopwatch& timer, double images, double sum) {
  std::printf("{\"seconds\": %.6f, \"cpu_seconds\": %.6f, \"images\": %.0f, \"sum\": %.17g}\n",
              timer.wall(), timer.cpu(), images, sum);
}

/// A training without end on a state file of its own.
struct Training {
  std::function<bool()> stop;
  std::string state;
  training::Trainer trainer;

  Training(Set& set, const std::string& summation, const parallel::Communicator& team, int name,
           networks::Precision precision = networks::Precision::single)
      : state(std::filesystem::temp_directory_path() / concat("training_timer.", name)),
        trainer(set.network->module(), set.states->count(),
                models::DenoisingLoss(set.task(), *set.network, torch::kCPU, precision),
                options(set, summation), "timer", state,
                parallel::Team(team, {}, [this] { return stop(); })) {}
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;
  ~Training() { std::filesystem::remove(state); }

  static training::TrainingOptions options(const Set& set, const std::string& summation) {
    training::TrainingOptions options;
    if (set.transformer) options = models::TransformerOptions().training;
    options.epochs = 1 << 20;
    options.batch = set.batch;
    options.checkpoint_seconds = 1e9;
    options.summation =
        summation == "fast" ? training::Summation::fast : training::Summation::fixed_order;
    return options;
  }
};

/// One epoch of training after another that warms up.
void train(Set& set, networks::Precision precision) {
  const parallel::Communicator alone;
  Training training(set, "fixed_order", alone, getpid(), precision);
  auto& trainer = training.trainer;
  std::optional<Stopwatch> timer;
  std::int64_t seen = 0;
  training.stop = [&] {
    const auto epochs = static_cast<std::int64_t>(trainer.curves().loss.size());
    if (epochs >= 1 && !timer) timer.emplace();
    if (epochs == 2) seen = set.states->count();
    return epochs == 2;
  };
  trainer.run();
  print(*timer, static_cast<double>(seen), trainer.curves().loss.back());
}

/// Steps a second of a training's next steps, without those where it starts and stops.
double steps_per_second(Training& training, std::int64_t steps) {
  constexpr std::int64_t kFirst = 2;
  std::optional<Stopwatch> timer;
  double seconds = 0;
  std::int64_t count = 0;
  training.stop = [&] {
    if (++count == kFirst) timer.emplace();
    if (count == kFirst + steps) seconds = timer->wall();
    return count >= kFirst + steps;
  };
  training.trainer.run();
  return static_cast<double>(steps) / seconds;
}

void compare_ranks(char** words, const std::string& summation, std::int64_t rounds) {
  const auto ranks = parallel::Communicator::world();
  const parallel::Communicator alone;
  const int process = static_cast<int>(ranks.broadcast(static_cast<std::uint64_t>(getpid())));
  Set shared(words), own(words);
  Training together(shared, summation, ranks, process);
  Training apart(own, summation, alone, process + 1 + ranks.rank());
  std::string text;
  for (std::int64_t k = 0; k < rounds; ++k) {
    ranks.barrier();
    const double one = steps_per_second(together, shared.steps);
    ranks.barrier();
    const double sum = ranks.sum(steps_per_second(apart, own.steps));
    text += concat(k > 0 ? ", " : "", "[", one * static_cast<double>(shared.batch), ", ",
                   sum * static_cast<double>(own.batch), "]");
  }
  if (ranks.rank() != 0) return;
  const auto trace = together.trainer.overlap();
  std::printf("{\"rates\": [%s], \"backward\": %.6f, \"finished\": %.6f, \"buckets\": [",
              text.c_str(), trace.backward, trace.finished);
  for (std::size_t k = 0; k < trace.buckets.size(); ++k)
    std::printf("%s[%lld, %.6f, %.6f]", k > 0 ? ", " : "",
                static_cast<long long>(trace.buckets[k].size), trace.buckets[k].begin,
                trace.buckets[k].end);
  std::printf("]}\n");
}

void evaluate(Set& set, networks::Precision precision) {
  const torch::NoGradGuard no_grad;
  const networks::PrecisionScope scope(torch::kCPU, precision);
  set.network->module().eval();
  networks::keep_freed_memory();
  const auto images = torch::randn({set.batch, 2, 1, 28, 28});
  diffusion::Conditions told{torch::full({set.batch}, 7, torch::kInt64), {}};
  if (set.transformer) told.rows.label = torch::arange(set.batch) % kClasses;
  if (set.coupling > 0) told.rows.coupling = torch::full({set.batch}, set.coupling);
  const auto predict = [&] { return set.network->predict(images, told).noise; };
  double sum = predict().abs().sum().item<double>();
  const Stopwatch timer;
  for (std::int64_t k = 0; k < set.steps; ++k) sum += *predict().data_ptr<float>();
  print(timer, static_cast<double>(set.steps * set.batch), sum);
}

void draw(Set& set) {
  models::DenoisingLoss loss(set.task(), *set.network);
  double sum = *loss.batch(0, 0, set.batch).states.data_ptr<float>();
  const Stopwatch timer;
  for (std::int64_t k = 0; k < set.steps; ++k)
    sum += *loss.batch(1, k * set.batch, (k + 1) * set.batch).states.data_ptr<float>();
  print(timer, static_cast<double>(set.steps * set.batch), sum);
}

int run(int argc, char** argv) {
  const std::string mode = argc > 6 ? argv[1] : "";
  at::set_num_threads(1);
  if (mode == "ranks" && argc > 8) {
    const parallel::MpiScope mpi(argc, argv);
    compare_ranks(argv + 2, argv[7], std::stoll(argv[8]));
    return 0;
  }
  if (mode != "train" && mode != "evaluate" && mode != "data") {
    std::fprintf(stderr, "usage: see training_timer.cc\n");
    return 2;
  }
  Set set(argv + 2);
  const auto precision =
      argc > 7 ? networks::kPrecisions.value(argv[7]) : networks::Precision::single;
  if (mode == "train") {
    train(set, precision);
  } else if (mode == "evaluate") {
    evaluate(set, precision);
  } else {
    draw(set);
  }
  return 0;
}

}  // namespace
}  // namespace syncgap

int main(int argc, char** argv) { return syncgap::run(argc, argv); }
