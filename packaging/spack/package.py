"""Spack recipe. Put this folder into a repository of yours as packages/syncgap, then
`spack install syncgap +torch`."""

from spack.package import *


class Syncgap(CMakePackage):
    """Distributed sweeps for the physics of diffusion models: speciation and collapse times, the
    synchronization gap, in closed form and with trained networks, under MPI, written to HDF5."""

    license("BSD-3-Clause")

    version("main", branch="main")

    variant("torch", default=True, description="Train U-Nets and transformers (LibTorch)")
    variant("cuda", default=False, description="CUDA and NCCL, with a PyTorch of the same")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.24:", type="build")
    depends_on("ninja", type="build")
    depends_on("pkgconf", type="build")
    depends_on("python@3.10:", type=("build", "run"))

    depends_on("mpi")
    depends_on("hdf5@1.10:~mpi+hl")
    depends_on("eigen@3.4:")
    depends_on("boost@1.74:")
    depends_on("highway@1.0:")
    depends_on("openblas threads=openmp")
    depends_on("zlib-api")
    depends_on("tomlplusplus@3.2:")
    depends_on("cli11@2.1:")
    depends_on("xxhash@0.8:")
    depends_on("nlohmann-json@3.11:")

    depends_on("py-torch~cuda", when="+torch~cuda")
    depends_on("py-torch+cuda", when="+torch+cuda")
    depends_on("cuda@12:", when="+cuda")
    depends_on("nccl", when="+cuda")
    conflicts("+cuda", when="~torch", msg="CUDA is of use to networks alone")

    # The analysis, which reads records and draws reports.
    depends_on("py-h5py", type="run")
    depends_on("py-numpy", type="run")
    depends_on("py-matplotlib", type="run")
    depends_on("py-xarray", type="run")

    generator("ninja")

    def cmake_args(self):
        spec = self.spec
        args = [self.define("SYNCGAP_TESTS", False)]
        if "+torch" in spec:
            torch = join_path(python_platlib, "torch")
            args.append(self.define("SYNCGAP_TORCH", join_path(spec["py-torch"].prefix, torch)))
        else:
            args.append(self.define("SYNCGAP_TORCH", "none"))
        if "+cuda" in spec:
            args.append(self.define("SYNCGAP_CUDA", True))
        return args
