"""Functions of TensorFlow.js that Keras 3 lacks or means otherwise; model.json names them as registered ones."""

import keras


@keras.saving.register_keras_serializable(package="halftone", name="hard_sigmoid")
def hard_sigmoid(x):
    """Slope 0.2, the default of recurrent gates in TensorFlow.js; Keras 3 has the slope 1/6 under this name."""
    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)


@keras.saving.register_keras_serializable(package="halftone", name="gelu_new")
def gelu_new(x):
    """The gelu by tanh."""
    return keras.activations.gelu(x, approximate=True)
