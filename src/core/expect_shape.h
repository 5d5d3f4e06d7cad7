#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "core/check.h"

namespace syncgap {

/// "(4, 2, 8, 8)"
template <class Sizes>
std::string shape_text(const Sizes& sizes) {
  std::string text;
  for (const std::int64_t size : sizes) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "(" + text + ")";
}

/// True if all sizes are the expected ones; an expected -1 stands for any.
template <class Sizes>
bool has_shape(const Sizes& sizes, std::initializer_list<std::int64_t> expected) {
  return std::equal(
      sizes.begin(), sizes.end(), expected.begin(), expected.end(),
      [](std::int64_t size, std::int64_t wanted) { return wanted == -1 || size == wanted; });
}

}  // namespace syncgap

/// A precondition on the shape of a tensor, or of anything with sizes(); -1 stands for any size:
///   SYNCGAP_EXPECTS_SHAPE(images, B, 2 * C, H, W);
/// says "... does not hold: images has shape (B, 2 * C, H, W) (it is (4, 3, 8, 8), expected
/// (4, 2, 8, 8))". Checked in debug builds, free in release, as SYNCGAP_EXPECTS is.
#ifdef NDEBUG
#define SYNCGAP_EXPECTS_SHAPE(...) static_cast<void>(0)
#else
#define SYNCGAP_EXPECTS_SHAPE(tensor, ...)                                         \
  (::syncgap::has_shape((tensor).sizes(), {__VA_ARGS__})                           \
       ? static_cast<void>(0)                                                      \
       : ::syncgap::precondition_failed(                                           \
             __FILE__, __LINE__, #tensor " has shape (" #__VA_ARGS__ ")",          \
             ::syncgap::concat(                                                    \
                 "it is ", ::syncgap::shape_text((tensor).sizes()), ", expected ", \
                 ::syncgap::shape_text(std::initializer_list<std::int64_t>{__VA_ARGS__}))))
#endif
