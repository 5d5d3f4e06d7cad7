#include "parallel/nodes.h"

#include <algorithm>

namespace syncgap::parallel {

namespace {

// A copy of so many bytes on every rank costs less than shared memory does to set up.
constexpr std::uint64_t kSmall = std::uint64_t{1} << 16;

}  // namespace

template <class Number>
SharedList<Number>::SharedList(const Nodes& nodes, std::span<const Number> list)
    : size_(nodes.ranks().broadcast(std::uint64_t{list.size()})) {
  if (size_ == 0) return;
  if (size_ * sizeof(Number) > kSmall) {
    shared_ = std::make_unique<SharedNumbers<Number>>(nodes.here(), size_);
    if (shared_->data() == nullptr) shared_.reset();
  }
  if (!shared_) own_.resize(size_);
  Number* data = shared_ ? shared_->data() : own_.data();
  data_ = data;
  if (nodes.ranks().rank() == 0) std::copy(list.begin(), list.end(), data);
  const std::span<std::byte> bytes = std::as_writable_bytes(std::span<Number>(data, size_));
  if (nodes.here().rank() == 0) nodes.firsts().broadcast(bytes);
  if (shared_)
    shared_->publish(nodes.here());
  else
    nodes.here().broadcast(bytes);
}

template class SharedList<std::uint32_t>;

}  // namespace syncgap::parallel
