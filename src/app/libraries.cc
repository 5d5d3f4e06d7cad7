#include "app/libraries.h"

#include <Eigen/Core>
#include <boost/version.hpp>

#include "core/check.h"
#include "core/torch_part.h"
#include "observables/matrix_product.h"
#include "parallel/communicator.h"
#include "parallel/device.h"
#include "store/hdf5.h"

namespace syncgap::app {

std::string library_versions() {
  std::string out =
      concat("HDF5 ", store::hdf5_version(), ", ", parallel::MpiScope::library_version(),
             ", Eigen ", EIGEN_WORLD_VERSION, ".", EIGEN_MAJOR_VERSION, ".", EIGEN_MINOR_VERSION,
             ", Boost ", BOOST_VERSION / 100000, ".", BOOST_VERSION / 100 % 1000, ", ",
             observables::matrix_product_library());
  for (const std::string& library : {torch_library(), parallel::device_libraries()})
    if (!library.empty()) out += ", " + library;
  return out;
}

}  // namespace syncgap::app
