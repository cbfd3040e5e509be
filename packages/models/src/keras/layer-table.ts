/** How one class of layers is said on both sides: names are those of the arguments in JSON. */
export interface LayerRow {
  /** Arguments with one name and one meaning. */
  readonly same: readonly string[];
  /** The class in Keras where it has another name. */
  readonly keras?: string;
  /** Keras's name of an argument to tfjs's. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** What tfjs always does and Keras has an argument for; another value is refused, on either side. */
  readonly fixed?: Readonly<Record<string, unknown>>;
  /** Arguments of tfjs that mean nothing in Keras: hints, and what only tells the input's shape. */
  readonly dropped?: readonly string[];
  /** Arguments of Keras that change nothing that tfjs computes. */
  readonly ignored?: readonly string[];
  /** Arguments that tfjs's own JSON forgets, to the field of the layer that holds them. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Values that stand for what tfjs leaves out. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Keras's constructor takes no `trainable`. */
  readonly noTrainable?: true;
}

const weight = (name: string): readonly string[] => [`${name}_initializer`, `${name}_regularizer`, `${name}_constraint`];
const bias = ['use_bias', ...weight('bias')] as const;
const conv = ['filters', 'kernel_size', 'strides', 'padding', 'data_format', 'activation', ...weight('kernel'), ...bias] as const;
const last = { data_format: 'channels_last' } as const;
const pool = ['pool_size', 'strides', 'padding'] as const;
const recurrent = ['activation', ...weight('kernel'), ...weight('recurrent'), ...bias, 'dropout', 'recurrent_dropout'] as const;
const gated = [...recurrent, 'recurrent_activation'] as const;
const loop = ['return_sequences', 'return_state', 'go_backwards', 'stateful', 'unroll'] as const;
/** What masked steps give is looked at for the whole model (`topology-checks.ts`): without masks it means nothing. */
const mask = ['zero_output_for_mask'] as const;
const seeded = ['seed', ...mask] as const;
const cell = ['implementation'] as const;
const forget = { unit_forget_bias: false } as const;
const image = ['data_format'] as const;

/**
 * Every class of layers that tfjs 4.22 and Keras 3 both have with the same maths. A class that is not here is refused by name:
 * Resizing (tfjs aligns corners, Keras pixel centres), CenterCrop (tfjs interpolates), RandomWidth, ConvLSTM2DCell, custom layers.
 * Regularizers of activities are refused too: tfjs takes them and cannot run them.
 *
 * The mathematics of each row was compared with Keras 3.15.1 on TensorFlow, weights carried over one by one
 * (`test/long/keras-real.test.ts`).
 */
