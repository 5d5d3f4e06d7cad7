#include "training/share_weights.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <sstream>
#include <string>
#include <vector>

namespace syncgap::training {
namespace {

/// "TYPE DIMENSIONS EXTENTS... NAME" a line.
std::string outline_of(const networks::Weights& weights) {
  std::ostringstream out;
  for (const auto& [name, tensor] : weights.tensors) {
    out << int{static_cast<signed char>(tensor.scalar_type())} << ' ' << tensor.dim();
    for (const std::int64_t extent : tensor.sizes()) out << ' ' << extent;
    out << ' ' << name << '\n';
  }
  return out.str();
}

void make_outlined(networks::Weights& weights, const std::string& outline) {
  std::istringstream in(outline);
  int type = 0;
  for (std::size_t dimensions = 0; in >> type >> dimensions;) {
    std::vector<std::int64_t> extents(dimensions);
    for (std::int64_t& extent : extents) in >> extent;
    std::string name;
    in.get();  // the blank between: a name may begin with another
    std::getline(in, name);
    weights.tensors[name] = torch::empty(extents, static_cast<torch::ScalarType>(type));
  }
}

}  // namespace

void share_weights(networks::Weights& weights, const parallel::Communicator& ranks) {
  if (ranks.size() == 1) return;
  const std::string outline = ranks.broadcast(outline_of(weights));
  if (ranks.rank() != 0) make_outlined(weights, outline);
  for (auto& [name, tensor] : weights.tensors) {
    tensor = tensor.contiguous();
    ranks.broadcast(std::span(static_cast<std::byte*>(tensor.data_ptr()), tensor.nbytes()));
  }
}

}  // namespace syncgap::training
