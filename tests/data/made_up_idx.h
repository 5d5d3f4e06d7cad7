#pragma once

#include <cstdint>
#include <vector>
#include <zlib.h>

namespace syncgap::data::made_up {

using Bytes = std::vector<std::uint8_t>;

/// An IDX file of unsigned bytes.
inline Bytes idx(const std::vector<std::uint32_t>& extents, const Bytes& elements) {
  Bytes out = {0, 0, 8, static_cast<std::uint8_t>(extents.size())};
  for (const std::uint32_t extent : extents)
    for (int shift = 24; shift >= 0; shift -= 8)
      out.push_back(static_cast<std::uint8_t>(extent >> shift));
  out.insert(out.end(), elements.begin(), elements.end());
  return out;
}

inline Bytes gzip(const Bytes& raw) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  Bytes out(raw.size() + 200);
  stream.next_in = const_cast<std::uint8_t*>(raw.data());
  stream.avail_in = static_cast<unsigned>(raw.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<unsigned>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace syncgap::data::made_up
