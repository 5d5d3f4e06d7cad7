#include "sde/reverse_sampler.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/numbers.h"
#include "sde/reverse_kernels.h"

namespace syncgap::sde {
namespace {

std::size_t position_in(const std::vector<std::size_t>& samplers, std::size_t sampler) {
  return std::find(samplers.begin(), samplers.end(), sampler) - samplers.begin();
}

const char* stream_purpose(Space space, const char* in_plane, const char* in_full) {
  return space == Space::plane ? in_plane : in_full;
}

/// Number of each kind among the samplers, and of arrays of one state a block holds.
double state_count(const ReverseProblem& problem) {
  double paths = 0, joint = 0;
  for (const Sampler& sampler : problem.samplers()) {
    paths += sampler.score == ScoreKind::path;
    joint += sampler.score == ScoreKind::joint;
  }
  const double steps = to_real(problem.grid().steps);
  const double segment = to_real(TrialBlock::kSegment);
  return (steps + 1) + paths * (steps / segment + 2) + paths * (segment + 1) +
         to_real(problem.samplers().size()) + joint + 2;
}

}  // namespace

std::span<const float> BlockView::target_state(std::size_t sampler) const {
  const std::size_t state = block_.components * block_.lanes;
  const auto pick = [&](const std::vector<std::size_t>& samplers, const AlignedArray& array) {
    return array.span().subspan(position_in(samplers, sampler) * state, state);
  };
  if (const auto& group = tables_.printed_samplers; position_in(group, sampler) < group.size())
    return pick(group, block_.printed_y);
  if (const auto& group = tables_.path_samplers; position_in(group, sampler) < group.size())
    return pick(group, block_.path_y);
  return pick(tables_.joint_samplers, block_.joint_y);
}

std::span<const float> BlockView::source_state(std::size_t sampler) const {
  const std::size_t state = block_.components * block_.lanes;
  const auto& joint = tables_.joint_samplers;
  if (const std::size_t i = position_in(joint, sampler); i < joint.size())
    return block_.joint_x.span().subspan(i * state, state);
  return block_.source_path.span().subspan(step_ * state, state);
}

PlanePositions BlockView::project(std::span<const float> state) const {
  const std::size_t lanes = block_.lanes;
  PlanePositions positions{std::vector<float>(trials_), std::vector<float>(trials_)};
  for (std::size_t c = 0; c < block_.components; ++c) {
    const float u = block_.basis.u[c], v = block_.basis.v[c];
    for (std::size_t i = 0; i < trials_; ++i) {
      positions.u[i] += u * state[c * lanes + i];
      positions.v[i] += v * state[c * lanes + i];
    }
  }
  return positions;
}

PlanePositions BlockView::source(std::size_t sampler) const {
  return project(source_state(sampler));
}

PlanePositions BlockView::target(std::size_t sampler) const {
  return project(target_state(sampler));
}

std::vector<double> BlockView::target_outside(std::size_t sampler) const {
  if (block_.space == Space::plane) return {};
  const auto state = target_state(sampler);
  const PlanePositions inside = project(state);
  std::vector<double> outside(trials_);
  for (std::size_t i = 0; i < trials_; ++i) {
    double square = 0;
    for (std::size_t c = 0; c < block_.components; ++c) {
      const double rest = static_cast<double>(state[c * block_.lanes + i]) -
                          static_cast<double>(block_.basis.u[c]) * inside.u[i] -
                          static_cast<double>(block_.basis.v[c]) * inside.v[i];
      square += rest * rest;
    }
    outside[i] = square;
  }
  return outside;
}

ReverseStreams::ReverseStreams(std::uint64_t sweep_seed, std::int64_t seed, Space space)
    : label(sweep_seed, stream_purpose(space, "plane label", "full label"), {seed}),
      forward_noise(sweep_seed, stream_purpose(space, "plane forward", "full forward"), {seed}),
      start_class(sweep_seed, stream_purpose(space, "plane start", "full start"), {seed}),
      reverse_noise(sweep_seed, stream_purpose(space, "plane reverse", "full reverse"), {seed}) {}

ReverseSampler::ReverseSampler(const ReverseProblem& problem, const TwoClassData& data, Space space,
                               const ReverseStreams& streams)
    : data_(data),
      streams_(streams),
      tables_(problem, data),
      block_(tables_, space, data.dimension, block_trials(space)),
      labels_(block_.lanes),
      start_uniform_(block_.lanes) {}

double ReverseSampler::memory(const ReverseProblem& problem, std::size_t dimension, Space space) {
  const double components = space == Space::plane ? 2.0 : to_real(dimension);
  return sizeof(float) * state_count(problem) * components * to_real(block_trials(space));
}

/// x_0 = s mu_x + sigma_data eps, multimodal (138), and its projection on u.
void ReverseSampler::draw_source(std::uint64_t first_trial) {
  const std::size_t lanes = block_.lanes, components = block_.components;
  const auto noise = std::span(block_.source_path.data(), components * lanes);
  streams_.forward_noise.fill_normals_across_trials<float>(first_trial, lanes, 0, 0, noise);
  const auto spread = static_cast<float>(std::sqrt(data_.variance));
  const auto norm = static_cast<float>(data_.mean_norm());
  for (std::size_t i = 0; i < lanes; ++i) {
    labels_[i] = streams_.label.uniform<float>(first_trial + i, 0, 0) < 0.5F ? 1.0F : -1.0F;
    float projection = 0;
    for (std::size_t c = 0; c < components; ++c) {
      float& x = noise[c * lanes + i];
      x = labels_[i] * norm * block_.basis.u[c] + spread * x;
      projection += block_.basis.u[c] * x;
    }
    block_.source_projection[i] = projection;
  }
}

/// y_N = s D + centre + deviation xi in every coordinate; `target` holds xi on entry.
void ReverseSampler::start_target(std::size_t sampler, std::span<const float> centre,
                                  std::span<const float> class_signs, std::span<float> target) {
  const StartTable& start = tables_.start[sampler];
  for (std::size_t c = 0; c < block_.components; ++c) {
    const float mean = start.target[0] * block_.basis.u[c] + start.target[1] * block_.basis.v[c];
    for (std::size_t i = 0; i < block_.lanes; ++i) {
      const std::size_t at = c * block_.lanes + i;
      target[at] = class_signs[i] * mean + start.gain * centre[at] + start.deviation * target[at];
    }
  }
}

void ReverseSampler::draw_start(std::uint64_t first_trial) {
  const std::size_t lanes = block_.lanes, components = block_.components;
  const std::size_t state = components * lanes;
  std::vector<float> noise(state), signs(lanes), last_projection(lanes);
  streams_.reverse_noise.fill_normals_across_trials<float>(first_trial, lanes, 0, 0, noise);
  const auto last_x =
      std::span<const float>(block_.source_path.data() + block_.steps * state, state);
  for (std::size_t i = 0; i < lanes; ++i) {
    start_uniform_[i] = streams_.start_class.uniform<float>(first_trial + i, 0, 0);
    for (std::size_t c = 0; c < components; ++c)
      last_projection[i] += block_.basis.u[c] * last_x[c * lanes + i];
  }
  const auto draw_signs = [&](float half_logit, std::span<const float> projection) {
    for (std::size_t i = 0; i < lanes; ++i) {
      const double probability = 1 / (1 + std::exp(-2.0 * half_logit * projection[i]));
      signs[i] = start_uniform_[i] < probability ? 1.0F : -1.0F;
    }
  };
  const auto place = [&](std::size_t sampler, AlignedArray& group, std::size_t p,
                         std::span<const float> centre, std::span<const float> class_signs) {
    const auto target = group.span().subspan(p * state, state);
    std::copy(noise.begin(), noise.end(), target.begin());
    start_target(sampler, centre, class_signs, target);
  };
  for (std::size_t p = 0; p < tables_.printed_samplers.size(); ++p) {
    const std::size_t sampler = tables_.printed_samplers[p];
    draw_signs(tables_.start[sampler].half_logit, last_projection);
    place(sampler, block_.printed_y, p, last_x, signs);
  }
  const std::size_t paths = tables_.path_samplers.size();
  const auto last_integrals = block_.integral_checkpoints.span().subspan(
      block_.segment_count() * paths * state, paths * state);
  for (std::size_t p = 0; p < paths; ++p) {
    const std::size_t sampler = tables_.path_samplers[p];
    draw_signs(tables_.start[sampler].half_logit, block_.source_projection.span());
    place(sampler, block_.path_y, p, last_integrals.subspan(p * state, state), signs);
  }
  for (std::size_t p = 0; p < tables_.joint_samplers.size(); ++p) {
    // (x_T, class) of the forward path is itself a draw from the exact joint law at T.
    std::copy(last_x.begin(), last_x.end(), block_.joint_x.data() + p * state);
    place(tables_.joint_samplers[p], block_.joint_y, p, last_x, labels_);
  }
}

void ReverseSampler::run(std::uint64_t first_trial, std::size_t trials,
                         std::span<const std::size_t> observed_steps, const Observer& observe) {
  SYNCGAP_EXPECTS(std::is_sorted(observed_steps.rbegin(), observed_steps.rend()));
  for (std::size_t done = 0; done < trials; done += block_.lanes) {
    const std::uint64_t first = first_trial + done;
    const std::size_t count = std::min(block_.lanes, trials - done);
    draw_source(first);
    advance_source(tables_, streams_.forward_noise, first, block_);
    for (std::size_t segment = 0; segment < block_.segment_count(); ++segment)
      integrate_segment(tables_, segment, block_);
    draw_start(first);
    auto next = observed_steps.begin();
    const auto report = [&](std::size_t step) { observe(BlockView(tables_, block_, count, step)); };
    for (std::size_t segment = block_.segment_count(); segment-- > 0;) {
      integrate_segment(tables_, segment, block_);
      const std::size_t lowest = segment * TrialBlock::kSegment;
      std::size_t at = std::min(lowest + TrialBlock::kSegment, block_.steps);
      while (at > lowest) {
        if (next != observed_steps.end() && *next == at) {
          report(at);
          ++next;
        }
        const std::size_t stop = next != observed_steps.end() ? std::max(*next, lowest) : lowest;
        reverse_steps(tables_, streams_.reverse_noise, first, at, stop, block_);
        at = stop;
      }
    }
    report(0);
  }
}

}  // namespace syncgap::sde
