#pragma once

#include <string_view>

#include "tensor_files/placed_tensor.h"

namespace syncgap::tensor_files {

/// Whether a file begins as a zip file, as torch.save has written them since 1.6.
bool is_zip(std::string_view file);
/// The tensors of such a file. Metadata "part": where in the checkpoint they were, if not all of
/// it. Throws FormatError.
Contents read_torch_zip(std::string_view file);

/// Whether a file begins as torch.save wrote them before 1.6.
bool is_old_torch(std::string_view file);
/// The same for it.
Contents read_old_torch(std::string_view file);

}  // namespace syncgap::tensor_files
