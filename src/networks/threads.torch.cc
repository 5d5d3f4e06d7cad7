#include "networks/threads.h"

#include <ATen/Parallel.h>

namespace syncgap::networks {

ThreadScope::ThreadScope(std::int64_t threads) : before_(at::get_num_threads()) {
  at::set_num_threads(static_cast<int>(threads));
}

ThreadScope::~ThreadScope() { at::set_num_threads(before_); }

}  // namespace syncgap::networks
