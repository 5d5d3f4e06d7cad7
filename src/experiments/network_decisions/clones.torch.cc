#include "experiments/network_decisions/clones.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "core/check.h"
#include "core/numbers.h"
#include "core/random.h"
#include "diffusion/branches.h"
#include "diffusion/normals.h"
#include "experiments/network_decisions/noise_levels.h"
#include "experiments/shared/tensor_sum.h"
#include "networks/tensor_values.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;
using Group = parallel::Dealt::Group;

/// Trunks, and clones that leave them.
class ClonedTrunks {
 public:
  ClonedTrunks(const CloneProtocol& protocol, const diffusion::Denoiser& denoiser,
               torch::Device device)
      : protocol_(protocol),
        denoiser_(denoiser),
        device_(device),
        path_(diffusion::SamplingPath::ddim(*protocol.schedule, 1, protocol.visited)),
        levels_(*protocol.schedule, protocol.visited),
        start_(protocol.sweep_seed, "start of trunks", {protocol.seed}),
        noise_(protocol.sweep_seed, "noise of trunks", {protocol.seed}) {}

  /// Takes every trunk as far as clones leave it. Collective.
  void run(const parallel::Team& team) {
    auto shape = states_of(protocol_.trunks);
    shape.insert(shape.begin(), std::ssize(protocol_.branches));
    left_ = torch::zeros(shape);
    const parallel::Dealt dealt(protocol_.trunks, together(), team.ranks());
    for (const Group& group : dealt.mine()) {
      team.say(concat("draws trajectories, ", group.first, " of ", protocol_.trunks));
      std::int64_t taken = 0, next = 0;
      diffusion::run_branches(
          path_, denoiser_, normals(start_, group, 0), {},
          [&](const diffusion::BranchKey&, std::int64_t t) { return normals(noise_, group, t); },
          {},
          [&](const diffusion::TrunkStep& step) {
            if (next < std::ssize(protocol_.branches) &&
                taken++ == protocol_.branches[unsigned_size(next)])
              left_[next++].narrow(0, group.first, group.count).copy_(step.states);
          });
    }
    sum_over(team, left_);
  }

  struct Ends {
    Tensor states;                  ///< (R B, C, H, W), clone after clone
    std::vector<double> entropies;  ///< (R B)
    /// Their parts up to each branch step, of clones that left at the first: (N, R B)
    std::vector<double> known;
  };
  /// The clones of a group of trunks that leave at branch step number `branch`.
  Ends ends(std::int64_t branch, Group group) const {
    const std::int64_t taken = protocol_.branches[unsigned_size(branch)];
    const auto path = path_.after(taken);
    const auto from = left_[branch]
                          .narrow(0, group.first, group.count)
                          .to(device_)
                          .repeat({protocol_.clones, 1, 1, 1, 1});
    const auto streams = clone_streams("noise of clones", branch);
    const auto end = diffusion::run_branches(path, denoiser_, from, {},
                                             [&](const diffusion::BranchKey&, std::int64_t t) {
                                               return normals(streams, group, t);
                                             })
                         .trunk;
    Ends out{end.squeeze(1), {}, {}};
    const auto distances = distances_between(branch, group, path, from, end);
    out.entropies = entropies(taken, distances, distances.size());
    if (branch == 0)
      for (const std::int64_t other : protocol_.branches) {
        const auto part = entropies(taken, distances, unsigned_size(other - taken + 1));
        out.known.insert(out.known.end(), part.begin(), part.end());
      }
    return out;
  }

  std::int64_t together() const { return protocol_.trunks_together; }
  std::vector<double> branch_times() const {
    std::vector<double> out;
    for (const std::int64_t taken : protocol_.branches)
      out.push_back(levels_.time[unsigned_size(taken)]);
    return out;
  }

