#pragma once

#include <string>

namespace syncgap::data {

/// Throws the InputError for images that are not where they were looked for: what is missing, what
/// lies at `path` instead, and what to do about that. `missing` names files of the format
/// `data_format`, as the option calls it.
[[noreturn]] void refuse_missing(const std::string& path, const std::string& data_format,
                                 const std::string& missing);

}  // namespace syncgap::data
