"""Goes on with a training that began in TensorFlow.js. `python train.py --help` says how; README.md says more."""

import argparse
import hashlib
import json
import math
import os
import signal
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import tensorflow as tf

import hand_over
from cluster import agree, make_strategy, place_of
from hand_over import HERE, OUT, HandOverError
from loss_scale import MAX_SKIPS_IN_A_ROW, first_state
from metrics import Metrics
from records import Records, batch_numbers, batches, steps_in_epoch
from train_step import TrainStep, one_or_all, total_loss

TRY_AGAIN = 75  # the exit code of a worker that lost another one: start it again and it goes on from out/


def main():
    options = parse_arguments()
    first = hand_over.read_json(os.path.join(HERE, "training.json"))
    if first["version"] != 1:
        raise HandOverError(f"training.json has version {first['version']}, this train.py reads version 1.")
    if first["data"] is None:
        raise HandOverError("no data was handed over. Write TFRecord files to data/ and describe them in training.json under `data`.")
    records = Records(first["data"])
    if options.check:
        check(first, records, options)
    else:
        train(first, records, options)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="load everything, evaluate the first batch in float32, train nothing")
    parser.add_argument("--steps", type=int, help="steps in all, instead of the epochs of training.json")
    parser.add_argument("--save-every", type=int, default=100, help="steps between two saves to out/ (default 100)")
    parser.add_argument("--no-shuffle", dest="shuffle", action="store_false", help="take the examples as they lie in data/")
    parser.add_argument("--float32", action="store_true", help="compute everything in float32")
    parser.add_argument("--cpu-replicas", type=int, default=1, help="split the CPU into replicas, to try the split without GPUs")
    return parser.parse_args()


def check(first, records, options):
    """What a hand-over has to give back: the loss of the first batch, as inference, in float32 and under the model's own policies."""
    model = hand_over.build_model(float32=False, synchronized=False)
    hand_over.check_policies(model, first["layerPolicies"])
    hand_over.load_weights(model, HERE)
    optimizer = hand_over.build_optimizer(model, first["optimizer"])
    hand_over.load_slots(model, optimizer, first["optimizer"], HERE)
    reference = hand_over.build_model(float32=True, synchronized=False)
    hand_over.load_weights(reference, HERE)
    numbers, _ = batch_numbers(first, 0, shuffle=options.shuffle)
    inputs, targets = records.parsed(tf.constant(records.read(numbers)))
    losses = [keras.losses.get(name) for name in first["loss"]]

    def loss_of(which):
        outputs = [tf.cast(output, tf.float32) for output in tf.nest.flatten(which(one_or_all(inputs), training=False))]
        return float(total_loss(losses, targets, outputs) + sum(which.losses))

    policies = sorted({layer.dtype_policy.name for layer in hand_over.layers_by_path(model).values()})
    report = {"loss": loss_of(reference), "policyLoss": loss_of(model), "examples": len(numbers), "policies": policies}
    print(json.dumps({**report, "keras": keras.__version__, "tensorflow": tf.__version__}))


def train(first, records, options):
    strategy = make_strategy(first["strategy"], options.cpu_replicas)
    worker, first_replica, local = place_of(strategy)
    replicas = strategy.num_replicas_in_sync
    if first["batchSize"] % replicas:
        raise HandOverError(f"a batch of {first['batchSize']} cannot be split over {replicas} replicas. Change batchSize in training.json.")
    folder = hand_over.saved_folder() if worker == 0 or os.path.isdir(OUT) else HERE
    training = hand_over.read_json(os.path.join(folder, "training.json"))
    agree(strategy, training["step"])
    keras.utils.set_random_seed(first["seed"])
    with strategy.scope():
        model = hand_over.build_model(float32=options.float32, synchronized=replicas > 1)
        if not options.float32:
            hand_over.check_policies(model, first["layerPolicies"])
        hand_over.load_weights(model, folder)
        optimizer = hand_over.build_optimizer(model, training["optimizer"])
        hand_over.load_slots(model, optimizer, training["optimizer"], folder)
        if "seeds" in training:  # not in what scaleOut writes: Keras's generators begin here
            for variable, value in zip(hand_over.seeds_of(model), training["seeds"], strict=True):
                variable.assign(value)

    done = training["step"] - first["step"]
    last = options.steps if options.steps is not None else first["epochs"] * steps_in_epoch(first)
    size = first["batchSize"] // replicas
    part = slice(first_replica * size, (first_replica + local) * size)
    run = Run(strategy, model, optimizer, first, training, options, is_chief=worker == 0)
    run.say(f"{replicas} replicas, from step {training['step']}, {max(0, last - done)} steps to go")
    for inputs, targets in batches(records, first, done, last, part, shuffle=options.shuffle):
        run.step(spread(strategy, inputs, first_replica, size), spread(strategy, targets, first_replica, size))
        if run.is_over:
            break
    run.finish()
    print(json.dumps({"worker": worker, "step": run.step_now, "weights": digest(model)}), flush=True)


