#pragma once

#include <cstdint>

namespace syncgap::networks {

/// While it lives, LibTorch computes on so many processors of this rank: part of what decides the
/// bits, so whoever computes says how many.
class ThreadScope {
 public:
  explicit ThreadScope(std::int64_t threads);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
};

}  // namespace syncgap::networks
