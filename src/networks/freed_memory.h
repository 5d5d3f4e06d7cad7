#pragma once

namespace syncgap::networks {

/// Tensors that a step of training or sampling frees are wanted again by the next: from here on the
/// process keeps such memory instead of returning it to the system, which would hand it back page
/// by page, each filled with zeros first. glibc only.
void keep_freed_memory();

}  // namespace syncgap::networks
