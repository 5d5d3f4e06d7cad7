// Any bytes as weights: by the first byte as a whole file, as the pickle of one, as an index, or as
// names that lose their prefixes. They are read, or refused with a FormatError.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tensor_files/format_error.h"
#include "tensor_files/safetensors.h"
#include "tensor_files/tensor_file.h"
#include "tensor_files/torch_pickle.h"

namespace {

using namespace syncgap::tensor_files;

void require(bool condition) {
  if (!condition) std::abort();
}

/// Every element of what was accepted can be read, and a small tensor is.
void read_file(std::string_view file) {
  const Contents contents = read_contents(file);
  std::uint64_t budget = 1 << 16;
  for (const PlacedTensor& tensor : contents.tensors) {
    require_inside(tensor, 0, file.size());
    const std::uint64_t bytes = elements_of(tensor) * element_bytes(tensor.type);
    if (bytes > budget) continue;
    budget -= bytes;
    std::vector<char> values(bytes);
    copy_elements(tensor, file, values.data());
  }
}

void read_pickle(std::string_view bytes) {
  const Pickle pickle(bytes);
  require(pickle.length() <= bytes.size());
  for (const auto& [key, element_bytes] : find_storages(pickle)) require(element_bytes > 0);
  const StateDict state = find_state_dict(pickle);
  require(!state.tensors.empty());
  for (const StoredTensor& stored : state.tensors)
    require(stored.tensor.shape.size() <= 64 && stored.storage.size() <= 64);
}

void read_index(std::string_view bytes) {
  for (const auto& [name, part] : read_safetensors_index(bytes))
    require(part.find('/') == std::string::npos && part != "..");
}

void read_names(std::string_view bytes) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at <= bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    names.emplace_back(bytes.substr(at, end - at));
    at = end + 1;
  }
  std::vector<std::string*> pointers;
  for (std::string& name : names) pointers.push_back(&name);
  strip_prefixes(pointers);
  std::sort(names.begin(), names.end());
  require(std::adjacent_find(names.begin(), names.end()) == names.end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // A copy of its own size: a sanitizer sees the first byte read behind it.
  const std::vector<char> copy(data + 1, data + size);
  const std::string_view bytes(copy.data(), copy.size());
  const auto read = data[0] % 8 == 7   ? read_names
                    : data[0] % 8 == 6 ? read_index
                    : data[0] % 8 > 3  ? read_pickle
                                       : read_file;
  try {
    read(bytes);
  } catch (const FormatError& error) {
    require(error.what()[0] != '\0' && !error.remedy().empty());
  }
  return 0;
}
