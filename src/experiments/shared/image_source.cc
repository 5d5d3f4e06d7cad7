#include "experiments/shared/image_source.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "core/check.h"
#include "core/checksum.h"
#include "core/random.h"
#include "data/cifar.h"
#include "data/found_sets.h"
#include "data/idx.h"
#include "data/idx_files.h"
#include "data/npz.h"
#include "data/plain_arrays.h"
#include "store/array_file.h"

namespace syncgap::experiments {
namespace {

data::PlainArray read_plain_array(const std::string& path, const std::string& name) {
  store::Array array = store::read_array(path, name);
  return {path + ", dataset " + name, std::move(array.extents), std::move(array.values),
          array.file_offset, array.element_bytes};
}

data::Cifar cifar_of(const ImageSourceOptions& options) {
  if (options.data_format == DataFormat::cifar10) return data::Cifar::ten;
  return options.cifar100_labels == LabelKind::fine ? data::Cifar::hundred_fine
                                                    : data::Cifar::hundred_coarse;
}

/// A folder, or nothing, where a file is wanted.
void require_hdf5_file(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored))
    data::refuse_missing(path, "hdf5", "an HDF5 file");
}

data::ImageOutline peek_stored(const ImageSourceOptions& options) {
  const std::string& path = options.data_path;
  switch (options.data_format) {
    case DataFormat::idx:
      return data::peek_idx_folder(path, options.data_part, options.file_prefix);
    case DataFormat::cifar10:
    case DataFormat::cifar100:
      return data::peek_cifar_folder(path, cifar_of(options), options.data_part);
    case DataFormat::npz:
      return data::peek_npz(path, options.data_part);
    case DataFormat::hdf5:
      break;
  }
  require_hdf5_file(path);
  store::array_extents(path, options.labels_dataset);
  return {std::int64_t(store::array_extents(path, options.images_dataset).front())};
}

data::ImageSet read_stored(const ImageSourceOptions& options) {
  const std::string& path = options.data_path;
  switch (options.data_format) {
    case DataFormat::idx:
      return data::read_idx_folder(path, options.data_part, options.class_count,
                                   options.file_prefix);
    case DataFormat::cifar10:
    case DataFormat::cifar100:
      return data::read_cifar_folder(path, cifar_of(options), options.data_part,
                                     options.class_count);
    case DataFormat::npz:
      return data::read_npz(path, options.data_part, options.class_count);
    case DataFormat::hdf5:
      break;
  }
  require_hdf5_file(path);
  return data::images_from_arrays(read_plain_array(path, options.images_dataset),
                                  read_plain_array(path, options.labels_dataset),
                                  options.class_count);
}

bool has_images(const ImageSourceOptions& options) {
  const std::string& path = options.data_path;
  switch (options.data_format) {
    case DataFormat::idx:
      return data::has_idx_files(path, options.data_part, options.file_prefix);
    case DataFormat::cifar10:
    case DataFormat::cifar100:
      return data::has_cifar_files(path, cifar_of(options), options.data_part);
    case DataFormat::npz:
      return data::has_npz_part(path, options.data_part);
    case DataFormat::hdf5:
      break;
  }
  return false;
}

}  // namespace

void ImageSourceOptions::describe(OptionTable& table) {
  // What the images are is a fact of the record, by their checksum; where they lie is not.
  table
      .add("data_path", data_path, "", "folder of the IDX or CIFAR files, or the .npz or HDF5 file")
      .path()
      .place();
  table
      .add("data_format", data_format, kDataFormats, "",
           "how the images are stored: IDX files as of MNIST, the binary or the Python version of "
           "CIFAR, arrays of NumPy as of MedMNIST, datasets of HDF5")
      .place();
  table.add("data_part", data_part, data::kParts, "",
            "which part of the set; val is one of .npz files alone, HDF5 files have one part");
  table
      .add("file_prefix", file_prefix, "",
           "IDX: what file names begin with, as emnist-letters- does, where a folder holds several "
           "sets; empty: nothing, or the only one there")
      .place();
  table
      .add("transposed", transposed, "",
           "the files have rows and columns of an image exchanged, as those of EMNIST do")
      .place();
  table
      .add("cifar100_labels", cifar100_labels, kLabelKinds, "",
           "CIFAR-100: labels of its 100 classes (fine) or of the 20 superclasses (coarse)")
      .place();
  table.add("class_count", class_count, "", "classes of the data set; a label beyond is refused")
      .at_least(1);
  table
      .add("images_dataset", images_dataset, "",
           "HDF5: dataset of the images, (n, H, W), (n, C, H, W) or (n, H, W, C)")
      .place();
  table.add("labels_dataset", labels_dataset, "", "HDF5: dataset of the labels, (n) or (n, 1)")
      .place();
}

data::ImageOutline peek_images(const ImageSourceOptions& options) {
  data::ImageOutline outline = peek_stored(options);
  if (options.transposed) std::swap(outline.shape.height, outline.shape.width);
  return outline;
}

data::ImageSet read_images(const ImageSourceOptions& options) {
  data::ImageSet images = read_stored(options);
  if (options.transposed) images.transpose();
  return images;
}

std::optional<data::ImageSet> read_other_part(const ImageSourceOptions& options) {
  ImageSourceOptions other = options;
  other.data_part = options.data_part == data::Part::test ? data::Part::train : data::Part::test;
  if (!has_images(other)) return std::nullopt;
  return read_images(other);
}

std::string class_list(const std::vector<std::int32_t>& labels) {
  std::string list;
  for (const std::int32_t label : labels) list += concat(list.empty() ? "" : ",", label);
  return list;
}

ChosenImages choose_square_images(const data::ImageSet& images,
                                  const std::vector<std::int32_t>& classes, std::int64_t count,
                                  std::int64_t side, std::int64_t channels) {
  ChosenImages out;
  out.chosen =
      data::choose_images(images, classes, count, data::Subset::first, RandomStream(0, "all"));
  out.checksum = data::checksum(images, out.chosen);
  const std::size_t length = side;
  require_input(images.shape().height == length && images.shape().width == length,
                "images have another size (", to_text(images.shape()),
                "): set experiment.side, now ", side);
  require_input(std::int64_t(images.shape().channels) == channels,
                "images of an HDF5 file have more than one channel (", to_text(images.shape()),
                "): give grey ones");
  return out;
}

std::int64_t expected_count(const ImageSourceOptions& options, std::int64_t classes,
                            std::int64_t count) {
  return count > 0 ? count : peek_images(options).count * classes / options.class_count;
}

Facts data_facts(const data::ImageSet& images, const std::optional<data::ImageSet>& test_images) {
  Facts facts{{"data", checksum_text(images.checksum())}};
  if (test_images) facts.push_back({"test data", checksum_text(test_images->checksum())});
  return facts;
}

}  // namespace syncgap::experiments
