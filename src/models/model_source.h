#pragma once

#include <optional>
#include <string>

#include "core/identity.h"
#include "models/denoiser_options.h"
#include "networks/weight_file.h"
#include "parallel/team.h"
#include "training/model_cache.h"

namespace syncgap::models {

/// Where the weights of a model come from: a file that is given, of any kind that
/// networks::read_weights takes, or training here, whose result is
/// kept by the hash of all that made it.
struct ModelSource {
  std::string file;  ///< empty: trained here
  training::ModelRequest request;

  /// The file that holds them, or will.
  std::string path() const { return file.empty() ? request.path() : file; }
};

/// The weights, on every rank of the team. Throws as read_weights and cached_model. Collective.
networks::Weights weights_of(const ModelSource& source, const training::TrainModel& train,
                             const parallel::Team& team);

/// Checksum of the bytes of a file of weights and, if it is an index, of its parts. Throws
/// InputError that names `option`, the option that gives the file.
Fact weights_fact(const std::string& name, const std::string& file, const std::string& option);

/// What decides the numbers of a denoiser beside its options: "arithmetic", and "weights" of
/// a file where one is given. `own` is this rank's CUDA device, if it has one.
Facts model_facts(const DenoiserSettings& options, const std::optional<int>& own);

/// LibTorch's version and device, of which the bits of trained weights depend.
Facts computing_facts(torch::Device device);

}  // namespace syncgap::models
