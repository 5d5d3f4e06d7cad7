#include "cloud/cloud_on_device.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <algorithm>
#include <c10/core/InferenceMode.h>
#include <utility>
#include <vector>

#include "cloud/posterior_sums.h"
#include "core/check.h"
#include "core/numbers.h"

// Shapes: B states, of which b at a time; n points, d coordinates of which d' vary, G groups.
namespace syncgap::cloud {
namespace {

/// Energies of one block of states: with what is computed from them a few times this many doubles.
constexpr std::int64_t kEnergiesAtOnce = std::int64_t{1} << 24;

/// The smallest energies of a state that are computed again in double after products in float.
constexpr std::int64_t kRefined = 16;

/// Coordinates gathered for that, of one block of states.
constexpr std::int64_t kRefinedAtOnce = std::int64_t{1} << 25;

/// Copies to the device; the span may go away.
template <class Value>
at::Tensor to_device(std::span<const Value> values, at::ScalarType type, at::IntArrayRef shape,
                     const at::Device& device) {
  // from_blob wants a pointer it could write through; nothing here does.
  return at::from_blob(const_cast<Value*>(values.data()), shape, at::TensorOptions().dtype(type))
      .to(at::TensorOptions().device(device), false, true);
}

at::Tensor to_device(std::span<const double> values, at::IntArrayRef shape,
                     const at::Device& device) {
  return to_device(values, at::kDouble, shape, device);
}

std::vector<double> download(const at::Tensor& tensor) {
  const at::Tensor here = tensor.to(at::kCPU, at::kDouble).contiguous();
  const double* data = here.data_ptr<double>();
  return {data, data + here.numel()};
}

at::Device found_device(const std::string& name) {
  const std::string remedy = "use the processor, or a device that is there";
  try {
    const at::Device device(name);
    require_input(device.is_cpu() || device.is_cuda(), "point clouds know no device '", name,
                  "' (device): use the processor or a CUDA device");
    require_input(device.is_cpu() || at::hasCUDA(), "there is no device '", name,
                  "' for point clouds (LibTorch sees none): ", remedy);
    at::empty({1}, at::TensorOptions().device(device));
    return device;
  } catch (const c10::Error& error) {
    throw InputError(concat("there is no device '", name, "' for point clouds (LibTorch: ",
                            error.what_without_backtrace(), "): ", remedy));
  }
}

template <class Real>
class TorchCloud : public CloudOnDevice {
 public:
  TorchCloud(const CloudView<Real>& cloud, const at::Device& device)
      : device_(device),
        count_(signed_size(cloud.count)),
        dimension_(signed_size(cloud.dimension)),
        inner_(std::ssize(cloud.varying)),
        groups_(signed_size(cloud.groups)),
        origin_here_(cloud.origin.begin(), cloud.origin.end()),
        varying_here_(cloud.varying.begin(), cloud.varying.end()) {
    const c10::InferenceMode no_gradients;
    points_ = to_device(cloud.points, kType, {count_, inner_}, device);
    half_norms_ = to_device(cloud.half_norms, {1, count_}, device);
    origin_ = to_device(cloud.origin, {1, dimension_}, device);
    const std::vector<std::int64_t> varying(cloud.varying.begin(), cloud.varying.end());
    varying_ = to_device(std::span<const std::int64_t>(varying), at::kLong, {inner_}, device);
    if (!cloud.log_weights.empty())
      log_weights_ = to_device(cloud.log_weights, {1, count_}, device);
    if (groups_ > 1) membership_ = to_device(cloud.membership, {groups_, count_}, device);
  }

  Posterior posterior(NoiseLevel level, std::span<const double> states,
                      std::span<const std::uint32_t> sources, PosteriorMean mean) const override {
    const c10::InferenceMode no_gradients;
    Posterior out;
    resize(out, states.size() / dimension_, groups_, dimension_, !sources.empty(), mean);
    for_each_block(states, [&](std::int64_t first, const at::Tensor& x) {
      add_block(level, first, x, sources, mean, out);
    });
    return out;
  }

  std::vector<std::uint32_t> nearest(NoiseLevel level,
                                     std::span<const double> states) const override {
    const c10::InferenceMode no_gradients;
    std::vector<std::uint32_t> out(states.size() / dimension_);
    for_each_block(states, [&](std::int64_t first, const at::Tensor& x) {
      const at::Tensor energy = energies(level, x.sub(origin_, level.signal));
      const std::vector<double> found = download(first_lowest(energy, energy.amin(1, true)));
      for (std::size_t r = 0; r < found.size(); ++r)
        out[first + r] = static_cast<std::uint32_t>(found[r]);
    });
    return out;
  }

 private:
  static constexpr at::ScalarType kType = sizeof(Real) == 4 ? at::kFloat : at::kDouble;

  /// Calls run(first state, block of states (b, d) on the device).
  template <class Run>
  void for_each_block(std::span<const double> states, Run run) const {
    const std::int64_t batch = std::ssize(states) / dimension_;
    std::int64_t most = std::max<std::int64_t>(1, kEnergiesAtOnce / count_);
    if (kType == at::kFloat)
      most = std::clamp<std::int64_t>(kRefinedAtOnce / std::max<std::int64_t>(1, inner_) / kRefined,
                                      1, most);
    for (std::int64_t first = 0; first < batch; first += most) {
      const std::int64_t rows = std::min(most, batch - first);
      run(first, to_device(states.subspan(first * dimension_, rows * dimension_),
                           {rows, dimension_}, device_));
    }
  }

