#include "experiments/layer_energies/capture.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/numbers.h"
#include "diffusion/branches.h"
#include "diffusion/sampling_path.h"
#include "experiments/layer_energies/group_energies.h"
#include "experiments/shared/tensor_sum.h"
#include "experiments/shared/token_frequencies.h"
#include "experiments/shared/told_rows.torch.h"
#include "parallel/dealt.h"

// Shapes: B pairs of a group, N tokens of D channels, M pairs in all, F bands.
namespace syncgap::experiments {
namespace {

using torch::Tensor;
using Group = parallel::Dealt::Group;

/// As many numbers as there is room for.
void put(const Tensor& values, std::span<double> to) {
  const auto here = values.to(torch::kCPU, torch::kFloat64).contiguous();
  std::copy_n(here.data_ptr<double>(), here.numel(), to.begin());
}

/// Pairs that start alike, to see what rounding makes of them.
constexpr std::int64_t kFloorPairs = 2;

class Capture {
 public:
  Capture(const LayerEnergiesOptions& options, const ReplicaPlan& plan,
          const TappedDenoiser& denoiser, const ReplicaNoise& noise, const CoupledRun& run,
          const parallel::Team& team)
      : options_(options.replicas),
        storage_(options.start_storage),
        noise_(noise),
        run_(run),
        team_(team),
        path_(diffusion::SamplingPath::ddim(plan.schedule(), 0, plan.visited())),
        layers_(plan.shape().depth + 1),
        grid_(plan.shape().grid()),
        out_(layers_, options_.steps, options_.pairs, grid_),
        denoiser_(coupled_by_step(denoiser([this](std::int64_t layer, const Tensor& tokens) {
                                    look_(layer, tokens.narrow(0, 0, rows_));
                                  }),
                                  plan, run.reach)),
        initial_(layers_),
        start_(layers_),
        scale_(layers_),
        start_scale_(layers_) {}

  CapturedLayers run() {
    const torch::NoGradGuard no_grad;
    const auto mine = parallel::Dealt(options_.pairs, options_.group, team_.ranks()).mine();
    // The first group shows how large channels are: every rank runs it, before its own.
    std::vector<Group> groups = mine;
    if (mine.empty() || mine.front().first != 0)
      groups.insert(groups.begin(), {0, std::min(options_.group, options_.pairs)});
    std::vector<Tensor> states;
    for (const Group& group : groups) states.push_back(noise_.start(group, options_.start_spread));
    for (std::int64_t s = 0; s < options_.steps; ++s) {
      team_.say(concat("follows hidden states, step ", s, " of ", options_.steps));
      for (std::size_t k = 0; k < groups.size(); ++k) {
        const bool own = groups.size() == mine.size() || k > 0;
        pass(groups[k], s, own, states[k]);
      }
      if (s == 0) finish_start(mine);
    }
    if (team_.rank() == team_.size() - 1) run_floor();
    gather();
    return std::move(out_);
  }

 private:
  /// One step of a group.
  void pass(Group group, std::int64_t s, bool own, Tensor& states) {
    rows_ = group.count;
    look_ = [&](std::int64_t layer, const Tensor& tokens) {
      const auto seen = group_energies(tokens);
      if (group.first == 0) see_scale(layer, s, seen.states, 2 * tokens.size(2));
      if (own) see(layer, s, group, seen);
    };
    step(s, group.count, states);
  }

  void step(std::int64_t s, std::int64_t count, Tensor& states) {
    const diffusion::ReverseStep& taken = path_.steps()[s];
    const auto t =
        torch::full({count}, taken.from, torch::dtype(torch::kInt64).device(states.device()));
    const auto predicted =
        denoiser_(states, {t, told_rows(count, run_.told_class, run_.strength, run_.reach)});
    states = diffusion::advanced(taken, states, predicted.noise);
  }

  void see_scale(std::int64_t layer, std::int64_t s, const Tensor& sums, std::int64_t numbers) {
    const auto size = (sums.mean(0) / to_real(numbers)).sqrt();  // (D)
    // A channel that is never used stays as it is.
    scale_[layer] = torch::where(size > 0, size.reciprocal(), torch::ones_like(size));
    if (s == 0) start_scale_[layer] = scale_[layer];
  }

