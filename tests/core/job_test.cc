#include "core/job.h"

#include <cmath>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/options_json.h"
#include "error_text.h"

namespace syncgap {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Reals = std::vector<double>;
using Integers = std::vector<std::int64_t>;
using Labels = std::vector<std::string>;

constexpr const char* kText = R"([experiment]
name = "exact_score"
trials = 2000
score = "path"

[axes]
g = { linspace = [0.0, 1.0, 3] }
schedule = ["constant", "late"]

[run]
title = "Figure 12"
seed = 1
walltime = "01:30:00"

[profile.smoke]
experiment.trials = 200
axes.g = [0.2]
run.seed = 5

[profile.paper.experiment]
trials = 100000
)";

Job job_of(const std::string& text, const std::string& profile = "",
           const std::vector<std::string>& overrides = {}) {
  return parse_job(text, "jobs/figure12.toml", profile, overrides);
}

std::string refusal(const std::string& text, const std::string& profile = "",
                    const std::vector<std::string>& overrides = {}) {
  return error_text([&] { job_of(text, profile, overrides); });
}

/// What a run with these arguments would use.
struct RunSettings {
  std::int64_t trials = 1000;
  std::string score = "path";
  Grid grid;
};

std::vector<Axis> declared_axes() {
  return {{"g", AxisRole::split, Reals{0.5}, "coupling strength"},
          {"schedule",
           AxisRole::split,
           Labels{"constant"},
           "schedule",
           "1",
           {"constant", "late", "early"}},
          {"step", AxisRole::captured, Integers{0, 400, 800}, "steps to record"}};
}

RunSettings resolve(const Job& job) {
  RunSettings settings;
  OptionTable table;
  table.add("trials", settings.trials, "n", "trajectories").at_least(1);
  table.add("score", settings.score, "", "score").one_of({"printed", "path", "joint"});
  apply_options(job, table);
  settings.grid = make_grid(job, declared_axes());
  return settings;
}

std::string resolve_refusal(const std::string& text, const std::string& profile = "",
                            const std::vector<std::string>& overrides = {}) {
  return error_text([&] { resolve(job_of(text, profile, overrides)); });
}

Reals coupling(const RunSettings& settings) { return std::get<0>(settings.grid.axis("g").values); }

std::vector<Axis> numbered_axes() {
  Axis kept{"kept", AxisRole::captured, Integers{0, 1, 2, 3}, "walker that is kept"};
  kept.numbers_of = "walker";
  return {std::move(kept), {"walker", AxisRole::captured, Integers{5, 6, 7, 8, 9}, "walker"}};
}

