#include "data/cifar.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/check.h"
#include "data/found_sets.h"
#include "tensor_files/format_error.h"
#include "tensor_files/mapped_file.h"
#include "tensor_files/pickle.h"

namespace syncgap::data {
namespace {

using tensor_files::FormatError;
using tensor_files::Pickle;
using tensor_files::require_format;

constexpr ImageShape kShape{3, 32, 32};

const char* format_of(Cifar set) { return set == Cifar::ten ? "cifar10" : "cifar100"; }

std::int64_t classes_of(Cifar set, std::int64_t class_count) {
  if (set == Cifar::ten) return 10;
  return std::min<std::int64_t>(set == Cifar::hundred_fine ? 100 : 20, class_count);
}

/// The key of its labels in the dict of a Python batch.
const char* labels_key(Cifar set) {
  if (set == Cifar::ten) return "labels";
  return set == Cifar::hundred_fine ? "fine_labels" : "coarse_labels";
}

std::vector<std::string> files_of(Cifar set, Part part) {
  require_input(part != Part::validation, "CIFAR has no part for validation (data_part = \"",
                kParts.word(part), "\"): set data_part to train or test");
  if (set != Cifar::ten) return {part == Part::test ? "test" : "train"};
  if (part == Part::test) return {"test_batch"};
  return {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"};
}

std::optional<std::string> find(const std::string& folder, const std::string& stem) {
  for (const char* ending : {".bin", ".bin.gz", ""}) {
    std::string path = folder + "/" + stem + ending;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) return path;
  }
  return std::nullopt;
}

std::string find_or_refuse(const std::string& folder, Cifar set, const std::string& stem) {
  const auto path = find(folder, stem);
  if (!path) refuse_missing(folder, format_of(set), stem + ".bin[.gz]");
  return *path;
}

const std::string kWhatToDo = "set class_count to the number of classes, or mend the file";

/// The list of labels in the dict of a batch.
const Pickle::Value& label_list(const Pickle& pickle, Cifar set) {
  const std::string_view wanted = labels_key(set);
  const auto& root = pickle.root();
  require_format(root.kind == Pickle::Kind::dict, "it is no dict with ", wanted);
  std::string keys;
  for (std::size_t i = 0; i + 1 < root.items.size(); i += 2) {
    const std::string_view key = pickle[root.items[i]].text;
    if (key == wanted) {
      const auto& labels = pickle[root.items[i + 1]];
      require_format(labels.kind == Pickle::Kind::list && !labels.items.empty(), "its ", wanted,
                     " are no list");
      return labels;
    }
    keys += concat(keys.empty() ? "" : ", ", key);
  }
  throw FormatError(
      concat("it is a dict of ", keys.empty() ? "nothing" : keys, ", without ", wanted), "");
}

}  // namespace

ImageSet read_cifar(ByteReader& file, Cifar set, std::int64_t class_count) {
  const std::int64_t classes = classes_of(set, class_count);
  std::vector<std::uint8_t> pixels;
  std::vector<std::int32_t> labels;
  std::array<std::uint8_t, kShape.size()> image{};
  std::uint8_t label = 0;
  while (file.read_if_any(label)) {
    const std::uint64_t coarse_at = file.offset() - 1;
    std::uint8_t fine = label;
    if (set != Cifar::ten) file.read({&fine, 1}, "the fine label");
    if (set == Cifar::hundred_fine) label = fine;
    if (label >= classes)
      file.refuse(
          "a label is out of range", coarse_at + (set == Cifar::hundred_fine ? 1 : 0),
          concat("label ", int{label}, " of image ", labels.size(), ", with ", classes, " classes"),
          set == Cifar::ten ? "give the files of CIFAR-10" : kWhatToDo);
    file.read(image, "pixels");
    labels.push_back(label);
    pixels.insert(pixels.end(), image.begin(), image.end());
  }
  if (labels.empty())
    file.refuse("the file holds no images", 0, "it is empty", "copy or download the file again");
  return {kShape, std::move(pixels), std::move(labels)};
}

ImageSet read_cifar_pickle(const std::string& path, Cifar set, std::int64_t class_count) {
  const tensor_files::MappedFile file(path);
  try {
    const Pickle pickle(file.bytes());
    const std::int64_t classes = classes_of(set, class_count);
    std::vector<std::int32_t> labels;
    for (const Pickle::Id id : label_list(pickle, set).items) {
      const auto& label = pickle[id];
      require_input(
          label.kind == Pickle::Kind::integer && label.number >= 0 && label.number < classes,
          "a label is out of range (", path, ", label ", label.number, " of image ", labels.size(),
          ", with ", classes, " classes): ", kWhatToDo);
      labels.push_back(static_cast<std::int32_t>(label.number));
    }
    // The array is a call with its bytes set as state; nothing else in a batch is as long.
    for (const auto& value : pickle.values())
      if (value.text.size() == labels.size() * kShape.size() &&
          (value.kind == Pickle::Kind::text || value.kind == Pickle::Kind::bytes))
        return {kShape, std::vector<std::uint8_t>(value.text.begin(), value.text.end()),
                std::move(labels)};
    throw FormatError(concat("it has ", labels.size(), " labels and no array of as many images"),
                      "");
  } catch (const FormatError& error) {
    throw InputError(concat("this is no batch of ", set == Cifar::ten ? "CIFAR-10" : "CIFAR-100",
                            " (", path, ", ", error.what(), "): copy or download the file again"));
  }
}

ImageOutline peek_cifar_folder(const std::string& folder, Cifar set, Part part) {
  // The published sets; how many images a packed file holds is not known before.
  for (const std::string& stem : files_of(set, part)) find_or_refuse(folder, set, stem);
  return {part == Part::test ? 10000 : 50000, kShape};
}

ImageSet read_cifar_folder(const std::string& folder, Cifar set, Part part,
                           std::int64_t class_count) {
  ImageSet all;
  for (const std::string& stem : files_of(set, part)) {
    const std::string path = find_or_refuse(folder, set, stem);
    if (path == folder + "/" + stem) {
      all.append(read_cifar_pickle(path, set, class_count));
      continue;
    }
    ByteReader file(path);
    all.append(read_cifar(file, set, class_count));
  }
  return all;
}

bool has_cifar_files(const std::string& folder, Cifar set, Part part) {
  return find(folder, files_of(set, part).front()).has_value();
}

}  // namespace syncgap::data