 private:
  /// Squared distances of ends from the clean images that are predicted of states between these and
  /// (R B, 1, C, H, W) `states`, drawn from the forward process given both: (steps, R B). Those
  /// that were sampled tell more of the end than they should: a reverse step leaves out what its
  /// own x_s leaves open of it, the last one all.
  std::vector<std::vector<double>> distances_between(std::int64_t branch, Group group,
                                                     const diffusion::SamplingPath& path,
                                                     Tensor states, const Tensor& end) const {
    const auto streams = clone_streams("noise between clones and their ends", branch);
    std::vector<std::vector<double>> out;
    for (const diffusion::ReverseStep& step : path.steps()) {
      const double signal = std::sqrt(protocol_.schedule->alpha_bar(step.from));
      const double noise = std::sqrt(1 - protocol_.schedule->alpha_bar(step.from));
      const auto t =
          torch::full({states.size(0)}, step.from, states.options().dtype(torch::kInt64));
      const auto clean = (states - noise * denoiser_(states, {t, {}}).noise) / signal;
      out.push_back(
          networks::values_of((clean - end).to(torch::kFloat64).square().flatten(1).sum(1)));
      states = diffusion::advanced(step, states, (states - signal * end) / noise);
      if (step.deviation > 0) states = states + step.deviation * normals(streams, group, step.from);
    }
    return out;
  }

  /// entropy_along_clone of the first `count` steps after `taken` ones, (R B).
  std::vector<double> entropies(std::int64_t taken,
                                const std::vector<std::vector<double>>& distances,
                                std::size_t count) const {
    const auto log_snr = std::span(levels_.log_snr).subspan(unsigned_size(taken), count);
    std::vector<double> out, along(count);
    for (std::size_t row = 0; row < distances.front().size(); ++row) {
      for (std::size_t s = 0; s < count; ++s) along[s] = distances[s][row];
      out.push_back(entropy_along_clone(log_snr, along));
    }
    return out;
  }

  std::vector<std::int64_t> states_of(std::int64_t count) const {
    return {count, 1, protocol_.shape[0], protocol_.shape[1], protocol_.shape[2]};
  }
  Tensor normals(const RandomStream& stream, Group group, std::int64_t step) const {
    return diffusion::trajectory_normals(stream, group.first, states_of(group.count), step,
                                         device_);
  }
  /// Of all clones, one after the other.
  Tensor normals(const std::vector<RandomStream>& streams, Group group, std::int64_t step) const {
    std::vector<Tensor> of_clones;
    for (const RandomStream& stream : streams) of_clones.push_back(normals(stream, group, step));
    return torch::cat(of_clones);
  }
  std::vector<RandomStream> clone_streams(const char* purpose, std::int64_t branch) const {
    std::vector<RandomStream> out;
    for (std::int64_t clone = 0; clone < protocol_.clones; ++clone)
      out.emplace_back(protocol_.sweep_seed, purpose,
                       std::initializer_list<StreamCoordinate>{
                           protocol_.seed, protocol_.branches[unsigned_size(branch)], clone});
    return out;
  }

  const CloneProtocol& protocol_;
  const diffusion::Denoiser& denoiser_;
  torch::Device device_;
  diffusion::SamplingPath path_;
  NoiseLevels levels_;
  RandomStream start_, noise_;
  Tensor left_;  // (N, M, 1, C, H, W)
};

/// Images that are kept, each put where it belongs by the rank that has it.
class KeptClones {
 public:
  explicit KeptClones(const CloneProtocol& protocol) : protocol_(protocol) {}

  /// `images` (R B, c, h, w) of a group of trunks, clone after clone.
  void put(std::int64_t branch, Group group, const Tensor& images) {
    for (int k = 0; k < 3; ++k) sizes_[unsigned_size(k)] = images.size(k + 1);
    make_room();
    const std::int64_t taken = protocol_.branches[unsigned_size(branch)];
    const std::int64_t trunks = std::ssize(protocol_.kept_trunks);
    const std::int64_t clones = std::ssize(protocol_.kept_clones);
    for (std::int64_t s = 0; s < std::ssize(protocol_.shown); ++s)
      for (std::int64_t m = 0; m < trunks; ++m)
        for (std::int64_t c = 0; c < clones; ++c) {
          const std::int64_t trunk = protocol_.kept_trunks[unsigned_size(m)] - group.first;
          if (protocol_.shown[unsigned_size(s)] != taken || trunk < 0 || trunk >= group.count)
            continue;
          const std::int64_t row = protocol_.kept_clones[unsigned_size(c)] * group.count + trunk;
          const auto values = networks::values_of(images[row].add(1).div(2));
          std::copy(values.begin(), values.end(),
                    pixels_.begin() + ((s * trunks + m) * clones + c) * image_size());
        }
  }

