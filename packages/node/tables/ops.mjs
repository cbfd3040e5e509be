/**
 * The TensorFlow ops that the kernels of tfjs-node 4.22 execute and that @halftone/node executes or may execute itself, by family.
 * A test reads tfjs-node's sources and says which op is missing here.
 */
export const families = {
  products: `BatchMatMulV2 BiasAdd BiasAddGrad Conv2D Conv2DBackpropFilter Conv2DBackpropInput Conv3D Conv3DBackpropFilterV2
    Conv3DBackpropInputV2 DepthwiseConv2dNative DepthwiseConv2dNativeBackpropFilter DepthwiseConv2dNativeBackpropInput Einsum MatMul`,
  windows: `AvgPool AvgPool3D AvgPool3DGrad AvgPoolGrad Dilation2D Dilation2DBackpropFilter Dilation2DBackpropInput FusedBatchNorm
    FusedBatchNormGradV3 FusedBatchNormV3 LRN LRNGrad LogSoftmax MaxPool MaxPool3D MaxPool3DGrad MaxPoolGrad MaxPoolV2 ResizeBilinear
    ResizeBilinearGrad ResizeNearestNeighbor ResizeNearestNeighborGrad Softmax SoftmaxCrossEntropyWithLogits
    SparseSoftmaxCrossEntropyWithLogits CropAndResize`,
  reductions: `All Any ArgMax ArgMin Bincount Cumprod Cumsum L2Loss Max Mean Min Prod Sum UnsortedSegmentSum`,
  unary: `Abs Acos Acosh Asin Asinh Atan Atanh Ceil ComplexAbs Cos Cosh Elu Erf Exp Expm1 Floor IsFinite IsInf IsNan LeakyRelu Log Log1p
    LogicalNot Neg Reciprocal Relu Relu6 Rint Round Rsqrt Selu Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Square Tan Tanh`,
  binary: `Add AddN AddV2 Atan2 Div DivNoNan EluGrad Equal FloorDiv FloorMod Greater GreaterEqual LeakyReluGrad Less LessEqual LogicalAnd
    LogicalOr Maximum Minimum Mul NotEqual Pow RealDiv Relu6Grad ReluGrad RsqrtGrad SeluGrad SigmoidGrad SoftplusGrad SqrtGrad
    SquaredDifference Sub TanhGrad`,
  arrays: `BatchToSpaceND BroadcastArgs BroadcastTo Complex ConcatV2 DepthToSpace Diag DiagPart ExpandDims Fill GatherNd GatherV2
    Identity Imag LinSpace MirrorPad OneHot OnesLike Pack Pad PadV2 Range Real Reshape ReverseV2 ScatterNd Select SelectV2 Slice
    SpaceToBatchND SpaceToDepth SparseToDense SplitV Squeeze StridedSlice StridedSliceGrad TensorScatterUpdate Tile TopKV2 Transpose
    UniqueV2 Unpack Where ZerosLike`,
  types: `Bitcast Cast CheckNumerics DecodeRaw FFT FFT2D IFFT IFFT2D IRFFT Multinomial NonMaxSuppressionV3 NonMaxSuppressionV4
    NonMaxSuppressionV5 RFFT RandomStandardNormal RandomUniform`,
  resources: `AssignAddVariableOp AssignSubVariableOp AssignVariableOp DestroyResourceOp ReadVariableOp ResourceApplyAdam
    ResourceApplyGradientDescent ResourceApplyMomentum ResourceApplyRMSProp VarHandleOp`,
};

/** @returns {readonly (readonly [family: string, ops: readonly string[]])[]} */
export function opsByFamily() {
  return Object.entries(families).map(([family, ops]) => [family, ops.split(/\s+/).sort()]);
}
