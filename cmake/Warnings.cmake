# One INTERFACE target carries how all our code is compiled: warnings, sanitizers, floating-point contract.
add_library(syncgap_flags INTERFACE)
set(cxx_flags
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wcast-align -Wunused -Wnull-dereference -Wformat=2
  # The compiler may not fuse a*b+c on its own: fused operations are written where they are meant, so
  # that the same source gives the same bits on every x86-64 machine.
  -ffp-contract=off)
# The same contract on a device: nothing fused, nothing flushed to zero, roots rounded correctly.
# The code nvcc makes for the host compiler does not pass all the warnings above. Functions of the
# standard library that are constexpr may be called in kernels.
set(cuda_flags --fmad=false --ftz=false --prec-sqrt=true --prec-div=true --expt-relaxed-constexpr
  -Xcompiler=-Wall,-Wextra,-ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports false positives of these two inside the standard library when it inlines at -O3.
  list(APPEND cxx_flags -Wno-null-dereference -Wno-restrict)
endif()
if(SYNCGAP_WERROR)
  list(APPEND cxx_flags -Werror)
  list(APPEND cuda_flags --Werror=all-warnings -Xcompiler=-Werror)
endif()
if(SYNCGAP_SANITIZE)
  list(APPEND cxx_flags -fsanitize=${SYNCGAP_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(syncgap_flags INTERFACE -fsanitize=${SYNCGAP_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Of the standard library's regular expressions, with sanitizers alone: as its manual foresees.
    list(APPEND cxx_flags -Wno-maybe-uninitialized)
  endif()
endif()
if(SYNCGAP_FUZZ)
  list(APPEND cxx_flags -fsanitize=fuzzer-no-link)
endif()
target_compile_options(syncgap_flags INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${cxx_flags}>"
  "$<$<COMPILE_LANGUAGE:CUDA>:${cuda_flags}>")
