#include "app/json.h"

#include <limits>

#include <gtest/gtest.h>

namespace syncgap::app {
namespace {

std::string printed(const Json& object) {
  testing::internal::CaptureStdout();
  print_json(object);
  return testing::internal::GetCapturedStdout();
}

TEST(PrintJson, GivesAKeyALineInTheOrderGiven) {
  EXPECT_EQ(printed({{"units", 3}, {"axes", {{{"name", "g"}}}}, {"left", nullptr}}),
            "{\n  \"units\": 3,\n  \"axes\": [{\"name\":\"g\"}],\n  \"left\": null\n}\n");
}

TEST(PrintJson, EscapesWhatJsonMust) {
  EXPECT_EQ(printed({{"a \"b\" \\ c", "line\nend\x01 κ"}}),
            "{\n  \"a \\\"b\\\" \\\\ c\": \"line\\nend\\u0001 κ\"\n}\n");
  EXPECT_EQ(printed({{"path", "not \xff UTF-8"}}), "{\n  \"path\": \"not \uFFFD UTF-8\"\n}\n");
}

TEST(PrintJson, HasNoNumberThatIsNone) {
  EXPECT_EQ(printed({{"seconds", std::numeric_limits<double>::quiet_NaN()}}),
            "{\n  \"seconds\": null\n}\n");
}

}  // namespace
}  // namespace syncgap::app
