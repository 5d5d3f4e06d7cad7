#include "core/inline_tables.h"

#include <gtest/gtest.h>

namespace syncgap {
namespace {

TEST(InlineTables, BreaksCommentsAndACommaAtTheEndGoAndLinesKeepTheirNumbers) {
  EXPECT_EQ(
      without_breaks_in_inline_tables("g = {  # of coupling\n  from = 0,\r\n  to = 1,\n}\nx = 1\n"),
      "g = {     from = 0,    to = 1  }\n\n\n\nx = 1\n");
  EXPECT_EQ(without_breaks_in_inline_tables("a = [\n { b = 1,\n },  # one\n 2,\n]\n"),
            "a = [\n { b = 1   },  # one\n\n 2,\n]\n");
  EXPECT_EQ(without_breaks_in_inline_tables("a = { b = [\n 1, ], c = {\n d = 2, }, }"),
            "a = { b = [\n 1, ], c = {  d = 2  }  }");
}

TEST(InlineTables, StringsAndCommentsAreNotLookedInto) {
  for (const char* text :
       {"a = \"{\\\"\"  # { \" '\nb = 'it{'\n", "a = \"\"\"{\n\"\"\"\"\"\nb = 1\n",
        "a = '''{\n''\n\\'''\nb = 1\n", "a = { b = \"x, }\", c = '# not' }\n",
        "a = { b = \"\"\"one\ntwo\"\"\" }\n",
        "\xEF\xBB\xBF"
        "a = \"\xCE\xB8 {\"\n"})
    EXPECT_EQ(without_breaks_in_inline_tables(text), text);
}

TEST(InlineTables, WhatIsNoTomlStaysSo) {
  for (const char* text : {"a = {,}", "a = { b = 1,, }", "a = [1,,]", "a = \"open\nb = 1",
                           "a = '''", "}]\n{", "a = \"\\", "a = [ { b = 1, ]\n"})
    EXPECT_EQ(without_breaks_in_inline_tables(text), text);
  EXPECT_EQ(without_breaks_in_inline_tables("a = {\n,\n}"), "a = { , }");
}

}  // namespace
}  // namespace syncgap
