// made of python/hand_over.py: change that file, then run `node apps/keras-proof/src/python-sources.mjs`
export const HAND_OVER_PY: string = `"""The folder that scaleOut wrote, and out/, which scaleIn reads back."""

import json
import os

import keras
import numpy as np
from safetensors.numpy import load_file, save_file

import tfjs_functions  # noqa: F401, registers what model.json may name

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.environ.get("HALFTONE_OUT", os.path.join(HERE, "out"))
SAVED = ("weights.safetensors", "optimizer.safetensors", "training.json")
MARK = "save-is-complete"
SLOTS = {
    "SGD": ("momentum",),
    "Adam": ("momentum", "velocity"),
    "AdamW": ("momentum", "velocity"),
    "Lamb": ("momentum", "velocity"),
    "Adamax": ("momentum", "norm"),
    "RMSprop": ("velocity", "momentum", "average_gradient"),
    "Adagrad": ("accumulator",),
    "Adadelta": ("accumulated_grad", "accumulated_delta_var"),
}


class HandOverError(Exception):
    """Something in the folder is not as it should be; the message is all that the user has to read."""


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def saved_folder():
    """out/ where it holds a whole save, else the folder itself. Ends a save that was cut off after it was complete."""
    finish_save()
    return OUT if all(os.path.exists(os.path.join(OUT, name)) for name in SAVED) else HERE


def build_model(*, float32, synchronized):
    """The model of model.json, without its weights. \`synchronized\`: batch norms see the whole batch, not one replica's part."""
    config = read_json(os.path.join(HERE, "model.json"))
    if synchronized:
        config = changed(config, lambda item: item.get("class_name") == "BatchNormalization", synchronize)
    if float32:
        config = changed(config, lambda item: "dtype" in item, without_policy)
    return keras.models.model_from_json(json.dumps(config))


def changed(node, wanted, change):
    if isinstance(node, list):
        return [changed(item, wanted, change) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {key: changed(value, wanted, change) for key, value in node.items()}
    return change(copy) if wanted(copy) else copy


def synchronize(layer):
    return {**layer, "config": {**layer["config"], "synchronized": True}}


def without_policy(config):
    dtype = config["dtype"]
    is_half = isinstance(dtype, dict) or (isinstance(dtype, str) and ("float16" in dtype))
    return {**config, "dtype": "float32"} if is_half else config


def weights_by_key(model, prefix="", seen=None):
    """Each weight once, under \`<path of its layer>/<index in layer.weights>\`."""
    seen = set() if seen is None else seen
    found = {}
    for layer in model.layers:
        if id(layer) in seen:
            continue
        seen.add(id(layer))
        path = prefix + layer.name
        if isinstance(layer, keras.Model):
            found.update(weights_by_key(layer, path + "/", seen))
        else:
            found.update({f"{path}/{i}": weight for i, weight in enumerate(layer.weights)})
    return found


def layers_by_path(model, prefix=""):
    found = {}
    for layer in model.layers:
        found[prefix + layer.name] = layer
        if isinstance(layer, keras.Model):
            found.update(layers_by_path(layer, f"{prefix}{layer.name}/"))
    return found


def seeds_of(model):
    """States of random generators: variables of the model that are nobody's weights."""
    weights = {id(weight) for weight in model.weights}
    return [variable for variable in model.variables if id(variable) not in weights]


def check_policies(model, expected):
    """Refuses a model whose layers do not have the policies that training.json gives them."""
    layers = layers_by_path(model)
    for path, policy in expected.items():
        if path not in layers:
            raise HandOverError(f"training.json gives layer {path} a policy, but model.json has no such layer.")
        got, wanted = layers[path].dtype_policy, keras.dtype_policies.get(policy)
        if got != wanted:
            raise HandOverError(f"layer {path} has the policy {got.name} in model.json, training.json says {wanted.name}.")


def load_weights(model, folder):
    assign(weights_by_key(model), load_file(os.path.join(folder, "weights.safetensors")), "weights.safetensors")


def build_optimizer(model, described):
    """The optimizer with its slots still empty. Clipping is left out of it: train_step.py clips what is already summed over replicas."""
    config = {**described["config"], "clipnorm": None, "clipvalue": None, "global_clipnorm": None}
    described_whole = {"module": "keras.optimizers", "class_name": described["class_name"], "config": config, "registered_name": None}
    optimizer = keras.saving.deserialize_keras_object(described_whole)  # keras.optimizers.deserialize knows no Lamb
    undecayed = set(described["undecayed"])
    if undecayed:
        by_key = weights_by_key(model)
        optimizer.exclude_from_weight_decay(var_list=[by_key[key] for key in sorted(undecayed)])
    optimizer.build(model.trainable_variables)
    return optimizer


def load_slots(model, optimizer, described, folder):
    """Slots and the count of applied steps. A run that has not begun hands over no slots; Keras then starts with its own."""
    optimizer.iterations.assign(described["iterations"])
    tensors = load_file(os.path.join(folder, "optimizer.safetensors"))
    if tensors or described["iterations"]:
        assign(slots_by_key(model, optimizer), tensors, "optimizer.safetensors")


def slots_by_key(model, optimizer):
    keys = {id(weight): key for key, weight in weights_by_key(model).items()}
    waiting = {}
    for weight in model.trainable_variables:
        for slot in SLOTS[type(optimizer).__name__]:
            name = f"{weight.path.replace('/', '_')}_{slot}"
            waiting.setdefault(name, []).append(f"{keys[id(weight)]}/{slot}")
    return {waiting[variable.name].pop(0): variable for variable in optimizer.variables if variable.name in waiting}


def assign(variables, tensors, file):
    """Refuses a tensor that has no variable, a variable that has no tensor, and a shape that differs, before it assigns the first."""
    for key in variables.keys() ^ tensors.keys():
        where = "the file lacks it" if key in variables else "the model lacks it"
        raise HandOverError(f"{file} and model.json differ at {key}: {where}.")
    for key, variable in variables.items():
        if tuple(variable.shape) != tensors[key].shape:
            raise HandOverError(f"{key} of {file} has the shape {tensors[key].shape}, the model's is {tuple(variable.shape)}.")
    for key, variable in variables.items():
        variable.assign(tensors[key])


def save(model, optimizer, training):
    """Writes out/ so that a crash at any moment leaves the old save or the new one, never a mixture.

    All files are written beside the old ones; a mark then says that they are complete; only then do they take the old ones' places.
    """
    os.makedirs(OUT, exist_ok=True)
    finish_save()
    step = {"step": str(training["step"])}
    save_file(arrays(weights_by_key(model)), beside("weights.safetensors"), metadata=step)
    save_file(arrays(slots_by_key(model, optimizer)), beside("optimizer.safetensors"), metadata=step)
    with open(beside("training.json"), "w", encoding="utf-8") as file:
        json.dump(training, file, indent=2)
    for name in SAVED:
        to_disk(beside(name))
    with open(os.path.join(OUT, MARK), "w", encoding="utf-8") as file:
        file.write(step["step"])
    to_disk(os.path.join(OUT, MARK))
    to_disk(OUT)
    finish_save()


def finish_save():
    """Does again what a crash cut off. Without the mark the files beside are not whole and go."""
    mark = os.path.join(OUT, MARK)
    is_complete = os.path.exists(mark)
    for name in SAVED:
        if not os.path.exists(beside(name)):
            continue
        if is_complete:
            os.replace(beside(name), os.path.join(OUT, name))
        else:
            os.remove(beside(name))
    if is_complete:
        to_disk(OUT)
        os.remove(mark)


def beside(name):
    return os.path.join(OUT, name + ".new")


def to_disk(path):
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def arrays(variables):
    return {key: np.ascontiguousarray(keras.ops.convert_to_numpy(variable.value)) for key, variable in variables.items()}
`;
