"""Loads models that toKeras() wrote into real Keras, sets the weights by a formula, and writes what Keras says of them.

usage: python make_keras_models.py cases.json out.json
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"
import keras
import numpy as np
import tensorflow as tf

keras.config.disable_traceback_filtering()


@keras.saving.register_keras_serializable(package="halftone", name="hard_sigmoid")
def hard_sigmoid(x):
    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)


@keras.saving.register_keras_serializable(package="halftone", name="gelu_new")
def gelu_new(x):
    return keras.activations.gelu(x, approximate=True)


def placed(layers, prefix=""):
    for layer in layers:
        path = prefix + layer.name
        if isinstance(layer, keras.Model):
            yield from placed(layer.layers, path + "/")
        else:
            yield from ((f"{path}/{i}", w) for i, w in enumerate(layer.weights))


def formula(index, weight):
    size = int(np.prod(weight.shape))
    values = 0.5 * np.sin(1 + 0.37 * index + 0.7 * np.arange(size))
    if "variance" in weight.path:
        values = 1 + values
    return values.reshape(weight.shape).astype("float32")


def example(index, shape, indices):
    whole = [2, *shape[1:]]
    at = np.arange(int(np.prod(whole)))
    values = np.sin(2 + index + 0.9 * at) if indices is None else (at * 3 + index) % indices
    return values.reshape(whole).astype("float32")


def rounded(values):
    return [float(f"{v:.6g}") for v in np.asarray(values, "float32").ravel()]


def run(case):
    model = keras.models.model_from_json(json.dumps(case["model"]))
    weights = list(placed(model.layers))
    for index, (_, weight) in enumerate(weights):
        weight.assign(formula(index, weight))
    inputs = [example(i, tensor.shape, case.get("indices")) for i, tensor in enumerate(model.inputs)]
    outputs = model(inputs[0] if len(inputs) == 1 else inputs, training=False)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return {
        "name": case["name"],
        "json": json.loads(model.to_json()),
        "weights": [[key, list(weight.shape)] for key, weight in weights],
        "outputs": [{"shape": list(o.shape), "values": rounded(o)} for o in outputs],
    }


with open(sys.argv[1], encoding="utf-8") as file:
    cases = json.load(file)
results = []
for case in cases:
    try:
        results.append(run(case))
    except Exception as error:  # each case says for itself what Keras did not take
        results.append({"name": case["name"], "error": f"{type(error).__name__}: {str(error)[:2000]}"})
with open(sys.argv[2], "w", encoding="utf-8") as file:
    file.write('{"system":"keras %s on tensorflow %s cpu","cases":[\n' % (keras.__version__, tf.__version__))
    file.write(",\n".join(json.dumps(result, separators=(",", ":")) for result in results))
    file.write("\n]}\n")
