#include "experiments/shared/coupling_reach.h"

#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/numbers.h"
#include "error_text.h"
#include "experiments/replica_speciation/declaration.h"
#include "made_up_images.h"
#include "temporary_folder.h"

namespace syncgap::experiments {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pointwise;

TEST(NamedLayers, AreThirdsEndsListsAndRangesCountedFromOne) {
  EXPECT_THAT(named_layers("all", 3), ElementsAre(1, 1, 1));
  EXPECT_THAT(named_layers("early", 6), ElementsAre(1, 1, 0, 0, 0, 0));
  EXPECT_THAT(named_layers("middle", 6), ElementsAre(0, 0, 1, 1, 0, 0));
  EXPECT_THAT(named_layers("late", 6), ElementsAre(0, 0, 0, 0, 1, 1));
  EXPECT_THAT(named_layers("first 2", 4), ElementsAre(1, 1, 0, 0));
  EXPECT_THAT(named_layers("last 3", 4), ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(named_layers("1", 3), ElementsAre(1, 0, 0));
  EXPECT_THAT(named_layers("3", 3), ElementsAre(0, 0, 1));
  EXPECT_THAT(named_layers("1,3-4", 5), ElementsAre(1, 0, 1, 1, 0));
}

TEST(NamedLayers, ThirdsTogetherAreEachBlockOnce) {
  for (std::int64_t depth = 3; depth <= 30; ++depth) {
    std::vector<float> sum(static_cast<std::size_t>(depth), 0.0F);
    for (const char* third : {"early", "middle", "late"}) {
      const auto named = named_layers(third, depth);
      const auto count = std::accumulate(named.begin(), named.end(), 0.0F);
      EXPECT_NEAR(count, static_cast<float>(depth) / 3, 0.67F) << third << " of " << depth;
      for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += named[k];
    }
    EXPECT_EQ(sum, std::vector<float>(sum.size(), 1.0F));
  }
}

TEST(NamedLayers, RefusesWhatIsNotThere) {
  for (const char* name : {"", "0", "7", "5-7", "3-2", "1,", "1, 2", "-1", "last 0", "last 7",
                           "last", "Late", "1-", "1--2", "99999999999999999999"})
    EXPECT_THAT(
        error_text<InputError>([&] { named_layers(name, 6); }),
        HasSubstr("axes.coupled_layers, saw \"" + std::string(name) + "\", the network has 6"))
        << name;
  EXPECT_THAT(error_text<InputError>([] { named_layers("late", 2); }),
              HasSubstr("no thirds (axes.coupled_layers, saw \"late\", experiment.depth = 2): name "
                        "blocks, 1 to 2"));
}

TEST(NamedHeads, AreListsAndRangesCountedFromZero) {
  EXPECT_THAT(named_heads("all", 2), ElementsAre(1, 1));
  EXPECT_THAT(named_heads("0", 4), ElementsAre(1, 0, 0, 0));
  EXPECT_THAT(named_heads("1-2", 4), ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(named_heads("0,3", 4), ElementsAre(1, 0, 0, 1));
  EXPECT_THAT(
      error_text<InputError>([] { named_heads("4", 4); }),
      HasSubstr("axes.coupled_heads, saw \"4\", blocks have 4): give all, or numbers from 0 "
                "to 3"));
}

ReplicaOptions steps_of(std::int64_t steps, CouplingBudget budget = CouplingBudget::kept) {
  ReplicaOptions options;
  options.steps = steps;
  options.budget = budget;
  options.coupling.piece_starts = {0, 0.25, 0.5};
  options.coupling.piece_factors = {0, 1, 0.5};
  return options;
}

TEST(ScheduleFactors, HaveTheShapesOfForwardTimeSeenFromTheNoise) {
  const auto options = steps_of(4, CouplingBudget::free);
  const auto near = [](std::vector<double> values) { return Pointwise(DoubleNear(1e-12), values); };
  EXPECT_THAT(schedule_factors("constant", options), ElementsAre(1, 1, 1, 1));
  EXPECT_THAT(schedule_factors("early", options), ElementsAre(1, 1, 0, 0));
  EXPECT_THAT(schedule_factors("late", options), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(schedule_factors("linear", options), near({0.125, 0.375, 0.625, 0.875}));
  EXPECT_THAT(schedule_factors("piecewise", options), near({0.5, 0.5, 1, 0}));
  EXPECT_THAT(schedule_factors("1-2", options), ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(schedule_factors("0,3", options), ElementsAre(1, 0, 0, 1));
  const auto cosine = schedule_factors("cosine", options);
  EXPECT_LT(cosine[0], 0.125);  // flatter at the ends than a straight line
  EXPECT_NEAR(cosine[0] + cosine[3], 1, 1e-12);
}

TEST(ScheduleFactors, KeepTheIntegratedCouplingOfAConstantOne) {
  for (const std::int64_t steps : {2, 7, 100})
    for (const char* name : {"constant", "late", "early", "linear", "cosine", "piecewise", "0-1"}) {
      const auto factors = schedule_factors(name, steps_of(steps));
      const auto shape = schedule_factors(name, steps_of(steps, CouplingBudget::free));
      EXPECT_NEAR(std::accumulate(factors.begin(), factors.end(), 0.0) / to_real(steps), 1, 1e-9)
          << name << ", " << steps << " steps";
      for (std::size_t s = 0; s < factors.size(); ++s)  // the same shape
        EXPECT_NEAR(factors[s] * shape[1], shape[s] * factors[1], 1e-12);
    }
}

TEST(ScheduleFactors, RefusesWhatActsNowhereOrBackwards) {
  const auto refusal = [](const char* name, const ReplicaOptions& options) {
    return error_text<InputError>([&] { schedule_factors(name, options); });
  };
  auto options = steps_of(10);
  EXPECT_THAT(refusal("sine", options), HasSubstr("axes.g_schedule, saw \"sine\""));
  EXPECT_THAT(refusal("5-10", options), HasSubstr("steps from 0 to 9 such as \"0-4\""));
  options.coupling.switch_time = 0;
  EXPECT_THAT(refusal("late", options), HasSubstr("experiment.switch_time"));
  options.coupling.ramp_end = -1;
  EXPECT_THAT(refusal("linear", options), HasSubstr("nowhere backwards"));
  options.coupling.piece_starts = {0, 2};
  EXPECT_THAT(refusal("piecewise", options), HasSubstr("as many piece_factors"));
  options.coupling.piece_factors = {0, 1};
  EXPECT_THAT(refusal("piecewise", options), HasSubstr("shares of the trajectory"));
}

class Reach : public ::testing::Test {
 protected:
  Reach() {
    write_made_up_images(folder_, 30, 8, 20);
    options_.replicas.source.data_path = folder_.path();
    options_.replicas.side = 8;
    options_.replicas.transformer.dit.patch = 2;
    options_.replicas.transformer.dit.depth = 3;
    options_.replicas.transformer.dit.heads = 2;
    options_.replicas.steps = 10;
  }
  /// The axes as declared, g and some labels changed.
  Grid grid(const std::string& name, const std::vector<std::string>& labels, double g = 0.5) const {
    auto axes = replica_speciation_axes(options_);
    for (Axis& axis : axes) {
      if (axis.name == name) axis.values = labels;
      if (axis.name == "g") axis.values = std::vector<double>{g};
    }
    return Grid(axes);
  }
  void check(const Grid& grid) const { check_coupling_reach(ReplicaPlan(options_.replicas), grid); }
  std::string refusal(const Grid& grid) const {
    return error_text<InputError>([&] { check(grid); });
  }

  TemporaryFolder folder_;
  ReplicaSpeciationOptions options_;
};

TEST_F(Reach, IsEverywhereAndAlwaysByDefaultAndWhereAllIsNamed) {
  for (const char* layers : {"all", "1-3"}) {
    const Grid axes = grid("coupled_layers", {layers});
    const auto reach = coupling_reach(ReplicaPlan(options_.replicas), Unit(axes, 0));
    EXPECT_TRUE(reach.layers.empty() && reach.heads.empty() && reach.steps.empty());
    EXPECT_EQ(reach.share(), 1);
  }
}

TEST_F(Reach, IsThatOfTheUnit) {
  const Grid layers = grid("coupled_layers", {"all", "late"});
  const ReplicaPlan plan(options_.replicas);
  const auto late = coupling_reach(plan, Unit(layers, 1));
  EXPECT_THAT(late.layers, ElementsAre(0, 0, 1));
  EXPECT_TRUE(late.heads.empty());
  EXPECT_NEAR(late.share(), 1.0 / 3, 1e-12);
  const Grid heads = grid("coupled_heads", {"1"});
  const auto one = coupling_reach(plan, Unit(heads, 0));
  EXPECT_THAT(one.layers, ElementsAre(1, 1, 1));
  EXPECT_THAT(one.heads, ElementsAre(0, 1));
  const Grid early = grid("g_schedule", {"early"});
  EXPECT_THAT(coupling_reach(plan, Unit(early, 0)).steps,
              ElementsAre(2, 2, 2, 2, 2, 0, 0, 0, 0, 0));
}

TEST_F(Reach, RefusesAScheduleThatTakesTheCouplingAboveOne) {
  EXPECT_THAT(
      refusal(grid("g_schedule", {"constant", "early"}, 0.75)),
      HasSubstr("axes.g_schedule, saw \"early\", which multiplies g by up to 2, axes.g up to "
                "0.75): lower g to 0.5, or set experiment.g_budget = \"free\""));
  EXPECT_NO_THROW(check(grid("g_schedule", {"early"}, 0.5)));
  options_.replicas.budget = CouplingBudget::free;
  EXPECT_NO_THROW(check(grid("g_schedule", {"early", "0-3"}, 1)));
  EXPECT_THAT(refusal(grid("coupled_layers", {"4"})), HasSubstr("the network has 3"));
  EXPECT_THAT(refusal(grid("coupled_heads", {"2"})), HasSubstr("blocks have 2"));
}

TEST_F(Reach, RefusesTheSameUnderTwoNames) {
  options_.replicas.budget = CouplingBudget::free;
  EXPECT_THAT(refusal(grid("coupled_layers", {"all", "late", "1-3"})),
              HasSubstr("(axes.coupled_layers, \"all\" and \"1-3\"): leave one out"));
  EXPECT_THAT(refusal(grid("coupled_heads", {"0", "0-0"})), HasSubstr("\"0\" and \"0-0\""));
  EXPECT_THAT(refusal(grid("g_schedule", {"early", "0-4"})), HasSubstr("\"early\" and \"0-4\""));
}

}  // namespace
}  // namespace syncgap::experiments
