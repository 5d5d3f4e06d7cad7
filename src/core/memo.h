#pragma once

#include <map>
#include <mutex>
#include <utility>

namespace syncgap {

/// Values that are computed when first asked for and kept: for what several units share and not
/// every rank needs. A function of the key alone, so that nobody can tell when it was computed.
template <class Key, class Value>
class Memo {
 public:
  template <class Compute>
  const Value& get(const Key& key, const Compute& compute) const {
    const std::scoped_lock lock(mutex_);
    const auto found = values_.find(key);
    return found != values_.end() ? found->second : values_.emplace(key, compute()).first->second;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::map<Key, Value> values_;
};

}  // namespace syncgap
