// What dump.mjs runs: [name, function] for as many of tfjs's kernels, shapes and gradients as lead to different shaders.
const range = (tf, shape, dtype = 'float32') =>
  tf.reshape(
    tf.range(
      0,
      shape.reduce((a, b) => a * b, 1),
      1,
      dtype,
    ),
    shape,
  );

const UNARY =
  'abs acos acosh asin asinh atan atanh ceil cos cosh elu erf exp expm1 floor isFinite isInf isNaN leakyRelu log log1p neg reciprocal relu relu6 round rsqrt selu sigmoid sign sin sinh softplus sqrt square step tan tanh zerosLike onesLike'.split(
    ' ',
  );
const BINARY =
  'add atan2 div divNoNan equal floorDiv greater greaterEqual less lessEqual maximum minimum mod mul notEqual pow prelu squaredDifference sub'.split(
    ' ',
  );
const REDUCE = 'all any logSumExp max mean min prod sum'.split(' ');

/** Scenarios in the order in which they run. */
export function scenarios(tf) {
  const x = (...shape) => range(tf, shape);
  const int = (...shape) => range(tf, shape, 'int32');
  const bool = (...shape) => tf.cast(tf.mod(int(...shape), tf.scalar(2, 'int32')), 'bool');
  return [
    ...elementwise(tf, x, int, bool),
    ...linear(tf, x),
    ...convolutions(tf, x),
    ...shapes(tf, x, int, bool),
    ...images(tf, x),
    ...rest(tf, x, int, bool),
  ];
}

function* elementwise(tf, x, int, bool) {
  for (const name of UNARY) {
    if (tf[name] === undefined) continue;
    yield [`${name} vec4`, () => tf[name](x(4, 8))];
    yield [`${name} odd`, () => tf[name](x(3, 5))];
  }
  for (const name of BINARY) {
    yield [`${name} same vec4`, () => tf[name](x(4, 8), x(4, 8))];
    yield [`${name} same odd`, () => tf[name](x(3, 5), x(3, 5))];
    yield [`${name} broadcast`, () => tf[name](x(3, 1, 5), x(4, 1))];
    yield [`${name} shared`, () => tf[name](x(64, 65), x(65))];
    yield [`${name} scalar`, () => tf[name](x(3, 5), tf.scalar(2))];
    yield [`${name} int`, () => tf[name](int(3, 5), int(3, 5))];
  }
  for (const rank of [1, 2, 3, 4, 5, 6]) {
    const shape = [2, 3, 2, 3, 2, 3].slice(0, rank);
    yield [`add rank ${rank}`, () => tf.add(x(...shape), x(...shape.slice(-1)))];
    yield [
      `pad rank ${rank}`,
      () =>
        tf.pad(
          x(...shape),
          shape.map(() => [1, 2]),
        ),
    ];
    yield [`transpose rank ${rank}`, () => tf.transpose(x(...shape))];
    yield [
      `tile rank ${rank}`,
      () =>
        tf.tile(
          x(...shape),
          shape.map(() => 2),
        ),
    ];
    yield [
      `slice rank ${rank}`,
      () =>
        tf.slice(
          x(...shape),
          shape.map(() => 1),
          shape.map((n) => n - 1),
        ),
    ];
  }
  yield ['clip vec4', () => tf.clipByValue(x(4, 8), 1, 9)];
  yield ['clip odd', () => tf.clipByValue(x(3, 5), 1, 9)];
  yield ['cast to int', () => tf.cast(x(3, 5), 'int32')];
  yield ['cast from int', () => tf.cast(int(3, 5), 'float32')];
  yield ['cast from bool', () => tf.cast(bool(3, 5), 'float32')];
  yield ['cast to bool', () => tf.cast(x(3, 5), 'bool')];
  yield ['where', () => tf.where(bool(3, 5), x(3, 5), x(3, 5))];
  yield ['where broadcast', () => tf.where(bool(3), x(3, 5), x(3, 5))];
  yield [
    'logical',
    () => [tf.logicalAnd(bool(3), bool(3)), tf.logicalOr(bool(3), bool(3)), tf.logicalNot(bool(3)), tf.logicalXor(bool(3), bool(3))],
  ];
  yield ['addN vec4', () => tf.addN([x(4, 8), x(4, 8), x(4, 8)])];
  yield ['addN odd', () => tf.addN([x(3, 5), x(3, 5), x(3, 5)])];
  yield ['fill', () => [tf.fill([3, 5], 2), tf.zeros([3, 5]), tf.linspace(0, 1, 7)]];
  yield ['relu gradient', () => tf.grad((v) => tf.relu(v))(x(3, 5))];
  yield ['elu gradient', () => tf.grad((v) => tf.elu(v))(x(3, 5))];
  yield ['prelu gradient', () => tf.grads((v, a) => tf.prelu(v, a))([x(3, 5), x(5)])];
}

