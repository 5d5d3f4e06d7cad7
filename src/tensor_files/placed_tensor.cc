#include "tensor_files/placed_tensor.h"

#include <algorithm>
#include <cstring>

#include "core/expect_shape.h"
#include "core/numbers.h"
#include "tensor_files/format_error.h"

namespace syncgap::tensor_files {
namespace {

/// What LibTorch's operations take.
constexpr std::size_t kMaxDimensions = 64;

template <std::size_t kBytes>
void copy_strided(const PlacedTensor& tensor, const char* from, char* to) {
  const std::size_t rank = tensor.shape.size();
  std::vector<std::int64_t> index(rank, 0), strides = tensor.strides;
  // The stride of a single element is never taken, and may be any number.
  for (std::size_t axis = 0; axis < rank; ++axis)
    if (tensor.shape[axis] == 1) strides[axis] = 0;
  std::int64_t at = 0;
  for (std::uint64_t left = elements_of(tensor); left > 0; --left) {
    std::memcpy(to, from + at * signed_size(kBytes), kBytes);
    to += kBytes;
    for (std::size_t axis = rank; axis-- > 0;) {
      at += strides[axis];
      if (++index[axis] < tensor.shape[axis]) break;
      at -= strides[axis] * tensor.shape[axis];
      index[axis] = 0;
    }
  }
}

}  // namespace

std::uint64_t element_bytes(ElementType type) {
  switch (type) {
    case ElementType::float64:
    case ElementType::int64:
      return 8;
    case ElementType::float32:
    case ElementType::int32:
      return 4;
    case ElementType::float16:
    case ElementType::bfloat16:
    case ElementType::int16:
      return 2;
    case ElementType::int8:
    case ElementType::uint8:
    case ElementType::boolean:
      break;
  }
  return 1;
}

std::uint64_t elements_of(const PlacedTensor& tensor) {
  std::uint64_t count = 1;
  for (const std::int64_t extent : tensor.shape) count *= static_cast<std::uint64_t>(extent);
  return count;
}

bool is_contiguous(const PlacedTensor& tensor) {
  std::int64_t expected = 1;
  for (std::size_t axis = tensor.shape.size(); axis-- > 0;) {
    if (tensor.shape[axis] == 0) return true;
    if (tensor.shape[axis] == 1) continue;
    if (tensor.strides[axis] != expected) return false;
    expected *= tensor.shape[axis];
  }
  return true;
}

std::vector<std::int64_t> contiguous_strides(const std::string& name,
                                             const std::vector<std::int64_t>& shape,
                                             ElementType type) {
  std::vector<std::int64_t> strides(shape.size());
  // Bytes, so that no size computed from it later overflows; none of an empty axis, which would
  // hide the others.
  auto bytes = static_cast<std::int64_t>(element_bytes(type));
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = bytes / static_cast<std::int64_t>(element_bytes(type));
    require_format(shape[axis] >= 0 && !__builtin_mul_overflow(
                                           bytes, std::max<std::int64_t>(shape[axis], 1), &bytes),
                   "tensor ", name, " has an impossible shape ", shape_text(shape));
  }
  return strides;
}

void require_inside(const PlacedTensor& tensor, std::uint64_t first, std::uint64_t last) {
  require_format(
      tensor.shape.size() <= kMaxDimensions && tensor.shape.size() == tensor.strides.size(),
      "tensor ", tensor.name, " has ", tensor.shape.size(), " dimensions and ",
      tensor.strides.size(), " strides");
  contiguous_strides(tensor.name, tensor.shape, tensor.type);  // the sizes themselves
  const bool empty = std::count(tensor.shape.begin(), tensor.shape.end(), 0) > 0;
  const std::uint64_t size = element_bytes(tensor.type);
  std::uint64_t end = size;
  bool fits = true;
  for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
    require_format(tensor.strides[axis] >= 0, "tensor ", tensor.name, " has a negative stride");
    std::uint64_t reach = 0;
    fits = fits && (empty || (!__builtin_mul_overflow(
                                  static_cast<std::uint64_t>(tensor.shape[axis] - 1),
                                  static_cast<std::uint64_t>(tensor.strides[axis]), &reach) &&
                              !__builtin_mul_overflow(reach, size, &reach) &&
                              !__builtin_add_overflow(end, reach, &end)));
  }
  if (empty) end = 0;
  fits = fits && tensor.begin >= first && !__builtin_add_overflow(end, tensor.begin, &end) &&
         end <= last;
  require_format(fits, "tensor ", tensor.name, " of shape ", shape_text(tensor.shape),
                 " reaches out of its bytes in the file (", first, " to ", last,
                 "), beginning at byte ", tensor.begin);
}

void copy_elements(const PlacedTensor& tensor, std::string_view file, void* out) {
  const std::uint64_t count = elements_of(tensor), size = element_bytes(tensor.type);
  if (count == 0) return;
  const char* from = file.data() + tensor.begin;
  auto* to = static_cast<char*>(out);
  if (is_contiguous(tensor)) {
    std::memcpy(to, from, count * size);
  } else {
    const auto copy = size == 8   ? copy_strided<8>
                      : size == 4 ? copy_strided<4>
                      : size == 2 ? copy_strided<2>
                                  : copy_strided<1>;
    copy(tensor, from, to);
  }
  if (tensor.type == ElementType::boolean)
    std::transform(to, to + count, to, [](char c) { return static_cast<char>(c != 0); });
}

}  // namespace syncgap::tensor_files
