#pragma once

#include <exception>
#include <sstream>
#include <stdexcept>
#include <string>

namespace syncgap {

/// Its what() is a message for the user as it is.
class PlainError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The user gave us something we cannot use: a job, an option, a file.
/// what() reads "what is wrong (where, what was seen): what to do". Only `main` prints it.
class InputError : public PlainError {
 public:
  using PlainError::PlainError;
};

/// One unit of a sweep cannot be finished (a NaN, a solver that did not converge).
/// The sweep records what() beside the unit and goes on with the others.
class UnitError : public PlainError {
 public:
  using PlainError::PlainError;
};

/// A unit was left at a checkpoint because a drain is under way: it stays pending, and what it has
/// kept lets a later run go on from there.
class UnitStopped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What an error says to the user: the message of a PlainError, of others what happened and what to
/// do about it, with the first line of a library's own words in brackets.
std::string message_of(const std::exception& error);

/// Streams all arguments into one string; numbers keep enough digits to be read back.
template <class... Args>
std::string concat(const Args&... args) {
  std::ostringstream out;
  out.precision(17);
  (out << ... << args);
  return out.str();
}

/// Throws InputError with the concatenated message unless `condition` holds. Always on.
template <class... Args>
void require_input(bool condition, const Args&... message) {
  if (!condition) throw InputError(concat(message...));
}

/// Prints "FILE:LINE: precondition does not hold: EXPRESSION (WHAT)" and aborts.
[[noreturn]] void precondition_failed(const char* file, int line, const char* expression,
                                      const std::string& what = {});

}  // namespace syncgap

/// A precondition of library code, and after it what explains its failure, as for concat:
///   SYNCGAP_EXPECTS(i < size, "i = ", i, ", size = ", size);
/// Checked in debug builds, free in release: nothing of it is evaluated there.
#ifdef NDEBUG
#define SYNCGAP_EXPECTS(...) static_cast<void>(0)
#else
#define SYNCGAP_EXPECTS(condition, ...)                                   \
  ((condition) ? static_cast<void>(0)                                     \
               : ::syncgap::precondition_failed(__FILE__, __LINE__,       \
                                                #condition __VA_OPT__(, ) \
                                                    __VA_OPT__(::syncgap::concat(__VA_ARGS__))))
#endif
