#include "experiments/coupled_ou/coupled_ou.h"

#include <cmath>
#include <filesystem>
#include <numbers>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/run_job.h"

namespace syncgap::experiments {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string kSymmetric = "[experiment]\nname = \"coupled_ou\"\n";
const std::string kTriangular = kSymmetric + "relaxation = \"triangular\"\n";

TEST(CoupledOu, Figure1JobGivesTheKnownValues) {
  const RanJob job = RanJob::from_file("multimodal_figure1.toml", "smoke");
  const double wanted[7][5] = {
      {.6931, .6931, .6931, .6931, .6931}, {.7294, .7058, .6858, .6688, .6543},
      {.7518, .6992, .6625, .6363, .6171}, {.7526, .6933, .6540, .6272, .6082},
      {.7347, .6625, .6226, .5986, .5828}, {.6452, .5939, .5715, .5593, .5517},
      {.5378, .5335, .5318, .5310, .5304}};
  ASSERT_EQ(job.size(), 7u);
  for (int unit = 0; unit < 7; ++unit) {
    for (int i = 0; i < 5; ++i) {
      EXPECT_NEAR(job.value("speciation_time", unit, i), wanted[unit][i], 5.1e-5);
      EXPECT_EQ(job.value("speciation_status", unit, i), 0.0);
    }
    EXPECT_EQ(job.value("mode_speciation_time", unit, 0), job.value("speciation_time", unit, 0));
    EXPECT_EQ(job.value("mode_speciation_time", unit, 1), job.value("speciation_time", unit, 4));
    EXPECT_EQ(job.value("speciation_gap", unit),
              job.value("speciation_time", unit, 0) - job.value("speciation_time", unit, 4));
  }
  expect_complete(job);
}

TEST(CoupledOu, Figure1CurvesPassThroughOneAtTheSpeciationTime) {
  const RanJob job = RanJob::from_file("multimodal_figure1.toml", "",
                                       {"axes.g=[0.4]", "axes.time=[0.0, 0.7518, 0.6171, 0.6625]"});
  const auto kappa = job.values("kappa", 0), modes = job.values("mode_kappa", 0);
  EXPECT_NEAR(kappa[0 * 4 + 1], 1.0, 2e-4);
  EXPECT_NEAR(kappa[4 * 4 + 2], 1.0, 2e-4);
  EXPECT_NEAR(kappa[2 * 4 + 3], 1.0, 2e-4);
  EXPECT_NEAR(modes[0 * 4 + 1], 1.0, 2e-4);
  EXPECT_NEAR(modes[1 * 4 + 2], 1.0, 2e-4);
}

TEST(CoupledOu, Figure2JobGivesTheKnownValues) {
  const RanJob job = RanJob::from_file("multimodal_figure2.toml", "smoke");
  const double joint[] = {.136171, .136158, .136120, .136057, .135972};
  for (int unit = 0; unit < 5; ++unit) {
    EXPECT_NEAR(job.value("collapse_time", unit), joint[unit], 5.1e-7);
    EXPECT_NEAR(job.value("collapse_time_bound", unit), .156518, 5.1e-7);
    // corrections E0.7: the random energy model has its modes collapse much later than printed.
    EXPECT_LT(job.value("mode_collapse_time", unit, 0),
              job.value("mode_collapse_time_printed", unit, 0) / 5);
  }
  EXPECT_NEAR(job.value("mode_collapse_time_printed", 0, 0), .136171, 5.1e-7);
  EXPECT_NEAR(job.value("mode_collapse_time_printed", 4, 0), .156273, 5.1e-7);
  EXPECT_NEAR(job.value("mode_collapse_time_printed", 4, 1), .121668, 5.1e-7);
  expect_complete(job);
}

TEST(CoupledOu, Figure2RateIsAlphaAtOneHalfAndTheCollapseTime) {
  const RanJob job =
      RanJob::from_file("multimodal_figure2.toml", "",
                        {"axes.g=[0.0]", "axes.time=[0.0, 0.136171, 0.3]", "axes.energy=[0.5]",
                         "axes.inverse_temperature=[-50.0, 0.0, 1.0]"});
  const auto rate = job.values("energy_rate", 0), cumulant = job.values("cumulant", 0);
  EXPECT_TRUE(std::isnan(rate[0]));  // t = 0: nothing to tell apart
  EXPECT_NEAR(rate[1], 1.0, 5e-6);
  EXPECT_LT(rate[2], 1.0);
  EXPECT_TRUE(std::isnan(cumulant[0 * 3 + 1]));  // below the lowest inverse temperature
  EXPECT_EQ(cumulant[1 * 3 + 1], 0.0);
  EXPECT_NEAR(cumulant[2 * 3 + 1], -1.5, 5e-6);
}

TEST(CoupledOu, Figure3JobGivesTheKnownValues) {
  const RanJob job = RanJob::from_file("multimodal_figure3.toml", "smoke");
  const double wanted[] = {.69315, .66575, .60162, .53163, .47187, .42470, .38779};
  ASSERT_EQ(job.size(), 7u);
  for (int unit = 0; unit < 7; ++unit) {
    EXPECT_NEAR(job.value("speciation_time", unit), wanted[unit], 5.1e-6);
    EXPECT_NEAR(job.value("kappa_initial", unit), 4.0, 1e-13);
  }
  expect_complete(job);
}

TEST(CoupledOu, Figure4JobGivesTheKnownValues) {
  const RanJob job = RanJob::from_file("multimodal_figure4.toml", "smoke");
  const double wanted[5][9] = {{.6931, .7084, .7041, .6782, .6291, .5528, .4363, NAN, NAN},
                               {.6931, .7003, .6865, .6515, .5965, .5242, .4388, .3453, .2453},
                               {.6931, .6826, .6525, .6069, .5521, .4948, .4405, .3920, .3503},
                               {.6931, .6673, .6274, .5796, .5300, .4831, .4411, .4046, .3732},
                               {.6931, .6616, .6190, .5713, .5239, .4801, .4412, .4074, .3784}};
  ASSERT_EQ(job.size(), 9u);
  for (int unit = 0; unit < 9; ++unit) {
    for (int i = 0; i < 5; ++i) {
      const bool none = std::isnan(wanted[i][unit]);
      EXPECT_EQ(job.value("speciation_status", unit, i), none ? 1.0 : 0.0);
      EXPECT_EQ(std::isnan(job.value("speciation_time", unit, i)), none);
      if (!none) {
        EXPECT_NEAR(job.value("speciation_time", unit, i), wanted[i][unit], 5.1e-5);
      }
      EXPECT_EQ(none, job.value("kappa_peak", unit, i) <= 1.0);
    }
    EXPECT_NEAR(job.value("critical_coupling", unit, 0), 1.70478, 5e-6);
    EXPECT_NEAR(job.value("critical_coupling_line", unit, 0), 1.5, 1e-13);
    EXPECT_NEAR(job.value("critical_coupling_line", unit, 1), 1.5 * std::numbers::sqrt2, 1e-13);
    for (int i = 2; i < 5; ++i) EXPECT_TRUE(std::isnan(job.value("critical_coupling", unit, i)));
  }
  expect_complete(job);
}

TEST(CoupledOu, Figure4KeepsTheSmallerRoot) {
  const RanJob job = RanJob::from_file("multimodal_figure4.toml", "",
                                       {"axes.g=[1.4, 1.6]", "axes.theta=[0.0, 3.0]"});
  EXPECT_TRUE(std::isnan(job.value("lower_speciation_time", 0, 0)));
  EXPECT_EQ(job.value("crossing_count", 0, 0), 1.0);
  EXPECT_NEAR(job.value("lower_speciation_time", 1, 0), .057, 5e-4);
  EXPECT_NEAR(job.value("speciation_time", 1, 0), .367, 5e-4);
  EXPECT_EQ(job.value("crossing_count", 1, 0), 2.0);
  EXPECT_TRUE(std::isnan(job.value("lower_speciation_time", 1, 1)));
}

TEST(CoupledOu, Figure5JobGivesTheKnownValues) {
  const RanJob job = RanJob::from_file("multimodal_figure5.toml", "smoke");
  const double joint[] = {.136171, .136158, .136120, .135969, .135720};
  const double conditional[] = {.136171, .136145, .136069, .135767, .135273};
  for (int unit = 0; unit < 5; ++unit) {
    EXPECT_NEAR(job.value("collapse_time", unit), joint[unit], 5.1e-7);
    EXPECT_NEAR(job.value("conditional_collapse_time", unit), conditional[unit], 5.1e-7);
  }
  expect_complete(job);
  const RanJob effective = RanJob::from_file("multimodal_figure5.toml", "smoke",
                                             {"experiment.conditional_alpha_ratio=2.0"});
  EXPECT_NEAR(effective.value("conditional_collapse_time", 0), .01832, 5.1e-6);
}

TEST(CoupledOu, EveryJobOfTheFolderRuns) {
  int jobs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SYNCGAP_JOBS)) {
    const Job job = read_job(entry.path().string(), "smoke", {});
    if (job.experiment != "coupled_ou") continue;
    ++jobs;
    expect_complete(RanJob::from_file(entry.path().filename().string(), "smoke"));
  }
  EXPECT_GE(jobs, 8);
}

