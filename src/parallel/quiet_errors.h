#pragma once

#include <cstdint>

#include <mpi.h>

#include "parallel/communicator.h"

namespace syncgap::parallel {

/// Whether a collective call that gives an MPI code succeeded on every rank. A library that lacks
/// what is asked for says so by an error, which would be fatal by default.
template <class Call>
bool all_succeed(const Communicator& ranks, const Call& call) {
  MPI_Errhandler usual = MPI_ERRHANDLER_NULL;
  MPI_Comm_get_errhandler(ranks.handle(), &usual);
  MPI_Comm_set_errhandler(ranks.handle(), MPI_ERRORS_RETURN);
  const int code = call();
  MPI_Comm_set_errhandler(ranks.handle(), usual);
  MPI_Errhandler_free(&usual);
  return ranks.maximum(std::int64_t{code != MPI_SUCCESS}) == 0;
}

}  // namespace syncgap::parallel
