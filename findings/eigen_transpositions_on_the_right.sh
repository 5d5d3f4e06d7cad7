#!/usr/bin/env bash
# A matrix times Eigen's Transpositions is not the product with the permutation that the same object is
# when it stands on the left: it is the product with the inverse.
#
# LDLT gives its pivoting as Transpositions, with A = P^T L D L^T P and P = transpositionsP(). Written
# as it stands in that formula, P at the right end is applied the wrong way round, without a word: what
# is put together is another symmetric-looking matrix. PermutationMatrix does not have this: made of the
# same transpositions, it is one matrix from both sides. For a single interchange, or interchanges that
# commute, both agree, so that small examples look right.
#
# Seen with Eigen 3.4.0 and 3.4.1 (wheels cmeel-eigen of PyPI, headers only), g++ 12.2, x86_64:
#   P P^T from both sides differ by 2.83 (Frobenius norm), A put together with P on the right is off by
#   about its own size; with P^T on the left of everything, or with PermutationMatrix, to rounding.
# Remedy: apply Transpositions from the left only, as reconstructedMatrix() does, or turn them into a
# PermutationMatrix first.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/seen.cc" <<'CODE'
#include <Eigen/Dense>
#include <cstdio>

int main() {
  std::printf("Eigen %d.%d.%d\n", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION);
  // A symmetric matrix whose pivots are at the far end: three interchanges that do not commute.
  Eigen::Matrix4d a;
  a << 1, .5, .2, .1, .5, 2, .3, .4, .2, .3, 4, .6, .1, .4, .6, 3;
  const Eigen::LDLT<Eigen::Matrix4d> factors(a);
  const auto& p = factors.transpositionsP();
  const Eigen::PermutationMatrix<4> permutation(p);
  const Eigen::Matrix4d one = Eigen::Matrix4d::Identity(), left = p * one, right = one * p;
  const Eigen::Matrix4d l = factors.matrixL();
  const Eigen::Matrix4d inner = l * factors.vectorD().asDiagonal() * l.transpose();
  const Eigen::Matrix4d half = p.transpose() * inner;
  const Eigen::Matrix4d as_written = half * p, by_permutation = half * permutation;
  const double sides = (left - right).norm(), inverse = (right - left.transpose()).norm();
  const double wrong = (as_written - a).norm(), good = (by_permutation - a).norm();
  std::printf("P from the left and from the right differ by %.3g, the inverse and that from the "
              "right by %.3g\n", sides, inverse);
  std::printf("P^T L D L^T P as it is written: off by %.3g; with a PermutationMatrix: %.3g\n", wrong,
              good);
  return sides > 1 && inverse == 0 && wrong > 0.5 && good < 1e-14 ? 0 : 1;
}
CODE
for version in 3.4.0.2 3.4.1; do
  python3 -m pip download --quiet --no-deps --dest "$folder/$version" "cmeel-eigen==$version"
  python3 -m zipfile -e "$folder/$version"/*.whl "$folder/$version"
  g++ -std=c++17 -O1 -I "$folder/$version/cmeel.prefix/include/eigen3" "$folder/seen.cc" -o "$folder/seen-$version"
  "$folder/seen-$version" || { echo "changed: the behaviour described above is not seen any more"; exit 1; }
done
