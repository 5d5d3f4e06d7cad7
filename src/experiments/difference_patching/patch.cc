#include "experiments/difference_patching/patch.h"

#include "core/check.h"

namespace syncgap::experiments {

std::vector<std::string> patched_part_names(std::int64_t bands) {
  std::vector<std::string> names{"leading", "trailing"};
  for (std::int64_t band = 0; band < bands; ++band) names.push_back(concat("band ", band));
  return names;
}

PatchedPart patched_part(std::string_view name, std::int64_t bands) {
  const auto names = patched_part_names(bands);
  for (std::int64_t k = 0; k < std::ssize(names); ++k) {
    if (names[static_cast<std::size_t>(k)] != name) continue;
    if (k == 0) return {PatchedPart::Kind::leading};
    if (k == 1) return {PatchedPart::Kind::trailing};
    return {PatchedPart::Kind::band, k - 2};
  }
  throw InputError(concat("a difference has no such part (axes.part, saw \"", name,
                          "\"): give \"leading\", \"trailing\" or \"band 0\" to \"band ", bands - 1,
                          "\""));
}

}  // namespace syncgap::experiments
