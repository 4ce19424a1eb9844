"""Two replicas on two logical devices of one process; prints what they do as JSON."""

import json

import numpy as np
import tensorflow as tf

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])

import keras  # noqa: E402

import keras_lifelong_vae as klv  # noqa: E402
from keras_lifelong_vae import noise  # noqa: E402
from keras_lifelong_vae.training_step import look  # noqa: E402

digits = klv.data.load("digits")


def images_of(label, number):
    images = digits.train_images[digits.train_labels == label][:number] / 255
    return images.astype("float32")


def new_model():
    keras.utils.set_random_seed(0)
    network = klv.networks.dense((8, 8, 1), units=(32, 32), seed=0)
    latent = klv.latents.JointLatent(3, task_capacity=2, seed=0)
    model = klv.LifelongVAE((8, 8, 1), latent=latent, network=network, seed=0)
    model.compile(keras.optimizers.SGD(1e-3))
    return model


def plain_step(model, images):
    """The same step on one device, written out: both halves, and the mean over all images."""
    seed = noise.next_seed(model.seed_generator)
    halves = np.array_split(images, 2)
    outcomes = [
        look(model, tf.constant(half), tf.random.fold_in(seed, number))
        for number, half in enumerate(halves)
    ]
    shares = [len(half) / len(images) for half in halves]
    gradients = [
        sum(share * one for share, one in zip(shares, pair, strict=True))
        for pair in zip(*(outcome.gradients for outcome in outcomes), strict=True)
    ]
    model.optimizer.apply(gradients, model.trainable_variables)
    model.training_steps.assign_add(1)
    for outcome in outcomes:
        model.recent_codes.remember(outcome.codes)
    losses = zip(shares, outcomes, strict=True)
    return float(sum(share * outcome.loss for share, outcome in losses))


def replicas_differ(model):
    """The names of variables that are not the same on both replicas."""
    return [
        one.path
        for one in [*model.variables, *model.optimizer.variables]
        if not np.array_equal(*(part.numpy() for part in one.value.values))
    ]


found = {}
plain = new_model()
with strategy.scope():
    model = new_model()

losses = {"replicas": [], "plain": []}
for label in (0, 1):
    for batch in np.split(images_of(label, 21), [8, 16]):  # the last one has three and two
        history = model.fit(batch, batch_size=len(batch), shuffle=False, verbose=0)
        losses["replicas"].append(history.history["loss"][0])
        losses["plain"].append(plain_step(plain, batch))
    if label == 0:
        model.rollover_teacher()
        plain.rollover_teacher()
found["losses"] = losses
pairs = list(zip(model.trainable_variables, plain.trainable_variables, strict=True))
found["apart"] = max(float(np.abs(one.numpy() - other.numpy()).max()) for one, other in pairs)
found["steps"] = [int(one.training_steps.numpy()) for one in (model, plain)]
rows = [one.recent_codes.ring.rows.numpy()[:21] for one in (model, plain)]
found["codes_apart"] = float(np.abs(rows[0] - rows[1]).max())

same = np.repeat(images_of(0, 1), 2, axis=0)  # one image for each replica
model.rollover_teacher()
found["capacity"] = model.student.latent.task_capacity
model.fit(same, batch_size=2, verbose=0)
codes = model.recent_codes.collect()[0]
found["noise_apart"] = float(np.abs(codes[0] - codes[1]).max())
model.fit(images_of(0, 1), batch_size=1, verbose=0)  # the second replica has none
found["bound"] = model.evaluate(images_of(0, 1), verbose=0, return_dict=True)["negative_elbo"]
found["finite"] = bool(all(np.isfinite(weight).all() for weight in model.get_weights()))


class Keep(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 0:
            self.weights = self.model.get_weights()


keep, images = Keep(), images_of(0, 8)
images[7] = np.nan
data = tf.data.Dataset.from_tensor_slices(images).batch(4)
try:
    model.fit(data, verbose=0, callbacks=[keep])
except ValueError as error:
    found["error"] = str(error)
kept = zip(keep.weights, model.get_weights(), strict=True)
found["unchanged"] = all(np.array_equal(one, other) for one, other in kept)
try:
    model.predict(tf.data.Dataset.from_tensor_slices(images).batch(4), verbose=0)
except ValueError as error:
    found["unpredicted"] = str(error)
found["predicted"] = model.predict(images[:3], verbose=0).shape
found["differ"] = replicas_differ(model)
try:
    model.compile("adam", jit_compile=True)
except ValueError as error:
    found["refused"] = str(error)
try:
    with strategy.scope():
        klv.LifelongVAE((8, 8, 1), terms=[klv.terms.EWC()], seed=0)
except ValueError as error:
    found["observing"] = str(error)

single, alone = new_model(), tf.distribute.MirroredStrategy(["CPU:0"])
with alone.scope():
    model = new_model()
for one in (model, single):
    one.fit(images_of(0, 8), batch_size=4, shuffle=False, verbose=0)
pairs = zip(model.trainable_variables, single.trainable_variables, strict=True)
found["single_apart"] = max(
    float(np.abs(one.numpy() - other.numpy()).max()) for one, other in pairs
)
print("FOUND " + json.dumps(found))
