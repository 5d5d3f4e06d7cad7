#include "theory/speciation_scan.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "theory/critical_coupling.h"

namespace syncgap::theory {
namespace {

constexpr double kPi = std::numbers::pi;

AngleKappa figure4(double g) {
  return AngleKappa({1.0, 2.0, CouplingKind::triangular}, CouplingSchedule::constant(g),
                    {1.0, 1.0, 1.0, 1.0});
}

/// The obvious version: kappa on a dense uniform grid, and bisection of every sign change.
class DenseScan {
 public:
  DenseScan(const AngleKappa& kappa, double step, double last) : kappa_(kappa), step_(step) {
    for (double t = 0.0; t < last; t += step) lines_.push_back(kappa.line(t, 0));
  }

  std::vector<double> crossings(double mixing) const {
    std::vector<double> found;
    for (std::size_t i = 1; i < lines_.size(); ++i) {
      const bool before = lines_[i - 1].at(mixing) > 1.0;
      if ((lines_[i].at(mixing) > 1.0) == before) continue;
      double a = step_ * static_cast<double>(i - 1), b = step_ * static_cast<double>(i);
      for (int k = 0; k < 60; ++k) {
        const double middle = 0.5 * (a + b);
        ((kappa_.line(middle, 0).at(mixing) > 1.0) == before ? a : b) = middle;
      }
      found.push_back(0.5 * (a + b));
    }
    return found;
  }

