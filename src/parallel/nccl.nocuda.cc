// The NCCL communicator of a build without CUDA is always null.
#include "parallel/nccl.h"

#include <stdexcept>

namespace syncgap::parallel {

NcclCommunicator::NcclCommunicator(const Communicator&, std::optional<int>) {}
NcclCommunicator::~NcclCommunicator() = default;

void NcclCommunicator::sum(float*, std::size_t, DeviceStream) const {
  throw std::logic_error("sum over a null NCCL communicator");
}
void NcclCommunicator::sum(double*, std::size_t, DeviceStream) const {
  throw std::logic_error("sum over a null NCCL communicator");
}

SideStream SideStream::make() { throw std::logic_error("no stream without CUDA"); }
SideStream::~SideStream() = default;
void SideStream::follow_default() const {}
void SideStream::lead_default() const {}

}  // namespace syncgap::parallel
