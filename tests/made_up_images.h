#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/random.h"
#include "temporary_folder.h"

namespace syncgap {

/// Bytes of an IDX file.
inline std::vector<std::uint8_t> idx_bytes(const std::vector<std::uint32_t>& extents,
                                           const std::vector<std::uint8_t>& elements) {
  std::vector<std::uint8_t> out = {0, 0, 8, static_cast<std::uint8_t>(extents.size())};
  for (const std::uint32_t extent : extents)
    for (int shift = 24; shift >= 0; shift -= 8)
      out.push_back(static_cast<std::uint8_t>(extent >> shift));
  out.insert(out.end(), elements.begin(), elements.end());
  return out;
}

/// Writes an IDX training set of `count` square images in three classes that take turns: class 0 is
/// bright on the left, class 1 on the right, class 2 one and the same image. Two pixels around
/// the middle vary from image to image, the rest is noise of standard deviation `noise` grey
/// levels.
inline void write_made_up_images(const TemporaryFolder& folder, std::uint32_t count,
                                 std::uint32_t side, double noise) {
  std::vector<std::uint8_t> pixels, labels;
  std::vector<double> normals(side * side);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t label = i % 3;
    labels.push_back(static_cast<std::uint8_t>(label));
    RandomStream(1, "made-up images").fill_normals<double>(i, 0, normals);
    for (std::uint32_t k = 0; k < side * side; ++k) {
      const bool left = k % side < side / 2;
      double grey = label == 2 ? 100 : (left == (label == 0) ? 150 : 90);
      if (label != 2) grey += noise * normals[k];
      pixels.push_back(static_cast<std::uint8_t>(grey < 0 ? 0 : grey > 255 ? 255 : grey));
    }
  }
  folder.write("train-images-idx3-ubyte", idx_bytes({count, side, side}, pixels));
  folder.write("train-labels-idx1-ubyte", idx_bytes({count}, labels));
}

}  // namespace syncgap
