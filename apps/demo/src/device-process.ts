import { findDevice } from './device.ts';

// The process that asks for the device: tells what it finds as one message, and ends.
process.send?.(await findDevice(), () => process.exit(0));