def spread(strategy, tensors, first_replica, size):
    """Each local replica's rows."""

    def rows(context):
        at = (context.replica_id_in_sync_group - first_replica) * size
        return tuple(tensor[at : at + size] for tensor in tensors)

    return strategy.experimental_distribute_values_from_function(rows)


class Run:
    """Steps, log and saves. The result of a step is read while the next one runs, so a step never waits for its log line."""

    def __init__(self, strategy, model, optimizer, first, training, options, *, is_chief):
        self.model, self.optimizer, self.first, self.options, self.is_chief = model, optimizer, first, options, is_chief
        self.train_step = TrainStep(strategy, model, optimizer, training)
        self.names = [variable.path for variable in model.trainable_variables]
        self.scale, self.good_steps = first_state(training["lossScale"])
        self.step_now, self.seen = training["step"], training["step"]
        self.skipped = (training["lossScale"] or {}).get("skipped", 0)
        self.skips_in_row, self.pending, self.is_over = 0, None, False
        self.metrics = Metrics(first)
        self.told_to_stop = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(self, "told_to_stop", True))
        self.log = open_log(training["step"]) if is_chief else None

    def step(self, inputs, targets):
        stops = tf.constant(float(self.told_to_stop))
        result, self.scale, self.good_steps = self.train_step.run(inputs, targets, self.scale, self.good_steps, stops)
        self.read_pending()
        self.pending = result
        self.step_now += 1
        if self.step_now % self.options.save_every == 0:
            self.save()

    def read_pending(self):
        if self.pending is None:
            return
        result, self.pending = self.pending, None
        done = self.seen - self.first["step"]
        self.seen += 1
        finite, loss = bool(result["finite"]), float(result["loss"])
        self.skipped += not finite
        self.skips_in_row = 0 if finite else self.skips_in_row + 1
        shown = self.metrics.add(result["gathered"], is_new_epoch=done % steps_in_epoch(self.first) == 0, finite=finite)
        known = loss if math.isfinite(loss) else None  # JSON has no NaN
        self.write_line({"step": self.seen, "loss": known, "scale": float(result["scale"]), "skipped": not finite, **shown})
        if float(result["stops"]) > 0:  # any worker was told to; all see it in the same step
            self.is_over = True
        if self.skips_in_row >= MAX_SKIPS_IN_A_ROW:
            bad = self.names[int(tf.argmax(tf.cast(result["bad"] > 0, tf.int32)))]
            raise HandOverError(f"{self.skips_in_row} steps in a row were skipped; the first gradient that is not finite is that of {bad}.")

    def write_line(self, line):
        if self.log is not None:
            self.log.write(json.dumps(line) + "\n")
            self.log.flush()

    def save(self):
        self.read_pending()
        if not self.is_chief:
            return
        described = self.first["lossScale"]
        scale = described and {**described, "scale": float(self.scale), "goodSteps": int(self.good_steps), "skipped": self.skipped}
        optimizer = {**self.first["optimizer"], "iterations": int(self.optimizer.iterations.numpy())}
        epochs = (self.step_now - self.first["step"]) // steps_in_epoch(self.first)
        seeds = [variable.numpy().tolist() for variable in hand_over.seeds_of(self.model)]
        place = {"step": self.step_now, "epoch": self.first["epoch"] + epochs, "epochs": max(0, self.first["epochs"] - epochs)}
        hand_over.save(self.model, self.optimizer, {**self.first, **place, "lossScale": scale, "optimizer": optimizer, "seeds": seeds})

    def finish(self):
        self.save()
        self.say(f"at step {self.step_now}, saved to {OUT}")

    def say(self, line):
        if self.is_chief:
            print(f"[train] {line}", file=sys.stderr, flush=True)


def open_log(step):
    """The log up to the save that we go on from: what came after it is done again."""
    os.makedirs(OUT, exist_ok=True)
    path, kept = os.path.join(OUT, "log.jsonl"), []
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            kept = [line for line in file if line.endswith("}\n") and json.loads(line)["step"] <= step]
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.writelines(kept)
    os.replace(path + ".new", path)
    return open(path, "a", encoding="utf-8")


def digest(model):
    """SHA-256 of all weights: equal on all workers, or something went wrong."""
    sums = hashlib.sha256()
    for key, value in sorted(hand_over.arrays(hand_over.weights_by_key(model)).items()):
        sums.update(key.encode() + value.tobytes())
    return sums.hexdigest()


if __name__ == "__main__":
    try:
        main()
    except HandOverError as error:
        sys.exit(f"[train] {error}")
    except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError) as error:
        print(f"{error}\n[train] another worker is gone. Start this one again: it goes on from out/.", file=sys.stderr, flush=True)
        os._exit(TRY_AGAIN)  # an orderly end would wait for the worker that is gone
