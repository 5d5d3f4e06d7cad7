#include "diffusion/branches.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/random.h"
#include "diffusion/reference_loops.h"
#include "error_text.h"

namespace syncgap::diffusion {
namespace {

using ::testing::HasSubstr;
using torch::Tensor;

constexpr double kVariance = 0.6;  // of the data

const NoiseSchedule& schedule() {
  static const auto made = NoiseSchedule::linear(40, 1e-3, 0.2);
  return made;
}
const SamplingPath& ddpm() {
  static const auto made = SamplingPath::ddpm(schedule());
  return made;
}
const SamplingPath& ddim() {
  static const auto made = SamplingPath::ddim(schedule());
  return made;
}

/// E[eps | z_t] for data N(0, kVariance).
Tensor exact_noise(const Tensor& z, std::int64_t t) {
  const double signal = schedule().alpha_bar(t);
  return z * (std::sqrt(1 - signal) / (signal * kVariance + 1 - signal));
}

/// Any smooth function will do: it mixes replicas and depends on the step.
Tensor mixing_noise(const Tensor& z, std::int64_t t) {
  return torch::tanh(z + 0.3 * z.flip(1)) * (0.5 + 0.01 * static_cast<double>(t));
}

Tensor normals(const RandomStream& stream, std::uint32_t step, std::int64_t rows,
               std::int64_t replicas = 1, std::int64_t side = 1) {
  auto out = torch::empty({rows, replicas, 1, side, side}, torch::kFloat32);
  stream.fill_normals<float>(0, step, {out.data_ptr<float>(), std::size_t(out.numel())});
  return out;
}
Tensor start_of(std::int64_t rows, std::int64_t replicas = 1, std::int64_t side = 1) {
  return normals(RandomStream(7, "start"), 0, rows, replicas, side);
}

BranchNoise branch_noise(std::int64_t rows, std::int64_t replicas = 1, std::int64_t side = 1) {
  return [=](const BranchKey& key, std::int64_t t) {
    return normals(RandomStream(7, "path", {key.step, key.number}), static_cast<std::uint32_t>(t),
                   rows, replicas, side);
  };
}

std::vector<Branch> clones(const std::vector<std::int64_t>& steps) {
  std::vector<Branch> branches;
  for (const std::int64_t step : steps) branches.push_back({{step, 1}});
  return branches;
}

std::function<Tensor(const Tensor&)> kick_by(const Tensor& kick, double scale) {
  return [kick, scale](const Tensor& states) {
    auto modes = split_modes(states);
    modes.difference = modes.difference + kick * scale;
    return join_modes(modes);
  };
}

TEST(Branches, ClonesHaveTheBitsOfTheCloningLoop) {
  constexpr std::int64_t rows = 6;
  const std::vector<std::int64_t> steps{10, 39, 0, 25};
  const auto start = start_of(rows, 2, 3);
  const auto noise = branch_noise(rows, 2, 3);
  const auto ends =
      run_branches(ddpm(), reference::as_denoiser(mixing_noise), start, clones(steps), noise);
  const auto expected = reference::run_cloning(
      schedule(), mixing_noise, steps, start, [&](std::int64_t branch, std::int64_t t) {
        return noise(branch < 0 ? BranchKey{} : BranchKey{branch, 1}, t);
      });
  EXPECT_TRUE(torch::equal(ends.trunk, expected[0]));
  for (std::size_t b = 0; b < steps.size(); ++b)
    EXPECT_TRUE(torch::equal(ends.branches[b], expected[b + 1])) << "branch step " << steps[b];
}

TEST(Branches, AClonePathIsThatPathByItself) {
  constexpr std::int64_t rows = 5;
  const auto start = start_of(rows);
  const auto noise = branch_noise(rows);
  const auto ends = run_branches(ddpm(), reference::as_denoiser(exact_noise), start,
                                 {{{25, 1}}, {{25, 2}}, {{10, 1}}}, noise);
  const std::vector<BranchKey> keys{{25, 1}, {25, 2}, {10, 1}};
  for (std::size_t b = 0; b < keys.size(); ++b) {
    const auto own = [&](std::int64_t t) { return noise(keys[b], t); };
    const auto trunk = [&](std::int64_t t) { return noise({}, t); };
    const auto shared =
        reference::run_ddpm(schedule(), exact_noise, start, 39, keys[b].step, trunk);
    EXPECT_TRUE(torch::equal(ends.branches[b], reference::run_ddpm(schedule(), exact_noise, shared,
                                                                   keys[b].step, -1, own)));
  }
}

TEST(Branches, InterventionsHaveTheBitsOfTheInterventionLoop) {
  const auto start = start_of(3, 2, 4);
  const auto kick = normals(RandomStream(5, "kick"), 0, 3, 1, 4).squeeze(1);
  const std::vector<reference::Intervention> wanted{{5, 0.25}, {20, 0.1}, {20, 0.5}, {39, 0.25}};
  std::vector<Branch> branches;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    branches.push_back({{wanted[i].step, std::int64_t(i)}, kick_by(kick, wanted[i].scale)});
  const auto ends = run_branches(ddim(), reference::as_denoiser(mixing_noise), start, branches);
  const auto expected = reference::run_interventions(schedule(), mixing_noise, wanted, start, kick);
  for (std::size_t i = 0; i < wanted.size(); ++i)
    EXPECT_TRUE(torch::equal(ends.branches[i], expected[i])) << "intervention " << i;
  EXPECT_TRUE(torch::equal(ends.trunk, reference::run_ddim(schedule(), mixing_noise, start, 39)));
}

TEST(Branches, OtherBranchesChangeNothing) {
  constexpr std::int64_t rows = 5;
  const auto start = start_of(rows, 2, 2);
  const auto denoiser = reference::as_denoiser(mixing_noise);
  const auto few = run_branches(ddpm(), denoiser, start, clones({20}), branch_noise(rows, 2, 2));
  auto many = clones({5, 20, 30});
  many.push_back({{20, 2}, [](const Tensor& states) { return states * 2; }});
  const auto crowd = run_branches(ddpm(), denoiser, start, many, branch_noise(rows, 2, 2));
  EXPECT_TRUE(torch::equal(few.trunk, crowd.trunk));
  EXPECT_TRUE(torch::equal(few.branches[0], crowd.branches[1]));
}

/// A network whose replicas see each other with the coupling it is told, row by row.
Prediction coupled_noise(const Tensor& z, const Conditions& conditions) {
  const auto g = conditions.rows.coupling.view({-1, 1, 1, 1, 1});
  return {torch::tanh((z + g * z.flip(1)) / (1 + g))};
}

TEST(Branches, DecouplingIsToldToTheRowsThatLeft) {
  constexpr std::int64_t rows = 4;
  const auto start = start_of(rows, 2, 2);
  const auto told = [](double g) { return RowConditions{{}, torch::full({rows}, g)}; };
  const Branch decoupled{{17, 1}, {}, told(0.0)};
  std::set<std::int64_t> batches;
  const Denoiser denoiser = [&](const Tensor& z, const Conditions& conditions) {
    EXPECT_EQ(conditions.step.numel(), z.size(0));
    EXPECT_EQ(conditions.rows.coupling.numel(), z.size(0));
    EXPECT_FALSE(conditions.rows.label.defined());
    batches.insert(z.size(0));
    return coupled_noise(z, conditions);
  };
  const auto noise = branch_noise(rows, 2, 2);
  const auto ends = run_branches(ddpm(), denoiser, start, {decoupled}, noise, told(0.8));
  EXPECT_EQ(batches, (std::set<std::int64_t>{rows, 2 * rows}));
  // By hand: coupled to z_17, then with g = 0 from that step on.
  const auto with = [&](double g) {
    return [&, g](const Tensor& z, std::int64_t t) {
      return coupled_noise(z, {torch::full({rows}, t), told(g)}).noise;
    };
  };
  const auto shared = reference::run_ddpm(schedule(), with(0.8), start, 39, 17,
                                          [&](std::int64_t t) { return noise({}, t); });
  const auto alone =
      reference::run_ddpm(schedule(), with(0.0), shared, 17, -1, [&](std::int64_t t) {
        return noise({17, 1}, t);
      });
  EXPECT_TRUE(torch::equal(ends.branches[0], alone));
}

TEST(Branches, ClonesOfTheLastStepEndTogetherAndEarlierOnesApart) {
  const auto ends = run_branches(ddpm(), reference::as_denoiser(exact_noise), start_of(50),
                                 clones({0, 39}), branch_noise(50));
  // The last step adds no noise.
  EXPECT_TRUE(torch::equal(ends.branches[0], ends.trunk));
  EXPECT_GT((ends.branches[1] - ends.trunk).abs().min().item<double>(), 0);
}

// With Gaussian data every step is linear: z' = a z + b xi, so covariances follow by hand.
TEST(Branches, CovarianceOfClonesIsThatOfGaussianData) {
  constexpr std::int64_t rows = 200000;
  const std::vector<std::int64_t> steps{5, 15, 30};
  const auto ends = run_branches(ddpm(), reference::as_denoiser(exact_noise), start_of(rows),
                                 clones(steps), branch_noise(rows));
  const auto factor = [](std::int64_t t) {
    const double signal = schedule().alpha_bar(t), beta = schedule().beta(t);
    return (1 - beta / (signal * kVariance + 1 - signal)) / std::sqrt(1 - beta);
  };
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::int64_t s = steps[i];
    double shared = 1, own = 0, through = 1;
    for (std::int64_t t = schedule().steps() - 1; t > s; --t)
      shared = shared * factor(t) * factor(t) + schedule().beta(t);
    for (std::int64_t t = s; t >= 0; --t) {
      own = own * factor(t) * factor(t) + (t > 0 ? schedule().beta(t) : 0.0);
      through *= factor(t);
    }
    const double covariance = through * through * shared, variance = covariance + own;
    const auto product = (ends.trunk * ends.branches[i]).to(torch::kFloat64);
    // Var(x y) of jointly normal numbers of equal variance.
    const double error = std::sqrt((variance * variance + covariance * covariance) / rows);
    EXPECT_NEAR(product.mean().item<double>(), covariance, 4 * error) << "branch step " << s;
    EXPECT_NEAR(ends.trunk.to(torch::kFloat64).square().mean().item<double>(), variance,
                4 * variance * std::sqrt(2.0 / rows));
  }
}

/// A network that learns the variance: v depends on the state, and on the step.
Prediction learned_noise(const Tensor& z, const Conditions& conditions) {
  const auto t = conditions.step[0].item<std::int64_t>();
  return {mixing_noise(z, t), torch::sin(3 * z + static_cast<double>(t)) * 1.5};
}

/// The trunk's states, each before its step.
std::vector<Tensor> trunk_states(const SamplingPath& path, const Denoiser& denoiser,
                                 const Tensor& start, const BranchNoise& noise) {
  std::vector<Tensor> states;
  run_branches(path, denoiser, start, {}, noise, {},
               [&](const TrunkStep& step) { states.push_back(step.states.clone()); });
  return states;
}

TEST(Branches, GoOnFromAStateThatWasKept) {
  constexpr std::int64_t rows = 4;
  const auto start = start_of(rows, 2, 3);
  const auto noise = branch_noise(rows, 2, 3);
  const std::vector<Branch> branches{
      {{20, 1}}, {{20, 2}, kick_by(torch::ones({1}), 0.3)}, {{5, 1}}};
  for (const auto& path : {ddpm(), SamplingPath::learned(schedule(), {39, 30, 20, 11, 5, 0})}) {
    const auto whole = run_branches(path, learned_noise, start, branches, noise);
    const auto states = trunk_states(path, learned_noise, start, noise);
    for (std::int64_t n = 0; n < std::ssize(states) && path.steps()[n].from >= 20; ++n) {
      const auto rest = run_branches(path.after(n), learned_noise, states[n], branches, noise);
      EXPECT_TRUE(torch::equal(rest.trunk, whole.trunk)) << "after " << n;
      for (std::size_t b = 0; b < branches.size(); ++b)
        EXPECT_TRUE(torch::equal(rest.branches[b], whole.branches[b])) << "after " << n;
    }
    // Without the trunk: a branch's own noise, from the step it left at.
    const auto at = std::find_if(path.steps().begin(), path.steps().end(),
                                 [](const ReverseStep& step) { return step.from == 20; }) -
                    path.steps().begin();
    const auto own = [&](const BranchKey&, std::int64_t t) { return noise({20, 1}, t); };
    const auto alone = run_branches(path.after(at), learned_noise, states[at], {}, own);
    EXPECT_TRUE(torch::equal(alone.trunk, whole.branches[0]));
  }
}

// Clones have the noise of their own with the deviations of the trunk's answer.
TEST(Branches, ClonesShareTheLearnedVarianceOfTheStepTheyLeaveAt) {
  constexpr std::int64_t rows = 3;
  const auto path = SamplingPath::learned(schedule(), {39, 20, 0});
  const auto start = start_of(rows, 2, 2);
  const auto noise = branch_noise(rows, 2, 2);
  const auto ends = run_branches(path, learned_noise, start,
                                 {{{20, 2}, kick_by(torch::ones({1}), 0.2)}, {{20, 1}}}, noise);
  const auto z = trunk_states(path, learned_noise, start, noise)[1];
  const auto by_hand = [&](const Tensor& from, const BranchKey& key) {
    const ReverseStep& step = path.steps()[1];
    const auto predicted = learned_noise(from, {torch::full({rows}, 20)});
    const auto variance = torch::exp((1 + predicted.variance) / 2 * step.learned->log_forward +
                                     (1 - predicted.variance) / 2 * step.learned->log_posterior);
    const auto next =
        from * step.on_state + predicted.noise * step.on_noise + variance.sqrt() * noise(key, 20);
    const ReverseStep& last = path.steps()[2];
    return next * last.on_state + mixing_noise(next, 0) * last.on_noise;
  };
  EXPECT_TRUE(torch::allclose(ends.trunk, by_hand(z, {}), 1e-5, 1e-5));
  EXPECT_TRUE(torch::allclose(ends.branches[1], by_hand(z, {20, 1}), 1e-5, 1e-5));
  const auto kicked = kick_by(torch::ones({1}), 0.2)(z);
  EXPECT_TRUE(torch::allclose(ends.branches[0], by_hand(kicked, {20, 2}), 1e-5, 1e-5));
}

TEST(Branches, ObserverSeesEveryTrunkStateOnce) {
  const auto start = start_of(4);
  std::vector<std::int64_t> seen;
  run_branches(ddpm(), reference::as_denoiser(exact_noise), start, clones({30, 10}),
               branch_noise(4), {}, [&](const TrunkStep& step) {
                 if (step.t == 39) {
                   EXPECT_TRUE(torch::equal(step.states, start));
                 }
                 EXPECT_EQ(step.states.size(0), 4);
                 EXPECT_TRUE(torch::equal(step.noise, exact_noise(step.states, step.t)));
                 seen.push_back(step.t);
               });
  ASSERT_EQ(seen.size(), 40U);
  EXPECT_EQ(seen.front(), 39);
  EXPECT_EQ(seen.back(), 0);
}

TEST(Branches, RefuseStepsThatAreNot) {
  const auto message = [](const std::vector<std::int64_t>& steps) {
    return error_text<InputError>([&] { check_branches(ddpm(), clones(steps)); });
  };
  EXPECT_THAT(message({40}), HasSubstr("branch step 40"));
  EXPECT_THAT(message({-1}), HasSubstr("branch step -1"));
  EXPECT_THAT(message({3, 5, 3}), HasSubstr("given twice (3)"));
  EXPECT_NO_THROW(check_branches(ddpm(), clones({3, 0, 39})));
  EXPECT_NO_THROW(check_branches(ddpm(), {{{3, 1}}, {{3, 2}}}));
}

}  // namespace
}  // namespace syncgap::diffusion
