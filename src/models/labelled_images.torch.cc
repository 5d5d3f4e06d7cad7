#include "models/labelled_images.h"

#include <algorithm>

#include "core/numbers.h"
#include "data/image_points.h"

namespace syncgap::models {
namespace {

LabelledImages make_labelled(const data::ImageSet& images, const std::vector<std::uint32_t>& chosen,
                             const std::vector<std::int32_t>& classes, const ImageMaker& make) {
  auto labels = torch::empty({std::ssize(chosen)}, torch::kInt64);
  for (std::size_t i = 0; i < chosen.size(); ++i)
    labels.data_ptr<std::int64_t>()[i] =
        std::find(classes.begin(), classes.end(), images.label(chosen[i])) - classes.begin();
  return {make(images, chosen), labels};
}

}  // namespace

ClassifierImages classifier_images(const data::ImageSet& images,
                                   const std::optional<data::ImageSet>& test_images,
                                   const std::vector<std::int32_t>& classes,
                                   const ImageMaker& make) {
  std::vector<std::uint32_t> train = data::images_of_classes(images, classes), test;
  if (test_images) {
    test = data::images_of_classes(*test_images, classes);
  } else {
    const auto kept = static_cast<std::ptrdiff_t>(train.size() - (train.size() + 9) / 10);
    test.assign(train.begin() + kept, train.end());
    train.resize(unsigned_size(kept));
  }
  return {make_labelled(images, train, classes, make),
          make_labelled(test_images ? *test_images : images, test, classes, make),
          test_images ? TestImages::own_part : TestImages::held_out};
}

}  // namespace syncgap::models
