// A build without LibTorch has no device for point clouds.
#include "cloud/cloud_on_device.h"

#include "core/check.h"

namespace syncgap::cloud {

void require_device(const std::string& device) {
  throw InputError(concat("there is no device '", device,
                          "' for point clouds (this syncgap was built without LibTorch): use the ",
                          "processor, or build with SYNCGAP_TORCH"));
}

std::shared_ptr<const CloudOnDevice> put_on_device(const CloudView<float>&,
                                                   const std::string& device) {
  require_device(device);
  return nullptr;
}

std::shared_ptr<const CloudOnDevice> put_on_device(const CloudView<double>&,
                                                   const std::string& device) {
  require_device(device);
  return nullptr;
}

}  // namespace syncgap::cloud
