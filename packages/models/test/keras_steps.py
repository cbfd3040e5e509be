"""Goes on with projects of scaleOut for some steps on all of their data, and writes out/ as train.py does.

usage: python keras_steps.py STEPS FOLDER...
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
steps, folders = int(sys.argv[1]), sys.argv[2:]
sys.path.insert(0, folders[0])  # hand_over.py of the project; registering activations is train.py's part
import hand_over
import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="halftone", name="hard_sigmoid")
def hard_sigmoid(x):
    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)


def read(data, folder):
    spec = {
        f["name"]: tf.io.FixedLenFeature(f["shape"], tf.float32 if f["dtype"] == "float32" else tf.int64) for f in data["features"]
    }
    files = [os.path.join(folder, name) for name in data["files"]]
    examples = list(tf.data.TFRecordDataset(files))  # checks every checksum
    assert len(examples) == data["count"], (len(examples), data["count"])
    parsed = tf.io.parse_example(tf.stack(examples), spec)
    return [parsed[f["name"]] for f in data["features"]]


for folder in folders:
    hand_over.HERE, hand_over.OUT = folder, os.path.join(folder, "out")
    training = hand_over.read_json(os.path.join(folder, "training.json"))
    model = hand_over.build_model(float32=False, synchronized=False)
    hand_over.load_weights(model, folder)
    optimizer = hand_over.build_optimizer(model, training["optimizer"])
    hand_over.load_slots(model, optimizer, training["optimizer"], folder)
    x, y = read(training["data"], folder)
    loss_of = keras.losses.get(training["loss"][0])
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(loss_of(y, model(x, training=True)))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        losses.append(float(loss))
    described = {**training["optimizer"], "iterations": int(optimizer.iterations)}
    hand_over.save(model, optimizer, {**training, "step": training["step"] + steps, "optimizer": described})
    with open(os.path.join(folder, "losses.json"), "w", encoding="utf-8") as file:
        json.dump(losses, file)
