#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <torch/nn/module.h>
#include <torch/types.h>
#include <vector>

#include "parallel/team.h"
#include "training/flat_parameters.h"
#include "training/gradient_sum.h"
#include "training/optimizer.h"
#include "training/overlapped_sum.h"
#include "training/training_options.h"

namespace syncgap::training {

/// Mean loss over the examples [begin, end) of an epoch's order: a function of these numbers and
/// the network's parameters alone.
using Loss = std::function<torch::Tensor(std::int64_t epoch, std::int64_t begin, std::int64_t end)>;

/// What was seen while training, one value an epoch.
struct TrainingCurves {
  std::vector<double> loss;           ///< mean over all examples
  std::vector<double> gradient_norm;  ///< mean over all steps, before clipping
  double seconds = 0;                 ///< in all, resumed ones too; NaN of a model that was there
};

/// Trains one network on the ranks of a team. Every `checkpoint_seconds` and where it is stopped it
/// writes all that going on needs, so that a training that was killed ends with the same bits as
/// one that was not.
class Trainer {
 public:
  /// `identity` names everything that decides the result; a checkpoint of another one is refused.
  /// The network has its start values. Collective over `team`, whose communicator outlives the
  /// trainer.
  Trainer(torch::nn::Module& network, std::int64_t examples, Loss loss, TrainingOptions options,
          std::string identity, std::string checkpoint, const parallel::Team& team);

  /// Trains to the end, or until a stop is requested of the team on any rank, which leaves a
  /// checkpoint and returns false. Says about once a second how far it is. Throws UnitError if the
  /// loss diverges; the last good checkpoint stays. Collective.
  bool run();

  const TrainingCurves& curves() const { return curves_; }
  /// The parameters' moving average, (P): what samples are drawn with.
  const torch::Tensor& average() const { return optimizer_.average(); }
  /// How sums and backward overlapped in the last step of Summation::fast.
  OverlapTrace overlap() const { return overlapped_ ? overlapped_->trace() : OverlapTrace(); }
  /// Puts the average in the parameters' place.
  void use_average();

 private:
  void restore();
  void save() const;
  /// Sums of losses of this epoch, shard by shard; throws UnitError if one is not finite.
  std::vector<double> shard_losses() const;
  void step(std::int64_t begin, std::int64_t end);
  std::string place() const;
  void end_epoch();

  std::int64_t examples_;
  Loss loss_;
  TrainingOptions options_;
  std::string identity_, checkpoint_;
  parallel::Team team_;
  FlatParameters parameters_;
  Optimizer optimizer_;
  std::unique_ptr<OverlappedSum> overlapped_;  ///< of Summation::fast
  std::vector<torch::Tensor> shard_loss_;      ///< of this rank's shards: sums over an epoch
  std::int64_t epoch_ = 0, done_ = 0;          ///< examples of the epoch that were trained on
  TrainingCurves curves_;
};

}  // namespace syncgap::training
