#include "tensor_files/torch_file.h"

#include <functional>
#include <optional>
#include <unordered_map>

#include "tensor_files/bytes.h"
#include "tensor_files/pickle.h"
#include "tensor_files/torch_pickle.h"
#include "tensor_files/zip_directory.h"

namespace syncgap::tensor_files {
namespace {

using Kind = Pickle::Kind;

/// LONG1 of ten bytes, behind two that give the protocol: the number 0x1950a86a20f9469cfc6c.
constexpr std::string_view kOldMagic("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 12);
constexpr std::int64_t kOldProtocol = 1001;

/// The bytes of one storage in the file.
struct Range {
  std::uint64_t begin = 0, size = 0;
};

const char* const kOtherByteOrder = "load it by torch.load on any machine and save it again";

/// Tensors of a state dict, moved to where their storages are.
Contents placed(StateDict state,
                const std::function<std::optional<Range>(std::string_view)>& range_of) {
  Contents contents;
  if (!state.part.empty()) contents.metadata["part"] = state.part;
  for (StoredTensor& stored : state.tensors) {
    PlacedTensor& tensor = stored.tensor;
    const auto range = range_of(stored.storage);
    require_format(range.has_value(), "the storage of tensor ", tensor.name, " (key ",
                   stored.storage, ") is not in the file");
    require_format(range->size == stored.storage_bytes, "the storage of tensor ", tensor.name,
                   " should have ", stored.storage_bytes, " bytes and has ", range->size);
    tensor.begin += range->begin;
    require_inside(tensor, range->begin, range->begin + range->size);
    contents.tensors.push_back(std::move(tensor));
  }
  return contents;
}

/// Entries of a zip file by name.
class Archive {
 public:
  explicit Archive(std::string_view file) : file_(file), entries_(read_zip_directory(file)) {
    for (const ZipEntry& entry : entries_)
      require_format(by_name_.emplace(entry.name, &entry).second, "it has two entries ",
                     entry.name);
  }

  const std::vector<ZipEntry>& entries() const { return entries_; }
  std::optional<Range> find(const std::string& name) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return {};
    return Range{bytes_of_entry(file_, *found->second), found->second->size};
  }
  std::optional<std::string_view> read(const std::string& name) const {
    const auto range = find(name);
    if (!range) return {};
    return file_.substr(range->begin, range->size);
  }

 private:
  std::string_view file_;
  std::vector<ZipEntry> entries_;
  std::unordered_map<std::string_view, const ZipEntry*> by_name_;
};

/// The one folder of a file of torch.save, by the pickle in it.
std::string folder_of(const Archive& archive) {
  constexpr std::string_view pickle = "/data.pkl";
  std::string folder;
  for (const ZipEntry& entry : archive.entries()) {
    const std::string_view name = entry.name;
    const auto slash = name.find('/');
    if (slash == std::string_view::npos || name.substr(slash) != pickle) continue;
    require_format(folder.empty(), "it holds two pickles, in ", folder, " and in ",
                   name.substr(0, slash));
    folder = name.substr(0, slash);
  }
  require_format(!folder.empty(), "it is a zip file without data.pkl: torch.save did not write it");
  return folder;
}

}  // namespace

bool is_zip(std::string_view file) {
  const auto start = file.substr(0, 4);
  return start == std::string_view("PK\x03\x04", 4) || start == std::string_view("PK\x05\x06", 4);
}

Contents read_torch_zip(std::string_view file) {
  const Archive archive(file);
  const std::string folder = folder_of(archive);
  if (archive.find(folder + "/constants.pkl"))
    throw FormatError("it is a TorchScript program, not weights",
                      "in Python save its tensors: torch.save(torch.jit.load(FILE).state_dict(), "
                      "ANOTHER)");
  const auto order = archive.read(folder + "/byteorder");
  if (order && *order != "little")
    throw FormatError(*order == "big" ? "it was saved with the other byte order (big)"
                                      : "its byte order is none that is known",
                      kOtherByteOrder);
  const Pickle pickle(*archive.read(folder + "/data.pkl"));
  return placed(find_state_dict(pickle),
                [&](std::string_view key) { return archive.find(concat(folder, "/data/", key)); });
}

bool is_old_torch(std::string_view file) {
  return file.size() > 2 && file[0] == '\x80' && file.substr(2, kOldMagic.size()) == kOldMagic;
}

Contents read_old_torch(std::string_view file) {
  Bytes in(file, "it");
  const auto next = [&] {
    Pickle pickle(file.substr(in.offset()));
    in.take(pickle.length());
    return pickle;
  };
  next();  // the magic number
  const Pickle protocol = next();
  require_format(protocol.root().kind == Kind::integer && protocol.root().number == kOldProtocol,
                 "it is of a protocol of torch.save that is not known");
  const Pickle system = next();
  const Pickle::Value& facts = system.root();
  for (std::size_t i = 0; facts.kind == Kind::dict && i < facts.items.size(); i += 2)
    if (system[facts.items[i]].text == "little_endian" && system[facts.items[i + 1]].number != 1)
      throw FormatError("it was saved with the other byte order (big)", kOtherByteOrder);
  const Pickle pickle = next();
  const auto element_bytes = find_storages(pickle);
  const Pickle keys = next();
  require_format(keys.root().kind == Kind::list, "it has no list of its storages");
  std::map<std::string_view, Range> ranges;
  for (const Pickle::Id id : keys.root().items) {
    const std::string_view key = keys[id].text;
    const auto found = element_bytes.find(key);
    require_format(found != element_bytes.end(), "it holds a storage that no tensor has");
    std::uint64_t size = 0;
    require_format(!__builtin_mul_overflow(in.number<std::uint64_t>(), found->second, &size),
                   "it holds a storage of impossible size");
    ranges[key] = {in.offset(), size};
    in.take(size);
  }
  return placed(find_state_dict(pickle), [&](std::string_view key) -> std::optional<Range> {
    const auto found = ranges.find(key);
    if (found == ranges.end()) return {};
    return found->second;
  });
}

}  // namespace syncgap::tensor_files
