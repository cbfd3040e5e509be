// made of python/metrics.py: change that file, then run `node apps/keras-proof/src/python-sources.mjs`
export const METRICS_PY: string = `"""Metrics over an epoch, of predictions gathered from all replicas."""

import keras

BY_LOSS = {
    "accuracy": {
        "binary": keras.metrics.BinaryAccuracy,
        "sparse": keras.metrics.SparseCategoricalAccuracy,
        "categorical": keras.metrics.CategoricalAccuracy,
    },
    "crossentropy": {
        "binary": keras.metrics.BinaryCrossentropy,
        "sparse": keras.metrics.SparseCategoricalCrossentropy,
        "categorical": keras.metrics.CategoricalCrossentropy,
    },
}


class Metrics:
    """Each metric of training.json on each output. A skipped step adds nothing."""

    def __init__(self, training):
        self.names, self.losses = training["metrics"], training["loss"]
        self.held = None

    def add(self, gathered, *, is_new_epoch, finite):
        """What to write to the log: the means since the epoch began. \`gathered\` are targets and predictions of each output."""
        if not self.names:
            return {}
        if self.held is None:
            self.held = [[metric_of(name, loss, pair[1]) for name in self.names] for loss, pair in zip(self.losses, gathered, strict=True)]
        for metrics, (target, prediction) in zip(self.held, gathered, strict=True):
            for metric in metrics:
                if is_new_epoch:
                    metric.reset_state()
                if finite:
                    metric.update_state(target, prediction)
        return {"metrics": [{metric.name: float(metric.result()) for metric in metrics} for metrics in self.held]}


def metric_of(name, loss, prediction):
    """A metric by Keras's name. Of accuracy and crossentropy there are three, by the loss and the output, as in \`compile\`."""
    if name in BY_LOSS:
        kind = "binary" if prediction.shape[-1] == 1 else "sparse" if loss.startswith("sparse") else "categorical"
        return BY_LOSS[name][kind](name=name)
    try:
        return keras.metrics.MeanMetricWrapper(keras.losses.get(name), name)
    except ValueError:  # not a loss
        found = keras.metrics.get(name)
        return found if isinstance(found, keras.metrics.Metric) else keras.metrics.MeanMetricWrapper(found, name)
`;