export const LAYERS: Readonly<Record<string, LayerRow>> = {
  Activation: { same: ['activation'] },
  Add: { same: [] },
  AlphaDropout: { same: ['rate', 'noise_shape'], ignored: ['seed'], dropped: ['seed'] },
  Average: { same: [] },
  AveragePooling1D: { same: pool, fixed: last },
  AveragePooling2D: { same: [...pool, ...image] },
  AveragePooling3D: { same: [...pool, ...image] },
  BatchNormalization: {
    same: [
      'axis',
      'momentum',
      'epsilon',
      'center',
      'scale',
      ...weight('beta'),
      ...weight('gamma'),
      'moving_mean_initializer',
      'moving_variance_initializer',
    ],
    fixed: { renorm: false },
    ignored: ['synchronized', 'renorm_clipping', 'renorm_momentum'],
  },
  Bidirectional: { same: ['merge_mode', 'layer'], ignored: ['backward_layer'] },
  Concatenate: { same: ['axis'] },
  Conv1D: {
    same: [...conv.filter((name) => name !== 'data_format'), 'dilation_rate'],
    fixed: { ...last, groups: 1 },
    dropped: ['data_format'],
  },
  Conv2D: { same: [...conv, 'dilation_rate'], fixed: { groups: 1 } },
  Conv2DTranspose: { same: conv, fixed: { output_padding: null, dilation_rate: [1, 1] } },
  Conv3D: { same: [...conv, 'dilation_rate'], fixed: { groups: 1 } },
  Conv3DTranspose: { same: conv, fixed: { output_padding: null, dilation_rate: [1, 1, 1] } },
  ConvLSTM2D: {
    same: [...gated, ...loop, 'filters', 'kernel_size', 'strides', 'padding', 'data_format', 'dilation_rate', 'unit_forget_bias'],
    ignored: seeded,
    dropped: cell,
    defaults: forget,
  },
  Cropping2D: { same: ['cropping', ...image] },
  Dense: { same: ['units', 'activation', ...weight('kernel'), ...bias] },
  DepthwiseConv2D: {
    same: [
      'kernel_size',
      'strides',
      'padding',
      'data_format',
      'dilation_rate',
      'activation',
      'depth_multiplier',
      ...weight('depthwise'),
      ...bias,
    ],
  },
  Dot: { same: ['axes', 'normalize'] },
  Dropout: { same: ['rate', 'noise_shape', 'seed'] },
  ELU: { same: [], fixed: { alpha: 1 } },
  Embedding: {
    same: ['input_dim', 'output_dim', ...weight('embeddings'), 'mask_zero'],
    dropped: ['input_length'],
  },
  Flatten: { same: image, defaults: last },
  GRU: { same: [...gated, ...loop, 'units'], fixed: { reset_after: false }, ignored: seeded, dropped: cell },
  GRUCell: { same: [...gated, 'units'], fixed: { reset_after: false }, ignored: ['seed'], dropped: cell },
  GaussianDropout: { same: ['rate'], ignored: ['seed'], dropped: ['seed'] },
  GaussianNoise: { same: ['stddev'], ignored: ['seed'], dropped: ['seed'] },
  GlobalAveragePooling1D: { same: [], fixed: { ...last, keepdims: false } },
  GlobalAveragePooling2D: { same: image, fixed: { keepdims: false } },
  GlobalMaxPooling1D: { same: [], fixed: { ...last, keepdims: false } },
  GlobalMaxPooling2D: { same: image, fixed: { keepdims: false } },
  LSTM: { same: [...gated, ...loop, 'units', 'unit_forget_bias'], ignored: seeded, dropped: cell, defaults: forget },
  LSTMCell: { same: [...gated, 'units', 'unit_forget_bias'], ignored: ['seed'], dropped: cell, defaults: forget },
  LayerNormalization: {
    same: ['axis', 'epsilon', 'center', 'scale', 'beta_initializer', 'gamma_initializer', 'beta_regularizer', 'gamma_regularizer'],
    fixed: { rms_scaling: false },
  },
  LeakyReLU: { same: [], renamed: { negative_slope: 'alpha' } },
  Masking: { same: ['mask_value'] },
  MaxPooling1D: { same: pool, fixed: last },
  MaxPooling2D: { same: [...pool, ...image] },
  MaxPooling3D: { same: [...pool, ...image] },
  Maximum: { same: [] },
  Minimum: { same: [] },
  Multiply: { same: [] },
  PReLU: { same: ['shared_axes', ...weight('alpha')] },
  Permute: { same: ['dims'] },
  RNN: { same: [...loop, 'cell'], ignored: mask, dropped: [...gated, ...cell, 'units', 'cells', 'unit_forget_bias', 'reset_after'] },
  ReLU: { same: ['max_value'], fixed: { negative_slope: 0, threshold: 0 } },
  RepeatVector: { same: ['n'] },
  Rescaling: { same: ['scale', 'offset'] },
  Reshape: { same: ['target_shape'] },
  SeparableConv2D: {
    same: [
      'filters',
      'kernel_size',
      'strides',
      'padding',
      'data_format',
      'dilation_rate',
      'activation',
      'depth_multiplier',
      ...weight('depthwise'),
      ...weight('pointwise'),
      ...bias,
    ],
    fields: { depth_multiplier: 'depthMultiplier' },
  },
  SimpleRNN: { same: [...recurrent, ...loop, 'units'], ignored: seeded, dropped: cell },
  SimpleRNNCell: { same: [...recurrent, 'units'], ignored: ['seed'], dropped: cell },
  Softmax: { same: ['axis'] },
  SpatialDropout1D: { same: ['rate', 'seed'], dropped: ['noise_shape'], noTrainable: true },
  StackedRNNCells: { same: ['cells'] },
  ThresholdedReLU: { same: [], keras: 'ReLU', renamed: { threshold: 'theta' }, fixed: { negative_slope: 0, max_value: null } },
  TimeDistributed: { same: ['layer'] },
  UpSampling2D: { same: ['size', ...image], fixed: { interpolation: 'nearest' } }, // tfjs's bilinear aligns corners otherwise than Keras
  ZeroPadding2D: { same: ['padding', ...image] },
};

/** Arguments that hold layers. */
export const INNER_LAYERS: readonly string[] = ['layer', 'cell', 'cells'];

/** Classes that take their first state as further inputs in tfjs, and as `initial_state` in Keras. */
export const TAKES_STATE: readonly string[] = ['RNN', 'SimpleRNN', 'GRU', 'LSTM', 'ConvLSTM2D', 'Bidirectional'];
