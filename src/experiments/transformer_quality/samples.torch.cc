#include "experiments/transformer_quality/samples.h"

#include <algorithm>
#include <span>

#include "core/check.h"
#include "core/random.h"
#include "diffusion/branches.h"
#include "diffusion/normals.h"
#include "networks/tensor_values.h"
#include "parallel/dealt.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;
using Group = parallel::Dealt::Group;

/// What a judge sees, group by group, put where it belongs and then known to all ranks.
class SeenByGroup {
 public:
  SeenByGroup(std::int64_t images, Features features) : images_(images), features_(features) {
    out_.labels.resize(images);
  }

  void put(Group group, const ImageViews& views) {
    const auto labels = views.labels.contiguous();
    std::copy_n(labels.data_ptr<std::int64_t>(), group.count, out_.labels.begin() + group.first);
    if (features_ == Features::drop) return;
    make_room(views.features.size(1));
    const auto values = networks::values_of(views.features);
    std::copy(values.begin(), values.end(),
              out_.features.begin() + group.first * out_.feature_count);
  }

  SeenImages gather(const parallel::Dealt& dealt, const parallel::Team& team) {
    dealt.gather(std::span(out_.labels));
    if (features_ == Features::drop) return std::move(out_);
    // A rank that had no group learns from the first, which always has one.
    std::int64_t count = out_.feature_count;
    team.ranks().broadcast(std::as_writable_bytes(std::span(&count, 1)));
    make_room(count);
    dealt.gather(std::span(out_.features));
    return std::move(out_);
  }

 private:
  void make_room(std::int64_t features) {
    out_.feature_count = features;
    out_.features.resize(images_ * features);
  }

  std::int64_t images_;
  Features features_;
  SeenImages out_;
};

/// (B, 1, C, H, W)
std::vector<std::int64_t> single_states(const SampleSeries& series, std::int64_t count) {
  return {count, 1, series.shape[0], series.shape[1], series.shape[2]};
}

diffusion::RowConditions conditions_of(const SampleSeries& series, Group group) {
  diffusion::RowConditions rows;
  if (series.told.front() == kNoClass) return rows;
  rows.label = torch::empty({group.count}, torch::kInt64);
  std::copy_n(series.told.begin() + group.first, group.count, rows.label.data_ptr<std::int64_t>());
  return rows;
}

}  // namespace

SeenSamples draw_samples(const SampleSeries& series, const diffusion::SamplingPath& path,
                         const diffusion::Denoiser& denoiser, const ImageLook& look,
                         Features features, torch::Device device, const parallel::Team& team) {
  const torch::NoGradGuard no_grad;
  SYNCGAP_EXPECTS(series.shape.size() == 3);
  const auto images = std::ssize(series.told);
  SeenSamples out;
  if (images == 0) return out;
  const RandomStream start(series.sweep_seed, "start of samples", {series.seed, series.purpose}),
      noise(series.sweep_seed, "noise of samples", {series.seed, series.purpose});
  const parallel::Dealt dealt(images, series.group, team.ranks());
  SeenByGroup seen(images, features);
  std::vector<double> kept;
  std::int64_t sizes[3] = {0, 0, 0};
  for (const Group& group : dealt.mine()) {
    team.say(concat("draws samples, ", group.first, " of ", images));
    const auto normals = [&](const RandomStream& stream, std::int64_t step) {
      return diffusion::trajectory_normals(stream, group.first, single_states(series, group.count),
                                           step, device);
    };
    const auto ends = diffusion::run_branches(
        path, denoiser, normals(start, 0), {},
        [&](const diffusion::BranchKey&, std::int64_t t) { return normals(noise, t); },
        conditions_of(series, group));
    const ImageViews views = look(ends.trunk.squeeze(1));
    seen.put(group, views);
    const std::int64_t pixels = views.images[0].numel();
    for (int k = 0; k < 3; ++k) sizes[k] = views.images.size(k + 1);
    kept.resize(std::ssize(series.kept) * pixels);
    for (std::int64_t k = 0; k < std::ssize(series.kept); ++k) {
      const std::int64_t place = series.kept[k] - group.first;
      if (place < 0 || place >= group.count) continue;
      const auto values = networks::values_of(views.images[place].add(1).div(2));
      std::copy(values.begin(), values.end(), kept.begin() + k * pixels);
    }
  }
  static_cast<SeenImages&>(out) = seen.gather(dealt, team);
  team.ranks().broadcast(std::as_writable_bytes(std::span(sizes)));
  kept.resize(std::ssize(series.kept) * sizes[0] * sizes[1] * sizes[2]);
  dealt.gather(std::span(kept));
  out.kept = networks::tensor_of(kept).view({-1, sizes[0], sizes[1], sizes[2]});
  return out;
}

SeenImages see_images(const Tensor& states, const ImageLook& look, const parallel::Team& team) {
  constexpr std::int64_t kGroup = 250;
  const parallel::Dealt dealt(states.size(0), kGroup, team.ranks());
  SeenByGroup seen(states.size(0), Features::keep);
  for (const Group& group : dealt.mine())
    seen.put(group, look(states.narrow(0, group.first, group.count)));
  return seen.gather(dealt, team);
}

}  // namespace syncgap::experiments
