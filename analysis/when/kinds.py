"""What the picture of when holds, in its order, and which job measures it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A question of when.

    Attributes
    ----------
    label : str
        Names it on the figure and in the table.
    missing : str
        What a reader can do who has no record of it.
    """

    label: str
    missing: str


_EXACT = ("run `trained_regimes`, or `dataset_regimes` with measure = [\"{}\"], which take two "
          "classes")
_TRAINED = "run `trained_regimes`, which takes two classes"
_REPLICAS = "run `replica_speciation` on these classes"
_INFORMATION = "run `dataset_regimes` with measure = [\"information\"], say job information_images"
_NETWORK = "run `network_decisions` on these classes, say job dit_decisions"

KINDS = {
    "covariance": Kind("$t_S=\\frac{1}{2}\\log\\Lambda$ of the covariance",
                       _EXACT.format("spectrum")),
    "exact speciation": Kind("clones of the exact score part", _EXACT.format("posterior")),
    "trained speciation": Kind("clones of the network part", _TRAINED),
    "network clones": Kind("clones of the replicas' network part", _NETWORK),
    "cosine": Kind("$\\tau_{spec}$ of replicas", _REPLICAS),
    "coarse": Kind("$\\tau_g$, coarse scale", _REPLICAS),
    "fine": Kind("$\\tau_l$, fine scale", _REPLICAS),
    "class rate": Kind("class-entropy rate, peak", _INFORMATION),
    "class variance": Kind("variance $V_Z$ of the class, peak", _INFORMATION),
    "image variance": Kind("variance $V_h$ of the image, peak", _INFORMATION),
    "network class rate": Kind("class-entropy rate of the network", _NETWORK),
    "network class information": Kind("class information by $\\log\\gamma$, network", _NETWORK),
    "network class variance": Kind("variance $V_Z$ of the network's class", _NETWORK),
    "network variance": Kind("variance $V_h$ of the network", _NETWORK),
    "exact collapse": Kind("collapse of the exact score", _EXACT.format("posterior")),
    "trained collapse": Kind("collapse of the network", _TRAINED),
}
