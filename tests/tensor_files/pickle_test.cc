#include "tensor_files/pickle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_text.h"
#include "made_up_files.h"
#include "tensor_files/format_error.h"

namespace syncgap::tensor_files {
namespace {

using made_up::little;
using ::testing::HasSubstr;
using Kind = Pickle::Kind;

std::string pickle_refusal(const std::string& bytes) {
  return error_text<FormatError>([&] { Pickle{bytes}; });
}

TEST(Pickle, NumbersAreReadInEveryLength) {
  const auto read = [](const std::string& opcodes) {
    const std::string bytes = opcodes + ".";
    return Pickle(bytes).root().number;
  };
  EXPECT_EQ(read("K\xff"), 255);
  EXPECT_EQ(read("M" + little<std::uint16_t>(65535)), 65535);
  EXPECT_EQ(read("J" + little<std::uint32_t>(0xfffffffe)), -2);
  EXPECT_EQ(read(std::string("\x8a\0", 2)), 0);
  EXPECT_EQ(read("\x8a\x01\xff"), -1);
  EXPECT_EQ(read(std::string("\x8a\x02\xff\0", 4)), 255);
  EXPECT_EQ(read("\x8b" + little<std::uint32_t>(8) + little<std::uint64_t>(1ULL << 62)), 1LL << 62);
  const std::string large = "\x8a\x09" + std::string(9, '\x7f') + ".";
  const Pickle pickle(large);
  EXPECT_EQ(pickle.root().text.size(), 9U);
}

TEST(Pickle, ContainersAreFilledAndSharedByTheMemo) {
  // [t, t, {t: None}] with t = ("x", True), kept in the memo both ways.
  const std::string bytes =
      std::string("\x80\x04]\x94(X\x01\0\0\0x\x88\x86q\x05h\x05}h\x05Nseh\0.", 26);
  const Pickle pickle(bytes);
  EXPECT_EQ(pickle.length(), bytes.size());
  const auto& list = pickle.root();
  ASSERT_EQ(list.kind, Kind::list);
  ASSERT_EQ(list.items.size(), 3U);
  EXPECT_EQ(list.items[0], list.items[1]);
  const auto& tuple = pickle[list.items[0]];
  ASSERT_EQ(tuple.kind, Kind::tuple);
  EXPECT_EQ(pickle[tuple.items[0]].text, "x");
  EXPECT_EQ(pickle[tuple.items[1]].number, 1);
  const auto& dict = pickle[list.items[2]];
  ASSERT_EQ(dict.kind, Kind::dict);
  EXPECT_EQ(dict.items[0], list.items[0]);
  EXPECT_EQ(pickle[dict.items[1]].kind, Kind::none);
}

TEST(Pickle, ACallStaysANameWithItsArguments) {
  const std::string bytes = made_up::pickle(
      made_up::call(made_up::global("some.module", "function"), made_up::numbers({3})));
  const Pickle pickle(bytes);
  ASSERT_EQ(pickle.root().kind, Kind::call);
  EXPECT_EQ(pickle[pickle.root().items[0]].text, "some.module.function");
  EXPECT_EQ(pickle[pickle[pickle.root().items[1]].items[0]].number, 3);
}

TEST(Pickle, WhatIsAfterItsEndIsLeftAlone) {
  const std::string bytes = "K\x01.K\x02.";
  EXPECT_EQ(Pickle(bytes).length(), 3U);
}

TEST(Pickle, WhatNoPicklerWritesIsRefused) {
  EXPECT_THAT(pickle_refusal(""), HasSubstr("cut short"));
  EXPECT_THAT(pickle_refusal("."), HasSubstr("empty stack"));
  EXPECT_THAT(pickle_refusal("K\x01K\x02t."), HasSubstr("mark"));
  EXPECT_THAT(pickle_refusal("K\x01(0."), HasSubstr("empty stack"));
  EXPECT_THAT(pickle_refusal("h\x01."), HasSubstr("never kept"));
  EXPECT_THAT(pickle_refusal("K\x01K\x02"
                             "a."),
              HasSubstr("no list"));
  EXPECT_THAT(pickle_refusal("K\x01K\x02K\x03s."), HasSubstr("no dict"));
  EXPECT_THAT(pickle_refusal("}(K\x01u."), HasSubstr("without a value"));
  EXPECT_THAT(pickle_refusal("K\x01K\x02\x93."), HasSubstr("no text"));
  EXPECT_THAT(pickle_refusal("\x80\x06N."), HasSubstr("after 5"));
  EXPECT_THAT(pickle_refusal("cmodule\nname"), HasSubstr("end of the line"));
  EXPECT_THAT(pickle_refusal("c" + std::string(300, 'm') + "\nname\n."), HasSubstr("too long"));
  EXPECT_THAT(pickle_refusal("X" + little<std::uint32_t>(0xffffffff) + "abc."),
              HasSubstr("cut short"));
  EXPECT_THAT(pickle_refusal("\x8d" + little<std::uint64_t>(~0ULL) + "abc."),
              HasSubstr("cut short"));
}

TEST(Pickle, OpcodesOutsideTheListAreNamed) {
  for (const std::string code : {"I1\n.", "imodule\nname\n.", "\x82\x01.", "\x97."}) {
    const std::string text = pickle_refusal(code);
    EXPECT_THAT(text, HasSubstr("opcode 0x"));
    EXPECT_THAT(text, HasSubstr("byte 0"));
  }
}

}  // namespace
}  // namespace syncgap::tensor_files
