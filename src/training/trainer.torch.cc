#include "training/trainer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <utility>

#include "core/check.h"
#include "core/clock.h"
#include "core/numbers.h"
#include "networks/freed_memory.h"
#include "networks/tensor_values.h"
#include "networks/weight_file.h"
#include "parallel/together.h"

namespace syncgap::training {
namespace {

using networks::tensor_of;
using networks::values_of;

constexpr std::int64_t kSave = 1, kStop = 2;  // wishes of a rank

std::int64_t divided_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

Trainer::Trainer(torch::nn::Module& network, std::int64_t examples, Loss loss,
                 TrainingOptions options, std::string identity, std::string checkpoint,
                 const parallel::Team& team)
    : examples_(examples),
      loss_(std::move(loss)),
      options_(options),
      identity_(std::move(identity)),
      checkpoint_(std::move(checkpoint)),
      team_(team),
      parameters_(network),
      optimizer_(parameters_.values(), parameters_.gradients(), options.optimizer,
                 options.epochs * divided_up(examples, options.batch)) {
  options_.check(examples, team.size());
  networks::keep_freed_memory();
  if (options_.summation == Summation::fast) {
    options_.shards = team.size();
    overlapped_ = std::make_unique<OverlappedSum>(network, parameters_, team.ranks());
  }
  const auto mine = shards_of_rank(options_.shards, team.size(), team.rank());
  for (std::int64_t k = mine.first; k < mine.last; ++k)
    shard_loss_.push_back(torch::zeros({}, parameters_.values().options().dtype(torch::kFloat64)));
  // A shared file system may show a file to one rank before another: all follow the first.
  if (team.ranks().broadcast(std::uint64_t{std::filesystem::exists(checkpoint_)}) != 0)
    parallel::together(team.ranks(), [&] { restore(); });
}

void Trainer::restore() {
  const auto saved = networks::read_weights(checkpoint_);
  const auto text = [&](const char* name) {
    const auto found = saved.metadata.find(name);
    return found == saved.metadata.end() ? std::string() : found->second;
  };
  require_input(text("identity") == identity_, "the checkpoint is of another training (",
                checkpoint_, "): remove it or choose another folder for models");
  const auto& tensors = saved.tensors;
  const auto& losses = tensors.at("shard_loss");
  require_input(
      tensors.at("values").numel() == parameters_.size() && losses.numel() == options_.shards,
      "the checkpoint does not fit its training (", checkpoint_,
      "): remove it to train again from the start");
  const torch::NoGradGuard no_grad;
  parameters_.values().copy_(tensors.at("values"));
  optimizer_.restore(tensors);
  const auto mine = shards_of_rank(options_.shards, team_.size(), team_.rank());
  for (std::size_t k = 0; k < shard_loss_.size(); ++k)
    shard_loss_[k].copy_(losses[mine.first + signed_size(k)]);
  const auto place = tensors.at("place");
  epoch_ = place[0].item<std::int64_t>();
  done_ = place[1].item<std::int64_t>();
  curves_.loss = values_of(tensors.at("loss"));
  curves_.gradient_norm = values_of(tensors.at("gradient_norm"));
  curves_.seconds = tensors.at("seconds").item<double>();
}

std::vector<double> Trainer::shard_losses() const {
  std::vector<double> losses;
  const auto mine = shards_of_rank(options_.shards, team_.size(), team_.rank());
  for (std::int64_t k = 0; k < options_.shards; ++k) {
    const bool here = k >= mine.first && k < mine.last;
    // All ranks but one add zero: exact, in any order.
    losses.push_back(team_.ranks().sum(here ? shard_loss_[k - mine.first].item<double>() : 0.0));
    if (!std::isfinite(losses.back()))
      throw UnitError(concat("training diverged in epoch ", epoch_ + 1, " (loss ", losses.back(),
                             "): lower learning_rate or gradient_clip",
                             std::filesystem::exists(checkpoint_)
                                 ? concat("; the last good state is in ", checkpoint_)
                                 : std::string()));
  }
  return losses;
}

void Trainer::save() const {
  // Every rank's shards: a resumed team may be of another size.
  const std::vector<double> losses = shard_losses();
  parallel::together(team_.ranks(), [&] {
    if (team_.rank() != 0) return;
    networks::Weights weights;
    weights.tensors = optimizer_.state();
    weights.tensors["values"] = parameters_.values().to(torch::kCPU).clone();
    weights.tensors["shard_loss"] = tensor_of(losses);
    weights.tensors["place"] = torch::tensor({epoch_, done_}, torch::kInt64);
    weights.tensors["loss"] = tensor_of(curves_.loss);
    weights.tensors["gradient_norm"] = tensor_of(curves_.gradient_norm);
    weights.tensors["seconds"] = torch::tensor(curves_.seconds, torch::kFloat64);
    weights.metadata["identity"] = identity_;
    networks::write_weights(checkpoint_, weights);
  });
}

void Trainer::step(std::int64_t begin, std::int64_t end) {
  const auto shards = cut_batch(end - begin, options_.shards);
  const auto mine = shards_of_rank(options_.shards, team_.size(), team_.rank());
  auto& gradient = parameters_.gradients();
  std::vector<torch::Tensor> sums;
  for (std::int64_t k = mine.first; k < mine.last; ++k) {
    const Shard& shard = shards[k];
    {
      const torch::NoGradGuard no_grad;
      gradient.detach().zero_();
    }
    torch::Tensor loss;
    if (shard.size() > 0) loss = loss_(epoch_, begin + shard.begin, begin + shard.end);
    if (overlapped_) overlapped_->begin();
    if (loss.defined()) {
      const double share = to_real(shard.size()) / to_real(end - begin);
      (loss * share).backward();
      shard_loss_[k - mine.first].add_(loss.detach().to(torch::kFloat64), to_real(shard.size()));
    }
    if (options_.shards > team_.size()) sums.push_back(gradient.clone());
  }
  if (sums.empty()) sums.push_back(gradient);
  if (options_.summation == Summation::fixed_order) {
    sum_in_order(sums, options_.shards, team_.ranks());
  } else {
    overlapped_->finish();
  }
  const torch::NoGradGuard no_grad;
  if (!sums[0].is_same(gradient)) gradient.detach().copy_(sums[0]);
  optimizer_.step();
}

void Trainer::end_epoch() {
  const auto losses = shard_losses();
  const double loss = std::accumulate(losses.begin(), losses.end(), 0.0) / to_real(examples_);
  const double norm = optimizer_.norm_sum().item<double>() /
                      static_cast<double>(divided_up(examples_, options_.batch));
  optimizer_.norm_sum().detach().zero_();
  for (auto& sum : shard_loss_) sum.zero_();
  curves_.loss.push_back(loss);
  curves_.gradient_norm.push_back(norm);
  ++epoch_;
  done_ = 0;
}

std::string Trainer::place() const {
  std::string text = concat("epoch ", epoch_ + 1, " of ", options_.epochs, ", ", done_, " of ",
                            examples_, " examples");
  if (curves_.loss.empty()) return text;
  char loss[32];
  std::snprintf(loss, sizeof loss, ", loss %.3g", curves_.loss.back());
  return text + loss;
}

bool Trainer::run() {
  auto begun = Clock::now(), saved = begun, said = begun;
  const auto count_time = [&] {
    const double seconds = seconds_since(begun);
    begun = Clock::now();
    curves_.seconds += seconds;
  };
  // A team's wishes travel while a step is computed and are followed after it: no rank waits to
  // hear them.
  std::int64_t wishes = 0;
  parallel::PendingReduction travelling;
  const auto follow_wishes = [&] {
    if (wishes == 0) return true;
    count_time();
    save();
    saved = Clock::now();
    return wishes < kStop;
  };
  while (epoch_ < options_.epochs) {
    while (done_ < examples_) {
      travelling.wait();
      if (!follow_wishes()) return false;
      // Rank 0 looks at its clock for all.
      const bool due = team_.rank() == 0 && seconds_since(saved) > options_.checkpoint_seconds;
      wishes = (team_.stop_requested() ? kStop : 0) + (due ? kSave : 0);
      if (team_.size() > 1) {
        travelling = team_.ranks().begin_maximum(wishes);
      } else {
        if (!follow_wishes()) return false;
        wishes = 0;
      }
      const std::int64_t end = std::min(done_ + options_.batch, examples_);
      step(done_, end);
      done_ = end;
      if (seconds_since(said) > 1) {
        team_.say("trains, " + place());
        said = Clock::now();
      }
    }
    end_epoch();
  }
  count_time();
  return true;
}

void Trainer::use_average() {
  const torch::NoGradGuard no_grad;
  parameters_.values().detach().copy_(optimizer_.average());
}

}  // namespace syncgap::training
