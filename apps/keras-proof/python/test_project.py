"""Tests of the project's Python itself: python test_project.py FOLDER, where FOLDER is a hand-over and may be written to."""

import contextlib
import itertools
import math
import os
import shutil
import struct
import sys
import tempfile
import unittest
from unittest import mock

os.environ["KERAS_BACKEND"] = "tensorflow"
FOLDER = sys.argv.pop(1)
sys.path.insert(0, FOLDER)

import keras
import numpy as np
import tensorflow as tf
from safetensors import safe_open

import cluster
import hand_over
import loss_scale
import metrics
import records
import train_step

TRAINING = hand_over.read_json(os.path.join(FOLDER, "training.json"))


@contextlib.contextmanager
def crash_at(moment):
    """From the given call on, nothing reaches the disk any more, as if the process were gone."""
    calls = itertools.count(1)

    def or_crash(real):
        def call(*args, **kwargs):
            if next(calls) >= moment:
                raise KeyboardInterrupt
            return real(*args, **kwargs)

        return call

    with contextlib.ExitStack() as stack:
        for place, name in ((os, "replace"), (os, "remove"), (os, "fsync"), (hand_over, "save_file")):
            stack.enter_context(mock.patch.object(place, name, or_crash(getattr(place, name))))
        yield


class Saves(unittest.TestCase):
    def setUp(self):
        self.out = tempfile.mkdtemp()
        patch = mock.patch.object(hand_over, "OUT", self.out)
        patch.start()
        self.addCleanup(patch.stop)
        self.addCleanup(shutil.rmtree, self.out)
        self.model = hand_over.build_model(float32=False, synchronized=False)
        hand_over.load_weights(self.model, FOLDER)
        self.optimizer = hand_over.build_optimizer(self.model, TRAINING["optimizer"])
        hand_over.load_slots(self.model, self.optimizer, TRAINING["optimizer"], FOLDER)

    def steps(self):
        with safe_open(os.path.join(hand_over.saved_folder(), "weights.safetensors"), "np") as file:
            step = (file.metadata() or {}).get("step")
        return step, hand_over.read_json(os.path.join(hand_over.saved_folder(), "training.json"))["step"]

    def save(self, step):
        hand_over.save(self.model, self.optimizer, {**TRAINING, "step": step})

    def test_a_crash_at_any_moment_leaves_one_whole_save(self):
        """Every call that changes the folder is made to fail in turn, and what is then read is one step throughout."""
        self.save(1)
        seen, moment, crashed = set(), 0, True
        while crashed:
            moment += 1
            with crash_at(moment):
                try:
                    self.save(2)
                    crashed = False
                except KeyboardInterrupt:
                    pass
            in_metadata, in_json = self.steps()
            self.assertEqual(in_metadata, str(in_json), f"a mixture after a crash at call {moment}")
            seen.add(in_json)
            self.assertEqual([name for name in os.listdir(self.out) if name.endswith(".new") or name == hand_over.MARK], [])
            if crashed:
                self.save(1)
        self.assertEqual(seen, {1, 2})
        self.assertGreater(moment, 10)

    def test_what_was_saved_is_read_back_bit_for_bit(self):
        self.save(3)
        weights = hand_over.arrays(hand_over.weights_by_key(self.model))
        slots = hand_over.arrays(hand_over.slots_by_key(self.model, self.optimizer))
        for variable in [*self.model.weights, *self.optimizer.variables]:
            variable.assign(variable.value * 0)
        hand_over.load_weights(self.model, self.out)
        hand_over.load_slots(self.model, self.optimizer, TRAINING["optimizer"], self.out)
        pairs = (weights, hand_over.weights_by_key(self.model)), (slots, hand_over.slots_by_key(self.model, self.optimizer))
        for before, after in pairs:
            self.assertTrue(before)
            for key, value in hand_over.arrays(after).items():
                self.assertEqual(value.tobytes(), before[key].tobytes(), key)

    def test_what_does_not_fit_is_refused_by_name(self):
        variables = hand_over.weights_by_key(self.model)
        tensors = hand_over.arrays(variables)
        key = sorted(tensors)[0]
        lacking = {name: value for name, value in tensors.items() if name != key}
        for wrong in (lacking, {**tensors, "ghost/0": tensors[key]}, {**tensors, key: np.zeros((1, 2, 3), "f")}):
            with self.assertRaisesRegex(hand_over.HandOverError, f"{key}|ghost/0"):
                hand_over.assign(variables, wrong, "weights.safetensors")
        with self.assertRaisesRegex(hand_over.HandOverError, "no such layer"):
            hand_over.check_policies(self.model, {"ghost": TRAINING["policy"]})
        name = self.model.layers[0].name
        other = keras.dtype_policies.serialize(keras.DTypePolicy("bfloat16"))
        with self.assertRaisesRegex(hand_over.HandOverError, f"layer {name} has the policy"):
            hand_over.check_policies(self.model, {name: other})


