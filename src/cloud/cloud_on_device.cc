#include "cloud/cloud_on_device.h"

#include "core/torch_part.h"

namespace syncgap::cloud {
namespace {

const CloudTable& table() { return torch_table_as<CloudTable>(kCloudTable); }

}  // namespace

void require_device(const std::string& device) { table().require(device); }

std::shared_ptr<const CloudOnDevice> put_on_device(const CloudView<float>& cloud,
                                                   const std::string& device) {
  return table().put_float(cloud, device);
}

std::shared_ptr<const CloudOnDevice> put_on_device(const CloudView<double>& cloud,
                                                   const std::string& device) {
  return table().put_double(cloud, device);
}

}  // namespace syncgap::cloud