TEST(CoupledOu, ViolatedBoundIsAStatus) {
  // corrections E0.5: the parameters of figure 2 violate (60) beyond g = 0; at g = 0 they meet it
  // exactly, which does not confine either.
  const RanJob job = RanJob::from_text(
      kSymmetric + "noise_variance = 1.0\nquantities = [\"speciation\"]\n[axes]\ng = [0.0, 0.5]\n");
  for (std::size_t unit = 0; unit < 2; ++unit)
    for (int i = 0; i < 5; ++i) {
      EXPECT_EQ(job.value("speciation_status", unit, i), 2.0);
      EXPECT_TRUE(std::isnan(job.value("speciation_time", unit, i)));
      EXPECT_TRUE(std::isnan(job.value("speciation_gap", unit)));
    }
  // The common mode alone is confining at g = .5: sigma^2 (1 - .5) < 1.
  EXPECT_EQ(job.value("mode_speciation_status", 1, 0), 0.0);
  EXPECT_EQ(job.value("mode_speciation_status", 1, 1), 2.0);
  EXPECT_NEAR(job.value("variance_bound", 1), 1.0 / 1.5, 1e-15);
  const RanJob triangular = RanJob::from_text(
      kTriangular + "noise_variance = 1.0\nquantities = [\"speciation\"]\n[axes]\ng = [0.5]\n");
  EXPECT_EQ(triangular.value("speciation_status", 0, 3), 2.0);
  EXPECT_LE(triangular.value("restoring_rate", 0), 0.0);
}

