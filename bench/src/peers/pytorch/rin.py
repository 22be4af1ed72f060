"""The RIN forward pass; parameters are a dictionary under the fixtures' names."""

import functools

import torch
import torch.nn.functional as F

import layers


def linear(x, p, name):
    """x [..., in] -> [..., out]"""
    weight = p[f"{name}.weight"]
    rows = torch.addmm(p[f"{name}.bias"], x.reshape(-1, weight.shape[0]), weight)
    return rows.reshape(*x.shape[:-1], weight.shape[1])


def layer_norm(x, p, name):
    return layers.layer_norm(x, p[f"{name}.gamma"], p[f"{name}.beta"])


def mlp(x, p, name):
    """Pre-norm residual MLP with the exact GELU."""
    hidden = F.gelu(linear(layer_norm(x, p, f"{name}.ln"), p, f"{name}.fc1"))
    return x + linear(hidden, p, f"{name}.fc2")


def attention(queries, keys, p, name, heads):
    """Multi-head attention of queries [B, Nq, Dq] on un-normalised keys and values [B, Nk, Dk]; no residual."""

    def split(source, projection):
        projected = linear(source, p, f"{name}.{projection}")
        return projected.reshape(*source.shape[:2], heads, -1).transpose(1, 2)

    mixed = layers.attention(split(queries, "q"), split(keys, "k"), split(keys, "v"))
    return linear(mixed.transpose(1, 2).reshape(*queries.shape[:2], -1), p, f"{name}.o")


@functools.cache
def frequencies(dim, time_scale, device):
    """Of the sinusoids. Made once: their upload waits for the device, which nothing in a CUDA graph may do."""
    return torch.tensor([time_scale * 10000 ** (-2 * k / dim) for k in range(dim // 2)], device=device)


def time_token(gamma, p, config):
    """gamma [B] -> [B, 1, latent_dim]: standardised sinusoids of scaled gamma through a two-layer MLP."""
    angles = gamma.reshape(-1, 1) * frequencies(config["latent_dim"] // 4, config["time_scale"], gamma.device)
    features = torch.cat([torch.sin(angles), torch.cos(angles)], -1)
    standardised = (features - features.mean(-1, keepdim=True)) / features.std(-1, unbiased=False, keepdim=True)
    hidden = F.silu(linear(standardised, p, "time.fc1"))
    return linear(hidden, p, "time.fc2").unsqueeze(1)


def image_size(config):
    image = config["image"]
    return (image, image) if isinstance(image, int) else tuple(image)


def patchify(x, config):
    """[B, H, W, C] -> [B, tokens, P*P*C], tokens row by row, values as (row, column, channel)."""
    patch, channels = config["patch"], config["channels"]
    height, width = image_size(config)
    grid = x.reshape(-1, height // patch, patch, width // patch, patch, channels)
    tokens = (height // patch) * (width // patch)
    return grid.permute(0, 1, 3, 2, 4, 5).reshape(-1, tokens, patch * patch * channels)


def unpatchify(tokens, config):
    """The inverse of patchify."""
    patch, channels = config["patch"], config["channels"]
    height, width = image_size(config)
    grid = tokens.reshape(-1, height // patch, width // patch, patch, patch, channels)
    return grid.permute(0, 1, 3, 2, 4, 5).reshape(-1, height, width, channels)


def normalised(x):
    """x [B, H, W, C] over its standard deviation, per example."""
    return x / x.std((1, 2, 3), unbiased=False, keepdim=True)


def forward(p, config, x, gamma, onehot, previous):
    """
    x [B, H, W, C], gamma [B], onehot [B, classes] (not read without classes), previous [B, latents, latent_dim]
    -> the prediction [B, H, W, C] and the latents.
    """
    learned = p["latents"]
    tokens = [learned.expand(x.shape[0], *learned.shape), time_token(gamma, p, config)]
    if config["classes"] > 0:
        tokens.append(linear(onehot, p, "cond").unsqueeze(1))
    latents = torch.cat(tokens, 1) + layer_norm(mlp(previous, p, "prev.mlp"), p, "prev.ln")
    tape = layer_norm(linear(patchify(x, config), p, "stem"), p, "stem.ln") + p["tape_pos"]
    for i, count in enumerate(config["blocks"]):
        read = layer_norm(latents, p, f"b{i}.read.ln")
        latents = latents + attention(read, tape, p, f"b{i}.read.attn", config["rw_heads"])
        latents = mlp(latents, p, f"b{i}.read.mlp")
        for j in range(count):
            normed = layer_norm(latents, p, f"b{i}.l{j}.ln")
            latents = latents + attention(normed, normed, p, f"b{i}.l{j}.attn", config["heads"])
            latents = mlp(latents, p, f"b{i}.l{j}.mlp")
        write = layer_norm(tape, p, f"b{i}.write.ln")
        tape = tape + attention(write, latents, p, f"b{i}.write.attn", config["rw_heads"])
        tape = mlp(tape, p, f"b{i}.write.mlp")
    return unpatchify(linear(layer_norm(tape, p, "out.ln"), p, "out"), config), latents
