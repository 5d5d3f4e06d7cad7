#include "core/spacing.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace syncgap {
namespace {

/// The shortest decimal that is read as x, with the digits that a double does not hold: sums of
/// such numbers are decimals too, to far more than 15 digits.
long double as_written(double x) {
  std::array<char, 64> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), x).ptr;
  long double value = 0.0L;
  std::from_chars(text.data(), end, value);
  return value;
}

/// Zero where two decimals cancel but for rounding.
long double without_residue(long double x, long double scale) {
  return std::abs(x) < 8.0L * std::numeric_limits<long double>::epsilon() * scale ? 0.0L : x;
}

/// f(i) for i = 0 ... count - 1, with both ends as they are given.
template <class Value>
std::vector<double> between(double first, double last, std::size_t count, Value value) {
  std::vector<double> out(count, first);
  for (std::size_t i = 1; i + 1 < count; ++i)
    out[i] =
        nearest_decimal(value(static_cast<long double>(i) / static_cast<long double>(count - 1)));
  if (count > 1) out.back() = last;
  return out;
}

}  // namespace

double nearest_decimal(long double x) {
  std::array<char, 64> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), x, std::chars_format::scientific, 14)
          .ptr;
  double value = 0.0;
  std::from_chars(text.data(), end, value);
  return value;
}

std::vector<double> evenly_spaced(double first, double last, std::size_t count) {
  const long double a = as_written(first), b = as_written(last);
  const long double scale = std::abs(a) + std::abs(b);
  return between(first, last, count,
                 [&](long double share) { return without_residue(a + (b - a) * share, scale); });
}

std::vector<double> evenly_spaced_logarithms(double first, double last, std::size_t count) {
  const long double a = std::log(as_written(first)), b = std::log(as_written(last));
  return between(first, last, count,
                 [&](long double share) { return std::exp(a + (b - a) * share); });
}

std::vector<double> stepped(double first, double step, std::size_t count) {
  const long double a = as_written(first), h = as_written(step);
  std::vector<double> out(count, first);
  for (std::size_t i = 1; i < count; ++i) {
    const long double way = h * static_cast<long double>(i);
    out[i] = nearest_decimal(without_residue(a + way, std::abs(a) + std::abs(way)));
  }
  return out;
}

}  // namespace syncgap
