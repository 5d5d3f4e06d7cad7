#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace syncgap::tensor_files {

/// What a pickle of Python describes, as plain values. A pickle is a program; here it builds
/// values and nothing else: a function or class stays its name, a call of it stays the name with
/// the arguments, and nothing is ever looked up or run. Opcodes come from a closed list. Memory
/// grows with the length of the pickle only.
class Pickle {
 public:
  using Id = std::uint32_t;
  enum class Kind : std::uint8_t {
    none,
    boolean,
    integer,
    real,
    text,
    bytes,
    tuple,
    list,
    set,
    dict,
    global,      ///< `text` is "module.name"
    call,        ///< items: what is called, the tuple of arguments, then pairs set in the result
    persistent,  ///< items: the description of what lies outside the pickle
  };
  struct Value {
    Kind kind = Kind::none;
    std::int64_t number = 0;  ///< of a boolean or integer that fits
    std::string_view text;    ///< of a text, bytes, a global, and an integer too large for `number`
    std::vector<Id> items;    ///< of a tuple, list or set; of a dict key, value, key, value...
  };

  /// Reads one pickle from the front of `bytes`, which must outlive this. Throws FormatError.
  explicit Pickle(std::string_view bytes);

  /// Bytes it took.
  std::uint64_t length() const { return length_; }
  const Value& root() const { return values_[root_]; }
  const Value& operator[](Id id) const { return values_[id]; }
  /// All values, in the order they were made.
  std::span<const Value> values() const { return values_; }

 private:
  class Machine;

  std::vector<Value> values_;
  std::deque<std::string> names_;  ///< of globals
  Id root_ = 0;
  std::uint64_t length_ = 0;
};

}  // namespace syncgap::tensor_files