TEST(Axes, DefaultsThatNumberAnotherAxisAreNoMoreThanItHas) {
  const auto kept = [](const std::vector<std::string>& overrides) {
    const Grid grid =
        make_grid(job_of("[experiment]\nname = \"walks\"\n", "", overrides), numbered_axes());
    return std::get<Integers>(grid.axis("kept").values);
  };
  EXPECT_THAT(kept({}), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(kept({"axes.walker=[5, 6]"}), ElementsAre(0, 1));
  EXPECT_THAT(kept({"axes.walker=5"}), ElementsAre(0));
  EXPECT_THAT(kept({"axes.walker=[5, 6]", "axes.kept=[0, 3]"}), ElementsAre(0, 3))
      << "what a job asks for is the experiment's to refuse";
}

std::vector<Axis> settled_axes() {
  Axis mode{"mode", AxisRole::captured, Labels{"common", "difference"}, "mode"};
  mode.choice = AxisChoice::nothing;
  Axis path{"path", AxisRole::captured, Integers{0, 1, 2}, "number of a path"};
  path.choice = AxisChoice::count;
  return {std::move(mode), std::move(path)};
}

TEST(Axes, SayWhatAJobMayChooseOfThem) {
  const auto grid = [](const std::vector<std::string>& overrides) {
    return make_grid(job_of("[experiment]\nname = \"walks\"\n", "", overrides), settled_axes());
  };
  const auto refused = [&](const std::string& given) {
    return error_text<InputError>([&] { grid({given}); });
  };
  for (const char* given : {R"(axes.mode=["difference", "common"])", R"(axes.mode=["common"])"})
    EXPECT_THAT(refused(given), AllOf(HasSubstr("axis 'mode' has the values that the experiment"),
                                      HasSubstr("--set"), HasSubstr("leave it out")));
  EXPECT_THAT(refused("axes.path=[0, 2]"),
              AllOf(HasSubstr("saw 2 at place 1"), HasSubstr("{ range = [0, 2] }")));
  EXPECT_THAT(refused("axes.path=[1]"), HasSubstr("counts from 0"));
  const Grid said = grid({"axes.path={range=[0, 9]}", R"(axes.mode=["common", "difference"])"});
  EXPECT_EQ(said.axis("path").size(), 9);
}

TEST(Job, IsReadWithItsText) {
  const Job job = job_of(kText);
  EXPECT_EQ(job.experiment, "exact_score");
  EXPECT_EQ(job.experiment_where, "jobs/figure12.toml:2");
  EXPECT_EQ(job.text, kText);
  EXPECT_EQ(job.stem, "figure12");
  EXPECT_EQ(job.run.title, "Figure 12");
  EXPECT_EQ(job.run.seed, 1);
  EXPECT_EQ(job.run.walltime, 5400);
  ASSERT_EQ(job.options.size(), 2U);
  EXPECT_EQ(job.options[1].key, "trials");
  EXPECT_EQ(job.options[1].where, "jobs/figure12.toml:3");
}

TEST(Job, OverridesWinOverTheProfileAndThatOverTheFile) {
  const RunSettings file = resolve(job_of(kText));
  EXPECT_EQ(file.trials, 2000);
  EXPECT_THAT(coupling(file), ElementsAre(0, 0.5, 1));

  const Job smoke = job_of(kText, "smoke");
  EXPECT_EQ(resolve(smoke).trials, 200);
  EXPECT_EQ(smoke.run.seed, 5);
  EXPECT_EQ(smoke.run.title, "Figure 12");
  EXPECT_EQ(smoke.profile, "smoke");
  EXPECT_THAT(coupling(resolve(smoke)), ElementsAre(0.2));

  const std::vector<std::string> overrides{"experiment.trials=7", "axes.g=[0.1, 0.9]", "run.seed=6",
                                           "experiment.score=joint"};
  const Job overridden = job_of(kText, "smoke", overrides);
  const RunSettings settings = resolve(overridden);
  EXPECT_EQ(settings.trials, 7);
  EXPECT_EQ(settings.score, "joint");
  EXPECT_EQ(overridden.run.seed, 6);
  EXPECT_THAT(coupling(settings), ElementsAre(0.1, 0.9));
  EXPECT_EQ(overridden.overrides, overrides);
  EXPECT_EQ(resolve(job_of(kText, "paper")).trials, 100000);
}

TEST(Job, TheLastOfSeveralOverridesCounts) {
  EXPECT_EQ(resolve(job_of(kText, "", {"experiment.trials=1", "experiment.trials=2"})).trials, 2);
}

TEST(Job, AxesNotGivenKeepTheExperimentsValues) {
  const RunSettings settings = resolve(job_of("[experiment]\nname = \"x\"\n"));
  EXPECT_THAT(coupling(settings), ElementsAre(0.5));
  EXPECT_THAT(std::get<1>(settings.grid.axis("step").values), ElementsAre(0, 400, 800));
  EXPECT_EQ(settings.grid.axis("step").role, AxisRole::captured);
}

TEST(Overrides, TakeEveryKindOfValue) {
  const Job job = job_of(
      kText, "",
      {"axes.schedule=late", "axes.g={ range = [0, 3] }", "run.title=a title", "run.walltime=60"});
  const RunSettings settings = resolve(job);
  EXPECT_THAT(std::get<2>(settings.grid.axis("schedule").values), ElementsAre("late"));
  EXPECT_THAT(coupling(settings), ElementsAre(0, 1, 2));
  EXPECT_EQ(job.run.title, "a title");
  EXPECT_EQ(job.run.walltime, 60);
}

TEST(Overrides, AreReadAsAShellLeavesThem) {
  const auto axes = [](const std::string& text) { return resolve(job_of(kText, "", {text})); };
  for (const char* text :
       {"axes.g=0.1,0.2", "axes.g=.1,.2", "axes.g=[.1,.2]", "axes.g=[ .1, .2 ]",
        "axes.g={ values = [.1, 2.e-1], unit = \"1\" }", "axes.g={ linspace = [.1, .2, 2.] }"})
    EXPECT_THAT(coupling(axes(text)), ElementsAre(0.1, 0.2)) << text;
  EXPECT_THAT(coupling(axes("axes.g=-.5,+.5,1.,1e1")), ElementsAre(-0.5, 0.5, 1, 10));
  // Quotes around words are gone when the shell has read them.
  for (const char* text : {"axes.schedule=constant,late", "axes.schedule=[constant,late]",
                           "axes.schedule=[constant, late]", "axes.schedule=\"constant\",\"late\"",
                           "axes.schedule=[\"constant\",\"late\"]"})
    EXPECT_THAT(std::get<2>(axes(text).grid.axis("schedule").values),
                ElementsAre("constant", "late"))
        << text;
  EXPECT_THAT(std::get<2>(axes("axes.schedule=[late]").grid.axis("schedule").values),
              ElementsAre("late"));
  EXPECT_EQ(axes("experiment.trials=1e5").trials, 100000);
  EXPECT_THAT(std::get<1>(axes("axes.step=1e2,2.0").grid.axis("step").values), ElementsAre(100, 2));
  const auto option = [](const std::string& value) {
    return job_of("[experiment]\nname = \"x\"\n", "", {"experiment.y=" + value}).options[0].value;
  };
  EXPECT_EQ(option("0.1,.2"), OptionValue(Reals{0.1, 0.2}));
  EXPECT_EQ(option("[.5,.25]"), OptionValue(Reals{0.5, 0.25}));
  EXPECT_EQ(option("[a,b]"), OptionValue(Labels{"a", "b"}));
  // What may be meant as text stays text.
  for (const std::string text : {"images, 2.5", "../v1./.5", "a.b", "v.5", "2026-13-45"})
    EXPECT_EQ(option(text), OptionValue(text)) << text;
  EXPECT_EQ(option("\".5\""), OptionValue(std::string(".5")));
  EXPECT_EQ(job_of(kText, "", {"run.title=g, theta and 1"}).run.title, "g, theta and 1");
  for (const char* text : {"axes.g=0.1,,0.2", "axes.g=0.1,", "axes.g=[.1", "axes.g=.1]"})
    EXPECT_THAT(refusal(kText, "", {text}), StartsWith("cannot read the value of an override"))
        << text;
}

TEST(Job, InlineTablesAreReadAsToml11WritesThem) {
  const std::string text = R"([experiment]
name = "exact_score"

[axes]
g = {  # coupling strength
  linspace = [0.0, 1.0,
              3],
}
schedule = ["constant"]
)";
  EXPECT_THAT(coupling(resolve(job_of(text))), ElementsAre(0.0, 0.5, 1.0));
  EXPECT_THAT(refusal(text + "schedule = ["), HasSubstr("(jobs/figure12.toml:10"));
}

