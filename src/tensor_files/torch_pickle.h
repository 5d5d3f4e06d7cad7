#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tensor_files/pickle.h"
#include "tensor_files/placed_tensor.h"

namespace syncgap::tensor_files {

/// A tensor as torch.save describes it: a view of a storage, whose bytes lie elsewhere in the file.
struct StoredTensor {
  PlacedTensor tensor;       ///< `begin` counts from the first byte of the storage
  std::string_view storage;  ///< its key
  std::uint64_t storage_bytes = 0;
};

/// The tensors by name that a pickle of torch.save holds.
struct StateDict {
  std::vector<StoredTensor> tensors;
  /// Where in the checkpoint they were: "ema", "model", "state_dict"; empty: they were all of it.
  std::string part;
};

/// Finds the state dict in a checkpoint: itself, or its "ema", "model" or "state_dict", the first
/// of these that is there. What is not a tensor is passed over. Throws FormatError that names what
/// was there in place of tensors, and any function outside a closed list that a tensor was to be
/// made by.
StateDict find_state_dict(const Pickle& pickle);

/// Bytes of an element of each storage, by its key: of all tensors, also those outside the state
/// dict. Throws FormatError.
std::map<std::string_view, std::uint64_t> find_storages(const Pickle& pickle);

}  // namespace syncgap::tensor_files
