"""Task sequences: data sets that arrive one after another, see `TaskSequence`."""

from keras_lifelong_vae.tasks.domains import domains
from keras_lifelong_vae.tasks.from_directory import from_directory
from keras_lifelong_vae.tasks.from_pictures import from_pictures
from keras_lifelong_vae.tasks.in_blocks import in_blocks
from keras_lifelong_vae.tasks.own_images import from_arrays, from_datasets
from keras_lifelong_vae.tasks.permuted import permuted
from keras_lifelong_vae.tasks.split import Split
from keras_lifelong_vae.tasks.split_by_class import split_by_class
from keras_lifelong_vae.tasks.task import Task
from keras_lifelong_vae.tasks.task_sequence import TaskSequence
from keras_lifelong_vae.tasks.union import union

__all__ = [
    "Split",
    "Task",
    "TaskSequence",
    "domains",
    "from_arrays",
    "from_datasets",
    "from_directory",
    "from_pictures",
    "in_blocks",
    "permuted",
    "split_by_class",
    "union",
]
