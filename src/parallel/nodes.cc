#include "parallel/nodes.h"

#include <algorithm>

namespace syncgap::parallel {

template <class Number>
SharedList<Number>::SharedList(const Nodes& nodes, std::span<const Number> list)
    : size_(nodes.ranks().broadcast(std::uint64_t{list.size()})) {
  if (size_ == 0) return;
  shared_ = std::make_unique<SharedNumbers<Number>>(nodes.here(), size_);
  const bool shares = shared_->data() != nullptr;
  if (!shares) own_.resize(size_);
  Number* data = shares ? shared_->data() : own_.data();
  data_ = data;
  if (nodes.ranks().rank() == 0) std::copy(list.begin(), list.end(), data);
  const std::span<std::byte> bytes = std::as_writable_bytes(std::span<Number>(data, size_));
  if (nodes.here().rank() == 0) nodes.firsts().broadcast(bytes);
  if (shares)
    shared_->publish(nodes.here());
  else
    nodes.here().broadcast(bytes);
}

template class SharedList<std::uint32_t>;

}  // namespace syncgap::parallel