function* linear(tf, x) {
  for (const [m, k, n] of [
    [4, 8, 16],
    [3, 5, 7],
    [1, 2048, 32],
    [32, 4096, 32],
    [33, 2049, 31],
    [128, 128, 128],
    [127, 129, 131],
    [1, 1024, 1],
    [2, 3000, 3],
    [64, 4, 1024],
    [512, 8, 8],
    [8, 8, 512],
  ]) {
    for (const [a, b] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ]) {
      const left = () => (a ? x(k, m) : x(m, k));
      const right = () => (b ? x(n, k) : x(k, n));
      yield [`matMul ${m} ${k} ${n} ${a} ${b}`, () => tf.matMul(left(), right(), a, b)];
    }
    yield [`matMul batch ${m} ${k} ${n}`, () => tf.matMul(x(2, m, k), x(2, k, n))];
    for (const activation of ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu']) {
      yield [
        `fused matMul ${m} ${k} ${n} ${activation}`,
        () =>
          tf.fused.matMul({
            a: x(m, k),
            b: x(k, n),
            bias: x(n),
            activation,
            ...(activation === 'prelu' ? { preluActivationWeights: x(n) } : {}),
          }),
      ];
    }
  }
  for (const type of [0, 1, 2, 3, 4]) {
    yield [
      `matMul program ${type}`,
      () => {
        tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', type);
        try {
          return [
            tf.matMul(x(32, 64), x(64, 48)),
            tf.matMul(x(31, 65), x(65, 47)),
            tf.matMul(x(65, 31), x(65, 47), true),
            tf.matMul(x(31, 65), x(47, 65), false, true),
          ];
        } finally {
          tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', -1);
        }
      },
    ];
  }
  yield ['dot', () => tf.dot(x(8), x(8))];
  yield ['einsum', () => tf.einsum('ij,jk->ik', x(3, 4), x(4, 5))];
  yield ['softmax', () => [tf.softmax(x(4, 10)), tf.softmax(x(3, 7)), tf.logSoftmax(x(3, 7))]];
  yield ['softmax gradient', () => tf.grad((v) => tf.softmax(v))(x(3, 7))];
}

