// made of python/loss_scale.py: change that file, then run `node apps/keras-proof/src/python-sources.mjs`
export const LOSS_SCALE_PY: string = `"""The loss scale, by Halftone's rules: between 2^-14 and 2^24, where Keras's own falls to 0 and grows to infinity."""

import tensorflow as tf

LOWEST = 2.0**-14
HIGHEST = 2.0**24
MAX_SKIPS_IN_A_ROW = 100


def next_scale(scale, good_steps, finite, described):
    """Scale and count of good steps after a step whose gradients, over all replicas, were finite or not."""
    if described is None:
        return scale, good_steps
    counted = tf.where(finite, good_steps + 1, 0)
    if described["kind"] == "static":
        return scale, counted
    grows = counted >= described["growthInterval"]
    moved = tf.where(grows, tf.minimum(scale * 2.0, HIGHEST), tf.where(finite, scale, tf.maximum(scale * 0.5, LOWEST)))
    return moved, tf.where(grows, 0, counted)


def first_state(described):
    if described is None:
        return tf.constant(1.0), tf.constant(0)
    return tf.constant(described["scale"], tf.float32), tf.constant(described["goodSteps"], tf.int32)
`;
