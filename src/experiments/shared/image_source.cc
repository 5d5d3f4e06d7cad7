#include "experiments/shared/image_source.h"

#include <filesystem>
#include <utility>

#include "core/check.h"
#include "core/checksum.h"
#include "core/random.h"
#include "data/cifar10.h"
#include "data/idx.h"
#include "data/plain_arrays.h"
#include "store/array_file.h"

namespace syncgap::experiments {
namespace {

data::PlainArray read_plain_array(const std::string& path, const std::string& name) {
  store::Array array = store::read_array(path, name);
  return {path + ", dataset " + name, std::move(array.extents), std::move(array.values),
          array.file_offset, array.element_bytes};
}

}  // namespace

void ImageSourceOptions::describe(OptionTable& table) {
  // What the images are is a fact of the record, by their checksum; where they lie is not.
  table.add("data_path", data_path, "", "folder of the IDX or CIFAR-10 files, or the HDF5 file")
      .place();
  table.add("data_format", data_format, kDataFormats, "", "how the images are stored").place();
  table.add("data_part", data_part, kDataParts, "", "which half of an IDX or CIFAR-10 set");
  table.add("class_count", class_count, "", "classes of the data set; a label beyond is refused")
      .at_least(1);
  table
      .add("images_dataset", images_dataset, "",
           "HDF5: dataset of the images, (n, H, W), (n, C, H, W) or (n, H, W, C)")
      .place();
  table.add("labels_dataset", labels_dataset, "", "HDF5: dataset of the labels, (n)").place();
}

data::ImageOutline peek_images(const ImageSourceOptions& options) {
  switch (options.data_format) {
    case DataFormat::idx:
      return data::peek_idx_folder(options.data_path, options.data_part);
    case DataFormat::cifar10:
      return data::peek_cifar10_folder(options.data_path, options.data_part);
    case DataFormat::hdf5:
      break;
  }
  store::array_extents(options.data_path, options.labels_dataset);
  return {std::int64_t(store::array_extents(options.data_path, options.images_dataset).front())};
}

data::ImageSet read_images(const ImageSourceOptions& options) {
  switch (options.data_format) {
    case DataFormat::idx:
      return data::read_idx_folder(options.data_path, options.data_part, options.class_count);
    case DataFormat::cifar10:
      return data::read_cifar10_folder(options.data_path, options.data_part);
    case DataFormat::hdf5:
      break;
  }
  return data::images_from_arrays(read_plain_array(options.data_path, options.images_dataset),
                                  read_plain_array(options.data_path, options.labels_dataset),
                                  options.class_count);
}

std::optional<data::ImageSet> read_other_half(const ImageSourceOptions& options) {
  if (options.data_format == DataFormat::hdf5) return std::nullopt;
  const bool test = options.data_part == data::Part::train;
  ImageSourceOptions other = options;
  other.data_part = test ? data::Part::test : data::Part::train;
  const std::string first = options.data_format == DataFormat::cifar10
                                ? test ? "test_batch.bin" : "data_batch_1.bin"
                            : test ? "t10k-images-idx3-ubyte"
                                   : "train-images-idx3-ubyte";
  for (const char* ending : {"", ".gz"})
    if (std::filesystem::exists(options.data_path + "/" + first + ending))
      return read_images(other);
  return std::nullopt;
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
