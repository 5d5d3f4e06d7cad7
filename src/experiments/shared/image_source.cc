#include "experiments/shared/image_source.h"

#include <filesystem>
#include <utility>

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
  table.add("data_path", data_path, "", "folder of the IDX or CIFAR-10 files, or the HDF5 file");
  table.add("data_format", data_format, "", "how the images are stored")
      .one_of({"idx", "cifar10", "hdf5"});
  table.add("data_part", data_part, "", "which half of an IDX or CIFAR-10 set")
      .one_of({"train", "test"});
  table.add("class_count", class_count, "", "classes of the data set; a label beyond is refused")
      .at_least(1);
  table.add("images_dataset", images_dataset, "",
            "HDF5: dataset of the images, (n, H, W), (n, C, H, W) or (n, H, W, C)");
  table.add("labels_dataset", labels_dataset, "", "HDF5: dataset of the labels, (n)");
}

data::ImageSet read_images(const ImageSourceOptions& options) {
  const data::Part part = options.data_part == "test" ? data::Part::test : data::Part::train;
  if (options.data_format == "cifar10") return data::read_cifar10_folder(options.data_path, part);
  if (options.data_format == "hdf5")
    return data::images_from_arrays(read_plain_array(options.data_path, options.images_dataset),
                                    read_plain_array(options.data_path, options.labels_dataset),
                                    options.class_count);
  return data::read_idx_folder(options.data_path, part, options.class_count);
}

std::optional<data::ImageSet> read_other_half(const ImageSourceOptions& options) {
  if (options.data_format == "hdf5") return std::nullopt;
  ImageSourceOptions other = options;
  other.data_part = options.data_part == "test" ? "train" : "test";
  const bool test = other.data_part == "test";
  const std::string first = options.data_format == "cifar10"
                                ? test ? "test_batch.bin" : "data_batch_1.bin"
                            : test ? "t10k-images-idx3-ubyte"
                                   : "train-images-idx3-ubyte";
  for (const char* ending : {"", ".gz"})
    if (std::filesystem::exists(options.data_path + "/" + first + ending))
      return read_images(other);
  return std::nullopt;
}

}  // namespace syncgap::experiments
