"""Metrics over an epoch, of predictions gathered from all replicas."""

import keras

ACCURACY = {"accuracy", "acc"}


class Metrics:
    """Each metric of training.json on each output. A skipped step adds nothing."""

    def __init__(self, training):
        self.names, self.losses = training["metrics"], training["loss"]
        self.held = None

    def add(self, gathered, *, is_new_epoch, finite):
        """What to write to the log: the means since the epoch began. `gathered` are targets and predictions of each output."""
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
    """A metric by Keras's name. What `accuracy` means depends on the loss and on the output, as in `compile`."""
    if name in ACCURACY:
        if prediction.shape[-1] == 1:
            return keras.metrics.BinaryAccuracy(name)
        return keras.metrics.SparseCategoricalAccuracy(name) if loss.startswith("sparse") else keras.metrics.CategoricalAccuracy(name)
    found = keras.metrics.get(name)
    return found if isinstance(found, keras.metrics.Metric) else keras.metrics.MeanMetricWrapper(found, name)
