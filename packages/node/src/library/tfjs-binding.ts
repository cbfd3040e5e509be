/** What the binding tells of a handle that an op gave back. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  /** TensorFlow's number of the element type (`TF_DataType`). */
  dtype: number;
}

/** One attribute of an op; `type` is one of the binding's `TF_ATTR_…` numbers. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | string | object | readonly number[];
}

/** What `createTensor` reads: typed arrays of the three element types that it knows, or strings as bytes. */
export type TensorValues = Float32Array | Int32Array | Uint8Array | readonly Uint8Array[] | readonly string[];

/**
 * The native addon of tfjs-node 4.22 as its JavaScript sees it: ten functions, and TensorFlow's numbers of types.
 *
 * Its properties can neither be written nor listed, so it cannot be patched: a wrapper is another object. TensorFlow's
 * numbers of half (19) and bfloat16 (14) are not among its constants; it passes them through nevertheless.
 *
 * Source: `binding/tfjs_binding.cc` and `src/tfjs_binding.ts` of the npm package @tensorflow/tfjs-node 4.22.0.
 */
export interface TfjsBinding {
  /** Copies values to a new handle, on the GPU where there is one. */
  createTensor(shape: number[], dtype: number, values: TensorValues): number;
  deleteTensor(id: number): void;
  /** Reads a handle; waits for TensorFlow. Throws for half and bfloat16. */
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  executeOp(name: string, attributes: OpAttribute[], inputs: number[], outputCount: number): TensorMetadata[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(model: number): void;
  runSavedModel(model: number, inputs: number[], inputNames: string, outputNames: string): TensorMetadata[];
  getNumOfSavedModels(): number;
  getNumOfTensors(): number;
  isUsingGpuDevice(): boolean;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_BOOL: number;
  readonly TF_COMPLEX64: number;
  readonly TF_STRING: number;
  readonly TF_RESOURCE: number;
  readonly TF_UINT8: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  /** For instance `2.9.1`. */
  readonly TF_Version: string;
}

/** The functions that we call or wrap. */
export const bindingFunctions: readonly (keyof TfjsBinding)[] = [
  'createTensor',
  'deleteTensor',
  'tensorDataSync',
  'executeOp',
  'loadSavedModel',
  'deleteSavedModel',
  'runSavedModel',
  'getNumOfSavedModels',
  'getNumOfTensors',
  'isUsingGpuDevice',
];

/** The numbers and the version that we read. */
export const bindingConstants: readonly (keyof TfjsBinding)[] = [
  'TF_FLOAT',
  'TF_INT32',
  'TF_BOOL',
  'TF_UINT8',
  'TF_ATTR_INT',
  'TF_ATTR_FLOAT',
  'TF_ATTR_BOOL',
  'TF_ATTR_TYPE',
  'TF_ATTR_SHAPE',
  'TF_ATTR_STRING',
  'TF_Version',
];
