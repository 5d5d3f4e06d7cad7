#include "experiments/coupled_ou/declaration.h"

#include <string>
#include <utility>

#include "core/spacing.h"
#include "experiments/shared/axis_values.h"

namespace syncgap::experiments {
namespace {

/// The axes both matrices share: g and schedule, and time, inverse_temperature and energy where
/// the quantities need them.
std::vector<Axis> shared_axes(const CoupledOuOptions& options, std::vector<double> strengths) {
  std::vector<Axis> axes;
  axes.push_back(
      {.name = "g", .values = std::move(strengths), .doc = "coupling strength", .unit = "1/time"});
  axes.push_back({.name = "schedule",
                  .values = std::vector<std::string>{"constant"},
                  .doc = "time dependence of the coupling, g(t)/g",
                  .choices = kCouplingShapes.words()});
  if (options.computes(Quantity::curves) || options.computes(Quantity::large_deviations)) {
    axes.push_back({.name = "time",
                    .role = AxisRole::captured,
                    .values = stepped(0.0, 0.025, 61),
                    .doc = "forward diffusion time t",
                    .unit = "time"});
  }
  if (options.computes(Quantity::large_deviations)) {
    axes.push_back({.name = "inverse_temperature",
                    .role = AxisRole::captured,
                    .values = std::vector<double>{0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0},
                    .doc = "inverse temperature of the energies of the training points"});
    axes.push_back(
        {.name = "energy",
         .role = AxisRole::captured,
         .values = std::vector<double>{0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.0},
         .doc = "reduced energy of a training point, per dimension"});
  }
  return axes;
}

std::vector<Axis> symmetric_axes(const CoupledOuOptions& options) {
  auto axes = shared_axes(options, stepped(0.0, 0.01, 100));
  axes.push_back({.name = "modalities",
                  .values = std::vector<std::int64_t>{2},
                  .doc = "number N of coupled modalities"});
  axes.push_back({.name = "graph",
                  .values = std::vector<std::string>{"complete"},
                  .doc = "which modalities are coupled to which; for N = 2 all are the same",
                  .choices = kModalityGraphs.words()});
  axes.push_back({.name = "mode",
                  .role = AxisRole::captured,
                  .values = std::vector<std::int64_t>{0, 1},
                  .doc = "eigenmode of the coupling graph, largest eigenvalue first; for N = 2: 0 "
                         "common, 1 difference"});
  if (options.computes(Quantity::speciation) || options.computes(Quantity::curves))
    axes.push_back({.name = "common_fraction",
                    .role = AxisRole::captured,
                    .values = std::vector<double>{1.0, 0.75, 0.5, 0.25, 0.0},
                    .doc = "share of the squared class mean in the common mode; the other modes "
                           "share the rest evenly"});
  return axes;
}

std::vector<Axis> triangular_axes(const CoupledOuOptions& options) {
  auto axes = shared_axes(options, stepped(0.0, 0.02, 101));
  axes.push_back({.name = "theta",
                  .role = AxisRole::captured,
                  .values = angles(33),
                  .doc = "angle between the class means of X and Y",
                  .unit = "rad"});
  return axes;
}

void describe_speciation(ObservableList& list, const std::string& axis, const std::string& source) {
  list.add("speciation_time", {axis}, "speciation time t_S, the largest root of kappa = 1", "time",
           source);
  list.add("speciation_status", {axis},
           "0 speciates, 1 no speciation (kappa <= 1 for all t), 2 unstable (reverse "
           "potential not confining), 3 speciates at a switch of g(t), 4 unstable forward "
           "process",
           "1", "multimodal (59), (60), (83)");
  list.add("lower_speciation_time", {axis},
           "smaller root of kappa = 1, below which kappa < 1 again", "time",
           "multimodal (30), corrections E0.15");
  list.add("crossing_count", {axis}, "number of times kappa crosses 1", "1", "multimodal (30)");
  list.add("kappa_peak", {axis}, "largest kappa over all t", "1", "multimodal (83)");
}

void describe_large_deviations(ObservableList& list) {
  list.add("cumulant", {"inverse_temperature", "time"},
           "scaled cumulant generating function of the energies", "1", "multimodal (34), (68)");
  list.add("energy_rate", {"energy", "time"},
           "rate function of the energies, Legendre transform of the cumulant generating "
           "function",
           "1", "multimodal (35)");
}

void describe_symmetric_speciation(ObservableList& list) {
  describe_speciation(list, "common_fraction", "multimodal (62), (66); corrections E0.1");
  list.add("mode_speciation_time", {"mode"},
           "speciation time of one mode that holds all the signal", "time",
           "multimodal (66), corrections E0.1");
  list.add("mode_speciation_status", {"mode"}, "as speciation_status, of one mode", "1",
           "multimodal (59), (60), (64)");
  list.add("speciation_gap", {},
           "synchronization gap: speciation time of the common mode minus that of the "
           "last mode",
           "time", "multimodal section 3");
  list.add("speciation_spread", {}, "largest minus smallest speciation time of the modes", "time",
           "multimodal section 3");
  list.add("variance_bound", {},
           "data variance below which the reverse potential confines at coupling g", "1",
           "multimodal (60), corrections E0.4");
}

void describe_symmetric_collapse(ObservableList& list) {
  list.add("collapse_time", {}, "collapse time of all modalities together", "time",
           "multimodal (72)");
  list.add("collapse_time_bound", {}, "upper bound on the joint collapse time", "time",
           "multimodal (75), corrections E0.6");
  list.add("mode_collapse_time", {"mode"},
           "collapse time of one mode in the random energy model, n^{2/d} = 1 + chi", "time",
           "corrections E0.7 for multimodal (77)");
  list.add("mode_collapse_time_printed", {"mode"},
           "collapse time of one mode as the paper prints it, n^{1/d} = 1 + chi", "time",
           "multimodal (78)");
  list.add("collapse_gap", {},
           "collapse time of the common mode minus that of the last mode, random energy "
           "model",
           "time", "corrections E0.7");
  list.add("collapse_gap_printed", {},
           "collapse time of the common mode minus that of the last mode, as printed", "time",
           "multimodal (78)");
}

void describe_symmetric(const CoupledOuOptions& options, ObservableList& list) {
  list.add("mode_rate", {"mode"}, "relaxation eigenvalue lambda = -beta + eigenvalue * g", "1/time",
           "multimodal (51)");
  if (options.computes(Quantity::speciation)) describe_symmetric_speciation(list);
  if (options.computes(Quantity::collapse)) describe_symmetric_collapse(list);
  if (options.computes(Quantity::curves)) {
    list.add("kappa", {"common_fraction", "time"}, "speciation parameter kappa(t)", "1",
             "multimodal (62)");
    list.add("mode_kappa", {"mode", "time"}, "kappa(t) of one mode that holds all the signal", "1",
             "multimodal (65)");
  }
  if (options.computes(Quantity::large_deviations)) describe_large_deviations(list);
}

void describe_triangular(const CoupledOuOptions& options, ObservableList& list) {
  if (options.computes(Quantity::speciation)) {
    describe_speciation(list, "theta", "multimodal (28), (30); corrections E0.11, E0.15");
    list.add("kappa_initial", {"theta"}, "kappa at t = 0", "1", "multimodal (85)");
    list.add("restoring_rate", {},
             "smallest real part of the eigenvalues of M + sigma_W^2 C^-1 over t; the "
             "reverse drift confines where it is positive",
             "1/time", "multimodal (59)");
  }
  if (options.computes(Quantity::critical_coupling)) {
    list.add("critical_coupling", {"theta"},
             "g_crit: constant coupling at which the largest kappa falls to 1", "1/time",
             "multimodal (83), corrections E0.12");
    list.add("critical_coupling_line", {"theta"}, "constant coupling at which kappa(0) = 1",
             "1/time", "multimodal (85)");
  }
  if (options.computes(Quantity::collapse)) {
    list.add("collapse_time", {}, "collapse time of X and Y together", "time",
             "multimodal (86), corrections E0.8");
    list.add("conditional_collapse_time", {}, "collapse time of Y given X", "time",
             "multimodal (87), corrections E0.9");
  }
  if (options.computes(Quantity::curves))
    list.add("kappa", {"theta", "time"}, "speciation parameter kappa(t)", "1",
             "multimodal (28), (132)-(137)");
  if (options.computes(Quantity::large_deviations)) describe_large_deviations(list);
}

}  // namespace

std::vector<Axis> coupled_ou_axes(const CoupledOuOptions& options) {
  return options.relaxation == Relaxation::symmetric ? symmetric_axes(options)
                                                     : triangular_axes(options);
}

std::vector<Observable> coupled_ou_observables(const CoupledOuOptions& options) {
  ObservableList list;
  if (options.relaxation == Relaxation::symmetric)
    describe_symmetric(options, list);
  else
    describe_triangular(options, list);
  return list.take();
}

}  // namespace syncgap::experiments
