#include "training/overlapped_sum.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::training {
namespace {

using torch::Tensor;

std::span<float> floats(const Tensor& tensor, std::int64_t begin, std::int64_t end) {
  return {tensor.data_ptr<float>() + begin, unsigned_size(end - begin)};
}

}  // namespace

/// Runs after a parameter's gradient was added to the buffer.
struct OverlappedSum::Hook : torch::autograd::FunctionPostHook {
  Hook(OverlappedSum& given, std::size_t place) : owner(given), bucket(place) {}
  torch::autograd::variable_list operator()(const torch::autograd::variable_list& outputs,
                                            const torch::autograd::variable_list&) override {
    owner.arrived(bucket);
    return outputs;
  }
  OverlappedSum& owner;
  std::size_t bucket;
};

OverlappedSum::OverlappedSum(torch::nn::Module& network, const FlatParameters& parameters,
                             const parallel::Communicator& team, std::int64_t bucket_size)
    : parameters_(parameters), team_(team) {
  SYNCGAP_EXPECTS(bucket_size > 0);
  const auto& device = parameters.gradients().device();
  if (device.is_cuda() && team.size() > 1) {
    try {
      nccl_ = parallel::NcclCommunicator(team, device.has_index() ? device.index() : 0);
      side_ = parallel::SideStream::make();
    } catch (const std::runtime_error&) {
      // Two ranks on one device: NCCL refuses, on every rank.
    }
  }
  if (team.size() == 1) return;
  const auto tensors = network.parameters();
  std::int64_t at = parameters.size();
  buckets_.push_back({at, at, 0, 0, {}});
  for (auto tensor = tensors.rbegin(); tensor != tensors.rend(); ++tensor) {
    if (buckets_.back().end - buckets_.back().begin >= bucket_size)
      buckets_.push_back({at, at, 0, 0, {}});
    at -= tensor->numel();
    buckets_.back().begin = at;
    ++buckets_.back().parameters;
    auto node = torch::autograd::impl::grad_accumulator(*tensor);
    SYNCGAP_EXPECTS(node != nullptr);
    const auto key = node->add_post_hook(std::make_unique<Hook>(*this, buckets_.size() - 1));
    unhook_.push_back([node, key] { node->del_post_hook(key); });
  }
  SYNCGAP_EXPECTS(at == 0);
}

OverlappedSum::~OverlappedSum() {
  for (const auto& unhook : unhook_) unhook();
}

double OverlappedSum::now() const { return seconds_since(origin_); }

void OverlappedSum::begin() {
  SYNCGAP_EXPECTS(!active_);
  for (Bucket& bucket : buckets_) bucket.missing = bucket.parameters;
  started_ = done_ = 0;
  active_ = true;
  origin_ = Clock::now();
  trace_ = {};
}

void OverlappedSum::arrived(std::size_t bucket) {
  if (!active_) return;
  SYNCGAP_EXPECTS(buckets_[bucket].missing > 0);
  --buckets_[bucket].missing;
  while (started_ < buckets_.size() && buckets_[started_].missing == 0) start_next();
  look();
}

void OverlappedSum::start_next() {
  Bucket& bucket = buckets_[started_++];
  trace_.buckets.push_back({bucket.end - bucket.begin, now(), 0});
  const Tensor& gradients = parameters_.gradients();
  if (nccl_) {
    side_.follow_default();
    const auto part = floats(gradients, bucket.begin, bucket.end);
    nccl_.sum(part.data(), part.size(), side_.handle());
  } else if (gradients.device().is_cpu()) {
    bucket.sum = team_.begin_sum(floats(gradients, bucket.begin, bucket.end));
  }
}

void OverlappedSum::look() {
  while (done_ < started_ && buckets_[done_].sum.test()) trace_.buckets[done_++].end = now();
}

void OverlappedSum::finish() {
  SYNCGAP_EXPECTS(active_);
  active_ = false;
  trace_.backward = now();
  while (started_ < buckets_.size()) start_next();
  const Tensor& gradients = parameters_.gradients();
  if (nccl_) {
    side_.lead_default();
  } else if (!gradients.device().is_cpu() && team_.size() > 1) {
    const torch::NoGradGuard no_grad;
    const Tensor host = gradients.to(torch::kCPU);
    team_.sum(floats(host, 0, host.numel()));
    gradients.detach().copy_(host);
  }
  for (; done_ < started_; trace_.buckets[done_++].end = now()) buckets_[done_].sum.wait();
  trace_.finished = now();
}

}  // namespace syncgap::training
