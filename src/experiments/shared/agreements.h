#pragma once

#include <cstdint>
#include <utility>

#include "core/choices.h"

namespace syncgap::experiments {

/// By what the replicas of a pair are compared at their ends; the values of axis `metric`.
enum class Agreement { cosine, label, coarse, fine };

inline constexpr Choices kAgreements{
    std::pair{Agreement::cosine, "cosine"}, std::pair{Agreement::label, "label"},
    std::pair{Agreement::coarse, "coarse"}, std::pair{Agreement::fine, "fine"}};
inline constexpr std::int64_t kAgreementCount = 4;

}  // namespace syncgap::experiments
