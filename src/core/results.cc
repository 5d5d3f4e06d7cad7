#include "core/results.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap {
namespace {

constexpr std::int64_t kMaxNumbers = std::int64_t{1} << 40;  // 8 TiB for one unit
constexpr double kLargest = std::numeric_limits<double>::max();

}  // namespace

ResultLayout::ResultLayout(const Grid& grid, std::vector<Observable> observables)
    : observables_(std::move(observables)), offsets_{0} {
  for (const Observable& observable : observables_) {
    std::int64_t extent = 1;
    std::vector<std::int64_t> shape;
    for (const std::string& name : observable.captured) {
      const Axis& axis = grid.axis(name);
      SYNCGAP_EXPECTS(axis.role == AxisRole::captured);
      const std::int64_t size = axis.size();
      require_input(size <= kMaxNumbers / extent, "observable '", observable.name,
                    "' has more than 2^40 numbers a unit (axis '", name,
                    "'): give its captured axes fewer values");
      extent *= size;
      shape.push_back(size);
    }
    shapes_.push_back(std::move(shape));
    offsets_.push_back(offsets_.back() + extent);
    places_.emplace(observable.name, std::ssize(places_));
  }
  for (const Observable& observable : observables_)
    companions_.push_back({find(observable.name + "_error"), find(observable.name + "_low"),
                           find(observable.name + "_high")});
}

std::int64_t ResultLayout::find(const std::string& name) const {
  const auto found = places_.find(name);
  return found == places_.end() ? kAbsent : found->second;
}

std::int64_t ResultLayout::index(std::string_view name) const {
  const auto found = places_.find(name);
  if (found == places_.end())
    throw std::out_of_range(concat("no observable '", name, "' was declared"));
  return found->second;
}

Cells::Cells(Results& results, std::string_view name)
    : results_(&results), own_(results.layout().index(name)) {
  const ResultLayout::Companions& companions = results.layout().companions(own_);
  error_ = companions.error;
  low_ = companions.low;
  high_ = companions.high;
}

Cells::Block Cells::block(std::int64_t observable, Places at) const {
  const ResultLayout& layout = results_->layout();
  const Observable& declared = layout.observables()[observable];
  const auto shape = layout.shape(observable);
  if (std::ssize(at) > std::ssize(shape))
    throw std::out_of_range(concat("observable '", declared.name, "' has ", shape.size(),
                                   " captured axes, and ", at.size(), " places were given"));
  Block found{layout.offset(observable), layout.extent(observable)};
  std::int64_t axis = 0;
  for (const std::int64_t place : at) {
    if (place < 0 || place >= shape[axis])
      throw std::out_of_range(concat("observable '", declared.name, "' has ", shape[axis],
                                     " places on axis '", declared.captured[axis], "', not ",
                                     place));
    found.size /= shape[axis++];
    found.first += place * found.size;
  }
  return found;
}

void Cells::write(std::int64_t cell, double value) {
  results_->values_[cell] = value;
  const bool none = may_be_none_ && std::isnan(value);
  results_->none_[cell] = none ? 1 : 0;
  results_->some_none_ |= none;
}

void Cells::put(std::int64_t observable, double value, Places at) {
  if (observable == kAbsent)
    throw std::out_of_range(concat("observable '", results_->layout().observables()[own_].name,
                                   "' was declared without the error or interval it is given"));
  const Block found = block(observable, at);
  if (found.size != 1)
    throw std::out_of_range(concat("observable '",
                                   results_->layout().observables()[observable].name, "' has ",
                                   found.size, " cells there, and one value was given"));
  write(found.first, value);
}

std::span<double> Cells::opened(Block found) {
  if (results_->some_none_)
    std::fill_n(results_->none_.begin() + found.first, found.size, std::uint8_t{0});
  return std::span(results_->values_).subspan(found.first, found.size);
}

void Cells::put_block(std::span<const double> values, Places at) {
  const Block found = block(own_, at);
  if (found.size != std::ssize(values))
    throw std::out_of_range(concat("observable '", results_->layout().observables()[own_].name,
                                   "' has ", found.size, " cells there, and ", values.size(),
                                   " values were given"));
  // In two passes, each a plain copy or a vector loop: blocks are where results are large.
  std::copy(values.begin(), values.end(), opened(found).begin());
  if (!may_be_none_) return;
  results_->some_none_ = true;
  std::transform(values.begin(), values.end(), results_->none_.begin() + found.first,
                 [](double value) { return std::uint8_t{std::isnan(value)}; });
}

void Cells::put_estimates(std::span<const Estimate> estimates, Places at) {
  std::vector<double> values, errors;
  for (const Estimate& estimate : estimates) {
    values.push_back(estimate.value);
    errors.push_back(estimate.standard_error);
  }
  put_block(values, at);
  if (error_ == kAbsent) put(error_, 0, at);  // says so
  Cells error = *this;
  error.own_ = error_;
  error.put_block(errors, at);
}

void Cells::put_none(Places at) {
  for (const std::int64_t each : {own_, error_, low_, high_}) {
    if (each == kAbsent) continue;
    const Block found = block(each, at);
    std::fill_n(results_->values_.begin() + found.first, found.size, kNoValue);
    std::fill_n(results_->none_.begin() + found.first, found.size, std::uint8_t{1});
    results_->some_none_ = true;
  }
}

Results::Results(const ResultLayout& layout)
    : layout_(&layout), values_(layout.total()), none_(layout.total()) {
  reset();
}

std::span<const double> Results::at(std::int64_t observable) const {
  return std::span(values_).subspan(layout_->offset(observable), layout_->extent(observable));
}

void Results::reset() {
  std::fill(values_.begin(), values_.end(), kNoValue);
  if (some_none_) std::fill(none_.begin(), none_.end(), std::uint8_t{0});
  some_none_ = false;
}

std::string Results::first_fault() const {
  const auto bad = [this](std::int64_t cell) {
    return !std::isfinite(values_[cell]) && none_[cell] == 0;
  };
  for (std::int64_t i = 0; i < std::ssize(layout_->observables()); ++i) {
    const std::int64_t first = layout_->offset(i), size = layout_->extent(i);
    // Without a branch for each cell: a unit without a fault is what must be quick.
    std::int64_t finite = 0;
    for (std::int64_t k = 0; k < size; ++k) finite += std::abs(values_[first + k]) <= kLargest;
    if (finite == size) continue;
    for (std::int64_t k = 0; k < size; ++k)
      if (bad(first + k))
        return concat("observable '", layout_->observables()[i].name, "' is ", values_[first + k],
                      " at captured index ", k, " of ", size,
                      ": the computation diverged or left the value unset");
  }
  return {};
}

}  // namespace syncgap
