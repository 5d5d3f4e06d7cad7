#include "cloud/cloud_on_device.h"

#include "core/check.h"
#include "core/torch_part.h"

namespace syncgap::cloud {
namespace {

const CloudTable& table(const std::string& device) {
  require_input(!torch_library().empty(), "there is no device '", device,
                "' for point clouds (this syncgap was built without LibTorch): use the processor, "
                "or build with SYNCGAP_TORCH");
  return torch_table_as<CloudTable>(kCloudTable);
}

}  // namespace

void require_device(const std::string& device) { table(device).require(device); }

std::shared_ptr<const CloudOnDevice> put_on_device(const CloudView<float>& cloud,
                                                   const std::string& device) {
  return table(device).put_float(cloud, device);
}

std::shared_ptr<const CloudOnDevice> put_on_device(const CloudView<double>& cloud,
                                                   const std::string& device) {
  return table(device).put_double(cloud, device);
}

}  // namespace syncgap::cloud
