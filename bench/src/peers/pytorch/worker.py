"""
Does what worker.ts asks for: a line of JSON on standard input is a request, a line on standard output its answer.
Tensors travel in files. Ends with its input. Its argument is where it computes, and how: cpu or cuda, behind which may
stand -tf32 for products of TF32, and -graph where work is launched as one CUDA graph.
"""

import json
import os
import sys

import torch

import tensor_file
import train_step
import work
from graph import CudaGraph

THREADS = 2


def under(tensors, prefix):
    return {name[len(prefix) :]: tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def trainable(parameters):
    return {name: tensor.requires_grad_() for name, tensor in parameters.items()}


class Worker:
    def __init__(self, where):
        self.device, *how = where.split("-")
        self.as_graph = "graph" in how
        self.computes = f"{torch.get_num_threads()} CPU threads"
        if self.device == "cuda":
            self.computes = ", ".join([torch.cuda.get_device_name(), *how])
        if "tf32" in how:
            torch.set_float32_matmul_precision("high")

    def tensors_of(self, file):
        return self.on_device(tensor_file.read(file))

    def on_device(self, tensors):
        return {name: tensor.to(self.device) for name, tensor in tensors.items()}

    def on_host(self, tensors):
        """Where the device can read them by itself."""
        return {name: tensor.pin_memory() for name, tensor in tensors.items()} if self.device == "cuda" else tensors

    def launched(self, function, state=()):
        """What does the work of a function that changes `state`: the function, or a graph of it."""
        return CudaGraph(function, state) if self.as_graph else function

    def about(self):
        return {"version": torch.__version__, "computes": self.computes, "pid": os.getpid()}

    def open_training(self, file, config, optimizer, inputScale):
        tensors = tensor_file.read(file)
        self.batches = self.on_host({name: tensor for name, tensor in tensors.items() if name.startswith("batch")})
        self.batch = {name: t.to(self.device, copy=True) for name, t in under(tensors, "batch0.").items()}
        parameters = trainable(self.on_device(under(tensors, "param.")))
        lamb = train_step.Lamb(parameters, optimizer, self.as_graph)

        def step():
            loss, gradients = train_step.loss_and_gradients(parameters, config, self.batch, inputScale)
            lamb.step(gradients)
            return loss

        self.train = self.launched(step, lamb.state())
        return {}

    def step(self, index):
        for name, tensor in self.batch.items():
            tensor.copy_(self.batches[f"batch{index}.{name}"], non_blocking=True)
        return {"loss": self.train().item()}

    def loss_and_gradients(self, file, config, inputScale, results):
        tensors = self.tensors_of(file)
        parameters, batch = trainable(under(tensors, "param.")), under(tensors, "batch0.")
        run = self.launched(lambda: train_step.loss_and_gradients(parameters, config, batch, inputScale))
        loss, gradients = run()
        tensor_file.write(results, dict(zip(parameters, gradients)))
        return {"loss": loss.item()}

    def apply_gradients(self, file, optimizer, results):
        tensors = self.tensors_of(file)
        parameters = under(tensors, "param.")
        gradients = [tensors[f"grad.{name}"] for name in parameters]
        lamb = train_step.Lamb(parameters, optimizer, self.as_graph)
        self.launched(lambda: lamb.step(gradients), lamb.state())()
        average = {f"average.{name}": values for name, values in zip(parameters, lamb.average)}
        tensor_file.write(results, {**{f"param.{name}": values for name, values in parameters.items()}, **average})
        return {}

    def prepare_op(self, file, op):
        self.swapped = op["kind"] == "attention"
        self.work = self.launched(work.op(op["kind"], op.get("gradient", False), self.tensors_of(file)))
        return {}

    def prepare_denoiser(self, file, config):
        self.swapped = False
        self.work = self.launched(work.denoise(config, self.tensors_of(file)))
        return {}

    def prepare_sampler(self, file, config, levels):
        self.swapped = False
        self.work = self.launched(work.sample(config, levels, self.tensors_of(file)))
        return {}

    def run(self, count):
        for _ in range(count):
            # Given back first, so that its memory is used again: memory that is new takes longer than a small op.
            self.results = None
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
