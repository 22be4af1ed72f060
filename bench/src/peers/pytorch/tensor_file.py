"""Reads and writes safetensors files of float32 tensors, with PyTorch alone."""

import ctypes
import json
import math

import torch


def read(path):
    """All tensors of a file by name, on the host."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    header_size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + header_size])
    start = 8 + header_size
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        shape = entry["shape"]
        count = math.prod(shape)
        if entry["dtype"] != "F32":
            raise ValueError(f"{path}: tensor {name} is {entry['dtype']}, expected F32")
        offset = start + entry["data_offsets"][0]
        # A slice is a copy: the file's tensors need not be aligned.
        values = data[offset : offset + 4 * count]
        flat = torch.frombuffer(values, dtype=torch.float32) if count else torch.empty(0)
        tensors[name] = flat.reshape(shape)
    return tensors


def write(path, tensors):
    """Writes tensors by name as float32."""
    header = {}
    parts = []
    position = 0
    for name, tensor in tensors.items():
        values = tensor.detach().to("cpu", torch.float32).contiguous()
        size = 4 * values.numel()
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [position, position + size]}
        parts.append(ctypes.string_at(values.data_ptr(), size) if size else b"")
        position += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for part in parts:
            file.write(part)
