#pragma once

#include <map>
#include <string>
#include <torch/nn/module.h>
#include <torch/types.h>
#include <vector>

namespace syncgap::networks {

/// Tensors by name, and text that says what they are.
struct Weights {
  std::map<std::string, torch::Tensor> tensors;  ///< on the CPU, contiguous
  std::map<std::string, std::string> metadata;
};

/// Writes a safetensors file: 8 bytes of header length, a JSON header, then the tensors. Appears
/// under `path` only when it is whole and on the disk. Throws InputError if that cannot be.
void write_weights(const std::string& path, const Weights& weights);

/// Reads a safetensors file. Throws InputError that names the file and what is wrong in it: not a
/// safetensors file, cut short, offsets that overlap or leave gaps, element types unknown here.
Weights read_weights(const std::string& path);

/// Parameters and buffers of a network by name, copied.
std::map<std::string, torch::Tensor> tensors_of(const torch::nn::Module& network);

/// Copies tensors into the network. Throws InputError naming every missing and every unknown
/// tensor, or both shapes of the first that differs; the network is unchanged then.
void load_tensors(torch::nn::Module& network, const std::map<std::string, torch::Tensor>& tensors,
                  const std::string& where);

}  // namespace syncgap::networks
