#pragma once

namespace syncgap::networks {

/// What the queries of an attention are asked against; everything else in a network is done to each
/// token by itself. What is lost where context is replaced is what a network makes of it.
///   own      keys and values of the replica itself
///   other    of replica A those of B; B, the donor, has its own, as if alone
///   uniform  every token of the replica with equal weight: the mean of its values
enum class Context { own, other, uniform };

}  // namespace syncgap::networks
