# `cmake --install BUILD --prefix PREFIX`: everything that is needed without the source tree. It may be
# moved afterwards: programs and scripts find each other from where they are.
include(GNUInstallDirs)
set(share ${CMAKE_INSTALL_DATADIR}/syncgap)

# LibTorch stays where it is; its folder is kept in the run path where the linker does not look.
set_target_properties(syncgap PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS syncgap RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(TARGET torch_part)
  set_target_properties(torch_part PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  # Not lib/x86_64-linux-gnu: the program looks beside itself, core/torch_part.cc says where.
  install(TARGETS torch_part LIBRARY DESTINATION lib/syncgap)
endif()

install(DIRECTORY jobs DESTINATION ${share} FILES_MATCHING PATTERN "*.toml")
install(DIRECTORY slurm DESTINATION ${share} USE_SOURCE_PERMISSIONS
  PATTERN __pycache__ EXCLUDE)
install(DIRECTORY analysis DESTINATION ${share}
  PATTERN __pycache__ EXCLUDE PATTERN gallery EXCLUDE PATTERN "*.egg-info" EXCLUDE
  PATTERN LICENSE EXCLUDE PATTERN pyproject.toml EXCLUDE)
install(PROGRAMS packaging/syncgap-report DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES README.md CHANGELOG.md CITATION.cff LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The man page and the completions of shells say what the help says.
set(from_help ${PROJECT_BINARY_DIR}/generated/from_help)
add_custom_command(OUTPUT ${from_help}/syncgap.1 ${from_help}/syncgap.bash ${from_help}/_syncgap
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/packaging/from_help.py
    $<TARGET_FILE:syncgap> ${from_help}
  DEPENDS syncgap ${PROJECT_SOURCE_DIR}/packaging/from_help.py VERBATIM)
add_custom_target(from_help ALL DEPENDS ${from_help}/syncgap.1)
install(FILES ${from_help}/syncgap.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${from_help}/syncgap.bash
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME syncgap)
install(FILES ${from_help}/_syncgap DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)

# For Environment Modules and Lmod: `module use PREFIX/share/modulefiles; module load syncgap`.
configure_file(packaging/modulefile.in ${PROJECT_BINARY_DIR}/generated/modulefile @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/generated/modulefile
  DESTINATION ${CMAKE_INSTALL_DATADIR}/modulefiles/syncgap RENAME ${PROJECT_VERSION})

# `cpack` in the build folder makes a package for the Debian it is called on.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The syncgap authors <noreply@example.org>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS python3)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS
  "openmpi-bin, python3-h5py, python3-numpy, python3-matplotlib, python3-xarray, dataset-fashion-mnist")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "${PROJECT_DESCRIPTION}
Closed forms, exact scores, trained U-Nets and transformers: when a diffusion
model decides, as sweeps over parameter grids under MPI and Slurm, written to
HDF5 and analysed from there.")
include(CPack)
