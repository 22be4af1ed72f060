"""Work that is launched as one CUDA graph."""

import torch

WARM_UP_RUNS = 3


class CudaGraph:
    """
    Does on the device what a function does, as one launch, and returns the same tensors every time, with new values. The
    function reads its inputs where they lie, uploads nothing and never waits for the device. `state` are the tensors that
    it changes; capturing leaves them as they are.
    """

    def __init__(self, function, state=()):
        # Holds the inputs: the graph itself knows them by their addresses alone.
        self.function = function
        before = [tensor.detach().clone() for tensor in state]
        # What is made once, such as constants and the libraries' workspaces, is made before the capture, on a side stream.
        main, side = torch.cuda.current_stream(), torch.cuda.Stream()
        side.wait_stream(main)
        with torch.cuda.stream(side):
            for _ in range(WARM_UP_RUNS):
                function()
        main.wait_stream(side)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.results = function()
        for tensor, values in zip(state, before):
            tensor.detach().copy_(values)

    def __call__(self):
        self.graph.replay()
        return self.results
