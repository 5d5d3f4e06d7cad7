#include "experiments/shared/replica_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"

namespace syncgap::experiments {
namespace {

using testing::HasSubstr;
using theory::CouplingGraph;

std::string refused_graph(const std::string& name) {
  return error_text<InputError>([&] { named_graph(name); });
}

TEST(ReplicaGraph, IsNamedByItsShapeAndItsReplicas) {
  const ReplicaGraph pair = named_graph("complete 2"), ring = named_graph("ring 5"),
                     star = named_graph("star 4");
  EXPECT_EQ(pair.shape, CouplingGraph::complete);
  EXPECT_EQ(pair.replicas, 2);
  EXPECT_EQ(pair.links(), 2);
  EXPECT_EQ(ring.shape, CouplingGraph::ring);
  EXPECT_EQ(ring.links(), 10);
  EXPECT_EQ(star.replicas, 4);
  EXPECT_EQ(star.links(), 6);
  EXPECT_EQ(named_graph("complete 4").links(), 12);
}

TEST(ReplicaGraph, RefusesWhatIsNoneAndSecondNames) {
  for (const char* name : {"", "ring", "ring four", "ring -4", "ring 4 4", "path 4", "complete 1",
                           "complete 9", "complete 2.0"})
    EXPECT_THAT(refused_graph(name), HasSubstr("such as \"complete 3\"")) << name;
  EXPECT_THAT(refused_graph("ring 3"), HasSubstr("write \"complete 3\""));
  EXPECT_THAT(refused_graph("star 2"), HasSubstr("write \"complete 2\""));
}

}  // namespace
}  // namespace syncgap::experiments
