#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/choices.h"
#include "core/identity.h"
#include "core/options.h"
#include "data/image_points.h"
#include "data/image_set.h"

namespace syncgap::experiments {

/// How images are stored.
enum class DataFormat { idx, cifar10, cifar100, npz, hdf5 };

inline constexpr Choices kDataFormats{
    std::pair{DataFormat::idx, "idx"}, std::pair{DataFormat::cifar10, "cifar10"},
    std::pair{DataFormat::cifar100, "cifar100"}, std::pair{DataFormat::npz, "npz"},
    std::pair{DataFormat::hdf5, "hdf5"}};

/// Which labels of CIFAR-100: its 100 classes or the 20 superclasses.
enum class LabelKind { fine, coarse };

inline constexpr Choices kLabelKinds{std::pair{LabelKind::fine, "fine"},
                                     std::pair{LabelKind::coarse, "coarse"}};

/// Where images come from: the options every experiment on real data shares.
struct ImageSourceOptions {
  std::string data_path = "/usr/share/datasets/fashion-mnist";
  DataFormat data_format = DataFormat::idx;
  data::Part data_part = data::Part::train;
  std::string file_prefix = {};
  bool transposed = false;
  LabelKind cifar100_labels = LabelKind::fine;
  std::int64_t class_count = 10;
  std::string images_dataset = "images";
  std::string labels_dataset = "labels";

  void describe(OptionTable& table);
};

/// How many images there are and of what shape, without reading one. Throws as read_images where
/// files are not there or no such files.
data::ImageOutline peek_images(const ImageSourceOptions& options);

/// Reads the whole set; throws InputError that names file, place and remedy.
data::ImageSet read_images(const ImageSourceOptions& options);

/// The part of a data set to test on what was trained: `test`, or `train` where read_images reads
/// `test`; nothing where it is not there and for HDF5 files. Throws as read_images.
std::optional<data::ImageSet> read_other_part(const ImageSourceOptions& options);

/// Classes as facts name them: "0,1,7".
std::string class_list(const std::vector<std::int32_t>& labels);

/// Images a denoiser is trained on, and what names them.
struct ChosenImages {
  std::vector<std::uint32_t> chosen;
  std::uint64_t checksum = 0;
};
/// `count` of the classes' images (0: all), the first ones, the same number of each. Throws
/// InputError where they are not of this side and number of channels.
ChosenImages choose_square_images(const data::ImageSet& images,
                                  const std::vector<std::int32_t>& classes, std::int64_t count,
                                  std::int64_t side, std::int64_t channels);
/// How many these will be, as far as can be known without reading one.
std::int64_t expected_count(const ImageSourceOptions& options, std::int64_t classes,
                            std::int64_t count);

/// "data" with the checksum of the images, and "test data" where there are others to test on.
Facts data_facts(const data::ImageSet& images, const std::optional<data::ImageSet>& test_images);

}  // namespace syncgap::experiments
