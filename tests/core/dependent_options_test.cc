#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/job.h"
#include "core/options.h"
#include "core/options_json.h"
#include "error_text.h"

namespace syncgap {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Two tools, each with a size of its own.
struct Tools {
  std::string tool = "saw";
  std::int64_t teeth = 20, weight = 3;

  OptionTable table() {
    OptionTable options;
    options.add("tool", tool, "", "what is used").one_of({"saw", "hammer"}).was("saw");
    options.only_with("tool", "saw", [&] { options.add("teeth", teeth, "", "of the saw"); });
    options.only_with("tool", "hammer", [&] { options.add("weight", weight, "", "of its head"); });
    return options;
  }
};

std::vector<std::string> deciding_names(const OptionTable& table) {
  std::vector<std::string> names;
  for (const Option& option : table.all())
    if (option.decides()) names.push_back(option.name());
  return names;
}

TEST(DependentOptions, DecideOnlyWithTheChoiceTheyBelongTo) {
  Tools tools;
  OptionTable table = tools.table();
  EXPECT_THAT(deciding_names(table), ElementsAre("teeth"));
  EXPECT_EQ(table.all()[2].condition_text(), "tool = \"hammer\"");
  EXPECT_EQ(table.all()[0].condition_text(), "");
  table.set("tool", std::string("hammer"), "job.toml:2");
  EXPECT_THAT(deciding_names(table), ElementsAre("tool", "weight"));
  EXPECT_FALSE(table.all()[1].applies());
  EXPECT_TRUE(table.all()[2].applies());
}

TEST(DependentOptions, OneThatCameLaterDecidesWhereItIsNotAsItWasWhateverItsDefault) {
  Tools tools;
  tools.tool = "hammer";  // an experiment with another default
  const OptionTable table = tools.table();
  EXPECT_EQ(table.all()[0].default_value(), OptionValue(std::string("hammer")));
  EXPECT_THAT(deciding_names(table), ElementsAre("tool", "weight"));
}

void apply_tools(const std::string& options, const std::string& profile = "",
                 const std::vector<std::string>& overrides = {}) {
  Tools tools;
  OptionTable table = tools.table();
  apply_options(
      parse_job("[experiment]\nname = \"tools\"\n" + options, "tools.toml", profile, overrides),
      table);
}

std::string tools_refusal(const std::string& options, const std::string& profile = "",
                          const std::vector<std::string>& overrides = {}) {
  return error_text<InputError>([&] { apply_tools(options, profile, overrides); });
}

TEST(DependentOptions, AreRefusedBesideAChoiceTheyDoNotBelongTo) {
  EXPECT_NO_THROW(apply_tools("teeth = 4\n"));
  EXPECT_NO_THROW(apply_tools("tool = \"hammer\"\nweight = 4\n"));
  EXPECT_THAT(tools_refusal("weight = 4\n"),
              AllOf(HasSubstr("option 'weight' goes with tool = \"hammer\" (tools.toml:3"),
                    HasSubstr("; tool is \"saw\" by default): "), HasSubstr("choose the other")));
  EXPECT_THAT(
      tools_refusal("tool = \"hammer\"\nteeth = 4\n"),
      HasSubstr("option 'teeth' goes with tool = \"saw\" (tools.toml:4; tool is \"hammer\", "
                "tools.toml:3): leave it out"));
}

TEST(DependentOptions, OfAChoiceThatALaterPartOfTheJobReplacesAreLeftAside) {
  const std::string job =
      "teeth = 4\n"
      "[profile.heavy.experiment]\ntool = \"hammer\"\nweight = 9\n"
      "[profile.wrong.experiment]\ntool = \"hammer\"\nteeth = 9\n";
  EXPECT_NO_THROW(apply_tools(job, "heavy"));
  EXPECT_NO_THROW(apply_tools(job, "", {"experiment.tool=hammer"}));
  EXPECT_NO_THROW(apply_tools(job, "heavy", {"experiment.tool=saw"}));
  EXPECT_THAT(tools_refusal(job, "wrong"), HasSubstr("option 'teeth' goes with"));
  EXPECT_THAT(tools_refusal(job, "heavy", {"experiment.teeth=5"}),
              HasSubstr("(--set experiment.teeth=5; tool is \"hammer\", tools.toml:5)"));
  EXPECT_THAT(tools_refusal(job, "", {"experiment.tool=hammer", "experiment.teeth=5"}),
              HasSubstr("option 'teeth' goes with"));
}

TEST(DependentOptions, ThatDoNotApplyAreNotRecorded) {
  Tools tools;
  OptionTable table = tools.table();
  EXPECT_THAT(options_json(table), AllOf(HasSubstr("teeth"), Not(HasSubstr("weight"))));
  table.set("tool", std::string("hammer"), "job.toml:2");
  EXPECT_THAT(options_json(table), AllOf(HasSubstr("weight"), Not(HasSubstr("teeth"))));
  EXPECT_THAT(option_docs_json(table), AllOf(HasSubstr("weight"), Not(HasSubstr("teeth"))));
}

}  // namespace
}  // namespace syncgap
