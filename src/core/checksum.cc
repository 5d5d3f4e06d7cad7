#include "core/checksum.h"

#include <cstdio>
#include <new>

#include <xxhash.h>
#ifdef __x86_64__
#include <xxh_x86dispatch.h>  // the widest vectors of the processor it runs on
#endif

namespace syncgap {
namespace {

void free_state(XXH3_state_s* state) { XXH3_freeState(state); }

}  // namespace

Checksum::Checksum(std::uint64_t seed) : state_(XXH3_createState(), free_state) {
  if (!state_) throw std::bad_alloc();
  restart(seed);
}

void Checksum::restart(std::uint64_t seed) { XXH3_64bits_reset_withSeed(state_.get(), seed); }

void Checksum::add(const void* data, std::size_t bytes) {
  XXH3_64bits_update(state_.get(), data, bytes);
}

std::uint64_t Checksum::value() const { return XXH3_64bits_digest(state_.get()); }

std::uint64_t checksum_of(const void* data, std::size_t bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(data, bytes, seed);
}

std::uint64_t checksum_of(std::string_view text) { return checksum_of(text.data(), text.size()); }

void Fnv1aChecksum::add(const void* data, std::size_t bytes) {
  const auto* byte = static_cast<const unsigned char*>(data);
  for (std::size_t i = 0; i < bytes; ++i) value_ = (value_ ^ byte[i]) * 0x100000001b3;
}

std::string checksum_text(std::uint64_t checksum) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(checksum));
  return digits;
}

}  // namespace syncgap
