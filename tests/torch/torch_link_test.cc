#include <torch/torch.h>

#include <gtest/gtest.h>

namespace {

/// Least squares |X w - y|^2 / n: autograd against the closed form 2 X^T (X w - y) / n.
TEST(Torch, GradientOfLeastSquaresIsTheClosedForm) {
  torch::manual_seed(1);
  const auto real = torch::dtype(torch::kFloat64);
  const auto x = torch::randn({64, 5}, real);  // (n, d)
  const auto y = torch::randn({64}, real);     // (n)
  const auto w = torch::randn({5}, torch::dtype(torch::kFloat64).requires_grad(true));
  (x.mv(w) - y).square().mean().backward();
  const auto closed = x.t().mv(x.mv(w.detach()) - y) * (2.0 / 64.0);
  EXPECT_TRUE(torch::allclose(w.grad(), closed, 1e-12, 1e-14));
}

/// A module trained for some steps lowers its loss: optimizer and module code are linked, too.
TEST(Torch, ASmallNetworkLearns) {
  torch::manual_seed(2);
  torch::nn::Sequential network(torch::nn::Linear(1, 16), torch::nn::Tanh(),
                                torch::nn::Linear(16, 1));
  torch::optim::Adam optimizer(network->parameters(), torch::optim::AdamOptions(0.02));
  const auto x = torch::linspace(-2, 2, 64).unsqueeze(1);
  const auto y = torch::sin(x);
  double first = 0, last = 0;
  for (int step = 0; step < 200; ++step) {
    optimizer.zero_grad();
    const auto loss = torch::mse_loss(network->forward(x), y);
    loss.backward();
    optimizer.step();
    last = loss.item<double>();
    if (step == 0) first = last;
  }
  EXPECT_LT(last, first / 20);
}

}  // namespace