TEST(CoupledOu, SchedulesOfConstantStrengthAreTheConstantOne) {
  const std::string pieces =
      "piece_starts = [0.0, 0.02, 0.3]\npiece_factors = [1.0, 1.0, 1.0]\nramp_end = 1.0\n";
  const std::string axes =
      "[axes]\ng = [0.3, 0.8]\nschedule = [\"constant\", \"piecewise\", \"cosine\", "
      "\"linear\"]\n";
  const RanJob symmetric = RanJob::from_text(kSymmetric + pieces + axes);
  const RanJob triangular = RanJob::from_text(kTriangular + pieces + axes);
  auto compare = [](const RanJob& job, const char* name, double relative) {
    for (std::size_t unit = 0; unit < job.size(); ++unit) {
      const std::size_t constant = unit / 4 * 4;
      const auto seen = job.values(name, unit), wanted = job.values(name, constant);
      for (std::size_t i = 0; i < seen.size(); ++i)
        EXPECT_NEAR(seen[i], wanted[i], relative * wanted[i]) << name << ' ' << unit << ' ' << i;
    }
  };
  for (const char* name : {"speciation_time", "mode_speciation_time", "kappa_peak",
                           "mode_collapse_time", "mode_collapse_time_printed", "collapse_time"})
    compare(symmetric, name, 1e-10);
  for (const char* name :
       {"speciation_time", "kappa_peak", "collapse_time", "conditional_collapse_time"})
    compare(triangular, name, 1e-10);
}

TEST(CoupledOu, SwitchingStrongCouplingOffCanUnbindTheReversePotential) {
  // While coupled, c_+ grows towards sigma_W^2 / (2 (beta - g)); once off, (59) needs
  // c_+ < sigma_W^2 / beta. At g = .8, c_+ = 5 - 4 e^{-.4 t} passes 2 at t = .719.
  const std::string axes = "[axes]\ng = [0.8]\nschedule = [\"late\"]\n";
  const RanJob before = RanJob::from_text(kSymmetric + "switch_time = 0.71\n" + axes);
  const RanJob after = RanJob::from_text(kSymmetric + "switch_time = 0.73\n" + axes);
  EXPECT_EQ(before.value("speciation_status", 0, 0), 0.0);
  EXPECT_EQ(after.value("speciation_status", 0, 0), 2.0);
  EXPECT_EQ(after.value("mode_speciation_status", 0, 0), 2.0);
  EXPECT_EQ(after.value("mode_speciation_status", 0, 1), 0.0);
}