  /// Collective.
  Tensor gather(const parallel::Dealt& dealt, const parallel::Team& team) {
    // A rank that had no group learns the sizes from the first, which always has one.
    team.ranks().broadcast(std::as_writable_bytes(std::span(sizes_)));
    make_room();
    dealt.gather(std::span(pixels_));
    return networks::tensor_of(pixels_).view(
        {std::ssize(protocol_.shown), std::ssize(protocol_.kept_trunks),
         std::ssize(protocol_.kept_clones), sizes_[0], sizes_[1], sizes_[2]});
  }

 private:
  std::int64_t image_size() const { return sizes_[0] * sizes_[1] * sizes_[2]; }
  void make_room() {
    pixels_.resize(protocol_.shown.size() * protocol_.kept_trunks.size() *
                       protocol_.kept_clones.size() * unsigned_size(image_size()),
                   0.0);
  }

  const CloneProtocol& protocol_;
  std::array<std::int64_t, 3> sizes_{};
  std::vector<double> pixels_;
};

}  // namespace

DrawnClones draw_clones(const CloneProtocol& protocol, const diffusion::Denoiser& denoiser,
                        const JudgeClones& judge, torch::Device device,
                        const parallel::Team& team) {
  const torch::NoGradGuard no_grad;
  SYNCGAP_EXPECTS(protocol.shape.size() == 3 &&
                  std::is_sorted(protocol.branches.begin(), protocol.branches.end()));
  ClonedTrunks trunks(protocol, denoiser, device);
  trunks.run(team);
  DrawnClones out;
  CloneEnds& ends = out.ends;
  ends.time = trunks.branch_times();
  ends.trunks = protocol.trunks;
  ends.clones = protocol.clones;
  ends.classes = protocol.classes;
  const std::int64_t branches = std::ssize(protocol.branches);
  const std::int64_t groups = (protocol.trunks + trunks.together() - 1) / trunks.together();
  ends.entropies.resize(unsigned_size(branches * protocol.trunks * protocol.clones), 0.0);
  ends.known.resize(ends.entropies.size(), 0.0);
  ends.labels.resize(ends.entropies.size(), 0);
  KeptClones kept(protocol);
  // The longest first, dealt in turn: no rank has much more than another.
  const parallel::Dealt dealt(branches * groups, 1, team.ranks());
  for (const auto& [item, one] : dealt.mine()) {
    const std::int64_t branch = item / groups, first = item % groups * trunks.together();
    const Group group{first, std::min(trunks.together(), protocol.trunks - first)};
    team.say(concat("clones leave after ", protocol.branches[unsigned_size(branch)], " of ",
                    protocol.visited.size(), " steps"));
    const auto found = trunks.ends(branch, group);
    const SeenClones seen = judge(found.states);
    const auto labels = seen.labels.contiguous();
    for (std::int64_t clone = 0; clone < protocol.clones; ++clone)
      for (std::int64_t m = 0; m < group.count; ++m) {
        const std::int64_t row = clone * group.count + m;
        const auto place = [&](std::int64_t at) {
          return unsigned_size((at * protocol.trunks + group.first + m) * protocol.clones + clone);
        };
        const std::size_t to = place(branch);
        ends.entropies[to] = found.entropies[unsigned_size(row)];
        if (branch == 0)
          for (std::int64_t at = 0; at < branches; ++at)
            ends.known[place(at)] =
                found.known[unsigned_size(at * protocol.clones * group.count + row)];
        ends.labels[to] = labels.data_ptr<std::int64_t>()[row];
      }
    kept.put(branch, group, seen.images);
  }
  dealt.gather(std::span<double>(ends.entropies));
  dealt.gather(std::span<double>(ends.known));
  dealt.gather(std::span<std::int64_t>(ends.labels));
  out.kept = kept.gather(dealt, team);
  return out;
}

}  // namespace syncgap::experiments
