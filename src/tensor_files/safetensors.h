#pragma once

#include <map>
#include <string>
#include <string_view>

#include "tensor_files/placed_tensor.h"

namespace syncgap::tensor_files {

/// Name of an element type in a safetensors file.
const char* safetensors_name(ElementType type);

/// The tensors of a safetensors file: 8 bytes of header length, a JSON header, then the tensors.
/// Throws FormatError: cut short, offsets that overlap or leave gaps, element types unknown here.
Contents read_safetensors(std::string_view file);

/// Whether a file is an index of several safetensors files.
bool is_safetensors_index(std::string_view file);
/// Its parts, files in the folder of the index, by the names of the tensors in them. Throws
/// FormatError.
std::map<std::string, std::string> read_safetensors_index(std::string_view file);

}  // namespace syncgap::tensor_files
