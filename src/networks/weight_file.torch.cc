#include "networks/weight_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/check.h"

namespace syncgap::networks {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian");

using Json = nlohmann::json;

struct ElementType {
  const char* name;
  torch::ScalarType type;
};
constexpr std::array kElementTypes{
    ElementType{"F32", torch::kFloat32}, ElementType{"F64", torch::kFloat64},
    ElementType{"F16", torch::kFloat16}, ElementType{"BF16", torch::kBFloat16},
    ElementType{"I64", torch::kInt64},   ElementType{"I32", torch::kInt32},
    ElementType{"U8", torch::kUInt8},    ElementType{"BOOL", torch::kBool}};

constexpr std::uint64_t kMaxHeader = std::uint64_t{100} << 20;

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw InputError(concat("these are not usable weights (", path, "): ", what,
                          "; take another file, or remove this one to have it made again"));
}

const ElementType& element_type(torch::ScalarType type) {
  for (const auto& each : kElementTypes)
    if (each.type == type) return each;
  throw InputError(concat("weights of this element type cannot be written (", toString(type), ")"));
}

struct Entry {
  std::string name;
  const ElementType* type = nullptr;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

Entry read_entry(const std::string& path, const std::string& name, const Json& value) {
  Entry entry{name, nullptr, {}, 0, 0};
  try {
    const auto type = value.at("dtype").get<std::string>();
    for (const auto& each : kElementTypes)
      if (type == each.name) entry.type = &each;
    if (entry.type == nullptr) refuse(path, concat("tensor ", name, " has unknown type ", type));
    entry.shape = value.at("shape").get<std::vector<std::int64_t>>();
    const auto offsets = value.at("data_offsets").get<std::array<std::uint64_t, 2>>();
    entry.begin = offsets[0];
    entry.end = offsets[1];
  } catch (const Json::exception&) {
    refuse(path, concat("tensor ", name, " is not described by dtype, shape and data_offsets"));
  }
  std::uint64_t bytes = torch::elementSize(entry.type->type);
  for (const std::int64_t extent : entry.shape)
    if (extent < 0 || __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes))
      refuse(path, concat("tensor ", name, " has an impossible shape"));
  if (entry.end < entry.begin || entry.end - entry.begin != bytes)
    refuse(path, concat("tensor ", name, " needs ", bytes, " bytes, its offsets are ", entry.begin,
                        " to ", entry.end));
  return entry;
}

/// Entries in the order of their bytes, which they fill without gaps. (The format's own rule: what
/// no tensor owns could hide anything.)
std::vector<Entry> read_entries(const std::string& path, const Json& header, std::uint64_t bytes) {
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items())
    if (name != "__metadata__") entries.push_back(read_entry(path, name, value));
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  std::uint64_t at = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != at)
      refuse(path, concat("tensor ", entry.name, " begins at byte ", entry.begin,
                          " of the data, expected ", at));
    at = entry.end;
  }
  if (at != bytes)
    refuse(path, concat("it holds ", bytes, " bytes of data, its header describes ", at,
                        bytes < at ? ": it is cut short" : ""));
  return entries;
}

std::string shape_text(torch::IntArrayRef shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) text += concat(i ? ", " : "", shape[i]);
  return text + ")";
}

template <class Visit>
void visit_tensors(const torch::nn::Module& network, const Visit& visit) {
  for (const auto& item : network.named_parameters()) visit(item.key(), item.value());
  for (const auto& item : network.named_buffers()) visit(item.key(), item.value());
}

}  // namespace

void write_weights(const std::string& path, const Weights& weights) {
  Json header = Json::object();
  if (!weights.metadata.empty()) header["__metadata__"] = weights.metadata;
  std::uint64_t at = 0;
  for (const auto& [name, tensor] : weights.tensors) {
    SYNCGAP_EXPECTS(tensor.is_contiguous() && tensor.device().is_cpu());
    const std::uint64_t end = at + tensor.nbytes();
    header[name] = {{"dtype", element_type(tensor.scalar_type()).name},
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
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  require_input(file.good(), "cannot read weights (", path, "): check the path");
  const auto size = static_cast<std::uint64_t>(file.tellg());
  file.seekg(0);
  std::uint64_t length = 0;
  if (size < sizeof length) refuse(path, concat("it has ", size, " bytes"));
  file.read(reinterpret_cast<char*>(&length), sizeof length);
  if (length > kMaxHeader || length > size - sizeof length)
    refuse(path, concat("its header would have ", length, " bytes, the file has ", size));
  std::string text(length, '\0');
  file.read(text.data(), static_cast<std::streamsize>(length));
  const Json header = Json::parse(text, nullptr, false);
  if (!header.is_object()) refuse(path, "its header is not a JSON object");

  Weights weights;
  try {
    if (const auto found = header.find("__metadata__"); found != header.end())
      weights.metadata = found->get<std::map<std::string, std::string>>();
  } catch (const Json::exception&) {
    refuse(path, "its metadata are not texts by name");
  }
  for (const Entry& entry : read_entries(path, header, size - sizeof length - length)) {
    auto tensor = torch::empty(entry.shape, entry.type->type);
    file.read(static_cast<char*>(tensor.data_ptr()),
              static_cast<std::streamsize>(entry.end - entry.begin));
    if (!file.good()) refuse(path, "tensor " + entry.name + " could not be read");
    weights.tensors.emplace(entry.name, std::move(tensor));
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
  std::string missing, unknown;
  for (const auto& [name, tensor] : own)
    if (tensors.find(name) == tensors.end()) missing += " " + name;
  for (const auto& [name, tensor] : tensors)
    if (own.find(name) == own.end()) unknown += " " + name;
  require_input(missing.empty() && unknown.empty(), "weights are of another network (", where,
                missing.empty() ? "" : "; missing:" + missing,
                unknown.empty() ? "" : "; unknown:" + unknown,
                "): take the weights of this network, or its sizes from their metadata");
  for (const auto& [name, tensor] : own)
    require_input(tensor.sizes() == tensors.at(name).sizes(), "weights have another shape (", where,
                  ", ", name, ": ", shape_text(tensors.at(name).sizes()), " in the file, ",
                  shape_text(tensor.sizes()),
                  " in the network): take the sizes the weights were made with");
  const torch::NoGradGuard no_grad;
  for (auto& [name, tensor] : own) tensor.copy_(tensors.at(name));
}

}  // namespace syncgap::networks
