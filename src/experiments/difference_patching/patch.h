#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/choices.h"

namespace syncgap::experiments {

/// What is done to a part of the difference of hidden states: B's is made A's, or it is taken out
/// of both, which leaves their mean.
enum class PatchKind { copied, removed };
inline constexpr Choices kPatchKinds{std::pair{PatchKind::copied, "copied"},
                                     std::pair{PatchKind::removed, "removed"}};

/// A part of the difference: leading or trailing modes, or a band of spatial frequency.
struct PatchedPart {
  enum class Kind { leading, trailing, band } kind;
  std::int64_t band = 0;  ///< of Kind::band
};

/// "leading", "trailing", then "band 0" to the last of so many bands.
std::vector<std::string> patched_part_names(std::int64_t bands);
/// The part that a name of these means. Throws InputError.
PatchedPart patched_part(std::string_view name, std::int64_t bands);

/// One of the patches that are applied to every pair.
struct Patch {
  std::int64_t step, layer, part;  ///< step of the trajectory; place of the part on its axis
  PatchKind kind;
};

}  // namespace syncgap::experiments
