"""The same training in PyTorch: same networks, latent, replay and terms, written to be fast.

What `throughput.py` compares with. One earlier task, five Gaussians, crossed reconstruction,
consistency, the task's prior over categories and the category as a target, as by default.
"""

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn import functional

LATENT_DIM, CATEGORIES, ACTIVE, GAUSSIANS = 14, 16, 2, 5
OTHER_TASKS_SHARE = 1e-3
INACTIVE = -1e9


def dense() -> tuple[nn.Module, nn.Module, int, int]:
    encoder = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 512), nn.ELU(), nn.Linear(512, 512), nn.ELU()
    )
    decoder = nn.Sequential(nn.ELU(), nn.Linear(512, 512), nn.ELU(), nn.Linear(512, 784))
    return encoder, decoder, 512, 512


def convolutional() -> tuple[nn.Module, nn.Module, int, int]:
    down = [nn.Conv2d(i, o, 3, 2, 1) for i, o in ((3, 16), (16, 32), (32, 64))]
    up = [nn.ConvTranspose2d(i, o, 3, 2, 1, 1) for i, o in ((64, 64), (64, 32), (32, 16))]
    encoder = nn.Sequential(
        *(part for layer in down for part in (layer, nn.ELU())),
        nn.Flatten(),
        nn.Linear(1024, 256),
        nn.ELU(),
    )
    decoder = nn.Sequential(
        nn.ELU(),
        nn.Linear(256, 1024),
        nn.ELU(),
        nn.Unflatten(1, (64, 4, 4)),
        *(part for layer in up for part in (layer, nn.ELU())),
        nn.Conv2d(16, 3, 3, 1, 1),
        nn.Flatten(),
    )
    return encoder, decoder, 256, 256


