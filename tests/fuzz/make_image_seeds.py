"""make_image_seeds.py FOLDER: writes the seeds of fuzz_images, one small file of each kind."""

import gzip
import io
import pathlib
import pickle
import struct
import sys
import zipfile

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
images = b"\0\0\x08\x03" + struct.pack(">3I", 2, 3, 4) + bytes(range(24))
colour = b"\0\0\x08\x04" + struct.pack(">4I", 2, 3, 2, 2) + bytes(range(24))
labels = b"\0\0\x08\x01" + struct.pack(">I", 5) + bytes([0, 9, 3, 3, 1])
record = bytes([7]) + bytes(3072)
# Kind, rank - 1, extents - 1, values; then the labels. Two images of 2 x 3 bytes, one of 3
# channels.
arrays = bytes([0, 2, 1, 1, 2]) + bytes(range(12)) + bytes([129, 0, 1, 4, 9])
reals = bytes([2, 3, 0, 1, 2, 2]) + bytes(range(18)) + bytes([1, 0, 0, 4])
for name, kind, content in (("images", 0, images), ("colour", 0, colour), ("labels", 1, labels),
                            ("cifar10", 2, record), ("cifar10-two", 2, record + record)):
    # The first byte chooses the reader, its highest bit the way there: memory or a file.
    (folder / name).write_bytes(bytes([kind]) + content)
    (folder / f"{name}-file").write_bytes(bytes([kind + 128]) + content)
    (folder / f"{name}-gzip").write_bytes(bytes([kind + 128]) + gzip.compress(content, mtime=0))
for name, content in (("arrays", arrays), ("reals", reals)):
    (folder / name).write_bytes(bytes([3]) + content)


def npy(kind: str, shape: tuple[int, ...], values: bytes) -> bytes:
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode() + values


for name, packing in (("npz", zipfile.ZIP_STORED), ("npz-packed", zipfile.ZIP_DEFLATED)):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for part in ("train", "val", "test"):
            archive.writestr(f"{part}_images.npy",
                             npy(">f4", (2, 1, 2), struct.pack(">4f", 0, 0.25, 1, 0.5)))
            archive.writestr(f"{part}_labels.npy", npy(">i2", (2, 1), struct.pack(">2h", 3, 9)))
    (folder / name).write_bytes(bytes([4]) + file.getvalue())
batch = {"fine_labels": [7, 99], "coarse_labels": [1, 19], "data": bytes(2 * 3072)}
(folder / "pickle").write_bytes(bytes([5]) + pickle.dumps(batch, protocol=4))
