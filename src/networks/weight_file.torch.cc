#include "networks/weight_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/atomic_file.h"
#include "core/check.h"
#include "core/checksum.h"
#include "core/expect_shape.h"
#include "tensor_files/safetensors.h"
#include "tensor_files/tensor_file.h"

namespace syncgap::networks {
namespace {

using Json = nlohmann::json;
using tensor_files::ElementType;
using tensor_files::PlacedTensor;

constexpr std::array kScalarTypes{std::pair{ElementType::float32, torch::kFloat32},
                                  std::pair{ElementType::float64, torch::kFloat64},
                                  std::pair{ElementType::float16, torch::kFloat16},
                                  std::pair{ElementType::bfloat16, torch::kBFloat16},
                                  std::pair{ElementType::int64, torch::kInt64},
                                  std::pair{ElementType::int32, torch::kInt32},
                                  std::pair{ElementType::int16, torch::kInt16},
                                  std::pair{ElementType::int8, torch::kInt8},
                                  std::pair{ElementType::uint8, torch::kUInt8},
                                  std::pair{ElementType::boolean, torch::kBool}};

ElementType element_type(torch::ScalarType type) {
  for (const auto& [ours, torchs] : kScalarTypes)
    if (torchs == type) return ours;
  throw InputError(concat("weights of this element type cannot be written (", toString(type), ")"));
}

torch::ScalarType scalar_type(ElementType type) {
  return std::find_if(kScalarTypes.begin(), kScalarTypes.end(),
                      [&](const auto& each) { return each.first == type; })
      ->second;
}

/// A view of the file where its bytes are the tensor as it is, else a copy.
torch::Tensor make_tensor(const PlacedTensor& placed,
                          const std::shared_ptr<const tensor_files::MappedFile>& file) {
  const torch::ScalarType type = scalar_type(placed.type);
  char* data = file->data() + placed.begin;
  const bool aligned = placed.begin % element_bytes(placed.type) == 0;
  // A truth value may be stored as any byte.
  if (aligned && is_contiguous(placed) && elements_of(placed) > 0 &&
      placed.type != ElementType::boolean)
    return torch::from_blob(
        data, placed.shape, [file](void*) {}, type);
  auto tensor = torch::empty(placed.shape, type);
  copy_elements(placed, file->bytes(), tensor.data_ptr());
  return tensor;
}

/// What does not fit, of one kind: the first few by name, and how many more.
class Listed {
 public:
  explicit Listed(const char* kind) : kind_(kind) {}
  template <class... Args>
  void add(const Args&... text) {
    if (++count_ <= kShown) text_ += concat(count_ > 1 ? ", " : " ", text...);
  }
  bool empty() const { return count_ == 0; }
  /// "; missing: a, b and 3 more", or nothing.
  std::string text() const {
    if (empty()) return {};
    return concat("; ", kind_, ":", text_,
                  count_ > kShown ? concat(" and ", count_ - kShown, " more") : "");
  }

 private:
  static constexpr std::size_t kShown = 6;
  const char* kind_;
  std::size_t count_ = 0;
  std::string text_;
};

template <class Visit>
void visit_tensors(const torch::nn::Module& network, const Visit& visit) {
  for (const auto& item : network.named_parameters()) visit(item.key(), item.value());
  for (const auto& item : network.named_buffers()) visit(item.key(), item.value());
}

/// Where a file that is written here keeps the checksum of its tensors.
constexpr const char* kChecksum = "syncgap.checksum";

/// Of types, shapes and bytes of the tensors in the order of their names; the names themselves are
/// what a network asks for.
std::string checksum_of_tensors(const std::map<std::string, torch::Tensor>& tensors) {
  Checksum sum;
  for (const auto& [name, tensor] : tensors) {
    const std::string what = concat(toString(tensor.scalar_type()), ' ', tensor.sizes(), '\n');
    sum.add(what.data(), what.size());
    sum.add(tensor.data_ptr(), tensor.nbytes());
  }
  return checksum_text(sum.value());
}

}  // namespace

void write_weights(const std::string& path, const Weights& weights) {
  Json header = Json::object();
  header["__metadata__"] = weights.metadata;
  header["__metadata__"][kChecksum] = checksum_of_tensors(weights.tensors);
  std::uint64_t at = 0;
  for (const auto& [name, tensor] : weights.tensors) {
    SYNCGAP_EXPECTS(tensor.is_contiguous() && tensor.device().is_cpu());
    const std::uint64_t end = at + tensor.nbytes();
    header[name] = {{"dtype", tensor_files::safetensors_name(element_type(tensor.scalar_type()))},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {at, end}}};
    at = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data begin at a multiple of 8
  const std::uint64_t length = text.size();
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::absolute(path).parent_path(), ignored);
  try {
    AtomicFile file(path);
    file.write(&length, sizeof length);
    file.write(text.data(), text.size());
    for (const auto& [name, tensor] : weights.tensors)
      file.write(tensor.data_ptr(), tensor.nbytes());
    file.finish(AtomicFile::Existing::replace);
  } catch (const FileError& error) {
    throw InputError(concat("cannot write weights (", path, ", ",
                            std::strerror(error.code().value()),
                            "): free some space or choose another folder"));
  }
}

Weights read_weights(const std::string& path) {
  tensor_files::TensorFiles opened = tensor_files::open_tensor_files(path);
  Weights weights{{}, std::move(opened.metadata)};
  for (const auto& [file, tensors] : opened.files)
    for (const PlacedTensor& placed : tensors)
      weights.tensors.emplace(placed.name, make_tensor(placed, file));
  if (const auto written = weights.metadata.find(kChecksum);
      written != weights.metadata.end() && opened.files.size() == 1) {
    const std::string found = checksum_of_tensors(weights.tensors);
    require_input(found == written->second, "the weights are damaged (", path, ", checksum ", found,
                  " where ", written->second,
                  " was written): remove the file; a model that was trained here is trained again");
    weights.metadata.erase(written);
  }
  return weights;
}

std::map<std::string, torch::Tensor> tensors_of(const torch::nn::Module& network) {
  std::map<std::string, torch::Tensor> tensors;
  visit_tensors(network, [&](const std::string& name, const torch::Tensor& tensor) {
    tensors[name] = tensor.detach().to(torch::kCPU).contiguous().clone();
  });
  return tensors;
}

void load_tensors(torch::nn::Module& network, const std::map<std::string, torch::Tensor>& tensors,
                  const std::string& where) {
  std::map<std::string, torch::Tensor> own;
  visit_tensors(network, [&](const std::string& name, const torch::Tensor& tensor) {
    own.emplace(name, tensor);
  });
  Listed missing("missing"), unknown("unknown"), misshapen("of another shape");
  for (const auto& [name, tensor] : own) {
    const auto found = tensors.find(name);
    if (found == tensors.end())
      missing.add(name);
    else if (found->second.sizes() != tensor.sizes())
      misshapen.add(name, " ", shape_text(found->second.sizes()), " in the file, ",
                    shape_text(tensor.sizes()), " in the network");
  }
  for (const auto& [name, tensor] : tensors)
    if (own.find(name) == own.end()) unknown.add(name);
  require_input(missing.empty() && unknown.empty() && misshapen.empty(),
                "weights are of another network (", where, missing.text(), unknown.text(),
                misshapen.text(),
                "): take the weights of this network, or the sizes they were made with");
  const torch::NoGradGuard no_grad;
  for (auto& [name, tensor] : own) tensor.copy_(tensors.at(name));
}

}  // namespace syncgap::networks
