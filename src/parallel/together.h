#pragma once

#include <cstdint>
#include <exception>
#include <string>

#include "core/check.h"
#include "parallel/communicator.h"

namespace syncgap::parallel {

/// Something failed that all ranks know of: each may leave on its own, none waits for another.
class SharedFailure : public PlainError {
 public:
  using PlainError::PlainError;
};

/// The text of the lowest rank that has one, on every rank; empty if none has. Collective.
inline std::string first_of(const Communicator& ranks, const std::string& text) {
  const std::int64_t mine = text.empty() ? 0 : ranks.size() - ranks.rank();
  const std::int64_t speaker = ranks.size() - ranks.maximum(mine);
  return speaker == ranks.size() ? std::string() : ranks.broadcast(text, static_cast<int>(speaker));
}

/// Runs `action` on every rank; if it throws anywhere, all ranks throw what the lowest one met, as
/// InputError or SharedFailure, so none is left waiting. Collective; `action` itself must not be.
template <class Action>
void together(const Communicator& ranks, const Action& action) {
  // The first letter tells what the user can mend from what they cannot.
  std::string problem;
  try {
    action();
  } catch (const InputError& error) {
    problem = std::string("i") + error.what();
  } catch (const std::exception& error) {
    problem = "e" + message_of(error);
  }
  problem = first_of(ranks, problem);
  if (problem.empty()) return;
  if (problem.front() == 'i') throw InputError(problem.substr(1));
  throw SharedFailure(problem.substr(1));
}

}  // namespace syncgap::parallel
