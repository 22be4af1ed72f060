"""
Does what worker.ts asks for: a line of JSON on standard input is a request, a line on standard output its answer.
Tensors travel in files. Ends with its input. Its argument is where it computes: cpu, cuda or cuda-tf32.
"""

import json
import os
import sys

import torch

import tensor_file
import train_step
import work

THREADS = 2


def under(tensors, prefix):
    return {name[len(prefix) :]: tensor for name, tensor in tensors.items() if name.startswith(prefix)}


class Worker:
    def __init__(self, where):
        self.device, *products = where.split("-")
        self.computes = f"{torch.get_num_threads()} CPU threads"
        if self.device == "cuda":
            self.computes = ", ".join([torch.cuda.get_device_name(), *products])
        if products:
            torch.set_float32_matmul_precision("high")

    def tensors_of(self, file):
        return tensor_file.read(file, self.device)

    def about(self):
        return {"version": torch.__version__, "computes": self.computes, "pid": os.getpid()}

    def open_training(self, file, config, optimizer, inputScale):
        self.tensors = self.tensors_of(file)
        self.config, self.input_scale = config, inputScale
        self.parameters = {name: tensor.requires_grad_() for name, tensor in under(self.tensors, "param.").items()}
        self.lamb = train_step.Lamb(self.parameters, optimizer)
        return {}

    def step(self, index):
        batch = under(self.tensors, f"batch{index}.")
        loss, gradients = train_step.loss_and_gradients(self.parameters, self.config, batch, self.input_scale)
        self.lamb.step(gradients)
        return {"loss": loss.item()}

    def loss_and_gradients(self, file, config, inputScale, results):
        tensors = self.tensors_of(file)
        parameters = {name: tensor.requires_grad_() for name, tensor in under(tensors, "param.").items()}
        loss, gradients = train_step.loss_and_gradients(parameters, config, under(tensors, "batch0."), inputScale)
        tensor_file.write(results, dict(zip(parameters, gradients)))
        return {"loss": loss.item()}

    def apply_gradients(self, file, optimizer, results):
        tensors = self.tensors_of(file)
        parameters = under(tensors, "param.")
        lamb = train_step.Lamb(parameters, optimizer)
        lamb.step([tensors[f"grad.{name}"] for name in parameters])
        average = {f"average.{name}": values for name, values in zip(parameters, lamb.average)}
        tensor_file.write(results, {**{f"param.{name}": values for name, values in parameters.items()}, **average})
        return {}

    def prepare_op(self, file, op):
        self.swapped = op["kind"] == "attention"
        self.work = work.op(op["kind"], op.get("gradient", False), self.tensors_of(file))
        return {}

    def prepare_denoiser(self, file, config):
        self.swapped = False
        self.work = work.denoise(config, self.tensors_of(file))
        return {}

    def prepare_sampler(self, file, config, levels):
        self.swapped = False
        self.work = work.sample(config, levels, self.tensors_of(file))
        return {}

    def run(self, count):
        for _ in range(count):
            self.results = self.work()
        if self.device == "cuda":
            torch.cuda.synchronize()
        return {}

    def read(self, results):
        swap = work.swap_heads if self.swapped else lambda tensor: tensor
        tensor_file.write(results, {name: swap(tensor) for name, tensor in self.results.items()})
        return {}


def main():
    torch.set_num_threads(THREADS)
    worker = Worker(sys.argv[1])
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(worker, request.pop("ask"))(**request)
        except Exception as error:  # The one who asked says what went wrong.
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
