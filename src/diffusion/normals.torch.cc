#include "diffusion/normals.h"

#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <cstddef>
#include <vector>

#include "core/numbers.h"
#include "parallel/device_normals.h"

namespace syncgap::diffusion {
namespace {

/// What `later` is sent from now on waits for all that `earlier` was sent before.
void follow(const c10::Stream& later, const c10::Stream& earlier) {
  if (later == earlier) return;
  c10::Event event(earlier.device_type());
  event.record(earlier);
  event.block(later);
}

/// LibTorch names its streams by numbers of its own, and only its CUDA headers, which most builds
/// do not have, turn them into CUDA's. The device's default stream is the same for both: the
/// kernel goes there. It is LibTorch's current stream as well unless a caller changed that; the
/// two then wait for each other on the device, for what used this memory before and for what will
/// use the numbers.
void fill_on_device(const torch::Tensor& out, const RandomStream& stream,
                    const std::vector<NormalAddress>& rows) {
  const c10::impl::VirtualGuardImpl device(out.device().type());
  const auto current = device.getStream(out.device());
  const auto standard = device.getDefaultStream(out.device());
  follow(standard, current);
  parallel::fill_normals_on_device(out.data_ptr<float>(), stream.key(), rows,
                                   out.numel() / out.size(0));
  follow(current, standard);
}

void fill_here(const torch::Tensor& out, const RandomStream& stream,
               const std::vector<NormalAddress>& rows) {
  const auto size = unsigned_size(out.numel() / out.size(0));
  for (std::size_t k = 0; k < rows.size(); ++k)
    stream.fill_normals<float>(rows[k].trial, rows[k].step,
                               {out.data_ptr<float>() + k * size, size});
}

/// Row k from rows[k].
torch::Tensor fill_rows(const RandomStream& stream, const std::vector<NormalAddress>& rows,
                        torch::IntArrayRef shape, torch::Device device) {
  auto out = torch::empty(shape, torch::device(device).dtype(torch::kFloat));
  if (out.numel() == 0) return out;
  if (device.is_cuda())
    fill_on_device(out, stream, rows);
  else
    fill_here(out, stream, rows);
  return out;
}

}  // namespace

torch::Tensor trajectory_normals(const RandomStream& stream, std::int64_t first,
                                 torch::IntArrayRef shape, std::int64_t step,
                                 torch::Device device) {
  std::vector<NormalAddress> rows;
  for (std::int64_t k = 0; k < shape[0]; ++k)
    rows.push_back({static_cast<std::uint64_t>(first + k), static_cast<std::uint32_t>(step)});
  return fill_rows(stream, rows, shape, device);
}

torch::Tensor image_normals(const RandomStream& stream, std::int64_t epoch,
                            const std::int64_t* images, torch::IntArrayRef shape,
                            torch::Device device) {
  std::vector<NormalAddress> rows;
  for (std::int64_t k = 0; k < shape[0]; ++k)
    rows.push_back({static_cast<std::uint64_t>(epoch), static_cast<std::uint32_t>(images[k])});
  return fill_rows(stream, rows, shape, device);
}

}  // namespace syncgap::diffusion
