#include "experiments/replica_speciation/decoupling.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"
#include "diffusion/branches.h"
#include "experiments/shared/pair_comparison.h"
#include "experiments/shared/tensor_sum.h"
#include "experiments/shared/told_rows.torch.h"
#include "observables/jackknife.h"
#include "parallel/dealt.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

/// Mean of (M, M) numbers off the diagonal, with its delete-one error over rows and columns alike.
Estimate off_diagonal_mean(const Tensor& square) {
  const std::int64_t count = square.size(0);
  const auto off = square.to(torch::kFloat64) * (1 - torch::eye(count, torch::kFloat64));
  const double all = off.sum().item<double>(), m = to_real(count);
  // Without pair k: neither its row nor its column.
  const auto left = (all - off.sum(0) - off.sum(1)) / ((m - 1) * (m - 2));  // (M)
  return {all / (m * (m - 1)),
          observables::jackknife_error({left.data_ptr<double>(), unsigned_size(count)})};
}

}  // namespace

Independent IndependentImages::across_pairs() const {
  const auto a = [](const Tensor& of_pairs) { return of_pairs.select(1, 0); };
  const auto b = [](const Tensor& of_pairs) { return of_pairs.select(1, 1); };
  const auto distance = [&](const Tensor& scale) {
    const auto wide = scale.to(torch::kFloat64);
    return off_diagonal_mean(torch::cdist(a(wide), b(wide), 2, 2).square());
  };
  const auto features_wide = features.to(torch::kFloat64);
  return {off_diagonal_mean(a(features_wide).matmul(b(features_wide).t())),
          off_diagonal_mean(a(labels).eq(b(labels).t()).to(torch::kFloat64)),
          {distance(scales[0]), distance(scales[1])}};
}

DecoupledPairs::DecoupledPairs(const ReplicaSpeciationOptions& options, const ReplicaPlan& plan,
                               diffusion::Denoiser denoiser, const ReplicaNoise& noise,
                               const Coupling& coupling, Look look, const parallel::Team& team)
    : options_(options),
      plan_(plan),
      denoiser_(coupled_by_step(std::move(denoiser), plan, coupling.reach)),
      noise_(noise),
      coupling_(coupling),
      look_(std::move(look)),
      team_(team),
      path_(options.path(plan)) {
  run_trunk();
}

void DecoupledPairs::run_trunk() {
  const ReplicaOptions& replicas = options_.replicas;
  auto shape = plan_.state_shape(replicas.pairs, coupling_.replicas);
  shape.insert(shape.begin(), replicas.steps + 1);
  trunk_ = torch::zeros(shape);
  const parallel::Dealt dealt(replicas.pairs, replicas.group, team_.ranks());
  for (const Group& group : dealt.mine()) {
    std::int64_t n = 0;
    const auto keep = [&](const Tensor& states) {
      trunk_[n++].narrow(0, group.first, group.count).copy_(states);
    };
    const auto ends = diffusion::run_branches(
        path_, denoiser_, noise_.start(group, replicas.start_spread), {},
        [&](const diffusion::BranchKey&, std::int64_t t) {
          return noise_.coupled(group, t, coupling_.noise_correlation);
        },
        told_rows(group.count, coupling_.told_class, coupling_.strength, coupling_.reach),
        [&](const diffusion::TrunkStep& step) { keep(step.states); });
    keep(ends.trunk);
  }
  sum_over(team_, trunk_);
}

Tensor DecoupledPairs::end_of(std::int64_t coupled_steps, Group pairs) const {
  const Tensor left = trunk_[coupled_steps].narrow(0, pairs.first, pairs.count);
  if (coupled_steps == options_.replicas.steps) return left;
  const auto start = noise_.on_device(left);
  return diffusion::run_branches(
             path_.after(coupled_steps), denoiser_, start, {},
             [&](const diffusion::BranchKey&, std::int64_t t) {
               return noise_.let_go(pairs, coupled_steps, t);
             },
             told_rows(pairs.count, coupling_.told_class, 0))
      .trunk;
}

ImageViews DecoupledPairs::views_of(const Tensor& ends) const { return look_(ends.flatten(0, 1)); }

std::vector<DecoupledPairs::Item> DecoupledPairs::items(
    const std::vector<std::int64_t>& coupled_steps) const {
  const ReplicaOptions& replicas = options_.replicas;
  std::vector<Item> all;
  for (std::int64_t place = 0; place < std::ssize(coupled_steps); ++place)
    for (std::int64_t first = 0; first < replicas.pairs; first += replicas.group)
      all.push_back(
          {place, coupled_steps[place], {first, std::min(replicas.group, replicas.pairs - first)}});
  // The longest first, dealt in turn: no rank has much more than another.
  std::vector<Item> mine;
  const std::int64_t ranks = team_.size();
  for (std::int64_t k = team_.rank(); k < std::ssize(all); k += ranks) mine.push_back(all[k]);
  return mine;
}

