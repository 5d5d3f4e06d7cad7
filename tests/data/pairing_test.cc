#include "data/pairing.h"

#include <algorithm>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"

namespace syncgap::data {
namespace {

using ::testing::HasSubstr;

std::vector<std::int32_t> labels_of(const std::vector<std::size_t>& counts) {
  std::vector<std::int32_t> labels;
  for (std::size_t c = 0; c < counts.size(); ++c)
    labels.insert(labels.end(), counts[c], static_cast<std::int32_t>(c));
  // Classes lie mixed, as in a real set.
  std::vector<double> keys(labels.size());
  RandomStream(5, "labels").fill_uniforms<double>(0, 0, keys);
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return keys[a] < keys[b]; });
  std::vector<std::int32_t> out;
  for (const std::size_t i : order) out.push_back(labels[i]);
  return out;
}

bool is_permutation_of_all(std::vector<std::uint32_t> indices) {
  std::sort(indices.begin(), indices.end());
  for (std::size_t i = 0; i < indices.size(); ++i)
    if (indices[i] != i) return false;
  return true;
}

TEST(MakePairs, OfMainHaveOneImageInBothChannels) {
  const auto labels = labels_of({7, 1, 12});
  const auto pairs = make_pairs(Pairing::main, labels, RandomStream(1, "pairs"), 3);
  EXPECT_EQ(pairs.first, pairs.second);
  EXPECT_TRUE(is_permutation_of_all(pairs.first));
}

TEST(MakePairs, OfControlNeverShareAClass) {
  const RandomStream stream(2, "pairs");
  for (const std::vector<std::size_t>& counts : std::vector<std::vector<std::size_t>>{
           {5, 5}, {10, 1, 9}, {3, 4, 5, 6, 7}, {1, 1}, {50, 20, 30}, {6, 5, 1}}) {
    const auto labels = labels_of(counts);
    for (std::uint64_t epoch = 0; epoch < 20; ++epoch) {
      const auto pairs = make_pairs(Pairing::control, labels, stream, epoch);
      EXPECT_TRUE(is_permutation_of_all(pairs.first));
      EXPECT_TRUE(is_permutation_of_all(pairs.second));
      for (std::size_t k = 0; k < labels.size(); ++k)
        EXPECT_NE(labels[pairs.first[k]], labels[pairs.second[k]]);
    }
  }
}

TEST(MakePairs, AreAFunctionOfStreamAndEpoch) {
  const auto labels = labels_of({40, 50, 60});
  for (const Pairing pairing : {Pairing::main, Pairing::control}) {
    const auto once = make_pairs(pairing, labels, RandomStream(2, "pairs"), 7);
    const auto again = make_pairs(pairing, labels, RandomStream(2, "pairs"), 7);
    EXPECT_EQ(once.first, again.first);
    EXPECT_EQ(once.second, again.second);
    EXPECT_EQ(once.swapped, again.swapped);
    const auto later = make_pairs(pairing, labels, RandomStream(2, "pairs"), 8);
    EXPECT_NE(once.first, later.first);
    EXPECT_NE(once.second, later.second);
    EXPECT_NE(once.swapped, later.swapped);
    EXPECT_NE(once.first, make_pairs(pairing, labels, RandomStream(3, "pairs"), 7).first);
  }
}

TEST(MakePairs, MainAndControlShareOrderAndSwaps) {
  const auto labels = labels_of({40, 50, 60});
  const auto main = make_pairs(Pairing::main, labels, RandomStream(4, "pairs"), 0);
  const auto control = make_pairs(Pairing::control, labels, RandomStream(4, "pairs"), 0);
  EXPECT_EQ(main.first, control.first);
  EXPECT_EQ(main.swapped, control.swapped);
}

TEST(MakePairs, SwapHalfOfAllPairs) {
  const auto labels = labels_of({5000, 5000});
  const auto pairs = make_pairs(Pairing::main, labels, RandomStream(1, "pairs"), 0);
  const auto swapped = std::accumulate(pairs.swapped.begin(), pairs.swapped.end(), 0);
  EXPECT_NEAR(swapped, 5000, 4 * 50);
}

TEST(ControlPairing, OfAClassWithMoreThanHalfIsRefused) {
  EXPECT_NO_THROW(check_control_pairing(labels_of({10, 10})));
  const auto pairing_refusal = [](const std::vector<std::size_t>& counts) {
    return error_text<InputError>([&] { check_control_pairing(labels_of(counts)); });
  };
  EXPECT_THAT(pairing_refusal({4, 9, 4}), HasSubstr("class 1 has 9 of 17 images"));
  EXPECT_THAT(pairing_refusal({3}), HasSubstr("class 0 has 3 of 3"));
}

}  // namespace
}  // namespace syncgap::data