TEST(Job, TheWallIsWrittenAsForSlurm) {
  const auto wall = [](const std::string& text) {
    return job_of(kText, "", {"run.walltime=" + text}).run.walltime;
  };
  EXPECT_EQ(wall("90"), 90);
  EXPECT_EQ(wall("01:30:00"), 5400);
  EXPECT_EQ(wall("\"1:30:05\""), 5405);
  EXPECT_EQ(wall("48:00:00"), 172800);
  EXPECT_EQ(wall("2-01:30:00"), 2 * 86400 + 5400);
  EXPECT_EQ(wall("\"10-00:00:01\""), 864001);
}

TEST(Overrides, MistakesShowTheForm) {
  const std::string form = "write experiment.OPTION=VALUE, axes.AXIS=VALUES or run.KEY=VALUE";
  EXPECT_EQ(refusal(kText, "", {"trials=3"}), "cannot read the override (--set trials=3): " + form);
  for (const char* text : {"experiment.trials", "=3", ".trials=3", "experiment.=3", "a=b.c", ""})
    EXPECT_THAT(refusal(kText, "", {text}), StartsWith("cannot read the override")) << text;
  EXPECT_EQ(refusal(kText, "", {"profile.smoke=3"}),
            "unknown section 'profile' in an override (--set profile.smoke=3): " + form);
  EXPECT_THAT(refusal(kText, "", {"axes.g=[0.1,"}),
              StartsWith("cannot read the value of an override (--set axes.g=[0.1,): "));
  EXPECT_THAT(refusal(kText, "", {"experiment.trials="}), HasSubstr("cannot read the value"));
  EXPECT_THAT(refusal(kText, "", {"run.seed=1\n[x]\ny=1"}), HasSubstr("cannot read the value"));
}

