#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "parallel/communicator.h"

namespace syncgap::parallel {

/// The ranks that run one unit together, and what they may ask of the sweep around them. Refers to
/// a communicator that outlives it; a default one is a single rank that nobody stops or watches.
class Team {
 public:
  using StopRequest = std::function<bool()>;
  using Note = std::function<void(const std::string&)>;

  Team() : ranks_(&alone()) {}
  explicit Team(const Communicator& ranks, std::optional<int> device = {}, StopRequest stop = {},
                Note note = {})
      : ranks_(&ranks), device_(device), stop_(std::move(stop)), note_(std::move(note)) {}

  const Communicator& ranks() const { return *ranks_; }
  int rank() const { return ranks_->rank(); }
  int size() const { return ranks_->size(); }
  /// CUDA device of this rank, if it has one.
  const std::optional<int>& device() const { return device_; }
  /// A drain is under way: a unit that keeps checkpoints leaves at the next one by UnitStopped; any
  /// other goes on to its end. Cheap.
  bool stop_requested() const { return stop_ && stop_(); }
  /// Takes a line on what the unit is doing, for whoever watches the sweep.
  void say(const std::string& text) const {
    if (note_) note_(text);
  }

 private:
  static const Communicator& alone() {
    static const Communicator one;
    return one;
  }

  const Communicator* ranks_;
  std::optional<int> device_;
  StopRequest stop_;
  Note note_;
};

}  // namespace syncgap::parallel
