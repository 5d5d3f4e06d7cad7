// Runs one unit of exact_score and prints, as JSON, how long it took and what it found; or times
// the random numbers the unit needs. The other half of bench_exact_score.py.
//
//   exact_score_timer run METHOD SCORE TRIALS ANGLE
//   exact_score_timer normals METHOD SCORE TRIALS
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "core/job.h"
#include "core/random.h"
#include "experiments/experiment.h"
#include "stopwatch.h"

namespace syncgap {
namespace {

constexpr std::size_t kSteps = 800, kDimension = 32;

void run(const std::string& method, const std::string& score, const std::string& trials,
         const std::string& angle) {
  const Job job =
      parse_job("[experiment]\nname = \"exact_score\"\ntrials = " + trials + "\n[axes]\ntheta = [" +
                    angle + "]\nmethod = [\"" + method + "\"]\nscore = [\"" + score + "\"]\n",
                "bench", "", {});
  const auto experiment = experiments::make_experiment(job.experiment, "bench");
  apply_options(job, experiment->options());
  const Grid grid = make_grid(job, experiment->axes());
  const auto prepared = experiment->prepare(grid);
  const ResultLayout layout(grid, experiment->observables());
  Results results(layout);
  experiments::RunContext context;
  context.sweep_seed = 1;
  const Stopwatch timer;
  prepared->run(Unit(grid, 0), results, context);
  std::printf("{\"seconds\": %.6f, \"cpu_seconds\": %.6f, \"cells\": [", timer.wall(), timer.cpu());
  const auto& schedules = std::get<std::vector<std::string>>(grid.axis("schedule").values);
  const auto& strengths = std::get<std::vector<double>>(grid.axis("g").values);
  const auto print_cell = [&](const char* schedule, double g, const std::string& prefix,
                              std::size_t at) {
    std::printf("{\"schedule\": \"%s\", \"g\": %g", schedule, g);
    for (const std::string name : {"accuracy", "mse", "nll"})
      std::printf(", \"%s\": %.17g, \"%s_error\": %.17g", name.c_str(),
                  results.values(prefix + name)[at], name.c_str(),
                  results.values(prefix + name + "_error")[at]);
    std::printf("}");
  };
  print_cell("baseline", 0, "baseline_", 0);
  for (std::size_t s = 0; s < schedules.size(); ++s)
    for (std::size_t g = 0; g < strengths.size(); ++g) {
      std::printf(", ");
      print_cell(schedules[s].c_str(), strengths[g], "", s * strengths.size() + g);
    }
  std::printf("]}\n");
}

void normals(const std::string& method, const std::string& score, std::size_t trials) {
  const std::size_t components = method == "plane" ? 2 : kDimension;
  const std::size_t lanes = method == "plane" ? 64 : 16;
  // The reverse noise comes in blocks of four components: in the plane Y and X share one.
  const std::size_t rows = score == "joint" || method == "plane" ? 2 * components : components;
  const RandomStream stream(1, "bench");
  std::vector<float> out(rows * lanes), path(components * lanes);
  std::size_t count = 0;
  double sum = 0;
  const Stopwatch timer;
  for (std::size_t first = 0; first < trials; first += lanes)
    for (std::uint32_t k = 0; k < kSteps; ++k) {
      stream.fill_normals_across_trials<float>(first, lanes, k, 0, out);
      sum += out[0];
      // The forward path needs `components` a step, packed without waste.
      if (components % 4 == 0) {
        stream.fill_normals_across_trials<float>(first, lanes, k, 1024, path);
      } else if (k % 2 == 0) {
        stream.fill_normals_across_trials<float>(first, lanes, k, 1024, out);
      }
      sum += path[0];
      count += (rows + components) * lanes;
    }
  std::printf("{\"seconds\": %.6f, \"cpu_seconds\": %.6f, \"normals\": %zu, \"sum\": %g}\n",
              timer.wall(), timer.cpu(), count, sum);
}

}  // namespace
}  // namespace syncgap

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 5 && words[0] == "run") {
    syncgap::run(words[1], words[2], words[3], words[4]);
  } else if (words.size() == 4 && words[0] == "normals") {
    syncgap::normals(words[1], words[2], std::stoul(words[3]));
  } else {
    std::fprintf(stderr,
                 "usage: exact_score_timer run METHOD SCORE TRIALS ANGLE\n"
                 "       exact_score_timer normals METHOD SCORE TRIALS\n");
    return 2;
  }
  return 0;
}
