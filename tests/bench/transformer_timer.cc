// What it costs that two replicas see each other, and that somebody looks at every layer: forward
// passes of diffusion transformers on one core, coupled, tapped and plain in turn. Prints a table.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "core/random.h"
#include "networks/dit.h"
#include "networks/freed_memory.h"
#include "stopwatch.h"

namespace syncgap {
namespace {

using torch::Tensor;

constexpr int kRounds = 9;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Median processor seconds of each of `works`, run in turn.
std::vector<double> medians(const std::vector<std::function<void()>>& works) {
  std::vector<std::vector<double>> seconds(works.size());
  for (int round = 0; round <= kRounds; ++round)
    for (std::size_t k = 0; k < works.size(); ++k) {
      const Stopwatch watch;
      works[k]();
      if (round > 0) seconds[k].push_back(watch.cpu());  // the first round fetches memory
    }
  std::vector<double> out;
  for (auto& each : seconds) out.push_back(median(each));
  return out;
}

void measure(const char* name, const networks::DiTShape& shape, std::int64_t rows, double goal) {
  networks::DiT network(shape);
  network->initialize(RandomStream(1, "weights"));
  const torch::NoGradGuard no_grad;
  // Gates that are not zero: what is multiplied by zero might be subnormal or not, at other cost.
  for (auto& item : network->named_parameters())
    if (item.key().find("adaLN") != std::string::npos) item.value().fill_(0.01);
  const auto states = torch::randn({rows, 2, shape.image_channels, shape.side, shape.side});
  networks::DiTConditions told{torch::arange(rows) * 10 + 5, {}, {}};
  auto coupled = told;
  coupled.coupling = torch::full({rows}, 0.5);
  Tensor seen;
  const auto tap = [&](std::int64_t, const Tensor& tokens) { seen = tokens; };
  const auto half = states.flatten(0, 1).unsqueeze(1);  // each replica a row
  const networks::DiTConditions twice{told.steps.repeat_interleave(2), {}, {}};
  const auto seconds =
      medians({[&] { network(states, told); }, [&] { network(states, coupled); },
               [&] { network(states, told, tap); }, [&] { network(half, twice); }});
  const auto row = [&](const char* what, double time, double operations) {
    std::printf("%-34s %-22s %9.2f ms %7.1f GFLOP/s %6.3f\n", name, what, 1e3 * time,
                1e-9 * operations / time, time / seconds[0]);
  };
  const auto count = static_cast<double>(rows);
  row("by themselves", seconds[0], count * shape.operations(2));
  row("coupled", seconds[1], count * shape.coupled_operations());
  row("by themselves, tapped", seconds[2], count * shape.operations(2));
  row("as single images", seconds[3], count * shape.operations(2));
  std::printf("coupling costs %.3f times (operations %.3f, goal %.2f), taps %.3f\n\n",
              seconds[1] / seconds[0], shape.coupled_operations() / shape.operations(2), goal,
              seconds[2] / seconds[0]);
}

int run() {
  at::set_num_threads(1);
  networks::keep_freed_memory();
  auto wide = networks::DiTShape::published("XL/2");
  wide.depth = 2;
  measure("XL/2, 2 blocks, 256 tokens, 1 pair", wide, 1, 1.15);
  measure("28 x 28, width 96, 49 tokens, 16 pairs", {}, 16, 1.3);
  networks::DiTShape wider;
  wider.width = 192;
  measure("28 x 28, width 192, 49 tokens, 16 pairs", wider, 16, 1.3);
  return 0;
}

}  // namespace
}  // namespace syncgap

int main() { return syncgap::run(); }
