#include "core/checksum.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace syncgap {
namespace {

// XXH3-64 of the reference implementation (`xxh64sum -H3`): records hold these values.
TEST(Checksum, IsXxh3) {
  EXPECT_EQ(checksum_text(checksum_of("")), "2d06800538d394c2");
  EXPECT_EQ(checksum_text(checksum_of("syncgap")), "a53512c3b5a6eb15");
}

TEST(Checksum, PiecesMatterOnlyByTheirBytes) {
  std::vector<unsigned char> bytes(5000);
  std::iota(bytes.begin(), bytes.end(), 0);
  for (const std::uint64_t seed : {0U, 17U}) {
    Checksum pieces(99);
    pieces.add(bytes.data(), 10);
    pieces.restart(seed);
    for (std::size_t at = 0, piece = 1; at < bytes.size(); at += piece++)
      pieces.add(bytes.data() + at, std::min(piece, bytes.size() - at));
    EXPECT_EQ(pieces.value(), checksum_of(bytes.data(), bytes.size(), seed));
  }
  EXPECT_NE(checksum_of(bytes.data(), 100, 1), checksum_of(bytes.data(), 100, 2));
}

// http://www.isthe.com/chongo/tech/comp/fnv: the published values.
TEST(Fnv1aChecksum, IsFnv1a) {
  Fnv1aChecksum sum;
  EXPECT_EQ(sum.value(), 0xcbf29ce484222325);
  sum.add("foo", 3);
  sum.add("bar", 3);
  EXPECT_EQ(sum.value(), 0x85944171f73967e8);
}

TEST(ChecksumText, KeepsLeadingZeros) { EXPECT_EQ(checksum_text(0xab), "00000000000000ab"); }

}  // namespace
}  // namespace syncgap
