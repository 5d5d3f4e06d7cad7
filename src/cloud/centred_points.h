#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace syncgap::cloud {

/// How points were centred and compacted in place: n points of d coordinates, d' of which are not
/// the same in all points.
struct Centring {
  std::size_t count = 0;
  std::vector<double> centre;          ///< mean, exact in coordinates that all points share; (d)
  std::vector<double> origin;          ///< what was subtracted; (d)
  std::vector<std::uint32_t> varying;  ///< coordinates kept, ascending; (d')
};

/// Takes the mean off `points` (n, d) and leaves only the varying coordinates: (n, d'). Floats stay
/// what they are (the origin is 0 where they vary): shifted ones would be rounded, and nothing that
/// is computed from them in double later would be that of the points given.
template <class Real>
Centring centre_in_place(std::vector<Real>& points, std::size_t dimension);

}  // namespace syncgap::cloud
