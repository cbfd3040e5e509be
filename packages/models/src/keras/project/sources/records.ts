// made of python/records.py: change that file, then run `node apps/keras-proof/src/python-sources.mjs`
export const RECORDS_PY: string = `"""The examples, in an order that depends only on the seed, the epoch and the step."""

import mmap
import os
import struct

import numpy as np
import tensorflow as tf

from hand_over import HERE, HandOverError


class Records:
    """All examples of data/, by their number."""

    def __init__(self, data):
        self.features = data["features"]
        self.files, self.places = [], []
        for number, name in enumerate(data["files"]):
            with open(os.path.join(HERE, name), "rb") as file:
                view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self.files.append(view)
            self.places += [(number, start, end) for start, end in spans(view, name)]
        if len(self.places) != data["count"]:
            raise HandOverError(f"data/ holds {len(self.places)} examples, training.json says {data['count']}.")

    def read(self, numbers):
        """Serialized examples. TensorFlow parses them: see \`parsed\`."""
        places = (self.places[number] for number in numbers)
        return np.array([self.files[file][start:end] for file, start, end in places], dtype=object)

    def parsed(self, serialized):
        """Inputs and targets, two lists of tensors."""
        spec = {
            feature["name"]: tf.io.FixedLenFeature(feature["shape"], tf.float32 if feature["dtype"] == "float32" else tf.int64)
            for feature in self.features
        }
        values = tf.io.parse_example(serialized, spec)
        by_role = {"input": [], "target": []}
        for feature in self.features:
            by_role[feature["role"]].append(tf.cast(values[feature["name"]], feature["dtype"]))
        return tuple(by_role["input"]), tuple(by_role["target"])


def spans(view, name):
    """Where each record of a TFRecord file lies: length (8 bytes), its checksum (4), the record, its checksum (4)."""
    at = 0
    while at < len(view):
        if at + 12 > len(view):
            raise HandOverError(f"{name} is cut off after {at} bytes.")
        (length,) = struct.unpack_from("<Q", view, at)
        start, at = at + 12, at + 16 + length
        if at > len(view):
            raise HandOverError(f"{name} is cut off in a record of {length} bytes.")
        yield start, start + length


def batch_numbers(training, done, *, shuffle):
    """Numbers of the examples of one global batch, and the epoch they belong to; \`done\` steps came before in this project.

    What is left at the end of an epoch and fills no batch is left out, as tf.distribute wants batches of one size.
    """
    count, size = training["data"]["count"], training["batchSize"]
    epoch, index = divmod(done, steps_in_epoch(training))
    epoch += training["epoch"]
    order = np.random.default_rng([training["seed"], epoch]).permutation(count) if shuffle else np.arange(count)
    return order[index * size : (index + 1) * size], epoch


def steps_in_epoch(training):
    steps = training["data"]["count"] // training["batchSize"]
    if steps == 0:
        raise HandOverError(f"{training['data']['count']} examples do not fill one batch of {training['batchSize']}.")
    return steps


def batches(records, training, first, last, part, *, shuffle):
    """A data set of the steps from \`first\` up to \`last\`: of each global batch the rows that \`part\` (a slice) names."""

    def rows():
        for done in range(first, last):
            yield records.read(batch_numbers(training, done, shuffle=shuffle)[0][part])

    serialized = tf.data.Dataset.from_generator(rows, output_signature=tf.TensorSpec([None], tf.string))
    return serialized.map(records.parsed, num_parallel_calls=1).prefetch(2)
`;
