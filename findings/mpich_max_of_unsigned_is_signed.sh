#!/usr/bin/env bash
# MPI_MAX and MPI_MIN of unsigned numbers compare as if they had a sign under MPICH 4.0.2 (Debian 12):
# of 254 and 1 the greatest byte is 1. It holds for all unsigned types from 8 to 64 bits, named types
# (MPI_UNSIGNED) as well as fixed ones (MPI_UINT64_T), and no error is given. Numbers below half of the
# range, which are most, come out right; flags in the upper half, checksums, hashes and "all ones" as a
# mark do not. Open MPI 4.1.4 gives the right answers.
#
# Seen with mpich 4.0.2-3+b1, 2 ranks, x86_64: max WRONG and min WRONG for all seven types.
# Remedy: shift into the signed range (exclusive or with the sign bit) and use the signed type.
#
# Needs Debian 12's mirrors in apt's sources and gcc.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get -q download mpich=4.0.2-3+b1 libmpich12=4.0.2-3+b1 libmpich-dev=4.0.2-3+b1 hwloc-nox \
  libhwloc15 libucx0 libfabric1 libslurm38 >/dev/null 2>&1
for package in ./*.deb; do dpkg -x "$package" root; done
libraries=$PWD/root/usr/lib/x86_64-linux-gnu
cat > order.c <<'CODE'
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int wrong = 0;
#define LOOK(type, mpi)                                                                  \
  {                                                                                      \
    const type greatest = (type)~(type)1;                                                \
    type mine = rank == 0 ? greatest : 1, most, least;                                   \
    MPI_Allreduce(&mine, &most, 1, mpi, MPI_MAX, MPI_COMM_WORLD);                        \
    MPI_Allreduce(&mine, &least, 1, mpi, MPI_MIN, MPI_COMM_WORLD);                       \
    wrong += (most != greatest) + (least != 1);                                          \
    if (rank == 0)                                                                       \
      printf("%-18s max %s, min %s\n", #mpi, most == greatest ? "right" : "WRONG",       \
             least == 1 ? "right" : "WRONG");                                            \
  }

int main(int argc, char** argv) {
  int rank, length;
  char version[MPI_MAX_LIBRARY_VERSION_STRING];
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Get_library_version(version, &length);
  if (rank == 0) printf("%.*s\n", (int)strcspn(version, "\n"), version);
  LOOK(uint8_t, MPI_UINT8_T)
  LOOK(uint16_t, MPI_UINT16_T)
  LOOK(uint32_t, MPI_UINT32_T)
  LOOK(uint64_t, MPI_UINT64_T)
  LOOK(unsigned char, MPI_UNSIGNED_CHAR)
  LOOK(unsigned, MPI_UNSIGNED)
  LOOK(unsigned long, MPI_UNSIGNED_LONG)
  if (rank == 0) printf("%d of 14 wrong\n", wrong);
  MPI_Finalize();
  return wrong == 14 ? 0 : 1;
}
CODE
gcc -I"$libraries/mpich/include" order.c -o order -L"$libraries" -lmpich -Wl,-rpath-link,"$libraries"
export LD_LIBRARY_PATH=$libraries
root/usr/bin/mpiexec.hydra -n 2 ./order
