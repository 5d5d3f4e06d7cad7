#include "parallel/device.h"

namespace syncgap::parallel {

int rank_on_node(const Communicator& ranks) { return ranks.split_by_node().rank(); }

}  // namespace syncgap::parallel
