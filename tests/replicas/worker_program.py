"""One of several workers that learn three tasks together; prints what it ends with as JSON.

    python worker_program.py OPTIONS

OPTIONS is JSON: `ports` of all workers, `index` of this one, and if wanted `directory` of the
checkpoints, `kill`, the step at which this worker kills itself, `repeats`, whether the data repeat,
and `shard`, a policy of `tf.data.experimental.AutoShardPolicy`.
"""

import hashlib
import json
import os
import signal
import sys

OPTIONS = json.loads(sys.argv[1])
WORKERS = [f"127.0.0.1:{port}" for port in OPTIONS["ports"]]
TASK = {"type": "worker", "index": OPTIONS["index"]}
os.environ["TF_CONFIG"] = json.dumps({"cluster": {"worker": WORKERS}, "task": TASK})

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

strategy = tf.distribute.MultiWorkerMirroredStrategy()

import keras_lifelong_vae as klv  # noqa: E402

keras.utils.set_random_seed(0)
digits = klv.data.load("digits")


class Kill(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.training_steps.numpy()) == OPTIONS.get("kill"):
            os.kill(os.getpid(), signal.SIGKILL)


def images_of(label):
    images = digits.train_images[digits.train_labels == label][:45] / 255
    data = tf.data.Dataset.from_tensor_slices(images.astype("float32"))
    data = data.shuffle(45, seed=label).batch(10)
    options = tf.data.Options()
    policy = OPTIONS.get("shard", "AUTO")
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy[policy]
    return data.with_options(options)


with strategy.scope():
    network = klv.networks.dense((8, 8, 1), units=(32, 32), seed=0)
    latent = klv.latents.JointLatent(3, task_capacity=2, seed=0)
    model = klv.LifelongVAE((8, 8, 1), latent=latent, network=network, seed=0)
    model.compile(keras.optimizers.Adam(1e-2))

losses = []
for label in range(3):
    data, steps = images_of(label), None
    if OPTIONS.get("repeats"):
        data, steps = data.repeat(), 5
    callbacks = [klv.TeacherRollover(), Kill()]
    if OPTIONS.get("directory"):
        callbacks.append(klv.SequenceCheckpoint(OPTIONS["directory"], save_freq=4, verbose=0))
    history = model.fit(data, epochs=2, steps_per_epoch=steps, verbose=0, callbacks=callbacks)
    losses += history.history["loss"]

weights = b"".join(weight.tobytes() for weight in model.get_weights())
found = {
    "weights": hashlib.sha256(weights).hexdigest(),
    "steps": int(model.training_steps.numpy()),
    "tasks": int(model.finished_tasks.numpy()),
    "losses": losses,
    "bound": model.evaluate(images_of(0), verbose=0, return_dict=True)["negative_elbo"],
}
print("FOUND " + json.dumps(found), flush=True)