  void see(std::int64_t layer, std::int64_t s, Group group, const GroupEnergies& seen) {
    const std::int64_t at = (layer * out_.steps + s) * out_.pairs + group.first;
    const auto to = [&](std::vector<double>& all) {
      return std::span(all).subspan(at, group.count);
    };
    put(seen.differences.sum(1), to(out_.energy[0]));
    put(seen.differences.matmul(scale_[layer].square()), to(out_.energy[1]));
    put(seen.states.sum(1) / 2, to(out_.state_energy));
    const auto bands = seen.bands.to(torch::kCPU).contiguous();
    for (std::int64_t band = 0; band < out_.bands; ++band)
      put(bands[band],
          std::span(out_.band_energy)
              .subspan(((layer * out_.steps + s) * out_.bands + band) * out_.pairs + group.first,
                       group.count));
    const Tensor& v = seen.difference;
    if (s > 0) {
      put_products(layer, s, group, v);
      return;
    }
    auto& initial = initial_[layer];
    if (!initial.defined()) initial = torch::zeros({out_.pairs, v.size(1), v.size(2)}, v.options());
    initial.narrow(0, group.first, group.count).copy_(v);
  }

  /// Rows of the products of a group's differences with all of the start.
  void put_products(std::int64_t layer, std::int64_t s, Group group, const Tensor& v) {
    const std::int64_t at = ((layer * out_.steps + s) * out_.pairs + group.first) * out_.pairs;
    const auto to = [&](std::vector<double>& all) {
      return std::span(all).subspan(at, group.count * out_.pairs);
    };
    put(start_[layer].products(v), to(out_.cross[0]));
    const auto scale = (scale_[layer] * start_scale_[layer]).to(v.scalar_type());
    put(start_[layer].products(v * scale), to(out_.cross[1]));
  }

  /// All ranks learn the differences of the start; products among these follow.
  void finish_start(const std::vector<Group>& mine) {
    for (std::int64_t layer = 0; layer < layers_; ++layer) {
      auto& initial = initial_[layer];
      if (team_.size() > 1) {
        const Tensor& scale = start_scale_[layer];  // (D)
        if (!initial.defined())
          initial = torch::zeros({out_.pairs, grid_ * grid_, scale.numel()},
                                 torch::dtype(torch::kFloat32).device(scale.device()));
        sum_over(team_, initial);
      }
      if (storage_ == StartStorage::bfloat16) initial = initial.to(torch::kBFloat16);
      start_[layer] = StartDifferences(initial);
      const auto whole = initial.to(torch::kFloat32);
      for (const Group& group : mine) {
        put_products(layer, 0, group, whole.narrow(0, group.first, group.count));
        put_band_grams(layer, group, whole);
      }
      initial = Tensor();
    }
  }

  void put_band_grams(std::int64_t layer, Group group, const Tensor& start) {
    const auto waves = token_frequencies(start);  // (M, N, D)
    const auto bands = frequency_bands(grid_).to(start.device());
    for (std::int64_t band = 0; band < out_.bands; ++band) {
      const auto of_band = waves.index_select(1, bands.eq(band).nonzero().flatten()).flatten(1);
      put(of_band.narrow(0, group.first, group.count).matmul(of_band.t()),
          std::span(out_.band_gram)
              .subspan(((layer * out_.bands + band) * out_.pairs + group.first) * out_.pairs,
                       group.count * out_.pairs));
    }
  }

  void run_floor() {
    const Group alike{0, std::min(kFloorPairs, options_.pairs)};
    auto states = noise_.start(alike, 0);
    rows_ = alike.count;
    for (std::int64_t s = 0; s < options_.steps; ++s) {
      look_ = [&](std::int64_t layer, const Tensor& tokens) {
        double* to = out_.floor.data() + (layer * out_.steps + s) * 2;
        const auto seen = group_energies(tokens);
        to[0] = seen.differences.sum().item<double>();
        to[1] = seen.states.sum().item<double>() / 2;
      };
      step(s, alike.count, states);
    }
  }

  void gather() {
    for (auto* each : {&out_.cross[0], &out_.cross[1], &out_.energy[0], &out_.energy[1],
                       &out_.band_energy, &out_.band_gram, &out_.state_energy, &out_.floor})
      team_.ranks().sum(std::span<double>(*each));
  }

  const ReplicaOptions& options_;
  StartStorage storage_;
  const ReplicaNoise& noise_;
  CoupledRun run_;
  const parallel::Team& team_;
  diffusion::SamplingPath path_;
  std::int64_t layers_, grid_;
  CapturedLayers out_;
  networks::LayerTap look_;
  std::int64_t rows_ = 0;  // of a pass, that are looked at: guidance adds others behind them
  diffusion::Denoiser denoiser_;
  std::vector<Tensor> initial_;              // (L + 1) of (M, N, D), until all ranks have them
  std::vector<StartDifferences> start_;      // (L + 1)
  std::vector<Tensor> scale_, start_scale_;  // (L + 1) of (D), of this step and of the first
};

}  // namespace

CapturedLayers capture_layers(const LayerEnergiesOptions& options, const ReplicaPlan& plan,
                              const TappedDenoiser& denoiser, const ReplicaNoise& noise,
                              const CoupledRun& run, const parallel::Team& team) {
  return Capture(options, plan, denoiser, noise, run, team).run();
}

}  // namespace syncgap::experiments