 private:
  const AngleKappa& kappa_;
  double step_;
  std::vector<KappaLine> lines_;
};

TEST(SpeciationScan, ReproducesFigure3) {
  const double wanted[] = {.69315, .66575, .60162, .53163, .47187, .42470, .38779};
  for (int i = 0; i < 7; ++i) {
    const AngleKappa kappa({1.0, 2.0, CouplingKind::triangular},
                           CouplingSchedule::constant(0.5 * i), {1.0, 1.0, 0.0, 2.0});
    const SpeciationScan scan(kappa);
    EXPECT_NEAR(scan.speciation(0.3).time, wanted[i], 5.1e-6);
    // corrections E0.14: kappa(0) = 4 whatever g is, so speciation is never prevented.
    EXPECT_NEAR(kappa.line(0.0, 0).at(0.0), 4.0, 1e-13);
    EXPECT_EQ(scan.speciation(0.3).status, SpeciationStatus::speciates);
  }
}

TEST(SpeciationScan, ReproducesFigure4) {
  const double g[] = {0, .25, .5, .75, 1, 1.25, 1.5, 1.75, 2};
  const double wanted[5][9] = {{.6931, .7084, .7041, .6782, .6291, .5528, .4363, NAN, NAN},
                               {.6931, .7003, .6865, .6515, .5965, .5242, .4388, .3453, .2453},
                               {.6931, .6826, .6525, .6069, .5521, .4948, .4405, .3920, .3503},
                               {.6931, .6673, .6274, .5796, .5300, .4831, .4411, .4046, .3732},
                               {.6931, .6616, .6190, .5713, .5239, .4801, .4412, .4074, .3784}};
  for (int i = 0; i < 9; ++i) {
    const SpeciationScan scan(figure4(g[i]));
    EXPECT_GT(scan.smallest_restoring_rate(), 0.0);
    for (int j = 0; j < 5; ++j) {
      const Speciation seen = scan.speciation(std::cos(0.25 * kPi * j));
      if (std::isnan(wanted[j][i])) {
        EXPECT_EQ(seen.status, SpeciationStatus::no_speciation);
        EXPECT_TRUE(std::isnan(seen.time));
        EXPECT_LT(seen.peak, 1.0);
      } else {
        EXPECT_NEAR(seen.time, wanted[j][i], 5.1e-5) << "g=" << g[i] << " j=" << j;
      }
    }
  }
}

TEST(SpeciationScan, KeepsBothRoots) {
  // corrections E0.15: g = 1.6, theta = 0.
  const Speciation seen = SpeciationScan(figure4(1.6)).speciation(1.0);
  EXPECT_EQ(seen.crossings, 2);
  EXPECT_NEAR(seen.time, .367, 5e-4);
  EXPECT_NEAR(seen.lower_time, .057, 5e-4);
  const double gs[] = {1.0, 1.25, 1.5, 1.7}, wanted[] = {.629, .553, .436, .236};
  for (int i = 0; i < 4; ++i)
    EXPECT_NEAR(SpeciationScan(figure4(gs[i])).speciation(1.0).time, wanted[i], 5.1e-4);
  EXPECT_EQ(SpeciationScan(figure4(1.4)).speciation(1.0).crossings, 1);
  EXPECT_TRUE(std::isnan(SpeciationScan(figure4(1.4)).speciation(1.0).lower_time));
}

TEST(SpeciationScan, CouplingFirstAcceleratesAlignedSpeciation) {
  // corrections E0.13: dt_S/dg at 0 is cos(theta) (2 ln 2 - 1)/4, and the maximum at theta = 0.
  const double h = 1e-4;
  for (double theta : {0.0, 1.0, 2.0, kPi}) {
    const double up = SpeciationScan(figure4(h)).speciation(std::cos(theta)).time;
    const double down = SpeciationScan(figure4(-h)).speciation(std::cos(theta)).time;
    EXPECT_NEAR((up - down) / (2 * h), std::cos(theta) * (2 * std::log(2.0) - 1) / 4, 1e-7);
  }
  EXPECT_NEAR(SpeciationScan(figure4(.3232)).speciation(1.0).time, .70930, 5.1e-6);
  EXPECT_LT(SpeciationScan(figure4(.3132)).speciation(1.0).time, .70930);
  EXPECT_LT(SpeciationScan(figure4(.3332)).speciation(1.0).time, .70930);
}

TEST(SpeciationScan, FindsWhatADenseScanFinds) {
  std::mt19937_64 random(31);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  int pairs = 0, none = 0;
  for (int i = 0; i < 40; ++i) {
    const double g = i < 10 ? 1.5 + 0.2 * uniform(random) : 2.4 * uniform(random);
    const AngleKappa kappa = figure4(g);
    const SpeciationScan scan(kappa);
    const DenseScan dense(kappa, 1e-3, 2.0);
    for (int j = 0; j < 10; ++j) {
      const double mixing = j == 0 ? 1.0 : std::cos(kPi * uniform(random));
      const auto wanted = dense.crossings(mixing);
      const auto seen = scan.crossings(mixing);
      ASSERT_EQ(seen.size(), wanted.size()) << "g=" << g << " cos=" << mixing;
      for (std::size_t k = 0; k < seen.size(); ++k) EXPECT_NEAR(seen[k].time, wanted[k], 1e-9);
      pairs += seen.size() == 2;
      none += seen.empty();
    }
  }
  EXPECT_GT(pairs, 10);
  EXPECT_GT(none, 10);
}

TEST(SpeciationScan, FindsTheClosePairJustBelowTheCriticalCoupling) {
  const DataLaw data{1.0, 1.0, 1.0, 1.0};
  for (double theta : {0.0, 0.3, 0.8}) {
    const double critical = critical_coupling(1.0, 2.0, data, theta).value();
    for (double below : {1e-2, 1e-4, 1e-6, 1e-8}) {
      const Speciation seen = SpeciationScan(figure4(critical - below)).speciation(std::cos(theta));
      ASSERT_EQ(seen.crossings, 2) << theta << ' ' << below;
      // The pair closes like the square root of the distance.
      EXPECT_LT(seen.time - seen.lower_time, 4.0 * std::sqrt(below));
      EXPECT_GT(seen.time - seen.lower_time, 0.5 * std::sqrt(below));
      EXPECT_EQ(SpeciationScan(figure4(critical + below)).speciation(std::cos(theta)).status,
                SpeciationStatus::no_speciation);
    }
  }
}

TEST(SpeciationScan, OppositeCouplingIsTheOppositeAngle) {
  for (double g : {0.2, 0.9, 1.65, 2.3})
    for (double theta : {0.0, 0.7, 1.9}) {
      const Speciation a = SpeciationScan(figure4(g)).speciation(std::cos(theta));
      const Speciation b = SpeciationScan(figure4(-g)).speciation(-std::cos(theta));
      EXPECT_EQ(a.crossings, b.crossings);
      if (a.crossings > 0) {
        EXPECT_NEAR(a.time, b.time, 1e-13);
      }
    }
}

TEST(SpeciationScan, AgreesWithTheClosedFormOfSingleModes) {
  std::mt19937_64 random(32);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  for (int i = 0; i < 60; ++i) {
    const double g = 1.9 * uniform(random) - 0.95, variance = std::pow(10.0, -6 * uniform(random));
    const double total = 2.0 * variance * std::pow(10.0, 3.0 * uniform(random));
    const SpeciationScan modes(
        ModeSumKappa(1.0, 2.0, {1.0, -1.0}, CouplingSchedule::constant(g), variance, total));
    const SpeciationScan angles(AngleKappa({1.0, 2.0, CouplingKind::symmetric},
                                           CouplingSchedule::constant(g),
                                           {variance, variance, total / 2, total / 2}));
    for (double share : {0.0, 1.0}) {
      const Speciation wanted = mode_speciation(-1.0 + (2 * share - 1) * g, 2.0, variance, total);
      ASSERT_EQ(wanted.status, SpeciationStatus::speciates);
      EXPECT_NEAR(modes.speciation(share).time, wanted.time, 1e-11 * wanted.time);
      EXPECT_NEAR(angles.speciation(2 * share - 1).time, wanted.time, 1e-10 * wanted.time);
      EXPECT_NEAR(modes.peak(share), wanted.peak, 1e-12 * wanted.peak);
    }
    const double rates[] = {-1.0 + g, -1.0 - g}, squares[] = {0.3 * total, 0.7 * total};
    EXPECT_NEAR(modes.speciation(0.3).time, mixture_speciation(rates, 2.0, variance, squares).time,
                1e-11);
  }
}

TEST(SpeciationScan, TheBoundDecidesStability) {
  // corrections E0.5: sigma^2 = sigma_W^2, beta = 1 violates (60) for every g > 0.
  for (double g : {-0.5, 0.1, 0.9}) {
    const SpeciationScan scan(
        ModeSumKappa(1.0, 1.0, {1.0, -1.0}, CouplingSchedule::constant(g), 1.0, 2.0));
    EXPECT_LT(scan.smallest_restoring_rate(), 0.0);
    EXPECT_EQ(scan.speciation(0.5).status, SpeciationStatus::unstable);
    EXPECT_TRUE(std::isnan(scan.speciation(0.5).time));
  }
  const SpeciationScan triangular(AngleKappa(
      {1.0, 1.0, CouplingKind::triangular}, CouplingSchedule::constant(0.5), {1.1, 0.5, 1.0, 1.0}));
  EXPECT_EQ(triangular.speciation(0.5).status, SpeciationStatus::unstable);
}

TEST(SpeciationScan, SchedulesThatEndUpEqualSpeciateTogether) {
  // t_S(g = .5, theta = 0) = .7041: a coupling switched off later than that changes nothing, one
  // switched on later leaves the uncoupled ln 2.
  const CoupledProcess process{1.0, 2.0, CouplingKind::triangular};
  const DataLaw data{1.0, 1.0, 1.0, 1.0};
  auto time_under = [&](const CouplingSchedule& schedule) {
    return SpeciationScan(AngleKappa(process, schedule, data)).speciation(1.0).time;
  };
  const double constant = time_under(CouplingSchedule::constant(0.5));
  EXPECT_NEAR(time_under(CouplingSchedule::late(0.5, 1.5)), constant, 1e-12);
  EXPECT_NEAR(time_under(CouplingSchedule::early(0.5, 1.5)), std::log(2.0), 1e-12);
  EXPECT_NEAR(time_under(CouplingSchedule::linear(0.5, 0.5, 1.0)), constant, 1e-12);
  const double starts[] = {0.0, 0.2, 0.6}, strengths[] = {0.5, 0.5, 0.5};
  EXPECT_NEAR(time_under(CouplingSchedule::piecewise(starts, strengths)), constant, 1e-12);
}

TEST(SpeciationScan, RootsOfSchedulesAreRoots) {
  const DataLaw data{1.0, 1.0, 1.0, 1.0};
  for (const CouplingKind kind : {CouplingKind::symmetric, CouplingKind::triangular})
    for (const auto& schedule :
         {CouplingSchedule::late(0.4, 0.3), CouplingSchedule::early(0.4, 0.3),
          CouplingSchedule::linear(0.8, 0.0, 2.0), CouplingSchedule::cosine(0.8, 0.0, 2.0)}) {
      const AngleKappa kappa({1.0, 2.0, kind}, schedule, data);
      const SpeciationScan scan(kappa);
      for (double mixing : {-0.9, 0.0, 0.7}) {
        const Speciation seen = scan.speciation(mixing);
        ASSERT_EQ(seen.status, SpeciationStatus::speciates);
        const std::size_t piece = schedule.piece_index(seen.time);
        EXPECT_NEAR(kappa.line(seen.time, piece).at(mixing), 1.0, 1e-12);
        EXPECT_LT(kappa.line(seen.time + 1e-6, piece).at(mixing), 1.0);
        // Nothing above 1 later.
        for (double t = seen.time + 1e-3; t < 5.0; t += 1e-2)
          EXPECT_LT(kappa.line(t, schedule.piece_index(t)).at(mixing), 1.0);
      }
    }
}

TEST(SpeciationScan, AJumpOfTheCouplingCanEndSpeciation) {
  // Switching strong coupling on at t0 drops kappa of aligned means below 1 at once.
  const double t0 = 0.3;
  const AngleKappa kappa({1.0, 2.0, CouplingKind::triangular}, CouplingSchedule::early(3.0, t0),
                         {1.0, 1.0, 1.0, 1.0});
  ASSERT_GT(kappa.line(t0, 0).at(1.0), 1.0);
  ASSERT_LT(kappa.line(t0, 1).at(1.0), 1.0);
  const Speciation seen = SpeciationScan(kappa).speciation(1.0);
  EXPECT_EQ(seen.status, SpeciationStatus::at_switch);
  EXPECT_EQ(seen.time, t0);
}

TEST(SpeciationScan, ManyModalitiesSpeciateAsTheirModes) {
  const std::vector<double> eigenvalues{3.0, -1.0, -1.0, -1.0};
  const double g = 0.25;
  const SpeciationScan scan(
      ModeSumKappa(1.0, 2.0, eigenvalues, CouplingSchedule::constant(g), 0.8, 3.0));
  EXPECT_NEAR(scan.speciation(1.0).time, mode_speciation(-1.0 + 3 * g, 2.0, 0.8, 3.0).time, 1e-12);
  EXPECT_NEAR(scan.speciation(0.0).time, mode_speciation(-1.0 - g, 2.0, 0.8, 3.0).time, 1e-12);
}

TEST(CriticalCoupling, IsWhatTheNotesMeasured) {
  const DataLaw data{1.0, 1.0, 1.0, 1.0};
  const double angles[] = {0.0, kPi / 6, kPi / 3};
  const double exact[] = {1.70478, 1.8939, 3.0795}, lines[] = {1.5, 1.7321, 3.0};
  const double digits[] = {5e-6, 5e-5, 5e-5};
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(critical_coupling(1.0, 2.0, data, angles[i]).value(), exact[i], digits[i]);
    EXPECT_NEAR(critical_coupling_line(1.0, 2.0, data, angles[i]).value(), lines[i], 5e-5);
  }
  // The supremum sits inside, at t* = .2025 for theta = 0.
  const AngleKappa kappa = figure4(critical_coupling(1.0, 2.0, data, 0.0).value());
  EXPECT_NEAR(kappa.line(.2025, 0).at(1.0), 1.0, 1e-7);
  EXPECT_LT(kappa.line(0.0, 0).at(1.0), 0.9);
  for (double angle : {kPi / 2, 2.0, kPi}) {
    EXPECT_FALSE(critical_coupling(1.0, 2.0, data, angle).has_value());
    EXPECT_FALSE(critical_coupling_line(1.0, 2.0, data, angle).has_value());
  }
}

TEST(CriticalCoupling, LiesAboveTheInitialLine) {
  const DataLaw data{0.8, 1.1, 0.9, 1.3};
  for (double angle = 0.0; angle < 1.5; angle += 0.1) {
    const auto exact = critical_coupling(1.0, 2.0, data, angle);
    const auto line = critical_coupling_line(1.0, 2.0, data, angle);
    ASSERT_TRUE(exact && line) << angle;
    EXPECT_GE(*exact, *line);
    const AngleKappa on_line({1.0, 2.0, CouplingKind::triangular},
                             CouplingSchedule::constant(*line), data);
    EXPECT_NEAR(on_line.line(0.0, 0).at(std::cos(angle)), 1.0, 1e-11);
  }
  // Too little signal: nothing to lose.
  EXPECT_FALSE(critical_coupling(1.0, 2.0, {1.0, 1.0, 0.2, 0.2}, 0.3).has_value());
}

}  // namespace
}  // namespace syncgap::theory