TEST(Overrides, AreTheWhereOfLaterMessages) {
  EXPECT_EQ(resolve_refusal(kText, "", {"experiment.trails=3"}),
            "unknown option 'trails' (--set experiment.trails=3): did you mean 'trials'?");
  EXPECT_THAT(resolve_refusal(kText, "", {"experiment.trials=0"}),
              StartsWith("option 'trials' is out of range (--set experiment.trials=0, saw 0)"));
  EXPECT_EQ(resolve_refusal(kText, "", {"axes.gg=3"}),
            "unknown axis 'gg' (--set axes.gg=3): did you mean 'g'?");
}

TEST(JobMistakes, BadTomlIsReportedWithLineAndColumn) {
  EXPECT_THAT(refusal("[experiment]\nname = \n"),
              StartsWith("the job is not valid TOML (jobs/figure12.toml:2:"));
  EXPECT_THAT(refusal("[experiment]\nname = \"x\"\ntrials = 1\ntrials = 2\n"),
              StartsWith("the job is not valid TOML (jobs/figure12.toml:4:"));
  EXPECT_THAT(refusal("\xff\xfe"), StartsWith("the job is not valid TOML"));
  for (const char* number : {".5", "5.", "[0.1, .5]"})
    EXPECT_THAT(refusal(concat("[axes]\ng = ", number, "\n")),
                testing::AllOf(StartsWith("the job is not valid TOML (jobs/figure12.toml:2:"),
                               testing::EndsWith("on both sides of the point: 0.5, 5.0")))
        << number;
}

TEST(JobMistakes, UnknownTablesOfferTheNearest) {
  EXPECT_EQ(refusal("[experiment]\nname = \"x\"\n[axis]\ng = 1\n"),
            "unknown table 'axis' (jobs/figure12.toml:3): did you mean 'axes'?");
  EXPECT_THAT(refusal("nonsense = 1\n"), StartsWith("unknown table 'nonsense' "));
  EXPECT_EQ(refusal("experiment = 3\n"),
            "'experiment' must be a table (jobs/figure12.toml:1): write [experiment]");
  EXPECT_EQ(refusal("[[axes]]\ng = 1\n"),
            "'axes' must be a table (jobs/figure12.toml:1): write [axes]");
}

TEST(JobMistakes, WithoutAnExperimentThereIsNothingToRun) {
  EXPECT_EQ(refusal("[axes]\ng = 1\n"),
            "the job names no experiment (jobs/figure12.toml): write [experiment] name = \"...\"; "
            "see `syncgap experiments`");
  EXPECT_THAT(refusal(""), StartsWith("the job names no experiment"));
  EXPECT_EQ(refusal("[experiment]\nname = 3\n"),
            "'experiment.name' takes a string (jobs/figure12.toml:2): see `syncgap experiments`");
}

TEST(JobMistakes, ProfilesMustExistAndAllOfThemAreRead) {
  EXPECT_EQ(refusal(kText, "smoek"),
            "unknown profile 'smoek' (jobs/figure12.toml): did you mean 'smoke'?");
  EXPECT_EQ(refusal("[experiment]\nname = \"x\"\n", "smoke"),
            "unknown profile 'smoke' (jobs/figure12.toml): there are none");
  const std::string head = "[experiment]\nname = \"x\"\n";
  EXPECT_EQ(refusal(head + "[profile.paper]\nexperimnt.trials = 3\n"),
            "unknown table of a profile 'experimnt' (jobs/figure12.toml:4): did you mean "
            "'experiment'?");
  EXPECT_THAT(refusal(head + "[profile.paper]\naxes.g = []\n", ""),
              StartsWith("axis 'g' has no values (jobs/figure12.toml:4)"));
  EXPECT_THAT(refusal(head + "[profile]\npaper = 3\n"),
              StartsWith("profile 'paper' must be a table (jobs/figure12.toml:4)"));
  EXPECT_THAT(refusal("profile = 3\n" + head), StartsWith("'profile' must hold tables"));
}

