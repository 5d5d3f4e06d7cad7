#pragma once

/// Marks a function that a kernel may call too. Such a function is a fixed sequence of integer and
/// IEEE operations: it has the same bits on the processor and on every device.
#ifdef __CUDACC__
#define SYNCGAP_HOST_DEVICE __host__ __device__
#else
#define SYNCGAP_HOST_DEVICE
#endif
