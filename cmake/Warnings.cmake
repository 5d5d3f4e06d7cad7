# One INTERFACE target carries how all our code is compiled: warnings, sanitizers, floating-point contract.
add_library(syncgap_flags INTERFACE)
target_compile_options(syncgap_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wcast-align -Wunused -Wnull-dereference -Wformat=2
  # The compiler may not fuse a*b+c on its own: fused operations are written where they are meant, so
  # that the same source gives the same bits on every x86-64 machine.
  -ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports false positives of these two inside the standard library when it inlines at -O3.
  target_compile_options(syncgap_flags INTERFACE -Wno-null-dereference -Wno-restrict)
endif()
if(SYNCGAP_WERROR)
  target_compile_options(syncgap_flags INTERFACE -Werror)
endif()
if(SYNCGAP_SANITIZE)
  target_compile_options(syncgap_flags INTERFACE -fsanitize=${SYNCGAP_SANITIZE}
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(syncgap_flags INTERFACE -fsanitize=${SYNCGAP_SANITIZE})
endif()
if(SYNCGAP_FUZZ)
  target_compile_options(syncgap_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