TEST(JobMistakes, TheRunTableIsCheckedLikeOptions) {
  const std::string head = "[experiment]\nname = \"x\"\n[run]\n";
  EXPECT_EQ(refusal(head + "sed = 3\n"),
            "unknown option 'sed' (jobs/figure12.toml:4): did you mean 'seed'?");
  EXPECT_THAT(refusal(head + "seed = -1\n"), HasSubstr("must be >= 0"));
  EXPECT_THAT(refusal(head + "seed = 1.5\n"), HasSubstr("takes a whole number"));
  EXPECT_EQ(job_of(head + "seed = 1e3\n").run.seed, 1000);
  // The default, not what the job or an earlier override has set.
  EXPECT_EQ(refusal(head + "seed = 7\n", "", {"run.seed=8", "run.seed=x"}),
            "option 'seed' takes a whole number (--set run.seed=x, saw \"x\"): the default is 1");
  EXPECT_THAT(refusal(head + "ranks_per_unit = 0\n"), HasSubstr("must be >= 1"));
  EXPECT_THAT(refusal(head + "walltime = \"1:30\"\n"),
              HasSubstr("write seconds, \"hours:minutes:seconds\" or \"days-hours:"));
  for (const char* text : {"\"a:b:c\"", "\"1:2:3:4\"", "\"\"", "\"::\"", "\"1:2:-3\"", "\"1:2: 3\"",
                           "\"1-02\"", "\"-1:00:00\"", "\"1-2-03:00:00\"", "\"1-02:00\""})
    EXPECT_THAT(refusal(head + "walltime = " + text + "\n"), HasSubstr("cannot be read")) << text;
}

TEST(JobMistakes, OptionsOfStrangeKindsAreRefused) {
  const std::string head = "[experiment]\nname = \"x\"\n";
  EXPECT_THAT(refusal(head + "start = 2026-01-01\n"), HasSubstr("a value of an unknown kind"));
  EXPECT_THAT(refusal(head + "[experiment.deep]\nx = 1\n"), HasSubstr("unknown kind"));
  EXPECT_THAT(refusal(head + "knots = [1, \"a\"]\n"), HasSubstr("mixes numbers and strings"));
  EXPECT_THAT(refusal(head + "knots = [[1]]\n"), HasSubstr("a list element of an unknown kind"));
  EXPECT_EQ(resolve_refusal(head + "trials = \"many\"\n"),
            "option 'trials' takes a whole number (jobs/figure12.toml:3, saw \"many\"): the "
            "default is 1000");
}

TEST(JobAxes, MustBeOnesTheExperimentHas) {
  const std::string head = "[experiment]\nname = \"x\"\n[axes]\n";
  EXPECT_EQ(resolve_refusal(head + "shedule = \"late\"\n"),
            "unknown axis 'shedule' (jobs/figure12.toml:4): did you mean 'schedule'?");
  EXPECT_EQ(resolve_refusal(head + "temperature = 1\n"),
            "unknown axis 'temperature' (jobs/figure12.toml:4): known are g schedule step");
}

TEST(JobAxes, TakeTheTypeTheExperimentDeclared) {
  const std::string head = "[experiment]\nname = \"x\"\n[axes]\n";
  EXPECT_THAT(coupling(resolve(job_of(head + "g = [0, 1]\n"))), ElementsAre(0, 1));
  EXPECT_EQ(resolve_refusal(head + "g = \"high\"\n"),
            "axis 'g' takes numbers (jobs/figure12.toml:4, saw labels): coupling strength");
  EXPECT_EQ(resolve_refusal(head + "schedule = 3\n"),
            "axis 'schedule' takes labels (jobs/figure12.toml:4, saw whole numbers): schedule");
  EXPECT_EQ(resolve_refusal(head + "schedule = \"lat\"\n"),
            "unknown value of axis 'schedule' 'lat' (jobs/figure12.toml:4): did you mean 'late'?");
  EXPECT_EQ(resolve_refusal(head + "step = [0, 0.5]\n"),
            "axis 'step' takes whole numbers (jobs/figure12.toml:4, saw 0.5): steps to record");
}

