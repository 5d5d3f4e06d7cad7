#pragma once

#include <map>
#include <string>
#include <torch/nn/module.h>
#include <torch/types.h>
#include <vector>

namespace syncgap::networks {

/// Tensors by name, and text that says what they are.
struct Weights {
  /// On the CPU, contiguous. Those that were read may be views of the file as it is mapped into
  /// memory: writing to them does not change it.
  std::map<std::string, torch::Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// Writes a safetensors file: 8 bytes of header length, a JSON header, then the tensors; with a
/// checksum of these among the metadata, so that equal weights make equal files. Appears
/// under `path` only when it is whole and on the disk. Throws InputError if that cannot be.
void write_weights(const std::string& path, const Weights& weights);

/// Reads a file of weights, by what is in it and not by its name: safetensors, an index of several
/// (*.safetensors.index.json), or what torch.save writes, of any version since 0.4. Of a checkpoint
/// it takes "ema", else "model", else "state_dict", and metadata "part" says which; what is no
/// tensor is passed over, and nothing in a file is ever run. "module." and "_orig_mod." at the
/// front of all names are dropped. No second copy of the file is made: memory is what tensors take
/// that are not stored as they are used. A file of write_weights is held against its checksum; one
/// of another program, or of a version before there were checksums, has none and is taken as it is.
/// Throws InputError that names the file and what is wrong in it.
Weights read_weights(const std::string& path);

/// Parameters and buffers of a network by name, copied.
std::map<std::string, torch::Tensor> tensors_of(const torch::nn::Module& network);

/// Copies tensors into the network. Throws one InputError that names missing and unknown tensors
/// and those of another shape with both, the first few of each and how many there are; the network
/// is unchanged then.
void load_tensors(torch::nn::Module& network, const std::map<std::string, torch::Tensor>& tensors,
                  const std::string& where);

}  // namespace syncgap::networks
