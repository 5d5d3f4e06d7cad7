#include "parallel/nodes.h"

#include <algorithm>

namespace syncgap::parallel {

template <class Number>
SharedList<Number>::SharedList(const Nodes& nodes, std::span<const Number> list)
    : size_(nodes.ranks().broadcast(std::uint64_t{list.size()})),
      shared_(nodes.here(), size_),
      data_(shared_.data()) {
  Number* data = shared_.data();
  if (data == nullptr) {
    own_.resize(size_);
    data_ = data = own_.data();
  }
  if (nodes.ranks().rank() == 0) std::copy(list.begin(), list.end(), data);
  const std::span<std::byte> bytes = std::as_writable_bytes(std::span<Number>(data, size_));
  if (nodes.here().rank() == 0) nodes.firsts().broadcast(bytes);
  if (shared_.data() == nullptr)
    nodes.here().broadcast(bytes);
  else
    shared_.publish(nodes.here());
}

template class SharedList<std::uint32_t>;

}  // namespace syncgap::parallel
