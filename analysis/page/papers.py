"""The papers, as a report names them above their claims."""

from __future__ import annotations

INFORMATION = ("Claims are those of D. Stančević and L. Ambrogioni, The Information Dynamics of "
               "Generative Diffusion (“information” in the sources below).")


MULTIMODAL = ("Claims are those of E. Albrychiewicz, A. Franco Valiente and L.-C. Chen, Dynamical "
              "Regimes of Multimodal Diffusion Models (“multimodal” in the sources below).")


REGIMES = ("Claims are those of G. Biroli, T. Bonnaire, V. de Bortoli and M. Mézard, Dynamical "
           "Regimes of Diffusion Models (“regimes” in the sources below).")


DIT = ("Claims are those of E. Albrychiewicz, A. Franco Valiente, L.-C. Chen and V. Z. Zhao, "
       "Interpreting the Synchronization Gap: The Hidden Mechanism Inside Diffusion Transformers "
       "(“dit” in the sources below).")
