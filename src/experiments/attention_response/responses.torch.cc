#include "experiments/attention_response/responses.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"
#include "diffusion/branches.h"
#include "diffusion/sampling_path.h"
#include "experiments/shared/told_rows.torch.h"
#include "parallel/dealt.h"
#include "theory/modewise_speciation.h"

// Shapes: B states of a group, N tokens of D channels; others as in response_data.h.
namespace syncgap::experiments {
namespace {

using torch::Tensor;
using Group = parallel::Dealt::Group;

/// Block number `at` of an array in blocks of as many numbers as there are values.
void put(const Tensor& values, std::int64_t at, std::vector<double>& to) {
  const auto here = values.to(torch::kCPU, torch::kFloat64).contiguous();
  std::copy_n(here.data_ptr<double>(), here.numel(), to.begin() + at * here.numel());
}

class Responses {
 public:
  Responses(const AttentionResponsePlan& plan, ResponseState at, const TappedDenoiser& denoiser,
            networks::DiTImpl& network, const StartModes& modes, const ReplicaNoise& noise,
            std::int64_t told_class, const parallel::Team& team)
      : plan_(plan),
        symmetric_(at == ResponseState::symmetric),
        network_(network),
        modes_(modes),
        noise_(noise),
        told_class_(told_class),
        team_(team),
        path_(diffusion::SamplingPath::ddim(plan.replicas().schedule(), 0,
                                            plan.replicas().visited())),
        tokens_(unsigned_size(plan.replicas().shape().depth + 1)),
        denoiser_(denoiser([this](std::int64_t layer, const Tensor& seen) {
          tokens_[unsigned_size(layer)] = seen.size(1) == 1 ? seen.select(1, 0) : seen.mean(1);
        })) {
    std::vector<float> rho;
    for (const double g : plan.couplings()) rho.push_back(to_float(theory::routing_share(g)));
    rho_ = torch::tensor(rho);
    make_room();
  }

  ResponseData run() {
    const torch::NoGradGuard no_grad;
    const auto& options = plan_.options();
    const parallel::Dealt dealt(out_.states, options.replicas.group, team_.ranks());
    for (const Group& group : dealt.mine()) run_group(group);
    for (auto* each : {&out_.routing, &out_.query, &out_.key, &out_.perceptron, &out_.cross_query,
                       &out_.cross_partner, &out_.propagated, &out_.least_width, &out_.median_width,
                       &out_.expansion, &out_.pattern_share, &out_.bound})
      dealt.gather(std::span<double>(*each));
    return std::move(out_);
  }

 private:
  void make_room() {
    const auto& options = plan_.options();
    const auto& shape = plan_.replicas().shape();
    out_.states = options.trajectories;
    out_.whole = options.whole_states;
    out_.steps = options.replicas.steps;
    out_.blocks = shape.depth;
    out_.modes = options.modes.count;
    out_.bands = shape.grid();
    const auto room = [](std::vector<double>& array, std::int64_t size) {
      array.resize(unsigned_size(size));
    };
    const std::int64_t places = out_.steps * out_.blocks;
    for (auto* each : {&out_.routing, &out_.query, &out_.key, &out_.perceptron})
      room(*each, out_.states * places * plan_.directions());
    if (!symmetric_) return;
    for (auto* each : {&out_.cross_query, &out_.cross_partner})
      room(*each, out_.whole * places * out_.modes);
    room(out_.propagated, std::ssize(plan_.couplings()) * out_.whole * places * out_.modes);
    const std::int64_t heads =
        out_.states * std::ssize(plan_.head_steps()) * out_.blocks * shape.heads;
    for (auto* each : {&out_.least_width, &out_.median_width, &out_.expansion}) room(*each, heads);
    for (auto* each : {&out_.pattern_share, &out_.bound}) room(*each, heads * out_.bands);
  }