TEST(CoupledOu, WhenTheCouplingActsDecidesWhatItDoes) {
  // Uncoupled t_S = ln 2 = .693; g = .5 at theta = 0 delays nothing before it acts.
  const RanJob job = RanJob::from_text(
      kTriangular + "switch_time = 0.35\n[axes]\ng = [0.5]\ntheta = [0.0, 3.1]\n" +
      "schedule = [\"constant\", \"late\", \"early\", \"linear\", \"cosine\"]\n");
  for (std::size_t unit = 0; unit < job.size(); ++unit)
    for (int i = 0; i < 2; ++i) EXPECT_EQ(job.value("speciation_status", unit, i), 0.0);
  const double opposed = job.value("speciation_time", 0, 1);
  // Opposed means, constant coupling: earlier in t than under any weaker schedule.
  for (std::size_t unit = 1; unit < 5; ++unit) {
    EXPECT_NE(job.value("speciation_time", unit, 1), opposed);
    EXPECT_NEAR(job.value("speciation_time", unit, 1), .65, .08);
  }
}

TEST(CoupledOu, TwoModalitiesOfAnyGraphAreCommonAndDifference) {
  const RanJob job =
      RanJob::from_text(kSymmetric + "adjacency = [0.0, 1.0, 1.0, 0.0]\n[axes]\ng = [-0.6, 0.4]\n" +
                        "graph = [\"complete\", \"ring\", \"star\", \"given\"]\n");
  for (std::size_t unit = 0; unit < 8; ++unit) {
    const double g = unit < 4 ? -0.6 : 0.4;
    EXPECT_NEAR(job.value("mode_rate", unit, 0), -1.0 + g, 1e-15);
    EXPECT_NEAR(job.value("mode_rate", unit, 1), -1.0 - g, 1e-15);
    for (int i = 0; i < 5; ++i)
      EXPECT_NEAR(job.value("speciation_time", unit, i),
                  job.value("speciation_time", unit / 4 * 4, i), 1e-14);
  }
  EXPECT_NEAR(job.value("speciation_time", 4, 0), .7518, 5.1e-5);
  EXPECT_NEAR(job.value("speciation_time", 4, 4), .6171, 5.1e-5);
}

TEST(CoupledOu, ManyModalitiesKeepTheirModes) {
  const std::string axes = "[axes]\ng = [0.5]\nmodalities = [2, 4, 8]\nmode = { range = [0, 8] }\n";
  const RanJob spectral = RanJob::from_text(kSymmetric + "size_scaling = \"total\"\n" + axes);
  // The same common mode for every N; the others approach the uncoupled ones.
  for (int unit = 0; unit < 3; ++unit) {
    EXPECT_NEAR(spectral.value("mode_speciation_time", unit, 0),
                spectral.value("mode_speciation_time", 0, 0), 1e-14);
    const double n = std::pow(2.0, unit + 1);
    EXPECT_NEAR(spectral.value("mode_rate", unit, 1), -1.0 - 0.5 / (n - 1), 1e-14);
    EXPECT_EQ(std::isnan(spectral.value("mode_speciation_time", unit, 7)), unit < 2);
  }
  // Joint collapse at fixed log n / d: more modalities, more to tell points apart by.
  EXPECT_LT(spectral.value("collapse_time", 0), spectral.value("collapse_time", 1));
  // Signal that grows with N speciates earlier in the generation, at larger t.
  const RanJob growing = RanJob::from_text(kSymmetric + axes);
  EXPECT_EQ(growing.value("mode_speciation_time", 0, 0),
            spectral.value("mode_speciation_time", 0, 0));
  EXPECT_GT(growing.value("mode_speciation_time", 1, 0),
            growing.value("mode_speciation_time", 0, 0));
  // At g = .5 per edge only two modalities have a stationary forward process.
  const RanJob edge = RanJob::from_text(kSymmetric + "graph_scale = \"edge\"\n" + axes);
  EXPECT_EQ(edge.value("speciation_status", 0, 0), 0.0);
  EXPECT_EQ(edge.value("speciation_status", 1, 0), 4.0);
  EXPECT_EQ(edge.value("mode_speciation_status", 1, 3), 4.0);
  EXPECT_TRUE(std::isnan(edge.value("mode_speciation_status", 1, 4)));
  EXPECT_TRUE(std::isnan(edge.value("speciation_time", 1, 0)));
  EXPECT_TRUE(std::isnan(edge.value("collapse_time", 1)));
  EXPECT_NEAR(edge.value("mode_rate", 1, 0), 0.5, 1e-15);
}

TEST(CoupledOu, DimensionMultipliesTheSignal) {
  // corrections E0.3: d = 32, g = .4, m_+^2 = 2: the drift itself bifurcates at 3.6177.
  const RanJob job = RanJob::from_text(kSymmetric + "dimension = 32\n[axes]\ng = [0.4]\n");
  EXPECT_NEAR(job.value("speciation_time", 0, 0), 3.6177, 5.1e-5);
}

