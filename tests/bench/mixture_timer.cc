// Times the parts of mixture_cloning and mixture_collapse and prints JSON. The other half of
// bench_mixture.py.
//
//   mixture_timer cloning TRIALS CLONES DIMENSION...   one-dimensional runs of figure 2's plan
//   mixture_timer full TRIALS CLONES DIMENSION         the same in all coordinates
//   mixture_timer normals TRIALS CLONES                the random numbers they need
//   mixture_timer energies EVALUATIONS POINTS DIMENSION TIMES   reduced evaluations of f^e
//   mixture_timer finite POINTS DIMENSION TIMES        exact averages at finite n and d
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "cloud/surprise.h"
#include "core/random.h"
#include "sde/cloning.h"
#include "sde/cluster_energies.h"
#include "stopwatch.h"
#include "theory/cluster_collapse.h"
#include "theory/finite_collapse.h"

namespace syncgap {
namespace {

/// Prints the seconds so far and a number that depends on the results.
void print(const Stopwatch& timer, double sum) {
  std::printf("{\"seconds\": %.6f, \"cpu_seconds\": %.6f, \"sum\": %.17g}\n", timer.wall(),
              timer.cpu(), sum);
}

/// T = 10, 1000 steps, 19 branch times 10, 9.5, ..., 1.
sde::CloningPlan figure_2(std::size_t clones) {
  sde::CloningPlan plan;
  plan.times = {10.0, 1000};
  for (int i = 0; i < 19; ++i) plan.branch_steps.push_back(plan.times.nearest_step(10.0 - 0.5 * i));
  plan.clones = clones;
  return plan;
}

double sum_of(const std::vector<float>& values) {
  double sum = 0;
  for (const float value : values) sum += value > 0 ? 1 : 0;
  return sum;
}

void time_cloning(bool full, std::size_t trials, std::size_t clones,
                  const std::vector<double>& dimensions) {
  const sde::CloningPlan plan = figure_2(clones);
  std::vector<theory::TwoClusters> clusters;
  for (const double d : dimensions) clusters.push_back({d, 1.0, 1.0});
  constexpr std::size_t batch = 2048;
  double sum = 0;
  const Stopwatch timer;
  for (std::size_t first = 0; first < trials; first += batch) {
    const std::size_t now = std::min(batch, trials - first);
    const RandomStream noise(1, "bench");
    sum += sum_of(full ? sde::run_full(clusters.front(), plan, noise, first, now).ends
                       : sde::run_projected(clusters, plan, noise, first, now).ends);
  }
  print(timer, sum);
}

/// As many blocks of normals as the runs draw.
void time_normals(std::size_t trials, std::size_t clones) {
  const sde::CloningPlan plan = figure_2(clones);
  const RandomStream noise(1, "bench");
  constexpr std::size_t lanes = 64;
  std::vector<float> out;
  double sum = 0;
  const Stopwatch timer;
  for (std::size_t first = 0; first < trials; first += lanes)
    for (int step = 0; step < plan.times.steps; ++step) {
      out.resize((plan.open_paths(step) + 3) / 4 * 4 * lanes);
      noise.fill_normals_across_trials<float>(first, lanes, static_cast<std::uint32_t>(step), 0,
                                              out);
      sum += out[0];
    }
  print(timer, sum);
}

std::vector<double> times_up_to(double last, std::size_t count) {
  std::vector<double> times;
  for (std::size_t i = 0; i < count; ++i)
    times.push_back(last * static_cast<double>(i + 1) / static_cast<double>(count));
  return times;
}

void time_energies(std::size_t evaluations, std::size_t points, double dimension,
                   std::size_t times) {
  const theory::TwoClusters clusters{dimension, 1.0, 1.0};
  std::vector<double> ratios;
  for (const double t : times_up_to(8.0, times))
    ratios.push_back(theory::memory_ratio(clusters, t));
  const sde::ClusterEnergies energies(clusters, points, RandomStream(1, "bench"));
  sde::EnergySample sample;
  double sum = 0;
  const Stopwatch timer;
  for (std::size_t e = 0; e < evaluations; ++e) {
    energies.draw(e, sample);
    for (const double surprise : cloud::surprises(sample.half_distances, sample.overlaps, ratios))
      sum += surprise;
  }
  print(timer, sum);
}

void time_finite(double points, double dimension, std::size_t times) {
  const theory::TwoClusters clusters{dimension, 1.0, 1.0};
  double sum = 0;
  const Stopwatch timer;
  for (const double t : times_up_to(8.0, times))
    sum += theory::finite_collapse(clusters, std::log(points), t).true_weight;
  print(timer, sum);
}

}  // namespace
}  // namespace syncgap

int main(int argc, char** argv) {
  using namespace syncgap;
  const std::string what = argc > 1 ? argv[1] : "";
  std::vector<double> numbers;
  for (int i = 2; i < argc; ++i) numbers.push_back(std::stod(argv[i]));
  const auto count = [&](std::size_t i) { return static_cast<std::size_t>(numbers[i]); };
  if ((what == "cloning" || what == "full") && numbers.size() >= 3) {
    time_cloning(what == "full", count(0), count(1), {numbers.begin() + 2, numbers.end()});
  } else if (what == "normals" && numbers.size() == 2) {
    time_normals(count(0), count(1));
  } else if (what == "energies" && numbers.size() == 4) {
    time_energies(count(0), count(1), numbers[2], count(3));
  } else if (what == "finite" && numbers.size() == 3) {
    time_finite(numbers[0], numbers[1], count(2));
  } else {
    std::fprintf(stderr, "usage: see the head of mixture_timer.cc\n");
    return 2;
  }
  return 0;
}
