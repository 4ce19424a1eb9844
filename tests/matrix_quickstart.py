"""What `matrix.sh` runs in each environment: learn, save, load, go on, export; prints a row."""

import platform
from importlib.metadata import version

import keras
import tensorflow as tf

import keras_lifelong_vae as klv

NAMES = ("tensorflow", "keras", "tensorflow-probability", "numpy")


def main() -> None:
    tasks = klv.tasks.split_by_class("digits", batch_size=32, classes=[0, 1])
    model = klv.LifelongVAE(tasks.event_shape, latent_dim=4, seed=0)
    model.compile(keras.optimizers.Adam(3e-3))
    model.fit(tasks[0].train, epochs=10, callbacks=[klv.TeacherRollover()], verbose=0)
    model.save("model.keras")
    model = keras.models.load_model("model.keras")
    model.fit(tasks[1].train, epochs=10, callbacks=[klv.TeacherRollover()], verbose=0)
    bounds = [float(model.negative_elbo(task.test, seed=0).mean()) for task in tasks]
    served = tf.saved_model.load(klv.export_saved_model(model, "served")).signatures["encode"]
    images = next(iter(tasks[0].test))
    assert served(images=images)["loc"].shape == (len(images), 4)
    assert max(bounds) < 40, bounds
    found = [f"{name} {version(name)}" for name in NAMES]
    figures = " and ".join(f"{bound:.1f}" for bound in bounds)
    print(
        "|", " | ".join([f"Python {platform.python_version()}", *found, figures]), "|", flush=True
    )


if __name__ == "__main__":
    main()