TEST(JobAxes, GeneratorsThatHitWholeNumbersFitAxesOfThem) {
  const std::string head = "[experiment]\nname = \"x\"\n[axes]\nstep = ";
  const auto steps = [&](const std::string& text) {
    return std::get<1>(resolve(job_of(head + text)).grid.axis("step").values);
  };
  EXPECT_THAT(steps("{ linspace = [0, 800, 5] }"), ElementsAre(0, 200, 400, 600, 800));
  EXPECT_THAT(steps("{ logspace = [1, 1000, 4] }"), ElementsAre(1, 10, 100, 1000));
}

TEST(JobAxes, ValuesMustBeFiniteAndDifferent) {
  const std::string head = "[experiment]\nname = \"x\"\n[axes]\n";
  EXPECT_EQ(resolve_refusal(head + "g = [0.1, 0.2, 0.1]\n"),
            "axis 'g' has the value 0.1 twice (jobs/figure12.toml:4): remove one");
  EXPECT_THAT(resolve_refusal(head + "g = [0.0, -0.0]\n"), HasSubstr("twice"));
  EXPECT_THAT(resolve_refusal(head + "g = { linspace = [1, 1, 5] }\n"), HasSubstr("twice"));
  EXPECT_THAT(resolve_refusal(head + "schedule = [\"late\", \"late\"]\n"),
              HasSubstr("has the value \"late\" twice"));
  EXPECT_EQ(resolve_refusal(head + "g = [0.1, nan]\n"),
            "axis 'g' has a value that is not finite (jobs/figure12.toml:4): remove it");
  EXPECT_THAT(resolve_refusal(head + "g = { linspace = [0.0, 1.7e308, 5], unit = \"pi\" }\n"),
              HasSubstr("not finite"));
}

TEST(JobFiles, AreReadOrRefusedByName) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(testing::TempDir()) / "syncgap_job_test";
  fs::create_directories(folder);
  const std::string path = (folder / "figure12.toml").string();
  std::ofstream(path) << kText;
  EXPECT_EQ(read_job(path, "smoke", {}).run.seed, 5);
  EXPECT_EQ(error_text([&] { read_job(folder.string(), "", {}); }),
            "the job is a folder (" + folder.string() + "): give a .toml file");
  EXPECT_EQ(error_text([&] { read_job("/nowhere/x.toml", "", {}); }),
            "cannot open the job (/nowhere/x.toml): check the path");
  fs::remove_all(folder);
}

TEST(OptionsJson, HoldsEveryOptionWithItsExactValue) {
  std::int64_t trials = 3;
  double beta = 0.1;
  bool paired = true;
  std::string score = "a \"b\"";
  Reals knots{0.25, 1e-300};
  Labels sets;
  OptionTable table;
  table.add("trials", trials, "n", "trajectories").at_least(1);
  table.add("beta", beta, "beta", "rate").unit("1/time");
  table.add("paired", paired, "", "");
  table.add("score", score, "", "");
  table.add("knots", knots, "", "");
  table.add("sets", sets, "", "");
  // JSON is a subset of what toml++ cannot read, so the text itself is compared, without spaces.
  std::string text = options_json(table), docs = option_docs_json(table);
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  EXPECT_EQ(text,
            "{\"beta\":0.10000000000000001,\"knots\":[0.25,1e-300],\"paired\":true,\"score\":"
            "\"a\\\"b\\\"\","
            "\"sets\":[],\"trials\":3}");
  EXPECT_THAT(docs, HasSubstr("\"symbol\" : \"n\""));
  EXPECT_THAT(docs, HasSubstr("\"limits\" : \">= 1\""));
  EXPECT_THAT(docs, HasSubstr("\"unit\" : \"1/time\""));
}

}  // namespace
}  // namespace syncgap
