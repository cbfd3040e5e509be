// A program in CommonJS: Node 20.19 and newer load our ES modules by require().
import tf = require('@tensorflow/tfjs-core');
import layers = require('@tensorflow/tfjs-layers'); // brings the gradients of the ops
import autocast = require('@halftone/autocast');
import float16 = require('@halftone/float16');
import optimizer = require('@halftone/optimizer');
import cpu = require('@tensorflow/tfjs-backend-cpu');

if (typeof layers.sequential !== 'function' || typeof cpu.MathBackendCPU !== 'function') throw new Error('stock tfjs lost a package');
if (float16.encode([1], 'float16')[0] !== 0x3c00) throw new Error('require() gave another codec');
if (autocast.currentPolicy() !== null) throw new Error('require() set a policy');
const wrapped = optimizer.mixedPrecisionOptimizer(tf.train.sgd(0.25));
const weight = tf.variable(tf.scalar(3));
void tf.setBackend('cpu');
wrapped.minimize(() => tf.square(weight) as tf.Scalar, false, [weight]);
if (weight.dataSync()[0] !== 1.5) throw new Error('the step went wrong');
console.log('one tfjs for import and require()');
