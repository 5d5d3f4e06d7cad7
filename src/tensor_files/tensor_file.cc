#include "tensor_files/tensor_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "tensor_files/format_error.h"
#include "tensor_files/safetensors.h"
#include "tensor_files/torch_file.h"

namespace syncgap::tensor_files {
namespace {

/// All tensors together may have so many times the bytes of the file: some share their storage. A
/// file that goes on stretching single elements would ask for any memory.
constexpr std::uint64_t kMostSharing = 8, kAlwaysAllowed = std::uint64_t{1} << 28;

constexpr std::array<std::string_view, 2> kPrefixes{"module.", "_orig_mod."};

/// Runs what reads a file and gives its complaints the file's name.
template <class Read>
auto with_name(const std::string& path, const Read& read) {
  try {
    return read();
  } catch (const FormatError& error) {
    throw InputError(
        concat("these are not usable weights (", path, "): ", error.what(), "; ", error.remedy()));
  }
}

void require_bounded(const Contents& contents, std::uint64_t file_bytes) {
  std::uint64_t bytes = 0;
  for (const PlacedTensor& tensor : contents.tensors) {
    const bool overflows =
        __builtin_add_overflow(bytes, elements_of(tensor) * element_bytes(tensor.type), &bytes);
    require_format(!overflows && bytes / kMostSharing <= file_bytes + kAlwaysAllowed,
                   "its tensors would take more than ", kMostSharing, " times its ", file_bytes,
                   " bytes");
  }
}

/// The prefix of a name, without which something is left.
std::size_t prefix_length(std::string_view name) {
  for (const std::string_view prefix : kPrefixes)
    if (name.size() > prefix.size() && name.substr(0, prefix.size()) == prefix)
      return prefix.size();
  return 0;
}

std::string beside(const std::string& path, const std::string& part) {
  return (std::filesystem::path(path).parent_path() / part).string();
}

std::set<std::string> parts_of(const std::map<std::string, std::string>& index) {
  std::set<std::string> parts;
  for (const auto& [name, part] : index) parts.insert(part);
  return parts;
}

/// What the index says of a part and what is in it must agree.
void require_as_indexed(const std::map<std::string, std::string>& index, const std::string& part,
                        const std::vector<PlacedTensor>& tensors) {
  std::set<std::string> there;
  for (const PlacedTensor& tensor : tensors) {
    const auto found = index.find(tensor.name);
    require_format(found != index.end() && found->second == part, "it holds tensor ", tensor.name,
                   found == index.end() ? ", which the index does not know"
                                        : ", which the index says is in " + found->second);
    there.insert(tensor.name);
  }
  for (const auto& [name, where] : index)
    require_format(where != part || there.count(name) > 0, "tensor ", name,
                   " is not in it, where the index says it is");
}

}  // namespace

Contents read_contents(std::string_view bytes) {
  // The length at the front of a safetensors file may look like the start of any other; what comes
  // behind it does not.
  const bool may_be_other = bytes.substr(0, 9).find('{', 8) == std::string_view::npos;
  Contents contents;
  if (may_be_other && is_zip(bytes)) {
    contents = read_torch_zip(bytes);
  } else if (is_old_torch(bytes)) {
    contents = read_old_torch(bytes);
  } else {
    require_format(!may_be_other || bytes.substr(0, 1) != "\x80",
                   "it is a pickle, but not one that torch.save has written");
    contents = read_safetensors(bytes);
  }
  require_bounded(contents, bytes.size());
  return contents;
}

void strip_prefixes(const std::vector<std::string*>& names) {
  if (names.empty()) return;
  bool stripped = false;
  while (std::all_of(names.begin(), names.end(),
                     [](const std::string* name) { return prefix_length(*name) > 0; })) {
    for (std::string* name : names) name->erase(0, prefix_length(*name));
    stripped = true;
  }
  std::set<std::string_view> seen;
  for (const std::string* name : names)
    require_format(seen.insert(*name).second, "two tensors are called ", *name,
                   stripped ? " without the prefixes module. and _orig_mod." : "");
}

TensorFiles open_tensor_files(const std::string& path) {
  TensorFiles all;
  const auto add = [&](const std::string& from, std::shared_ptr<const MappedFile> file) {
    Contents contents = with_name(from, [&] { return read_contents(file->bytes()); });
    all.metadata.merge(contents.metadata);
    all.files.push_back({std::move(file), std::move(contents.tensors)});
  };
  auto file = std::make_shared<const MappedFile>(path);
  if (!is_safetensors_index(file->bytes())) {
    add(path, std::move(file));
  } else {
    const auto index = with_name(path, [&] { return read_safetensors_index(file->bytes()); });
    for (const std::string& part : parts_of(index)) {
      const std::string from = beside(path, part);
      add(from, std::make_shared<const MappedFile>(from));
      with_name(from, [&] { require_as_indexed(index, part, all.files.back().tensors); });
    }
  }
  std::vector<std::string*> names;
  for (TensorFile& each : all.files)
    for (PlacedTensor& tensor : each.tensors) names.push_back(&tensor.name);
  with_name(path, [&] { strip_prefixes(names); });
  return all;
}

std::vector<std::string> paths_of(const std::string& path) {
  std::vector<std::string> paths{path};
  const MappedFile file(path);
  if (!is_safetensors_index(file.bytes())) return paths;
  const auto index = with_name(path, [&] { return read_safetensors_index(file.bytes()); });
  for (const std::string& part : parts_of(index)) paths.push_back(beside(path, part));
  return paths;
}

}  // namespace syncgap::tensor_files
