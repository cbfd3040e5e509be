"""What real Keras makes of many hand-overs: python parity.py FOLDERS.json prints one JSON line a folder.

Uses the project's own Python, so that what is proven is what users get.
"""

import json
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
with open(sys.argv[1], encoding="utf-8") as file:
    folders = json.load(file)
sys.path.insert(0, folders[0])

import keras
import numpy as np
import tensorflow as tf

import hand_over
import records
from train_step import TrainStep, one_or_all


def answer(folder):
    """Predictions in float32, the loss of one mixed training step, and how many slots were taken over."""
    hand_over.HERE = records.HERE = folder
    training = hand_over.read_json(os.path.join(folder, "training.json"))
    model = hand_over.build_model(float32=False, synchronized=False)
    hand_over.check_policies(model, training["layerPolicies"])
    hand_over.load_weights(model, folder)
    optimizer = hand_over.build_optimizer(model, training["optimizer"])
    hand_over.load_slots(model, optimizer, training["optimizer"], folder)
    reference = hand_over.build_model(float32=True, synchronized=False)
    hand_over.load_weights(reference, folder)
    data = records.Records(training["data"])
    inputs, targets = data.parsed(tf.constant(data.read(range(training["data"]["count"]))))
    outputs = tf.nest.flatten(reference(one_or_all(inputs), training=False))
    step = TrainStep(tf.distribute.get_strategy(), model, optimizer, training)
    scale = tf.constant((training["lossScale"] or {"scale": 1.0})["scale"], tf.float32)
    result, _, _ = step.run(inputs, targets, scale, tf.constant(0), tf.constant(0.0))
    return {
        "outputs": [np.ravel(output).tolist() for output in outputs],
        "trainLoss": float(result["loss"]),
        "finite": bool(result["finite"]),
        "slots": len(hand_over.slots_by_key(model, optimizer)),
        "iterations": int(optimizer.iterations.numpy()),
    }


for folder in folders:
    try:
        print(json.dumps(answer(folder)), flush=True)
    except Exception as error:  # each folder answers for itself
        print(json.dumps({"error": f"{type(error).__name__}: {error}"[:2000]}), flush=True)
    keras.utils.clear_session()