  void run_group(Group group) {
    const auto& options = plan_.options();
    const double spread = symmetric_ ? 0 : options.replicas.start_spread;
    auto states = noise_.start(group, spread);
    if (symmetric_) states = states.narrow(1, 0, 1).contiguous();
    const auto whole = std::clamp<std::int64_t>(out_.whole - group.first, 0, group.count);
    Tensor changes;  // of the images, (W, G, C, S, S)
    if (symmetric_ && whole > 0) {
      const auto pair = noise_.start({group.first, whole}, options.replicas.start_spread);
      changes = (pair.select(1, 0) - pair.select(1, 1)).unsqueeze(1);
      changes = changes.repeat({1, std::ssize(plan_.couplings()), 1, 1, 1});
    }
    for (std::int64_t s = 0; s < out_.steps; ++s) {
      team_.say(concat("responds, step ", s, " of ", out_.steps));
      const diffusion::ReverseStep& step = path_.steps()[unsigned_size(s)];
      const auto t = [&](std::int64_t rows) {
        return torch::full({rows}, step.from, states.options().dtype(torch::kInt64));
      };
      const double g = symmetric_ ? 0 : options.mean_coupling;
      const auto predicted =
          denoiser_(states, {t(group.count), told_rows(group.count, told_class_, g)});
      const auto label = told_rows(1, told_class_, 0).label;
      const auto condition = network_.condition({t(1), label, {}}, 1);
      Tensor inside = changes.defined() ? network_.embedded_changes(changes) : Tensor();
      for (std::int64_t block = 0; block < out_.blocks; ++block)
        see_block(group, s, block, condition, whole, inside);
      states = diffusion::advanced(step, states, predicted.noise);
      if (changes.defined()) {
        const auto last = tokens_.back().narrow(0, 0, whole);
        changes = changes * step.on_state +
                  network_.predicted_changes(last, inside, condition) * step.on_noise;
      }
    }
  }

  void see_block(Group group, std::int64_t s, std::int64_t block, const Tensor& condition,
                 std::int64_t whole, Tensor& inside) {
    const auto& tokens = tokens_[unsigned_size(block)];
    const auto& r = modes_.directions[unsigned_size(block)];
    const auto at = network_.response(block, tokens, condition);
    const auto in = at.directions(r);
    const auto gains = at.gains(in);
    const auto place = [&](std::int64_t state) {
      return ((group.first + state) * out_.steps + s) * out_.blocks + block;
    };
    for (std::int64_t state = 0; state < group.count; ++state) {
      put(gains.routing[state], place(state), out_.routing);
      put(gains.query[state], place(state), out_.query);
      put(gains.key[state], place(state), out_.key);
      put(gains.perceptron[state], place(state), out_.perceptron);
    }
    if (!symmetric_) return;
    see_heads(group, s, block, at, in);
    if (whole == 0) return;
    const auto first = network_.response(block, tokens.narrow(0, 0, whole), condition);
    const auto modes = in.part(0, out_.modes);
    const auto cross = first.cross_gains(modes);
    const auto along = torch::einsum("bntd,nkd->tbk", {inside, modes.r}).square();
    const std::int64_t couplings = std::ssize(plan_.couplings());
    for (std::int64_t state = 0; state < whole; ++state) {
      put(cross.query[state], place(state), out_.cross_query);
      put(cross.partner[state], place(state), out_.cross_partner);
      for (std::int64_t g = 0; g < couplings; ++g)
        put(along[g][state], g * out_.whole * out_.steps * out_.blocks + place(state),
            out_.propagated);
    }
    inside = first.propagate(inside, rho_.to(inside.device()));
  }

  void see_heads(Group group, std::int64_t s, std::int64_t block, const networks::BlockResponse& at,
                 const networks::BlockDirections& in) {
    const auto& steps = plan_.head_steps();
    const auto found = std::lower_bound(steps.begin(), steps.end(), s);
    if (found == steps.end() || *found != s) return;
    const std::int64_t number = found - steps.begin();
    const auto heads = at.heads(in.part(out_.modes, out_.bands));
    const auto share = heads.pattern / heads.routing;
    for (std::int64_t state = 0; state < group.count; ++state) {
      const std::int64_t place =
          ((group.first + state) * std::ssize(steps) + number) * out_.blocks + block;
      put(heads.width[state].amin(1), place, out_.least_width);
      put(std::get<0>(heads.width[state].median(1)), place, out_.median_width);
      put(heads.expansion[state], place, out_.expansion);
      put(share[state], place, out_.pattern_share);
      put(heads.bound[state], place, out_.bound);
    }
  }

  const AttentionResponsePlan& plan_;
  bool symmetric_;
  networks::DiTImpl& network_;
  const StartModes& modes_;
  const ReplicaNoise& noise_;
  std::int64_t told_class_;
  const parallel::Team& team_;
  diffusion::SamplingPath path_;
  std::vector<Tensor> tokens_;  // (L + 1) of (B, N, D), of the last evaluation
  diffusion::Denoiser denoiser_;
  Tensor rho_;  // (G)
  ResponseData out_;
};

}  // namespace

ResponseData compute_responses(const AttentionResponsePlan& plan, ResponseState at,
                               const TappedDenoiser& denoiser, networks::DiTImpl& network,
                               const StartModes& modes, const ReplicaNoise& noise,
                               std::int64_t told_class, const parallel::Team& team) {
  return Responses(plan, at, denoiser, network, modes, noise, told_class, team).run();
}

}  // namespace syncgap::experiments