std::vector<RowComparison> DecoupledPairs::compare(const std::vector<std::int64_t>& coupled_steps) {
  const torch::NoGradGuard no_grad;
  SYNCGAP_EXPECTS(std::is_sorted(coupled_steps.begin(), coupled_steps.end()));
  const std::int64_t comparisons = coupling_.comparisons(), values = comparisons * kAgreementCount;
  const std::int64_t points = std::ssize(coupled_steps), pairs = options_.replicas.pairs;
  std::vector<double> seen(points * values * pairs, 0.0);  // (K, values, M)
  const bool from_the_start = !coupled_steps.empty() && coupled_steps.front() == 0;
  for (const Item& item : items(coupled_steps)) {
    team_.say(concat("lets pairs go after ", item.coupled_steps, " of ", options_.replicas.steps,
                     " steps"));
    const ImageViews views = views_of(end_of(item.coupled_steps, item.pairs));
    std::int64_t v = 0;
    const auto put = [&](const Comparison& comparison) {
      for (const Tensor& value : comparison) {
        const auto contiguous = value.contiguous();
        std::copy_n(contiguous.data_ptr<double>(), item.pairs.count,
                    seen.begin() + (item.place * values + v++) * pairs + item.pairs.first);
      }
    };
    put(compare_pairs(views, coupling_.replicas));
    for (std::int64_t mode = 0; mode + 1 < comparisons; ++mode)
      put(compare_modes(views, coupling_.modes[unsigned_size(mode)].amplitudes));
    if (item.coupled_steps == 0) note_independent(views, item.pairs);
  }
  team_.ranks().sum(std::span<double>(seen));
  if (from_the_start) gather_independent();
  std::vector<RowComparison> out(points);
  for (std::int64_t k = 0; k < points; ++k) {
    std::int64_t v = k * values;
    const auto next = [&] {
      const auto from = seen.begin() + v++ * pairs;
      return std::vector<double>(from, from + pairs);
    };
    for (std::int64_t each = 0; each < comparisons; ++each) {
      auto cosine = next(), same_label = next(), coarse = next(), fine = next();
      out[k].push_back(
          {std::move(cosine), std::move(same_label), {std::move(coarse), std::move(fine)}});
    }
  }
  return out;
}

void DecoupledPairs::note_independent(const ImageViews& views, Group pairs) {
  const auto put = [&](Tensor& all, const Tensor& some) {
    const auto rows = by_rows(some, coupling_.replicas).flatten(2);  // (B, P, numbers)
    if (!all.defined())
      all =
          torch::zeros({options_.replicas.pairs, coupling_.replicas, rows.size(2)}, rows.options());
    all.narrow(0, pairs.first, pairs.count).copy_(rows);
  };
  put(independent_.features, views.features);
  put(independent_.labels, views.labels.unsqueeze(1));
  put(independent_.scales[0], views.scales.coarse);
  put(independent_.scales[1], views.scales.fine);
}

void DecoupledPairs::gather_independent() {
  if (team_.size() == 1) return;
  // A rank that had no group learns the sizes from the first, which always has one.
  std::array<std::int64_t, 4> sizes{};
  Tensor* all[] = {&independent_.features, &independent_.labels, &independent_.scales[0],
                   &independent_.scales[1]};
  if (team_.rank() == 0)
    for (std::size_t k = 0; k < 4; ++k) sizes[k] = all[k]->size(2);
  team_.ranks().broadcast(std::as_writable_bytes(std::span(sizes)));
  for (std::size_t k = 0; k < 4; ++k) {
    if (!all[k]->defined())
      *all[k] = torch::zeros({options_.replicas.pairs, coupling_.replicas, sizes[k]},
                             k == 1 ? torch::kInt64 : torch::kFloat32);
    sum_over(team_, *all[k]);
  }
}

Tensor DecoupledPairs::images(std::int64_t coupled_steps,
                              const std::vector<std::int64_t>& pairs) const {
  const torch::NoGradGuard no_grad;
  const ReplicaOptions& replicas = options_.replicas;
  std::vector<Tensor> found;
  Tensor group;
  std::int64_t first = -1;
  for (const std::int64_t pair : pairs) {
    if (const std::int64_t wanted = pair - pair % replicas.group; wanted != first) {
      first = wanted;
      const Group of{first, std::min(replicas.group, replicas.pairs - first)};
      group =
          by_rows(views_of(end_of(coupled_steps, of)).images, coupling_.replicas).narrow(1, 0, 2);
    }
    found.push_back(group[pair - first]);
  }
  return torch::stack(found).add(1).div(2);
}

}  // namespace syncgap::experiments
