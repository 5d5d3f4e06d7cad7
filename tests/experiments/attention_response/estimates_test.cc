#include "experiments/attention_response/estimates.h"

#include <array>
#include <cmath>
#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"
#include "experiments/attention_response/declaration.h"
#include "experiments/attention_response/state_gains.h"
#include "made_up_images.h"
#include "temporary_folder.h"
#include "theory/modewise_speciation.h"

namespace syncgap::experiments {
namespace {

using ::testing::HasSubstr;

/// One coupling strength, two blocks, three steps, two modes.
struct MadeUp {
  static constexpr std::int64_t kPairs = 400, kSteps = 3, kBlocks = 2, kModes = 2;
  static constexpr std::int64_t kStates = 4, kWhole = 2;

  TemporaryFolder folder;
  AttentionResponseOptions options;
  std::unique_ptr<Grid> grid;
  std::unique_ptr<AttentionResponsePlan> plan;
  std::unique_ptr<ResultLayout> layout;
  std::unique_ptr<Results> results;
  std::vector<std::vector<double>> variances{{2, 1}, {2, 1}};
  ResponseData data;
  PairData pairs;

  MadeUp() {
    write_made_up_images(folder, 30, 8, 20);
    auto& replicas = options.replicas;
    replicas.source.data_path = folder.path();
    replicas.side = 8;
    replicas.steps = kSteps;
    replicas.pairs = kPairs;
    auto& dit = replicas.transformer.dit;
    dit.patch = 4;
    dit.width = 8;
    dit.depth = kBlocks;
    dit.heads = 2;
    options.trajectories = kStates;
    options.whole_states = kWhole;
    options.modes.count = kModes;
    auto axes = attention_response_axes(options);
    for (Axis& axis : axes) {
      if (axis.name == "g") axis.values = std::vector<double>{0.5};
      if (axis.name == "state") axis.values = std::vector<std::string>{"symmetric"};
    }
    grid = std::make_unique<Grid>(axes);
    plan = std::make_unique<AttentionResponsePlan>(options, *grid);
    layout = std::make_unique<ResultLayout>(*grid, attention_response_observables(options));
    results = std::make_unique<Results>(*layout);
    data.states = kStates;
    data.whole = kWhole;
    data.steps = kSteps;
    data.blocks = kBlocks;
    data.modes = kModes;
    data.bands = 2;
    const auto full = static_cast<std::size_t>(kStates * kSteps * kBlocks * 4);
    const auto modes = static_cast<std::size_t>(kWhole * kSteps * kBlocks * kModes);
    data.routing.assign(full, 0.3);
    data.query.assign(full, -0.02);
    data.key.assign(full, 0.06);
    data.perceptron.assign(full, 0.1);
    data.cross_query.assign(modes, 0.01);
    data.cross_partner.assign(modes, 0.03);
    data.propagated.assign(modes, 4);
    const auto places = static_cast<std::size_t>(kSteps * kBlocks);
    pairs.components.resize(places * kModes * kPairs);
    pairs.added.resize(places * kModes * kPairs);
    pairs.changed.assign(places * kStates, 2);
    pairs.beyond_linear.assign(places * kStates, 0.5);
  }

  /// eta of the whole block at g = 0.5.
  static double whole_gain() { return 1 + 0.1 - 0.02 + 0.01 + (0.3 + 0.06 + 0.03) / 3; }

