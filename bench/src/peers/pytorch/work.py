"""
Work that is run again and again: single ops, a forward pass, sampling. Each function returns one that does the work.
"""

import torch

import layers
import rin


def parameters_of(tensors):
    prefix = "param."
    return {name[len(prefix) :]: tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def op(kind, gradient, tensors):
    """An op of ops.ts; attention takes its heads before its tokens."""
    if kind == "matmul":
        return lambda: {"c": torch.matmul(tensors["a"], tensors["b"])}
    if kind == "layer-norm":
        inputs = [tensors[name] for name in ("x", "gamma", "beta")]
        return with_gradients(layers.layer_norm, inputs, tensors["dy"], ("dx", "dgamma", "dbeta"))
    if kind != "attention":
        raise ValueError(f"unknown op {kind}")
    q, k, v = (swap_heads(tensors[name]) for name in ("q", "k", "v"))
    if gradient:
        return with_gradients(layers.attention, [q, k, v], swap_heads(tensors["dy"]), ("dq", "dk", "dv"))

    @torch.no_grad()
    def run():
        return {"y": layers.attention(q, k, v)}

    return run


def swap_heads(tensor):
    """[batch, tokens, heads, size] and [batch, heads, tokens, size] into each other."""
    return tensor.transpose(1, 2).contiguous()


def with_gradients(function, inputs, dy, names):
    leaves = [tensor.requires_grad_() for tensor in inputs]

    def run():
        y = function(*leaves)
        return {"y": y.detach(), **dict(zip(names, torch.autograd.grad(y, leaves, dy)))}

    return run


def denoise(config, tensors):
    parameters = parameters_of(tensors)

    @torch.no_grad()
    def run():
        inputs = (tensors[name] for name in ("x", "gamma", "onehot", "latents"))
        prediction, latents = rin.forward(parameters, config, *inputs)
        return {"prediction": prediction, "latents": latents}

    return run


def sample(config, levels, tensors):
    parameters = parameters_of(tensors)
    start = tensors["start"]

    @torch.no_grad()
    def run():
        x = start
        latents = x.new_zeros((x.shape[0], config["latents"], config["latent_dim"]))
        for level in levels:
            gamma = x.new_full((x.shape[0],), level["gamma"])
            prediction, latents = rin.forward(parameters, config, rin.normalised(x), gamma, tensors["onehot"], latents)
            x0 = (level["x0FromX"] * x + level["x0FromOutput"] * prediction).clamp(-1, 1)
            x = level["nextFromX0"] * x0 + level["nextFromX"] * x
        return {"image": ((x0 + 1) * 0.5).clamp(0, 1)}

    return run
