#include "parallel/device.h"

#include <stdexcept>

namespace syncgap::parallel {

int rank_on_node(const Communicator& ranks) {
  if (ranks.handle() == MPI_COMM_NULL) return 0;
  MPI_Comm node = MPI_COMM_NULL;
  if (MPI_Comm_split_type(ranks.handle(), MPI_COMM_TYPE_SHARED, ranks.rank(), MPI_INFO_NULL,
                          &node) != MPI_SUCCESS)
    throw std::runtime_error("MPI_Comm_split_type failed");
  int rank = 0;
  MPI_Comm_rank(node, &rank);
  MPI_Comm_free(&node);
  return rank;
}

}  // namespace syncgap::parallel