function* convolutions(tf, x) {
  for (const [side, channels, filters] of [
    [8, 3, 4],
    [8, 4, 8],
    [9, 3, 5],
    [9, 8, 16],
    [7, 16, 3],
    [12, 1, 1],
    [8, 5, 64],
  ]) {
    for (const kernel of [1, 3]) {
      for (const strides of [1, 2]) {
        for (const format of ['NHWC', 'NCHW']) {
          const image = () => (format === 'NHWC' ? x(2, side, side, channels) : x(2, channels, side, side));
          yield [
            `conv2d ${side} ${channels} ${filters} k${kernel} s${strides} ${format}`,
            () => tf.conv2d(image(), x(kernel, kernel, channels, filters), strides, 'same', format),
          ];
        }
        const name = `${side} ${channels} ${filters} k${kernel} s${strides}`;
        yield [
          `conv2d gradients ${name}`,
          () =>
            tf.grads((image, filter) => tf.conv2d(image, filter, strides, 'same'))([
              x(2, side, side, channels),
              x(kernel, kernel, channels, filters),
            ]),
        ];
        yield [
          `fused conv2d ${name}`,
          () =>
            tf.fused.conv2d({
              x: x(2, side, side, channels),
              filter: x(kernel, kernel, channels, filters),
              strides,
              pad: 'same',
              bias: x(filters),
              activation: 'relu',
            }),
        ];
      }
    }
    yield [
      `conv2d transpose ${side} ${channels} ${filters}`,
      () => tf.conv2dTranspose(x(1, side, side, channels), x(3, 3, filters, channels), [1, side * 2, side * 2, filters], 2, 'same'),
    ];
    for (const strides of [1, 2]) {
      yield [
        `depthwise ${side} ${channels} s${strides}`,
        () => tf.depthwiseConv2d(x(2, side, side, channels), x(3, 3, channels, 1), strides, 'same'),
      ];
      yield [
        `depthwise multiplier ${side} ${channels} s${strides}`,
        () => tf.depthwiseConv2d(x(2, side, side, channels), x(3, 3, channels, 2), strides, 'same'),
      ];
      yield [
        `depthwise NCHW ${side} ${channels} s${strides}`,
        () => tf.depthwiseConv2d(x(2, channels, side, side), x(3, 3, channels, 1), strides, 'same', 'NCHW'),
      ];
    }
    yield [
      `fused depthwise ${side} ${channels}`,
      () =>
        tf.fused.depthwiseConv2d({
          x: x(1, side, side, channels),
          filter: x(3, 3, channels, 1),
          strides: 1,
          pad: 'same',
          bias: x(channels),
          activation: 'relu6',
        }),
    ];
    yield [
      `depthwise gradients ${side} ${channels}`,
      () => tf.grads((image, filter) => tf.depthwiseConv2d(image, filter, 1, 'same'))([x(2, side, side, channels), x(3, 3, channels, 1)]),
    ];
    for (const pool of ['maxPool', 'avgPool']) {
      yield [`${pool} ${side} ${channels}`, () => tf[pool](x(2, side, side, channels), 2, 2, 'same')];
      yield [`${pool} 1 ${side} ${channels}`, () => tf[pool](x(2, side, side, channels), 1, 2, 'same')];
      yield [`${pool} gradient ${side} ${channels}`, () => tf.grad((v) => tf[pool](v, 2, 2, 'same'))(x(2, side, side, channels))];
    }
    yield [
      `batch norm ${side} ${channels}`,
      () => [
        tf.batchNorm(x(2, side, side, channels), x(channels), x(channels), x(channels), x(channels)),
        tf.batchNorm(x(2, side, side, channels), x(channels), x(channels)),
      ],
    ];
  }
  yield [
    'conv2d transpose tiled',
    () => {
      tf.env().set('WEBGPU_USE_NAIVE_CONV2D_TRANSPOSE', false);
      try {
        return [
          [3, 4],
          [4, 8],
          [5, 7],
        ].map(([inside, outside]) => tf.grad((v) => tf.conv2d(v, x(3, 3, inside, outside), 1, 'same'))(x(1, 8, 8, inside)));
      } finally {
        tf.env().set('WEBGPU_USE_NAIVE_CONV2D_TRANSPOSE', true);
      }
    },
  ];
  yield [
    'conv2d large',
    () => [
      tf.conv2d(x(1, 56, 56, 64), x(3, 3, 64, 64), 1, 'same'),
      tf.conv2d(x(1, 57, 57, 3), x(7, 7, 3, 64), 2, 'same'),
      tf.conv2d(x(1, 32, 32, 256), x(1, 1, 256, 64), 1, 'same'),
    ],
  ];
  yield ['conv1d', () => tf.conv1d(x(2, 16, 3), x(3, 3, 4), 1, 'same')];
  yield ['conv3d', () => tf.grads((v, f) => tf.conv3d(v, f, 1, 'same'))([x(1, 4, 4, 4, 2), x(2, 2, 2, 2, 3)])];
  yield [
    'pool3d',
    () => [
      tf.grad((v) => tf.maxPool3d(v, 2, 2, 'same'))(x(1, 4, 4, 4, 2)),
      tf.grad((v) => tf.avgPool3d(v, 2, 2, 'same'))(x(1, 4, 4, 4, 2)),
    ],
  ];
  yield ['dilation2d', () => tf.grads((v, f) => tf.dilation2d(v, f, 1, 'same'))([x(1, 6, 6, 2), x(2, 2, 2)])];
  yield ['local response', () => tf.grad((v) => tf.localResponseNormalization(v))(x(1, 4, 4, 8))];
  yield ['local response shared', () => tf.localResponseNormalization(x(1, 4, 4, 64), 3)];
}

