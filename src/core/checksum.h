#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct XXH3_state_s;

namespace syncgap {

/// XXH3 of bytes that come in pieces, at memory speed. Pieces matter only by their bytes.
class Checksum {
 public:
  explicit Checksum(std::uint64_t seed = 0);
  void restart(std::uint64_t seed = 0);
  void add(const void* data, std::size_t bytes);
  std::uint64_t value() const;

 private:
  std::unique_ptr<XXH3_state_s, void (*)(XXH3_state_s*)> state_;
};

/// XXH3 of bytes at hand.
std::uint64_t checksum_of(const void* data, std::size_t bytes, std::uint64_t seed = 0);
std::uint64_t checksum_of(std::string_view text);

/// The one FNV-1a that is left: the observable data_checksum has stood in records since the first
/// version, and the same images must go on having the same number. Everything new takes Checksum.
class Fnv1aChecksum {
 public:
  void add(const void* data, std::size_t bytes);
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325;
};

/// As 16 hexadecimal digits.
std::string checksum_text(std::uint64_t checksum);

}  // namespace syncgap
