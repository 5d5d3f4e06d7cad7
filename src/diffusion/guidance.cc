#include "diffusion/guidance.h"

namespace syncgap::diffusion {

void Guidance::describe(OptionTable& table) {
  table
      .add(
          "guidance", scale, "",
          "how far noise of a label is led away from that of none; 1: not at all, at half the work")
      .at_least(0);
  table
      .add("guided_channels", channels, "",
           "first channels that are guided; published samples have 3 of 4")
      .at_least(1);
}

}  // namespace syncgap::diffusion
