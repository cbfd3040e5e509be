/** `dy`, `y` and the attribute `log`: the gradient of softmax or log-softmax. */
export const SOFTMAX_GRAD = 'HalftoneSoftmaxGrad';
/** `logits`, `labels` and `ignoreIndex`: the loss of each row, and the logarithm of its sum of exponentials. */
export const CROSS_ENTROPY = 'HalftoneSoftmaxCrossEntropy';
/** `dy`, `logits`, `labels`, `logSum`, `ignoreIndex` and `wish`: the gradient to `logits` or `labels`. */
export const CROSS_ENTROPY_GRAD = 'HalftoneSoftmaxCrossEntropyGrad';
/** `x`, `gamma`, `beta` and `epsilon`: the result, and mean and reciprocal deviation of each row. */
export const LAYER_NORM = 'HalftoneLayerNorm';
/** `dy`, `x`, `gamma`, `mean`, `rstd`: the gradient to `x`. */
export const LAYER_NORM_GRAD = 'HalftoneLayerNormGrad';
/** `dy`, `x`, `mean`, `rstd`: the gradients to `gamma` and `beta`. */
export const LAYER_NORM_PARAMETER_GRAD = 'HalftoneLayerNormParameterGrad';
