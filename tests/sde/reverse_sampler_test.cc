#include "sde/reverse_sampler.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "sde/orthogonal_variance.h"
#include "sde/reverse_reference.h"
#include "simd_targets.h"

namespace syncgap::sde {
namespace {

using theory::CouplingSchedule;

const theory::CoupledProcess kProcess{1.0, 2.0, theory::CouplingKind::triangular};
constexpr double kPi = std::numbers::pi;

std::vector<Sampler> all_kinds() {
  std::vector<Sampler> samplers;
  // In mixed order, so that nothing can rely on groups.
  for (const auto& coupling :
       {CouplingSchedule::constant(0.0), CouplingSchedule::constant(1.0),
        CouplingSchedule::late(0.7, 0.35), CouplingSchedule::early(-0.5, 0.35),
        CouplingSchedule::linear(1.2, 0.0, 1.5)})
    for (const auto score : {ScoreKind::joint, ScoreKind::printed, ScoreKind::path})
      samplers.push_back({score, coupling});
  return samplers;
}

/// Everything an observer can see, flattened: (observation, sampler, x_u x_v y_u y_v outside,
/// trial).
std::vector<double> record_run(const ReverseProblem& problem, const TwoClassData& data, Space space,
                               std::uint64_t first, std::size_t trials,
                               std::vector<std::size_t> steps = {}) {
  std::vector<double> all;
  ReverseSampler sampler(problem, data, space, ReverseStreams(7, 0, space));
  sampler.run(first, trials, steps, [&](const BlockView& view) {
    for (std::size_t s = 0; s < problem.samplers().size(); ++s) {
      const auto x = view.source(s), y = view.target(s);
      for (const auto* values : {&x.u, &x.v, &y.u, &y.v})
        all.insert(all.end(), values->begin(), values->end());
      const auto outside = view.target_outside(s);
      all.insert(all.end(), outside.begin(), outside.end());
    }
  });
  return all;
}

struct Geometry {
  Space space;
  std::size_t dimension;
  double angle;
};

class AgainstReference : public ::testing::TestWithParam<Geometry> {};

// Float kernels on tables against double vectors and sums over classes: nothing in common but the
// random numbers.
TEST_P(AgainstReference, EveryTrialOfEverySamplerIsTheSame) {
  const auto [space, dimension, angle] = GetParam();
  const TwoClassData data{dimension, 0.6, 1.3, angle};
  const TimeGrid grid{2.0, 150};  // not a multiple of the segment
  const ReverseProblem problem(kProcess, data.variance, grid, all_kinds());
  const ReverseStreams streams(7, 3, space);
  const testing::ReferenceTrial reference(kProcess, grid, data, space);
  const SignalBasis basis(space, dimension);
  const std::uint64_t first = 1000;
  const std::size_t trials = 5;
  ReverseSampler sampler(problem, data, space, streams);
  std::size_t calls = 0;
  sampler.run(first, trials, {}, [&](const BlockView& view) {
    ++calls;
    EXPECT_EQ(view.step(), 0u);
    EXPECT_EQ(view.trials(), trials);
    for (std::size_t s = 0; s < problem.samplers().size(); ++s) {
      const auto x = view.source(s), y = view.target(s);
      const auto outside = view.target_outside(s);
      for (std::size_t i = 0; i < trials; ++i) {
        const auto wanted = reference.run(problem.samplers()[s], streams, first + i);
        double along[4] = {}, square = 0;
        for (Eigen::Index c = 0; c < wanted.x.size(); ++c) {
          const double u = basis.u[static_cast<std::size_t>(c)];
          const double v = basis.v[static_cast<std::size_t>(c)];
          along[0] += u * wanted.x[c];
          along[1] += v * wanted.x[c];
          along[2] += u * wanted.y[c];
          along[3] += v * wanted.y[c];
          square += wanted.y[c] * wanted.y[c];
        }
        EXPECT_NEAR(x.u[i], along[0], 1e-4) << s << " " << i;
        EXPECT_NEAR(x.v[i], along[1], 1e-4) << s << " " << i;
        EXPECT_NEAR(y.u[i], along[2], 1e-4) << s << " " << i;
        EXPECT_NEAR(y.v[i], along[3], 1e-4) << s << " " << i;
        if (space == Space::full) {
          EXPECT_NEAR(outside[i], square - along[2] * along[2] - along[3] * along[3], 1e-3);
        }
      }
    }
  });
  EXPECT_EQ(calls, 1u);
}

INSTANTIATE_TEST_SUITE_P(Geometries, AgainstReference,
                         ::testing::Values(Geometry{Space::plane, 32, 0.0},
                                           Geometry{Space::plane, 8, 2.0},
                                           Geometry{Space::full, 2, 2.0},
                                           Geometry{Space::full, 7, 1.0},
                                           Geometry{Space::full, 32, kPi}));

TEST(SignalBasis, IsOrthonormalInAnyDimension) {
  for (const std::size_t dimension : {2u, 3u, 5u, 32u, 33u}) {
    const SignalBasis basis(Space::full, dimension);
    double uu = 0, uv = 0, vv = 0;
    for (std::size_t c = 0; c < dimension; ++c) {
      uu += static_cast<double>(basis.u[c]) * basis.u[c];
      uv += static_cast<double>(basis.u[c]) * basis.v[c];
      vv += static_cast<double>(basis.v[c]) * basis.v[c];
    }
    EXPECT_NEAR(uu, 1, 1e-6);
    EXPECT_NEAR(vv, 1, 1e-6);
    EXPECT_NEAR(uv, 0, 1e-6);
  }
}

TEST(ReverseSampler, GivesTheSameBitsOnEveryInstructionSet) {
  const ReverseProblem problem(kProcess, 1.0, {2.0, 70}, all_kinds());
  for (const Space space : {Space::plane, Space::full}) {
    const TwoClassData data{5, 0.8, 1.0, 1.1};
    std::map<std::string, std::vector<double>> seen;
    for (const auto& target : runnable_simd_targets()) {
      const UseSimdTarget use(target.bit);
      seen[target.name] = record_run(problem, data, space, 5, 70, {40, 11});
    }
    for (const auto& [name, values] : seen) EXPECT_EQ(values, seen.begin()->second) << name;
  }
}

TEST(ReverseSampler, DoesNotDependOnHowTrialsAreDivided) {
  const ReverseProblem problem(kProcess, 1.0, {2.0, 40},
                               {{ScoreKind::joint, CouplingSchedule::constant(0.5)}});
  const TwoClassData data{4, 0.8, 1.0, 1.1};
  const auto column = [&](const std::vector<double>& values, std::size_t trials) {
    return std::vector<double>(values.begin() + static_cast<std::ptrdiff_t>(2 * trials),
                               values.begin() + static_cast<std::ptrdiff_t>(3 * trials));  // y_u
  };
  const auto whole = column(record_run(problem, data, Space::plane, 0, 60), 60);
  auto parts = column(record_run(problem, data, Space::plane, 0, 23), 23);
  const auto rest = column(record_run(problem, data, Space::plane, 23, 37), 37);
  parts.insert(parts.end(), rest.begin(), rest.end());
  EXPECT_EQ(parts, whole);
}

TEST(ReverseSampler, SharesItsNoiseAmongSamplersAndAngles) {
  // A sampler's numbers do not change with the company it runs in, and X does not know the angle.
  const Sampler joint{ScoreKind::joint, CouplingSchedule::constant(0.5)};
  const Sampler path{ScoreKind::path, CouplingSchedule::late(0.5, 0.35)};
  const ReverseProblem both(kProcess, 1.0, {2.0, 40}, {joint, path});
  const ReverseProblem alone(kProcess, 1.0, {2.0, 40}, {path});
  const auto together = record_run(both, {4, 0.8, 1.0, 1.1}, Space::plane, 0, 64);
  const auto single = record_run(alone, {4, 0.8, 1.0, 1.1}, Space::plane, 0, 64);
  EXPECT_TRUE(std::equal(single.begin(), single.end(), together.begin() + 4 * 64));
  const auto turned = record_run(alone, {4, 0.8, 1.0, 2.1}, Space::plane, 0, 64);
  EXPECT_TRUE(std::equal(single.begin(), single.begin() + 128, turned.begin()));       // x_0
  EXPECT_FALSE(std::equal(single.begin() + 128, single.end(), turned.begin() + 128));  // y_0
}

TEST(ReverseSampler, ObservesTheStepsAskedFor) {
  const ReverseProblem problem(kProcess, 1.0, {2.0, 100},
                               {{ScoreKind::path, CouplingSchedule::constant(0.5)}});
  ReverseSampler sampler(problem, {4, 0.8, 1.0, 1.1}, Space::plane,
                         ReverseStreams(7, 0, Space::plane));
  std::vector<std::size_t> seen;
  const std::vector<std::size_t> steps = {100, 96, 95, 64, 33, 32, 1};
  sampler.run(0, 3, steps, [&](const BlockView& view) { seen.push_back(view.step()); });
  EXPECT_EQ(seen, (std::vector<std::size_t>{100, 96, 95, 64, 33, 32, 1, 0}));
  // Looking does not disturb.
  EXPECT_EQ(record_run(problem, {4, 0.8, 1.0, 1.1}, Space::plane, 0, 3).back(),
            record_run(problem, {4, 0.8, 1.0, 1.1}, Space::plane, 0, 3, steps).back());
}

// ---- the law of what is generated --------------------------------------------------------------

double mean(const std::vector<double>& x) {
  double sum = 0;
  for (const double value : x) sum += value;
  return sum / static_cast<double>(x.size());
}

double standard_error(const std::vector<double>& x) {
  const double centre = mean(x);
  double sum = 0;
  for (const double value : x) sum += (value - centre) * (value - centre);
  return std::sqrt(sum / static_cast<double>(x.size() - 1) / static_cast<double>(x.size()));
}

TEST(ReverseSampler, StartsFromTheExactLaw) {
  const ReverseProblem problem(kProcess, 1.0, {2.0, 64}, all_kinds());
  const TwoClassData data{8, 0.8, 1.0, 1.1};
  const std::size_t trials = 20000;
  std::vector<std::vector<double>> xx(problem.samplers().size()), xy = xx, yy = xx, y = xx;
  ReverseSampler sampler(problem, data, Space::plane, ReverseStreams(7, 0, Space::plane));
  const std::vector<std::size_t> last = {64};
  sampler.run(0, trials, last, [&](const BlockView& view) {
    if (view.step() == 0) return;
    for (std::size_t s = 0; s < xx.size(); ++s) {
      const auto x_s = view.source(s), y_s = view.target(s);
      for (std::size_t i = 0; i < view.trials(); ++i) {
        xx[s].push_back(x_s.u[i] * x_s.u[i]);
        xy[s].push_back(x_s.u[i] * y_s.u[i]);
        yy[s].push_back(y_s.v[i] * y_s.v[i]);
        y[s].push_back(y_s.u[i]);
      }
    }
  });
  const double norm = data.mean_norm();
  for (std::size_t s = 0; s < xx.size(); ++s) {
    const auto& at = problem.moment(s, 64);
    const Eigen::Vector2d u = at.propagator * Eigen::Vector2d(norm, norm * std::cos(data.angle));
    const Eigen::Vector2d v = at.propagator * Eigen::Vector2d(0, norm * std::sin(data.angle));
    EXPECT_NEAR(mean(xx[s]), at.covariance(0, 0) + u[0] * u[0], 4 * standard_error(xx[s]));
    EXPECT_NEAR(mean(xy[s]), at.covariance(0, 1) + u[0] * u[1], 4 * standard_error(xy[s]) + 1e-3);
    EXPECT_NEAR(mean(yy[s]), at.covariance(1, 1) + v[1] * v[1], 4 * standard_error(yy[s]) + 1e-3);
    EXPECT_NEAR(mean(y[s]), 0, 4 * standard_error(y[s]));
  }
}

TEST(ReverseSampler, ExactScoresEndInTheLawOfTheData) {
  const ReverseProblem problem(kProcess, 1.0, {2.0, 400},
                               {{ScoreKind::path, CouplingSchedule::constant(1.0)},
                                {ScoreKind::joint, CouplingSchedule::constant(1.0)},
                                {ScoreKind::path, CouplingSchedule::early(0.5, 0.35)},
                                {ScoreKind::joint, CouplingSchedule::late(0.5, 0.35)}});
  const TwoClassData data{32, 0.25, 1.0, 2.0};
  std::vector<std::vector<double>> product(4), square(4);
  ReverseSampler sampler(problem, data, Space::plane, ReverseStreams(8, 0, Space::plane));
  sampler.run(0, 20000, {}, [&](const BlockView& view) {
    for (std::size_t s = 0; s < 4; ++s) {
      const auto x = view.source(s), y = view.target(s);
      for (std::size_t i = 0; i < view.trials(); ++i) {
        product[s].push_back(x.u[i] * y.u[i]);
        square[s].push_back(y.v[i] * y.v[i]);
      }
    }
  });
  const double m2 = data.mean_norm() * data.mean_norm(), c = std::cos(data.angle);
  const double step_error = 0.01;  // of Euler-Maruyama at h = 0.005
  for (std::size_t s = 0; s < 4; ++s) {
    EXPECT_NEAR(mean(product[s]), m2 * c, 4 * standard_error(product[s]) + step_error) << s;
    EXPECT_NEAR(mean(square[s]), 1 + m2 * (1 - c * c), 4 * standard_error(square[s]) + step_error)
        << s;
  }
}

// Corrections E0.22 (ii): in the aligned, uncoupled case the printed score already loses 5% at m =
// 1, and 31% at g = 1; the exact ones lose nothing.
TEST(ReverseSampler, PrintedScoreLosesTheAgreementTheNotesSay) {
  const ReverseProblem problem(kProcess, 1.0, {2.0, 800},
                               {{ScoreKind::printed, CouplingSchedule::constant(0.0)},
                                {ScoreKind::printed, CouplingSchedule::constant(1.0)},
                                {ScoreKind::path, CouplingSchedule::constant(1.0)},
                                {ScoreKind::joint, CouplingSchedule::constant(1.0)}});
  const TwoClassData data{32, 1.0, 1.0, 0.0};
  std::vector<std::vector<double>> agree(4);
  ReverseSampler sampler(problem, data, Space::plane, ReverseStreams(9, 0, Space::plane));
  sampler.run(0, 8000, {}, [&](const BlockView& view) {
    for (std::size_t s = 0; s < 4; ++s) {
      const auto x = view.source(s), y = view.target(s);
      for (std::size_t i = 0; i < view.trials(); ++i)
        agree[s].push_back(x.u[i] * y.u[i] > 0 ? 1 : 0);
    }
  });
  EXPECT_NEAR(mean(agree[0]), 0.950, 4 * standard_error(agree[0]) + 0.001);
  EXPECT_NEAR(mean(agree[1]), 0.69, 4 * standard_error(agree[1]) + 0.01);
  EXPECT_GT(mean(agree[2]), 0.9995);
  EXPECT_GT(mean(agree[3]), 0.9995);
}

TEST(OrthogonalVariance, IsWhatTheFullSimulationShows) {
  const ReverseProblem problem(kProcess, 1.2, {2.0, 50}, all_kinds());
  const TwoClassData data{18, 0.5, 1.2, 1.0};
  std::vector<std::vector<double>> square(problem.samplers().size());
  ReverseSampler sampler(problem, data, Space::full, ReverseStreams(10, 0, Space::full));
  sampler.run(0, 4000, {}, [&](const BlockView& view) {
    for (std::size_t s = 0; s < square.size(); ++s) {
      const auto outside = view.target_outside(s);
      square[s].insert(square[s].end(), outside.begin(), outside.end());
    }
  });
  for (std::size_t s = 0; s < square.size(); ++s)
    EXPECT_NEAR(mean(square[s]) / 16, orthogonal_variance(problem, s),
                4 * standard_error(square[s]) / 16)
        << s;
}

TEST(OrthogonalVariance, HasTheLimitsOfTheNotes) {
  const auto limit = [](ScoreKind score, const CouplingSchedule& coupling) {
    return orthogonal_variance_limit(ReverseProblem(kProcess, 1.0, {2.0, 200}, {{score, coupling}}),
                                     0);
  };
  EXPECT_NEAR(limit(ScoreKind::printed, CouplingSchedule::constant(0.2)), 1.0063, 5e-5);
  EXPECT_NEAR(limit(ScoreKind::printed, CouplingSchedule::constant(0.5)), 1.0409, 5e-5);
  EXPECT_NEAR(limit(ScoreKind::printed, CouplingSchedule::constant(1.0)), 1.1834, 5e-5);
  EXPECT_NEAR(limit(ScoreKind::printed, CouplingSchedule::constant(0.0)), 1.0, 1e-6);
  for (const auto& coupling : {CouplingSchedule::constant(1.0), CouplingSchedule::late(1.0, 0.35),
                               CouplingSchedule::early(0.5, 0.35)}) {
    EXPECT_NEAR(limit(ScoreKind::path, coupling), 1.0, 1e-6);
    EXPECT_NEAR(limit(ScoreKind::joint, coupling), 1.0, 1e-6);
  }
}

}  // namespace
}  // namespace syncgap::sde
