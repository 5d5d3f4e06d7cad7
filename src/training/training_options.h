#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/choices.h"
#include "core/options.h"

namespace syncgap::training {

/// How a team's gradients become one.
///   fixed_order  a batch is always cut into the same shards, whose gradients are added along the
///                same binary tree whatever rank holds them: the same bits on any number of ranks
///   fast         each rank's part in one piece, added as MPI likes
enum class Summation { fixed_order, fast };

inline constexpr Choices kSummations{std::pair{Summation::fixed_order, "fixed_order"},
                                     std::pair{Summation::fast, "fast"}};

/// The learning rate: constant, or falling to zero along half a period of a cosine.
enum class RateSchedule { constant, cosine };

inline constexpr Choices kRateSchedules{std::pair{RateSchedule::constant, "constant"},
                                        std::pair{RateSchedule::cosine, "cosine"}};

struct OptimizerOptions {
  double learning_rate = 2e-4;
  std::int64_t warmup = 0;   ///< steps over which the rate grows to its value
  double gradient_clip = 1;  ///< largest norm of a gradient; 0: none
  double ema_decay = 0.999;  ///< of the moving average of the parameters
  double weight_decay = 0;   ///< of AdamW: parameters shrink by this times the rate in each step
  RateSchedule rate = RateSchedule::constant;

  /// Adds the learning rate and its growth to a table. Binds the members, as does the next.
  void describe_rate(OptionTable& table, const std::string& prefix = {});
  /// Adds weight decay and schedule, for networks that want them.
  void describe_decay(OptionTable& table, const std::string& prefix = {});
};

struct TrainingOptions {
  std::int64_t epochs = 20;
  std::int64_t batch = 128;
  std::int64_t shards = 4;  ///< a batch is cut into, in fixed order; at least the ranks of a team
  Summation summation = Summation::fixed_order;
  OptimizerOptions optimizer;
  double checkpoint_seconds = 60;

  /// Adds all of it to a table: what is described here is an option of every job that trains and,
  /// but for the seconds, part of a model's identity. Binds the members.
  void describe(OptionTable& table);
  /// Throws InputError for what cannot be run by `ranks` ranks on `examples` examples.
  void check(std::int64_t examples, int ranks) const;
};

}  // namespace syncgap::training
