#include "experiments/pathwise_entropy/declaration.h"

#include <algorithm>

#include "core/spacing.h"
#include "experiments/shared/axis_values.h"
#include "theory/diffusion_process.h"

namespace syncgap::experiments {

std::vector<Axis> pathwise_entropy_axes(const PathwiseEntropyOptions& options) {
  using Integers = std::vector<std::int64_t>;
  const AxisRole captured = AxisRole::captured;
  return {
      {.name = "process",
       .values = std::vector<std::string>{"ou"},
       .doc = "forward process",
       .choices = theory::process_names()},
      {.name = "d",
       .values = Integers{2, 4, 8, 16, 64, 256, 1024},
       .doc = "dimension d: class means are sqrt(d) m_k"},
      {.name = "seed", .values = Integers{1}, .doc = "independent repetition of the trajectories"},
      {.name = "u",
       .role = captured,
       .values = evenly_spaced(0.02, 2.0, 100),
       .doc = "time in the unit named by the option time_unit"},
      {.name = "path",
       .role = captured,
       .values = first_integers(std::min<std::int64_t>(8, options.trials)),
       .doc = "trajectory that is kept as it ran",
       .choice = AxisChoice::count},
      {.name = "peak",
       .role = captured,
       .values = Integers{0, 1, 2},
       .doc = "local maximum or branching, from early to late",
       .choice = AxisChoice::count},
      {.name = "position",
       .role = captured,
       .values = std::vector<double>{0.0},
       .doc = "x_t at which the density of classes on a line is kept"},
  };
}

std::vector<Observable> pathwise_entropy_observables(const PathwiseEntropyOptions&) {
  const std::vector<std::string> curve = {"u"}, path = {"path", "u"}, peak = {"peak"};
  ObservableList list;
  const auto both = [&](const std::string& name, const std::string& what, const char* unit,
                        const char* source) {
    list.add(name, curve, what + ", over the trajectories", unit, source);
    list.add(name + "_error", curve, what + ", standard error", unit, source);
    list.add(name + "_exact", curve, what + ", by quadrature", unit, source);
  };
  list.add("time", curve, "time t", "time", "information (7)");
  list.add("noise", curve, "sigma_t / alpha_t", "1", "information (7)");
  list.add("signal_to_noise", curve, "effective signal-to-noise ratio eta", "1",
           "information (81), (90), (97)");
  both("entropy", "conditional entropy H[x_0|x_t] = E h_t", "nat", "information (65)");
  both("entropy_variance", "variance V_h of the pathwise entropy h_t(x_t)", "nat^2",
       "information (66)");
  both("label_entropy", "entropy H[z|x_t] of the class", "nat", "information (78)");
  both("label_entropy_variance", "variance V_Z of the class entropy", "nat^2", "information (83)");
  list.add("rate_exact", curve, "entropy rate dH/dt, by quadrature", "nat/time",
           "information (33)");
  list.add("path_position", path, "x_t of single trajectories, first coordinate", "1",
           "information figure 3");
  list.add("path_entropy", path, "h_t(x_t) along them", "nat", "information figure 3");
  list.add("log_density", {"u", "position"}, "log p_t(x) of classes on a line", "nat",
           "information (20)");
  list.add("largest_rise", {},
           "mean over trajectories of the largest rise of h against the reverse time", "nat",
           "information section 7");
  list.add("largest_rise_error", {}, "its standard error", "nat", "information section 7");
  list.add("rising_share", {}, "share of trajectories whose h rises by more than the threshold",
           "1", "information section 7");
  list.add("speciation_time", {}, "t_S(d): log(d)/2 for OU, sqrt(d) for EDM", "time",
           "information (84), (98)");
  list.add("variance_peak_time", peak, "time at a maximum of V_h", "time",
           "information (66), appendix A");
  list.add("variance_peak_height", peak, "V_h there", "nat^2", "information (66)");
  list.add("variance_peak_width", peak, "full width of that maximum at half its height", "time",
           "corrections E4.13");
  list.add("predicted_peak_time", {}, "time at which eta = eta*, where F(eta) is largest", "time",
           "information A.2, (90)");
  list.add("predicted_peak_height", {}, "F(eta*)", "nat^2", "information (83)");
  list.add("predicted_peak_width", {}, "time between the two eta of half that height", "time",
           "corrections E4.13");
  list.add("peak_signal_to_noise", {}, "eta*", "1", "information A.2");
  list.add("rate_peak_time", peak, "time at a maximum of the entropy rate", "time",
           "corrections E4.10");
  list.add("branching_time", peak, "times at which modes of p_t become one", "time",
           "information section 5");
  return list.take();
}

}  // namespace syncgap::experiments