function* shapes(tf, x, int, bool) {
  for (const name of REDUCE) {
    const values = name === 'all' || name === 'any' ? bool : x;
    yield [`${name} all`, () => tf[name](values(3, 50))];
    yield [`${name} last`, () => tf[name](values(3, 50), 1)];
    yield [`${name} first`, () => tf[name](values(3, 50), 0)];
    yield [`${name} long`, () => tf[name](values(2, 40000), 1)];
    yield [`${name} tiny`, () => tf[name](values(300, 3), 1)];
  }
  yield ['sum int', () => tf.sum(int(3, 50), 1)];
  yield ['argMax', () => [tf.argMax(x(3, 50), 1), tf.argMax(x(300, 3), 1), tf.argMin(x(3, 50), 0), tf.argMin(x(2, 4000), 1)]];
  yield ['cumsum', () => [tf.cumsum(x(3, 8), 1), tf.cumsum(x(3, 8), 1, true, true), tf.cumprod(x(3, 8), 1)]];
  yield ['transpose shared', () => tf.transpose(x(64, 48))];
  yield ['transpose odd', () => tf.transpose(x(3, 5, 7), [2, 0, 1])];
  yield [
    'concat',
    () => [tf.concat([x(3, 5), x(3, 4)], 1), tf.concat([x(3, 4), x(3, 4), x(3, 4)], 0), tf.concat([int(3, 5), int(3, 4)], 1)],
  ];
  yield ['stack', () => [tf.stack([x(3, 5), x(3, 5)]), ...tf.unstack(x(3, 5)), ...tf.split(x(4, 6), 2, 1)]];
  yield [
    'pad',
    () => [
      tf.pad(x(4, 4), [
        [0, 0],
        [0, 4],
      ]),
      tf.pad(int(3, 5), [
        [1, 1],
        [1, 1],
      ]),
    ],
  ];
  for (const rank of [1, 2, 3, 4]) {
    const shape = [3, 4, 3, 4].slice(0, rank);
    yield [
      `mirror pad rank ${rank}`,
      () => [
        tf.mirrorPad(
          x(...shape),
          shape.map(() => [1, 1]),
          'reflect',
        ),
        tf.mirrorPad(
          x(...shape),
          shape.map(() => [1, 1]),
          'symmetric',
        ),
      ],
    ];
    yield [
      `strided slice rank ${rank}`,
      () =>
        tf.stridedSlice(
          x(...shape),
          shape.map(() => 0),
          shape,
          shape.map(() => 2),
        ),
    ];
    yield [`reverse rank ${rank}`, () => tf.reverse(x(...shape))];
    yield [`gather rank ${rank}`, () => tf.gather(x(...shape), tf.tensor1d([0, 2, 1], 'int32'), 0)];
  }
  yield ['gather last', () => tf.gather(x(4, 8), tf.tensor1d([0, 2, 1], 'int32'), 1)];
  yield [
    'gatherND',
    () =>
      tf.gatherND(
        x(4, 8),
        tf.tensor2d(
          [
            [0, 1],
            [2, 3],
          ],
          [2, 2],
          'int32',
        ),
      ),
  ];
  yield [
    'scatterND',
    () => [
      tf.scatterND(tf.tensor2d([[1], [3]], [2, 1], 'int32'), x(2), [5]),
      tf.scatterND(tf.tensor2d([[1], [3]], [2, 1], 'int32'), x(2, 4), [5, 4]),
      tf.scatterND(tf.tensor2d([[1], [3]], [2, 1], 'int32'), int(2), [5]),
    ],
  ];
  yield ['tensorScatterUpdate', () => tf.tensorScatterUpdate(x(5), tf.tensor2d([[1], [3]], [2, 1], 'int32'), x(2))];
  yield ['sparseToDense', () => tf.sparseToDense(tf.tensor1d([1, 3], 'int32'), x(2), [5], tf.scalar(0))];
  yield ['oneHot', () => tf.oneHot(int(5), 7)];
  yield [
    'spaceToBatch',
    () => [
      tf.spaceToBatchND(
        x(1, 4, 4, 3),
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
      tf.batchToSpaceND(
        x(4, 2, 2, 3),
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
    ],
  ];
  yield ['depthToSpace', () => [tf.depthToSpace(x(1, 2, 2, 8), 2, 'NHWC'), tf.depthToSpace(x(1, 8, 2, 2), 2, 'NCHW')]];
  yield ['diag', () => tf.diag(x(5))];
  yield ['broadcastTo', () => tf.broadcastTo(x(1, 5), [3, 5])];
  yield ['gather gradient', () => tf.grad((v) => tf.gather(v, tf.tensor1d([0, 2, 1], 'int32'), 0))(x(4, 8))];
  yield [
    'topk',
    () => [...Object.values(tf.topk(x(3, 50), 5)), ...Object.values(tf.topk(x(2, 1000), 100)), ...Object.values(tf.topk(x(7), 1))],
  ];
  yield ['segment sum', () => tf.unsortedSegmentSum(x(6, 4), tf.tensor1d([0, 1, 0, 2, 1, 0], 'int32'), 3)];
  yield ['searchSorted', () => [tf.lowerBound(x(2, 8), x(2, 3)), tf.upperBound(x(2, 8), x(2, 3))]];
  yield [
    'bincount',
    () => [
      tf.bincount(int(5), x(5), 8),
      tf.denseBincount(int(2, 5), x(2, 5), 8),
      tf.denseBincount(int(2, 5), tf.tensor2d([], [0, 0]), 8, true),
    ],
  ];
}

function* images(tf, x) {
  for (const align of [false, true]) {
    for (const half of align ? [false] : [false, true]) {
      yield [`resize bilinear ${align} ${half}`, () => tf.grad((v) => tf.image.resizeBilinear(v, [9, 9], align, half))(x(1, 5, 5, 3))];
      yield [
        `resize nearest ${align} ${half}`,
        () => tf.grad((v) => tf.image.resizeNearestNeighbor(v, [9, 9], align, half))(x(1, 5, 5, 3)),
      ];
    }
  }
  yield ['flip', () => tf.image.flipLeftRight(x(1, 4, 4, 3))];
  yield ['rotate', () => [tf.image.rotateWithOffset(x(1, 4, 4, 3), 0.5), tf.image.rotateWithOffset(x(1, 4, 4, 3), 0.5, [1, 2, 3])]];
  for (const [interpolation, fill] of [
    ['nearest', 'constant'],
    ['bilinear', 'reflect'],
    ['bilinear', 'wrap'],
    ['nearest', 'nearest'],
  ]) {
    yield [
      `transform ${interpolation} ${fill}`,
      () => tf.image.transform(x(1, 4, 4, 3), tf.tensor2d([[1, 0, 1, 0, 1, 1, 0, 0]]), interpolation, fill),
    ];
  }
  for (const method of ['bilinear', 'nearest']) {
    yield [
      `crop and resize ${method}`,
      () => tf.image.cropAndResize(x(1, 6, 6, 3), tf.tensor2d([[0, 0, 1, 1]]), tf.tensor1d([0], 'int32'), [3, 3], method),
    ];
  }
}

function* rest(tf, x, int) {
  const complex = (...shape) => tf.complex(x(...shape), x(...shape));
  yield [
    'complex',
    () => [
      tf.real(complex(3, 5)),
      tf.imag(complex(3, 5)),
      tf.abs(complex(3, 5)),
      tf.mul(complex(3, 5), complex(3, 5)),
      tf.add(complex(3, 5), complex(5)),
    ],
  ];
  yield ['fft', () => [tf.spectral.fft(complex(2, 8)), tf.spectral.ifft(complex(2, 8)), tf.spectral.rfft(x(2, 8))]];
  yield ['multinomial', () => tf.multinomial(x(2, 5), 3, 1)];
  yield ['dropout', () => tf.dropout(x(3, 5), 0.5, [3, 5], 1)];
  yield [
    'sparse',
    () => [
      tf.sparse.sparseSegmentMean(x(4, 3), int(3), tf.tensor1d([0, 0, 1], 'int32')),
      tf.sparse.sparseSegmentSum(x(4, 3), int(3), tf.tensor1d([0, 0, 1], 'int32')),
    ],
  ];
  yield ['losses', () => tf.grad((v) => tf.losses.softmaxCrossEntropy(tf.oneHot(int(3), 4), v))(x(3, 4))];
  yield ['broadcast args', () => tf.broadcastArgs(tf.tensor1d([1, 3], 'int32'), tf.tensor1d([2, 1], 'int32'))];
  for (const optimizer of ['sgd', 'momentum', 'adam', 'rmsprop']) {
    yield [
      `train ${optimizer}`,
      () => {
        const w = tf.variable(x(4, 3));
        tf.train[optimizer](0.1, ...(optimizer === 'momentum' ? [0.9] : [])).minimize(
          () => tf.mean(tf.square(tf.matMul(x(2, 4), w))),
          false,
          [w],
        );
        w.dispose();
      },
    ];
  }
}
