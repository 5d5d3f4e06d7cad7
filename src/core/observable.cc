#include "core/observable.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "core/check.h"

namespace syncgap {
namespace {

constexpr std::size_t kMaxNumbers = std::size_t{1} << 40;  // 8 TiB for one unit

}  // namespace

ResultLayout::ResultLayout(const Grid& grid, std::vector<Observable> observables)
    : observables_(std::move(observables)), offsets_{0} {
  for (const Observable& observable : observables_) {
    std::size_t extent = 1;
    for (const std::string& name : observable.captured) {
      const Axis& axis = grid.axis(name);
      SYNCGAP_EXPECTS(axis.role == AxisRole::captured);
      require_input(axis.size() <= kMaxNumbers / extent, "observable '", observable.name,
                    "' has more than 2^40 numbers a unit (axis '", name,
                    "'): give its captured axes fewer values");
      extent *= axis.size();
    }
    offsets_.push_back(offsets_.back() + extent);
  }
}

std::size_t ResultLayout::index(std::string_view name) const {
  for (std::size_t i = 0; i < observables_.size(); ++i)
    if (observables_[i].name == name) return i;
  throw std::out_of_range(concat("no observable '", name, "' was declared"));
}

Results::Results(const ResultLayout& layout) : layout_(&layout), values_(layout.total()) {
  reset();
}

std::span<double> Results::operator[](std::string_view name) {
  const std::size_t i = layout_->index(name);
  return {values_.data() + layout_->offset(i), layout_->extent(i)};
}

std::span<const double> Results::at(std::size_t observable) const {
  return {values_.data() + layout_->offset(observable), layout_->extent(observable)};
}

void Results::reset() {
  std::fill(values_.begin(), values_.end(), std::numeric_limits<double>::quiet_NaN());
}

}  // namespace syncgap
