#include "data/pairing.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>

#include "core/check.h"

namespace syncgap::data {
namespace {

// Steps of the stream: what a draw is for.
constexpr std::uint32_t kTies = 0, kClasses = 1, kSwaps = 2, kOrder = 3;

std::vector<double> uniforms(const RandomStream& stream, std::uint64_t epoch, std::uint32_t step,
                             std::size_t count) {
  std::vector<double> out(count);
  stream.fill_uniforms<double>(epoch, step, out);
  return out;
}

std::vector<std::uint32_t> indices(std::size_t count) {
  std::vector<std::uint32_t> out(count);
  std::iota(out.begin(), out.end(), 0U);
  return out;
}

/// Sorts by key, equal keys by index: the same everywhere.
template <class Key>
void sort_by(std::vector<std::uint32_t>& order, const Key& key) {
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const auto left = key(a), right = key(b);
    return left != right ? left < right : a < b;
  });
}

std::map<std::int32_t, std::size_t> class_counts(std::span<const std::int32_t> labels) {
  std::map<std::int32_t, std::size_t> counts;
  for (const std::int32_t label : labels) ++counts[label];
  return counts;
}

/// pi with label(pi(i)) != label(i): images sorted by class, then turned by the largest class's
/// count, which takes every image past the end of its own class and, as no class has more than
/// half of all, not around to its beginning.
std::vector<std::uint32_t> control_partners(std::span<const std::int32_t> labels,
                                            const RandomStream& stream, std::uint64_t epoch) {
  const auto counts = class_counts(labels);
  const auto class_keys = uniforms(stream, epoch, kClasses, counts.size());
  std::map<std::int32_t, double> class_key;
  std::size_t largest = 0;
  for (const auto& [label, count] : counts) {
    class_key[label] = class_keys[class_key.size()];
    largest = std::max(largest, count);
  }
  const auto ties = uniforms(stream, epoch, kTies, labels.size());
  auto sorted = indices(labels.size());
  sort_by(sorted,
          [&](std::uint32_t i) { return std::tuple(class_key[labels[i]], labels[i], ties[i]); });
  std::vector<std::uint32_t> partners(labels.size());
  for (std::size_t k = 0; k < sorted.size(); ++k)
    partners[sorted[k]] = sorted[(k + largest) % sorted.size()];
  return partners;
}

}  // namespace

void check_control_pairing(std::span<const std::int32_t> labels) {
  for (const auto& [label, count] : class_counts(labels))
    require_input(2 * count <= labels.size(), "no control pairing exists (class ", label, " has ",
                  count, " of ", labels.size(),
                  " images, more than half): take other classes, or the same number of each");
}

EpochPairs make_pairs(Pairing pairing, std::span<const std::int32_t> labels,
                      const RandomStream& stream, std::uint64_t epoch) {
  EpochPairs pairs;
  pairs.first = indices(labels.size());
  const auto order = uniforms(stream, epoch, kOrder, labels.size());
  sort_by(pairs.first, [&](std::uint32_t i) { return order[i]; });
  pairs.second = pairs.first;
  if (pairing == Pairing::control) {
    check_control_pairing(labels);
    const auto partners = control_partners(labels, stream, epoch);
    for (std::uint32_t& image : pairs.second) image = partners[image];
  }
  const auto coins = uniforms(stream, epoch, kSwaps, labels.size());
  pairs.swapped.resize(labels.size());
  for (std::size_t k = 0; k < labels.size(); ++k)
    pairs.swapped[k] = coins[pairs.first[k]] < 0.5 ? 1 : 0;
  return pairs;
}

}  // namespace syncgap::data
