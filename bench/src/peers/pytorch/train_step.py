"""The train step: loss and gradients, LAMB, moving average."""

import re

import torch

import rin


def loss_and_gradients(parameters, config, batch, input_scale):
    """Epsilon loss of the two passes, and every parameter's gradient in the parameters' order."""
    noise = batch["noise"]
    x0 = (2 * batch["img01"] - 1) * input_scale
    signal = batch["gamma"].reshape(-1, 1, 1, 1)
    x = rin.normalised(torch.sqrt(signal) * x0 + torch.sqrt(1 - signal) * noise)
    zeros = x.new_zeros((x.shape[0], config["latents"], config["latent_dim"]))
    with torch.no_grad():
        _, first = rin.forward(parameters, config, x, batch["gamma"], batch["onehot"], zeros)
        previous = first * batch["scMask"].reshape(-1, 1, 1)
    prediction, _ = rin.forward(parameters, config, x, batch["gamma"], batch["onehot"], previous)
    loss = (prediction - noise).square().mean()
    return loss.detach(), torch.autograd.grad(loss, list(parameters.values()))


class Lamb:
    """
    LAMB (You et al. 2020, algorithm 2, with decoupled decay inside the trust ratio and epsilon outside the square root)
    and the moving average after it. Biases and LayerNorm parameters get neither decay nor a trust ratio. One that is to
    be captured counts its steps on the device.
    """

    def __init__(self, parameters, settings, capturable=False):
        self.settings = settings
        self.weights = list(parameters.values())
        self.steps = torch.zeros((), dtype=torch.float64, device=self.weights[0].device) if capturable else 0
        self.average = [weight.detach().clone() for weight in self.weights]
        self.first = [torch.zeros_like(weight) for weight in self.weights]
        self.second = [torch.zeros_like(weight) for weight in self.weights]
        self.decayed = [i for i, name in enumerate(parameters) if not re.search(r"\.(bias|gamma|beta)$", name)]

    @torch.no_grad()
    def step(self, gradients):
        """Changes weights and average in place. The `_foreach` functions are what PyTorch's own optimizers use."""
        s = self.settings
        self.steps += 1
        torch._foreach_mul_(self.first, s["beta1"])
        torch._foreach_add_(self.first, gradients, alpha=1 - s["beta1"])
        torch._foreach_mul_(self.second, s["beta2"])
        torch._foreach_addcmul_(self.second, gradients, gradients, value=1 - s["beta2"])
        update = torch._foreach_mul(self.first, self.correction(s["beta1"]))
        divisor = torch._foreach_mul(self.second, self.correction(s["beta2"]))
        torch._foreach_sqrt_(divisor)
        torch._foreach_add_(divisor, s["epsilon"])
        torch._foreach_div_(update, divisor)

        weights = [self.weights[i] for i in self.decayed]
        scaled = [update[i] for i in self.decayed]
        torch._foreach_add_(scaled, weights, alpha=s["weightDecay"])
        weight_norms = torch.stack(torch._foreach_norm(weights))
        update_norms = torch.stack(torch._foreach_norm(scaled))
        both_positive = (weight_norms > 0) & (update_norms > 0)
        ratios = torch.where(both_positive, weight_norms / update_norms, torch.ones_like(weight_norms))
        torch._foreach_mul_(scaled, ratios.unbind())

        torch._foreach_add_(self.weights, update, alpha=-s["learningRate"])
        torch._foreach_mul_(self.average, s["emaDecay"])
        torch._foreach_add_(self.average, self.weights, alpha=1 - s["emaDecay"])

    def correction(self, beta):
        """What a moment that began at zero is multiplied by."""
        if not torch.is_tensor(self.steps):
            return 1 / (1 - beta**self.steps)
        # The operator `**` of a number and a tensor uploads the number in some versions.
        return (1 / (1 - torch.pow(beta, self.steps))).float()

    def state(self):
        """The tensors that a step changes."""
        counted = [self.steps] if torch.is_tensor(self.steps) else []
        return [*counted, *self.weights, *self.average, *self.first, *self.second]
