#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/choices.h"
#include "core/grid.h"
#include "core/observable.h"
#include "experiments/replica_speciation/options.h"

namespace syncgap::experiments {

/// By what the replicas of a pair are compared at their ends; the values of axis `metric`.
enum class Agreement { cosine, label, coarse, fine };

inline constexpr Choices kAgreements{
    std::pair{Agreement::cosine, "cosine"}, std::pair{Agreement::label, "label"},
    std::pair{Agreement::coarse, "coarse"}, std::pair{Agreement::fine, "fine"}};
inline constexpr std::int64_t kAgreementCount = 4;

std::vector<Axis> replica_speciation_axes(const ReplicaSpeciationOptions& options);
std::vector<Observable> replica_speciation_observables(const ReplicaSpeciationOptions& options);

}  // namespace syncgap::experiments
