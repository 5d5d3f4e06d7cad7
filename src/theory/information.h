#pragma once

#include <optional>

#include <Eigen/Core>

#include "theory/data_mixture.h"
#include "theory/diffusion_process.h"
#include "theory/noised_mixture.h"

namespace syncgap::theory {

/// What x = y + sqrt(s) z still says about y, in expectation over x. Entropies in nats; rates and
/// scores are those of the reduced variable, see InformationRates for a process.
struct Information {
  double entropy = 0.0;                 ///< H[y|x]; of points discrete, of Gaussians differential
  double entropy_variance = 0.0;        ///< V_h = Var h(x), information (66)
  double label_entropy = 0.0;           ///< H[k|x], information (78)
  double label_entropy_variance = 0.0;  ///< V_Z = Var H(k|x), information (83)
  double marginal_entropy = 0.0;        ///< H[x]
  double score_norm = 0.0;              ///< E |grad log p_s|^2, information (25)
  double posterior_variance = 0.0;      ///< E tr var(y|x), information (16), (33)
  double divergence = 0.0;              ///< E tr J, information (52)
  double concentration = 0.0;           ///< E sum_k p(k|x)^2, information (26)
};

/// Which parts of `information` to integrate: the entropy of Gaussian components needs an integral
/// within the integral.
enum class EntropyParts { label_only, all };

/// By quadrature, good to rounding. Needs one dimension and s > 0.
Information line_information(const DataMixture& line, double s,
                             EntropyParts parts = EntropyParts::all);

/// What the directions a reduction leaves out add to each part: Gaussians of its variance. Nothing
/// to the variances, the labels and the concentration.
Information left_out_information(const SpanReduction& reduction, double s);

/// The same of any mixture whose reduction (reduce_to_span) is one-dimensional.
Information reduced_information(const SpanReduction& reduction, double s,
                                EntropyParts parts = EntropyParts::all);

/// One Gaussian with these covariance eigenvalues: information (35)-(38), (61). Eigenvalues of zero
/// are directions without data; the entropies are those within the others.
Information gaussian_information(const Eigen::VectorXd& spectrum, double s);

/// Without sampling, where it can be had: one component, or a reduction to one dimension.
std::optional<Information> exact_information(const DataMixture& data, double s,
                                             EntropyParts parts = EntropyParts::all);

/// h(x) = -int p(y|x) log p(y|x) dy, information (65): discrete for points, differential for
/// Gaussians (then one dimension is needed). Nats.
double pathwise_entropy(const NoisedMixture& noised, const Eigen::VectorXd& x,
                        const PosteriorState& state);

/// dH[y|x_t]/dt in nats per unit time of `process`, by three identities that must agree.
struct InformationRates {
  double score_norm = 0.0;       ///< information (19)
  double denoising_error = 0.0;  ///< information (33) with the alpha^2 of corrections E4.4
  double divergence = 0.0;       ///< information (56), (62)-(64)
};

/// Rates of a process that reaches the reduced noise s at time t.
InformationRates information_rates(const Information& found, Eigen::Index dimension,
                                   const DiffusionProcess& process, double t);

/// dH[x_t]/dt, nats per unit time: information (57) with the drift of corrections E4.4.
double marginal_entropy_rate(const Information& found, Eigen::Index dimension,
                             const DiffusionProcess& process, double t);

/// The rate of a distribution spread evenly over `dimension` directions, D nu^2 / (2 sigma^2):
/// what no data can exceed, information (36), (38).
double bandwidth(Eigen::Index dimension, const DiffusionProcess& process, double t);

/// E |grad log p|^2 of N points that are orthogonal and at distance R from their mean, given the
/// concentration of their posterior: information (29).
double orthogonal_score_norm(double concentration, double radius2, Eigen::Index dimension,
                             double s);

}  // namespace syncgap::theory
