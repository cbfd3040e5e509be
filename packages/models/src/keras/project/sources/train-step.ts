// made of python/train_step.py: change that file, then run `node apps/keras-proof/src/python-sources.mjs`
export const TRAIN_STEP_PY: string = `"""One training step over all replicas: Keras 3's model and optimizer in a loop of our own around strategy.run."""

import keras
import tensorflow as tf

from loss_scale import next_scale

SEED_APART = 1_000_003  # so that replicas do not drop the same units


class TrainStep:
    """Gradients are summed over the replicas before anything looks at them, so all replicas come to the same decision.

    The model runs stateless in each replica. Batch norm's statistics and the weights are written outside of the replicas and only
    if the step counts: a skipped step never happened, on any of them.
    """

    def __init__(self, strategy, model, optimizer, training):
        self.strategy, self.model, self.optimizer, self.training = strategy, model, optimizer, training
        optimizer._all_reduce_sum_gradients = lambda pairs: pairs  # ours are summed, checked and clipped already
        self.losses = [keras.losses.get(name) for name in training["loss"]]
        self.trained, self.others = list(model.trainable_variables), list(model.non_trainable_variables)
        self.changing = None  # which of the others the forward pass assigns; known once it was traced
        self.run = tf.function(self.one_step)

    def one_step(self, inputs, targets, scale, good_steps, stops):
        strategy, described = self.strategy, self.training["lossScale"]
        gradients, others, totals, shown = strategy.run(self.in_replica, args=(inputs, targets, scale, stops))
        loss, bad, stopping = (strategy.experimental_local_results(total)[0] for total in totals)
        finite = tf.constant(True) if described is None else tf.reduce_all(tf.equal(bad, 0.0))

        def apply():
            strategy.run(lambda parts: self.optimizer.apply(parts, self.trained), args=(gradients,))
            for variable, value in zip(self.changing, others, strict=True):
                strategy.extended.update(variable.value, lambda old, new: old.assign(new), args=(value,))
            return True

        with strategy.scope():
            tf.cond(finite, apply, lambda: False)
        scale_after, good_steps_after = next_scale(scale, good_steps, finite, described)
        gathered = [[strategy.experimental_local_results(part)[0] for part in pair] for pair in shown]
        result = {"loss": loss, "scale": scale, "finite": finite, "bad": bad, "stops": stopping, "gathered": gathered}
        return result, scale_after, good_steps_after

    def in_replica(self, inputs, targets, scale, stops):
        replica = tf.distribute.get_replica_context()
        count = self.strategy.num_replicas_in_sync
        weights = [tf.convert_to_tensor(variable.value) for variable in self.trained]
        before = [self.own_seed(variable, replica, 1) for variable in self.others]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(weights)
            outputs, after, extra = self.model.stateless_call(
                weights, before, one_or_all(inputs), training=True, return_losses=True
            )
            # a cast tensor has lost Keras's mask: tfjs's losses know no masks
            predictions = [tf.cast(output, tf.float32) for output in tf.nest.flatten(outputs)]
            loss = (total_loss(self.losses, targets, predictions) + sum(extra)) / count
            scaled = loss * scale
        scaled_gradients = [tf.convert_to_tensor(part) for part in tape.gradient(scaled, weights, unconnected_gradients="zero")]
        not_finite = [tf.cast(~tf.reduce_all(tf.math.is_finite(part)), tf.float32) for part in scaled_gradients]
        gradients = [part / scale for part in summed(replica, scaled_gradients)]
        # a sum of finite parts may still overflow: it is the same sum on every replica
        overflowed = [tf.cast(~tf.reduce_all(tf.math.is_finite(part)), tf.float32) for part in gradients]
        loss, bad, stopping = summed(replica, [loss, tf.stack(not_finite), stops])
        assigned = [i for i, (old, new) in enumerate(zip(before, after, strict=True)) if new is not old]
        self.changing = [self.others[i] for i in assigned]
        others = [self.agreed(self.others[i], after[i], replica) for i in assigned]
        shown = [self.gathered(pair, replica) for pair in zip(targets, predictions, strict=True)] if self.training["metrics"] else []
        return clipped(gradients, self.training["optimizer"]["config"]), others, (loss, bad + tf.stack(overflowed), stopping), shown

    def gathered(self, tensors, replica):
        return [replica.all_gather(tf.identity(tf.cast(tensor, tf.float32)), axis=0) for tensor in tensors]

    def own_seed(self, variable, replica, sign, value=None):
        value = tf.convert_to_tensor(variable.value) if value is None else value
        if not value.dtype.is_integer:
            return value
        apart = tf.stack([tf.cast(replica.replica_id_in_sync_group, value.dtype) * SEED_APART, tf.constant(0, value.dtype)])
        return value + sign * apart

    def agreed(self, variable, value, replica):
        """One value for all replicas of what the forward pass assigned: the mean of statistics, the common part of seeds."""
        if value.dtype.is_integer:
            return self.own_seed(variable, replica, -1, value)
        return replica.all_reduce(tf.distribute.ReduceOp.MEAN, tf.identity(value))


def summed(replica, tensors):
    """The sum over all replicas. A tensor that was not made in the replica lies nowhere: \`identity\` places it."""
    return replica.all_reduce(tf.distribute.ReduceOp.SUM, [tf.identity(tensor) for tensor in tensors])


def one_or_all(tensors):
    return tensors[0] if len(tensors) == 1 else list(tensors)


def total_loss(losses, targets, predictions):
    """Mean over the examples of this replica, summed over the outputs, in float32."""
    return sum(tf.reduce_mean(loss(target, prediction)) for loss, target, prediction in zip(losses, targets, predictions, strict=True))


def clipped(gradients, config):
    """As Keras clips, but after the sum over replicas and after the scale was taken out."""
    if config.get("clipnorm") is not None:
        return [tf.clip_by_norm(part, config["clipnorm"]) for part in gradients]
    if config.get("global_clipnorm") is not None:
        return tf.clip_by_global_norm(gradients, config["global_clipnorm"])[0]
    if config.get("clipvalue") is not None:
        return [tf.clip_by_value(part, -config["clipvalue"], config["clipvalue"]) for part in gradients]
    return gradients
`;
