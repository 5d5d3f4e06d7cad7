#include "parallel/communicator.h"

#include <gtest/gtest.h>

namespace syncgap::parallel {
namespace {

TEST(MpiScope, AVersionIsOneLineOfAnyLibrary) {
  EXPECT_EQ(MpiScope::short_version("Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4, May"),
            "Open MPI v4.1.4");
  EXPECT_EQ(MpiScope::short_version("MPICH Version:      4.0.2\nMPICH Release date: Thu Apr  7\n"
                                    "MPICH configure:    --build=x86_64-linux-gnu,--with-x\n"),
            "MPICH 4.0.2");
  EXPECT_EQ(MpiScope::short_version("Intel(R) MPI Library 2021.9 for Linux* OS\n"),
            "Intel(R) MPI Library 2021.9 for Linux* OS");
}

}  // namespace
}  // namespace syncgap::parallel
