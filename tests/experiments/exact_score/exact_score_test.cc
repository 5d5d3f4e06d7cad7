#include "experiments/exact_score/exact_score.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/exact_score/metrics.h"
#include "experiments/run_job.h"
#include "simd_targets.h"

namespace syncgap::experiments {
namespace {

using ::testing::HasSubstr;

const std::string kJob = "[experiment]\nname = \"exact_score\"\n";
const std::vector<std::string> kMetrics = {"accuracy", "mse", "nll"};

/// Cells (score, schedule, g) of one method in a record with 3 scores, 3 schedules and `strengths`
/// g.
std::size_t cell(std::size_t score, std::size_t schedule, std::size_t g,
                 std::size_t strengths = 3) {
  return (score * 3 + schedule) * strengths + g;
}
enum Score : std::size_t { printed, path, joint };
enum Schedule : std::size_t { constant, late, early };

TEST(ExactScore, FillsEveryObservableOfEveryJob) {
  for (const char* file :
       {"quickstart.toml", "multimodal_figures12to14.toml", "exact_score_oracle.toml"}) {
    SCOPED_TRACE(file);
    const RanJob job = RanJob::from_file(
        file, "smoke", {"experiment.trials=40", "experiment.steps=60", "axes.theta=[0.0, 2.0]"});
    expect_complete(job);
  }
}

// Every cell of the reduction to the plane against the simulation of all coordinates, which has its
// own random numbers.
TEST(ExactScore, PlaneAgreesWithFullOnEveryCell) {
  const RanJob job = RanJob::from_text(
      kJob +
      "trials = 1500\nsteps = 200\ndimension = 12\n[axes]\nmethod = [\"plane\", \"full\"]\n"
      "theta = { linspace = [0.0, 1.0, 4], unit = \"pi\" }\nseed = [3]\n");
  const std::size_t cells = 27;
  for (std::size_t unit = 0; unit < job.size(); ++unit) {
    for (const std::string& metric : kMetrics) {
      for (const std::string& name : {metric, "delta_" + metric, "baseline_" + metric}) {
        const auto value = job.values(name, unit), error = job.values(name + "_error", unit);
        const std::size_t per_method = value.size() / 2;
        EXPECT_TRUE(per_method == cells || per_method == 3);
        for (std::size_t i = 0; i < per_method; ++i)
          EXPECT_NEAR(value[i], value[per_method + i],
                      4 * std::hypot(error[i], error[per_method + i]) + 1e-12)
              << name << " " << i << " in unit " << unit;
      }
    }
    const auto sampled = job.values("terminal_variance", unit);
    const auto error = job.values("terminal_variance_error", unit);
    const auto exact = job.values("terminal_variance_exact", unit);
    for (std::size_t i = 0; i < cells; ++i) {
      EXPECT_TRUE(std::isnan(sampled[i]));
      EXPECT_NEAR(sampled[cells + i], exact[i], 4 * error[cells + i]);
    }
  }
}

TEST(ExactScore, ExactScoresFeelNoCouplingAndArePerfect) {
  const RanJob job =
      RanJob::from_text(kJob +
                        "trials = 4000\n[axes]\nscore = [\"printed\", \"path\", \"joint\"]\n"
                        "theta = { linspace = [0.0, 1.0, 3], unit = \"pi\" }\n");
  for (std::size_t unit = 0; unit < job.size(); ++unit) {
    for (const std::string& metric : kMetrics) {
      const auto delta = job.values("delta_" + metric, unit);
      const auto delta_error = job.values("delta_" + metric + "_error", unit);
      // What is left of the discretisation in the difference: below one part in a thousand.
      for (std::size_t i = cell(path, constant, 0); i < 27; ++i)
        EXPECT_NEAR(delta[i], 0, 4 * delta_error[i] + 1e-3) << metric << " " << i;
      for (const std::size_t score : {path, joint}) {
        const double step_error = metric == "nll" ? 0.03 : 0.002;
        EXPECT_NEAR(job.value("baseline_" + metric, unit, score),
                    job.value("perfect_" + metric, unit),
                    4 * job.value("baseline_" + metric + "_error", unit, score) + step_error)
            << metric << " " << score;
      }
      // The printed score is not: uncoupled and aligned or not, it is many errors away.
      EXPECT_GT(std::abs(job.value("baseline_" + metric, unit, printed) -
                         job.value("perfect_" + metric, unit)),
                20 * job.value("baseline_" + metric + "_error", unit, printed));
    }
  }
  EXPECT_NEAR(job.value("perfect_accuracy", 0), 0.99533, 5e-6);
  EXPECT_NEAR(job.value("perfect_mse", 0), 1.03742, 5e-6);
  EXPECT_NEAR(job.value("perfect_nll", 0), 45.41255, 5e-6);
}

// The statements of appendix C as the paper lists them, which hold at m = 1/2, t_0 = 0.35.
TEST(ExactScore, PrintedScoreReproducesTheStatementsOfThePaper) {
  const RanJob job = RanJob::from_text(kJob +
                                       "trials = 8000\n[axes]\nscore = [\"printed\"]\n"
                                       "theta = { linspace = [0.0, 1.0, 7], unit = \"pi\" }\n");
  const auto delta = [&](const std::string& metric, std::size_t unit, Schedule schedule,
                         std::size_t g) {
    return job.value("delta_" + metric, unit, cell(printed, schedule, g));
  };
  const std::size_t aligned = 0, right_angle = 3, two_thirds = 4, opposed = 6;
  for (std::size_t g = 0; g < 3; ++g) {
    // Constant coupling does most harm where the modalities are aligned, late coupling least.
    EXPECT_LT(delta("accuracy", aligned, constant, g), delta("accuracy", aligned, early, g));
    EXPECT_LT(delta("accuracy", aligned, early, g), delta("accuracy", aligned, late, g));
    EXPECT_LT(delta("accuracy", aligned, late, g), 0);
    EXPECT_GT(delta("mse", aligned, constant, g), delta("mse", aligned, early, g));
    EXPECT_GT(delta("mse", aligned, early, g), delta("mse", aligned, late, g));
    EXPECT_GT(delta("mse", aligned, late, g), 0);
    for (const Schedule schedule : {constant, late, early}) {
      EXPECT_GT(delta("accuracy", opposed, schedule, g), 0.01);
      EXPECT_LT(delta("mse", opposed, schedule, g), -0.2);
    }
    // The effect changes sign between pi/2 and 2 pi/3.
    EXPECT_LT(delta("accuracy", right_angle, constant, g), 0);
    EXPECT_GT(delta("accuracy", two_thirds, constant, g), 0);
    EXPECT_GT(delta("mse", right_angle, constant, g), 0);
    EXPECT_LT(delta("mse", two_thirds, constant, g), 0.05);
  }
  // Strong coupling worsens the likelihood at every angle, weak coupling improves it when opposed.
  for (std::size_t unit = 0; unit < job.size(); ++unit)
    for (const Schedule schedule : {constant, early}) EXPECT_GT(delta("nll", unit, schedule, 2), 0);
  EXPECT_LT(delta("nll", opposed, late, 1), 0);
  for (const Schedule schedule : {constant, late, early})
    EXPECT_LT(delta("nll", opposed, schedule, 0), 0);
}

TEST(ExactScore, TerminalVarianceHasItsClosedLimits) {
  const RanJob job = RanJob::from_text(kJob + "trials = 2\n[axes]\ntheta = [0.0]\n");
  const double wanted[] = {1.0063, 1.0409, 1.1834};
  for (std::size_t g = 0; g < 3; ++g)
    EXPECT_NEAR(job.value("terminal_variance_limit", 0, cell(printed, constant, g)), wanted[g],
                5e-5);
  for (const std::size_t score : {path, joint})
    for (std::size_t g = 0; g < 3; ++g)
      EXPECT_NEAR(job.value("terminal_variance_limit", 0, cell(score, late, g)), 1, 1e-6);
}

TEST(ExactScore, FollowsTheClassesThroughTime) {
  const RanJob job = RanJob::from_text(
      kJob + "trials = 1000\n[axes]\ntheta = [0.0]\ntime = [0.0, 0.3, 1.0, 2.0]\n");
  const auto agreement = job.values("agreement", 0), commitment = job.values("commitment", 0);
  const auto accuracy = job.values("accuracy", 0);
  for (std::size_t i = 0; i < 27; ++i) {
    EXPECT_DOUBLE_EQ(agreement[4 * i], accuracy[i]);  // at t = 0 agreement is the accuracy
    EXPECT_EQ(commitment[4 * i], 1.0);
    for (std::size_t t = 0; t < 3; ++t) EXPECT_GE(commitment[4 * i + t], commitment[4 * i + t + 1]);
  }
  const auto baseline = job.values("baseline_commitment", 0);
  EXPECT_EQ(baseline.size(), 12u);
  EXPECT_GT(baseline[4 * joint + 1], 0.97);
}

TEST(ExactScore, ANumberDoesNotDependOnWhatElseTheJobAsksFor) {
  const std::string common = kJob + "trials = 100\nsteps = 80\n";
  const RanJob wide = RanJob::from_text(common +
                                        "[axes]\ntheta = [0.5, 1.0]\nseed = [0, 4]\n"
                                        "method = [\"full\", \"plane\"]\n");
  const RanJob narrow = RanJob::from_text(
      common +
      "[axes]\ntheta = [1.0]\nseed = [4]\nscore = [\"joint\"]\nschedule = [\"late\"]\n"
      "g = [0.5]\ntime = [1.0]\n");
  for (const std::string& metric : kMetrics) {
    EXPECT_EQ(narrow.value("delta_" + metric, 0),
              wide.value("delta_" + metric, 3, 27 + cell(joint, late, 1)));
    EXPECT_EQ(narrow.value("baseline_" + metric + "_error", 0),
              wide.value("baseline_" + metric + "_error", 3, 3 + joint));
    EXPECT_NE(wide.value("baseline_" + metric, 2, 3), wide.value("baseline_" + metric, 3, 3));
  }
}

TEST(ExactScore, IsTheSameToTheLastBitOnEveryInstructionSet) {
  std::vector<std::vector<double>> seen;
  for (const auto& target : runnable_simd_targets()) {
    const UseSimdTarget use(target.bit);
    const RanJob job =
        RanJob::from_text(kJob +
                          "trials = 90\nsteps = 50\ndimension = 6\n[axes]\ntheta = [1.0]\n"
                          "method = [\"plane\", \"full\"]\n");
    std::vector<double>& all = seen.emplace_back();
    for (const Observable& observable : job.observables())
      for (const double value : job.values(observable.name, 0))
        all.push_back(std::isnan(value) ? -1 : value);
    EXPECT_EQ(all, seen.front()) << target.name;
  }
}

TEST(ExactScore, WorksAtAnyDimensionInThePlane) {
  // Class means of the same length 3 have the same signal plane at any dimension, and each of the
  // others adds the same number to the likelihood: exact but for rounding.
  const auto nll_at = [](double dimension) {
    const RanJob job = RanJob::from_text(
        concat(kJob, "trials = 200\nsteps = 100\ndimension = ", dimension,
               "\nmean_amplitude = ", 3 / std::sqrt(dimension), "\n[axes]\ntheta = [1.0]\n"));
    expect_complete(job);
    return job.value("nll", 0, cell(path, constant, 0));
  };
  const double plane = nll_at(2), of_each = (nll_at(32) - plane) / 30;
  const double extrapolated = plane + (1e6 - 2) * of_each;
  EXPECT_NEAR(nll_at(1e6), extrapolated, 1e-10 * extrapolated);
}

TEST(ExactScore, RefusesWhatMakesNoSense) {
  EXPECT_THAT(refusal(kJob + "steps = 1\n"), HasSubstr("unstable"));
  EXPECT_THAT(refusal(kJob + "[axes]\ntime = [0.0, 2.5]\n"), HasSubstr("axes.time"));
  EXPECT_THAT(refusal(kJob + "dimension = 100000000\n[axes]\nmethod = [\"full\"]\n"),
              HasSubstr("method plane"));
  EXPECT_THAT(refusal(kJob + "trials = 1\n"), HasSubstr("trials"));
  EXPECT_THAT(refusal(kJob + "[axes]\nscore = [\"exact\"]\n"), HasSubstr("score"));
  EXPECT_THAT(refusal(kJob + "noise_variance = -2.0\n"), HasSubstr("noise_variance"));
}

// ---- metrics of single trials ------------------------------------------------------------------

TEST(TrialMetrics, AreTheFormulasOfThePaper) {
  const sde::TwoClassData data{5, 0.7, 1.4, 2.1};
  const theory::CoupledProcess process{1, 2, theory::CouplingKind::triangular};
  const sde::ReverseProblem problem(
      process, data.variance, {2.0, 40},
      {{sde::ScoreKind::joint, theory::CouplingSchedule::constant(0.5)}});
  sde::ReverseSampler sampler(problem, data, sde::Space::full,
                              sde::ReverseStreams(1, 0, sde::Space::full));
  sampler.run(0, 16, {}, [&](const sde::BlockView& view) {
    const TrialMetrics metrics = measure_trials(view, 0, data);
    const auto x = view.source(0), y = view.target(0);
    const auto outside = view.target_outside(0);
    const double m = data.mean_norm(), s2 = data.variance;
    for (std::size_t i = 0; i < 16; ++i) {
      const double mean_u = m * std::cos(data.angle), mean_v = m * std::sin(data.angle);
      const double side = x.u[i] > 0 ? 1 : -1;
      const double along = mean_u * y.u[i] + mean_v * y.v[i];
      EXPECT_EQ(metrics.accuracy[i], side * along > 0 ? 1 : 0);
      const auto distance2 = [&](double sign) {
        return std::pow(y.u[i] - sign * mean_u, 2) + std::pow(y.v[i] - sign * mean_v, 2);
      };
      EXPECT_NEAR(metrics.mse[i], 0.5 * distance2(side), 1e-12);
      const double p = 1 / (1 + std::exp(-2 * m * x.u[i] / s2));
      const double density =
          p * std::exp(-distance2(1) / (2 * s2)) + (1 - p) * std::exp(-distance2(-1) / (2 * s2));
      EXPECT_NEAR(
          metrics.nll[i],
          -std::log(density) + outside[i] / (2 * s2) + 2.5 * std::log(2 * std::numbers::pi * s2),
          1e-10);
      EXPECT_DOUBLE_EQ(metrics.outside[i], outside[i] / 3);
    }
  });
}

TEST(ClassHistory, CountsOverBlocksOfAnyLength) {
  ClassHistory history(1, 2);
  history.remember(0, 0, 0b1010);
  history.remember(0, 1, 0b1111);
  history.finish(0, 4, /*x_sides=*/0b1000, /*y_sides=*/0b1010);
  EXPECT_DOUBLE_EQ(history.agreement(0, 0), 3.0 / 4);
  EXPECT_DOUBLE_EQ(history.commitment(0, 0), 1.0);
  EXPECT_DOUBLE_EQ(history.agreement(0, 1), 1.0 / 4);
  history.remember(0, 0, ~std::uint64_t{0});
  history.finish(0, 64, ~std::uint64_t{0}, 0);
  EXPECT_DOUBLE_EQ(history.agreement(0, 0), 67.0 / 68);
  EXPECT_DOUBLE_EQ(history.commitment(0, 0), 4.0 / 68);
}

}  // namespace
}  // namespace syncgap::experiments
