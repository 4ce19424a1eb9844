"""One decorator under which Keras finds our classes again in saved files."""

import keras

register = keras.saving.register_keras_serializable(package="keras_lifelong_vae")