  /// (b, n) from states relative to signal * origin, (b, d); relative to |x|^2 / (2 variance).
  at::Tensor energies(NoiseLevel level, const at::Tensor& states) const {
    const at::Tensor x = states.index_select(1, varying_);                     // (b, d')
    at::Tensor energy = at::matmul(x.to(kType), points_.t()).to(at::kDouble);  // (b, n)
    energy.mul_(-level.signal / level.variance)
        .add_(half_norms_, level.signal * level.signal / level.variance);
    if (log_weights_.defined()) energy.sub_(log_weights_);
    if (kType == at::kFloat) refine(level, x, energy);
    return energy;
  }

  /// Computes the smallest energies of each state again in double: they decide, and close to a
  /// point the products lose the most digits.
  void refine(NoiseLevel level, const at::Tensor& x, at::Tensor& energy) const {
    const std::int64_t refined = std::min(kRefined, count_);
    const at::Tensor which = std::get<1>(energy.topk(refined, 1, false, false));  // (b, r)
    const at::Tensor flat = which.reshape({-1});
    const at::Tensor points =
        points_.index_select(0, flat).to(at::kDouble).view({x.size(0), refined, inner_});
    at::Tensor exact = at::bmm(points, x.unsqueeze(2)).squeeze(2);  // (b, r)
    exact.mul_(-level.signal / level.variance)
        .add_(half_norms_.index_select(1, flat).view({x.size(0), refined}),
              level.signal * level.signal / level.variance);
    if (log_weights_.defined())
      exact.sub_(log_weights_.index_select(1, flat).view({x.size(0), refined}));
    energy.scatter_(1, which, exact);
  }

  /// Index of the first point with the lowest energy; (b, 1).
  at::Tensor first_lowest(const at::Tensor& energy, const at::Tensor& lowest) const {
    const at::Tensor index = at::arange(count_, energy.options().dtype(at::kLong)).unsqueeze(0);
    return at::where(energy.eq(lowest), index, at::full_like(index, count_)).amin(1, true);
  }

  void add_block(NoiseLevel level, std::int64_t first, const at::Tensor& states,
                 std::span<const std::uint32_t> sources, PosteriorMean mean, Posterior& out) const {
    const std::int64_t rows = states.size(0);
    const at::Tensor x = states.sub(origin_, level.signal);
    at::Tensor energy = energies(level, x);
    const at::Tensor lowest = energy.amin(1, true);
    const at::Tensor own = first_lowest(energy, lowest);

    std::vector<double> source_energies;
    if (!sources.empty()) {
      const auto block = sources.subspan(first, rows);
      const std::vector<std::int64_t> which(block.begin(), block.end());
      const at::Tensor index =
          to_device(std::span<const std::int64_t>(which), at::kLong, {rows, 1}, device_);
      source_energies = download(energy.gather(1, index));
    }

    // The nearest point is left out of the sums, so that 1 - p keeps its digits when p -> 1.
    energy.sub_(lowest);
    at::Tensor weight = energy.neg().exp_().scatter_(1, own, 0.0);  // (b, n)
    const std::vector<double> others = download(weight.sum(1)),
                              weighted = download((weight * energy).sum(1)),
                              square = download(weight.square().sum(1)),
                              norms = download(x.square().sum(1)), lowest_here = download(lowest),
                              own_here = download(own);
    weight.scatter_(1, own, 1.0);
    std::vector<double> group_weight, half_norm, means;
    if (groups_ > 1) group_weight = download(at::matmul(weight, membership_.t()));  // (b, G)
    if (mean == PosteriorMean::compute) {
      half_norm = download(at::matmul(weight, half_norms_.t()));  // (b, 1)
      means = download(at::matmul(weight.to(kType), points_));    // (b, d')
    }
    const PosteriorScale scale(level, count_, dimension_, log_weights_.defined());
    for (std::size_t r = 0; r < others.size(); ++r) {
      const PosteriorSums sums{lowest_here[r],
                               static_cast<std::uint32_t>(own_here[r]),
                               {others[r], weighted[r], square[r]},
                               half_norm.empty() ? 0 : half_norm[r],
                               source_energies.empty() ? 0 : source_energies[r]};
      const std::size_t at = first + r;
      store_scalars(sums, norms[r], scale, at, out);
      const std::size_t groups = groups_;
      store_groups(std::span<const double>(group_weight)
                       .subspan(groups > 1 ? r * groups : 0, groups > 1 ? groups : 0),
                   sums, at, out);
      if (mean == PosteriorMean::compute) {
        const std::size_t inner = inner_;
        store_mean(std::span<const double>(means).subspan(r * inner, inner), sums, origin_here_,
                   varying_here_, at, out);
      }
    }
  }

  at::Device device_;
  std::int64_t count_, dimension_, inner_, groups_;
  std::vector<double> origin_here_;
  std::vector<std::uint32_t> varying_here_;
  at::Tensor points_;       // (n, d') in Real
  at::Tensor half_norms_;   // (1, n)
  at::Tensor log_weights_;  // (1, n) or undefined
  at::Tensor membership_;   // (G, n) or undefined
  at::Tensor origin_;       // (1, d)
  at::Tensor varying_;      // (d')
};

template <class Real>
std::shared_ptr<const CloudOnDevice> put(const CloudView<Real>& cloud, const std::string& name) {
  const at::Device device = found_device(name);
  // One thread a rank; products in full single precision.
  if (device.is_cpu()) at::set_num_threads(1);
  at::globalContext().setAllowTF32CuBLAS(false);
  return std::make_shared<TorchCloud<Real>>(cloud, device);
}

void require(const std::string& device) { found_device(device); }

}  // namespace
}  // namespace syncgap::cloud

extern "C" const syncgap::cloud::CloudTable syncgap_cloud_table;
const syncgap::cloud::CloudTable syncgap_cloud_table{
    syncgap::cloud::put<float>, syncgap::cloud::put<double>, syncgap::cloud::require};
