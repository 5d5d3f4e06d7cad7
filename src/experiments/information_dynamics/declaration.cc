#include "experiments/information_dynamics/declaration.h"

#include <cmath>
#include <string>

#include "core/spacing.h"
#include "theory/diffusion_process.h"

namespace syncgap::experiments {
namespace {

void describe_noise_curves(ObservableList& list) {
  const std::vector<std::string> noise = {"noise"}, clock = {"process", "noise"};
  const auto sampled = [&](const std::string& name, const std::vector<std::string>& over,
                           const std::string& what, const char* unit, const char* source) {
    list.add(name, over, what + ", sampled", unit, source);
    list.add(name + "_error", over, what + ", standard error", unit, source);
  };
  const auto exact = [&](const std::string& name, const std::vector<std::string>& over,
                         const std::string& what, const char* unit, const char* source) {
    list.add(name + "_exact", over, what + ", by quadrature where one dimension suffices", unit,
             source);
  };
  const auto both = [&](const std::string& name, const std::vector<std::string>& over,
                        const std::string& what, const char* unit, const char* source) {
    sampled(name, over, what, unit, source);
    exact(name, over, what, unit, source);
  };
  list.add("time", clock, "time t at which sigma / alpha is this noise", "time", "information (7)");
  list.add("signal", clock, "alpha_t at that time", "1", "information (7)");
  both("entropy", noise, "conditional entropy H[y|x_t]", "nat", "information (17)");
  both("entropy_variance", noise, "variance V_h of the pathwise entropy", "nat^2",
       "information (66)");
  const std::string per_log =
      "dH[y|x_t] / d log(sigma/alpha), the effective dimension D + "
      "sigma^2 div, ";
  both("log_rate_score_norm", noise, per_log + "from the norm of the score", "nat",
       "information (19)");
  both("log_rate_denoising", noise, per_log + "from the denoising error", "nat",
       "information (33), corrections E4.4");
  both("log_rate_divergence", noise, per_log + "from the divergence of the score", "nat",
       "information (56), (62)-(64)");
  sampled("gap_score_norm", noise, "log_rate_score_norm - log_rate_divergence, paired", "nat",
          "information (19), (56)");
  sampled("gap_denoising", noise, "log_rate_denoising - log_rate_divergence, paired", "nat",
          "information (33), (56)");
  both("rate", clock, "entropy rate dH[y|x_t]/dt", "nat/time", "information (62)");
  exact("marginal_rate", clock, "dH[x_t]/dt", "nat/time", "information (57), corrections E4.4");
  list.add("bandwidth", clock, "largest possible entropy rate D nu^2 / (2 sigma^2)", "nat/time",
           "information (36)");
  both("score_norm", noise, "sigma^2 E |grad log p_t|^2", "1", "information (25)");
  both("concentration", noise, "E sum_k p(k|x_t)^2", "1", "information (26)");
  list.add("score_norm_orthogonal", noise,
           "score_norm if the points were orthogonal and equally long, from the sampled "
           "concentration",
           "1", "information (29)");
  sampled("lyapunov", {"noise", "eigenvalue"},
          "sigma^2 E lambda_j of the score's Jacobian; 1 more is the Fisher eigenvalue", "1",
          "information (60), (63)");
  list.add("lyapunov_exact", {"noise", "eigenvalue"}, "the same of one Gaussian, closed form", "1",
           "information (61)");
  list.add("manifold_dimension", noise, "expected Fisher eigenvalues above half of 1 / sigma^2",
           "1", "information (61)");
}

void describe_modes(ObservableList& list) {
  const std::vector<std::string> noise = {"noise"};
  list.add("fixed_point", {"noise", "path", "coordinate"}, "x / alpha of the mode on each path",
           "1", "information (39)-(43)");
  list.add("stability", {"noise", "path"}, "largest eigenvalue of sigma^2 J on each path", "1",
           "information (40)");
  list.add("mode_count", noise, "modes on the paths and at the centre", "1",
           "information (41), corrections E4.8");
  const std::vector<std::string> pair = {"path", "other_path"};
  list.add("branching_noise", pair, "sigma / alpha at which two paths become one", "1",
           "information section 5");
  list.add("branching_time", {"process", "path", "other_path"}, "the same as a time", "time",
           "information section 5");
  list.add("branching_jump", pair,
           "how they do: 0 a pitchfork, 1 a fold after which one jumps, "
           "no value where it could not be told",
           "1", "information section 5");
  list.add("centre_noise", {}, "sigma / alpha at which the central fixed point loses its stability",
           "1", "information (45)");
  list.add("centre_time", {"process"}, "the same as a time", "time", "information (45)");
  const std::vector<std::string> root = {"noise", "root"};
  list.add("line_fixed_point", root, "x / alpha of every fixed point of data on a line", "1",
           "information (39)");
  list.add("line_stability", root, "sigma^2 J there: negative for modes", "1", "information (40)");
  list.add("log_density", {"noise", "position"}, "log of the density of x / alpha, data on a line",
           "nat", "information (20)");
  const std::vector<std::string> peak = {"peak"}, timed = {"process", "peak"};
  list.add("log_rate_peak_noise", peak, "noise at a maximum of dH / d log(sigma/alpha)", "1",
           "corrections E4.10");
  list.add("rate_peak_time", timed, "time at a maximum of the entropy rate", "time",
           "corrections E4.10");
  list.add("variance_peak_noise", peak, "noise at a maximum of V_h", "1", "corrections E4.10");
  list.add("variance_peak_time", timed, "time at a maximum of V_h", "time", "corrections E4.10");
}

}  // namespace

std::vector<Axis> information_dynamics_axes(const InformationDynamicsOptions&) {
  using Integers = std::vector<std::int64_t>;
  const AxisRole captured = AxisRole::captured;
  return {
      {.name = "data",
       .values = std::vector<std::string>{"two_points", "four_points"},
       .doc = "data distribution p_0",
       .choices = mixture_names()},
      {.name = "seed", .values = Integers{1}, .doc = "independent repetition of the sampling"},
      {.name = "process",
       .role = captured,
       .values = std::vector<std::string>{"edm", "ou"},
       .doc = "forward process, which sets the clock t of a noise level",
       .choices = theory::process_names()},
      {.name = "noise",
       .role = captured,
       .values = evenly_spaced_logarithms(0.05, 5.0, 121),
       .doc = "noise level sigma_t / alpha_t, in units of the data (t itself for EDM)"},
      {.name = "path",
       .role = captured,
       .values = Integers{0, 1, 2, 3, 4, 5, 6, 7},
       .doc =
           "path of modes that starts at a component of the data; data sets with more components "
           "than this axis has values are not followed",
       .choice = AxisChoice::count},
      {.name = "other_path",
       .role = captured,
       .values = Integers{0, 1, 2, 3, 4, 5, 6, 7},
       .doc = "the path it parts from",
       .choice = AxisChoice::count},
      {.name = "coordinate",
       .role = captured,
       .values = Integers{0, 1},
       .doc = "coordinate of a point in the space of the data; so many are kept",
       .choice = AxisChoice::count},
      {.name = "root",
       .role = captured,
       .values = Integers{0, 1, 2, 3, 4, 5, 6},
       .doc = "fixed point of the score on a line, ascending, stable or not",
       .choice = AxisChoice::count},
      {.name = "eigenvalue",
       .role = captured,
       .values = Integers{0, 1},
       .doc = "index into the spectrum of the score's Jacobian, largest first",
       .choice = AxisChoice::count},
      {.name = "peak",
       .role = captured,
       .values = Integers{0, 1, 2},
       .doc = "local maximum of a curve over the noise, from weak to strong",
       .choice = AxisChoice::count},
      {.name = "position",
       .role = captured,
       .values = evenly_spaced(-4.0, 4.0, 161),
       .doc = "x / alpha at which the density of data on a line is kept"},
  };
}

std::vector<Observable> information_dynamics_observables(const InformationDynamicsOptions&) {
  ObservableList list;
  describe_noise_curves(list);
  describe_modes(list);
  return list.take();
}

}  // namespace syncgap::experiments
