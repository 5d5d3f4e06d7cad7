#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <variant>

namespace syncgap {

/// What a stream may be keyed by: the value of an axis (seed, g, ...).
using StreamCoordinate = std::variant<std::int64_t, double, std::string_view>;

/// A stream of random numbers addressed by (trial, step, component), never drawn in sequence: any
/// number can be had at any time, in any order, on any rank, and is always the same.
/// Keyed by the sweep seed, a purpose ("forward noise") and the coordinates that should decide it:
/// two units that differ only in coordinates left out share their numbers, which is how curves
/// that will be compared get common random numbers.
class RandomStream {
 public:
  RandomStream(std::uint64_t sweep_seed, std::string_view purpose,
               std::initializer_list<StreamCoordinate> coordinates = {});

  std::array<std::uint32_t, 2> key() const { return key_; }

  /// The 128 bits that hold components [block * n, (block + 1) * n), n = kComponentsPerBlock.
  std::array<std::uint32_t, 4> bits(std::uint64_t trial, std::uint32_t step,
                                    std::uint32_t block) const;

  /// Uniform on the open interval (0, 1), on a grid of 2^-23 (float) or 2^-52 (double).
  template <std::floating_point Real>
  Real uniform(std::uint64_t trial, std::uint32_t step, std::uint32_t component) const;
  /// Standard normal by Box and Muller; float reaches 6.7 standard deviations, double 8.5. The
  /// float and the double of one address are different numbers, and so is the uniform.
  /// Scalar reference of the two fills below and of parallel::fill_normals_on_device, bit for bit.
  template <std::floating_point Real>
  Real normal(std::uint64_t trial, std::uint32_t step, std::uint32_t component) const;

  /// Components 0, 1, ... of one (trial, step): `out[component]`.
  template <std::floating_point Real>
  void fill_uniforms(std::uint64_t trial, std::uint32_t step, std::span<Real> out) const;
  template <std::floating_point Real>
  void fill_normals(std::uint64_t trial, std::uint32_t step, std::span<Real> out) const;

  /// Components of `trials` consecutive trials at one step, `out[component][trial]`, i.e. trials
  /// side by side as vector code wants them. `out.size()` is a multiple of `trials`;
  /// `first_component` is a multiple of kComponentsPerBlock.
  template <std::floating_point Real>
  void fill_normals_across_trials(std::uint64_t first_trial, std::size_t trials, std::uint32_t step,
                                  std::uint32_t first_component, std::span<Real> out) const;

 private:
  std::array<std::uint32_t, 2> key_;
};

/// Numbers that share one Philox block: 4 floats or 2 doubles.
template <std::floating_point Real>
inline constexpr std::uint32_t kComponentsPerBlock = 16 / sizeof(Real);

}  // namespace syncgap
