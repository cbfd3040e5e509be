// made of python/cluster.py: change that file, then run `node apps/keras-proof/src/python-sources.mjs`
export const CLUSTER_PY: string = `"""Where the replicas run."""

import json
import os

import tensorflow as tf

from hand_over import HandOverError


def make_strategy(name, cpu_replicas):
    """\`mirrored\`: all GPUs of this machine, or its CPU. \`multi_worker\`: the machines of TF_CONFIG. \`tpu\`: the TPU of TPU_NAME."""
    if cpu_replicas > 1:
        device = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(device, [tf.config.LogicalDeviceConfiguration()] * cpu_replicas)
    if name == "mirrored":
        gpus = tf.config.list_logical_devices("GPU")
        return tf.distribute.MirroredStrategy([device.name for device in gpus or tf.config.list_logical_devices("CPU")])
    if name == "multi_worker":
        os.environ.setdefault("TF_CONFIG", json.dumps(config_of_job()))
        # the ring works on CPUs and GPUs alike; TensorFlow takes NCCL by itself where all workers have GPUs
        return tf.distribute.MultiWorkerMirroredStrategy()
    if name == "tpu":
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(tpu=os.environ.get("TPU_NAME", "local"))
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
        return tf.distribute.TPUStrategy(resolver)
    raise HandOverError(f"training.json asks for the strategy {name}; train.py knows mirrored, multi_worker and tpu.")


def config_of_job():
    """TF_CONFIG of a worker that a Kubernetes job with indices started."""
    workers, index = os.environ.get("HALFTONE_WORKERS"), os.environ.get("JOB_COMPLETION_INDEX")
    if not workers or index is None:
        raise HandOverError(
            "multi_worker needs TF_CONFIG in the environment, or HALFTONE_WORKERS (host:port,host:port) and JOB_COMPLETION_INDEX (0, 1)."
        )
    return {"cluster": {"worker": workers.split(",")}, "task": {"type": "worker", "index": int(index)}}


def place_of(strategy):
    """Number of this worker, and of the replicas that it runs, from \`first\` on."""
    resolver = strategy.cluster_resolver
    is_many = isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)
    worker = resolver.task_id or 0 if is_many and resolver else 0
    workers = max(1, len(resolver.cluster_spec().as_dict().get("worker", []))) if is_many and resolver else 1
    local = strategy.num_replicas_in_sync // workers
    return worker, worker * local, local


def agree(strategy, step):
    """Refuses to go on from different saves: out/ must be the same folder for all workers."""

    def in_replica(value):
        return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, tf.identity(value))

    @tf.function
    def total(value):
        return strategy.experimental_local_results(strategy.run(in_replica, args=(value,)))[0]

    everyone = float(total(tf.constant(float(step))))
    if everyone != float(step) * strategy.num_replicas_in_sync:
        raise HandOverError(
            f"this worker has the save of step {step}, another has a different one. Give all workers one out/ folder (HALFTONE_OUT)."
        )
`;
