#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tensor_files/mapped_file.h"
#include "tensor_files/placed_tensor.h"

namespace syncgap::tensor_files {

/// A file of weights and what it holds.
struct TensorFile {
  std::shared_ptr<const MappedFile> file;
  std::vector<PlacedTensor> tensors;
};

/// All tensors of a model, each name once, and text that says what they are.
struct TensorFiles {
  std::vector<TensorFile> files;
  std::map<std::string, std::string> metadata;
};

/// Finds the tensors in a file of weights, by what is in it and not by its name: safetensors, an
/// index of several of them, or a file of torch.save, of the present kind (zip) or the one before
/// 1.6. Names lose "module." and "_orig_mod." at their front if all of them have it. Throws
/// InputError that names the file and what is wrong in it.
TensorFiles open_tensor_files(const std::string& path);

/// The same for the bytes of one file, which is not an index, with names as they are. Throws
/// FormatError.
Contents read_contents(std::string_view bytes);

/// The files that hold these weights: `path`, and the parts if it is an index. Throws as above.
std::vector<std::string> paths_of(const std::string& path);

/// Takes the prefixes of DistributedDataParallel ("module.") and torch.compile ("_orig_mod.") off
/// the front of all names, as long as all have one. Throws FormatError if two become the same.
void strip_prefixes(const std::vector<std::string*>& names);

}  // namespace syncgap::tensor_files
