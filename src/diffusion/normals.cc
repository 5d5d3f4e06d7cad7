#include "diffusion/normals.h"

#include <cstddef>
#include <utility>

namespace syncgap::diffusion {
namespace {

/// Row k from `address(k)`, a (trial, step).
template <class Address>
torch::Tensor fill_rows(const RandomStream& stream, torch::IntArrayRef shape,
                        const Address& address) {
  auto out = torch::empty(shape);
  const auto size = static_cast<std::size_t>(out.numel() / out.size(0));
  for (std::int64_t k = 0; k < out.size(0); ++k) {
    const auto [trial, step] = address(k);
    stream.fill_normals<float>(static_cast<std::uint64_t>(trial), static_cast<std::uint32_t>(step),
                               {out.data_ptr<float>() + static_cast<std::size_t>(k) * size, size});
  }
  return out;
}

}  // namespace

torch::Tensor trajectory_normals(const RandomStream& stream, std::int64_t first,
                                 torch::IntArrayRef shape, std::int64_t step) {
  return fill_rows(stream, shape, [&](std::int64_t k) { return std::pair(first + k, step); });
}

torch::Tensor image_normals(const RandomStream& stream, std::int64_t epoch,
                            const std::int64_t* images, torch::IntArrayRef shape) {
  return fill_rows(stream, shape, [&](std::int64_t k) { return std::pair(epoch, images[k]); });
}

}  // namespace syncgap::diffusion
