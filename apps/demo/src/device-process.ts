import { findDevice } from './device.ts';
import { findTensorflow } from './tensorflow-finding.ts';

// The process that asks for the device: tells what it finds as one message, and ends.
process.send?.(process.argv[2] === 'tensorflow' ? await findTensorflow() : await findDevice(), () => process.exit(0));
