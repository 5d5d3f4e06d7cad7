#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace syncgap::tensor_files {

enum class ElementType : std::uint8_t {
  float32,
  float64,
  float16,
  bfloat16,
  int64,
  int32,
  int16,
  int8,
  uint8,
  boolean
};

/// Bytes of one element.
std::uint64_t element_bytes(ElementType type);

/// A tensor and where its elements lie in a file: element (i, j, ...) at byte
/// begin + (i strides[0] + j strides[1] + ...) element_bytes.
struct PlacedTensor {
  std::string name;
  ElementType type = ElementType::float32;
  std::vector<std::int64_t> shape, strides;
  std::uint64_t begin = 0;
};

/// What a file of weights holds, by description: nothing is copied yet. Every element of every
/// tensor lies in the file.
struct Contents {
  std::vector<PlacedTensor> tensors;
  std::map<std::string, std::string> metadata;
};

std::uint64_t elements_of(const PlacedTensor& tensor);
/// Whether its elements lie side by side, the last index fastest.
bool is_contiguous(const PlacedTensor& tensor);
/// Strides of elements that lie side by side. Throws FormatError where a size overflows.
std::vector<std::int64_t> contiguous_strides(const std::string& name,
                                             const std::vector<std::int64_t>& shape,
                                             ElementType type);

/// Throws FormatError unless the tensor is one that can be held at all, and all its elements lie
/// in bytes `first` to `last` of the file.
void require_inside(const PlacedTensor& tensor, std::uint64_t first, std::uint64_t last);

/// The elements side by side, copied to `out`; truth values become 0 or 1, whatever byte stood
/// for them.
void copy_elements(const PlacedTensor& tensor, std::string_view file, void* out);

}  // namespace syncgap::tensor_files