TEST(CoupledOu, RefusesWhatHasNoMeaning) {
  const auto g = refusal(kSymmetric + "[axes]\ng = [0.5, 1.0]\n");
  EXPECT_THAT(
      g, AllOf(HasSubstr("|g| < beta"), HasSubstr("axes.g, saw 1"), HasSubstr("experiment.beta")));
  EXPECT_THAT(refusal(kSymmetric + "[axes]\ng = [-1.5]\n"), HasSubstr("saw -1.5"));
  EXPECT_THAT(
      refusal(kSymmetric + "ramp_start = 3.0\n[axes]\ng = [0.5]\nschedule = [\"linear\"]\n"),
      HasSubstr("|g(t)| up to 1.5"));
  EXPECT_THAT(refusal(kSymmetric + "variance_x = -1.0\n"),
              AllOf(HasSubstr("variance_x"), HasSubstr("> 0")));
  EXPECT_THAT(refusal(kSymmetric + "variance_x = 0.5\n"), HasSubstr("variance_y"));
  EXPECT_THAT(refusal(kSymmetric + "noise_variance = 0.0\n"), HasSubstr("noise_variance"));
  EXPECT_THAT(refusal(kSymmetric + "alpha = 0.0\n"), HasSubstr("alpha"));
  EXPECT_THAT(refusal(kSymmetric + "relaxation = \"skew\"\n"), HasSubstr("triangular"));
  EXPECT_THAT(refusal(kSymmetric + "quantities = []\n"), HasSubstr("experiment.quantities"));
  EXPECT_THAT(refusal(kSymmetric + "quantities = [\"critical_coupling\"]\n"),
              HasSubstr("relaxation = \"triangular\""));
  EXPECT_THAT(refusal(kSymmetric + "[axes]\ncommon_fraction = [1.2]\n"),
              HasSubstr("axes.common_fraction, saw 1.2"));
  EXPECT_THAT(refusal(kSymmetric + "mean_square_x = 0.5\n"), HasSubstr("lies between"));
  EXPECT_THAT(refusal(kSymmetric + "[axes]\nmodalities = [1]\n"), HasSubstr("axes.modalities"));
  EXPECT_THAT(refusal(kSymmetric + "[axes]\nmode = [-1]\n"), HasSubstr("axes.mode"));
  EXPECT_THAT(refusal(kSymmetric + "[axes]\ntheta = [0.0]\n"), HasSubstr("theta"));
  EXPECT_THAT(refusal(kTriangular + "[axes]\ntheta = [45.0]\n"),
              AllOf(HasSubstr("axes.theta, saw 45"), HasSubstr("unit = \"pi\"")));
  EXPECT_THAT(refusal(kTriangular + "quantities = [\"curves\"]\n[axes]\ntime = [-0.1]\n"),
              HasSubstr("axes.time"));
  EXPECT_THAT(
      refusal(kTriangular + "quantities = [\"large_deviations\"]\n[axes]\nenergy = [0.0]\n"),
      HasSubstr("axes.energy"));
  const std::string piecewise = "[axes]\nschedule = [\"piecewise\"]\n";
  EXPECT_THAT(refusal(kTriangular + piecewise), HasSubstr("piece_starts"));
  EXPECT_THAT(refusal(kTriangular + "piece_starts = [0.1]\npiece_factors = [1.0]\n" + piecewise),
              HasSubstr("begin at time 0"));
  EXPECT_THAT(
      refusal(kTriangular + "piece_starts = [0.0, 0.5, 0.5]\npiece_factors = [1.0, 0.0, 1.0]\n" +
              piecewise),
      HasSubstr("must increase"));
  const std::string given = "[axes]\ngraph = [\"given\"]\nmodalities = [3]\n";
  EXPECT_THAT(refusal(kSymmetric + given), HasSubstr("adjacency"));
  EXPECT_THAT(refusal(kSymmetric + "adjacency = [0.0, 1.0, 1.0, 0.0]\n" + given),
              HasSubstr("axes.modalities = [2]"));
  EXPECT_THAT(refusal(kSymmetric + "adjacency = [0.0, 1.0, 0.0, 0.0]\n" + given),
              HasSubstr("symmetric"));
}

TEST(CoupledOu, DocumentsEveryOption) {
  const auto experiment = make_coupled_ou();
  for (const Option& option : experiment->options().all())
    EXPECT_GT(option.doc().size(), 15u) << option.name();
  for (const char* kind : {"symmetric", "triangular"}) {
    experiment->options().set("relaxation", std::string(kind), "test");
    for (const Axis& axis : experiment->axes()) EXPECT_FALSE(axis.doc.empty()) << axis.name;
  }
}

}  // namespace
}  // namespace syncgap::experiments
