"""Makes safetensors.safetensors and safetensors.json beside this file: every dtype that the package reads, written by the
reference library. pip install safetensors==0.8.0 numpy==2.4.6 ml_dtypes==0.6.0, then: python make_safetensors.py"""
import base64
import json
import pathlib

import ml_dtypes
import numpy as np
from safetensors.numpy import save

floats = [0.0, -0.0, 1.0, -2.5, 0.3, 448.0, float("inf"), float("nan")]
tensors = {
    "f64": np.array([0.1, -1e300, np.nan], dtype=np.float64),
    "f32": np.array(floats, dtype=np.float32).reshape(2, 4),
    "f16": np.array(floats, dtype=np.float16).reshape(4, 2),
    "bf16": np.array(floats, dtype=ml_dtypes.bfloat16),
    "f8/e4m3": np.array([0.0, 1.0, -448.0], dtype=ml_dtypes.float8_e4m3fn),
    "f8/e5m2": np.array([0.0, 1.0, np.inf], dtype=ml_dtypes.float8_e5m2),
    "i64": np.array([2**62, -1], dtype=np.int64),
    "u64": np.array([2**63 + 1], dtype=np.uint64),
    "i32": np.array([-(2**31), 7], dtype=np.int32),
    "u32": np.array([2**32 - 1], dtype=np.uint32),
    "i16": np.array([-32768, 3, 5], dtype=np.int16),
    "u16": np.array([65535], dtype=np.uint16),
    "i8": np.array([-128], dtype=np.int8),
    "u8": np.array([255, 0], dtype=np.uint8),
    "bool": np.array([True, False, True], dtype=np.bool_),
    "scalar": np.array(3.5, dtype=np.float32),
    "empty": np.zeros((0, 3), dtype=np.float32),
    "__proto__": np.array([1.0], dtype=np.float32),
    'quote" \\ line\n tab\t bell\u0007 é 𝄞 \ufffd': np.array([2.0], dtype=np.float32),
}
folder = pathlib.Path(__file__).parent
(folder / "safetensors.safetensors").write_bytes(save(tensors, metadata={"format": "np"}))
listing = [
    {"name": name, "dtype": str(value.dtype), "shape": list(value.shape), "bytes": base64.b64encode(value.tobytes()).decode()}
    for name, value in tensors.items()
]
(folder / "safetensors.json").write_text(json.dumps(listing, indent=1, ensure_ascii=False) + "\n")