class Autoencoder(nn.Module):
    def __init__(self, network: str) -> None:
        super().__init__()
        made = dense() if network == "dense" else convolutional()
        self.encoder, self.decoder, features, units = made
        self.heads = nn.Linear(features, 2 * LATENT_DIM + CATEGORIES)
        self.read_in = nn.Linear(LATENT_DIM + CATEGORIES, units)
        self.register_buffer("active", torch.arange(CATEGORIES) < ACTIVE)

    def posterior(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        loc, log_var, logits = self.heads(self.encoder(images)).split(
            [LATENT_DIM, LATENT_DIM, CATEGORIES], 1
        )
        return loc, log_var, logits.masked_fill(~self.active, INACTIVE)

    def logits(self, code: torch.Tensor) -> torch.Tensor:
        return self.decoder(self.read_in(code))


def gaussian_kl(loc, log_var, other_loc, other_log_var):  # type: ignore[no-untyped-def]
    difference = log_var - other_log_var
    squares = (loc - other_loc).square() * torch.exp(-other_log_var)
    return 0.5 * (difference.exp() + squares - 1.0 - difference).sum(1)


def categorical_kl(logits, others):  # type: ignore[no-untyped-def]
    own, other = logits.log_softmax(1), others.log_softmax(-1)
    return (own.exp() * (own - other)).sum(1)


def surprise(logits, wanted):  # type: ignore[no-untyped-def]
    return logits.logsumexp(1) - logits.masked_fill(~wanted, INACTIVE).logsumexp(1)


def cross_entropy(logits, images):  # type: ignore[no-untyped-def]
    return (
        functional.binary_cross_entropy_with_logits(logits, images, reduction="none")
        .flatten(1)
        .sum(1)
    )


class Training(nn.Module):
    """The loss of one batch."""

    def __init__(self, network: str, mode: str, ratio: int) -> None:
        super().__init__()
        self.student, self.teacher = Autoencoder(network), Autoencoder(network)
        self.teacher.requires_grad_(False)
        self.mode, self.ratio = mode, ratio
        shares = torch.full((CATEGORIES,), OTHER_TASKS_SHARE / ACTIVE)
        shares[ACTIVE - 1] += 1.0 - OTHER_TASKS_SHARE
        self.register_buffer("task_prior", shares.log().masked_fill(~self.student.active, INACTIVE))
        prior = torch.zeros(CATEGORIES).masked_fill(~self.student.active, INACTIVE)
        self.register_buffer("prior", prior)
        self.register_buffer("own", torch.arange(CATEGORIES) == ACTIVE - 1)
        self.register_buffer("locs", torch.randn(GAUSSIANS, LATENT_DIM))
        self.register_buffer("scale_trils", torch.eye(LATENT_DIM).repeat(GAUSSIANS, 1, 1))

    def show(self, number: int) -> tuple[torch.Tensor, torch.Tensor]:
        component = torch.randint(GAUSSIANS, (number,))
        eps = torch.randn(number, LATENT_DIM, 1)
        continuous = self.locs[component] + (self.scale_trils[component] @ eps)[:, :, 0]
        discrete = functional.one_hot(torch.zeros(number, dtype=torch.long), CATEGORIES).float()
        code = torch.cat([continuous, discrete], 1)
        return torch.sigmoid(self.teacher.logits(code)), code

    def sample(self, loc, log_var, logits):  # type: ignore[no-untyped-def]
        continuous = loc + torch.exp(0.5 * log_var) * torch.randn_like(loc)
        gumbel = -torch.empty_like(logits).exponential_().log()
        return torch.cat([continuous, ((logits + gumbel) / 0.5).softmax(1)], 1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        number = len(images)
        flat = images.flatten(1)
        if self.mode == "first":
            posterior = self.student.posterior(images)
            loss = cross_entropy(self.student.logits(self.sample(*posterior)), flat)
            zero = torch.zeros_like(posterior[0])
            loss = loss + gaussian_kl(*posterior[:2], zero, zero)
            loss = loss + categorical_kl(posterior[2], self.task_prior)
            return (loss + surprise(posterior[2], self.own)).mean()
        ratio = self.ratio if self.mode == "on_top" else 1
        with torch.no_grad():
            shown, teachers_code = self.show(ratio * number)
        if self.mode == "on_top":
            every, begin = torch.cat([images, shown.view(-1, *images.shape[1:])]), number
            replayed = torch.arange(len(every)) >= number
            weight = torch.where(replayed, 0.5 / (ratio * number), 0.5 / number)
        else:
            replayed, begin = torch.rand(number) < 0.5, 0
            mask = replayed.view(-1, *[1] * (images.dim() - 1))
            every = torch.where(mask, shown.view_as(images), images)
            weight = torch.full((number,), 1.0 / number)
        posterior = self.student.posterior(every)
        code = self.sample(*posterior)
        own = code[begin:]
        decoded = torch.where(replayed[begin:, None], teachers_code, own)
        flat = every.flatten(1)
        loss = cross_entropy(self.student.logits(torch.cat([code[:begin], decoded])), flat)
        zero = torch.zeros_like(posterior[0])
        prior = torch.where(replayed[:, None], self.prior, self.task_prior)
        loss = loss + gaussian_kl(*posterior[:2], zero, zero) + categorical_kl(posterior[2], prior)
        with torch.no_grad():
            teachers = self.teacher.posterior(every[begin:])
        cross = cross_entropy(self.teacher.logits(own), flat[begin:])
        cross = cross + gaussian_kl(*teachers[:2], *(part[begin:] for part in posterior[:2]))
        cross = cross + categorical_kl(teachers[2], posterior[2][begin:])
        wanted = functional.pad(teachers_code[:, LATENT_DIM:] > 0, (0, 0, begin, 0))
        loss = loss + surprise(posterior[2], torch.where(replayed[:, None], wanted, self.own))
        loss = loss + functional.pad(cross * replayed[begin:], (begin, 0))
        return (weight * loss).sum()


def trainer(
    images: np.ndarray, mode: str, ratio: int, batch: int, network: str, compiled: bool
) -> Callable[[], int]:
    """What trains for one epoch and returns how many images it had."""
    torch.manual_seed(0)
    training = Training(network, mode, ratio)
    optimizer = torch.optim.Adam(training.student.parameters(), 1e-3, fused=True)
    loss_of = torch.compile(training) if compiled else training
    data = torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2)))

    def train() -> int:
        order = torch.randperm(len(data))
        for begin in range(0, len(data), batch):
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(data[order[begin : begin + batch]])
            loss.backward()
            optimizer.step()
        assert math.isfinite(loss.item())
        return len(data)

    train()
    return train
