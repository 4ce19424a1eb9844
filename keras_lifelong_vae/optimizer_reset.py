"""Starting an optimizer afresh without replacing its variables."""

import keras


def fresh_copy(optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    """A new, unbuilt optimizer with the same settings, its present learning rate included."""
    return optimizer.__class__.from_config(optimizer.get_config())


def reset_optimizer(optimizer: keras.optimizers.Optimizer, variables: list[keras.Variable]) -> None:
    """Assigns every variable of `optimizer` the value it has in a fresh copy.

    Slots, iteration count and loss scale start again; the learning rate stays what it is. The
    variables stay the same objects, so a compiled training step goes on using them.
    """
    fresh = fresh_copy(optimizer)
    fresh.build(variables)
    for own, initial in zip(optimizer.variables, fresh.variables, strict=True):
        own.assign(initial)
