"""Records of replicas with known answers written into them: when pairs decide, and how far they
get; which layers have a gap."""

import shutil

import h5py
import numpy as np

COSINE, LABEL, COARSE, FINE = range(4)
SEEN = 0.2  # spread of the numbers of pairs


def units(file):
    """(place, coordinates) of every unit."""
    split = [dim[0].name.strip("/") for dim in file["unit_status"].dims]
    for place in np.ndindex(*file["unit_status"].shape):
        yield place, {name: file[name][i] for name, i in zip(split, place)}


def decide(record, copy, tau, plateau=lambda g, noise: 0.9, late=4.0, reliable=1.0,
           pairs_apart=1.0, scatter=0.0, couples=lambda at: True):
    """A copy in which pairs of coupling g and noise correlation c pass from 0.2 to plateau(g, c) at
    tau(g, c), the fine scale `late` steps after the coarse one; tau None: never. Pairs decide
    `pairs_apart` steps apart, the same at every coupling, and `scatter` steps at each by itself.
    Where couples(coordinates) does not hold, they never do. Where a cell was not measured, it stays
    so."""
    shutil.copy(record, copy)
    with h5py.File(copy, "r+") as file:
        t = file["t_int"][...].astype(float)
        for place, at in units(file):
            middle = tau(at["g"], at["noise_correlation"]) if couples(at) else None
            level = plateau(at["g"], at["noise_correlation"])
            file["reliable"][place] = reliable
            file["independent_agreement"][place] = [0.2, 0.1, 0.0, 0.0]
            for metric, shift in ((COSINE, 0.0), (LABEL, 0.0), (COARSE, -late / 2),
                                  (FINE, late / 2)):
                _write_curve(file, place, metric, t,
                             None if middle is None else middle + shift, level, pairs_apart,
                             scatter * np.random.default_rng(int(1000 * at["g"])).normal(
                                 size=file["pair"].shape))
            whole = middle is not None
            for name in ("gap", "crossing_gap"):
                file[name][place] = late if whole else np.nan
                file[name + "_low"][place] = late - 1 if whole else np.nan
                file[name + "_high"][place] = late + 1 if whole else np.nan
    return copy


def _write_curve(file, place, metric, t, middle, level, apart, scatter):
    known = file["measured"][place] == 1
    values = file["pair_agreement"][place]
    pairs = values.shape[-1]
    random = np.random.default_rng(3)  # the same pairs at every coupling
    own = random.normal(size=pairs)
    seen = SEEN * random.normal(size=(len(t), pairs))
    curve = np.full((len(t), pairs), 0.2)
    if middle is not None:
        curve = 0.2 + (level - 0.2) / (1 + np.exp(-(t[:, None] - middle - apart * own - scatter)
                                                  / 1.5))
    values[metric] = np.where(known[:, None], curve + 0.1 * seen, np.nan)
    file["pair_agreement"][place] = values
    statistic = np.median if metric == COSINE else np.mean
    agreement, error = file["agreement"][place], file["agreement_error"][place]
    agreement[metric] = statistic(values[metric], axis=1)
    error[metric] = values[metric].std(axis=1, ddof=1) / np.sqrt(pairs)
    file["agreement"][place], file["agreement_error"][place] = agreement, error
    numbers = {"midpoint": middle, "width": 1.5, "floor": 0.2, "plateau": level,
               "crossing": middle}
    for name, value in numbers.items():
        value = np.nan if middle is None and name != "floor" else value
        half = {"midpoint": 2.0, "crossing": 2.0}.get(name, 0.05)
        for end, by in (("", 0.0), ("_low", -half), ("_high", half)):
            file[name + end][(*place, metric)] = value + by
    file["level"][(*place, metric)] = 0.6 if metric == COSINE else 0.5
    file["fit_status"][(*place, metric)] = 0 if middle is not None else 1
    file["share_fitted"][(*place, metric)] = 1.0


def set_gaps(record, copy, gap_of, reliable=1.0, chance=(0.98, 1.02), couples=lambda at: True):
    """A copy in which gap_of(g, layers) is the gap at every step, by whichever modes; that of g = 0
    where couples(coordinates) does not hold."""
    shutil.copy(record, copy)
    with h5py.File(copy, "r+") as file:
        layers = file["layer"][...]
        for place, at in units(file):
            file["reliable"][place] = reliable
            strength = at["g"] if couples(at) else 0.0
            file["gap"][place] = np.broadcast_to(gap_of(strength, layers)[:, None],
                                                 file["gap"].shape[len(place):])
            file["chance_gap"][place] = np.mean(chance)
            file["chance_gap_low"][place], file["chance_gap_high"][place] = chance
    return copy
