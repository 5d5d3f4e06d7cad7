#pragma once

#include <functional>
#include <string>

#include "networks/weight_file.h"
#include "parallel/team.h"

namespace syncgap::training {

/// A trained model somebody needs. Its file is named by the hash of its identity: one line that
/// names everything that decides the weights.
struct ModelRequest {
  std::string folder;  ///< of trained models, shared by all jobs; made where it is missing
  std::string identity;

  std::string path() const;
};

/// Trains the model and returns its weights, on every rank; goes on from `checkpoint` if that is
/// there and leaves it where it stops by UnitStopped. Collective over the team.
using TrainModel = std::function<networks::Weights(const std::string& checkpoint)>;

/// The weights of this model, with its identity among their metadata: read if they are there,
/// otherwise trained and kept. Teams and jobs that want the same model at the same time train it
/// once: one holds the lock PATH.lock, which a killed process loses, the others look for the model,
/// the lock and their stop request until one is there. Throws InputError naming file and remedy
/// where the folder cannot be made, locked or written, or the file is damaged or another model's;
/// UnitStopped where a drain ends the waiting. Collective over `team`; all ranks leave alike.
networks::Weights cached_model(const ModelRequest& request, const TrainModel& train,
                               const parallel::Team& team);

}  // namespace syncgap::training
