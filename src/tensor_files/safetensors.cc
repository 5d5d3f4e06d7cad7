#include "tensor_files/safetensors.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <tuple>
#include <vector>

#include "core/options.h"
#include "tensor_files/bytes.h"

namespace syncgap::tensor_files {
namespace {

using Json = nlohmann::json;

struct TypeName {
  const char* name;
  ElementType type;
};
constexpr std::array kTypeNames{
    TypeName{"F32", ElementType::float32}, TypeName{"F64", ElementType::float64},
    TypeName{"F16", ElementType::float16}, TypeName{"BF16", ElementType::bfloat16},
    TypeName{"I64", ElementType::int64},   TypeName{"I32", ElementType::int32},
    TypeName{"I16", ElementType::int16},   TypeName{"I8", ElementType::int8},
    TypeName{"U8", ElementType::uint8},    TypeName{"BOOL", ElementType::boolean}};

constexpr std::uint64_t kMaxHeader = std::uint64_t{100} << 20;

struct Entry {
  PlacedTensor tensor;
  std::uint64_t end = 0;
};

/// `begin` and `end` count from the first byte of the data.
Entry read_entry(const std::string& name, const Json& value) {
  require_format(is_plain_text(name), "a tensor has a name that is no plain text");
  Entry entry;
  PlacedTensor& tensor = entry.tensor;
  tensor.name = name;
  try {
    const auto type = value.at("dtype").get<std::string>();
    const auto known = std::find_if(kTypeNames.begin(), kTypeNames.end(),
                                    [&](const TypeName& each) { return type == each.name; });
    require_format(known != kTypeNames.end(), "tensor ", name, " has unknown type ", type);
    tensor.type = known->type;
    tensor.shape = value.at("shape").get<std::vector<std::int64_t>>();
    const auto offsets = value.at("data_offsets").get<std::array<std::uint64_t, 2>>();
    tensor.begin = offsets[0];
    entry.end = offsets[1];
  } catch (const Json::exception&) {
    throw FormatError(
        concat("tensor ", name, " is not described by dtype, shape and data_offsets"));
  }
  tensor.strides = contiguous_strides(name, tensor.shape, tensor.type);
  const std::uint64_t bytes = elements_of(tensor) * element_bytes(tensor.type);
  require_format(entry.end >= tensor.begin && entry.end - tensor.begin == bytes, "tensor ", name,
                 " needs ", bytes, " bytes, its offsets are ", tensor.begin, " to ", entry.end);
  return entry;
}

/// Entries in the order of their bytes, which they fill without gaps. (The format's own rule: what
/// no tensor owns could hide anything.)
std::vector<Entry> read_entries(const Json& header, std::uint64_t bytes) {
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items())
    if (name != "__metadata__") entries.push_back(read_entry(name, value));
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.tensor.begin, a.end) < std::tie(b.tensor.begin, b.end);
  });
  std::uint64_t at = 0;
  for (const Entry& entry : entries) {
    require_format(entry.tensor.begin == at, "tensor ", entry.tensor.name, " begins at byte ",
                   entry.tensor.begin, " of the data, expected ", at);
    at = entry.end;
  }
  require_format(at == bytes, "it holds ", bytes, " bytes of data, its header describes ", at,
                 bytes < at ? ": it is cut short" : "");
  return entries;
}

}  // namespace

const char* safetensors_name(ElementType type) {
  return std::find_if(kTypeNames.begin(), kTypeNames.end(),
                      [&](const TypeName& each) { return type == each.type; })
      ->name;
}

Contents read_safetensors(std::string_view file) {
  require_format(file.size() >= sizeof(std::uint64_t), "it has ", file.size(), " bytes");
  Bytes in(file, "it");
  const auto length = in.number<std::uint64_t>();
  require_format(length <= kMaxHeader && length <= in.left(), "its header would have ", length,
                 " bytes, the file has ", file.size());
  const Json header = Json::parse(in.take(length), nullptr, false);
  require_format(header.is_object(), "its header is not a JSON object");
  Contents contents;
  try {
    if (const auto found = header.find("__metadata__"); found != header.end())
      contents.metadata = found->get<std::map<std::string, std::string>>();
  } catch (const Json::exception&) {
    throw FormatError("its metadata are not texts by name");
  }
  for (Entry& entry : read_entries(header, in.left())) {
    entry.tensor.begin += in.offset();
    require_inside(entry.tensor, in.offset(), file.size());
    contents.tensors.push_back(std::move(entry.tensor));
  }
  return contents;
}

bool is_safetensors_index(std::string_view file) {
  // A safetensors file may begin with the same bytes, but its length of 8 bytes has zeros at the
  // end.
  const std::string_view front = file.substr(0, sizeof(std::uint64_t));
  const auto start = front.find_first_not_of(" \t\r\n");
  return start != std::string_view::npos && front[start] == '{' &&
         front.find('\0') == std::string_view::npos;
}

std::map<std::string, std::string> read_safetensors_index(std::string_view file) {
  std::map<std::string, std::string> parts;
  require_format(file.size() <= kMaxHeader, "it is an index of ", file.size(), " bytes");
  const Json index = Json::parse(file, nullptr, false);
  try {
    parts = index.at("weight_map").get<std::map<std::string, std::string>>();
  } catch (const Json::exception&) {
    throw FormatError(
        "it is JSON, but no index of safetensors files: it has no weight_map of texts");
  }
  require_format(!parts.empty(), "its weight_map is empty");
  for (const auto& [name, part] : parts) {
    require_format(is_plain_text(name), "its weight_map names a tensor by what is no plain text");
    // Nothing outside the folder is ever opened for what a file says.
    require_format(is_plain_text(part) && part.find('/') == std::string::npos && part != ".." &&
                       part != "." && !part.empty(),
                   "tensor ", name, " would be in a part that is no name of a file beside it");
  }
  return parts;
}

}  // namespace syncgap::tensor_files