class Data(unittest.TestCase):
    def test_a_file_that_is_cut_off_is_refused(self):
        whole = struct.pack("<QI", 5, 0) + b"hello" + b"\0\0\0\0"
        self.assertEqual(list(records.spans(whole, "x")), [(12, 17)])
        for end in (3, 13, len(whole) - 1):
            with self.assertRaisesRegex(hand_over.HandOverError, "cut off"):
                list(records.spans(whole[:end], "x"))

    def test_a_wrong_count_is_refused(self):
        with self.assertRaisesRegex(hand_over.HandOverError, "training.json says"):
            records.Records({**TRAINING["data"], "count": TRAINING["data"]["count"] + 1})

    def test_checksums_are_those_of_tensorflow(self):
        files = [os.path.join(FOLDER, name) for name in TRAINING["data"]["files"]]
        read = [bytes(item.numpy()) for item in tf.data.TFRecordDataset(files)]  # verifies both checksums of each record
        ours = records.Records(TRAINING["data"]).read(range(TRAINING["data"]["count"]))
        self.assertEqual(read, list(ours))

    def test_an_epoch_has_each_example_once_and_another_order_than_the_next(self):
        orders = []
        for epoch in range(2):
            steps = records.steps_in_epoch(TRAINING)
            numbers = np.concatenate([records.batch_numbers(TRAINING, epoch * steps + i, shuffle=True)[0] for i in range(steps)])
            self.assertEqual(len(set(numbers)), steps * TRAINING["batchSize"])
            orders.append(numbers.tolist())
        self.assertNotEqual(*orders)
        with self.assertRaisesRegex(hand_over.HandOverError, "do not fill one batch"):
            records.steps_in_epoch({**TRAINING, "batchSize": TRAINING["data"]["count"] + 1})


class Scale(unittest.TestCase):
    def test_it_moves_as_halftones_own(self):
        """`scales.json` has runs of @halftone/loss-scale: options, verdicts, and the states after each."""
        for run in hand_over.read_json(os.path.join(FOLDER, "scales.json")):
            described = {**run["first"], "kind": run["kind"], "growthInterval": run["growthInterval"]}
            scale, good = loss_scale.first_state(described)
            for finite, wanted in zip(run["finite"], run["states"], strict=True):
                scale, good = loss_scale.next_scale(scale, good, tf.constant(finite), described)
                self.assertEqual((float(scale), int(good)), (wanted["scale"], wanted["goodSteps"]))


class Step(unittest.TestCase):
    def test_gradients_are_clipped_as_by_keras(self):
        parts = [tf.constant([3.0, 4.0]), tf.constant([[12.0]])]
        self.assertEqual(train_step.clipped(parts, {}), parts)
        by_norm = [part.numpy() for part in train_step.clipped(parts, {"clipnorm": 1.0})]
        np.testing.assert_allclose(by_norm[0], [0.6, 0.8], rtol=1e-6)
        by_all = [part.numpy() for part in train_step.clipped(parts, {"global_clipnorm": 1.3})]
        np.testing.assert_allclose(by_all[1], [[1.2]], rtol=1e-6)
        self.assertEqual(train_step.clipped(parts, {"clipvalue": 3.5})[0].numpy().tolist(), [3.0, 3.5])

    def test_accuracy_is_the_one_of_the_loss(self):
        soft, one = tf.zeros([2, 3]), tf.zeros([2, 1])
        kinds = [("categorical_crossentropy", soft), ("sparse_categorical_crossentropy", soft), ("binary_crossentropy", one)]
        names = [type(metrics.metric_of("accuracy", loss, prediction)).__name__ for loss, prediction in kinds]
        self.assertEqual(names, ["CategoricalAccuracy", "SparseCategoricalAccuracy", "BinaryAccuracy"])

    def test_every_name_that_may_cross_is_known(self):
        """`names.json` lists the losses and metrics of tfjs in Keras's words."""
        target, prediction = tf.constant([[0.0, 1.0]]), tf.constant([[0.25, 0.75]])
        names = hand_over.read_json(os.path.join(FOLDER, "names.json"))
        for name in names["losses"]:
            self.assertTrue(math.isfinite(float(train_step.total_loss([keras.losses.get(name)], *one_of(name, target, prediction)))), name)
        for name in [*names["losses"], *names["metrics"]]:
            metric = metrics.metric_of(name, "sparse_categorical_crossentropy" if name.startswith("sparse") else name, prediction)
            (target_of_name,), _ = one_of(name, target, prediction)
            metric.update_state(target_of_name, prediction)
            self.assertTrue(math.isfinite(float(metric.result())), name)

    def test_a_worker_that_knows_no_others_says_what_it_needs(self):
        with mock.patch.dict(os.environ, {}, clear=True), self.assertRaisesRegex(hand_over.HandOverError, "HALFTONE_WORKERS"):
            cluster.config_of_job()
        with mock.patch.dict(os.environ, {"HALFTONE_WORKERS": "a:1,b:1", "JOB_COMPLETION_INDEX": "1"}):
            self.assertEqual(cluster.config_of_job(), {"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 1}})
        with self.assertRaisesRegex(hand_over.HandOverError, "knows mirrored"):
            cluster.make_strategy("central", 1)


def one_of(name, target, prediction):
    return [tf.constant([1.0]) if name.startswith("sparse") else target], [prediction]


if __name__ == "__main__":
    unittest.main()