  /// Mode 0 has two branches, so far apart at each step, mode 1 has one; blocks obey the map (36)
  /// with this gamma.
  void follow_map(const std::array<double, kSteps>& separations, double variance, double gamma) {
    const RandomStream stream(5, "made up pairs");
    for (std::size_t i = 0; i < pairs.components.size(); ++i) {
      const auto pair = static_cast<std::uint64_t>(i % kPairs);
      const bool two = i / kPairs % kModes == 0;
      const double separation = separations[i / (kPairs * kModes * kBlocks)];
      const double side = stream.uniform<double>(i, 1, 0) < 0.5 ? -1 : 1;
      const double a = (two ? side * separation : 0) +
                       std::sqrt(variance) * stream.normal<double>(pair, 0, two ? 0 : 1);
      const double score = theory::two_branch_score(a, two ? separation : 0, variance);
      pairs.components[i] = a;
      pairs.added[i] = (whole_gain() - 1) * a + gamma * score;
    }
  }
  void follow_map(double separation, double variance, double gamma) {
    follow_map({separation, separation, separation}, variance, gamma);
  }
  void store() {
    store_gains(*plan, data, std::nullopt, variances, *results);
    store_branches(*plan, data, pairs, variances, RandomStream(1, "chance"), *results);
  }
  double value(const char* name, std::int64_t place) const {
    return results->values(name)[static_cast<std::size_t>(place)];
  }
};

TEST(AttentionEstimates, GainsAreSumsOfPartsAndTheirProductIsOfThoseBefore) {
  MadeUp made;
  made.store();
  const double gain = 1 + 0.1 - 0.02 + 0.36 / 3;
  EXPECT_NEAR(made.value("gain", 0), gain, 1e-12);
  EXPECT_NEAR(made.value("whole_gain", 0), MadeUp::whole_gain(), 1e-12);
  // (g, step, block, mode): nothing before the first block, five blocks before the last.
  EXPECT_EQ(made.value("product_gain", 0), 0);
  EXPECT_NEAR(made.value("product_gain", (2 * 2 + 1) * 2), 5 * std::log10(gain), 1e-12);
  EXPECT_EQ(made.value("propagated_gain", 7), 0);
}

TEST(AttentionEstimates, WholeGainDiffersByWhatIsLeftOutAloneWhicheverStatesAreFollowed) {
  MadeUp made;
  const auto followed = made.data.routing.size() * MadeUp::kWhole / MadeUp::kStates;
  for (std::size_t i = followed; i < made.data.routing.size(); ++i) {
    made.data.routing[i] = 0.9;
    made.data.key[i] = -0.1;
  }
  made.store();
  const double cross = 0.01 + 0.03 / 3;
  EXPECT_NEAR(made.value("gain", 0), 1 + 0.1 - 0.02 + 0.58 / 3, 1e-12);
  EXPECT_NEAR(made.value("cross_gain", 0), cross, 1e-12);
  EXPECT_NEAR(made.value("whole_gain", 0), made.value("gain", 0) + cross, 1e-12);
  // Errors of sums are those of states: values and keys, 0.36 and 0.8, differ by less together.
  EXPECT_NEAR(made.value("partner", 0), 0.58, 1e-12);
  EXPECT_NEAR(made.value("partner_error", 0), 0.44 / std::sqrt(12.0), 1e-12);
  EXPECT_NEAR(made.value("routing_error", 0), 0.6 / std::sqrt(12.0), 1e-12);
  EXPECT_NEAR(made.value("pattern", 0), -0.04, 1e-12);
  EXPECT_NEAR(made.value("uncoupled", 0), 0.66, 1e-12);
}

TEST(AttentionEstimates, OnsetIsWhereTheParameterStaysAboveOneToTheEnd) {
  MadeUp late;
  late.follow_map({0.0, 3.0, 3.0}, 0.8, 0.7);
  late.store();
  EXPECT_LT(late.value("kappa", 0), 1);
  EXPECT_GT(late.value("onset", 0), 0);
  EXPECT_LT(late.value("onset", 0), 1);
  MadeUp passing;
  passing.follow_map({3.0, 3.0, 0.0}, 0.8, 0.7);
  passing.store();
  EXPECT_GT(passing.value("kappa", 0), 1);
  EXPECT_TRUE(std::isnan(passing.value("onset", 0)));
}

TEST(AttentionEstimates, OnsetDoesNotReachBeyondAStepWithoutAParameter) {
  MadeUp made;
  made.follow_map(3, 0.8, 0.7);
  // At the middle step the score takes away: no parameter there, whatever came before.
  const std::size_t places = MadeUp::kBlocks * MadeUp::kModes * MadeUp::kPairs;
  for (std::size_t i = places; i < 2 * places; ++i)
    made.pairs.added[i] =
        2 * (MadeUp::whole_gain() - 1) * made.pairs.components[i] - made.pairs.added[i];
  made.store();
  EXPECT_GT(made.value("kappa", 0), 1);
  EXPECT_EQ(made.value("kappa_status", MadeUp::kBlocks * MadeUp::kModes), 2);
  EXPECT_EQ(made.value("onset", 0), 2);
}

TEST(AttentionEstimates, ErrorsOfTheScoresGainCountThoseOfTheGains) {
  MadeUp made;
  made.follow_map(3, 0.8, 0.7);
  made.store();
  const double pairs_alone = made.value("score_gain_error", 0);
  const double kappa_alone = made.value("kappa_error", 0);
  // The gain of mode 0 differs between states, by as much in all of them; the mean is the same.
  const double change[] = {-0.3, -0.1, 0.1, 0.3};
  const std::size_t rows = made.data.perceptron.size() / MadeUp::kStates;
  for (std::size_t i = 0; i < made.data.perceptron.size(); ++i)
    if (i % 4 == 0) made.data.perceptron[i] += change[i / rows];
  made.store();
  // d gamma / d eta = -sum(score a) / sum(score^2) over pairs, mode 0 in the numerator alone.
  double along = 0, scores = 0;
  for (std::size_t k = 0; k < MadeUp::kModes; ++k)
    for (std::size_t pair = 0; pair < MadeUp::kPairs; ++pair) {
      const double a = made.pairs.components[k * MadeUp::kPairs + pair];
      const auto of_fit = [&](const char* name) {
        return made.value(name, static_cast<std::int64_t>(k));
      };
      const double score =
          theory::two_branch_score(a, of_fit("branch_separation"), of_fit("branch_variance"));
      if (k == 0) along += score * a;
      scores += score * score;
    }
  const double gain_error = made.value("whole_gain_error", 0);
  EXPECT_NEAR(gain_error, std::sqrt(0.2 / 12), 1e-12);
  EXPECT_NEAR(made.value("score_gain_error", 0),
              std::hypot(pairs_alone, along / scores * gain_error), 1e-9);
  EXPECT_GT(made.value("kappa_error", 0), 1.2 * kappa_alone);
}

TEST(AttentionEstimates, PropagatedDifferencesAreBesideThoseOfTheSamePairs) {
  MadeUp made;
  made.follow_map(3, 0.8, 0.7);
  StateGains of(made.data);
  for (std::int64_t state = 0; state < MadeUp::kWhole; ++state)
    for (std::int64_t s = 0; s < MadeUp::kSteps; ++s)
      for (std::int64_t block = 0; block < MadeUp::kBlocks; ++block)
        for (std::int64_t k = 0; k < MadeUp::kModes; ++k) {
          const auto i = of.whole_at(state, s, block, k);
          const auto place = ((s * MadeUp::kBlocks + block) * MadeUp::kModes + k) * MadeUp::kPairs;
          const double a = made.pairs.components[static_cast<std::size_t>(place + state)];
          made.data.propagated[static_cast<std::size_t>(i)] = 2 * a * a * (s == 2 ? 9 : 1);
        }
  made.store();
  // Exact first-order propagation is off by nothing, however few states there are.
  EXPECT_NEAR(made.value("propagated_excess", 0), 0, 1e-12);
  EXPECT_NEAR(made.value("propagated_excess_error", 0), 0, 1e-12);
  EXPECT_NEAR(made.value("propagated_excess", 2 * 2 * 2), std::log10(3.0), 1e-12);
}

TEST(AttentionEstimates, BandsAreComparedStateByState) {
  MadeUp made;
  for (std::int64_t state = 0; state < MadeUp::kStates; ++state) {
    const auto first = static_cast<std::size_t>(StateGains(made.data).at(state, 0, 0, 2));
    made.data.routing[first] = 0.1 * static_cast<double>(state) + 0.05;
    made.data.routing[first + 1] = 0.1 * static_cast<double>(state);
  }
  made.store();
  EXPECT_NEAR(made.value("routing_preference", 0), 0.05, 1e-12);
  EXPECT_NEAR(made.value("routing_preference_error", 0), 0, 1e-12);
  EXPECT_GT(made.value("band_routing_error", 0), 0.05);
  EXPECT_EQ(made.value("routing_preference", 1), 0);
}

TEST(AttentionEstimates, BoundIsTheMedianOfAllStatesAlsoOfThoseWhereItIsNone) {
  MadeUp made;
  made.data.bands = 1;
  const std::int64_t heads = 2 * std::ssize(made.plan->head_steps()) * MadeUp::kBlocks;
  const auto full = static_cast<std::size_t>(MadeUp::kStates * heads);
  for (auto* each : {&made.data.least_width, &made.data.median_width, &made.data.expansion,
                     &made.data.pattern_share, &made.data.bound})
    each->assign(full, 0.5);
  const auto head = [&](std::int64_t state, std::int64_t number) -> double& {
    return made.data.bound[static_cast<std::size_t>(state * heads + number)];
  };
  for (std::int64_t state = 0; state < 3; ++state) head(state, 0) = std::nan("");
  head(0, 1) = std::nan("");
  head(1, 1) = 0.7;
  store_heads(*made.plan, made.data, *made.results);
  // Two bands in the record.
  EXPECT_TRUE(std::isnan(made.value("pattern_bound", 0)));
  EXPECT_EQ(made.value("bound_share", 0), 0.25);
  EXPECT_EQ(made.value("pattern_bound", 2), 0.7);
  EXPECT_EQ(made.value("bound_share", 2), 0.75);
  EXPECT_EQ(made.value("pattern_bound", 4), 0.5);
}

TEST(AttentionEstimates, MapOfTwoBranchesIsFoundAgain) {
  MadeUp made;
  constexpr double kSeparation = 3, kVariance = 0.8, kGamma = 0.7;
  made.follow_map(kSeparation, kVariance, kGamma);
  made.store();
  EXPECT_NEAR(made.value("branch_separation", 0), kSeparation, 0.2);
  EXPECT_NEAR(made.value("branch_variance", 0), kVariance, 0.25);
  EXPECT_LT(made.value("bimodal_chance", 0), 0.01);
  EXPECT_NEAR(made.value("score_gain", 0), kGamma, 4 * made.value("score_gain_error", 0));
  EXPECT_LT(made.value("score_gain_error", 0), 0.2);
  EXPECT_GT(made.value("score_share", 0), 0.9);
  EXPECT_EQ(made.value("kappa_status", 0), 0);
  const double kappa =
      theory::speciation_parameter({MadeUp::whole_gain(), kGamma, kSeparation, kVariance});
  EXPECT_NEAR(made.value("kappa", 0), kappa, 5 * made.value("kappa_error", 0));
  // Above 1 from the first step on.
  EXPECT_EQ(made.value("onset", 0), 0);
  EXPECT_NEAR(made.value("beyond_linear", 0), 0.25, 1e-12);
  // The mode of one branch has a parameter that is small, or large by chance.
  EXPECT_GT(made.value("bimodal_chance", 1), 0.05);
  EXPECT_EQ(made.value("kappa_status", 1), 1);
  EXPECT_LT(made.value("kappa", 1), 1);
  EXPECT_TRUE(std::isnan(made.value("onset", 1)));
}

TEST(AttentionEstimates, ReasonsWhyThereIsNoParameterAreTold) {
  MadeUp negative;
  negative.follow_map(3, 0.8, -0.4);
  negative.store();
  EXPECT_EQ(negative.value("kappa_status", 0), 2);
  MadeUp weak;
  weak.follow_map(3, 0.8, 0.02);
  weak.store();
  EXPECT_EQ(weak.value("kappa_status", 0), 3);  // eta - 1 = 0.22 > gamma / c
}

TEST(AttentionEstimates, ModeThatThereIsNoneOfHasNoValues) {
  MadeUp made;
  made.variances[1][1] = 0;
  made.follow_map(3, 0.8, 0.7);
  made.store();
  for (const char* name : {"gain", "routing", "branch_variance", "kappa", "product_gain"})
    EXPECT_TRUE(std::isnan(made.value(name, 3))) << name;  // block 2, mode 1
  EXPECT_FALSE(std::isnan(made.value("gain", 1)));
}

TEST(AttentionEstimates, PlanSaysWhatDoesNotFit) {
  MadeUp made;
  const auto fault = [&](auto change) {
    auto options = made.options;
    change(options);
    return error_text<InputError>([&] { AttentionResponsePlan(options, *made.grid); });
  };
  EXPECT_THAT(fault([](auto& o) { o.modes.pairs = 1; }), HasSubstr("experiment.mode_pairs = 1"));
  EXPECT_THAT(fault([](auto& o) { o.modes.count = 33, o.modes.pairs = 40; }),
              HasSubstr("4 tokens of 8 channels): lower it to 32"));
  EXPECT_THAT(fault([](auto& o) { o.whole_states = 5; }), HasSubstr("experiment.whole_states = 5"));
  EXPECT_THAT(fault([](auto& o) { o.modes.step = 3; }), HasSubstr("give a step from 0 to 2"));
  EXPECT_THAT(fault([](auto& o) { o.replicas.guidance.scale = 2; }),
              HasSubstr("set experiment.guidance = 1"));
  EXPECT_THAT(fault([](auto& o) { o.replicas.start_spread = 0; }), HasSubstr("positive"));
  EXPECT_THAT(fault([](auto& o) { o.trajectories = 500; }), HasSubstr("give more pairs"));
}

}  // namespace
}  // namespace syncgap::experiments
