"""Training on several devices, ways to share the work (tf2.19.7 and tf2.19.8): the answers."""

from collections.abc import Sequence
from itertools import pairwise

TF2_19_7 = """
*Model parallelism* cuts the network into parts and puts each on a device of its own; a
batch goes through all of them. It is needed when the network does not fit on one
device. But the parts wait for each other (the second can't begin before the first is
done, unless the batch is cut into pieces that follow each other in a pipeline), and
activations and their gradients cross from device to device in the middle of each step.
Where to cut well depends on the network.

*Data parallelism* puts a copy of the whole network on each device, and gives each copy
another part of the batch. When the gradients are averaged before all copies take the
same step, it is synchronous, and computes what one device would with the large batch;
when each updates the parameters as soon as it is done, it is asynchronous.

If the network fits, the latter is usually better: it is the same for all networks, all
devices work at the same time, and gradients are sent once per step, and while the rest
of the backward pass still runs.
"""
TF2_19_7_RUBRIC = """
- 1 point: model parallelism: parts of the network on several devices
- 1 point: data parallelism: copies of the network, different rows; gradients averaged,
  or independent updates
- 1 point: why data parallelism is often better: generic and easy, devices don't wait,
  less or better hidden traffic
- 1 point: when it is not: the network does not fit, or parameters are many and
  activations few
"""


def numbers_sent(widths: Sequence[int], batch_size: int, n_devices: int, cuts: Sequence[int]) -> dict[str, int]:
    """Count the numbers that are sent between devices in one training step of a dense
    network.

    Parameters
    ----------
    widths : neurons of each layer, from the inputs to the outputs. Between two layers
        there are a weight for each pair of neurons and a bias for each neuron of the
        latter.
    batch_size : rows in the whole batch.
    n_devices : 1 or more; on each is a copy of the network if the data are shared out.
    cuts : after which layers the network is cut if it is what is shared out, as places
        in `widths`: 1 puts the cut behind the first hidden layer. What does not change
        the count: on how many devices the parts are, as long as neighbours are apart.

    Returns
    -------
    ``{"data": …, "model": …}``, all devices together:

    - "data": each device sends its gradients by a ring. Of n devices each sends an n-th
      of all gradients (not rounded) 2 (n - 1) times.
    - "model": at each cut the activations of the whole batch are sent once, and the
      gradients by these activations come back.

    Examples
    --------
    >>> numbers_sent([3, 4, 2], batch_size=5, n_devices=2, cuts=[1])
    {'data': 52, 'model': 40}
    """
    n_parameters = sum((before + 1) * after for before, after in pairwise(widths))
    ring = 2 * (n_devices - 1) * n_parameters
    return {"data": ring, "model": sum(2 * batch_size * widths[cut] for cut in cuts)}


TF2_19_8 = """
- *Synchronous and mirrored*: each machine has a copy of the network and a part of each
  batch; an all-reduce averages the gradients, and all take the same step. In PyTorch
  `DistributedDataParallel` (DDP). It is what to begin with: simple, the result is that
  of one machine with a large batch. It suits machines that are alike and well
  connected, since each step is as slow as the slowest.
- *Sharded*: as before, but parameters, gradients and the optimiser's state are cut up
  among the machines, and gathered when they are needed (`fully_shard`, FSDP). For
  models that don't fit on one device; it costs more traffic.
- *Asynchronous, with parameter servers*: some machines keep the parameters, the workers
  fetch them and send gradients without waiting for each other (in PyTorch one writes
  that oneself, with `torch.distributed.rpc`, say). For workers that are of different
  speed or may vanish, and for huge tables of embeddings of which a step needs few rows.
  Gradients are *stale*: computed with parameters that others have changed since. That
  makes training less stable.

I would choose by three questions: does the model fit on one device, are the workers
alike, and how fast is the network?
"""
TF2_19_8_RUBRIC = """
- 1 point: synchronous, mirrored, all-reduce: the default; equal machines, fast network
  (DDP)
- 1 point: asynchronous with parameter servers: slow or vanishing workers, huge sparse
  models; stale gradients
- 1 point: sharding (FSDP) or splitting where the model does not fit
- 1 point: says by what one chooses among them
"""


def rows_per_second(seconds: Sequence[float], batch_size: int, strategy: str, spare: int = 0) -> float:
    """Return how many rows are trained on per second, on average over a long time.

    Parameters
    ----------
    seconds : for each worker how long it takes for a batch of its own, always.
    batch_size : rows of a worker's batch.
    strategy : "synchronous": in each step every worker computes the gradients of one
        batch, and the next step begins for all at the same time. "asynchronous": no
        worker waits for another. Sending and updating take no time.
    spare : how many workers a synchronous step does not wait for: the slowest ones.
        Their batches are thrown away, and don't count as trained on. Fewer than there
        are workers; 0 for asynchronous ones.

    Examples
    --------
    >>> rows_per_second([0.1, 0.1, 0.4], batch_size=32, strategy="synchronous")
    240.0
    >>> rows_per_second([0.1, 0.1, 0.4], 32, "synchronous", spare=1)
    640.0
    >>> rows_per_second([0.1, 0.1, 0.4], 32, "asynchronous")
    720.0
    """
    if strategy == "asynchronous":
        return sum(batch_size / one for one in seconds)
    counted = sorted(seconds)[: len(seconds) - spare]
    return batch_size * len(counted) / max(counted)


def numbers_kept(n_parameters: int, n_devices: int, strategy: str) -> float:
    """Return how many numbers each device keeps from step to step with the optimiser
    Adam.

    Parameters
    ----------
    n_parameters : of the network.
    strategy : "mirrored": each device has all of it. "sharded": everything is cut into
        `n_devices` equal parts, and each device keeps one.

    Parameters, their gradients and Adam's two moving averages are counted, as if all
    were kept; activations, what is gathered for a moment, and counters are not. With
    parts that are no whole number, it is not rounded.

    Examples
    --------
    >>> numbers_kept(1_000, n_devices=4, strategy="mirrored")
    4000
    >>> numbers_kept(1_000, n_devices=4, strategy="sharded")
    1000.0
    """
    everything = 4 * n_parameters
    return everything / n_devices if strategy == "sharded" else everything
